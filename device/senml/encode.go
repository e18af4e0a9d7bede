package senml

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/bits"
	"strconv"
	"unicode/utf8"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// jsonOrder is how the fields of a record are written: base fields first.
var jsonOrder = [fieldCount]Fields{
	HasBaseName, HasBaseTime, HasBaseUnit, HasBaseVersion, HasBaseValue, HasBaseSum,
	HasName, HasUnit, HasValue, HasText, HasBool, HasData, HasSum, HasTime, HasUpdateTime,
}

// cborOrder is that of the deterministic encoding (RFC 8949, 4.2.1): the labels 0
// to 8, then -1 to -6.
var cborOrder = [fieldCount]Fields{
	HasName, HasUnit, HasValue, HasText, HasBool, HasSum, HasTime, HasUpdateTime, HasData,
	HasBaseVersion, HasBaseName, HasBaseTime, HasBaseUnit, HasBaseValue, HasBaseSum,
}

// AppendJSON appends the pack in JSON, without white space. It fails for what
// [Parse] would refuse as a whole, and for records in which it found a value that
// it could not read.
func (p Pack) AppendJSON(b []byte) ([]byte, error) {
	if err := p.check(); err != nil {
		return b, err
	}
	for i := range p {
		r := &p[i]
		b = append(b, "[,"[min(i, 1)], '{')
		first := true
		for _, f := range jsonOrder {
			if r.Has&f == 0 {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(strconv.AppendQuote(b, fieldNames[bits.TrailingZeros16(uint16(f))]), ':')
			b = r.appendJSON(b, f)
		}
		b = append(b, '}')
	}
	return append(b, ']'), nil
}

func (r *Record) appendJSON(b []byte, f Fields) []byte {
	switch {
	case f&numeric != 0:
		return appendNumeral(b, *r.number(f))
	case f&textual != 0:
		text, err := json.Marshal(*r.text(f))
		if err != nil { // a string has a JSON form
			text = []byte(`""`)
		}
		return append(b, text...)
	case f == HasBool:
		return strconv.AppendBool(b, r.Bool)
	case f == HasData:
		b = base64.RawURLEncoding.AppendEncode(append(b, '"'), r.Data)
		return append(b, '"')
	}
	return strconv.AppendUint(b, uint64(r.BaseVersion), 10)
}

// appendNumeral writes far exponents as such: a number has at most 127 zeros too
// many otherwise, and the digits would not be read as they were.
func appendNumeral(b []byte, d vitals.Decimal) []byte {
	if d.Exp <= 0 && d.Exp > -20 {
		b, _ = d.AppendText(b)
		return b
	}
	b = strconv.AppendInt(b, d.Coef, 10)
	return strconv.AppendInt(append(b, 'e'), int64(d.Exp), 10)
}

// AppendCBOR appends the pack in CBOR, in the deterministic encoding of RFC 8949,
// 4.2.1. Numbers are integers or decimal fractions, which keep every digit. It
// fails as AppendJSON does.
func (p Pack) AppendCBOR(b []byte) ([]byte, error) {
	if err := p.check(); err != nil {
		return b, err
	}
	b = appendHead(b, majorArray, uint64(len(p)))
	for i := range p {
		r := &p[i]
		b = appendHead(b, majorMap, uint64(bits.OnesCount16(uint16(r.Has&(1<<fieldCount-1)))))
		for j, f := range cborOrder {
			if r.Has&f == 0 {
				continue
			}
			const positive = fieldCount + firstLabel
			if j < positive {
				b = append(b, byte(j))
			} else {
				b = append(b, majorNegint<<5|byte(j-positive))
			}
			b = r.appendCBOR(b, f)
		}
	}
	return b, nil
}

func (r *Record) appendCBOR(b []byte, f Fields) []byte {
	switch {
	case f&numeric != 0:
		d := *r.number(f)
		if d.Exp != 0 {
			b = append(b, majorTag<<5|tagDecimal, majorArray<<5|2)
			b = appendInt(b, int64(d.Exp))
		}
		return appendInt(b, d.Coef)
	case f&textual != 0:
		s := *r.text(f)
		return append(appendHead(b, majorText, uint64(len(s))), s...)
	case f == HasBool && r.Bool:
		return append(b, majorSimple<<5|simpleTrue)
	case f == HasBool:
		return append(b, majorSimple<<5|simpleFalse)
	case f == HasData:
		return append(appendHead(b, majorBytes, uint64(len(r.Data))), r.Data...)
	}
	return appendHead(b, majorUint, uint64(r.BaseVersion))
}

func appendInt(b []byte, i int64) []byte {
	if i < 0 {
		return appendHead(b, majorNegint, uint64(-1-i))
	}
	return appendHead(b, majorUint, uint64(i))
}

// appendHead writes the shortest form.
func appendHead(b []byte, major byte, arg uint64) []byte {
	size := 0
	switch {
	case arg < 24:
		return append(b, major<<5|byte(arg))
	case arg < 1<<8:
	case arg < 1<<16:
		size = 1
	case arg < 1<<32:
		size = 2
	default:
		size = 3
	}
	b = append(b, major<<5|24+byte(size))
	for shift := 8 << size; shift > 0; shift -= 8 {
		b = append(b, byte(arg>>(shift-8)))
	}
	return b
}

// check refuses what cannot be read back.
func (p Pack) check() error {
	if len(p) == 0 || len(p) > MaxRecords {
		return fmt.Errorf("senml: %d records: %w", len(p), device.ErrOutOfRange)
	}
	v := uint8(0)
	for i := range p {
		r := &p[i]
		if r.bad != nil { // its value is not what was sent
			e := *r.bad
			return &e
		}
		for f := HasBaseSum; f <= HasData; f <<= 1 {
			if r.Has&f&textual != 0 && !utf8.ValidString(*r.text(f)) {
				return refusal(i, f, 0, device.ErrText)
			}
		}
		given := r.Has.Has(HasBaseVersion)
		switch {
		case given && (r.BaseVersion == 0 || r.BaseVersion > version):
			return refusal(i, HasBaseVersion, 0, ErrVersion)
		case given && v != 0 && v != r.BaseVersion:
			return refusal(i, HasBaseVersion, 0, ErrVersion)
		case given:
			v = r.BaseVersion
		case v == 0:
			v = version
		}
	}
	return nil
}
