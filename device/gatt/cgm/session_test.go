package cgm_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/vitals"
)

// The start of the session gives every value its instant.
func ExampleSession() {
	now := time.Date(2024, 6, 30, 12, 0, 0, 0, time.UTC)
	var session cgm.Session
	var readings []vitals.Reading
	for _, f := range []device.Frame{
		{Format: device.GATT(cgm.UUIDSessionStart), Bytes: []byte{0xE8, 0x07, 6, 30, 9, 0, 0, 4, 4}}, // 09:00, UTC+1, summer time
		{Format: device.GATT(cgm.UUIDMeasurement), Bytes: []byte{6, 0, 120, 0, 5, 0, 6, 0, 124, 0, 10, 0}},
	} {
		f.At = now
		var err error
		if readings, err = session.Frame(readings, f); err != nil {
			fmt.Println(err)
		}
	}
	for _, r := range readings {
		fmt.Println(r.Kind, r.Quantity, r.At.Format(time.RFC3339))
	}
	// Output:
	// GlucoseISF 120 mg/dL 2024-06-30T07:05:00Z
	// GlucoseISF 124 mg/dL 2024-06-30T07:10:00Z
}

func TestCGMSession(t *testing.T) {
	const (
		feature = "000000 59 ffff"
		sealed  = "001000 59 f07e" // with checksum; the sum is computed below
		start   = "e807061e0900000404"
		value   = "06 00 7800 0500"
	)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("no time zones on this machine")
	}
	b := atttest.Unhex(t, sealed)
	sum := gatt.CRC16(b[:4])
	withCRC := fmt.Sprintf("001000 59 %02x%02x", byte(sum), byte(sum>>8))
	for _, tt := range []struct {
		name    string
		feature string
		start   string
		value   string
		at      time.Time
		want    string
	}{
		{"start unknown", "", "", value, atttest.Noon, "GlucoseISF 120 mg/dL [good] at 12:00:00Z"},
		{"start known", "", start, value, atttest.Noon, "GlucoseISF 120 mg/dL [good] stamped 07:05:00Z"},
		{"gateway elsewhere", "", start, value, atttest.Noon.In(berlin), "GlucoseISF 120 mg/dL [good] stamped 09:05:00+02:00"},
		{"venous blood", "000000 f3 ffff", start, value, atttest.Noon, "GlucoseVenousBlood 120 mg/dL [good] stamped 07:05:00Z"},
		{"control solution", "000000 4a ffff", start, value, atttest.Noon, "GlucoseControl 120 mg/dL [test-data] stamped 07:05:00Z"},
		{"zone unknown", "", "e807061e09000080ff", value, atttest.Noon.In(berlin), "GlucoseISF 120 mg/dL [good] stamped 09:05:00+02:00"},
		{"in the future", "", "e807061e0f00000000", value, atttest.Noon, "GlucoseISF 120 mg/dL [clock-unset] at 12:00:00Z"},
		{"year unknown", "", "0000061e0900000404", value, atttest.Noon, "GlucoseISF 120 mg/dL [clock-unset] at 12:00:00Z"},
		{"1970", "", "b20701010000000000", value, atttest.Noon, "GlucoseISF 120 mg/dL [clock-unset] at 12:00:00Z"},
		{"sensor has lost the time", "", start, "07 40 7800 0500 01", atttest.Noon, "GlucoseISF 120 mg/dL [clock-unset] at 12:00:00Z"},
		{
			"over the end of summer time", "", "e8070a1a0000000404", "06 00 7800 e808", time.Date(2024, 10, 28, 0, 0, 0, 0, berlin),
			"GlucoseISF 120 mg/dL [good] stamped 13:00:00+01:00",
		},
		{"checksum missing", withCRC, "", value, atttest.Noon, "feature_mismatch @ 0 CRC"},
		{"checksum there", withCRC, "", "08 00 0c10 0600 596f", atttest.Noon, "GlucoseISF 120 mg/dL [good] at 12:00:00Z"},
		{"checksum of the start missing", withCRC, start, "", atttest.Noon, "feature_mismatch @ 9 CRC"},
		{"checksum not promised", feature, "", "08 00 0c10 0600 596f", atttest.Noon, "feature_mismatch @ 0 CRC"},
		{"wrong", "", "", "06 00 7800 05", atttest.Noon, "truncated @ 4 TimeOffset"},
		{"feature wrong", "000000 59 0000", "", "", atttest.Noon, "crc_field_not_ffff @ 4 CRC"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var s cgm.Session
			got := ""
			for _, in := range []struct {
				uuid uint16
				wire string
			}{{cgm.UUIDFeature, tt.feature}, {cgm.UUIDSessionStart, tt.start}, {cgm.UUIDMeasurement, tt.value}} {
				if in.wire == "" {
					continue
				}
				rs, err := s.Frame(nil, device.Frame{Format: device.GATT(in.uuid), Bytes: atttest.Unhex(t, in.wire), At: tt.at})
				got += atttest.Fault(err)
				for _, r := range rs {
					how := "at"
					if r.Stamped {
						how = "stamped"
					}
					got += fmt.Sprintf("%v %v [%v] %s %s", r.Kind, r.Quantity, r.Quality, how, r.At.Format("15:04:05Z07:00"))
				}
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestCGMSessionEnd(t *testing.T) {
	var s cgm.Session
	if _, ok := s.End(time.UTC); ok {
		t.Error("the end of an unknown session")
	}
	for uuid, wire := range map[uint16]string{cgm.UUIDSessionStart: "e807061e0900000000", cgm.UUIDSessionRunTime: "a800"} {
		if _, err := s.Frame(nil, device.Frame{Format: device.GATT(uuid), Bytes: atttest.Unhex(t, wire), At: atttest.Noon}); err != nil {
			t.Fatal(err)
		}
	}
	if end, ok := s.End(time.UTC); !ok || !end.Equal(time.Date(2024, 7, 7, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("end %v, %v", end, ok)
	}
	if _, err := s.Frame(nil, device.Frame{Format: device.GATT(gatt.UUIDBatteryLevel)}); !device.IsUnsupported(err) {
		t.Errorf("a battery level: %v", err)
	}
}

func TestCGMSessionAllocs(t *testing.T) {
	s := cgm.Session{HasStart: true, Start: cgm.SessionStart{Start: atttest.May31, TimeZone: clock.TimeZoneUnknown}}
	m, err := cgm.ParseMeasurement(atttest.Unhex(t, "06 00 7800 0500"))
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]vitals.Reading, 0, 4)
	if n := testing.AllocsPerRun(100, func() { dst = s.AppendReadings(dst[:0], m, device.Frame{At: atttest.Noon}) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
