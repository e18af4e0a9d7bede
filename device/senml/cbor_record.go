package senml

import (
	"math"
	"strconv"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// cborPack reads an array of maps. Both may be of indefinite length, as those are
// that are sent while they are measured (RFC 8428, 6).
func (r *reader) cborPack() Pack {
	r.record = -1
	n := r.open(majorArray, MaxRecords, 1)
	if n == 0 {
		r.fail(0, device.ErrOutOfRange) // at least one record
	}
	p := make(Pack, 0, min(max(n, 1), len(r.b)/8+1))
	for r.more(len(p), n) {
		p = r.begin(p)
		if r.err != "" {
			break
		}
		r.cborRecord(&p[len(p)-1])
	}
	if r.err == "" && len(p) == 0 {
		r.fail(0, device.ErrOutOfRange)
	}
	return p
}

func (r *reader) cborRecord(rec *Record) {
	n := r.open(majorMap, maxPairs, 2)
	for i := 0; r.more(i, n); i++ {
		r.field = 0
		at := r.off
		k := r.key()
		if r.err != "" {
			return
		}
		f := cborField(k)
		r.enter(rec, f, k, at)
		switch {
		case r.err != "":
			return
		case f == 0:
			r.skip(maxDepth)
		default:
			r.cborValue(rec, f)
		}
	}
	r.end(rec)
}

// cborField is the field with a label. Numbers beyond those of RFC 8428 will not
// be given (RFC 8428, 6); they are passed over like text.
func cborField(k key) Fields {
	switch {
	case k.major == majorUint && k.arg < fieldCount+firstLabel:
		return 1 << (k.arg + -firstLabel)
	case k.major == majorNegint && k.arg < -firstLabel:
		return 1 << (-firstLabel - 1 - k.arg)
	}
	return 0
}

func (r *reader) cborValue(rec *Record, f Fields) {
	at := r.off
	if f&numeric != 0 {
		d, why := r.cborNumber()
		if why != "" {
			r.spoil(rec, at, why)
		}
		*rec.number(f) = d
		return
	}
	major, info, arg := r.head()
	switch {
	case major == majorNone:
	case f&textual != 0 && major == majorText:
		*rec.text(f) = r.utf8(at, info, arg)
	case f == HasData && major == majorBytes:
		from, to := r.take(at, info, arg)
		rec.Data = r.b[from:to:to]
	case f == HasBool && major == majorSimple && (info == simpleFalse || info == simpleTrue):
		rec.Bool = info == simpleTrue
	case f == HasBaseVersion && major == majorUint:
		r.setVersion(rec, at, arg)
	default:
		r.spoil(rec, at, device.ErrSyntax)
		if r.err == "" {
			r.off = at
			r.skip(maxDepth)
		}
	}
}

// cborNumber reads an integer, a float or a decimal fraction. It says why what it
// has read is no number that can be used.
func (r *reader) cborNumber() (d vitals.Decimal, why device.Fault) {
	at := r.off
	major, info, arg := r.head()
	switch {
	case major == majorNone:
		return d, ""
	case major <= majorNegint:
		return integer(major, arg)
	case major == majorTag && arg == tagDecimal:
		return r.fraction(at)
	case major == majorSimple && info == infoFloat64:
		return decimalOf(math.Float64frombits(arg), 64)
	case major == majorSimple && info == infoFloat32:
		return decimalOf(float64(math.Float32frombits(uint32(arg))), 32)
	case major == majorSimple && info == infoFloat16:
		return decimalOf(float64(halfFloat(uint16(arg))), 32)
	}
	r.off = at
	r.skip(maxDepth)
	return d, device.ErrSyntax
}

// integer is the number of an integer; a longer one than an int64 is rounded.
func integer(major byte, arg uint64) (d vitals.Decimal, why device.Fault) {
	switch {
	case arg <= math.MaxInt64 && major == majorUint:
		return vitals.Decimal{Coef: int64(arg)}, ""
	case arg <= math.MaxInt64:
		return vitals.Decimal{Coef: -1 - int64(arg)}, ""
	case major == majorUint:
		return parseNumber(strconv.FormatUint(arg, 10))
	}
	return parseNumber("-" + strconv.FormatUint(arg, 10)) // one too few, far below the last digit that is kept
}

// fraction reads what follows the tag of a decimal fraction. Mantissas beyond 64
// bits are refused.
func (r *reader) fraction(at int) (d vitals.Decimal, why device.Fault) {
	body := r.off
	if n := r.open(majorArray, 2, 1); n != 2 {
		r.fail(at, device.ErrSyntax)
		return d, ""
	}
	expMajor, _, exp := r.head()
	major, _, coef := r.head()
	switch {
	case r.err != "":
		return d, ""
	case expMajor > majorNegint || major > majorNegint:
		r.off = body
		r.skip(maxDepth)
		return d, device.ErrSyntax
	case exp > math.MaxInt8 || coef > math.MaxInt64:
		return d, device.ErrOutOfRange
	}
	d.Exp = int8(exp)
	if expMajor == majorNegint {
		d.Exp = int8(-1 - int(exp))
	}
	d.Coef = int64(coef)
	if major == majorNegint {
		d.Coef = -1 - d.Coef
	}
	return d, ""
}
