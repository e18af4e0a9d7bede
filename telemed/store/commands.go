package store

import (
	"context"
	"encoding/binary"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
)

// bucketCommands has what was done about alarms by number (8, big endian).
var bucketCommands = []byte("commands")

// maxCommands bounds the commands; the oldest go first.
const maxCommands = 100_000

// commandVersion is the first byte of the content of a command.
//
//	version 1 | identity of the reading before (16) | command
const commandVersion = 1

var _ telemed.Commands = (*Log)(nil)

// AppendCommand implements [telemed.Commands]. The log keeps the newest
// 100,000, sealed like the records: a command about an alarm with the key for
// no patient, one that names a patient with the key for that one.
func (l *Log) AppendCommand(ctx context.Context, c telemed.Command) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	content, err := c.AppendBinary(append([]byte{commandVersion}, c.After[:]...))
	if err != nil {
		return fmt.Errorf("store: append command: %w", err)
	}
	err = l.file.update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketCommands)
		n, err := b.NextSequence()
		if err != nil {
			return err
		}
		key := binary.BigEndian.AppendUint64(nil, n)
		value, err := l.safe.put(place(bucketCommands, key), content, c.Patient)
		if err != nil {
			return err
		}
		if n > maxCommands {
			if err := b.Delete(binary.BigEndian.AppendUint64(nil, n-maxCommands)); err != nil {
				return err
			}
		}
		return b.Put(key, value)
	})
	if err != nil {
		return fmt.Errorf("store: append command: %w", err)
	}
	return nil
}

// Commands implements [telemed.Commands]. Those whose key was destroyed are left
// out.
func (l *Log) Commands(ctx context.Context) (commands []telemed.Command, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	err = l.file.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketCommands).ForEach(func(k, v []byte) error {
			content, err := l.safe.take(place(bucketCommands, k), v, nil)
			if isShredded(err) {
				return nil
			}
			var c telemed.Command
			if err == nil {
				c, err = readCommand(content)
			}
			if err != nil {
				return fmt.Errorf("store: command %d is damaged: %w", binary.BigEndian.Uint64(k), err)
			}
			commands = append(commands, c)
			return nil
		})
	})
	return commands, err
}

// readCommand reads the content of a command.
func readCommand(content []byte) (c telemed.Command, err error) {
	if len(content) < 1+len(c.After) {
		return c, errShort
	}
	if content[0] != commandVersion {
		return c, errFormat
	}
	n := 1 + copy(c.After[:], content[1:])
	err = c.UnmarshalBinary(content[n:])
	return c, err
}
