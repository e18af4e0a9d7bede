package gatt_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleParseLiveObservation() {
	m, err := gatt.ParseLiveObservation([]byte{
		0x03,                   // first and last part
		0x01, 0x0C, 0x00, 1, 0, // simple numeric, 12 bytes, type
		0x5C, 0x4B, 0x02, 0x00, // body temperature
		0xA0, 0x17, 0x6C, 0x01, 0x00, 0xFF, // °C, 36.4
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range m.AppendReadings(nil, device.Frame{}) {
		fmt.Println(r.Kind, r.Quantity)
	}
	// Output: BodyTemperature 36.4 °C
}

// numeric is an observation of one number: MDC code, term of the unit, value.
func numeric(code uint32, unit uint16, value medfloat.Float) gatt.GHSObservation {
	return gatt.GHSObservation{Flags: gatt.GHSHasType, Type: code, Value: gatt.GHSNumeric{Unit: unit, Value: value}.GHSValue()}
}

// must is the value of a constructor that does not fail.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Codes and terms of the tests.
const (
	heartRateCode = 147842
	spo2Code      = 150456
	perMinute     = 2720 // beats
	percent       = 544
	mmHg          = 3872
)

var observations = []vector[gatt.GHSObservation]{
	{name: "heart rate", wire: "01 0c00 0100 82410200 a00a 48000000", want: numeric(heartRateCode, perMinute, 72)},
	{
		name: "every field",
		wire: "01 3c00 ff03 b84b0200 32 487fec2d0000 01 08 1e000000 2100 07000000 02" +
			"01 d8e20200  01 05000000  02 06000000 08000000  01 11111111 0100 04 2a  2002 61000000",
		want: gatt.GHSObservation{
			Flags: 0x3FF, Type: spo2Code,
			Timestamp: gatt.ElapsedTime{UTC: true, UsesOffset: true, Current: true, Value: may31Seconds, Source: gatt.TimeSourceNTP, Offset: 8},
			Duration:  30, Status: gatt.GHSInvalid | gatt.GHSTestData, Object: 7, User: 2,
			Supplemental: must(gatt.MakeGHSCodes(0x2E2D8)), DerivedFrom: must(gatt.MakeGHSCodes(5)), Members: must(gatt.MakeGHSCodes(6, 8)),
			Extra: must(gatt.MakeGHSTLVs(gatt.GHSTLV{Type: 0x11111111, Format: 4, Value: []byte{42}})),
			Value: gatt.GHSNumeric{Unit: percent, Value: 97}.GHSValue(),
		},
	},
	{name: "discrete", wire: "02 0600 0000 01000000", want: gatt.GHSObservation{Value: gatt.NewGHSCode(1)}},
	{name: "text", wire: "03 0600 0000 0200 c3a9", want: gatt.GHSObservation{Value: must(gatt.NewGHSText("é"))}},
	{
		name: "compound", wire: "07 1b00 0100 044a0200 02 054a0200 01 200f 78000000 064a0200 02 07000000",
		want: gatt.GHSObservation{Flags: gatt.GHSHasType, Type: 150020, Value: must(gatt.NewGHSCompound(
			gatt.GHSComponent{Type: 150021, Value: gatt.GHSNumeric{Unit: mmHg, Value: 120}.GHSValue()},
			gatt.GHSComponent{Type: 150022, Value: gatt.NewGHSCode(7)},
		))},
	},
	{
		name: "bundle in a bundle", wire: "ff0f00000001ff0900000001ff0300000000",
		want: gatt.GHSObservation{Value: bundle(bundle(bundle()))},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 Class"},
	{
		name: "length too small", wire: "02 0500 0000 01000000", want: gatt.GHSObservation{Value: gatt.NewGHSCode(1)},
		bad: "length_mismatch @ 1 Length",
	},
	{
		name: "length too large", wire: "02 0700 0000 01000000", want: gatt.GHSObservation{Value: gatt.NewGHSCode(1)},
		bad: "length_mismatch @ 1 Length",
	},
	{
		name: "surplus", wire: "02 0600 0000 01000000 00", want: gatt.GHSObservation{Value: gatt.NewGHSCode(1)},
		bad: "trailing_bytes @ 9",
	},
	{
		name: "reserved flag", wire: "02 0600 0004 01000000", want: gatt.GHSObservation{Flags: 0x400, Value: gatt.NewGHSCode(1)},
		bad: "reserved_bits @ 3 Flags",
	},
	{
		name: "reserved flag with a field behind it", wire: "02 0700 0004 aa 01000000",
		want: gatt.GHSObservation{Flags: 0x400, Value: gatt.NewGHSCode(0x1AA)}, bad: "trailing_bytes @ 9",
	},
	{name: "cut in a component", wire: "07 0000 0000 02 054a0200 01 200f 7800", want: gatt.GHSObservation{Value: gatt.GHSValue{Class: 7}}, bad: "truncated @ 13 Value"},
	{name: "no end of a text", wire: "03 0600 0000 0300 c3a9", want: gatt.GHSObservation{Value: gatt.GHSValue{Class: 3}}, bad: "truncated @ 7 Text"},
}

// bundle is a bundle of bundles with nothing else in them.
func bundle(members ...gatt.GHSValue) gatt.GHSValue {
	var all []gatt.GHSObservation
	for _, v := range members {
		all = append(all, gatt.GHSObservation{Value: v})
	}
	return must(gatt.NewGHSBundle(all...))
}

func TestGHSObservation(t *testing.T) {
	testVectors(t, gatt.ParseGHSObservation, observations)
	for _, v := range observations[:6] {
		testAllocs(t, gatt.ParseGHSObservation, v.wire)
		testParseAllocs(t, gatt.ParseGHSObservation, v.wire)
	}
}

// The faults whose values cannot be made by hand.
func TestGHSObservationRefuses(t *testing.T) {
	for _, tt := range []struct{ name, wire, bad string }{
		{"class", "09 0300 0000 aa", "reserved_value @ 0 Class"},
		{"class, cut", "09 0400 0000 aa", "truncated @ 5 Value"},
		{"class of a component", "07 0800 0000 01 054a0200 07 00", "length_mismatch @ 1 Length"},
		{"class of a component, last", "07 0800 0000 01 054a0200 07", "reserved_value @ 10 ComponentClass"},
		{"no UTF-8", "03 0500 0000 0100 ff", "invalid_utf8 @ 7 Text"},
		{"time flags", "02 0f00 0200 40 000000000000 00 00 01000000", "reserved_bits @ 5 TimeFlags"},
		{"samples beyond the frame", "04 1e00 0000 2002 00000000 00000000 00000000 00000000 00000000 01 ff ffffffff", "truncated @ 33 Samples"},
		{"in a bundle", "ff 0c00 0000 01 02 0500 0000 01000000", "length_mismatch @ 7 Length"},
		{
			"five bundles", "ff1b00000001ff1500000001ff0f00000001ff0900000001ff0300000000",
			"out_of_range @ 29 ObservationCount",
		},
		{"a count without observations", "ff 0300 0000 ff", "truncated @ 6 Class"},
	} {
		if _, err := gatt.ParseGHSObservation(unhex(t, tt.wire)); !strings.HasPrefix(fault(err), tt.bad) {
			t.Errorf("%s: %q, want %q", tt.name, fault(err), tt.bad)
		}
	}
}

// Counts that promise more than there is must not cost more than there is.
func TestGHSObservationBombs(t *testing.T) {
	for _, unit := range []string{"ffffff0000ff", "ff03000000ff", "07ffff0000ff", "08ffff0000ff"} {
		b := bytes.Repeat(unhex(t, unit), 5000)
		o, err := gatt.ParseGHSObservation(b)
		if err == nil {
			t.Errorf("%s: accepted", unit)
		}
		o.AppendReadings(nil, device.Frame{})
	}
}

func TestGHSValues(t *testing.T) {
	samples := must(gatt.ParseGHSObservation(unhex(t,
		"04 2200 0000 2002 010000ff 0a000000 f6ffffff 64000000 0a0000fe 02 02 02000000 0100 0200")))
	got, ok := samples.Value.Samples()
	want := gatt.GHSSamples{
		Unit: percent, Scale: 0xFF000001, Offset: 10, Min: -10, Max: 100, Period: 0xFE00000A, PerPeriod: 2, Width: 2, Count: 2,
		Data: []byte{1, 0, 2, 0},
	}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("samples %+v, %v; want %+v", got, ok, want)
	}

	states := must(gatt.ParseGHSObservation(unhex(t, "06 0900 0000 02 0f00 0300 0100")))
	if s, ok := states.Value.States(); !ok || !reflect.DeepEqual(s, gatt.GHSStates{Supported: []byte{15, 0}, Lasting: []byte{3, 0}, Bits: []byte{1, 0}}) {
		t.Errorf("states %+v, %v", s, ok)
	}

	events := must(gatt.ParseGHSObservation(unhex(t, "05 0b00 0000 02 01000000 02000000")))
	if e := slices.Collect(events.Value.Events().All()); !slices.Equal(e, []uint32{1, 2}) {
		t.Errorf("events %v", e)
	}

	tlvs := must(gatt.ParseGHSObservation(unhex(t, "08 0c00 0000 01 01000100 0200 19 6869")))
	for v := range tlvs.Value.TLVs().All() {
		if v.Type != 0x10001 || v.Format != 0x19 || string(v.Value) != "hi" {
			t.Errorf("attribute %+v", v)
		}
	}
	if tlvs.Value.TLVs().Len() != 1 {
		t.Errorf("%d attributes, want 1", tlvs.Value.TLVs().Len())
	}

	if code, ok := observations[2].want.Value.Code(); code != 1 || !ok {
		t.Errorf("code %d, %v", code, ok)
	}
	if text, ok := observations[3].want.Value.Text(); text != "é" || !ok {
		t.Errorf("text %q, %v", text, ok)
	}
	var types []uint32
	for c := range observations[4].want.Value.Components() {
		types = append(types, c.Type)
	}
	if !slices.Equal(types, []uint32{150021, 150022}) {
		t.Errorf("components %v", types)
	}
	n := 0
	for o := range observations[5].want.Value.Bundle() {
		if n++; o.Value.Class != gatt.GHSBundleClass {
			t.Errorf("member %v", o.Value.Class)
		}
	}
	if n != 1 {
		t.Errorf("%d members, want 1", n)
	}
	testNames(t, []named{
		{gatt.GHSBundleClass, "bundle"},
		{gatt.GHSInvalid | gatt.GHSThresholdDisabled, "invalid, thresholding disabled"},
		{gatt.GHSHasType | gatt.GHSHasExtra, "type, TLVs"},
	})
}

// What v is not, it does not pretend to be.
func TestGHSValueOfAnotherClass(t *testing.T) {
	for _, v := range []gatt.GHSValue{{}, gatt.NewGHSCode(1), {Class: gatt.GHSNumericClass}, {Class: gatt.GHSCompoundClass}, {Class: gatt.GHSBundleClass}} {
		_, numeric := v.Numeric()
		_, text := v.Text()
		_, states := v.States()
		_, samples := v.Samples()
		for range v.Components() {
			t.Errorf("%v has a component", v.Class)
		}
		for range v.Bundle() {
			t.Errorf("%v has a member", v.Class)
		}
		if numeric || text || states || samples || v.Events().Len() != 0 || v.TLVs().Len() != 0 {
			t.Errorf("%v: %v %v %v %v", v.Class, numeric, text, states, samples)
		}
	}
}

func TestGHSUnencodable(t *testing.T) {
	long := strings.Repeat("a", 0x10000)
	_, text := gatt.NewGHSText(long)
	_, codes := gatt.MakeGHSCodes(make([]uint32, 256)...)
	_, tlvs := gatt.MakeGHSTLVs(make([]gatt.GHSTLV, 256)...)
	_, tlv := gatt.MakeGHSTLVs(gatt.GHSTLV{Value: []byte(long)})
	_, compound := gatt.NewGHSCompound(gatt.GHSComponent{Value: bundle()})
	_, many := gatt.NewGHSCompound(make([]gatt.GHSComponent, 256)...)
	_, members := gatt.NewGHSBundle(make([]gatt.GHSObservation, 256)...)
	_, time := gatt.NewGHSBundle(gatt.GHSObservation{Flags: gatt.GHSHasTimestamp, Timestamp: gatt.ElapsedTime{Value: 1 << 48}})
	_, length := gatt.GHSObservation{Value: must(gatt.NewGHSText(long[1:]))}.AppendBinary(nil)
	for i, err := range []error{text, codes, tlvs, tlv, compound, many, members, time, length} {
		if !errors.Is(err, device.ErrOutOfRange) {
			t.Errorf("case %d: %v, want out of range", i, err)
		}
	}
}

func TestGHSReadings(t *testing.T) {
	testReadings(t, gatt.UUIDLiveObservation, []meaning{
		{"heart rate, early", "03 01 0e00 0900 82410200 4000 a00a 48000000", []string{"HeartRate 72 /min [early-estimate] on arrival"}},
		{"stamped, exact digits", "03 01 1500 0300 5c4b0200 22 487fec2d0000 01 00 a017 680e00fe", []string{
			"BodyTemperature 36.88 °C [good] 2024-05-31 12:30:00",
		}},
		{"ticks", "03 01 1500 0300 5c4b0200 21 487fec2d0000 01 00 a017 6c0100ff", []string{"BodyTemperature 36.4 °C [clock-unset] on arrival"}},
		{"an old timeline without a reference", "03 01 1500 0300 5c4b0200 02 487fec2d0000 04 00 a017 6c0100ff", []string{
			"BodyTemperature 36.4 °C [clock-unset] on arrival",
		}},
		{"an old timeline with one", "03 01 1500 0300 5c4b0200 02 487fec2d0000 02 00 a017 6c0100ff", []string{
			"BodyTemperature 36.4 °C [good] 2024-05-31 12:30:00",
		}},
		{"not available", "03 01 0e00 0900 82410200 0400 a00a 48000000", []string{"HeartRate no value [not-available] on arrival"}},
		{"no number", "03 01 0c00 0100 82410200 a00a ffff7f00", []string{"HeartRate no value [not-a-number] on arrival"}},
		{"a unit that does not fit", "03 01 0c00 0100 82410200 2002 48000000", nil},
		{"a unit that nobody knows", "03 01 0c00 0100 82410200 0100 48000000", nil},
		{"a code that nobody knows", "03 01 0c00 0100 01000000 a00a 48000000", nil},
		{"no code", "03 01 0800 0000 a00a 48000000", nil},
		{"glucose in mol", "03 01 0c00 0100 b8710200 7212 370000ff", []string{"GlucoseCapillaryBlood 5.5 mmol/L [good] on arrival"}},
		{"a cuff is a panel", "03 07 2a00 0900 044a0200 2000 03 054a0200 01 200f 78000000 064a0200 01 200f 50000000 074a0200 01 200f ffff7f00", []string{
			"Systolic 120 mmHg [test-data] on arrival", "Diastolic 80 mmHg [test-data] on arrival",
			"MeanPressure no value [not-a-number|test-data] on arrival",
		}},
		{
			"members inherit", "03 ff 2c00 0a00 22 487fec2d0000 01 00 0200 02" +
				"01 0c00 0100 b84b0200 2002 61000000 01 0c00 0100 1a480200 a00a 48000000",
			[]string{"SpO2 97 % [questionable] 2024-05-31 12:30:00", "PulseRateOximeter 72 /min [questionable] 2024-05-31 12:30:00"},
		},
	})
	testReadings(t, gatt.UUIDStoredObservation, []meaning{
		{"stored", "03 07000000 01 0c00 0100 82410200 a00a 48000000", []string{"HeartRate 72 /min [stored] on arrival"}},
	})
}

// Two numbers of one kind in one bundle are two measurements.
func TestGHSReadingsApart(t *testing.T) {
	o := gatt.GHSObservation{Value: must(gatt.NewGHSBundle(numeric(heartRateCode, perMinute, 72), numeric(heartRateCode, perMinute, 73)))}
	readings := o.AppendReadings(nil, device.Frame{At: noon, Sequence: 1})
	if len(readings) != 2 || readings[0].ID() == readings[1].ID() {
		t.Fatalf("%v", readings)
	}
	if readings[0].Sequence != 0x100 || readings[1].Sequence != 0x101 {
		t.Errorf("sequence %x and %x", readings[0].Sequence, readings[1].Sequence)
	}
}

// A part of an observation is nothing to decode, and no fault.
func TestGHSPart(t *testing.T) {
	for _, uuid := range []uint16{gatt.UUIDLiveObservation, gatt.UUIDStoredObservation} {
		f := device.Frame{Bytes: unhex(t, "01 01 0c00"), Format: device.GATT(uuid)}
		if got, err := gatt.Health().AppendReadings(nil, f); len(got) != 0 || !device.IsUnsupported(err) {
			t.Errorf("%04X: %v, %v", uuid, got, err)
		}
	}
	whole := gatt.SegmentHeader{First: true, Last: true}
	testVectors(t, gatt.ParseLiveObservation, []vector[gatt.LiveObservation]{
		{name: "part", wire: "04 0102", want: gatt.LiveObservation{SegmentHeader: gatt.SegmentHeader{Counter: 1}, Part: []byte{1, 2}}},
		{name: "whole", wire: "03 " + observations[0].wire, want: gatt.LiveObservation{SegmentHeader: whole, Observation: observations[0].want}},
	})
	testVectors(t, gatt.ParseStoredObservation, storedObservations)
	var part gatt.StoredObservation
	if part.AppendReadings([]vitals.Reading{}, device.Frame{}) == nil {
		t.Error("readings are lost")
	}
}

var storedObservations = []vector[gatt.StoredObservation]{
	{name: "part", wire: "04 0102", want: gatt.StoredObservation{SegmentHeader: gatt.SegmentHeader{Counter: 1}, Part: []byte{1, 2}}},
	{name: "whole", wire: "03 09000000 " + observations[0].wire, want: gatt.StoredObservation{
		SegmentHeader: gatt.SegmentHeader{First: true, Last: true}, Record: 9, Observation: observations[0].want,
	}},
}

func FuzzParseGHSObservation(f *testing.F) { fuzz(f, gatt.ParseGHSObservation, observations) }

func FuzzParseLiveObservation(f *testing.F) {
	var seeds []vector[gatt.LiveObservation]
	for _, v := range observations {
		seeds = append(seeds, vector[gatt.LiveObservation]{wire: "03" + v.wire})
	}
	fuzz(f, gatt.ParseLiveObservation, seeds)
}

func FuzzParseStoredObservation(f *testing.F) {
	fuzz(f, gatt.ParseStoredObservation, storedObservations)
}

func BenchmarkGHSNumeric(b *testing.B) {
	benchmark(b, gatt.ParseLiveObservation, "03 01 1500 0300 5c4b0200 22 487fec2d0000 01 00 a017 6c0100ff")
}

func BenchmarkGHSCompound(b *testing.B) {
	benchmark(b, gatt.ParseLiveObservation,
		"03 07 2a00 0900 044a0200 2000 03 054a0200 01 200f 78000000 064a0200 01 200f 50000000 074a0200 01 200f 5d000000")
}

var ghsFeatures = []vector[gatt.GHSFeature]{
	{name: "types", wire: "00 02 82410200 5c4b0200", want: gatt.GHSFeature{Types: must(gatt.MakeGHSCodes(heartRateCode, 150364))}},
	{name: "none", wire: "00 00", want: gatt.GHSFeature{}},
	{name: "cut", wire: "00 01 8241", bad: "truncated @ 2 ObservationTypes"},
	{name: "flag", wire: "02 00", want: gatt.GHSFeature{Reserved: 2}, bad: "reserved_bits @ 0 Flags"},
	{name: "surplus", wire: "00 00 00", want: gatt.GHSFeature{}, bad: "trailing_bytes @ 2"},
}

func TestGHSFeature(t *testing.T) {
	testVectors(t, gatt.ParseGHSFeature, ghsFeatures)
	const wire = "01 01 044a0200 01 071001"
	m := must(gatt.ParseGHSFeature(unhex(t, wire)))
	if term, version := m.Specializations.At(0); m.Specializations.Len() != 1 || term != 0x1007 || version != 1 {
		t.Errorf("%d specializations, %d %d", m.Specializations.Len(), term, version)
	}
	testVectors(t, gatt.ParseGHSFeature, []vector[gatt.GHSFeature]{{name: "specializations", wire: wire, want: m}})
	testParseAllocs(t, gatt.ParseGHSFeature, wire)
}

func FuzzParseGHSFeature(f *testing.F) {
	fuzz(f, gatt.ParseGHSFeature, append(ghsFeatures, vector[gatt.GHSFeature]{wire: "01 01 044a0200 01 071001"}))
}

var ghsControls = []vector[gatt.GHSControl]{
	{name: "start", wire: "01", want: gatt.GHSStartLive},
	{name: "busy", wire: "81", want: gatt.GHSBusy},
	{name: "op code", wire: "03", want: 3, bad: "unknown_opcode @ 0 OpCode"},
	{name: "nothing", wire: "", bad: "truncated @ 0 OpCode"},
	{name: "surplus", wire: "0100", want: 1, bad: "trailing_bytes @ 1"},
}

func TestGHSControl(t *testing.T) {
	testVectors(t, gatt.ParseGHSControl, ghsControls)
	testNames(t, []named{{gatt.GHSLiveError, "error of live observations"}})
	if err := gatt.GHSStartLive.CheckDirection(true); !errors.Is(err, device.ErrDirection) {
		t.Errorf("a command from the device: %v", err)
	}
	if err := errors.Join(gatt.GHSStartLive.CheckDirection(false), gatt.GHSSuccess.CheckDirection(true)); err != nil {
		t.Error(err)
	}
}

func FuzzParseGHSControl(f *testing.F) { fuzz(f, gatt.ParseGHSControl, ghsControls) }

var ghsSchedules = []vector[gatt.GHSSchedule]{
	{name: "heart rate", wire: "82410200 01000000 050000ff", want: gatt.GHSSchedule{Type: heartRateCode, Period: 1, Interval: 0xFF000005}},
	{name: "cut", wire: "82410200 01000000 05", want: gatt.GHSSchedule{Type: heartRateCode, Period: 1}, bad: "truncated @ 8 UpdateInterval"},
	{name: "surplus", wire: "00000000 00000000 00000000 00", bad: "trailing_bytes @ 12"},
}

func TestGHSSchedule(t *testing.T) {
	testVectors(t, gatt.ParseGHSSchedule, ghsSchedules)
	testParseAllocs(t, gatt.ParseGHSSchedule, ghsSchedules[0].wire)
}

func FuzzParseGHSSchedule(f *testing.F) { fuzz(f, gatt.ParseGHSSchedule, ghsSchedules) }

// A flag that announces a field shifts all that follows: the length gives it
// away, also to a tolerant decoder.
func TestGHSTolerant(t *testing.T) {
	d := gatt.HealthDecoder{Tolerant: true}
	for wire, want := range map[string]int{
		"03 01 0c00 0104 82410200 a00a 48000000":    1,
		"03 01 0d00 0104 82410200 a00a 48000000 00": 0,
	} {
		got, err := d.AppendReadings(nil, device.Frame{Bytes: unhex(t, wire), Format: device.GATT(gatt.UUIDLiveObservation), At: noon})
		if len(got) != want || (err == nil) != (want > 0) {
			t.Errorf("%s: %v, %v; want %d readings", wire, got, err, want)
		}
	}
}
