package compact

import (
	"math"
	"unicode/utf8"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// parseColumns is the inverse of appendColumns.
func parseColumns(b []byte) ([]Sample, error) {
	r := columnReader{cursor: cursor{b: b}}
	samples := r.samples()
	if r.err == "" && r.off < len(b) {
		r.field = ""
		r.fail(r.off, device.ErrTrailing)
	}
	if r.err != "" {
		return nil, &device.DecodeError{Type: "compact.Batch columns", Field: r.fault, Offset: r.at, Ref: "compact.cddl, columns", Err: r.err}
	}
	return samples, nil
}

func (r *columnReader) samples() []Sample {
	r.field = "Samples"
	at := r.off
	n := int(r.uvarint(MaxSamples))
	if n == 0 {
		r.fail(at, device.ErrOutOfRange)
		return nil
	}
	first, step := r.clock()
	columns := r.columns(r.devices())
	if r.err != "" {
		return nil
	}
	expectFirst(columns)
	of := r.order(n, columns)
	if r.err != "" {
		return nil
	}
	samples := make([]Sample, n)
	for i, c := range of {
		samples[i].Device, samples[i].Kind, samples[i].Unit = columns[c].device, columns[c].kind, columns[c].unit
	}
	r.times(samples, of, columns, first, step)
	r.parts(samples, of, columns)
	r.values(samples, of, columns)
	return samples
}

// clock reads the first instant and the unit of time, in nanoseconds.
func (r *columnReader) clock() (first, step int64) {
	r.field = "At"
	unit := int64(1)
	for range r.uvarint(maxScale) {
		unit *= 10
	}
	first = int64(r.uvarint(uint64(maxNanos/unit))) * unit
	at := r.off
	if step = int64(r.uvarint(uint64(maxNanos/unit))) * unit; step == 0 {
		r.fail(at, device.ErrOutOfRange)
	}
	return first, step
}

// devices reads the names, of which the first stands for the sender.
func (r *columnReader) devices() []vitals.DeviceID {
	r.field = "Devices"
	names := []vitals.DeviceID{""}
	for n := r.uvarint(MaxDevices); n > 0 && r.err == ""; n-- {
		at := r.off
		name := r.text(maxName)
		if len(name) == 0 {
			r.fail(at, device.ErrSyntax)
		}
		if !utf8.Valid(name) {
			r.fail(at, device.ErrText)
		}
		names = append(names, vitals.DeviceID(name))
	}
	return names
}

func (r *columnReader) columns(names []vitals.DeviceID) []column {
	r.field = "Columns"
	at := r.off
	n := r.uvarint(MaxColumns)
	if n == 0 {
		r.fail(at, device.ErrOutOfRange)
	}
	var columns []column
	for ; n > 0 && r.err == ""; n-- {
		c := column{device: names[r.uvarint(uint64(len(names)-1))]}
		at := r.off
		if c.kind = vitals.Kind(r.uvarint(maxKind)); c.kind == vitals.KindNone {
			r.fail(at, device.ErrOutOfRange)
		}
		at = r.off
		unit := r.text(maxUnit)
		if !utf8.Valid(unit) {
			r.fail(at, device.ErrText)
		}
		c.unit = unitText(unit)
		columns = append(columns, c)
	}
	return columns
}

// order reads the column of each sample.
func (r *columnReader) order(n int, columns []column) []int {
	r.field = "Order"
	var of []int // grows with what is read
	last := &columns[len(columns)-1]
	for range n {
		at := r.off
		c := int64(last.follower) + r.next()
		if c < 0 || c >= int64(len(columns)) {
			r.fail(at, device.ErrOutOfRange)
		}
		if r.err != "" {
			return nil
		}
		of = append(of, int(c))
		last.follower = int(c)
		last = &columns[c]
	}
	r.endRuns()
	return of
}

// times reads how long after the sample before each one was taken.
func (r *columnReader) times(samples []Sample, of []int, columns []column, first, step int64) {
	r.field = "At"
	ns := first
	for i, c := range of {
		at := r.off
		wait := columns[c].wait + r.next()
		columns[c].wait = wait
		sum, ok := addProduct(ns, wait, step)
		if !ok {
			r.fail(at, device.ErrOutOfRange)
			return
		}
		ns = sum
		samples[i].At = timeAt(ns)
	}
	r.endRuns()
}

// addProduct is ns + wait×step, if it is an instant from 1970 to 2262.
func addProduct(ns, wait, step int64) (int64, bool) {
	if wait > maxNanos/step || wait < -maxNanos/step {
		return 0, false
	}
	move := wait * step
	if move > 0 && ns > maxNanos-move {
		return 0, false
	}
	return ns + move, ns+move >= 0 && ns+move < maxNanos/second*second
}

// parts reads what changes rarely.
func (r *columnReader) parts(samples []Sample, of []int, columns []column) {
	part := func(field string, expected func(*column) *int64, low, high int64, has func(*Sample) bool, set func(*Sample, int64)) {
		r.field = field
		for i, c := range of {
			if has != nil && !has(&samples[i]) {
				continue
			}
			at := r.off
			last := expected(&columns[c])
			*last += r.next()
			if *last < low || *last > high {
				r.fail(at, device.ErrOutOfRange)
			}
			if r.err != "" {
				return
			}
			set(&samples[i], *last)
		}
		r.endRuns()
	}
	part("Flags", func(c *column) *int64 { return &c.flags }, 0, flagsAll, nil, func(s *Sample, v int64) {
		s.Stamped, s.NoValue = v&flagStamped != 0, v&flagNoValue != 0
	})
	part("Sequence", func(c *column) *int64 { return &c.sequence }, 0, math.MaxUint32, nil, func(s *Sample, v int64) { s.Sequence = uint32(v) })
	part("Quality", func(c *column) *int64 { return &c.quality }, math.MinInt64, math.MaxInt64, nil, func(s *Sample, v int64) { s.Quality = vitals.Quality(v) })
	part("Exponent", func(c *column) *int64 { return &c.exponent }, math.MinInt8, math.MaxInt8, (*Sample).hasNumber, func(s *Sample, v int64) { s.Value.Exp = int8(v) })
}

// values reads the numbers, column after column.
func (r *columnReader) values(samples []Sample, of []int, columns []column) {
	r.field = "Values"
	for _, i := range byColumn(of, len(columns)) {
		if s, c := &samples[i], &columns[of[i]]; !s.NoValue {
			c.coef += r.varint()
			s.Value.Coef = c.coef
		}
		if r.err != "" {
			return
		}
	}
}
