package alarms

import (
	"context"
	"errors"
	"fmt"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// maxCommands bounds the commands that are kept. To forget one means to be alarmed
// once more.
const maxCommands = 100_000

// commandVersion is the first byte of an entry of the journal.
//
//	version 1 | identity of the reading before (16), zero if there was none | command
const commandVersion = 1

var errEntry = errors.New("not an entry of this package")

// appendCommand keeps a command. It is sealed for the patient whom it names; one
// about an alarm names nobody.
func (a *Engine) appendCommand(ctx context.Context, after vitals.ReadingID, c alert.Command) error {
	content, err := c.AppendBinary(append([]byte{commandVersion}, after[:]...))
	if err != nil {
		return err
	}
	e := telemed.Entry{Number: a.number + 1, Patient: c.Patient, Content: content}
	if err := a.journal.AppendEntry(ctx, a.engine.Name(), e, e.Number-min(e.Number, maxCommands)); err != nil {
		return err
	}
	a.number = e.Number
	return nil
}

// readCommands reads what was kept, without the commands whose key was destroyed.
func (a *Engine) readCommands(ctx context.Context) error {
	entries, err := a.journal.Entries(ctx, a.engine.Name())
	if err != nil {
		return err
	}
	for _, e := range entries {
		a.number = e.Number
		if e.Content == nil {
			continue
		}
		after, c, err := readCommand(e.Content)
		if err != nil {
			return fmt.Errorf("command %d: %w", e.Number, err)
		}
		a.done[after] = append(a.done[after], c)
		if after != (vitals.ReadingID{}) {
			a.missed[after] = true
		}
	}
	return nil
}

func readCommand(b []byte) (after vitals.ReadingID, c alert.Command, err error) {
	if len(b) < 1+len(after) || b[0] != commandVersion {
		return after, c, errEntry
	}
	n := 1 + copy(after[:], b[1:])
	err = c.UnmarshalBinary(b[n:])
	return after, c, err
}
