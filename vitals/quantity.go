package vitals

import "strings"

// A Quantity is a number with its unit. It can only be made with a unit, so a
// bare number never passes for one. The zero Quantity means "no value".
type Quantity struct {
	value Decimal
	unit  Unit
}

// PerMinute is a rate: of the heart, of breathing, of steps.
func PerMinute(n int64) Quantity { return Quantity{Decimal{Coef: n}, UnitPerMinute} }

// Percent is a share of one hundred.
func Percent(n int64) Quantity { return Quantity{Decimal{Coef: n}, UnitPercent} }

// MmHg is a pressure in millimetres of mercury.
func MmHg(n int64) Quantity { return Quantity{Decimal{Coef: n}, UnitMmHg} }

// MgPerDL is a mass concentration, the usual unit of glucose in some countries.
func MgPerDL(n int64) Quantity { return Quantity{Decimal{Coef: n}, UnitMgPerDL} }

// CelsiusTenths is a temperature in tenths of a degree Celsius, as
// thermometers show it: CelsiusTenths(364) is 36.4 °C.
func CelsiusTenths(n int64) Quantity { return Quantity{Decimal{n, -1}, UnitCelsius} }

// ParseQuantity reads a number, a space and a UCUM code: "36.40 Cel". Its
// errors are [ErrDecimal] and [ErrUnit].
func ParseQuantity(s string) (Quantity, error) {
	number, code, _ := strings.Cut(s, " ")
	d, err := ParseDecimal(number)
	if err != nil {
		return Quantity{}, err
	}
	u, err := ParseUnit(code)
	if err != nil {
		return Quantity{}, err
	}
	return Quantity{d, u}, nil
}

// Value is the number.
func (q Quantity) Value() Decimal { return q.value }

// Unit is the unit.
func (q Quantity) Unit() Unit { return q.unit }

// IsZero reports whether q is no quantity at all. Zero millimetres of mercury
// are a quantity.
func (q Quantity) IsZero() bool { return q == Quantity{} }

// String is the number and the readable unit: "36.40 °C".
func (q Quantity) String() string {
	if q.IsZero() {
		return "no value"
	}
	return q.value.String() + " " + q.unit.String()
}

// AppendText appends the form that [ParseQuantity] reads, "36.40 Cel", and
// nothing for the zero Quantity. It implements [encoding.TextAppender].
func (q Quantity) AppendText(b []byte) ([]byte, error) {
	if q.IsZero() {
		return b, nil
	}
	b, _ = q.value.AppendText(b) // never fails
	return append(append(b, ' '), q.unit.UCUM()...), nil
}

// MarshalText implements [encoding.TextMarshaler].
func (q Quantity) MarshalText() ([]byte, error) { return q.AppendText(nil) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (q *Quantity) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*q = Quantity{}
		return nil
	}
	*q, err = ParseQuantity(string(b))
	return err
}

// In converts q. The arithmetic is exact and rounds once, to a resolution at
// least as fine as that of q: 98.6 °F are 37.00 °C, 16.0 kPa are 120.0 mmHg.
// It returns [ErrUnit] for a unit of another quantity. Mass and molar
// concentration depend on the substance: see [Kind.Convert].
func (q Quantity) In(u Unit) (Quantity, error) {
	if q.unit == u {
		return q, nil
	}
	d, err := convert(q.value, q.unit.info(), u.info())
	if err != nil {
		return Quantity{}, err
	}
	return Quantity{d, u}, nil
}

// Cmp compares q with o, exactly and also across units: -1 if q < o, 0 if
// equal, +1 if q > o. It returns [ErrUnit] if the units do not convert.
func (q Quantity) Cmp(o Quantity) (int, error) {
	if q.unit == o.unit {
		return q.value.Cmp(o.value), nil
	}
	from, to := q.unit.info(), o.unit.info()
	if from.dim != to.dim || from.dim == dimNone {
		return 0, ErrUnit
	}
	return compare(q.value, from, o.value, to), nil
}

// Convert converts a quantity of kind k, also between mass and molar
// concentration where the molar mass of the substance is known: 180 mg/dL of
// glucose are 9.99 mmol/L.
func (k Kind) Convert(q Quantity, u Unit) (Quantity, error) {
	from, to := q.unit.info(), u.info()
	molar := k.MolarMass()
	if from.dim == to.dim || molar.Coef <= 0 {
		return q.In(u)
	}
	// 1 kg/L is 1000/M mol/L. The table's base units are kg/L and mol/L, so
	// a unit of the other side scaled by M/1000 makes the dimensions agree.
	side := unitInfo{dim: to.dim, num: from.num, den: from.den, exp: from.exp}
	switch {
	case from.dim == dimMassConc && to.dim == dimMolarConc:
		side.den *= uint64(molar.Coef)
		side.exp += 3 - molar.Exp
	case from.dim == dimMolarConc && to.dim == dimMassConc:
		side.num *= uint64(molar.Coef)
		side.exp += molar.Exp - 3
	default:
		return Quantity{}, ErrUnit
	}
	d, err := convert(q.value, &side, to)
	if err != nil {
		return Quantity{}, err
	}
	return Quantity{d, u}, nil
}
