package sparkplug

import (
	"math"
	"strconv"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A Type is a data type of Sparkplug B. Others than these have values that are not
// read.
type Type uint32

// The types of single values.
const (
	Int8 Type = iota + 1
	Int16
	Int32
	Int64
	UInt8
	UInt16
	UInt32
	UInt64
	Float
	Double
	Boolean
	String
)

var typeNames = [...]string{
	Int8: "Int8", Int16: "Int16", Int32: "Int32", Int64: "Int64", UInt8: "UInt8", UInt16: "UInt16", UInt32: "UInt32", UInt64: "UInt64",
	Float: "Float", Double: "Double", Boolean: "Boolean", String: "String",
}

// String is the name of the type, or its number.
func (t Type) String() string {
	if int(t) < len(typeNames) && t > 0 {
		return typeNames[t]
	}
	return "Type(" + strconv.FormatUint(uint64(t), 10) + ")"
}

// A Value is the value of a metric, whose meaning depends on its type.
type Value struct {
	field uint64 // its number in the protocol, 0 if there is none
	bits  uint64
	text  string
}

// Number is the value as the decimal of a type. A float is the shortest decimal
// that is the same number in its width. Faults are [device.ErrOutOfRange] for what
// does not fit the type, NaN and the infinities, [device.ErrSyntax] for a value of
// another type or none.
func (v Value) Number(t Type) (d vitals.Decimal, err error) {
	switch {
	case t >= Int8 && t <= UInt64 && (v.field == valueInt || v.field == valueLong):
		return v.integer(t)
	case t == Float && v.field == valueFloat:
		return decimalOf(float64(math.Float32frombits(uint32(v.bits))), 32)
	case t == Double && v.field == valueDouble:
		return decimalOf(math.Float64frombits(v.bits), 64)
	}
	return d, device.ErrSyntax
}

// integer reads two's complement: signed integers travel in unsigned fields, in
// 32 bits if they fit, sign-extended or not.
func (v Value) integer(t Type) (d vitals.Decimal, err error) {
	bits := v.bits
	if v.field == valueInt {
		bits = uint64(uint32(bits)) // protobuf drops the upper half of a uint32
	}
	if t >= UInt8 {
		if width := 8 << (t - UInt8); bits>>1>>(width-1) != 0 || bits > math.MaxInt64 {
			return d, device.ErrOutOfRange
		}
		return vitals.Decimal{Coef: int64(bits)}, nil
	}
	width := 8 << (t - Int8)
	i := int64(bits)
	if v.field == valueInt {
		i = int64(int32(bits))
	}
	short := i << (64 - width) >> (64 - width)
	if i != short && bits>>width != 0 {
		return d, device.ErrOutOfRange
	}
	return vitals.Decimal{Coef: short}, nil
}

// Text is the value of a metric of type [String].
func (v Value) Text() (text string, ok bool) { return v.text, v.field == valueText }

// Bool is the value of a metric of type [Boolean].
func (v Value) Bool() (value, ok bool) { return v.bits != 0, v.field == valueBool }

// String is the value as sent: integers are unsigned, whatever their type will be.
func (v Value) String() string {
	switch v.field {
	case valueText:
		return v.text
	case valueBool:
		return strconv.FormatBool(v.bits != 0)
	case valueFloat:
		return strconv.FormatFloat(float64(math.Float32frombits(uint32(v.bits))), 'g', -1, 32)
	case valueDouble:
		return strconv.FormatFloat(math.Float64frombits(v.bits), 'g', -1, 64)
	case 0:
		return ""
	}
	return strconv.FormatUint(v.bits, 10)
}

func decimalOf(f float64, bits int) (vitals.Decimal, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return vitals.Decimal{}, device.ErrOutOfRange
	}
	d, err := vitals.ParseDecimal(strconv.FormatFloat(f, 'g', -1, bits))
	if err != nil {
		return d, device.ErrOutOfRange
	}
	return d, nil
}
