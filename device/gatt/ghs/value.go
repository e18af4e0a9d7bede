package ghs

import (
	"encoding/binary"
	"iter"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
)

// Class is the form of a [Value].
type Class uint8

// The forms.
const (
	NumericClass  Class = 1    // unit and FLOAT: [Numeric]
	DiscreteClass Class = 2    // one code
	TextClass     Class = 3    // UTF-8
	SamplesClass  Class = 4    // a curve: [Samples]
	EventsClass   Class = 5    // several codes
	StatesClass   Class = 6    // bits: [States]
	CompoundClass Class = 7    // several values of the forms above: [Component]
	TLVClass      Class = 8    // [TLVs]
	BundleClass   Class = 0xFF // several observations
)

var ghsClassNames = map[Class]string{
	1:    "simple numeric",
	2:    "simple discrete",
	3:    "string",
	4:    "real-time sample array",
	5:    "compound discrete event",
	6:    "compound state or event",
	7:    "compound",
	8:    "TLV",
	0xFF: "bundle",
}

func (c Class) known() bool {
	return c >= NumericClass && c <= TLVClass || c == BundleClass
}

// simple reports whether a component of a compound may have the form.
func (c Class) simple() bool { return c >= NumericClass && c <= StatesClass }

// String is the form in words.
func (c Class) String() string { return att.CodeText(ghsClassNames, c) }

// A Value is a value of one of the forms of [Class]. It borrows its bytes.
type Value struct {
	Class Class
	raw   []byte
}

// Raw is the value as sent.
func (v Value) Raw() []byte { return v.raw }

// readValue reads a value of a known form from the frame b.
func readValue(r *att.Reader, b []byte, c Class, depth int) {
	switch c {
	case NumericClass:
		readNumeric(r)
	case DiscreteClass:
		r.Uint32("Code")
	case TextClass:
		n := int(r.Uint16("TextLength"))
		at := r.Offset()
		r.CheckText("Text", r.Bytes("Text", n), at)
	case SamplesClass:
		readSamples(r)
	case EventsClass:
		readCodes(r, "Events")
	case StatesClass:
		readStates(r)
	case CompoundClass:
		for range r.Uint8("ComponentCount") {
			if _, _, short := r.Short(); short {
				return
			}
			readComponent(r, b)
		}
	case TLVClass:
		readTLVs(r, b)
	case BundleClass:
		readBundle(r, b, depth)
	}
}

// readBundle reads observations within depth more bundles.
func readBundle(r *att.Reader, b []byte, depth int) {
	at := r.Offset()
	count := r.Uint8("ObservationCount")
	if depth <= 0 {
		r.Reject(device.ErrOutOfRange, "ObservationCount", at)
		r.Bytes("Bundle", r.Rest())
		return
	}
	for range count {
		if _, _, short := r.Short(); short {
			return
		}
		readObservation(r, b, depth-1)
	}
}

// A Numeric is a number.
//
//	 0      2
//	+------+--------+
//	| unit | value  |
//	+------+--------+
type Numeric struct {
	Unit  uint16 // MDC code, the term within partition 4
	Value medfloat.Float
}

func readNumeric(r *att.Reader) Numeric {
	return Numeric{Unit: r.Uint16("Unit"), Value: r.Float("Value")}
}

// Value is n in the form in which observations hold it.
func (n Numeric) GHSValue() Value {
	raw := binary.LittleEndian.AppendUint16(nil, n.Unit)
	return Value{NumericClass, binary.LittleEndian.AppendUint32(raw, uint32(n.Value))}
}

// NewCode makes a value of one code.
func NewCode(code uint32) Value {
	return Value{DiscreteClass, binary.LittleEndian.AppendUint32(nil, code)}
}

// NewText makes a value of a text. It fails if that has more than 65535 bytes.
func NewText(text string) (Value, error) {
	if len(text) > 0xFFFF {
		return Value{}, att.Unencodable("Text")
	}
	return Value{TextClass, append(binary.LittleEndian.AppendUint16(nil, uint16(len(text))), text...)}, nil
}

// NewCompound makes a value of up to 255 components. It fails if one of them
// is itself a compound, a bundle or a list of attributes.
func NewCompound(components ...Component) (Value, error) {
	if len(components) > 0xFF {
		return Value{}, att.Unencodable("Components")
	}
	raw := []byte{byte(len(components))}
	for _, c := range components {
		if !c.Value.Class.simple() {
			return Value{}, att.Unencodable("Components")
		}
		raw = append(binary.LittleEndian.AppendUint32(raw, c.Type), byte(c.Value.Class))
		raw = append(raw, c.Value.raw...)
	}
	return Value{CompoundClass, raw}, nil
}

// NewBundle makes a value of up to 255 observations.
func NewBundle(observations ...Observation) (_ Value, err error) {
	if len(observations) > 0xFF {
		return Value{}, att.Unencodable("Bundle")
	}
	raw := []byte{byte(len(observations))}
	for _, o := range observations {
		if raw, err = o.AppendBinary(raw); err != nil {
			return Value{}, err
		}
	}
	return Value{BundleClass, raw}, nil
}

// Numeric is the number, if v is one.
func (v Value) Numeric() (n Numeric, ok bool) {
	r := att.NewReader(v.raw)
	n = readNumeric(&r)
	return n, v.Class == NumericClass && r.Complete()
}

// Code is the code, if v is one.
func (v Value) Code() (code uint32, ok bool) {
	r := att.NewReader(v.raw)
	code = r.Uint32("Code")
	return code, v.Class == DiscreteClass && r.Complete()
}

// Text is the text, if v is one.
func (v Value) Text() (text string, ok bool) {
	if v.Class != TextClass || len(v.raw) < 2 {
		return "", false
	}
	return string(v.raw[2:]), true
}

// Events is the list of codes; empty if v is none.
func (v Value) Events() Codes {
	if v.Class != EventsClass {
		return Codes{}
	}
	r := att.NewReader(v.raw)
	return readCodes(&r, "Events")
}

// TLVs is the list of attributes; empty if v is none.
func (v Value) TLVs() TLVs {
	if v.Class != TLVClass {
		return TLVs{}
	}
	r := att.NewReader(v.raw)
	return readTLVs(&r, v.raw)
}

// States is a set of conditions, one per bit, lowest bit of the first byte
// first.
//
//	 0      1             1+n             1+2n
//	+------+-------------+---------------+-----------+
//	| n    | supported   | state, event  | bits      |
//	+------+-------------+---------------+-----------+
type States struct {
	Supported []byte // which conditions the device knows; borrowed
	Lasting   []byte // as sent, the mask that tells states from events; borrowed
	Bits      []byte // which hold; borrowed
}

func readStates(r *att.Reader) (s States) {
	n := int(r.Uint8("StateSize"))
	s.Supported = r.Bytes("SupportedMask", n)
	s.Lasting = r.Bytes("StateOrEventMask", n)
	s.Bits = r.Bytes("StateBits", n)
	return s
}

// States is the set of conditions, if v is one.
func (v Value) States() (s States, ok bool) {
	r := att.NewReader(v.raw)
	s = readStates(&r)
	return s, v.Class == StatesClass && r.Complete()
}

// Samples is a piece of a curve. A sample s stands for Scale×s + Offset.
//
//	 0      2       6        10    14    18       22        23       24      28
//	+------+-------+--------+-----+-----+--------+---------+--------+-------+----------+
//	| unit | scale | offset | min | max | period | per     | width  | count | data ... |
//	+------+-------+--------+-----+-----+--------+---------+--------+-------+----------+
type Samples struct {
	Unit      uint16         // MDC code, the term within partition 4
	Scale     medfloat.Float // of a sample
	Offset    medfloat.Float
	Min, Max  int32          // scaled
	Period    medfloat.Float // s
	PerPeriod uint8          // samples
	Width     uint8          // bytes per sample
	Count     uint32         // samples
	Data      []byte         // Count × Width bytes; borrowed
}

func readSamples(r *att.Reader) (s Samples) {
	s.Unit = r.Uint16("Unit")
	s.Scale = r.Float("ScaleFactor")
	s.Offset = r.Float("ScaleOffset")
	s.Min = int32(r.Uint32("ScaledMin"))
	s.Max = int32(r.Uint32("ScaledMax"))
	s.Period = r.Float("SamplePeriod")
	s.PerPeriod = r.Uint8("SamplesPerPeriod")
	s.Width = r.Uint8("BytesPerSample")
	s.Count = r.Uint32("SampleCount")
	n := uint64(s.Count) * uint64(s.Width)
	if n > uint64(r.Rest()) { // n may not fit an int
		n = uint64(r.Rest()) + 1
	}
	s.Data = r.Bytes("Samples", int(n))
	return s
}

// Samples is the piece of a curve, if v is one.
func (v Value) Samples() (s Samples, ok bool) {
	r := att.NewReader(v.raw)
	s = readSamples(&r)
	return s, v.Class == SamplesClass && r.Complete()
}

// A Component is one part of a compound.
//
//	 0      4       5
//	+------+-------+-----------+
//	| type | class | value ... |
//	+------+-------+-----------+
type Component struct {
	Type  uint32 // MDC code, partition included
	Value Value
}

// readComponent reads a component from the frame b.
func readComponent(r *att.Reader, b []byte) (c Component) {
	c.Type = r.Uint32("ComponentType")
	c.Value.Class = Class(r.Uint8("ComponentClass"))
	from := r.Offset()
	if !c.Value.Class.simple() { // where it ends nobody knows
		r.Reject(device.ErrReservedValue, "ComponentClass", from-1)
		r.Bytes("Value", r.Rest())
		return c
	}
	readValue(r, b, c.Value.Class, 0)
	if end := r.Offset(); end > from {
		c.Value.raw = b[from:end:end]
	}
	return c
}

// Components yields the parts of v; none if v is no compound.
func (v Value) Components() iter.Seq[Component] {
	return func(yield func(Component) bool) {
		if v.Class != CompoundClass {
			return
		}
		r := att.NewReader(v.raw)
		for range r.Uint8("ComponentCount") {
			c := readComponent(&r, v.raw)
			if _, _, short := r.Short(); short || !yield(c) {
				return
			}
		}
	}
}

// Bundle yields the observations in v; none if v is no bundle.
func (v Value) Bundle() iter.Seq[Observation] {
	return func(yield func(Observation) bool) {
		if v.Class != BundleClass {
			return
		}
		r := att.NewReader(v.raw)
		for range r.Uint8("ObservationCount") {
			o := readObservation(&r, v.raw, ghsDepth)
			if _, _, short := r.Short(); short || !yield(o) {
				return
			}
		}
	}
}
