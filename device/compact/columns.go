package compact

import (
	"encoding/binary"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A column is one kind of one device in one unit, and what it had last. What
// comes next is expected to be the same.
type column struct {
	device vitals.DeviceID
	kind   vitals.Kind
	unit   string

	follower int   // the column that came after it
	wait     int64 // steps since the sample before, of any column
	flags    int64
	sequence int64
	quality  int64
	exponent int64
	coef     int64
}

// The bits of column.flags.
const (
	flagStamped = 1 << 0
	flagNoValue = 1 << 1
	flagsAll    = flagStamped | flagNoValue
)

// expectFirst sets what is expected of the columns at their first sample.
func expectFirst(columns []column) {
	for i := range columns {
		columns[i].follower = (i + 1) % len(columns)
		columns[i].flags = flagStamped
	}
}

// A columnKey tells columns apart.
type columnKey struct {
	device vitals.DeviceID
	kind   vitals.Kind
	unit   string
}

// A tabulator lays samples out in columns.
type tabulator struct {
	samples []Sample
	columns []column
	of      []int // the column of each sample
	names   []vitals.DeviceID
	step    int64 // nanoseconds
}

// index finds the columns, in the order in which they appear, and checks what
// has a bound.
func (t *tabulator) index() error {
	if n := len(t.samples); n == 0 || n > MaxSamples {
		return fmt.Errorf("compact: Samples: %w", device.ErrOutOfRange)
	}
	known := make(map[columnKey]int)
	named := make(map[vitals.DeviceID]bool)
	t.of = make([]int, len(t.samples))
	for i := range t.samples {
		s := &t.samples[i]
		if field := s.unsendable(); field != "" {
			return fmt.Errorf("compact: Samples[%d].%s: %w", i, field, device.ErrOutOfRange)
		}
		key := columnKey{s.Device, s.Kind, s.Unit}
		c, ok := known[key]
		if !ok {
			c = len(t.columns)
			known[key] = c
			t.columns = append(t.columns, column{device: s.Device, kind: s.Kind, unit: s.Unit})
		}
		if s.Device != "" && !named[s.Device] {
			named[s.Device] = true
			t.names = append(t.names, s.Device)
		}
		t.of[i] = c
	}
	if len(t.names) > MaxDevices || len(t.columns) > MaxColumns {
		return fmt.Errorf("compact: devices or columns: %w", device.ErrOutOfRange)
	}
	return nil
}

// unsendable is the name of a field that is out of its bounds, or "".
func (s *Sample) unsendable() string {
	switch {
	case s.Kind == vitals.KindNone:
		return "Kind"
	case len(s.Unit) > maxUnit || !utf8.ValidString(s.Unit):
		return "Unit"
	case len(s.Device) > maxName || !utf8.ValidString(string(s.Device)):
		return "Device"
	case s.NoValue && s.Value != vitals.Decimal{}:
		return "Value"
	case s.At.Unix() < 0 || s.At.Unix() >= maxNanos/second:
		return "At"
	}
	return ""
}

// appendColumns writes the columns of a batch as compact.cddl has them.
func appendColumns(b []byte, samples []Sample) ([]byte, error) {
	t := tabulator{samples: samples}
	if err := t.index(); err != nil {
		return b, err
	}
	t.step = stepOf(samples)
	b = t.header(b)
	expectFirst(t.columns)
	b = t.order(b)
	b = t.times(b)
	b = t.runs(b, func(c *column) *int64 { return &c.flags }, (*Sample).flags, nil)
	b = t.runs(b, func(c *column) *int64 { return &c.sequence }, func(s *Sample) int64 { return int64(s.Sequence) }, nil)
	b = t.runs(b, func(c *column) *int64 { return &c.quality }, func(s *Sample) int64 { return int64(s.Quality) }, nil)
	b = t.runs(b, func(c *column) *int64 { return &c.exponent }, func(s *Sample) int64 { return int64(s.Value.Exp) }, (*Sample).hasNumber)
	return t.values(b), nil
}

func (s *Sample) hasNumber() bool { return !s.NoValue }

func (s *Sample) flags() (f int64) {
	if s.Stamped {
		f |= flagStamped
	}
	if s.NoValue {
		f |= flagNoValue
	}
	return f
}

// stepOf is the greatest number of nanoseconds of which all waiting times are
// multiples.
func stepOf(samples []Sample) int64 {
	step := int64(0)
	for i := 1; i < len(samples); i++ {
		wait := int64(samples[i].At.Sub(samples[i-1].At))
		for a := max(wait, -wait); a != 0; {
			step, a = a, step%a
		}
	}
	return max(step, 1)
}

func (t *tabulator) header(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(t.samples)))
	first, step, scale := t.samples[0].At.UnixNano(), t.step, uint64(0)
	for ; scale < maxScale && first%10 == 0 && step%10 == 0; scale++ {
		first, step = first/10, step/10
	}
	b = binary.AppendUvarint(b, scale)
	b = binary.AppendUvarint(b, uint64(first))
	b = binary.AppendUvarint(b, uint64(step))
	b = binary.AppendUvarint(b, uint64(len(t.names)))
	number := map[vitals.DeviceID]uint64{"": 0}
	for i, name := range t.names {
		number[name] = uint64(i) + 1
		b = append(binary.AppendUvarint(b, uint64(len(name))), name...)
	}
	b = binary.AppendUvarint(b, uint64(len(t.columns)))
	for i := range t.columns {
		c := &t.columns[i]
		b = binary.AppendUvarint(b, number[c.device])
		b = binary.AppendUvarint(b, uint64(c.kind))
		b = append(binary.AppendUvarint(b, uint64(len(c.unit))), c.unit...)
	}
	return b
}

// order writes which column each sample belongs to.
func (t *tabulator) order(b []byte) []byte {
	w := runWriter{b: b}
	last := &t.columns[len(t.columns)-1]
	for _, c := range t.of {
		w.put(int64(c - last.follower))
		last.follower = c
		last = &t.columns[c]
	}
	return w.end()
}

// times writes how long after the sample before each one was taken.
func (t *tabulator) times(b []byte) []byte {
	w := runWriter{b: b}
	last := t.samples[0].At
	for i, c := range t.of {
		at := t.samples[i].At
		wait := int64(at.Sub(last)) / t.step
		w.put(wait - t.columns[c].wait)
		t.columns[c].wait, last = wait, at
	}
	return w.end()
}

// runs writes a part of the samples that changes rarely.
func (t *tabulator) runs(b []byte, expected func(*column) *int64, part func(*Sample) int64, has func(*Sample) bool) []byte {
	w := runWriter{b: b}
	for i, c := range t.of {
		s := &t.samples[i]
		if has != nil && !has(s) {
			continue
		}
		last, now := expected(&t.columns[c]), part(s)
		w.put(now - *last)
		*last = now
	}
	return w.end()
}

// values writes the numbers, column after column.
func (t *tabulator) values(b []byte) []byte {
	for _, i := range byColumn(t.of, len(t.columns)) {
		s, c := &t.samples[i], &t.columns[t.of[i]]
		if s.NoValue {
			continue
		}
		b = binary.AppendVarint(b, s.Value.Coef-c.coef)
		c.coef = s.Value.Coef
	}
	return b
}

// byColumn are the indexes of the samples sorted by column, otherwise in order.
func byColumn(of []int, columns int) []int {
	next := make([]int, columns+1)
	for _, c := range of {
		next[c+1]++
	}
	for c := range columns {
		next[c+1] += next[c]
	}
	sorted := make([]int, len(of))
	for i, c := range of {
		sorted[next[c]] = i
		next[c]++
	}
	return sorted
}

// timeAt is an instant of nanoseconds since 1970.
func timeAt(ns int64) time.Time { return time.Unix(0, ns).UTC() }
