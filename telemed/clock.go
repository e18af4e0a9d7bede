package telemed

import (
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// decodeAhead decodes a frame as if it had arrived when the device's own clock
// said so: what is young or impossible is judged by that. Readings that have
// nothing but the time of arrival get that.
func (g *Gateway) decodeAhead(dst []vitals.Reading, f device.Frame, s RosterVersion) ([]vitals.Reading, error) {
	if s == nil {
		return g.Decoder.AppendReadings(dst, f)
	}
	ahead := s.AheadAt(f.Device, f.At)
	f.At = f.At.Add(ahead)
	out, err := g.Decoder.AppendReadings(dst, f)
	if err != nil {
		return dst, err
	}
	for i := range out[len(dst):] {
		if r := &out[len(dst)+i]; !r.Stamped {
			r.At = r.At.Add(-ahead)
		}
	}
	return out, nil
}

// trueTime is the instant of a reading from a device after correction.
func trueTime(r *vitals.Reading, d vitals.DeviceID, s RosterVersion) time.Time {
	if s == nil || !r.Stamped {
		return r.At
	}
	return r.At.Add(-s.Ahead(d, r.At))
}

// observeClock tells the roster what a frame says about the clock of its device. A
// stamp that the decoder did not believe is asked for again, as if the frame
// came at the end of all times.
func (g *Gateway) observeClock(f device.Frame, readings []vitals.Reading) {
	arrived, newest := f.At, time.Time{}
	for i := range readings {
		r := &readings[i]
		if !r.Stamped && r.Quality.Has(vitals.ClockUnset) && f.At.Year() < 2200 {
			f.At = time.Date(2200, 12, 31, 0, 0, 0, 0, f.At.Location())
			again, err := g.Decoder.AppendReadings(nil, f)
			if err == nil {
				readings = again
			}
			break
		}
	}
	for i := range readings {
		if r := &readings[i]; r.Stamped && r.At.After(newest) {
			newest = r.At
		}
	}
	if !newest.IsZero() {
		g.revisable().ObserveClock(f.Device, newest, arrived)
	}
}
