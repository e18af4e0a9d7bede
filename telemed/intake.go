package telemed

import (
	"context"
	"sync"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// intake is the state of the way in.
type intake struct {
	// mu makes one step of what is released and what has just arrived, so that
	// the frames that were held stay ahead of those that came after.
	mu      sync.Mutex
	settled RosterVersion // by which everything was released that can be; guarded by mu
}

// A batch is what frames have become, each in the place where it is to be kept.
type batch struct {
	readings []vitals.Reading
	letters  []DeadLetter
	held     []device.Frame
}

func (b *batch) reset() {
	clear(b.letters)
	clear(b.held)
	b.readings, b.letters, b.held = b.readings[:0], b.letters[:0], b.held[:0]
}

// take makes sure that frames are kept, whatever they are.
func (g *Gateway) take(ctx context.Context, deliveries []Delivery, b *batch) error {
	g.intake.mu.Lock()
	defer g.intake.mu.Unlock()
	s, err := g.settle(ctx)
	if err != nil {
		return err
	}
	holder := g.holder()
	b.reset()
	for i := range deliveries {
		f := &deliveries[i].Frame
		if err := deliveries[i].Refused; err != nil {
			g.reject(*f, err)
			b.letters = append(b.letters, DeadLetter{*f, err.Error()})
			continue
		}
		g.place(b, f, s, holder)
	}
	if err := g.keep(ctx, b); err != nil {
		return err
	}
	if len(b.held) > 0 {
		err := g.persist(ctx, func(ctx context.Context) error {
			dropped, err := holder.Hold(ctx, b.held)
			g.stats.dropped.Add(uint64(dropped))
			return err
		})
		if err != nil {
			return err
		}
		g.stats.held.Add(uint64(len(b.held)))
	}
	g.stats.frames.Add(uint64(len(deliveries)))
	return nil
}

// place puts a frame, or what it became, where it belongs. It reports whether
// that is for good.
func (g *Gateway) place(b *batch, f *device.Frame, s RosterVersion, holder Holder) (settled bool) {
	var err error
	b.readings, err = g.decode(b.readings, f, s)
	switch {
	case err == nil:
	case holder != nil && waits(err):
		b.held = append(b.held, *f)
		return false
	default:
		g.reject(*f, err)
		b.letters = append(b.letters, DeadLetter{*f, err.Error()})
	}
	return true
}

// keep stores the readings and the dead letters.
func (g *Gateway) keep(ctx context.Context, b *batch) error {
	if len(b.readings) > 0 {
		if err := g.persist(ctx, func(ctx context.Context) error { return g.Log.Append(ctx, b.readings) }); err != nil {
			return err
		}
	}
	g.stats.readings.Add(uint64(len(b.readings)))
	if store, ok := g.Log.(DeadLetters); ok && len(b.letters) > 0 {
		return g.persist(ctx, func(ctx context.Context) error { return store.Reject(ctx, b.letters) })
	}
	return nil
}

// decode appends the readings of a frame that have a patient, and says why
// others have none. A decoder that panics has refused the frame; what it said
// may contain the payload.
func (g *Gateway) decode(dst []vitals.Reading, f *device.Frame, s RosterVersion) (out []vitals.Reading, err error) {
	defer func() {
		if recover() != nil {
			out, err = dst, ErrPanic
		}
	}()
	whose, nobody := g.whose(f, f.At, s)
	f.Patient = whose
	if out, err = g.decodeAhead(dst, *f, s); err != nil {
		return dst, err
	}
	if err := g.checkTimes(out[len(dst):], f.Device, s); err != nil {
		return dst, err
	}
	if s != nil && s.Assigned(f.Device) {
		g.observeClock(*f, out[len(dst):])
	}
	vitals.MarkImplausible(out[len(dst):])
	if g.Roster != nil && len(out) > len(dst) {
		return g.attribute(dst, out[len(dst):], f, s)
	}
	return out, nobody
}

// attribute appends those of the readings of a frame that are somebody's, and
// says why others are not.
func (g *Gateway) attribute(dst, readings []vitals.Reading, f *device.Frame, s RosterVersion) ([]vitals.Reading, error) {
	var refused error
	at, whose, nobody := f.At, f.Patient, error(nil)
	for i, r := range readings {
		if t := trueTime(&r, f.Device, s); i == 0 || !t.Equal(at) {
			at = t
			whose, nobody = g.whose(f, at, s)
		}
		if nobody != nil {
			if refused == nil || waits(nobody) {
				refused = nobody
			}
			continue
		}
		r.Patient = whose
		dst = append(dst, r)
	}
	if refused != nil {
		f.Patient = vitals.PatientID{} // it is not known of the whole frame
	}
	return dst, refused
}

// checkTimes refuses what no sink could put in order, and by the clock also what
// comes from the future: an alarm engine would take everything until then for
// old.
func (g *Gateway) checkTimes(readings []vitals.Reading, d vitals.DeviceID, s RosterVersion) error {
	if len(readings) == 0 {
		return nil
	}
	limit := time.Now().Add(clockTolerance)
	for i := range readings {
		at := trueTime(&readings[i], d, s)
		if year := at.Year(); year < 1900 || year > 2200 || !g.EventTime && at.After(limit) {
			return ErrTime
		}
	}
	return nil
}

// whose returns who wore the device of a frame at a time, or why that was
// nobody.
func (g *Gateway) whose(f *device.Frame, at time.Time, s RosterVersion) (p vitals.PatientID, err error) {
	switch {
	case s != nil:
		return s.Wearer(f.Device, at)
	case g.Roster != nil:
		return g.Roster.Wearer(f.Device, at)
	case f.Patient.IsZero():
		return vitals.NewPatientID(string(f.Device)), nil
	}
	return f.Patient, nil
}
