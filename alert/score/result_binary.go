package score

import (
	"encoding"
	"encoding/binary"
	"errors"
	"math"

	"github.com/telemed-go/sdk/vitals"
)

// ErrBinary: the bytes are not those of [Result.AppendBinary] or
// [Inputs.AppendBinary].
var ErrBinary = errors.New("score: not a result or inputs")

var (
	_ encoding.BinaryAppender    = Result{}
	_ encoding.BinaryUnmarshaler = (*Result)(nil)
)

// AppendBinary implements [encoding.BinaryAppender]. It does not fail. The form
// has the names of charts and parameters, so that a dump of it can be read.
func (r Result) AppendBinary(b []byte) ([]byte, error) {
	b = appendName(b, r.Chart.String())
	for _, v := range []int64{int64(r.Total), r.Value.Coef, int64(r.Value.Exp), int64(r.Band), int64(r.level)} {
		b = binary.AppendVarint(b, v)
	}
	for p := range r.told().All() {
		b = appendName(b, p.String())
		flags := byte(0)
		if r.Missing.Has(p) {
			flags |= 1
		}
		if r.Stale.Has(p) {
			flags |= 2
		}
		b = append(b, flags, r.Points[p])
		b = binary.AppendUvarint(b, uint64(r.age[p]))
	}
	return append(b, 0), nil
}

// told are the parameters of which the result says anything.
func (r *Result) told() Parameters {
	told := r.Missing | r.Stale
	for p := range Parameter(ParameterCount) {
		if r.Points[p] != 0 || r.age[p] != 0 {
			told |= 1 << p
		}
	}
	return told
}

func appendName(b []byte, s string) []byte { return append(append(b, byte(len(s))), s...) }

// UnmarshalBinary implements [encoding.BinaryUnmarshaler]. It keeps nothing of b.
func (r *Result) UnmarshalBinary(b []byte) error {
	var got Result
	name, b, ok := cutName(b)
	if got.Chart, _ = ParseChart(name); !ok || got.Chart.String() != name {
		return ErrBinary
	}
	var v [5]int64
	for i := range v {
		n := 0
		if v[i], n = binary.Varint(b); n <= 0 {
			return ErrBinary
		}
		b = b[n:]
	}
	got.Total, got.Value, got.Band, got.level = int(v[0]), vitals.Decimal{Coef: v[1], Exp: int8(v[2])}, Band(v[3]), uint8(v[4])
	if int64(got.Total) != v[0] || int64(got.Value.Exp) != v[2] || got.Band < Unrated || int64(got.Band) != v[3] || got.Band > Critical ||
		int64(got.level) != v[4] {
		return ErrBinary
	}
	for {
		if name, b, ok = cutName(b); !ok {
			return ErrBinary
		}
		if name == "" {
			break
		}
		if b, ok = got.readPart(name, b); !ok {
			return ErrBinary
		}
	}
	if len(b) > 0 {
		return ErrBinary
	}
	*r = got
	return nil
}

// readPart reads what the result says of one parameter.
func (r *Result) readPart(name string, b []byte) (rest []byte, ok bool) {
	for p := range Parameter(ParameterCount) {
		if p.String() != name || len(b) < 3 || r.told().Has(p) {
			continue
		}
		age, n := binary.Uvarint(b[2:])
		if n <= 0 || age > math.MaxUint32 || b[0] > 3 {
			return nil, false
		}
		r.Missing |= Parameters(b[0]&1) << p
		r.Stale |= Parameters(b[0]>>1) << p
		r.Points[p], r.age[p] = b[1], uint32(age)
		return b[2+n:], true
	}
	return nil, false
}

func cutName(b []byte) (name string, rest []byte, ok bool) {
	if len(b) == 0 || len(b)-1 < int(b[0]) {
		return "", nil, false
	}
	end := 1 + int(b[0])
	return string(b[1:end]), b[end:], true
}
