package alarms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// An Engine is an alarm engine as a sink whose commands outlast a restart. The
// state is a function of the log and of the commands, each of which is kept
// with the reading that its patient had last; [Engine.Restore] does them again
// at the same place, and tells nobody. An alarm that silence had raised, and about
// which nothing was done, is raised once more by the first Advance after that,
// with the ID and Number that receivers have seen: who calls somebody must drop
// what comes again by these.
//
// Make one with [Open]. It is safe for concurrent use.
type Engine struct {
	engine  *alert.Engine
	journal telemed.Journal

	mu       sync.Mutex // orders commands among readings
	number   uint64     // of the last command
	last     map[whose]mark
	done     map[vitals.ReadingID][]alert.Command // by the reading before
	missed   map[vitals.ReadingID]bool            // readings before commands of earlier, not seen again yet
	restored bool
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
	_ telemed.Sink      = (*Engine)(nil)
	_ telemed.Restorer  = (*Engine)(nil)
	_ telemed.Resumer   = (*Engine)(nil)
	_ telemed.Advancer  = (*Engine)(nil)
	_ telemed.Forgetter = (*Engine)(nil)
)

// Open reads the commands that were kept in the journal of the engine's name. The
// engine must be new: the gateway restores it.
func Open(ctx context.Context, e *alert.Engine, j telemed.Journal) (*Engine, error) {
	if e == nil || j == nil {
		return nil, errors.New("alarms: open: no engine or no journal")
	}
	a := &Engine{
		engine: e, journal: j,
		last: make(map[whose]mark), done: make(map[vitals.ReadingID][]alert.Command), missed: make(map[vitals.ReadingID]bool),
	}
	if err := a.readCommands(ctx); err != nil {
		return nil, fmt.Errorf("alarms: open: %w", err)
	}
	return a, nil
}

// Name implements [telemed.Sink].
func (a *Engine) Name() string { return a.engine.Name() }

// Do keeps a command and carries it out, see [alert.Engine.Do]. It is durable
// before anybody hears of it, and once it is, it is carried out whatever becomes
// of the context.
//
// Nil and [alert.ErrUndelivered] say that this was done; with the second, a
// notifier has yet to be told, and will be. With every other error nothing was
// done: the engine's, with which it refused the command; one of the journal, such
// as [telemed.ErrLogFull], if the command could not be kept; that of a context that
// had ended before. To repeat a command is harmless, save [alert.Escalate].
func (a *Engine) Do(ctx context.Context, c alert.Command) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("alarms: do a command: %w", err)
	}
	c, err := a.engine.Prepare(c)
	if err != nil {
		return err
	}
	after := a.before(c)
	if err := a.appendCommand(context.WithoutCancel(ctx), after, c); err != nil {
		return fmt.Errorf("alarms: keep a command: %w", err)
	}
	a.done[after] = append(a.done[after], c)
	return a.engine.Do(ctx, c)
}

// before is the reading that a command comes after.
func (a *Engine) before(c alert.Command) (id vitals.ReadingID) {
	who := whose{patient: c.Patient}
	if c.Alarm != (alert.AlarmID{}) {
		who = subject(c.Patient, c.Device)
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

// Put implements [telemed.Sink]. After a crash the last readings come again, by Put and
// not by Restore, and the commands that came after them are done again as well;
// their events have the ID and Number that receivers have seen.
func (a *Engine) Put(ctx context.Context, readings []vitals.Reading) error {
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
func (a *Engine) remember(readings []vitals.Reading) {
	for i := range readings {
		r := &readings[i]
		who := subject(r.Patient, r.Device)
		if i+1 < len(readings) && subject(readings[i+1].Patient, readings[i+1].Device) == who {
			continue
		}
		a.last[who] = mark{r.Device, r.Kind, r.Sequence, r.At}
	}
}

// Restore implements [telemed.Restorer].
func (a *Engine) Restore(readings []vitals.Reading) error {
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
func (a *Engine) redo(after vitals.ReadingID) {
	delete(a.missed, after)
	for _, c := range a.done[after] {
		_ = a.engine.RestoreCommand(c)
	}
}

// Resume implements [telemed.Resumer]. Commands for which nothing was restored, in a log
// that was trimmed, have no effect any more.
func (a *Engine) Resume(ctx context.Context) error {
	a.mu.Lock()
	if !a.restored {
		a.restored = true
		a.redo(vitals.ReadingID{})
	}
	a.mu.Unlock()
	return a.engine.Resume(ctx)
}

// Advance implements [telemed.Advancer].
func (a *Engine) Advance(ctx context.Context, now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.engine.Advance(ctx, now)
}

// Forget implements [telemed.Forgetter].
func (a *Engine) Forget(p vitals.PatientID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.last, whose{patient: p})
	a.engine.Forget(p)
}
