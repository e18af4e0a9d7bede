package vitals

import (
	"crypto/sha1" //nolint:gosec // the reference for RFC 9562
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func someReading() Reading {
	return Reading{
		Patient:  NewPatientID("p-1"),
		Device:   "00:11:22:33:44:55",
		Kind:     HeartRate,
		Quantity: PerMinute(72),
		At:       time.Date(2026, 5, 1, 8, 30, 0, 500, time.UTC),
		Sequence: 3,
	}
}

// TestReadingIDGolden holds the function itself: identities are stored, and a
// record system that has seen one must never see another for the same
// measurement. The values were computed with Python: uuid, hashlib, struct.
func TestReadingIDGolden(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	for _, tt := range []struct {
		name string
		r    Reading
		want string
	}{
		{"zero", Reading{}, "75870e1c-cf8a-5248-a5a4-3631efc8eaea"},
		{"heart rate", someReading(), "aaacb848-a9b4-5977-8677-aaffbbcf152b"},
		{"glucose", Reading{Patient: NewPatientID("Zoë"), Device: "meter", Kind: GlucoseCapillaryPlasma, At: time.Date(1969, 12, 31, 23, 59, 59, 999999999, zone), Sequence: 1<<32 - 1}, "6fef4abf-ee64-5a20-8d3c-8fb762661d4e"},
	} {
		if got := tt.r.ID().String(); got != tt.want {
			t.Errorf("%s: ID() = %s, want %s: every identity in every log has changed", tt.name, got, tt.want)
		}
	}
	if got := fmt.Sprintf("%x", readingNamespace[:]); got != fmt.Sprintf("%x", uuidByHand(
		[]byte{0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8},
		"https://github.com/telemed-go/sdk/vitals#Reading")) {
		t.Errorf("the name space is %s", got)
	}
	// RFC 9562, A.4.
	dns := [16]byte{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}
	if got := uuid5(dns, []byte("www.example.com")).String(); got != "2ed6657d-e927-568b-95e1-2665a8aea6a2" {
		t.Errorf("uuid5 of the RFC's example = %s", got)
	}
}

func uuidByHand(space []byte, name string) []byte {
	sum := sha1.Sum(append(space, name...)) //nolint:gosec // see the import
	sum[6], sum[8] = 0x50|sum[6]&0xf, 0x80|sum[8]&0x3f
	return sum[:16]
}

func TestReadingIDIgnores(t *testing.T) {
	r := someReading()
	want := r.ID()
	for name, change := range map[string]func(*Reading){
		"nothing":       func(*Reading) {},
		"value":         func(r *Reading) { r.Quantity = PerMinute(73) },
		"unit":          func(r *Reading) { r.Quantity = UnitHertz.Of(Decimal{12, -1}) },
		"no value":      func(r *Reading) { r.Quantity, r.Quality = Quantity{}, NotANumber },
		"quality":       func(r *Reading) { r.Quality = Motion | Stored },
		"stamped":       func(r *Reading) { r.Stamped = true },
		"code":          func(r *Reading) { r.Code = 7 },
		"time zone":     func(r *Reading) { r.At = r.At.In(time.FixedZone("CET", 3600)) },
		"local time":    func(r *Reading) { r.At = r.At.Local() },
		"another copy":  func(r *Reading) { r.Patient = NewPatientID(strings.Clone("p-1")) },
		"copied device": func(r *Reading) { r.Device = DeviceID(strings.Clone(string(r.Device))) },
	} {
		r := someReading()
		change(&r)
		if got := r.ID(); got != want {
			t.Errorf("changing %s changes the ID to %v from %v", name, got, want)
		}
	}
}

func TestReadingIDDependsOn(t *testing.T) {
	seen := map[ReadingID]string{someReading().ID(): "the original"}
	for name, change := range map[string]func(*Reading){
		"patient":            func(r *Reading) { r.Patient = NewPatientID("p-2") },
		"no patient":         func(r *Reading) { r.Patient = PatientID{} },
		"device":             func(r *Reading) { r.Device = "00:11:22:33:44:56" },
		"no device":          func(r *Reading) { r.Device = "" },
		"kind":               func(r *Reading) { r.Kind = PulseRate },
		"a kind to come":     func(r *Reading) { r.Kind = 60000 },
		"a nanosecond":       func(r *Reading) { r.At = r.At.Add(1) },
		"a second":           func(r *Reading) { r.At = r.At.Add(time.Second) },
		"136 years":          func(r *Reading) { r.At = r.At.Add(time.Second << 32) },
		"sequence":           func(r *Reading) { r.Sequence++ },
		"shifted right":      func(r *Reading) { r.Patient, r.Device = NewPatientID("p-"), "1"+r.Device },
		"shifted left":       func(r *Reading) { r.Patient, r.Device = NewPatientID("p-10"), r.Device[1:] },
		"shifted all":        func(r *Reading) { r.Patient, r.Device = NewPatientID("p-1"+string(r.Device)), "" },
		"swapped":            func(r *Reading) { r.Patient, r.Device = NewPatientID(string(r.Device)), "p-1" },
		"into the kind":      func(r *Reading) { r.Device += "\x00\x00\x00\x09HeartRate" },
		"NUL":                func(r *Reading) { r.Patient = NewPatientID("p-1\x00") },
		"a long device name": func(r *Reading) { r.Device = DeviceID(strings.Repeat("d", 5000)) },
		"a longer one":       func(r *Reading) { r.Device = DeviceID(strings.Repeat("d", 5001)) },
	} {
		r := someReading()
		change(&r)
		id := r.ID()
		if other, dup := seen[id]; dup {
			t.Errorf("%q and %q have the same ID %v", name, other, id)
		}
		seen[id] = name
		if id[6]>>4 != 5 || id[8]>>6 != 2 {
			t.Errorf("%s: %v is no UUID of version 5", name, id)
		}
	}
}

func TestReadingIDMany(t *testing.T) {
	seen := map[ReadingID]bool{}
	r := someReading()
	for i := range 100 {
		r.At = r.At.Add(time.Second)
		for _, k := range []Kind{HeartRate, SpO2, Systolic, Diastolic} {
			for s := range uint32(5) {
				r.Kind, r.Sequence = k, s
				if seen[r.ID()] {
					t.Fatalf("%v number %d of second %d has the ID of another reading", k, s, i)
				}
				seen[r.ID()] = true
			}
		}
	}
}

func TestReadingIDText(t *testing.T) {
	id := ReadingID{0x2e, 0xd6, 0x65, 0x7d, 0xe9, 0x27, 0x56, 0x8b, 0x95, 0xe1, 0x26, 0x65, 0xa8, 0xae, 0xa6, 0xa2}
	const want = "2ed6657d-e927-568b-95e1-2665a8aea6a2"
	b, err := json.Marshal(id)
	if a, err2 := id.AppendText([]byte("x")); err != nil || err2 != nil || id.String() != want || string(b) != `"`+want+`"` || string(a) != "x"+want {
		t.Errorf("%s, %s %v, %s %v; want %s three times", id, b, err, a, err2, want)
	}
}

func TestReadingIDAllocates(t *testing.T) {
	r := someReading()
	r.Device = "urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680 / 0123456789"
	if n := testing.AllocsPerRun(100, func() { r.Sequence++; _ = r.ID() }); n != 0 {
		t.Errorf("Reading.ID allocates %v times, want 0", n)
	}
}

func TestReadingHasValue(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    Reading
		want bool
	}{
		{"a value", Reading{Quantity: PerMinute(72)}, true},
		{"zero is a value", Reading{Quantity: PerMinute(0)}, true},
		{"a doubtful value", Reading{Quantity: PerMinute(72), Quality: Motion | NoContact | Invalid | Implausible}, true},
		{"nothing", Reading{}, false},
		{"a reason for none", Reading{Quality: NotANumber}, false},
		{"a reason for none wins", Reading{Quantity: PerMinute(72), Quality: NotAvailable | Motion}, false},
	} {
		if got := tt.r.HasValue(); got != tt.want {
			t.Errorf("%s: HasValue() = %v, want %v", tt.name, got, tt.want)
		}
	}
	for q := Quality(1); q < 1<<6; q <<= 1 {
		if (Reading{Quantity: PerMinute(1), Quality: q}).HasValue() {
			t.Errorf("a reading that is %v has a value", q)
		}
	}
}

func BenchmarkReadingID(b *testing.B) {
	r := someReading()
	for b.Loop() {
		_ = r.ID()
	}
}

// A reading as JSON says what it is and not who.
func TestReadingJSON(t *testing.T) {
	r := Reading{
		Patient: NewPatientID("DOE^JANE"), Kind: BodyTemperature, Quality: Motion,
		Quantity: UnitCelsius.Of(Decimal{Coef: 3640, Exp: -2}),
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"kind":"BodyTemperature"`, `"value":"36.40 Cel"`, `"quality":"motion"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s lacks %s", b, want)
		}
	}
	if strings.Contains(string(b), "JANE") {
		t.Errorf("%s", b)
	}
	var q Quantity
	if err := q.UnmarshalText([]byte("36.40 Cel")); err != nil || q != r.Quantity {
		t.Errorf("read back %v, %v", q, err)
	}
	if err := q.UnmarshalText(nil); err != nil || !q.IsZero() {
		t.Errorf("nothing read as %v, %v", q, err)
	}
	var k Kind
	if err := k.UnmarshalText([]byte("SpO2")); err != nil || k != SpO2 {
		t.Errorf("read back %v, %v", k, err)
	}
	if err := k.UnmarshalText([]byte("DOE^JANE")); !errors.Is(err, ErrKind) {
		t.Errorf("got %v", err)
	}
}
