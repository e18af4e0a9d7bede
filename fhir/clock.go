package fhir

import (
	"strconv"
	"time"
)

// A ClockType says what the clock of a device counts.
type ClockType uint8

// The types of clocks.
const (
	NoClock    ClockType = iota // the device stamps nothing
	ClockUTC                    // seconds since 2000-01-01T00:00:00Z
	ClockLocal                  // a wall clock: seconds since 2000-01-01T00:00:00 where it stands
	ClockTicks                  // a counter that began at some moment nobody knows
)

// A Stamp is a time as the clock of a device tells it, not corrected in any
// way. The zero Stamp is none.
type Stamp struct {
	Type       ClockType
	Elapsed    time.Duration // since 2000-01-01, or since the counter began
	Resolution time.Duration // one step of the clock; 0 means a second
	// Offset is the distance of local time from UTC, if the device tells it.
	Offset    time.Duration
	HasOffset bool
	// Current says that the clock was not set between the measurement and now:
	// the stamp lies on the device's present timeline.
	Current bool
}

// stampEpoch is where clocks of UTC and local time begin.
var stampEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// A Clock is what a gateway knows of the clock of a device: what it showed and
// what the gateway's own showed at the same moment.
type Clock struct {
	Synced  bool      // set from outside: by NTP, by a radio signal
	Now     Stamp     // the device's; zero if it does not tell
	Gateway time.Time // the gateway's, in its zone
}

// A Timing is when a measurement took place.
type Timing struct {
	// Row is the row of the PHD guide's time table, from 1, or 0 for a
	// measurement without a stamp.
	Row int
	At  time.Time // the start, for a measurement with a duration
	// Discard says that the time cannot be known, and At is zero. The guide
	// demands a time, so there is no Observation: count it and say so.
	Discard bool
	// Coincident says that the Observation refers to the coincident
	// timestamp of its connection ([Mapper.CoincidentTimestamp]).
	Coincident bool
}

// Timing finds the time of a measurement: the 18 rows of HL7 PHD 0.3.0 for
// types of clocks, timelines, synchronisation and offsets. Device and gateway
// are taken to be in one zone. Without a stamp the time is that of reception,
// at which a measurement with a duration ended.
//
// A stamp that needs correction by a clock that tells no time, or by one of
// another type, is discarded as well.
func (c Clock) Timing(s Stamp, duration time.Duration, received time.Time) (t Timing) {
	if s.Type == NoClock || s.Type > ClockTicks {
		return Timing{At: received.Add(-duration)}
	}
	t.Row = rowOf(s, c.Synced)
	switch r := timeRows[t.Row-1]; r.action {
	case keepTime:
		t.At, t.Coincident = s.in(c.Gateway.Location()), r.coincident
	case mapTime:
		if c.Now.Type == s.Type && !c.Gateway.IsZero() {
			t.At, t.Coincident = c.Gateway.Add(s.since(c.Now)), r.coincident
		}
	}
	t.Discard = t.At.IsZero()
	return t
}

type timeAction uint8

const (
	discardTime timeAction = iota
	keepTime               // with the offset of the device, or else that of the gateway
	mapTime                // by the distance from the device's present time
)

// timeRows is the time table of HL7 PHD 0.3.0 in its order: by type; then
// current before not current, synchronised before not, offset before none.
// What is to be done with the offset follows from its being there.
var timeRows = [18]struct {
	action     timeAction
	coincident bool
}{
	{keepTime, false},
	{keepTime, false},
	{mapTime, true},
	{mapTime, true},
	{keepTime, false},
	{keepTime, false},
	{discardTime, false},
	{discardTime, false},
	{keepTime, true},
	{keepTime, true},
	{mapTime, true},
	{mapTime, true},
	{keepTime, false},
	{keepTime, false},
	{discardTime, false},
	{discardTime, false},
	{mapTime, true},
	{discardTime, false},
}

func rowOf(s Stamp, synced bool) int {
	if s.Type == ClockTicks {
		return 17 + bit(!s.Current)
	}
	return 1 + 8*bit(s.Type == ClockLocal) + 4*bit(!s.Current) + 2*bit(!synced) + bit(!s.HasOffset)
}

// in is the stamp as a time: with its own offset, or in the zone z.
func (s Stamp) in(z *time.Location) time.Time {
	at := stampEpoch.Add(s.Elapsed)
	switch {
	case s.HasOffset:
		if s.Type == ClockLocal {
			at = at.Add(-s.Offset)
		}
		return at.In(time.FixedZone("", int(s.Offset/time.Second)))
	case s.Type == ClockLocal:
		year, month, day := at.Date()
		hour, minute, second := at.Clock()
		return time.Date(year, month, day, hour, minute, second, at.Nanosecond(), z)
	}
	return at.In(z)
}

// since is the time from o to s. The wall clock of a device that tells its
// offset may have gone over to summer time in between.
func (s Stamp) since(o Stamp) time.Duration {
	d := s.Elapsed - o.Elapsed
	if s.Type == ClockLocal && s.HasOffset && o.HasOffset {
		d -= s.Offset - o.Offset
	}
	return d
}

// append appends the stamp as the identifier of PHD has it: seconds in the
// resolution of the clock and the offset in quarters of an hour. A duration
// follows two points. (The guide's page about time stamps has it so; its
// page about identifiers has a hyphen, behind which a duration could not be
// told from the code of a supplemental type.)
func (s Stamp) append(b []byte, duration time.Duration) []byte {
	b = appendSeconds(b, s.Elapsed, s.Resolution)
	if s.HasOffset && s.Type != ClockTicks {
		quarters := int64(s.Offset / (15 * time.Minute))
		if quarters >= 0 {
			b = append(b, '+')
		}
		b = strconv.AppendInt(b, quarters, 10)
	}
	return appendDuration(b, duration, s.Resolution)
}

func appendDuration(b []byte, duration, resolution time.Duration) []byte {
	if duration <= 0 {
		return b
	}
	return appendSeconds(append(b, ".."...), duration, resolution)
}

// appendSeconds appends d in seconds with the digits that a clock of the
// resolution has.
func appendSeconds(b []byte, d, resolution time.Duration) []byte {
	digits, unit := 0, time.Second
	for resolution > 0 && unit > resolution && unit > 1 {
		digits, unit = digits+1, unit/10
	}
	if d < 0 {
		b, d = append(b, '-'), -d
	}
	b = strconv.AppendInt(b, int64(d/time.Second), 10)
	if digits > 0 {
		b = append(b, '.')
	}
	for rest := d % time.Second; digits > 0; digits-- {
		rest *= 10
		b = append(b, byte('0'+rest/time.Second))
		rest %= time.Second
	}
	return b
}
