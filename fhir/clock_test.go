package fhir_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
)

// epoch is where the clocks of devices begin.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// elapsed is a wall clock reading in the words of a device.
func elapsed(s string) time.Duration {
	at, err := time.Parse("2006-01-02T15:04:05", s)
	if err != nil {
		panic(err)
	}
	return at.Sub(epoch)
}

// TestTimeTable has the 18 rows of HL7 PHD 0.3.0. The device's clock is 100 s
// behind that of the gateway, which stands two hours east of Greenwich; the
// device believes in one hour.
func TestTimeTable(t *testing.T) {
	gateway := time.Date(2024, 5, 1, 12, 0, 0, 0, time.FixedZone("", 2*3600))
	const (
		utc   = "2024-05-01T09:00:00" // the stamp, an hour before the gateway's time
		local = "2024-05-01T10:00:00" // the same on the device's wall
	)
	keep := time.Date(2024, 5, 1, 9, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		kind                    fhir.ClockType
		current, synced, offset bool
		want                    time.Time // zero: discard
		wantOffset              int
		coincident              bool
	}{
		{fhir.ClockUTC, true, true, true, keep, 3600, false},
		{fhir.ClockUTC, true, true, false, keep, 7200, false},
		{fhir.ClockUTC, true, false, true, keep.Add(100 * time.Second), 7200, true},
		{fhir.ClockUTC, true, false, false, keep.Add(100 * time.Second), 7200, true},
		{fhir.ClockUTC, false, true, true, keep, 3600, false},
		{fhir.ClockUTC, false, true, false, keep, 7200, false},
		{fhir.ClockUTC, false, false, true, time.Time{}, 0, false},
		{fhir.ClockUTC, false, false, false, time.Time{}, 0, false},
		{fhir.ClockLocal, true, true, true, keep, 3600, true},
		{fhir.ClockLocal, true, true, false, keep.Add(-time.Hour), 7200, true}, // 10:00 on the gateway's wall
		{fhir.ClockLocal, true, false, true, keep.Add(100 * time.Second), 7200, true},
		{fhir.ClockLocal, true, false, false, keep.Add(100 * time.Second), 7200, true},
		{fhir.ClockLocal, false, true, true, keep, 3600, false},
		{fhir.ClockLocal, false, true, false, keep.Add(-time.Hour), 7200, false},
		{fhir.ClockLocal, false, false, true, time.Time{}, 0, false},
		{fhir.ClockLocal, false, false, false, time.Time{}, 0, false},
		{fhir.ClockTicks, true, false, false, keep.Add(100 * time.Second), 7200, true},
		{fhir.ClockTicks, false, false, false, time.Time{}, 0, false},
	} {
		s := fhir.Stamp{Type: row.kind, HasOffset: row.offset, Current: row.current}
		if row.offset {
			s.Offset = time.Hour
		}
		switch row.kind {
		case fhir.ClockUTC:
			s.Elapsed = elapsed(utc)
		case fhir.ClockLocal:
			s.Elapsed = elapsed(local)
		case fhir.ClockTicks:
			s.Elapsed = 12345 * time.Second
		}
		now := s
		now.Elapsed += time.Hour - 100*time.Second
		c := fhir.Clock{Synced: row.synced, Now: now, Gateway: gateway}
		got := c.Timing(s, 0, gateway)
		name := got.Row
		require.Equal(t, row.want.IsZero(), got.Discard, "row %d", name)
		require.Equal(t, row.coincident, got.Coincident, "row %d", name)
		if got.Discard {
			require.True(t, got.At.IsZero(), "row %d", name)
			continue
		}
		require.True(t, row.want.Equal(got.At), "row %d: got %v, want %v", name, got.At, row.want)
		_, offset := got.At.Zone()
		require.Equal(t, row.wantOffset, offset, "row %d", name)
	}
	// Each row is numbered as the guide does.
	row := 0
	for _, kind := range []fhir.ClockType{fhir.ClockUTC, fhir.ClockLocal} {
		for i := range 8 {
			row++
			s := fhir.Stamp{Type: kind, Current: i&4 == 0, HasOffset: i&1 == 0}
			require.Equal(t, row, fhir.Clock{Synced: i&2 == 0, Gateway: gateway}.Timing(s, 0, gateway).Row)
		}
	}
}

func TestTimingWithoutStamp(t *testing.T) {
	got := fhir.Clock{}.Timing(fhir.Stamp{}, 30*time.Second, noon)
	require.Equal(t, fhir.Timing{At: noon.Add(-30 * time.Second)}, got, "a measurement ends when it is received")
	// A clock that tells no time cannot be corrected, nor by one of another type.
	s := fhir.Stamp{Type: fhir.ClockTicks, Elapsed: time.Minute, Current: true}
	require.True(t, fhir.Clock{Gateway: noon}.Timing(s, 0, noon).Discard)
	require.True(t, fhir.Clock{Gateway: noon, Now: fhir.Stamp{Type: fhir.ClockUTC}}.Timing(s, 0, noon).Discard)
	require.False(t, fhir.Clock{Gateway: noon, Now: s}.Timing(s, 0, noon).Discard)
}

// TestTimingOverSummerTime has clocks change between the stamp and now.
func TestTimingOverSummerTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	gateway := time.Date(2024, 3, 31, 12, 0, 0, 0, berlin) // summer time since 3 o'clock
	night := time.Date(2024, 3, 31, 0, 30, 0, 0, time.UTC) // 01:30 in winter time
	wall := fhir.Stamp{Type: fhir.ClockLocal, Elapsed: elapsed("2024-03-31T01:30:00"), Current: true}
	now := fhir.Stamp{Type: fhir.ClockLocal, Elapsed: elapsed("2024-03-31T12:00:00"), Current: true}
	for name, c := range map[string]fhir.Clock{
		"synchronised": {Synced: true, Gateway: gateway, Now: now},
		"offsets told": {Gateway: gateway, Now: fhir.Stamp{Type: fhir.ClockLocal, Elapsed: now.Elapsed, HasOffset: true, Offset: 2 * time.Hour}},
	} {
		s := wall
		if !c.Synced {
			s.HasOffset, s.Offset = true, time.Hour
		}
		got := c.Timing(s, 0, gateway)
		require.True(t, night.Equal(got.At), "%s: got %v", name, got.At)
		_, offset := got.At.Zone()
		require.Equal(t, 3600, offset, "%s: the offset of the time, not of now", name)
	}
}

// TestStampInIdentifier compares with the forms of the guide's page on
// conditional create. (Its example for 2021-11-22 11:56:30 is 30 s off.)
func TestStampInIdentifier(t *testing.T) {
	m := mappers["PHD"]
	r := panelOf(0, 0, 0)
	require.Empty(t, r)
	for _, row := range []struct {
		stamp    fhir.Stamp
		duration time.Duration
		want     string
	}{
		{fhir.Stamp{Type: fhir.ClockTicks, Elapsed: 12345678 * time.Millisecond, Resolution: time.Millisecond}, 0, "12345.678"},
		{fhir.Stamp{Type: fhir.ClockTicks, Elapsed: 5 * time.Microsecond, Resolution: 125 * time.Microsecond}, 0, "0.0000"},
		{fhir.Stamp{Type: fhir.ClockUTC, Elapsed: elapsed("2021-11-22T11:56:30"), HasOffset: true, Offset: time.Hour}, 0, "690897390+4"},
		{fhir.Stamp{Type: fhir.ClockLocal, Elapsed: elapsed("2021-11-22T11:56:30"), HasOffset: true, Offset: -5 * time.Hour}, 0, "690897390-20"},
		{fhir.Stamp{Type: fhir.ClockLocal, Elapsed: elapsed("2021-11-22T11:56:30"), Resolution: 10 * time.Millisecond}, 90 * time.Second, "690897390.00..90.00"},
	} {
		o, err := m.ObservationWith(spo2(), fhir.Details{
			Stamp: row.stamp, Duration: row.duration, Supplemental: []coding{fhir.MDC(150588, "MDC_MODALITY_SPOT")},
		})
		require.NoError(t, err)
		require.Equal(t, "00E5DEAD77C3-p1-150456-"+row.want+"-150588", *o.Identifier[0].Value)
	}
}

// FuzzTiming demands that every stamp has a time or is discarded, with an
// offset that is the stamp's or the gateway's.
func FuzzTiming(f *testing.F) {
	f.Add(uint8(1), int64(767873472e9), int64(767873470e9), int64(3600), true, true, false, int64(1e9))
	f.Add(uint8(3), int64(-1)<<63, int64(1)<<62, int64(-1)<<40, false, true, true, int64(-1))
	f.Fuzz(func(t *testing.T, kind uint8, stamp, now, offset int64, has, current, synced bool, resolution int64) {
		s := fhir.Stamp{
			Type: fhir.ClockType(kind), Elapsed: time.Duration(stamp), Resolution: time.Duration(resolution),
			Offset: time.Duration(offset), HasOffset: has, Current: current,
		}
		c := fhir.Clock{Synced: synced, Now: s, Gateway: noon}
		c.Now.Elapsed = time.Duration(now)
		got := c.Timing(s, 0, noon)
		require.Equal(t, got.Discard, got.At.IsZero())
		require.LessOrEqual(t, got.Row, 18)
		if got.Row == 0 {
			require.Equal(t, fhir.Timing{At: noon}, got)
		}
		again := c.Timing(s, 0, noon.Add(time.Hour))
		if got.Row > 0 {
			require.Equal(t, got.Row, again.Row, "the time of reception does not matter")
			require.True(t, got.At.Equal(again.At))
		}
		_, err := mappers["PHD"].ObservationWith(spo2(), fhir.Details{Stamp: s})
		require.NoError(t, err)
		_, _ = mappers["PHD"].CoincidentTimestamp(fhir.CoincidentTimestamp{Device: "d1", Clock: c})
	})
}
