package compact_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/vitals"
)

// batches are of every kind that there can be.
func batches() map[string]compact.Batch {
	at := func(n int64) time.Time { return instant.Add(time.Duration(n)) }
	vital := func(k vitals.Kind, d vitals.Decimal) compact.Vital { return compact.Vital{Kind: k, Value: d} }
	var many compact.Batch
	for i := range 500 {
		many.Samples = append(many.Samples, compact.Sample{Vital: vital(vitals.Kind(1+i%3), number(int64(70+i%7), 0)), At: at(int64(i) * 1e9), Stamped: true})
	}
	return map[string]compact.Batch{
		"one": {[]compact.Sample{{Vital: vital(1, number(72, 0)), At: instant, Stamped: true}}},
		"first and last instant": {[]compact.Sample{
			{Vital: vital(1, number(0, 0)), At: time.Unix(0, 0).UTC()},
			{Vital: vital(1, number(0, 0)), At: time.Unix(9223372035, 999999999).UTC()},
			{Vital: vital(1, number(0, 0)), At: time.Unix(0, 0).UTC()},
		}},
		"numbers": {[]compact.Sample{
			{Vital: vital(1, number(math.MaxInt64, 127)), At: at(0)},
			{Vital: vital(1, number(math.MinInt64, -128)), At: at(1)},
			{Vital: vital(1, number(math.MaxInt64, 0)), At: at(2)},
			{Vital: vital(1, number(3640, -2)), At: at(3)},
			{Vital: vital(1, number(364, -1)), At: at(4)},
		}},
		"everything changes": {[]compact.Sample{
			{Vital: compact.Vital{Kind: 1, NoValue: true, Quality: math.MaxUint64}, Device: "a", At: at(5), Sequence: 1<<32 - 1},
			{Vital: compact.Vital{Kind: 1, Value: number(-5, 3), Quality: 1 << 63}, Device: "b", At: at(-7), Stamped: true},
			{Vital: compact.Vital{Kind: 65535, Value: number(1, 0), Unit: "furlong"}, At: at(1e18)},
			{Vital: compact.Vital{Kind: 1, Value: number(7, 0), Unit: "/h"}, Device: "a", At: at(0), Sequence: 1},
			{Vital: compact.Vital{Kind: 1, Value: number(8, 0)}, Device: "a", At: at(0), Stamped: true},
		}},
		"long names": {[]compact.Sample{
			{Vital: compact.Vital{Kind: 1, Unit: strings.Repeat("u", 32)}, Device: vitals.DeviceID(strings.Repeat("d", 255)), At: at(0)},
		}},
		"many": many,
	}
}

func TestBatches(t *testing.T) {
	for name, b := range batches() {
		wire, err := b.AppendBinary([]byte("before"))
		if err != nil || string(wire[:6]) != "before" {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wire = wire[6:]
		got, err := compact.ParseBatch(wire)
		if err != nil || !reflect.DeepEqual(got, b) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", name, err, got, b)
		}
		for n := range wire {
			if _, err := compact.ParseBatch(wire[:n:n]); !errors.Is(err, device.ErrTruncated) {
				t.Errorf("%s, %d bytes of %d: %v, want truncated", name, n, len(wire), err)
			}
		}
		if _, err := compact.ParseBatch(append(wire, 0)); !errors.Is(err, device.ErrTrailing) {
			t.Errorf("%s and a byte more: %v, want trailing bytes", name, err)
		}
	}
}

// packed is a batch of bytes that are columns, or deflate to them.
func packed(method byte, b []byte) []byte {
	head := []byte{0x83, 1, method}
	switch n := len(b); {
	case n < 24:
		head = append(head, 0x40|byte(n))
	case n < 1<<8:
		head = append(head, 0x58, byte(n))
	case n < 1<<16:
		head = binary.BigEndian.AppendUint16(append(head, 0x59), uint16(n))
	default:
		head = binary.BigEndian.AppendUint32(append(head, 0x5a), uint32(n))
	}
	return append(head, b...)
}

// columns of one sample: 72 per minute by an unnamed device in 1970.
//
//	samples 1, scale 0, first 0, step 1, devices 0, columns 1: device 0, kind 1, no unit
//	order, times, flags, sequence, quality, exponent: one run each; value 144
var plain = []byte{1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0x90, 0x01}

func TestBatchColumns(t *testing.T) {
	want := compact.Batch{Samples: []compact.Sample{{
		Vital: compact.Vital{Kind: vitals.HeartRate, Value: number(72, 0)}, At: time.Unix(0, 0).UTC(), Stamped: true,
	}}}
	got, err := compact.ParseBatch(packed(0, plain))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	for n := range plain {
		_, err := compact.ParseBatch(packed(0, plain[:n]))
		e, ok := errors.AsType[*device.DecodeError](err)
		if !ok || e.Err != device.ErrTruncated || e.Type != "compact.Batch columns" || e.Offset > n || e.Field == "" {
			t.Errorf("%d bytes of %d: %v, want truncated columns", n, len(plain), err)
		}
	}
	for _, tt := range []struct {
		name    string
		columns []byte
		err     device.Fault
		field   string
		offset  int
	}{
		{"no samples", []byte{0}, device.ErrOutOfRange, "Samples", 0},
		{"too many samples", []byte{0x81, 0x80, 1}, device.ErrOutOfRange, "Samples", 0},
		{"samples in a longer form", []byte{0x81, 0}, device.ErrSyntax, "Samples", 0},
		{"varint of 11 bytes", bytes.Repeat([]byte{0x80}, 11), device.ErrOutOfRange, "Samples", 0},
		{"scale 10", []byte{1, 10}, device.ErrOutOfRange, "At", 1},
		{"beyond 2262", []byte{1, 9, 0xff, 0xff, 0xff, 0xff, 0x7f}, device.ErrOutOfRange, "At", 2},
		{"step 0", []byte{1, 0, 0, 0}, device.ErrOutOfRange, "At", 3},
		{"too many devices", []byte{1, 0, 0, 1, 65}, device.ErrOutOfRange, "Devices", 4},
		{"device without a name", []byte{1, 0, 0, 1, 1, 0}, device.ErrSyntax, "Devices", 5},
		{"device not UTF-8", []byte{1, 0, 0, 1, 1, 1, 0xff}, device.ErrText, "Devices", 5},
		{"no columns", []byte{1, 0, 0, 1, 0, 0}, device.ErrOutOfRange, "Columns", 5},
		{"too many columns", []byte{1, 0, 0, 1, 0, 0x81, 4}, device.ErrOutOfRange, "Columns", 5},
		{"column of no device", []byte{1, 0, 0, 1, 0, 1, 1}, device.ErrOutOfRange, "Columns", 6},
		{"column of no kind", []byte{1, 0, 0, 1, 0, 1, 0, 0}, device.ErrOutOfRange, "Columns", 7},
		{"long unit", []byte{1, 0, 0, 1, 0, 1, 0, 1, 33}, device.ErrOutOfRange, "Columns", 8},
		{"unit not UTF-8", []byte{1, 0, 0, 1, 0, 1, 0, 1, 1, 0xff}, device.ErrText, "Columns", 8},
		{"sample of no column", slices.Concat(plain[:9], []byte{0, 2}), device.ErrOutOfRange, "Order", 9},
		{"run beyond the end", slices.Concat(plain[:9], []byte{2}), device.ErrOutOfRange, "Order", 9},
		{"run of 2^40", slices.Concat(plain[:9], []byte{0x80, 0x80, 0x80, 0x80, 0x80, 1}), device.ErrOutOfRange, "Order", 9},
		{"difference of nothing", slices.Concat(plain[:10], []byte{0, 0}), device.ErrSyntax, "At", 11},
		{"before 1970", slices.Concat(plain[:10], []byte{0, 1}), device.ErrOutOfRange, "At", 10},
		{"unknown flag", slices.Concat(plain[:11], []byte{0, 6}), device.ErrOutOfRange, "Flags", 11},
		{"negative sequence", slices.Concat(plain[:12], []byte{0, 1}), device.ErrOutOfRange, "Sequence", 12},
		{"exponent 128", slices.Concat(plain[:14], []byte{0, 0x80, 2}), device.ErrOutOfRange, "Exponent", 14},
		{"byte behind", append(slices.Clone(plain), 0), device.ErrTrailing, "", len(plain)},
	} {
		_, err := compact.ParseBatch(packed(0, tt.columns))
		e, ok := errors.AsType[*device.DecodeError](err)
		if !ok || e.Err != tt.err || e.Field != tt.field || e.Offset != tt.offset {
			t.Errorf("%s: %v; want byte %d, %s: %v", tt.name, err, tt.offset, tt.field, tt.err)
		}
	}
}

func TestBatchRefusals(t *testing.T) {
	for _, tt := range []struct {
		name, hex string
		err       device.Fault
		field     string
		offset    int
	}{
		{"map", "a10001", device.ErrSyntax, "Version", 0},
		{"two parts", "820100", device.ErrSyntax, "Version", 0},
		{"indefinite", "9f010040ff", device.ErrSyntax, "Version", 0},
		{"version 2", "83020040", device.ErrUnsupported, "Version", 1},
		{"method 2", "83010240", device.ErrReservedValue, "Method", 2},
		{"method by name", "83016030", device.ErrSyntax, "Method", 2},
		{"text", "83010060", device.ErrSyntax, "Columns", 3},
		{"length lie", "8301005b7fffffffffffffff", device.ErrTruncated, "Columns", 3},
		{"bad deflate", "83010141ff", device.ErrSyntax, "Columns", 5},
		{"deflate ends early", "83010140", device.ErrTruncated, "Columns", 4},
		{"bytes behind deflate", "83010143 030000", device.ErrTrailing, "Columns", 6},
	} {
		_, err := compact.ParseBatch(unhex(tt.hex))
		e, ok := errors.AsType[*device.DecodeError](err)
		if !ok || e.Err != tt.err || e.Field != tt.field || e.Offset != tt.offset {
			t.Errorf("%s: %v; want byte %d, %s: %v", tt.name, err, tt.offset, tt.field, tt.err)
		}
	}
}

func deflated(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, 9)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(b)
	_ = w.Close()
	return packed(1, out.Bytes())
}

// However much a batch inflates to, and however many samples a few bytes stand
// for, decoding takes a bounded amount of memory.
func TestBatchBombs(t *testing.T) {
	silent := []byte{
		0x80, 0x80, 1, // 16,384 samples,
		0, 0, 1, 0, 1, 0, 1, 0, // of one column,
		0x80, 0x80, 1, 0x80, 0x80, 1, // all at once,
		0, 4, 0xff, 0x7f, // none with a value
		0x80, 0x80, 1, 0x80, 0x80, 1,
	}
	for _, tt := range []struct {
		name string
		wire []byte
		err  error
	}{
		{"4 MiB of zeros", deflated(t, make([]byte, 4<<20)), device.ErrOutOfRange},
		{"2 MiB stored", packed(0, make([]byte, 2<<20)), device.ErrOutOfRange},
		{"zeros within the absolute bound", deflated(t, make([]byte, 1<<20)), device.ErrOutOfRange},
		{"most samples in fewest bytes", packed(0, silent), nil},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		b, err := compact.ParseBatch(tt.wire)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, tt.err) {
			t.Errorf("%s, %d bytes: %v, want %v", tt.name, len(tt.wire), err, tt.err)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
			t.Errorf("%s, %d bytes: took %d bytes of memory", tt.name, len(tt.wire), got)
		}
		if err == nil && len(b.Samples) != compact.MaxSamples {
			t.Errorf("%s: %d samples", tt.name, len(b.Samples))
		}
	}
}

// What compresses better than the reader believes is sent as it is.
func TestBatchOfNothingNew(t *testing.T) {
	var b compact.Batch
	for i := range compact.MaxSamples {
		b.Samples = append(b.Samples, compact.Sample{Vital: compact.Vital{Kind: 1, Value: number(5, 0)}, At: instant.Add(time.Duration(i)), Stamped: true})
	}
	wire, err := b.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := compact.ParseBatch(wire)
	if err != nil || !reflect.DeepEqual(got, b) {
		t.Errorf("%d bytes: %v", len(wire), err)
	}
}

func TestUnsendableBatches(t *testing.T) {
	good := compact.Sample{Vital: compact.Vital{Kind: 1}, At: instant}
	change := func(f func(*compact.Sample)) compact.Batch {
		s := good
		f(&s)
		return compact.Batch{Samples: []compact.Sample{good, s}}
	}
	var devices, columns compact.Batch
	for i := range compact.MaxDevices + 1 {
		s := good
		s.Device = vitals.DeviceID("d" + strconv.Itoa(i))
		devices.Samples = append(devices.Samples, s)
	}
	for i := range compact.MaxColumns + 1 {
		s := good
		s.Kind = vitals.Kind(i + 1)
		columns.Samples = append(columns.Samples, s)
	}
	for name, b := range map[string]compact.Batch{
		"nothing":           {},
		"too many samples":  {Samples: slices.Repeat([]compact.Sample{good}, compact.MaxSamples+1)},
		"too many devices":  devices,
		"too many columns":  columns,
		"no kind":           change(func(s *compact.Sample) { s.Kind = 0 }),
		"no time":           change(func(s *compact.Sample) { s.At = time.Time{} }),
		"year 2262":         change(func(s *compact.Sample) { s.At = time.Unix(9223372036, 0) }),
		"long name":         change(func(s *compact.Sample) { s.Device = vitals.DeviceID(strings.Repeat("d", 256)) }),
		"name not UTF-8":    change(func(s *compact.Sample) { s.Device = "\xff" }),
		"long unit":         change(func(s *compact.Sample) { s.Unit = strings.Repeat("u", 33) }),
		"unit not UTF-8":    change(func(s *compact.Sample) { s.Unit = "\xff" }),
		"null and a number": change(func(s *compact.Sample) { s.NoValue, s.Value = true, number(1, 0) }),
	} {
		if wire, err := b.AppendBinary([]byte("x")); err == nil || string(wire) != "x" {
			t.Errorf("%s: %d bytes, %v; want an error and nothing written", name, len(wire), err)
		}
	}
}

func TestNewBatchRefuses(t *testing.T) {
	good := vitals.Reading{Patient: frame.Patient, Kind: vitals.HeartRate, Quantity: vitals.PerMinute(1), At: instant}
	for name, change := range map[string]func(r *vitals.Reading){
		"patient":         func(r *vitals.Reading) { r.Patient = vitals.NewPatientID("q") },
		"panel":           func(r *vitals.Reading) { r.Kind = vitals.BloodPressure },
		"number and code": func(r *vitals.Reading) { r.Code = 1 },
	} {
		bad := good
		change(&bad)
		_, err := compact.NewBatch("hub", []vitals.Reading{good, bad})
		if err == nil || !strings.Contains(err.Error(), "readings[1]") {
			t.Errorf("another %s: %v, want an error about readings[1]", name, err)
		}
	}
}

func TestBatchDevices(t *testing.T) {
	var b compact.Batch
	for _, name := range []vitals.DeviceID{"b", "", "a", "b"} {
		b.Samples = append(b.Samples, compact.Sample{Device: name})
	}
	if got, want := b.Devices(), []vitals.DeviceID{"b", "a"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
