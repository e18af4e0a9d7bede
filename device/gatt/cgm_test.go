package gatt_test

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
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// A notification may carry several records.
func ExampleParseCGMMeasurement() {
	m, err := gatt.ParseCGMMeasurement([]byte{
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
	want []gatt.CGMRecord
	bad  string
}{
	{name: "one", wire: "06 00 7800 1e00", want: []gatt.CGMRecord{{Glucose: 120, TimeOffset: 30}}},
	{
		name: "two", wire: "06 00 0c10 0500 06 00 0c10 0600",
		want: []gatt.CGMRecord{{Glucose: 0x100C, TimeOffset: 5}, {Glucose: 0x100C, TimeOffset: 6}},
	},
	{
		name: "all", wire: "0f e3 7800 0500 01 02 04 feff ff07 XXXX",
		want: []gatt.CGMRecord{{
			Glucose: 120, TimeOffset: 5, Annunciation: 0x040201, HasStatus: true, HasCalTemp: true, HasWarning: true,
			Trend: 0xFFFE, HasTrend: true, Quality: medfloat.SNaN, HasQuality: true, HasCRC: true,
		}},
	},
	{
		name: "status only", wire: "07 80 7800 0500 22",
		want: []gatt.CGMRecord{{Glucose: 120, TimeOffset: 5, Annunciation: 0x22, HasStatus: true}},
	},
	{
		name: "cal/temp only", wire: "07 40 7800 0500 22",
		want: []gatt.CGMRecord{{Glucose: 120, TimeOffset: 5, Annunciation: 0x2200, HasCalTemp: true}},
	},
	{
		name: "warning only", wire: "07 20 7800 0500 22",
		want: []gatt.CGMRecord{{Glucose: 120, TimeOffset: 5, Annunciation: 0x220000, HasWarning: true}},
	},
	{
		name: "reserved bits of octets", wire: "08 c0 7800 0500 c0 c0",
		want: []gatt.CGMRecord{{Glucose: 120, TimeOffset: 5, Annunciation: 0xC0C0, HasStatus: true, HasCalTemp: true}},
	},
	{
		name: "one with and one without checksum", wire: "08 00 0c10 0600 XXXX 06 00 0c10 0700",
		want: []gatt.CGMRecord{{Glucose: 0x100C, TimeOffset: 6, HasCRC: true}, {Glucose: 0x100C, TimeOffset: 7}},
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
		want: []gatt.CGMRecord{{Glucose: 0x100C, TimeOffset: 5}},
	},
	{
		name: "half a second record", wire: "06 00 0c10 0500 06 00 0c", bad: "truncated @ 8 Glucose",
		want: []gatt.CGMRecord{{Glucose: 0x100C, TimeOffset: 5}},
	},
	{
		name: "surplus zero", wire: "06 00 0c10 0500 00 00", bad: "size_mismatch @ 6 Size",
		want: []gatt.CGMRecord{{Glucose: 0x100C, TimeOffset: 5}},
	},
	{
		name: "reserved flag that announces nothing", wire: "06 08 0c10 0500 06 00 0c10 0600", bad: "reserved_bits @ 1 Flags",
		want: []gatt.CGMRecord{{Glucose: 0x100C, TimeOffset: 5, Reserved: 8}, {Glucose: 0x100C, TimeOffset: 6}},
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
		out = append(out, unhex(t, string(record))...)
	}
	return out
}

func TestCGMMeasurement(t *testing.T) {
	for _, v := range cgms {
		t.Run(v.name, func(t *testing.T) {
			wire := sealed(t, v.wire)
			m, err := gatt.ParseCGMMeasurement(wire)
			if bad := fault(err); bad != v.bad {
				t.Fatalf("error %q, want %q", bad, v.bad)
			}
			if got := slices.Collect(m.Records()); !reflect.DeepEqual(got, v.want) {
				t.Errorf("got  %+v\nwant %+v", got, v.want)
			}
			if err != nil {
				return
			}
			if back, _ := gatt.NewCGMMeasurement(v.want...).AppendBinary(nil); !bytes.Equal(back, wire) {
				t.Errorf("encodes to % x, want % x", back, wire)
			}
			for n := range wire {
				testCut(t, gatt.ParseCGMMeasurement, wire, n)
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
		m, err := gatt.ParseCGMMeasurement(wire)
		records := slices.Collect(m.Records())
		back, _ := gatt.NewCGMMeasurement(records...).AppendBinary(nil)
		raw, _ := m.AppendBinary(nil)
		if !bytes.Equal(back, raw) || !bytes.HasPrefix(wire, raw) || err == nil && len(raw) != len(wire) {
			t.Errorf("% x: records of % x encode to % x, %v", wire, raw, back, err)
		}
		turned, _ := gatt.NewCGMMeasurement(slices.Collect(m.ReversedAnnunciation().ReversedAnnunciation().Records())...).AppendBinary(nil)
		if !bytes.Equal(turned, raw) {
			t.Errorf("% x turned twice is % x", raw, turned)
		}
		for _, r := range m.AppendReadings(nil, device.Frame{At: noon}) {
			if r.Quality.Has(vitals.Absent) != r.Quantity.IsZero() || r.Kind != vitals.GlucoseISF {
				t.Errorf("% x: reading %v: %v, %v", wire, r.Kind, r.Quantity, r.Quality)
			}
		}
	})
}

func TestCGMReversed(t *testing.T) {
	for _, tt := range []struct {
		wire string
		want gatt.CGMAnnunciation
	}{
		{"09 e0 7800 0500 01 02 04", 0x010204},
		{"08 c0 7800 0500 01 02", 0x0102},
		{"08 a0 7800 0500 01 02", 0x010002},
		{"07 80 7800 0500 02", 0x02},
	} {
		m, err := gatt.ParseCGMMeasurement(unhex(t, tt.wire))
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
	rows := []meaning{
		{"two", "06 00 0c10 0500 06 00 ff07 0600", []string{
			"GlucoseISF 120 mg/dL [good] on arrival", "GlucoseISF no value [not-a-number] on arrival",
		}},
		{"HI", "06 00 fe07 0500", []string{"GlucoseISF no value [above-range] on arrival"}},
		{"LO", "06 00 0208 0500", []string{"GlucoseISF no value [below-range] on arrival"}},
		{"NaN, too high", "07 20 ff07 0500 80", []string{"GlucoseISF no value [above-range] on arrival"}},
		{"NaN, too low", "07 20 ff07 0500 40", []string{"GlucoseISF no value [below-range] on arrival"}},
		{"NRes", "06 00 0008 0500", []string{"GlucoseISF no value [not-at-resolution] on arrival"}},
		{"a number that is too high", "07 20 7800 0500 80", []string{"GlucoseISF 120 mg/dL [questionable] on arrival"}},
		{"hypo", "07 20 3c00 0500 04", []string{"GlucoseISF 60 mg/dL [good] on arrival"}},
		{"several", "08 c0 3c00 0500 0a 10", []string{"GlucoseISF 60 mg/dL [invalid|sensor-fault|low-battery] on arrival"}},
		{"digits", "06 00 b0f4 0500", []string{"GlucoseISF 120.0 mg/dL [good] on arrival"}},
	}
	for bit, quality := range map[int]string{
		0: "questionable", 1: "low-battery", 2: "sensor-fault", 3: "sensor-fault", 4: "good", 5: "sensor-fault", 6: "good", 7: "good",
		8: "clock-unset", 9: "good", 10: "good", 11: "questionable", 12: "invalid", 13: "invalid", 14: "good", 15: "good",
		16: "good", 17: "good", 18: "good", 19: "good", 20: "good", 21: "good", 22: "questionable", 23: "questionable",
	} {
		a := 1 << bit
		rows = append(rows, meaning{
			gatt.CGMAnnunciation(a).String(), fmt.Sprintf("09 e0 7800 0500 %02x%02x%02x", a&0xFF, a>>8&0xFF, a>>16),
			[]string{"GlucoseISF 120 mg/dL [" + quality + "] on arrival"},
		})
	}
	testReadings(t, gatt.UUIDCGMMeasurement, rows)
	testAllocs(t, gatt.ParseCGMMeasurement, "06 00 0c10 0500 0d 43 7300 2c01 03 2400 1a00 3e04")
}

// Several records of one notification are several measurements.
func TestCGMSequence(t *testing.T) {
	m, err := gatt.ParseCGMMeasurement(unhex(t, "06 00 0c10 0500 06 00 0c10 0a00"))
	if err != nil {
		t.Fatal(err)
	}
	if r := m.AppendReadings(nil, device.Frame{Sequence: 9}); r[0].Sequence != 5 || r[1].Sequence != 10 || r[0].ID() == r[1].ID() {
		t.Errorf("sequences %d and %d", r[0].Sequence, r[1].Sequence)
	}
}

func TestCGMCheckFeature(t *testing.T) {
	const all = gatt.CGMFeatureCRC | gatt.CGMFeatureTrend | gatt.CGMFeatureQuality
	for _, tt := range []struct {
		wire     string
		features gatt.CGMFeatures
		bad      string
	}{
		{"06 00 0c10 0500", 0, ""},
		{"06 00 0c10 0500", gatt.CGMFeatureCRC, "feature_mismatch @ 0 CRC"},
		{"08 00 0c10 0600 596f", gatt.CGMFeatureCRC, ""},
		{"08 00 0c10 0600 596f", 0, "feature_mismatch @ 0 CRC"},
		{"06 00 0c10 0500 08 01 0c10 0500 0000", 0, "feature_mismatch @ 6 Trend"},
		{"08 01 0c10 0500 0000", all &^ gatt.CGMFeatureCRC, ""},
		{"08 02 0c10 0500 0000", all &^ gatt.CGMFeatureQuality, "feature_mismatch @ 0 Quality"},
	} {
		m, err := gatt.ParseCGMMeasurement(unhex(t, tt.wire))
		if err != nil {
			t.Fatal(err)
		}
		if bad := fault(m.CheckFeature(tt.features)); bad != tt.bad {
			t.Errorf("%s with %v: %q, want %q", tt.wire, tt.features, bad, tt.bad)
		}
	}
	for _, tt := range []struct {
		name  string
		check func(gatt.CGMFeatures) error
		bad   string
	}{
		{"status", gatt.CGMStatus{}.CheckFeature, "feature_mismatch @ 5 CRC"},
		{"start", gatt.CGMSessionStart{}.CheckFeature, "feature_mismatch @ 9 CRC"},
		{"run time", gatt.CGMSessionRunTime{}.CheckFeature, "feature_mismatch @ 2 CRC"},
		{"control", gatt.CGMControl{OpCode: gatt.CGMSetInterval}.CheckFeature, "feature_mismatch @ 2 CRC"},
		{"checked status", gatt.CGMStatus{HasCRC: true}.CheckFeature, ""},
	} {
		if bad := fault(tt.check(gatt.CGMFeatureCRC)); bad != tt.bad {
			t.Errorf("%s: %q, want %q", tt.name, bad, tt.bad)
		}
	}
}

var cgmFeatures = []vector[gatt.CGMFeature]{
	{
		name: "no checksum", wire: "6e8e01 16 ffff",
		want: gatt.CGMFeature{Features: 0x018E6E, Type: gatt.SampleArterialPlasma, Location: gatt.LocationFinger},
	},
	{
		name: "checksum", wire: "6e9e01 16 8ac1",
		want: gatt.CGMFeature{Features: 0x019E6E, Type: gatt.SampleArterialPlasma, Location: gatt.LocationFinger},
	},
	{
		name: "reserved features", wire: "00 00 fe 59 ffff",
		want: gatt.CGMFeature{Features: 0xFE0000, Type: gatt.SampleInterstitialFluid, Location: gatt.LocationSubcutaneous},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 Features"},
	{
		name: "no checksum field", wire: "6e9e01 16", bad: "truncated @ 4 CRC",
		want: gatt.CGMFeature{Features: 0x019E6E, Type: 6, Location: 1},
	},
	{
		name: "wrong checksum", wire: "6e9e01 16 afbe", bad: "crc_mismatch @ 4 CRC",
		want: gatt.CGMFeature{Features: 0x019E6E, Type: 6, Location: 1},
	},
	{
		name: "checksum of a sensor without", wire: "010010 12 ffee", bad: "crc_field_not_ffff @ 4 CRC",
		want: gatt.CGMFeature{Features: 0x100001, Type: 2, Location: 1},
	},
	{
		name: "surplus", wire: "000000 59 ffff 00", bad: "trailing_bytes @ 6",
		want: gatt.CGMFeature{Type: 9, Location: 5},
	},
	{name: "type 0", wire: "000000 50 ffff", want: gatt.CGMFeature{Location: 5}, bad: "reserved_value @ 3 Type"},
	{
		name: "type 0 and a checksum", wire: "000000 50 0000", want: gatt.CGMFeature{Location: 5},
		bad: "crc_field_not_ffff @ 4 CRC",
	},
	{name: "location 6", wire: "000000 69 ffff", want: gatt.CGMFeature{Type: 9, Location: 6}, bad: "reserved_value @ 3 SampleLocation"},
}

func TestCGMFeature(t *testing.T)      { testVectors(t, gatt.ParseCGMFeature, cgmFeatures) }
func FuzzParseCGMFeature(f *testing.F) { fuzz(f, gatt.ParseCGMFeature, cgmFeatures) }

var cgmStates = []vector[gatt.CGMStatus]{
	{name: "plain", wire: "0a00 000000", want: gatt.CGMStatus{TimeOffset: 10}},
	{name: "checksum", wire: "0500 3f3fff a7e0", want: gatt.CGMStatus{TimeOffset: 5, Annunciation: 0xFF3F3F, HasCRC: true}},
	{name: "cut", wire: "0500 3f3f", want: gatt.CGMStatus{TimeOffset: 5}, bad: "truncated @ 2 Annunciation"},
	{name: "half a checksum", wire: "0500 010000 01", want: gatt.CGMStatus{TimeOffset: 5, Annunciation: 1}, bad: "trailing_bytes @ 5"},
	{
		name: "wrong checksum", wire: "0500 3f3fff a7e1", want: gatt.CGMStatus{TimeOffset: 5, Annunciation: 0xFF3F3F, HasCRC: true},
		bad: "crc_mismatch @ 5 CRC",
	},
}

func TestCGMStatus(t *testing.T)      { testVectors(t, gatt.ParseCGMStatus, cgmStates) }
func FuzzParseCGMStatus(f *testing.F) { fuzz(f, gatt.ParseCGMStatus, cgmStates) }

var april = gatt.DateTime{2018, 4, 24, 13, 8, 24}

var cgmStarts = []vector[gatt.CGMSessionStart]{
	{
		name: "checksum", wire: "e20704180d0818 08 04 e0c2",
		want: gatt.CGMSessionStart{Start: april, TimeZone: 8, DST: gatt.DSTOneHour, HasCRC: true},
	},
	{
		name: "unknown zone", wire: "e20704180d0818 80 ff",
		want: gatt.CGMSessionStart{Start: april, TimeZone: gatt.TimeZoneUnknown, DST: gatt.DSTUnknown},
	},
	{
		name: "year unknown, west", wire: "000004180d0818 d0 02",
		want: gatt.CGMSessionStart{Start: gatt.DateTime{0, 4, 24, 13, 8, 24}, TimeZone: -48, DST: gatt.DSTHalfHour},
	},
	{name: "no DST", wire: "e20704180d0818 08", want: gatt.CGMSessionStart{Start: april, TimeZone: 8}, bad: "truncated @ 8 DSTOffset"},
	{name: "zone 57", wire: "e20704180d0818 39 00", want: gatt.CGMSessionStart{Start: april, TimeZone: 57}, bad: "out_of_range @ 7 TimeZone"},
	{
		name: "DST 1", wire: "e20704180d0818 08 01", want: gatt.CGMSessionStart{Start: april, TimeZone: 8, DST: 1},
		bad: "reserved_value @ 8 DSTOffset",
	},
	{
		name: "wrong checksum", wire: "e20704180d0818 08 04 e0c3", bad: "crc_mismatch @ 9 CRC",
		want: gatt.CGMSessionStart{Start: april, TimeZone: 8, DST: gatt.DSTOneHour, HasCRC: true},
	},
	{name: "surplus", wire: "e20704180d0818 08 00 01", want: gatt.CGMSessionStart{Start: april, TimeZone: 8}, bad: "trailing_bytes @ 9"},
}

func TestCGMSessionStart(t *testing.T)      { testVectors(t, gatt.ParseCGMSessionStart, cgmStarts) }
func FuzzParseCGMSessionStart(f *testing.F) { fuzz(f, gatt.ParseCGMSessionStart, cgmStarts) }

func TestCGMSessionStartTime(t *testing.T) {
	india := time.FixedZone("IST", 19800)
	for _, tt := range []struct {
		m    gatt.CGMSessionStart
		want string
		ok   bool
	}{
		{gatt.CGMSessionStart{Start: april, TimeZone: 8, DST: gatt.DSTOneHour}, "2018-04-24T10:08:24Z", true},
		{gatt.CGMSessionStart{Start: april, TimeZone: -14, DST: gatt.DSTStandard}, "2018-04-24T16:38:24Z", true},
		{gatt.CGMSessionStart{Start: april, TimeZone: gatt.TimeZoneUnknown}, "2018-04-24T07:38:24Z", true},
		{gatt.CGMSessionStart{Start: april, TimeZone: 8, DST: gatt.DSTUnknown}, "2018-04-24T07:38:24Z", true},
		{gatt.CGMSessionStart{Start: gatt.DateTime{0, 4, 24, 13, 8, 24}}, "0001-01-01T00:00:00Z", false},
	} {
		got, ok := tt.m.Time(india)
		if s := got.UTC().Format(time.RFC3339); s != tt.want || ok != tt.ok {
			t.Errorf("%+v: %s, %v; want %s, %v", tt.m, s, ok, tt.want, tt.ok)
		}
	}
}

var cgmRunTimes = []vector[gatt.CGMSessionRunTime]{
	{name: "a week", wire: "a800", want: gatt.CGMSessionRunTime{Hours: 168}},
	{name: "checksum", wire: "0200 08c3", want: gatt.CGMSessionRunTime{Hours: 2, HasCRC: true}},
	{name: "nothing", wire: "", bad: "truncated @ 0 RunTime"},
	{name: "surplus", wire: "0200 01", want: gatt.CGMSessionRunTime{Hours: 2}, bad: "trailing_bytes @ 2"},
	{name: "wrong checksum", wire: "5001 3412", want: gatt.CGMSessionRunTime{Hours: 336, HasCRC: true}, bad: "crc_mismatch @ 2 CRC"},
}

func TestCGMSessionRunTime(t *testing.T)      { testVectors(t, gatt.ParseCGMSessionRunTime, cgmRunTimes) }
func FuzzParseCGMSessionRunTime(f *testing.F) { fuzz(f, gatt.ParseCGMSessionRunTime, cgmRunTimes) }

var calibration = gatt.CGMCalibration{
	Glucose: 0x2001, Time: 10, Type: gatt.SampleCapillaryPlasma, Location: gatt.LocationEarlobe, Next: 20, Record: 1,
	Status: gatt.CGMCalibrationPending,
}

var cgmControls = []vector[gatt.CGMControl]{
	{name: "set interval", wire: "01 05", want: gatt.CGMControl{OpCode: gatt.CGMSetInterval, Interval: 5}},
	{name: "get interval", wire: "02", want: gatt.CGMControl{OpCode: gatt.CGMGetInterval}},
	{name: "interval", wire: "03 0a 8a75", want: gatt.CGMControl{OpCode: gatt.CGMInterval, Interval: 10, HasCRC: true}},
	{
		name: "set calibration", wire: "04 0120 0a00 32 1400 0100 04",
		want: gatt.CGMControl{OpCode: gatt.CGMSetCalibration, Calibration: calibration},
	},
	{
		name: "get calibration", wire: "05 ffff",
		want: gatt.CGMControl{OpCode: gatt.CGMGetCalibration, Calibration: gatt.CGMCalibration{Record: 0xFFFF}},
	},
	{
		name: "calibration", wire: "06 0120 0a00 32 1400 0100 04 bfb2",
		want: gatt.CGMControl{OpCode: gatt.CGMCalibrationValue, Calibration: calibration, HasCRC: true},
	},
	{name: "level", wire: "09 0cf0", want: gatt.CGMControl{OpCode: gatt.CGMPatientHigh, Level: 0xF00C}},
	{name: "set level", wire: "0d 4600", want: gatt.CGMControl{OpCode: gatt.CGMSetHypo, Level: 70}},
	{name: "rate", wire: "15 feff", want: gatt.CGMControl{OpCode: gatt.CGMRateOfDecrease, Level: 0xFFFE}},
	{name: "start", wire: "1a", want: gatt.CGMControl{OpCode: gatt.CGMStartSession}},
	{
		name: "response", wire: "1c 02 02 a709",
		want: gatt.CGMControl{OpCode: gatt.CGMResponseCode, Request: 2, Response: gatt.CGMOpCodeNotSupported, HasCRC: true},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 OpCode"},
	{name: "op code 0", wire: "00", bad: "unknown_opcode @ 0 OpCode"},
	{name: "op code 29", wire: "1d 00 00", want: gatt.CGMControl{OpCode: 29}, bad: "unknown_opcode @ 0 OpCode"},
	{name: "no level", wire: "07", want: gatt.CGMControl{OpCode: 7}, bad: "truncated @ 1 Level"},
	{name: "operand of a question", wire: "08 00", want: gatt.CGMControl{OpCode: 8}, bad: "trailing_bytes @ 1"},
	{name: "response 0", wire: "1c 02 00", want: gatt.CGMControl{OpCode: 28, Request: 2}, bad: "reserved_value @ 2 ResponseCode"},
	{name: "response 6", wire: "1c 02 06", want: gatt.CGMControl{OpCode: 28, Request: 2, Response: 6}, bad: "reserved_value @ 2 ResponseCode"},
	{
		name: "type 0", wire: "05 0100 0000", want: gatt.CGMControl{OpCode: 5, Calibration: gatt.CGMCalibration{Record: 1}, HasCRC: true},
		bad: "crc_mismatch @ 3 CRC",
	},
	{
		name: "location 0", wire: "04 0120 0a00 02 1400 0100 04", bad: "reserved_value @ 5 SampleLocation",
		want: gatt.CGMControl{OpCode: 4, Calibration: gatt.CGMCalibration{
			Glucose: 0x2001, Time: 10, Type: 2, Next: 20, Record: 1, Status: 4,
		}},
	},
}

func TestCGMControl(t *testing.T)      { testVectors(t, gatt.ParseCGMControl, cgmControls) }
func FuzzParseCGMControl(f *testing.F) { fuzz(f, gatt.ParseCGMControl, cgmControls) }

// Every op code: the length of its operand and who sends it.
func TestCGMOpCodes(t *testing.T) {
	lengths := [...]int{
		1: 1, 0, 1, 10, 2, 10, 2, 0, 2, 2, 0, 2, 2, 0, 2, 2, 0, 2, 2, 0, 2, 2, 0, 2, 0, 0, 0, 2,
	}
	answers := []gatt.CGMOpCode{3, 6, 9, 12, 15, 18, 21, 24, 28}
	for op := gatt.CGMSetInterval; op <= gatt.CGMResponseCode; op++ {
		b := append([]byte{byte(op)}, bytes.Repeat([]byte{0x11}, lengths[op])...)
		if op == gatt.CGMResponseCode {
			b[2] = 1
		}
		if m, err := gatt.ParseCGMControl(b); err != nil || m.HasCRC {
			t.Errorf("%v with %d bytes: %v", op, lengths[op], err)
		}
		m := gatt.CGMControl{OpCode: op}
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
		{gatt.CGMSetRateOfDecrease, "set rate of decrease"},
		{gatt.CGMOpCode(29), "reserved 29"},
		{gatt.CGMParameterOutOfRange, "parameter out of range"},
		{gatt.CGMCalibrationRejected | 0x80, "rejected, bit 7"},
		{gatt.CGMFeatureCRC | gatt.CGMFeatureQuality, "E2E-CRC, quality"},
		{gatt.LocationSubcutaneous, "subcutaneous tissue"},
		{gatt.RACPAtLeast, "at least"},
		{gatt.RACPByTime, "by time"},
		{gatt.RACPNoRecords, "no records found"},
		{gatt.FetchTimedOut, "timed out"},
	} {
		if got := tt.got.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	if gatt.CGMHyper.IsRate() || !gatt.CGMRateOfIncrease.IsRate() {
		t.Error("which levels are rates")
	}
}

func TestCGMTooWide(t *testing.T) {
	for _, m := range []encoder{
		gatt.CGMFeature{Features: 1 << 24},
		gatt.CGMFeature{Type: 16},
		gatt.CGMFeature{Location: 16},
		gatt.CGMStatus{Annunciation: 1 << 24},
		gatt.CGMControl{OpCode: gatt.CGMSetCalibration, Calibration: gatt.CGMCalibration{Type: 16}},
	} {
		if _, err := m.AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
			t.Errorf("%+v encodes: %v, want %v", m, err, device.ErrOutOfRange)
		}
	}
}

func TestCGMAllocs(t *testing.T) {
	feature, status, start := unhex(t, "6e9e01 16 8ac1"), unhex(t, "0500 3f3fff a7e0"), unhex(t, "e20704180d0818 08 04 e0c2")
	run, control := unhex(t, "0200 08c3"), unhex(t, "06 0120 0a00 32 1400 0100 04 bfb2")
	buf := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		a, _ := gatt.ParseCGMFeature(feature)
		b, _ := gatt.ParseCGMStatus(status)
		c, _ := gatt.ParseCGMSessionStart(start)
		d, _ := gatt.ParseCGMSessionRunTime(run)
		e, _ := gatt.ParseCGMControl(control)
		buf, _ = a.AppendBinary(buf[:0])
		buf, _ = b.AppendBinary(buf)
		buf, _ = c.AppendBinary(buf)
		buf, _ = d.AppendBinary(buf)
		buf, _ = e.AppendBinary(buf)
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkCGM(b *testing.B) { benchmark(b, gatt.ParseCGMMeasurement, "06 00 0c10 0500") }

func BenchmarkCGMWithCRC(b *testing.B) {
	benchmark(b, gatt.ParseCGMMeasurement, "0d 43 7300 2c01 03 2400 1a00 3e04")
}
