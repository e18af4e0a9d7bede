package compact

import (
	"math"

	"github.com/telemed-go/sdk/vitals"
)

// appendReading appends base with the value, if v is of a kind that is known
// and has values.
func (v *Vital) appendReading(dst []vitals.Reading, base *vitals.Reading) []vitals.Reading {
	shape := v.Kind.Shape()
	if v.Kind.Display() == "" || shape != vitals.ShapeNumeric && shape != vitals.ShapeCoded {
		return dst
	}
	dst = append(dst, *base)
	r := &dst[len(dst)-1]
	r.Kind = v.Kind
	r.Quality |= v.Quality
	switch {
	case v.NoValue && !r.Quality.Has(vitals.Absent):
		r.Quality |= vitals.NotAvailable
	case v.NoValue:
	case shape == vitals.ShapeCoded:
		v.code(r)
	case !r.Quality.Has(vitals.Absent):
		v.quantity(r)
	}
	return dst
}

func (v *Vital) code(r *vitals.Reading) {
	if v.Value.Exp != 0 || v.Value.Coef < 0 || v.Value.Coef > math.MaxUint32 {
		r.Quality |= vitals.ReservedNumber
		return
	}
	r.Code = uint32(v.Value.Coef)
}

func (v *Vital) quantity(r *vitals.Reading) {
	u := v.Kind.Unit()
	if v.Unit != "" {
		sent, err := vitals.ParseUnit(v.Unit)
		if err == nil {
			_, err = v.Kind.Convert(sent.Of(vitals.Decimal{Coef: 1}), u)
		}
		if err != nil {
			r.Quality |= vitals.ReservedNumber
			return
		}
		u = sent
	}
	r.Quantity = u.Of(v.Value)
}

// vitalOf is the value of a reading, without its place in time. It fails for
// kinds that have no values of their own and for a number and a code at once.
func vitalOf(r *vitals.Reading) (v Vital, err error) {
	shape := r.Kind.Shape()
	v = Vital{Kind: r.Kind, Quality: r.Quality}
	switch {
	case r.Kind.Display() == "" || shape != vitals.ShapeNumeric && shape != vitals.ShapeCoded:
		return v, errKind
	case shape == vitals.ShapeCoded:
		if !r.Quantity.IsZero() {
			return v, errBoth
		}
		v.Value.Coef = int64(r.Code)
		v.NoValue = r.Code == 0 && r.Quality.Has(vitals.Absent)
		return v, nil
	case r.Code != 0:
		return v, errBoth
	}
	if v.NoValue = !r.HasValue(); v.NoValue {
		return v, nil
	}
	v.Value = r.Quantity.Value()
	if u := r.Quantity.Unit(); u != r.Kind.Unit() {
		v.Unit = u.UCUM()
	}
	return v, nil
}
