package cgm

import (
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/vitals"
)

// A Session knows when the session of a glucose sensor began and what the
// sensor is, and with that the instant of every value: the start plus the time
// offset. Fill it from the characteristics that a collector reads after it has
// connected, or hand it all frames. Each sensor has its own; the zero
// Session knows nothing yet. It is not safe for concurrent use.
//
// The start is a wall clock with its zone and daylight saving time, so it is
// one instant wherever the gateway stands. From there on minutes are counted,
// and a change to summer time during the session changes nothing. A sensor
// that does not know its zone is taken to stand where the gateway stands.
type Session struct {
	Feature    Feature
	HasFeature bool
	Start      SessionStart
	HasStart   bool
	RunTime    SessionRunTime
	HasRunTime bool
}

// Frame takes a frame of the sensor and appends the readings of a measurement.
// Feature, session start and run time are remembered; once the feature is known,
// every frame must have the checksum that it promises. Frames of other
// characteristics are errors that wrap [device.ErrUnsupported].
func (s *Session) Frame(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	uuid, _ := f.Format.Characteristic()
	switch uuid {
	case UUIDMeasurement:
		m, err := ParseMeasurement(f.Bytes)
		if err = s.check(m, err); err != nil {
			return dst, err
		}
		return s.AppendReadings(dst, m, f), nil
	case UUIDFeature:
		m, err := ParseFeature(f.Bytes)
		if err == nil {
			s.Feature, s.HasFeature = m, true
		}
		return dst, err
	case UUIDSessionStart:
		m, err := ParseSessionStart(f.Bytes)
		if err = s.check(m, err); err == nil {
			s.Start, s.HasStart = m, true
		}
		return dst, err
	case UUIDSessionRunTime:
		m, err := ParseSessionRunTime(f.Bytes)
		if err = s.check(m, err); err == nil {
			s.RunTime, s.HasRunTime = m, true
		}
		return dst, err
	}
	return dst, &device.DecodeError{Type: f.Format.String(), Err: device.ErrUnsupported}
}

// check holds a good frame against the feature characteristic.
func (s *Session) check(m interface{ CheckFeature(f Features) error }, err error) error {
	if err != nil || !s.HasFeature {
		return err
	}
	return m.CheckFeature(s.Feature.Features)
}

// Instant is when a value with a time offset in minutes was measured, if the
// start of the session is known. The location is for sensors that do not know
// theirs.
func (s *Session) Instant(offset uint16, in *time.Location) (time.Time, bool) {
	if !s.HasStart {
		return time.Time{}, false
	}
	start, ok := s.Start.Time(in)
	if !ok || start.Year() < att.FirstYear {
		return time.Time{}, false
	}
	return start.Add(time.Duration(offset) * time.Minute), true
}

// End is when the sensor has to be replaced, if start and run time are known.
func (s *Session) End(in *time.Location) (time.Time, bool) {
	start, ok := s.Instant(0, in)
	return start.Add(s.RunTime.Duration()), ok && s.HasRunTime
}

// AppendReadings appends the glucose of every record, named for what the
// sensor sits in, stamped with its instant. An instant that lies in the future
// or that the sensor itself doubts is not believed; the reading then carries
// the time of arrival, and so it does as long as the start is not known.
func (s *Session) AppendReadings(dst []vitals.Reading, m Measurement, f device.Frame) []vitals.Reading {
	kind := vitals.GlucoseISF
	if s.HasFeature {
		kind = s.Feature.Kind()
	}
	first := len(dst)
	dst = m.AppendReadings(dst, f)
	for i := first; i < len(dst); i++ {
		r := &dst[i]
		r.Kind = kind
		if kind == vitals.GlucoseControl {
			r.Quality |= vitals.TestData
		}
		if !s.HasStart || r.Quality.Has(vitals.ClockUnset) {
			continue
		}
		at, ok := s.Instant(uint16(r.Sequence), f.At.Location())
		if !ok || !f.At.IsZero() && at.Sub(f.At) > att.ClockTolerance {
			r.Quality |= vitals.ClockUnset
			continue
		}
		r.At, r.Stamped = at.In(f.At.Location()), true
	}
	return dst
}
