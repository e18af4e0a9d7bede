package telemed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// Alarms is an alarm engine as a sink whose commands outlast a restart: what
// was acknowledged is still acknowledged, what was paused is still paused. The
// state is a function of the log and of the commands, each of which is kept
// with the reading that its patient had last; [Alarms.Restore] does them again
// at the same place, and tells nobody. An alarm that silence had raised, and about
// which nothing was done, is raised once more, with the ID and Number that
// receivers have seen.
//
// Make one with [OpenAlarms]. It is safe for concurrent use.
type Alarms struct {
	engine *alert.Engine
	keep   Commands

	mu       sync.Mutex // orders commands among readings
	last     map[whose]mark
	done     map[vitals.ReadingID][]alert.Command // by the reading before
	missed   map[vitals.ReadingID]bool            // readings before commands of earlier, not seen again yet
	restored bool
}

// Commands keep what was done about alarms.
// [github.com/telemed-go/sdk/telemed/store.Log] does.
type Commands interface {
	// AppendCommand returns nil once the command is on stable storage.
	AppendCommand(ctx context.Context, c Command) error
	// Commands returns the commands in the order in which they were appended.
	// The oldest may be missing: to forget one means to be alarmed once more.
	Commands(ctx context.Context) ([]Command, error)
}

// A Command is what was done about alarms, and when in the course of readings.
type Command struct {
	alert.Command
	// After is the last reading of the patient that the engine had; zero if
	// there was none, or if the command is about no patient.
	After vitals.ReadingID
}

// whose state of the engine it is: of a patient, or of a device that nobody
// wears.
type whose struct {
	patient vitals.PatientID
	device  vitals.DeviceID
}

// mark is what is needed of a reading to tell its identity.
type mark struct {
	device   vitals.DeviceID
	kind     vitals.Kind
	sequence uint32
	at       time.Time
}

var (
	_ Sink      = (*Alarms)(nil)
	_ Restorer  = (*Alarms)(nil)
	_ Resumer   = (*Alarms)(nil)
	_ Advancer  = (*Alarms)(nil)
	_ Forgetter = (*Alarms)(nil)
)

// OpenAlarms reads the commands that were kept. The engine must be new: the
// gateway restores it.
func OpenAlarms(ctx context.Context, e *alert.Engine, keep Commands) (*Alarms, error) {
	a := &Alarms{engine: e, keep: keep, last: make(map[whose]mark), done: make(map[vitals.ReadingID][]alert.Command), missed: make(map[vitals.ReadingID]bool)}
	commands, err := keep.Commands(ctx)
	if err != nil {
		return nil, fmt.Errorf("telemed: commands: %w", err)
	}
	for _, c := range commands {
		a.done[c.After] = append(a.done[c.After], c.Command)
		if c.After != (vitals.ReadingID{}) {
			a.missed[c.After] = true
		}
	}
	return a, nil
}

// Name implements [Sink].
func (a *Alarms) Name() string { return a.engine.Name() }

// Do keeps a command and carries it out, see [alert.Engine.Do]. It is durable
// before anybody hears of it. An error of the engine says that the command was
// refused; one that wraps [ErrLogFull] that it could not be kept and was not
// carried out.
func (a *Alarms) Do(ctx context.Context, c alert.Command) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	after := a.before(&c)
	kept := Command{Command: c, After: after}
	if err := a.keep.AppendCommand(ctx, kept); err != nil {
		return fmt.Errorf("telemed: keep a command: %w", err)
	}
	a.done[kept.After] = append(a.done[kept.After], c)
	return a.engine.Do(ctx, c)
}

// before is the reading that the command comes after. A command about an alarm
// gets whose it is: when it is done again, time alone may have to raise the alarm.
func (a *Alarms) before(c *alert.Command) (id vitals.ReadingID) {
	who := whose{patient: c.Patient}
	if c.Alarm != (alert.AlarmID{}) {
		for _, e := range a.engine.Active(nil) {
			if e.ID == c.Alarm {
				who = subject(e.Patient, e.Device)
				c.Patient, c.Device = who.patient, who.device
			}
		}
	}
	m, ok := a.last[who]
	if !ok {
		return id
	}
	r := vitals.Reading{Patient: who.patient, Device: m.device, Kind: m.kind, Sequence: m.sequence, At: m.at}
	return r.ID()
}

func subject(p vitals.PatientID, d vitals.DeviceID) whose {
	if p.IsZero() {
		return whose{device: d}
	}
	return whose{patient: p}
}

// Put implements [Sink]. After a crash the last readings come again, by Put and
// not by Restore, and the commands that came after them are done again as well;
// their events have the ID and Number that receivers have seen.
func (a *Alarms) Put(ctx context.Context, readings []vitals.Reading) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for {
		n, id := upTo(readings, len(a.missed) > 0, func(id vitals.ReadingID) bool { return a.missed[id] })
		if err := a.engine.Put(ctx, readings[:n]); err != nil {
			return err
		}
		a.remember(readings[:n])
		if a.missed[id] {
			delete(a.missed, id)
			for _, c := range a.done[id] {
				_ = a.engine.Do(ctx, c) // refused as before; what is not delivered waits in the engine
			}
		}
		if readings = readings[n:]; len(readings) == 0 {
			return nil
		}
	}
}

// remember notes the last reading of each patient. Readings come in runs.
func (a *Alarms) remember(readings []vitals.Reading) {
	for i := range readings {
		r := &readings[i]
		who := subject(r.Patient, r.Device)
		if i+1 < len(readings) && subject(readings[i+1].Patient, readings[i+1].Device) == who {
			continue
		}
		a.last[who] = mark{r.Device, r.Kind, r.Sequence, r.At}
	}
}

// Restore implements [Restorer].
func (a *Alarms) Restore(readings []vitals.Reading) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.restored { // what came before any reading
		a.restored = true
		a.redo(vitals.ReadingID{})
	}
	var untimed error
	for len(readings) > 0 {
		n, id := upTo(readings, len(a.done) > 0, func(id vitals.ReadingID) bool { return len(a.done[id]) > 0 })
		if err := a.engine.Restore(readings[:n]); err != nil {
			if !errors.Is(err, alert.ErrTime) {
				return err
			}
			untimed = cmp.Or(untimed, err)
		}
		a.remember(readings[:n])
		if n > 0 && id != (vitals.ReadingID{}) {
			a.redo(id)
		}
		readings = readings[n:]
	}
	return untimed
}

// upTo counts the readings up to and with the first that a command came after.
func upTo(readings []vitals.Reading, any bool, commanded func(vitals.ReadingID) bool) (n int, id vitals.ReadingID) {
	for i := 0; any && i < len(readings); i++ {
		if id = readings[i].ID(); commanded(id) {
			return i + 1, id
		}
	}
	return len(readings), vitals.ReadingID{}
}

// redo carries commands out again, in silence. What was refused is refused
// again.
func (a *Alarms) redo(after vitals.ReadingID) {
	delete(a.missed, after)
	for _, c := range a.done[after] {
		_ = a.engine.RestoreCommand(c)
	}
}

// Resume implements [Resumer]. Commands for which nothing was restored, in a log
// that was trimmed, have no effect any more.
func (a *Alarms) Resume(ctx context.Context) error {
	a.mu.Lock()
	if !a.restored {
		a.restored = true
		a.redo(vitals.ReadingID{})
	}
	a.mu.Unlock()
	return a.engine.Resume(ctx)
}

// Advance implements [Advancer].
func (a *Alarms) Advance(ctx context.Context, now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.engine.Advance(ctx, now)
}

// Forget implements [Forgetter].
func (a *Alarms) Forget(p vitals.PatientID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.last, whose{patient: p})
	a.engine.Forget(p)
}
