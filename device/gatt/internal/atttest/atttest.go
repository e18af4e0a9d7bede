// Package atttest is what the tests of the Bluetooth characteristics share: tables
// that run both ways, truncation, fuzzing, readings in words, allocations. Only
// tests import it.
package atttest

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/vitals"
)

// Noon is when the frames of these tests arrive.
var Noon = time.Date(2024, 6, 30, 12, 0, 0, 0, time.UTC)

// A Vector is one row of a characteristic's table.
type Vector[M any] struct {
	Name string
	Wire string // hexadecimal; spaces are for people
	Want M      // what is decoded, also beside an error
	Bad  string // "code @ offset Field"; empty if the bytes are good
}

// Vectors decodes and encodes every row, and every row cut short or one
// byte too long.
func Vectors[M Encoder](t *testing.T, parse func([]byte) (M, error), vectors []Vector[M]) {
	t.Helper()
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) {
			wire := Unhex(t, v.Wire)
			got, err := parse(wire)
			if bad := Fault(err); bad != v.Bad {
				t.Fatalf("error %q, want %q", bad, v.Bad)
			}
			if !reflect.DeepEqual(got, v.Want) {
				t.Errorf("got %+v, want %+v", got, v.Want)
			}
			if err != nil {
				testReserved(t, got, wire, err)
				return
			}
			if back, err := v.Want.AppendBinary(nil); err != nil || !bytes.Equal(back, wire) {
				t.Errorf("encodes to % x, %v; want % x", back, err, wire)
			}
			for n := range wire {
				Cut(t, parse, wire, n)
			}
			Cut(t, parse, append(wire[:len(wire):len(wire)], 0), len(wire)+1)
		})
	}
}

// testReserved demands that a value whose only fault are reserved bits or
// numbers encodes to the very bytes.
func testReserved(t *testing.T, m Encoder, wire []byte, err error) {
	t.Helper()
	e, ok := errors.AsType[*device.DecodeError](err)
	if !ok || e.Also != nil || e.Err != device.ErrReservedBits && e.Err != device.ErrReservedValue {
		return
	}
	if back, err := m.AppendBinary(nil); err != nil || !bytes.Equal(back, wire) {
		t.Errorf("reserved: encodes to % x, %v; want % x", back, err, wire)
	}
}

// Cut demands that n bytes are either a frame of their own or refused with
// the place where it ends.
func Cut[M Encoder](t *testing.T, parse func([]byte) (M, error), wire []byte, n int) {
	t.Helper()
	m, err := parse(wire[:n])
	if err == nil {
		if back, _ := m.AppendBinary(nil); !bytes.Equal(back, wire[:n]) {
			t.Errorf("%d bytes % x accepted, but encode to % x", n, wire[:n], back)
		}
		return
	}
	e, ok := errors.AsType[*device.DecodeError](err)
	if !ok || e.Err != device.ErrTruncated && e.Err != device.ErrTrailing && e.Err != device.ErrText || e.Offset > n || e.Ref == "" {
		t.Errorf("%d bytes: %v", n, err)
	}
}

// An Encoder is a wire type.
type Encoder interface {
	AppendBinary(b []byte) ([]byte, error)
}

// A Measurement is a wire type that knows what it means.
type Measurement interface {
	AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading
}

// Fuzz demands that what is accepted encodes to the very bytes, and that
// readings have either a value or a reason for its absence.
func Fuzz[M Encoder](f *testing.F, parse func([]byte) (M, error), vectors []Vector[M]) {
	f.Helper()
	for _, v := range vectors {
		f.Add(Unhex(f, v.Wire))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		m, err := parse(wire)
		if m, ok := any(m).(Measurement); ok {
			for _, r := range m.AppendReadings(nil, device.Frame{At: Noon}) {
				if r.Quality.Has(vitals.Absent) != r.Quantity.IsZero() || r.Kind == vitals.KindNone {
					t.Errorf("% x: reading %v: %v, %v", wire, r.Kind, r.Quantity, r.Quality)
				}
			}
		}
		if err != nil {
			testReserved(t, m, wire, err)
			return
		}
		if back, err := m.AppendBinary(nil); err != nil || !bytes.Equal(back, wire) {
			t.Errorf("% x encodes to % x, %v", wire, back, err)
		}
	})
}

// A Meaning is one row of a table of readings: value, unit, quality, time.
type Meaning struct {
	Name string
	Wire string
	Want []string // "Kind value unit [quality] time"
}

// TestReadings decodes every row with Health and compares the readings in
// words.
func TestReadings(t *testing.T, uuid uint16, rows []Meaning) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			got := Readings(t, uuid, row.Wire)
			if g, w := strings.Join(got, "\n"), strings.Join(row.Want, "\n"); g != w {
				t.Errorf("got\n%s\nwant\n%s", g, w)
			}
		})
	}
}

// Readings are the readings of a frame, one line each.
func Readings(t *testing.T, uuid uint16, wire string) []string {
	t.Helper()
	f := device.Frame{
		Bytes: Unhex(t, wire), Format: device.GATT(uuid), At: Noon,
		Patient: vitals.NewPatientID("p"), Device: "d",
	}
	rs, err := gatt.Health().AppendReadings(nil, f)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range rs {
		if r.Patient != f.Patient || r.Device != f.Device {
			t.Errorf("%v is of patient %v, device %q", r.Kind, r.Patient, r.Device)
		}
		at := "on arrival"
		if r.Stamped {
			at = r.At.Format(time.DateTime)
		} else if r.Kind != vitals.RRInterval && !r.At.Equal(Noon) {
			at = "at " + r.At.String()
		}
		lines = append(lines, fmt.Sprintf("%v %v [%v] %s", r.Kind, r.Quantity, r.Quality, at))
	}
	return lines
}

// Benchmark decodes a frame into readings, which must not allocate.
func Benchmark[M Measurement](b *testing.B, parse func([]byte) (M, error), wire string) {
	b.Helper()
	frame := device.Frame{Bytes: Unhex(b, wire), At: Noon}
	dst := make([]vitals.Reading, 0, 8)
	b.ReportAllocs()
	for b.Loop() {
		m, err := parse(frame.Bytes)
		if err != nil {
			b.Fatal(err)
		}
		dst = m.AppendReadings(dst[:0], frame)
	}
}

// Allocs demands that decoding into readings allocates nothing.
func Allocs[M Measurement](t *testing.T, parse func([]byte) (M, error), wire string) {
	t.Helper()
	frame := device.Frame{Bytes: Unhex(t, wire), At: Noon}
	dst := make([]vitals.Reading, 0, 8)
	if n := testing.AllocsPerRun(100, func() {
		m, err := parse(frame.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		dst = m.AppendReadings(dst[:0], frame)
	}); n != 0 {
		t.Errorf("%v allocations per frame, want 0", n)
	}
}

// Fault is an error as the tables write it.
func Fault(err error) string {
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[*device.DecodeError](err)
	if !ok {
		return err.Error()
	}
	code, _ := errors.AsType[device.Fault](err)
	return strings.TrimRight(fmt.Sprintf("%s @ %d %s", code.Code(), e.Offset, e.Field), " ")
}

// Unhex reads hexadecimal digits with spaces between them.
func Unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ParseAllocs demands that decoding and encoding a frame allocate nothing.
func ParseAllocs[M Encoder](t *testing.T, parse func([]byte) (M, error), wire string) {
	t.Helper()
	b, dst := Unhex(t, wire), make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		m, err := parse(b)
		if err != nil {
			t.Fatal(err)
		}
		dst, _ = m.AppendBinary(dst[:0])
	}); n != 0 {
		t.Errorf("%v allocations per frame, want 0", n)
	}
}

// Named is a value and what it is called.
type Named struct {
	Value interface{ String() string }
	Name  string
}

// Names compares values with their names.
func Names(t *testing.T, rows []Named) {
	t.Helper()
	for _, row := range rows {
		if got := row.Value.String(); got != row.Name {
			t.Errorf("%#v is %q, want %q", row.Value, got, row.Name)
		}
	}
}

// OneByte are the rows of a characteristic of one byte that may have any value.
func OneByte[M ~uint8](field string) []Vector[M] {
	return []Vector[M]{
		{Name: "zero", Wire: "00"},
		{Name: "last", Wire: "ff", Want: 255},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 " + field},
		{Name: "surplus", Wire: "1900", Want: 25, Bad: "trailing_bytes @ 1"},
	}
}

// May31 is the time stamp of many vectors.
var May31 = clock.DateTime{Year: 2024, Month: 5, Day: 31, Hour: 12, Minute: 30}

// May31Seconds is [May31] as a clock that counts from 2000 has it.
const May31Seconds = 770473800
