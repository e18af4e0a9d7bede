package ghs_test

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
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/ghs"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/segment"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleParseLiveObservation() {
	m, err := ghs.ParseLiveObservation([]byte{
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
func numeric(code uint32, unit uint16, value medfloat.Float) ghs.Observation {
	return ghs.Observation{Flags: ghs.HasType, Type: code, Value: ghs.Numeric{Unit: unit, Value: value}.GHSValue()}
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

var observations = []atttest.Vector[ghs.Observation]{
	{Name: "heart rate", Wire: "01 0c00 0100 82410200 a00a 48000000", Want: numeric(heartRateCode, perMinute, 72)},
	{
		Name: "every field",
		Wire: "01 3c00 ff03 b84b0200 32 487fec2d0000 01 08 1e000000 2100 07000000 02" +
			"01 d8e20200  01 05000000  02 06000000 08000000  01 11111111 0100 04 2a  2002 61000000",
		Want: ghs.Observation{
			Flags: 0x3FF, Type: spo2Code,
			Timestamp: ghs.ElapsedTime{UTC: true, UsesOffset: true, Current: true, Value: atttest.May31Seconds, Source: clock.TimeSourceNTP, Offset: 8},
			Duration:  30, Status: ghs.Invalid | ghs.TestData, Object: 7, User: 2,
			Supplemental: must(ghs.MakeCodes(0x2E2D8)), DerivedFrom: must(ghs.MakeCodes(5)), Members: must(ghs.MakeCodes(6, 8)),
			Extra: must(ghs.MakeTLVs(ghs.TLV{Type: 0x11111111, Format: 4, Value: []byte{42}})),
			Value: ghs.Numeric{Unit: percent, Value: 97}.GHSValue(),
		},
	},
	{Name: "discrete", Wire: "02 0600 0000 01000000", Want: ghs.Observation{Value: ghs.NewCode(1)}},
	{Name: "text", Wire: "03 0600 0000 0200 c3a9", Want: ghs.Observation{Value: must(ghs.NewText("é"))}},
	{
		Name: "compound", Wire: "07 1b00 0100 044a0200 02 054a0200 01 200f 78000000 064a0200 02 07000000",
		Want: ghs.Observation{Flags: ghs.HasType, Type: 150020, Value: must(ghs.NewCompound(
			ghs.Component{Type: 150021, Value: ghs.Numeric{Unit: mmHg, Value: 120}.GHSValue()},
			ghs.Component{Type: 150022, Value: ghs.NewCode(7)},
		))},
	},
	{
		Name: "bundle in a bundle", Wire: "ff0f00000001ff0900000001ff0300000000",
		Want: ghs.Observation{Value: bundle(bundle(bundle()))},
	},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Class"},
	{
		Name: "length too small", Wire: "02 0500 0000 01000000", Want: ghs.Observation{Value: ghs.NewCode(1)},
		Bad: "length_mismatch @ 1 Length",
	},
	{
		Name: "length too large", Wire: "02 0700 0000 01000000", Want: ghs.Observation{Value: ghs.NewCode(1)},
		Bad: "length_mismatch @ 1 Length",
	},
	{
		Name: "surplus", Wire: "02 0600 0000 01000000 00", Want: ghs.Observation{Value: ghs.NewCode(1)},
		Bad: "trailing_bytes @ 9",
	},
	{
		Name: "reserved flag", Wire: "02 0600 0004 01000000", Want: ghs.Observation{Flags: 0x400, Value: ghs.NewCode(1)},
		Bad: "reserved_bits @ 3 Flags",
	},
	{
		Name: "reserved flag with a field behind it", Wire: "02 0700 0004 aa 01000000",
		Want: ghs.Observation{Flags: 0x400, Value: ghs.NewCode(0x1AA)}, Bad: "trailing_bytes @ 9",
	},
	{Name: "cut in a component", Wire: "07 0000 0000 02 054a0200 01 200f 7800", Want: ghs.Observation{Value: ghs.Value{Class: 7}}, Bad: "truncated @ 13 Value"},
	{Name: "no end of a text", Wire: "03 0600 0000 0300 c3a9", Want: ghs.Observation{Value: ghs.Value{Class: 3}}, Bad: "truncated @ 7 Text"},
}

// bundle is a bundle of bundles with nothing else in them.
func bundle(members ...ghs.Value) ghs.Value {
	var all []ghs.Observation
	for _, v := range members {
		all = append(all, ghs.Observation{Value: v})
	}
	return must(ghs.NewBundle(all...))
}

func TestGHSObservation(t *testing.T) {
	atttest.Vectors(t, ghs.ParseObservation, observations)
	for _, v := range observations[:6] {
		atttest.Allocs(t, ghs.ParseObservation, v.Wire)
		atttest.ParseAllocs(t, ghs.ParseObservation, v.Wire)
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
		if _, err := ghs.ParseObservation(atttest.Unhex(t, tt.wire)); !strings.HasPrefix(atttest.Fault(err), tt.bad) {
			t.Errorf("%s: %q, want %q", tt.name, atttest.Fault(err), tt.bad)
		}
	}
}

// Counts that promise more than there is must not cost more than there is.
func TestGHSObservationBombs(t *testing.T) {
	for _, unit := range []string{"ffffff0000ff", "ff03000000ff", "07ffff0000ff", "08ffff0000ff"} {
		b := bytes.Repeat(atttest.Unhex(t, unit), 5000)
		o, err := ghs.ParseObservation(b)
		if err == nil {
			t.Errorf("%s: accepted", unit)
		}
		o.AppendReadings(nil, device.Frame{})
	}
}

func TestGHSValues(t *testing.T) {
	samples := must(ghs.ParseObservation(atttest.Unhex(t,
		"04 2200 0000 2002 010000ff 0a000000 f6ffffff 64000000 0a0000fe 02 02 02000000 0100 0200")))
	got, ok := samples.Value.Samples()
	want := ghs.Samples{
		Unit: percent, Scale: 0xFF000001, Offset: 10, Min: -10, Max: 100, Period: 0xFE00000A, PerPeriod: 2, Width: 2, Count: 2,
		Data: []byte{1, 0, 2, 0},
	}
	if !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("samples %+v, %v; want %+v", got, ok, want)
	}

	states := must(ghs.ParseObservation(atttest.Unhex(t, "06 0900 0000 02 0f00 0300 0100")))
	if s, ok := states.Value.States(); !ok || !reflect.DeepEqual(s, ghs.States{Supported: []byte{15, 0}, Lasting: []byte{3, 0}, Bits: []byte{1, 0}}) {
		t.Errorf("states %+v, %v", s, ok)
	}

	events := must(ghs.ParseObservation(atttest.Unhex(t, "05 0b00 0000 02 01000000 02000000")))
	if e := slices.Collect(events.Value.Events().All()); !slices.Equal(e, []uint32{1, 2}) {
		t.Errorf("events %v", e)
	}

	tlvs := must(ghs.ParseObservation(atttest.Unhex(t, "08 0c00 0000 01 01000100 0200 19 6869")))
	for v := range tlvs.Value.TLVs().All() {
		if v.Type != 0x10001 || v.Format != 0x19 || string(v.Value) != "hi" {
			t.Errorf("attribute %+v", v)
		}
	}
	if tlvs.Value.TLVs().Len() != 1 {
		t.Errorf("%d attributes, want 1", tlvs.Value.TLVs().Len())
	}

	if code, ok := observations[2].Want.Value.Code(); code != 1 || !ok {
		t.Errorf("code %d, %v", code, ok)
	}
	if text, ok := observations[3].Want.Value.Text(); text != "é" || !ok {
		t.Errorf("text %q, %v", text, ok)
	}
	var types []uint32
	for c := range observations[4].Want.Value.Components() {
		types = append(types, c.Type)
	}
	if !slices.Equal(types, []uint32{150021, 150022}) {
		t.Errorf("components %v", types)
	}
	n := 0
	for o := range observations[5].Want.Value.Bundle() {
		if n++; o.Value.Class != ghs.BundleClass {
			t.Errorf("member %v", o.Value.Class)
		}
	}
	if n != 1 {
		t.Errorf("%d members, want 1", n)
	}
	atttest.Names(t, []atttest.Named{
		{Value: ghs.BundleClass, Name: "bundle"},
		{Value: ghs.Invalid | ghs.ThresholdDisabled, Name: "invalid, thresholding disabled"},
		{Value: ghs.HasType | ghs.HasExtra, Name: "type, TLVs"},
	})
}

// What v is not, it does not pretend to be.
func TestGHSValueOfAnotherClass(t *testing.T) {
	for _, v := range []ghs.Value{{}, ghs.NewCode(1), {Class: ghs.NumericClass}, {Class: ghs.CompoundClass}, {Class: ghs.BundleClass}} {
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
	_, text := ghs.NewText(long)
	_, codes := ghs.MakeCodes(make([]uint32, 256)...)
	_, tlvs := ghs.MakeTLVs(make([]ghs.TLV, 256)...)
	_, tlv := ghs.MakeTLVs(ghs.TLV{Value: []byte(long)})
	_, compound := ghs.NewCompound(ghs.Component{Value: bundle()})
	_, many := ghs.NewCompound(make([]ghs.Component, 256)...)
	_, members := ghs.NewBundle(make([]ghs.Observation, 256)...)
	_, time := ghs.NewBundle(ghs.Observation{Flags: ghs.HasTimestamp, Timestamp: ghs.ElapsedTime{Value: 1 << 48}})
	_, length := ghs.Observation{Value: must(ghs.NewText(long[1:]))}.AppendBinary(nil)
	for i, err := range []error{text, codes, tlvs, tlv, compound, many, members, time, length} {
		if !errors.Is(err, device.ErrOutOfRange) {
			t.Errorf("case %d: %v, want out of range", i, err)
		}
	}
}

func TestGHSReadings(t *testing.T) {
	atttest.TestReadings(t, ghs.UUIDLiveObservation, []atttest.Meaning{
		{Name: "heart rate, early", Wire: "03 01 0e00 0900 82410200 4000 a00a 48000000", Want: []string{"HeartRate 72 /min [early-estimate] on arrival"}},
		{Name: "stamped, exact digits", Wire: "03 01 1500 0300 5c4b0200 22 487fec2d0000 01 00 a017 680e00fe", Want: []string{
			"BodyTemperature 36.88 °C [good] 2024-05-31 12:30:00",
		}},
		{Name: "ticks", Wire: "03 01 1500 0300 5c4b0200 21 487fec2d0000 01 00 a017 6c0100ff", Want: []string{"BodyTemperature 36.4 °C [clock-unset] on arrival"}},
		{Name: "an old timeline without a reference", Wire: "03 01 1500 0300 5c4b0200 02 487fec2d0000 04 00 a017 6c0100ff", Want: []string{
			"BodyTemperature 36.4 °C [clock-unset] on arrival",
		}},
		{Name: "an old timeline with one", Wire: "03 01 1500 0300 5c4b0200 02 487fec2d0000 02 00 a017 6c0100ff", Want: []string{
			"BodyTemperature 36.4 °C [good] 2024-05-31 12:30:00",
		}},
		{Name: "not available", Wire: "03 01 0e00 0900 82410200 0400 a00a 48000000", Want: []string{"HeartRate no value [not-available] on arrival"}},
		{Name: "no number", Wire: "03 01 0c00 0100 82410200 a00a ffff7f00", Want: []string{"HeartRate no value [not-a-number] on arrival"}},
		{Name: "a unit that does not fit", Wire: "03 01 0c00 0100 82410200 2002 48000000", Want: nil},
		{Name: "a unit that nobody knows", Wire: "03 01 0c00 0100 82410200 0100 48000000", Want: nil},
		{Name: "a code that nobody knows", Wire: "03 01 0c00 0100 01000000 a00a 48000000", Want: nil},
		{Name: "no code", Wire: "03 01 0800 0000 a00a 48000000", Want: nil},
		{Name: "glucose in mol", Wire: "03 01 0c00 0100 b8710200 7212 370000ff", Want: []string{"GlucoseCapillaryBlood 5.5 mmol/L [good] on arrival"}},
		{Name: "a cuff is a panel", Wire: "03 07 2a00 0900 044a0200 2000 03 054a0200 01 200f 78000000 064a0200 01 200f 50000000 074a0200 01 200f ffff7f00", Want: []string{
			"Systolic 120 mmHg [test-data] on arrival", "Diastolic 80 mmHg [test-data] on arrival",
			"MeanPressure no value [not-a-number|test-data] on arrival",
		}},
		{
			Name: "members inherit", Wire: "03 ff 2c00 0a00 22 487fec2d0000 01 00 0200 02" +
				"01 0c00 0100 b84b0200 2002 61000000 01 0c00 0100 1a480200 a00a 48000000",
			Want: []string{"SpO2 97 % [questionable] 2024-05-31 12:30:00", "PulseRateOximeter 72 /min [questionable] 2024-05-31 12:30:00"},
		},
	})
	atttest.TestReadings(t, ghs.UUIDStoredObservation, []atttest.Meaning{
		{Name: "stored", Wire: "03 07000000 01 0c00 0100 82410200 a00a 48000000", Want: []string{"HeartRate 72 /min [stored] on arrival"}},
	})
}

// Two numbers of one kind in one bundle are two measurements.
func TestGHSReadingsApart(t *testing.T) {
	o := ghs.Observation{Value: must(ghs.NewBundle(numeric(heartRateCode, perMinute, 72), numeric(heartRateCode, perMinute, 73)))}
	readings := o.AppendReadings(nil, device.Frame{At: atttest.Noon, Sequence: 1})
	if len(readings) != 2 || readings[0].ID() == readings[1].ID() {
		t.Fatalf("%v", readings)
	}
	if readings[0].Sequence != 0x100 || readings[1].Sequence != 0x101 {
		t.Errorf("sequence %x and %x", readings[0].Sequence, readings[1].Sequence)
	}
}

// A part of an observation is nothing to decode, and no fault.
func TestGHSPart(t *testing.T) {
	for _, uuid := range []uint16{ghs.UUIDLiveObservation, ghs.UUIDStoredObservation} {
		f := device.Frame{Bytes: atttest.Unhex(t, "01 01 0c00"), Format: device.GATT(uuid)}
		if got, err := gatt.Health().AppendReadings(nil, f); len(got) != 0 || !device.IsUnsupported(err) {
			t.Errorf("%04X: %v, %v", uuid, got, err)
		}
	}
	whole := segment.Header{First: true, Last: true}
	atttest.Vectors(t, ghs.ParseLiveObservation, []atttest.Vector[ghs.LiveObservation]{
		{Name: "part", Wire: "04 0102", Want: ghs.LiveObservation{Header: segment.Header{Counter: 1}, Part: []byte{1, 2}}},
		{Name: "whole", Wire: "03 " + observations[0].Wire, Want: ghs.LiveObservation{Header: whole, Observation: observations[0].Want}},
	})
	atttest.Vectors(t, ghs.ParseStoredObservation, storedObservations)
	var part ghs.StoredObservation
	if part.AppendReadings([]vitals.Reading{}, device.Frame{}) == nil {
		t.Error("readings are lost")
	}
}

var storedObservations = []atttest.Vector[ghs.StoredObservation]{
	{Name: "part", Wire: "04 0102", Want: ghs.StoredObservation{Header: segment.Header{Counter: 1}, Part: []byte{1, 2}}},
	{Name: "whole", Wire: "03 09000000 " + observations[0].Wire, Want: ghs.StoredObservation{
		Header: segment.Header{First: true, Last: true}, Record: 9, Observation: observations[0].Want,
	}},
}

func FuzzParseGHSObservation(f *testing.F) { atttest.Fuzz(f, ghs.ParseObservation, observations) }

func FuzzParseLiveObservation(f *testing.F) {
	var seeds []atttest.Vector[ghs.LiveObservation]
	for _, v := range observations {
		seeds = append(seeds, atttest.Vector[ghs.LiveObservation]{Wire: "03" + v.Wire})
	}
	atttest.Fuzz(f, ghs.ParseLiveObservation, seeds)
}

func FuzzParseStoredObservation(f *testing.F) {
	atttest.Fuzz(f, ghs.ParseStoredObservation, storedObservations)
}

func BenchmarkGHSNumeric(b *testing.B) {
	atttest.Benchmark(b, ghs.ParseLiveObservation, "03 01 1500 0300 5c4b0200 22 487fec2d0000 01 00 a017 6c0100ff")
}

func BenchmarkGHSCompound(b *testing.B) {
	atttest.Benchmark(b, ghs.ParseLiveObservation,
		"03 07 2a00 0900 044a0200 2000 03 054a0200 01 200f 78000000 064a0200 01 200f 50000000 074a0200 01 200f 5d000000")
}

var ghsFeatures = []atttest.Vector[ghs.Feature]{
	{Name: "types", Wire: "00 02 82410200 5c4b0200", Want: ghs.Feature{Types: must(ghs.MakeCodes(heartRateCode, 150364))}},
	{Name: "none", Wire: "00 00", Want: ghs.Feature{}},
	{Name: "cut", Wire: "00 01 8241", Bad: "truncated @ 2 ObservationTypes"},
	{Name: "flag", Wire: "02 00", Want: ghs.Feature{Reserved: 2}, Bad: "reserved_bits @ 0 Flags"},
	{Name: "surplus", Wire: "00 00 00", Want: ghs.Feature{}, Bad: "trailing_bytes @ 2"},
}

func TestGHSFeature(t *testing.T) {
	atttest.Vectors(t, ghs.ParseFeature, ghsFeatures)
	const wire = "01 01 044a0200 01 071001"
	m := must(ghs.ParseFeature(atttest.Unhex(t, wire)))
	if term, version := m.Specializations.At(0); m.Specializations.Len() != 1 || term != 0x1007 || version != 1 {
		t.Errorf("%d specializations, %d %d", m.Specializations.Len(), term, version)
	}
	atttest.Vectors(t, ghs.ParseFeature, []atttest.Vector[ghs.Feature]{{Name: "specializations", Wire: wire, Want: m}})
	atttest.ParseAllocs(t, ghs.ParseFeature, wire)
}

func FuzzParseGHSFeature(f *testing.F) {
	atttest.Fuzz(f, ghs.ParseFeature, append(ghsFeatures, atttest.Vector[ghs.Feature]{Wire: "01 01 044a0200 01 071001"}))
}

var ghsControls = []atttest.Vector[ghs.Control]{
	{Name: "start", Wire: "01", Want: ghs.StartLive},
	{Name: "busy", Wire: "81", Want: ghs.Busy},
	{Name: "op code", Wire: "03", Want: 3, Bad: "unknown_opcode @ 0 OpCode"},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 OpCode"},
	{Name: "surplus", Wire: "0100", Want: 1, Bad: "trailing_bytes @ 1"},
}

func TestGHSControl(t *testing.T) {
	atttest.Vectors(t, ghs.ParseControl, ghsControls)
	atttest.Names(t, []atttest.Named{{Value: ghs.LiveError, Name: "error of live observations"}})
	if err := ghs.StartLive.CheckDirection(true); !errors.Is(err, device.ErrDirection) {
		t.Errorf("a command from the device: %v", err)
	}
	if err := errors.Join(ghs.StartLive.CheckDirection(false), ghs.Success.CheckDirection(true)); err != nil {
		t.Error(err)
	}
}

func FuzzParseGHSControl(f *testing.F) { atttest.Fuzz(f, ghs.ParseControl, ghsControls) }

var ghsSchedules = []atttest.Vector[ghs.Schedule]{
	{Name: "heart rate", Wire: "82410200 01000000 050000ff", Want: ghs.Schedule{Type: heartRateCode, Period: 1, Interval: 0xFF000005}},
	{Name: "cut", Wire: "82410200 01000000 05", Want: ghs.Schedule{Type: heartRateCode, Period: 1}, Bad: "truncated @ 8 UpdateInterval"},
	{Name: "surplus", Wire: "00000000 00000000 00000000 00", Bad: "trailing_bytes @ 12"},
}

func TestGHSSchedule(t *testing.T) {
	atttest.Vectors(t, ghs.ParseSchedule, ghsSchedules)
	atttest.ParseAllocs(t, ghs.ParseSchedule, ghsSchedules[0].Wire)
}

func FuzzParseGHSSchedule(f *testing.F) { atttest.Fuzz(f, ghs.ParseSchedule, ghsSchedules) }

// A flag that announces a field shifts all that follows: the length gives it
// away, also to a tolerant decoder.
func TestGHSTolerant(t *testing.T) {
	d := gatt.HealthDecoder{Tolerant: true}
	for wire, want := range map[string]int{
		"03 01 0c00 0104 82410200 a00a 48000000":    1,
		"03 01 0d00 0104 82410200 a00a 48000000 00": 0,
	} {
		got, err := d.AppendReadings(nil, device.Frame{Bytes: atttest.Unhex(t, wire), Format: device.GATT(ghs.UUIDLiveObservation), At: atttest.Noon})
		if len(got) != want || (err == nil) != (want > 0) {
			t.Errorf("%s: %v, %v; want %d readings", wire, got, err, want)
		}
	}
}
