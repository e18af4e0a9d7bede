package senml

import (
	"encoding/base64"
	"strconv"

	"github.com/telemed-go/sdk/device"
)

// jsonPack reads an array of objects.
func (r *reader) jsonPack() Pack {
	r.record = -1
	r.token('[')
	var p Pack
	for first := true; r.next(first, ']'); first = false {
		if p == nil {
			p = make(Pack, 0, 8)
		}
		p = r.begin(p)
		if r.err != "" {
			return nil
		}
		r.jsonRecord(&p[len(p)-1])
	}
	if r.err == "" && len(p) == 0 {
		r.fail(0, device.ErrOutOfRange) // at least one record
	}
	r.space()
	return p
}

func (r *reader) jsonRecord(rec *Record) {
	r.token('{')
	for first := true; r.next(first, '}'); first = false {
		r.field = 0
		r.space()
		at := r.off
		name := r.quoted()
		if r.err != "" {
			return
		}
		f := jsonField(name)
		r.enter(rec, f, key{text: name}, at)
		r.token(':')
		r.space()
		switch {
		case r.err != "":
			return
		case f == 0:
			r.pass(maxDepth)
		default:
			r.jsonValue(rec, f)
		}
	}
	if r.err == "" {
		r.end(rec)
	}
}

// jsonField is the field with a label.
func jsonField(name string) Fields {
	if len(name) > 4 {
		return 0
	}
	for i, known := range fieldNames {
		if name == known {
			return 1 << i
		}
	}
	return 0
}

func (r *reader) jsonValue(rec *Record, f Fields) {
	at := r.off
	var c byte
	if at < len(r.b) {
		c = r.b[at]
	}
	isNumber := c == '-' || c >= '0' && c <= '9'
	switch {
	case f&numeric != 0 && isNumber:
		d, why := parseNumber(r.numeral())
		if why != "" && r.err == "" {
			r.spoil(rec, at, why)
		}
		*rec.number(f) = d
	case f&textual != 0 && c == '"':
		*rec.text(f) = r.quoted()
	case f == HasBool && c == 't':
		r.literal("true")
		rec.Bool = true
	case f == HasBool && c == 'f':
		r.literal("false")
	case f == HasData && c == '"':
		data, err := base64.RawURLEncoding.Strict().DecodeString(r.quoted())
		if err != nil {
			r.spoil(rec, at, device.ErrSyntax)
		}
		rec.Data = data
	case f == HasBaseVersion && isNumber:
		r.jsonVersion(rec, at)
	default:
		r.pass(maxDepth)
		if r.err == "" {
			r.spoil(rec, at, device.ErrSyntax)
		}
	}
}

// jsonVersion reads a version: a whole number, however it is written.
func (r *reader) jsonVersion(rec *Record, at int) {
	text := r.numeral()
	if r.err != "" {
		return
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < 0 || f > 1<<53 || f != float64(uint64(f)) {
		r.fail(at, device.ErrOutOfRange)
		return
	}
	r.setVersion(rec, at, uint64(f))
}
