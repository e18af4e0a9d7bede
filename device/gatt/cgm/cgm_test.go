package cgm_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/racp"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// A notification may carry several records.
func ExampleParseMeasurement() {
	m, err := cgm.ParseMeasurement([]byte{
		0x06, 0x00, 0x78, 0x00, 0x05, 0x00,
		0x09, 0x21, 0x3C, 0x00, 0x0A, 0x00, 0x04, 0xEC, 0xFF,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for c := range m.Records() {
		fmt.Println("minute", c.TimeOffset, "-", c.Glucose, "mg/dL,", c.Annunciation)
		if c.HasTrend {
			fmt.Println("trend", c.Trend, "mg/dL/min")
		}
	}
	for _, r := range m.AppendReadings(nil, device.Frame{}) {
		fmt.Println(r.Kind, r.Quantity)
	}
	// Output:
	// minute 5 - 120 mg/dL, none
	// minute 10 - 60 mg/dL, below hypo
	// trend -2.0 mg/dL/min
	// GlucoseISF 120 mg/dL
	// GlucoseISF 60 mg/dL
}

// cgms are notifications as records, and what is wrong with them.
var cgms = []struct {
	name string
	wire string
	want []cgm.Record
	bad  string
}{
	{name: "one", wire: "06 00 7800 1e00", want: []cgm.Record{{Glucose: 120, TimeOffset: 30}}},
	{
		name: "two", wire: "06 00 0c10 0500 06 00 0c10 0600",
		want: []cgm.Record{{Glucose: 0x100C, TimeOffset: 5}, {Glucose: 0x100C, TimeOffset: 6}},
	},
	{
		name: "all", wire: "0f e3 7800 0500 01 02 04 feff ff07 XXXX",
		want: []cgm.Record{{
			Glucose: 120, TimeOffset: 5, Annunciation: 0x040201, HasStatus: true, HasCalTemp: true, HasWarning: true,
			Trend: 0xFFFE, HasTrend: true, Quality: medfloat.SNaN, HasQuality: true, HasCRC: true,
		}},
	},
	{
		name: "status only", wire: "07 80 7800 0500 22",
		want: []cgm.Record{{Glucose: 120, TimeOffset: 5, Annunciation: 0x22, HasStatus: true}},
	},
	{
		name: "cal/temp only", wire: "07 40 7800 0500 22",
		want: []cgm.Record{{Glucose: 120, TimeOffset: 5, Annunciation: 0x2200, HasCalTemp: true}},
	},
	{
		name: "warning only", wire: "07 20 7800 0500 22",
		want: []cgm.Record{{Glucose: 120, TimeOffset: 5, Annunciation: 0x220000, HasWarning: true}},
	},
	{
		name: "reserved bits of octets", wire: "08 c0 7800 0500 c0 c0",
		want: []cgm.Record{{Glucose: 120, TimeOffset: 5, Annunciation: 0xC0C0, HasStatus: true, HasCalTemp: true}},
	},
	{
		name: "one with and one without checksum", wire: "08 00 0c10 0600 XXXX 06 00 0c10 0700",
		want: []cgm.Record{{Glucose: 0x100C, TimeOffset: 6, HasCRC: true}, {Glucose: 0x100C, TimeOffset: 7}},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 Size"},
	{name: "size only", wire: "06", bad: "truncated @ 1 Flags"},
	{name: "too small", wire: "05 00 7800 1e", bad: "size_mismatch @ 0 Size"},
	{name: "size 0", wire: "00 00", bad: "size_mismatch @ 0 Size"},
	{name: "size 7", wire: "07 00 7800 1e00 00", bad: "size_mismatch @ 0 Size"},
	{name: "size without trend", wire: "06 01 7800 1e00", bad: "size_mismatch @ 0 Size"},
	{name: "size 255", wire: "ff ff 7800 1e00", bad: "reserved_bits @ 1 Flags"},
	{
		name: "wrong checksum", wire: "06 00 0c10 0500 08 00 0c10 0600 586f", bad: "crc_mismatch @ 12 CRC",
		want: []cgm.Record{{Glucose: 0x100C, TimeOffset: 5}},
	},
	{
		name: "half a second record", wire: "06 00 0c10 0500 06 00 0c", bad: "truncated @ 8 Glucose",
		want: []cgm.Record{{Glucose: 0x100C, TimeOffset: 5}},
	},
	{
		name: "surplus zero", wire: "06 00 0c10 0500 00 00", bad: "size_mismatch @ 6 Size",
		want: []cgm.Record{{Glucose: 0x100C, TimeOffset: 5}},
	},
	{
		name: "reserved flag that announces nothing", wire: "06 08 0c10 0500 06 00 0c10 0600", bad: "reserved_bits @ 1 Flags",
		want: []cgm.Record{{Glucose: 0x100C, TimeOffset: 5, Reserved: 8}, {Glucose: 0x100C, TimeOffset: 6}},
	},
	{name: "reserved flag with a field", wire: "07 08 0c10 0500 00", bad: "reserved_bits @ 1 Flags"},
}

// sealed is a wire of the table with the checksum in place of XXXX.
func sealed(t testing.TB, wire string) []byte {
	t.Helper()
	var out []byte
	for record := range bytes.SplitSeq([]byte(wire), []byte("XXXX")) {
		if len(out) > 0 {
			sum := gatt.CRC16(out)
			out = append(out, byte(sum), byte(sum>>8))
		}
		out = append(out, atttest.Unhex(t, string(record))...)
	}
	return out
}

func TestCGMMeasurement(t *testing.T) {
	for _, v := range cgms {
		t.Run(v.name, func(t *testing.T) {
			wire := sealed(t, v.wire)
			m, err := cgm.ParseMeasurement(wire)
			if bad := atttest.Fault(err); bad != v.bad {
				t.Fatalf("error %q, want %q", bad, v.bad)
			}
			if got := slices.Collect(m.Records()); !reflect.DeepEqual(got, v.want) {
				t.Errorf("got  %+v\nwant %+v", got, v.want)
			}
			if err != nil {
				return
			}
			if back, _ := cgm.NewMeasurement(v.want...).AppendBinary(nil); !bytes.Equal(back, wire) {
				t.Errorf("encodes to % x, want % x", back, wire)
			}
			for n := range wire {
				atttest.Cut(t, cgm.ParseMeasurement, wire, n)
			}
		})
	}
}

// What the records say is the whole of the bytes.
func FuzzParseCGMMeasurement(f *testing.F) {
	for _, v := range cgms {
		f.Add(sealed(f, v.wire))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		m, err := cgm.ParseMeasurement(wire)
		records := slices.Collect(m.Records())
		back, _ := cgm.NewMeasurement(records...).AppendBinary(nil)
		raw, _ := m.AppendBinary(nil)
		if !bytes.Equal(back, raw) || !bytes.HasPrefix(wire, raw) || err == nil && len(raw) != len(wire) {
			t.Errorf("% x: records of % x encode to % x, %v", wire, raw, back, err)
		}
		turned, _ := cgm.NewMeasurement(slices.Collect(m.ReversedAnnunciation().ReversedAnnunciation().Records())...).AppendBinary(nil)
		if !bytes.Equal(turned, raw) {
			t.Errorf("% x turned twice is % x", raw, turned)
		}
		for _, r := range m.AppendReadings(nil, device.Frame{At: atttest.Noon}) {
			if r.Quality.Has(vitals.Absent) != r.Quantity.IsZero() || r.Kind != vitals.GlucoseISF {
				t.Errorf("% x: reading %v: %v, %v", wire, r.Kind, r.Quantity, r.Quality)
			}
		}
	})
}

func TestCGMReversed(t *testing.T) {
	for _, tt := range []struct {
		wire string
		want cgm.Annunciation
	}{
		{"09 e0 7800 0500 01 02 04", 0x010204},
		{"08 c0 7800 0500 01 02", 0x0102},
		{"08 a0 7800 0500 01 02", 0x010002},
		{"07 80 7800 0500 02", 0x02},
	} {
		m, err := cgm.ParseMeasurement(atttest.Unhex(t, tt.wire))
		if err != nil {
			t.Fatal(err)
		}
		for c := range m.ReversedAnnunciation().Records() {
			if c.Annunciation != tt.want {
				t.Errorf("%s: %06x, want %06x", tt.wire, uint32(c.Annunciation), uint32(tt.want))
			}
		}
	}
}

func TestCGMReadings(t *testing.T) {
	rows := []atttest.Meaning{
		{Name: "two", Wire: "06 00 0c10 0500 06 00 ff07 0600", Want: []string{
			"GlucoseISF 120 mg/dL [good] on arrival", "GlucoseISF no value [not-a-number] on arrival",
		}},
		{Name: "HI", Wire: "06 00 fe07 0500", Want: []string{"GlucoseISF no value [above-range] on arrival"}},
		{Name: "LO", Wire: "06 00 0208 0500", Want: []string{"GlucoseISF no value [below-range] on arrival"}},
		{Name: "NaN, too high", Wire: "07 20 ff07 0500 80", Want: []string{"GlucoseISF no value [above-range] on arrival"}},
		{Name: "NaN, too low", Wire: "07 20 ff07 0500 40", Want: []string{"GlucoseISF no value [below-range] on arrival"}},
		{Name: "NRes", Wire: "06 00 0008 0500", Want: []string{"GlucoseISF no value [not-at-resolution] on arrival"}},
		{Name: "a number that is too high", Wire: "07 20 7800 0500 80", Want: []string{"GlucoseISF 120 mg/dL [questionable] on arrival"}},
		{Name: "hypo", Wire: "07 20 3c00 0500 04", Want: []string{"GlucoseISF 60 mg/dL [good] on arrival"}},
		{Name: "several", Wire: "08 c0 3c00 0500 0a 10", Want: []string{"GlucoseISF 60 mg/dL [invalid|sensor-fault|low-battery] on arrival"}},
		{Name: "digits", Wire: "06 00 b0f4 0500", Want: []string{"GlucoseISF 120.0 mg/dL [good] on arrival"}},
	}
	for bit, quality := range map[int]string{
		0: "questionable", 1: "low-battery", 2: "sensor-fault", 3: "sensor-fault", 4: "good", 5: "sensor-fault", 6: "good", 7: "good",
		8: "clock-unset", 9: "good", 10: "good", 11: "questionable", 12: "invalid", 13: "invalid", 14: "good", 15: "good",
		16: "good", 17: "good", 18: "good", 19: "good", 20: "good", 21: "good", 22: "questionable", 23: "questionable",
	} {
		a := 1 << bit
		rows = append(rows, atttest.Meaning{
			Name: cgm.Annunciation(a).String(), Wire: fmt.Sprintf("09 e0 7800 0500 %02x%02x%02x", a&0xFF, a>>8&0xFF, a>>16),
			Want: []string{"GlucoseISF 120 mg/dL [" + quality + "] on arrival"},
		})
	}
	atttest.TestReadings(t, cgm.UUIDMeasurement, rows)
	atttest.Allocs(t, cgm.ParseMeasurement, "06 00 0c10 0500 0d 43 7300 2c01 03 2400 1a00 3e04")
}

// Several records of one notification are several measurements.
func TestCGMSequence(t *testing.T) {
	m, err := cgm.ParseMeasurement(atttest.Unhex(t, "06 00 0c10 0500 06 00 0c10 0a00"))
	if err != nil {
		t.Fatal(err)
	}
	if r := m.AppendReadings(nil, device.Frame{Sequence: 9}); r[0].Sequence != 5 || r[1].Sequence != 10 || r[0].ID() == r[1].ID() {
		t.Errorf("sequences %d and %d", r[0].Sequence, r[1].Sequence)
	}
}

func TestCGMCheckFeature(t *testing.T) {
	const all = cgm.FeatureCRC | cgm.FeatureTrend | cgm.FeatureQuality
	for _, tt := range []struct {
		wire     string
		features cgm.Features
		bad      string
	}{
		{"06 00 0c10 0500", 0, ""},
		{"06 00 0c10 0500", cgm.FeatureCRC, "feature_mismatch @ 0 CRC"},
		{"08 00 0c10 0600 596f", cgm.FeatureCRC, ""},
		{"08 00 0c10 0600 596f", 0, "feature_mismatch @ 0 CRC"},
		{"06 00 0c10 0500 08 01 0c10 0500 0000", 0, "feature_mismatch @ 6 Trend"},
		{"08 01 0c10 0500 0000", all &^ cgm.FeatureCRC, ""},
		{"08 02 0c10 0500 0000", all &^ cgm.FeatureQuality, "feature_mismatch @ 0 Quality"},
	} {
		m, err := cgm.ParseMeasurement(atttest.Unhex(t, tt.wire))
		if err != nil {
			t.Fatal(err)
		}
		if bad := atttest.Fault(m.CheckFeature(tt.features)); bad != tt.bad {
			t.Errorf("%s with %v: %q, want %q", tt.wire, tt.features, bad, tt.bad)
		}
	}
	for _, tt := range []struct {
		name  string
		check func(cgm.Features) error
		bad   string
	}{
		{"status", cgm.Status{}.CheckFeature, "feature_mismatch @ 5 CRC"},
		{"start", cgm.SessionStart{}.CheckFeature, "feature_mismatch @ 9 CRC"},
		{"run time", cgm.SessionRunTime{}.CheckFeature, "feature_mismatch @ 2 CRC"},
		{"control", cgm.Control{OpCode: cgm.SetInterval}.CheckFeature, "feature_mismatch @ 2 CRC"},
		{"checked status", cgm.Status{HasCRC: true}.CheckFeature, ""},
	} {
		if bad := atttest.Fault(tt.check(cgm.FeatureCRC)); bad != tt.bad {
			t.Errorf("%s: %q, want %q", tt.name, bad, tt.bad)
		}
	}
}

var cgmFeatures = []atttest.Vector[cgm.Feature]{
	{
		Name: "no checksum", Wire: "6e8e01 16 ffff",
		Want: cgm.Feature{Features: 0x018E6E, Type: bgm.SampleArterialPlasma, Location: bgm.LocationFinger},
	},
	{
		Name: "checksum", Wire: "6e9e01 16 8ac1",
		Want: cgm.Feature{Features: 0x019E6E, Type: bgm.SampleArterialPlasma, Location: bgm.LocationFinger},
	},
	{
		Name: "reserved features", Wire: "00 00 fe 59 ffff",
		Want: cgm.Feature{Features: 0xFE0000, Type: bgm.SampleInterstitialFluid, Location: cgm.LocationSubcutaneous},
	},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Features"},
	{
		Name: "no checksum field", Wire: "6e9e01 16", Bad: "truncated @ 4 CRC",
		Want: cgm.Feature{Features: 0x019E6E, Type: 6, Location: 1},
	},
	{
		Name: "wrong checksum", Wire: "6e9e01 16 afbe", Bad: "crc_mismatch @ 4 CRC",
		Want: cgm.Feature{Features: 0x019E6E, Type: 6, Location: 1},
	},
	{
		Name: "checksum of a sensor without", Wire: "010010 12 ffee", Bad: "crc_field_not_ffff @ 4 CRC",
		Want: cgm.Feature{Features: 0x100001, Type: 2, Location: 1},
	},
	{
		Name: "surplus", Wire: "000000 59 ffff 00", Bad: "trailing_bytes @ 6",
		Want: cgm.Feature{Type: 9, Location: 5},
	},
	{Name: "type 0", Wire: "000000 50 ffff", Want: cgm.Feature{Location: 5}, Bad: "reserved_value @ 3 Type"},
	{
		Name: "type 0 and a checksum", Wire: "000000 50 0000", Want: cgm.Feature{Location: 5},
		Bad: "crc_field_not_ffff @ 4 CRC",
	},
	{Name: "location 6", Wire: "000000 69 ffff", Want: cgm.Feature{Type: 9, Location: 6}, Bad: "reserved_value @ 3 SampleLocation"},
}

func TestCGMFeature(t *testing.T)      { atttest.Vectors(t, cgm.ParseFeature, cgmFeatures) }
func FuzzParseCGMFeature(f *testing.F) { atttest.Fuzz(f, cgm.ParseFeature, cgmFeatures) }

var cgmStates = []atttest.Vector[cgm.Status]{
	{Name: "plain", Wire: "0a00 000000", Want: cgm.Status{TimeOffset: 10}},
	{Name: "checksum", Wire: "0500 3f3fff a7e0", Want: cgm.Status{TimeOffset: 5, Annunciation: 0xFF3F3F, HasCRC: true}},
	{Name: "cut", Wire: "0500 3f3f", Want: cgm.Status{TimeOffset: 5}, Bad: "truncated @ 2 Annunciation"},
	{Name: "half a checksum", Wire: "0500 010000 01", Want: cgm.Status{TimeOffset: 5, Annunciation: 1}, Bad: "trailing_bytes @ 5"},
	{
		Name: "wrong checksum", Wire: "0500 3f3fff a7e1", Want: cgm.Status{TimeOffset: 5, Annunciation: 0xFF3F3F, HasCRC: true},
		Bad: "crc_mismatch @ 5 CRC",
	},
}

func TestCGMStatus(t *testing.T)      { atttest.Vectors(t, cgm.ParseStatus, cgmStates) }
func FuzzParseCGMStatus(f *testing.F) { atttest.Fuzz(f, cgm.ParseStatus, cgmStates) }

var april = clock.DateTime{Year: 2018, Month: 4, Day: 24, Hour: 13, Minute: 8, Second: 24}

var cgmStarts = []atttest.Vector[cgm.SessionStart]{
	{
		Name: "checksum", Wire: "e20704180d0818 08 04 e0c2",
		Want: cgm.SessionStart{Start: april, TimeZone: 8, DST: clock.DSTOneHour, HasCRC: true},
	},
	{
		Name: "unknown zone", Wire: "e20704180d0818 80 ff",
		Want: cgm.SessionStart{Start: april, TimeZone: clock.TimeZoneUnknown, DST: clock.DSTUnknown},
	},
	{
		Name: "year unknown, west", Wire: "000004180d0818 d0 02",
		Want: cgm.SessionStart{Start: clock.DateTime{Year: 0, Month: 4, Day: 24, Hour: 13, Minute: 8, Second: 24}, TimeZone: -48, DST: clock.DSTHalfHour},
	},
	{Name: "no DST", Wire: "e20704180d0818 08", Want: cgm.SessionStart{Start: april, TimeZone: 8}, Bad: "truncated @ 8 DSTOffset"},
	{Name: "zone 57", Wire: "e20704180d0818 39 00", Want: cgm.SessionStart{Start: april, TimeZone: 57}, Bad: "out_of_range @ 7 TimeZone"},
	{
		Name: "DST 1", Wire: "e20704180d0818 08 01", Want: cgm.SessionStart{Start: april, TimeZone: 8, DST: 1},
		Bad: "reserved_value @ 8 DSTOffset",
	},
	{
		Name: "wrong checksum", Wire: "e20704180d0818 08 04 e0c3", Bad: "crc_mismatch @ 9 CRC",
		Want: cgm.SessionStart{Start: april, TimeZone: 8, DST: clock.DSTOneHour, HasCRC: true},
	},
	{Name: "surplus", Wire: "e20704180d0818 08 00 01", Want: cgm.SessionStart{Start: april, TimeZone: 8}, Bad: "trailing_bytes @ 9"},
}

func TestCGMSessionStart(t *testing.T)      { atttest.Vectors(t, cgm.ParseSessionStart, cgmStarts) }
func FuzzParseCGMSessionStart(f *testing.F) { atttest.Fuzz(f, cgm.ParseSessionStart, cgmStarts) }

func TestCGMSessionStartTime(t *testing.T) {
	india := time.FixedZone("IST", 19800)
	for _, tt := range []struct {
		m    cgm.SessionStart
		want string
		ok   bool
	}{
		{cgm.SessionStart{Start: april, TimeZone: 8, DST: clock.DSTOneHour}, "2018-04-24T10:08:24Z", true},
		{cgm.SessionStart{Start: april, TimeZone: -14, DST: clock.DSTStandard}, "2018-04-24T16:38:24Z", true},
		{cgm.SessionStart{Start: april, TimeZone: clock.TimeZoneUnknown}, "2018-04-24T07:38:24Z", true},
		{cgm.SessionStart{Start: april, TimeZone: 8, DST: clock.DSTUnknown}, "2018-04-24T07:38:24Z", true},
		{cgm.SessionStart{Start: clock.DateTime{Year: 0, Month: 4, Day: 24, Hour: 13, Minute: 8, Second: 24}}, "0001-01-01T00:00:00Z", false},
	} {
		got, ok := tt.m.Time(india)
		if s := got.UTC().Format(time.RFC3339); s != tt.want || ok != tt.ok {
			t.Errorf("%+v: %s, %v; want %s, %v", tt.m, s, ok, tt.want, tt.ok)
		}
	}
}

var cgmRunTimes = []atttest.Vector[cgm.SessionRunTime]{
	{Name: "a week", Wire: "a800", Want: cgm.SessionRunTime{Hours: 168}},
	{Name: "checksum", Wire: "0200 08c3", Want: cgm.SessionRunTime{Hours: 2, HasCRC: true}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 RunTime"},
	{Name: "surplus", Wire: "0200 01", Want: cgm.SessionRunTime{Hours: 2}, Bad: "trailing_bytes @ 2"},
	{Name: "wrong checksum", Wire: "5001 3412", Want: cgm.SessionRunTime{Hours: 336, HasCRC: true}, Bad: "crc_mismatch @ 2 CRC"},
}

func TestCGMSessionRunTime(t *testing.T) { atttest.Vectors(t, cgm.ParseSessionRunTime, cgmRunTimes) }

func FuzzParseCGMSessionRunTime(f *testing.F) { atttest.Fuzz(f, cgm.ParseSessionRunTime, cgmRunTimes) }

var calibration = cgm.Calibration{
	Glucose: 0x2001, Time: 10, Type: bgm.SampleCapillaryPlasma, Location: bgm.LocationEarlobe, Next: 20, Record: 1,
	Status: cgm.CalibrationPending,
}

var cgmControls = []atttest.Vector[cgm.Control]{
	{Name: "set interval", Wire: "01 05", Want: cgm.Control{OpCode: cgm.SetInterval, Interval: 5}},
	{Name: "get interval", Wire: "02", Want: cgm.Control{OpCode: cgm.GetInterval}},
	{Name: "interval", Wire: "03 0a 8a75", Want: cgm.Control{OpCode: cgm.Interval, Interval: 10, HasCRC: true}},
	{
		Name: "set calibration", Wire: "04 0120 0a00 32 1400 0100 04",
		Want: cgm.Control{OpCode: cgm.SetCalibration, Calibration: calibration},
	},
	{
		Name: "get calibration", Wire: "05 ffff",
		Want: cgm.Control{OpCode: cgm.GetCalibration, Calibration: cgm.Calibration{Record: 0xFFFF}},
	},
	{
		Name: "calibration", Wire: "06 0120 0a00 32 1400 0100 04 bfb2",
		Want: cgm.Control{OpCode: cgm.CalibrationValue, Calibration: calibration, HasCRC: true},
	},
	{Name: "level", Wire: "09 0cf0", Want: cgm.Control{OpCode: cgm.PatientHigh, Level: 0xF00C}},
	{Name: "set level", Wire: "0d 4600", Want: cgm.Control{OpCode: cgm.SetHypo, Level: 70}},
	{Name: "rate", Wire: "15 feff", Want: cgm.Control{OpCode: cgm.RateOfDecrease, Level: 0xFFFE}},
	{Name: "start", Wire: "1a", Want: cgm.Control{OpCode: cgm.StartSession}},
	{
		Name: "response", Wire: "1c 02 02 a709",
		Want: cgm.Control{OpCode: cgm.ResponseCode, Request: 2, Response: cgm.OpCodeNotSupported, HasCRC: true},
	},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 OpCode"},
	{Name: "op code 0", Wire: "00", Bad: "unknown_opcode @ 0 OpCode"},
	{Name: "op code 29", Wire: "1d 00 00", Want: cgm.Control{OpCode: 29}, Bad: "unknown_opcode @ 0 OpCode"},
	{Name: "no level", Wire: "07", Want: cgm.Control{OpCode: 7}, Bad: "truncated @ 1 Level"},
	{Name: "operand of a question", Wire: "08 00", Want: cgm.Control{OpCode: 8}, Bad: "trailing_bytes @ 1"},
	{Name: "response 0", Wire: "1c 02 00", Want: cgm.Control{OpCode: 28, Request: 2}, Bad: "reserved_value @ 2 ResponseCode"},
	{Name: "response 6", Wire: "1c 02 06", Want: cgm.Control{OpCode: 28, Request: 2, Response: 6}, Bad: "reserved_value @ 2 ResponseCode"},
	{
		Name: "type 0", Wire: "05 0100 0000", Want: cgm.Control{OpCode: 5, Calibration: cgm.Calibration{Record: 1}, HasCRC: true},
		Bad: "crc_mismatch @ 3 CRC",
	},
	{
		Name: "location 0", Wire: "04 0120 0a00 02 1400 0100 04", Bad: "reserved_value @ 5 SampleLocation",
		Want: cgm.Control{OpCode: 4, Calibration: cgm.Calibration{
			Glucose: 0x2001, Time: 10, Type: 2, Next: 20, Record: 1, Status: 4,
		}},
	},
}

func TestCGMControl(t *testing.T)      { atttest.Vectors(t, cgm.ParseControl, cgmControls) }
func FuzzParseCGMControl(f *testing.F) { atttest.Fuzz(f, cgm.ParseControl, cgmControls) }

// Every op code: the length of its operand and who sends it.
func TestCGMOpCodes(t *testing.T) {
	lengths := [...]int{
		1: 1, 0, 1, 10, 2, 10, 2, 0, 2, 2, 0, 2, 2, 0, 2, 2, 0, 2, 2, 0, 2, 2, 0, 2, 0, 0, 0, 2,
	}
	answers := []cgm.OpCode{3, 6, 9, 12, 15, 18, 21, 24, 28}
	for op := cgm.SetInterval; op <= cgm.ResponseCode; op++ {
		b := append([]byte{byte(op)}, bytes.Repeat([]byte{0x11}, lengths[op])...)
		if op == cgm.ResponseCode {
			b[2] = 1
		}
		if m, err := cgm.ParseControl(b); err != nil || m.HasCRC {
			t.Errorf("%v with %d bytes: %v", op, lengths[op], err)
		}
		m := cgm.Control{OpCode: op}
		if answer := slices.Contains(answers, op); (m.CheckDirection(true) == nil) != answer || (m.CheckDirection(false) == nil) == answer {
			t.Errorf("%v: answer %v, but %v from and %v to the device", op, answer, m.CheckDirection(true), m.CheckDirection(false))
		}
	}
}

func TestCGMWords(t *testing.T) {
	for _, tt := range []struct {
		got  fmt.Stringer
		want string
	}{
		{cgm.SetRateOfDecrease, "set rate of decrease"},
		{cgm.OpCode(29), "reserved 29"},
		{cgm.ParameterOutOfRange, "parameter out of range"},
		{cgm.CalibrationRejected | 0x80, "rejected, bit 7"},
		{cgm.FeatureCRC | cgm.FeatureQuality, "E2E-CRC, quality"},
		{cgm.LocationSubcutaneous, "subcutaneous tissue"},
		{racp.AtLeast, "at least"},
		{racp.ByTime, "by time"},
		{racp.NoRecords, "no records found"},
		{racp.TimedOut, "timed out"},
	} {
		if got := tt.got.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	if cgm.Hyper.IsRate() || !cgm.RateOfIncrease.IsRate() {
		t.Error("which levels are rates")
	}
}

func TestCGMTooWide(t *testing.T) {
	for _, m := range []atttest.Encoder{
		cgm.Feature{Features: 1 << 24},
		cgm.Feature{Type: 16},
		cgm.Feature{Location: 16},
		cgm.Status{Annunciation: 1 << 24},
		cgm.Control{OpCode: cgm.SetCalibration, Calibration: cgm.Calibration{Type: 16}},
	} {
		if _, err := m.AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
			t.Errorf("%+v encodes: %v, want %v", m, err, device.ErrOutOfRange)
		}
	}
}

func TestCGMAllocs(t *testing.T) {
	feature, status, start := atttest.Unhex(t, "6e9e01 16 8ac1"), atttest.Unhex(t, "0500 3f3fff a7e0"), atttest.Unhex(t, "e20704180d0818 08 04 e0c2")
	run, control := atttest.Unhex(t, "0200 08c3"), atttest.Unhex(t, "06 0120 0a00 32 1400 0100 04 bfb2")
	buf := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		a, _ := cgm.ParseFeature(feature)
		b, _ := cgm.ParseStatus(status)
		c, _ := cgm.ParseSessionStart(start)
		d, _ := cgm.ParseSessionRunTime(run)
		e, _ := cgm.ParseControl(control)
		buf, _ = a.AppendBinary(buf[:0])
		buf, _ = b.AppendBinary(buf)
		buf, _ = c.AppendBinary(buf)
		buf, _ = d.AppendBinary(buf)
		buf, _ = e.AppendBinary(buf)
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkCGM(b *testing.B) { atttest.Benchmark(b, cgm.ParseMeasurement, "06 00 0c10 0500") }

func BenchmarkCGMWithCRC(b *testing.B) {
	atttest.Benchmark(b, cgm.ParseMeasurement, "0d 43 7300 2c01 03 2400 1a00 3e04")
}
