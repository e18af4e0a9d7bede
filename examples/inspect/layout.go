package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// A field is a named value and the bytes that it comes from. A field without
// bytes says more about those before it.
type field struct {
	name    string
	at, len int
	value   any    // as JSON shows it: decimals are strings
	meaning string // for people; may be empty
}

// framing is a number that says nothing but where other fields are: a row of
// the dump and no field of the JSON.
type framing uint64

// fields is a JSON object that keeps its order.
type fields []field

// rows are the fields with those that are lists of records taken apart.
func (fs fields) rows(prefix string) fields {
	var rows fields
	for _, f := range fs {
		f.name = prefix + f.name
		records, ok := f.value.([]fields)
		if !ok {
			rows = append(rows, f)
			continue
		}
		for i, record := range records {
			rows = append(rows, record.rows(fmt.Sprintf("%s[%d].", f.name, i))...)
		}
	}
	return rows
}

// MarshalJSON implements [json.Marshaler].
func (fs fields) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for _, f := range fs {
		if _, hidden := f.value.(framing); hidden {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		value, err := json.Marshal(f.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%q:%s", f.name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// A layout is a payload cut into fields, from its first byte to its last.
type layout struct {
	bytes  []byte
	fields fields
	end    int // where the next field begins
}

// add appends a field of n bytes.
func (l *layout) add(n int, name string, value any, meaning string) {
	l.fields = append(l.fields, field{name, l.end, n, value, meaning})
	l.end += n
}

// also appends what else the bytes so far say.
func (l *layout) also(name string, value any, meaning string) { l.add(0, name, value, meaning) }

// flags appends the first byte, with a meaning for each of its bits.
func (l *layout) flags(meanings ...string) {
	var value byte
	if len(l.bytes) > 0 {
		value = l.bytes[0]
	}
	var set []string
	for i := range 8 {
		switch {
		case value>>i&1 == 0:
		case i < len(meanings):
			set = append(set, meanings[i])
		default:
			set = append(set, "reserved bit "+strconv.Itoa(i))
		}
	}
	l.add(1, "flags", value, strings.Join(set, ", "))
}

// number appends an unsigned number of n bytes.
func (l *layout) number(n int, name string, value uint64) { l.add(n, name, value, "") }

// named appends a number of n bytes that stands for something.
func (l *layout) named(n int, name string, value uint64, meaning fmt.Stringer) {
	l.add(n, name, value, meaning.String())
}

// quantity appends a count of n bytes that has been scaled to a unit.
func (l *layout) quantity(n int, name string, q vitals.Quantity) {
	l.add(n, name, shortest(q.Value()), q.Unit().String())
}

func (l *layout) sfloat(name string, s medfloat.SFloat) {
	d, q := s.Decimal()
	l.add(2, name, decimal(d, q, s.String()), explain(d, q))
}

func (l *layout) float(name string, f medfloat.Float) {
	d, q := f.Decimal()
	l.add(4, name, decimal(d, q, f.String()), explain(d, q))
}

func (l *layout) dateTime(name string, d clock.DateTime) { l.add(7, name, d.String(), "") }

// decimal is a number in its shortest form, or the name of what is none.
func decimal(d vitals.Decimal, absent vitals.Quality, special string) string {
	if absent != 0 {
		return special
	}
	return shortest(d)
}

// explain shows how a word is made.
func explain(d vitals.Decimal, absent vitals.Quality) string {
	switch absent {
	case 0:
		if d.Exp == 0 {
			return ""
		}
		return fmt.Sprintf("%d × 10^%d", d.Coef, d.Exp)
	case vitals.NotANumber:
		return "no valid measurement"
	case vitals.NotAtResolution:
		return "not at this resolution"
	case vitals.AboveRange:
		return "above what the device can measure"
	case vitals.BelowRange:
		return "below what the device can measure"
	}
	return "reserved: a fault of the firmware"
}

// shortest is d without trailing zeros, in scientific notation only when it is
// too long to read.
func shortest(d vitals.Decimal) string {
	exp := int(d.Exp)
	for d.Coef != 0 && d.Coef%10 == 0 {
		d.Coef /= 10
		exp++
	}
	if d.Coef == 0 {
		return "0"
	}
	digits, sign := strconv.FormatInt(d.Coef, 10), ""
	if d.Coef < 0 {
		digits, sign = digits[1:], "-"
	}
	if power := exp + len(digits) - 1; power < -20 || power > 20 {
		if len(digits) > 1 {
			digits = digits[:1] + "." + digits[1:]
		}
		return fmt.Sprintf("%s%sE%+d", sign, digits, power)
	}
	d.Exp = int8(exp)
	return d.String()
}
