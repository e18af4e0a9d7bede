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
	settled *census // by which everything was released that can be; guarded by mu
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
func (g *Gateway) place(b *batch, f *device.Frame, s *census, holder Holder) (settled bool) {
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
func (g *Gateway) decode(dst []vitals.Reading, f *device.Frame, s *census) (out []vitals.Reading, err error) {
	defer func() {
		if recover() != nil {
			out, err = dst, ErrPanic
		}
	}()
	var w *worn
	if s != nil {
		w = s.devices[f.Device]
	}
	whose, nobody := g.whose(f, f.At, s)
	f.Patient = whose
	there, ahead := w.shifted(*f)
	if out, err = g.Decoder.AppendReadings(dst, there); err != nil {
		return dst, err
	}
	w.unshift(out[len(dst):], ahead)
	if err := g.checkTimes(out[len(dst):], w); err != nil {
		return dst, err
	}
	if w != nil {
		g.observe(g.Roster.(*Census), *f, out[len(dst):])
	}
	vitals.MarkImplausible(out[len(dst):])
	if g.Roster != nil && len(out) > len(dst) {
		return g.attribute(dst, out[len(dst):], f, s, w)
	}
	return out, nobody
}

// attribute appends those of the readings of a frame that are somebody's, and
// says why others are not.
func (g *Gateway) attribute(dst, readings []vitals.Reading, f *device.Frame, s *census, w *worn) ([]vitals.Reading, error) {
	var refused error
	at, whose, nobody := f.At, f.Patient, error(nil)
	for i, r := range readings {
		if t := w.trueTime(&r); i == 0 || !t.Equal(at) {
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
func (g *Gateway) checkTimes(readings []vitals.Reading, w *worn) error {
	if len(readings) == 0 {
		return nil
	}
	limit := time.Now().Add(clockTolerance)
	for i := range readings {
		at := w.trueTime(&readings[i])
		if year := at.Year(); year < 1900 || year > 2200 || !g.EventTime && at.After(limit) {
			return ErrTime
		}
	}
	return nil
}

// whose returns who wore the device of a frame at a time, or why that was
// nobody.
func (g *Gateway) whose(f *device.Frame, at time.Time, s *census) (p vitals.PatientID, err error) {
	switch {
	case s != nil:
		return s.wearer(f.Device, instant(at))
	case g.Roster != nil:
		p, ok := g.Roster.Wearer(f.Device, at)
		if !ok {
			return vitals.PatientID{}, ErrUnknownDevice
		}
		return p, nil
	case f.Patient.IsZero():
		return vitals.NewPatientID(string(f.Device)), nil
	}
	return f.Patient, nil
}
