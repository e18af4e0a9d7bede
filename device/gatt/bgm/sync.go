package bgm

import (
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/gatt/racp"
	"github.com/telemed-go/sdk/vitals"
)

// A Record is a measurement and what the user noted about it.
type Record struct {
	Measurement Measurement
	Context     Context
	// Frame is what the measurement came in, or the context if there is none,
	// without its bytes.
	Frame device.Frame

	// HasMeasurement is false for a context whose measurement never came.
	HasMeasurement bool
	HasContext     bool
}

// AppendReadings appends the readings of the measurement, and those of the
// context at the instant of the measurement.
func (g Record) AppendReadings(dst []vitals.Reading) []vitals.Reading {
	if g.HasMeasurement {
		dst = g.Measurement.AppendReadings(dst, g.Frame)
	}
	if !g.HasContext {
		return dst
	}
	first := len(dst)
	dst = g.Context.AppendReadings(dst, g.Frame)
	if !g.HasMeasurement {
		return dst
	}
	at, ok := g.Measurement.UserTime()
	if !ok {
		at = clock.DateTime{}
	}
	stamp := att.DateTime(at).Reading(g.Frame, g.Measurement.Status&TimeFault == 0)
	for i := first; i < len(dst); i++ {
		dst[i].At, dst[i].Stamped = stamp.At, stamp.Stamped
		dst[i].Quality |= stamp.Quality
	}
	return dst
}

// maxWaiting is how many records may wait for their other half.
const maxWaiting = 16

// Sync fetches the memory of a glucose meter and joins every context to
// its measurement, whichever comes first. Start it with the methods of Fetch,
// write what they return to the control point, hand over all that the meter
// sends. The zero Sync is ready. It is not safe for concurrent use; its
// memory is bounded.
//
// A record is given out once, as soon as it is whole. A measurement whose
// context does not come is given out alone, and so is a context without
// measurement: nothing is lost. At most 16 wait at any time.
type Sync struct {
	Fetch racp.Fetch

	waiting  [maxWaiting]Record // oldest first
	n        int
	contexts att.NumberSet // whose context has come
	epoch    int           // of Fetch, to which contexts belongs
}

// Frame takes a measurement, a context, or an indication of the control point.
// It appends the records that are whole now and returns what to write to the
// control point, if anything.
func (s *Sync) Frame(dst []Record, f device.Frame) (records []Record, write []byte, err error) {
	uuid, _ := f.Format.Characteristic()
	dst = s.Tick(dst, f.At)
	if s.epoch != s.Fetch.Epoch() { // what belongs to the fetch before stays apart
		s.epoch = s.Fetch.Epoch()
		s.contexts.Clear()
		dst = append(dst, s.waiting[:s.n]...)
		s.waiting, s.n = [maxWaiting]Record{}, 0
	}
	switch uuid {
	case UUIDMeasurement:
		m, err := ParseMeasurement(f.Bytes)
		if err != nil {
			return dst, nil, err
		}
		return s.measurement(dst, m, f), nil, nil
	case UUIDContext:
		m, err := ParseContext(f.Bytes)
		if err != nil {
			return dst, nil, err
		}
		return s.context(dst, m, f), nil, nil
	case racp.UUID:
		write, err = s.Fetch.Indication(f.Bytes, f.At)
		return dst, write, err
	}
	return dst, nil, &device.DecodeError{Type: f.Format.String(), Err: device.ErrUnsupported}
}

func (s *Sync) measurement(dst []Record, m Measurement, f device.Frame) []Record {
	if !s.Fetch.Record(m.Sequence, f.At) {
		return dst
	}
	f.Bytes = nil
	g := Record{Measurement: m, HasMeasurement: true, Frame: f}
	if i := s.find(m.Sequence); i >= 0 {
		g.Context, g.HasContext = s.waiting[i].Context, true
		s.remove(i)
		return append(dst, g)
	}
	if !m.ContextFollows || s.contexts.Has(m.Sequence) {
		return append(dst, g)
	}
	return s.wait(dst, g)
}

func (s *Sync) context(dst []Record, c Context, f device.Frame) []Record {
	if !s.contexts.Add(c.Sequence) {
		return dst
	}
	if i := s.find(c.Sequence); i >= 0 {
		g := s.waiting[i]
		g.Context, g.HasContext = c, true
		s.remove(i)
		return append(dst, g)
	}
	f.Bytes = nil
	return s.wait(dst, Record{Context: c, HasContext: true, Frame: f})
}

// find is where the other half of a record waits, or -1.
func (s *Sync) find(sequence uint16) int {
	for i, g := range s.waiting[:s.n] {
		if g.HasMeasurement && g.Measurement.Sequence == sequence || g.HasContext && g.Context.Sequence == sequence {
			return i
		}
	}
	return -1
}

// wait keeps half a record; the oldest has to go if there is no room.
func (s *Sync) wait(dst []Record, g Record) []Record {
	if s.n == maxWaiting {
		dst = append(dst, s.waiting[0])
		s.remove(0)
	}
	s.waiting[s.n] = g
	s.n++
	return dst
}

func (s *Sync) remove(i int) {
	copy(s.waiting[i:], s.waiting[i+1:s.n])
	s.n--
	s.waiting[s.n] = Record{}
}

// Tick lets time pass: call it at [Sync.Deadline] or later. It appends
// the halves of records whose other half will not come any more.
func (s *Sync) Tick(dst []Record, now time.Time) []Record {
	s.Fetch.Tick(now)
	for s.n > 0 && !s.Fetch.State().Active() && !now.Before(s.expiry()) {
		dst = append(dst, s.waiting[0])
		s.remove(0)
	}
	return dst
}

// expiry is when the oldest half has waited long enough. While records are
// being sent it has all the time it needs.
func (s *Sync) expiry() time.Time { return s.Fetch.Expiry(s.waiting[0].Frame.At) }

// Deadline is when to call Tick; zero if there is no need.
func (s *Sync) Deadline() time.Time {
	if d := s.Fetch.Deadline(); !d.IsZero() || s.n == 0 {
		return d
	}
	return s.expiry()
}

// Done reports whether nothing more is expected: neither from the meter nor of
// a record that is only half there.
func (s *Sync) Done() bool { return !s.Fetch.State().Active() && s.n == 0 }
