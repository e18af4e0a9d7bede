package gatt_test

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
	"github.com/telemed-go/sdk/vitals"
)

// noon is when the frames of these tests arrive.
var noon = time.Date(2024, 6, 30, 12, 0, 0, 0, time.UTC)

// A vector is one row of a characteristic's table.
type vector[M any] struct {
	name string
	wire string // hexadecimal; spaces are for people
	want M      // what is decoded, also beside an error
	bad  string // "code @ offset Field"; empty if the bytes are good
}

// testVectors decodes and encodes every row, and every row cut short or one
// byte too long.
func testVectors[M encoder](t *testing.T, parse func([]byte) (M, error), vectors []vector[M]) {
	t.Helper()
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			wire := unhex(t, v.wire)
			got, err := parse(wire)
			if bad := fault(err); bad != v.bad {
				t.Fatalf("error %q, want %q", bad, v.bad)
			}
			if !reflect.DeepEqual(got, v.want) {
				t.Errorf("got %+v, want %+v", got, v.want)
			}
			if err != nil {
				testReserved(t, got, wire, err)
				return
			}
			if back, err := v.want.AppendBinary(nil); err != nil || !bytes.Equal(back, wire) {
				t.Errorf("encodes to % x, %v; want % x", back, err, wire)
			}
			for n := range wire {
				testCut(t, parse, wire, n)
			}
			testCut(t, parse, append(wire[:len(wire):len(wire)], 0), len(wire)+1)
		})
	}
}

// testReserved demands that a value whose only fault are reserved bits or
// numbers encodes to the very bytes.
func testReserved(t *testing.T, m encoder, wire []byte, err error) {
	t.Helper()
	e, ok := errors.AsType[*device.DecodeError](err)
	if !ok || e.Also != nil || e.Err != device.ErrReservedBits && e.Err != device.ErrReservedValue {
		return
	}
	if back, err := m.AppendBinary(nil); err != nil || !bytes.Equal(back, wire) {
		t.Errorf("reserved: encodes to % x, %v; want % x", back, err, wire)
	}
}

// testCut demands that n bytes are either a frame of their own or refused with
// the place where it ends.
func testCut[M encoder](t *testing.T, parse func([]byte) (M, error), wire []byte, n int) {
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

type encoder interface {
	AppendBinary(b []byte) ([]byte, error)
}

type measurement interface {
	AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading
}

// fuzz demands that what is accepted encodes to the very bytes, and that
// readings have either a value or a reason for its absence.
func fuzz[M encoder](f *testing.F, parse func([]byte) (M, error), vectors []vector[M]) {
	f.Helper()
	for _, v := range vectors {
		f.Add(unhex(f, v.wire))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		m, err := parse(wire)
		if m, ok := any(m).(measurement); ok {
			for _, r := range m.AppendReadings(nil, device.Frame{At: noon}) {
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

// A meaning is one row of a table of readings: value, unit, quality, time.
type meaning struct {
	name string
	wire string
	want []string // "Kind value unit [quality] time"
}

// testReadings decodes every row with Health and compares the readings in
// words.
func testReadings(t *testing.T, uuid uint16, rows []meaning) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := readings(t, uuid, row.wire)
			if g, w := strings.Join(got, "\n"), strings.Join(row.want, "\n"); g != w {
				t.Errorf("got\n%s\nwant\n%s", g, w)
			}
		})
	}
}

func readings(t *testing.T, uuid uint16, wire string) []string {
	t.Helper()
	f := device.Frame{
		Bytes: unhex(t, wire), Format: device.GATT(uuid), At: noon,
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
		} else if r.Kind != vitals.RRInterval && !r.At.Equal(noon) {
			at = "at " + r.At.String()
		}
		lines = append(lines, fmt.Sprintf("%v %v [%v] %s", r.Kind, r.Quantity, r.Quality, at))
	}
	return lines
}

// benchmark decodes a frame into readings, which must not allocate.
func benchmark[M measurement](b *testing.B, parse func([]byte) (M, error), wire string) {
	b.Helper()
	frame := device.Frame{Bytes: unhex(b, wire), At: noon}
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

// testAllocs demands that decoding into readings allocates nothing.
func testAllocs[M measurement](t *testing.T, parse func([]byte) (M, error), wire string) {
	t.Helper()
	frame := device.Frame{Bytes: unhex(t, wire), At: noon}
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

// fault is an error as the tables write it.
func fault(err error) string {
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

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// testParseAllocs demands that decoding and encoding a frame allocate nothing.
func testParseAllocs[M encoder](t *testing.T, parse func([]byte) (M, error), wire string) {
	t.Helper()
	b, dst := unhex(t, wire), make([]byte, 0, 64)
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

// named is a value and what it is called.
type named struct {
	value interface{ String() string }
	name  string
}

func testNames(t *testing.T, rows []named) {
	t.Helper()
	for _, row := range rows {
		if got := row.value.String(); got != row.name {
			t.Errorf("%#v is %q, want %q", row.value, got, row.name)
		}
	}
}

// oneByte are the rows of a characteristic of one byte that may have any value.
func oneByte[M ~uint8](field string) []vector[M] {
	return []vector[M]{
		{name: "zero", wire: "00"},
		{name: "last", wire: "ff", want: 255},
		{name: "nothing", wire: "", bad: "truncated @ 0 " + field},
		{name: "surplus", wire: "1900", want: 25, bad: "trailing_bytes @ 1"},
	}
}

// may31 is the time stamp of many vectors.
var may31 = gatt.DateTime{Year: 2024, Month: 5, Day: 31, Hour: 12, Minute: 30}

// may31Seconds is [may31] as a clock that counts from 2000 has it.
const may31Seconds = 770473800
