package gatt

import (
	"encoding/binary"
	"iter"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
)

// GHSClass is the form of a [GHSValue].
type GHSClass uint8

// The forms.
const (
	GHSNumericClass  GHSClass = 1    // unit and FLOAT: [GHSNumeric]
	GHSDiscreteClass GHSClass = 2    // one code
	GHSTextClass     GHSClass = 3    // UTF-8
	GHSSamplesClass  GHSClass = 4    // a curve: [GHSSamples]
	GHSEventsClass   GHSClass = 5    // several codes
	GHSStatesClass   GHSClass = 6    // bits: [GHSStates]
	GHSCompoundClass GHSClass = 7    // several values of the forms above: [GHSComponent]
	GHSTLVClass      GHSClass = 8    // [GHSTLVs]
	GHSBundleClass   GHSClass = 0xFF // several observations
)

var ghsClassNames = map[GHSClass]string{
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

func (c GHSClass) known() bool {
	return c >= GHSNumericClass && c <= GHSTLVClass || c == GHSBundleClass
}

// simple reports whether a component of a compound may have the form.
func (c GHSClass) simple() bool { return c >= GHSNumericClass && c <= GHSStatesClass }

// String is the form in words.
func (c GHSClass) String() string { return att.CodeText(ghsClassNames, c) }

// A GHSValue is a value of one of the forms of [GHSClass]. It borrows its bytes.
type GHSValue struct {
	Class GHSClass
	raw   []byte
}

// Raw is the value as sent.
func (v GHSValue) Raw() []byte { return v.raw }

// readValue reads a value of a known form from the frame b.
func readValue(r *att.Reader, b []byte, c GHSClass, depth int) {
	switch c {
	case GHSNumericClass:
		readNumeric(r)
	case GHSDiscreteClass:
		r.Uint32("Code")
	case GHSTextClass:
		n := int(r.Uint16("TextLength"))
		at := r.Offset()
		r.CheckText("Text", r.Bytes("Text", n), at)
	case GHSSamplesClass:
		readSamples(r)
	case GHSEventsClass:
		readCodes(r, "Events")
	case GHSStatesClass:
		readStates(r)
	case GHSCompoundClass:
		for range r.Uint8("ComponentCount") {
			if _, _, short := r.Short(); short {
				return
			}
			readComponent(r, b)
		}
	case GHSTLVClass:
		readTLVs(r, b)
	case GHSBundleClass:
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

// A GHSNumeric is a number.
//
//	 0      2
//	+------+--------+
//	| unit | value  |
//	+------+--------+
type GHSNumeric struct {
	Unit  uint16 // MDC code, the term within partition 4
	Value medfloat.Float
}

func readNumeric(r *att.Reader) GHSNumeric {
	return GHSNumeric{Unit: r.Uint16("Unit"), Value: r.Float("Value")}
}

// GHSValue is n in the form in which observations hold it.
func (n GHSNumeric) GHSValue() GHSValue {
	raw := binary.LittleEndian.AppendUint16(nil, n.Unit)
	return GHSValue{GHSNumericClass, binary.LittleEndian.AppendUint32(raw, uint32(n.Value))}
}

// NewGHSCode makes a value of one code.
func NewGHSCode(code uint32) GHSValue {
	return GHSValue{GHSDiscreteClass, binary.LittleEndian.AppendUint32(nil, code)}
}

// NewGHSText makes a value of a text. It fails if that has more than 65535 bytes.
func NewGHSText(text string) (GHSValue, error) {
	if len(text) > 0xFFFF {
		return GHSValue{}, att.Unencodable("Text")
	}
	return GHSValue{GHSTextClass, append(binary.LittleEndian.AppendUint16(nil, uint16(len(text))), text...)}, nil
}

// NewGHSCompound makes a value of up to 255 components. It fails if one of them
// is itself a compound, a bundle or a list of attributes.
func NewGHSCompound(components ...GHSComponent) (GHSValue, error) {
	if len(components) > 0xFF {
		return GHSValue{}, att.Unencodable("Components")
	}
	raw := []byte{byte(len(components))}
	for _, c := range components {
		if !c.Value.Class.simple() {
			return GHSValue{}, att.Unencodable("Components")
		}
		raw = append(binary.LittleEndian.AppendUint32(raw, c.Type), byte(c.Value.Class))
		raw = append(raw, c.Value.raw...)
	}
	return GHSValue{GHSCompoundClass, raw}, nil
}

// NewGHSBundle makes a value of up to 255 observations.
func NewGHSBundle(observations ...GHSObservation) (_ GHSValue, err error) {
	if len(observations) > 0xFF {
		return GHSValue{}, att.Unencodable("Bundle")
	}
	raw := []byte{byte(len(observations))}
	for _, o := range observations {
		if raw, err = o.AppendBinary(raw); err != nil {
			return GHSValue{}, err
		}
	}
	return GHSValue{GHSBundleClass, raw}, nil
}

// Numeric is the number, if v is one.
func (v GHSValue) Numeric() (n GHSNumeric, ok bool) {
	r := att.NewReader(v.raw)
	n = readNumeric(&r)
	return n, v.Class == GHSNumericClass && r.Complete()
}

// Code is the code, if v is one.
func (v GHSValue) Code() (code uint32, ok bool) {
	r := att.NewReader(v.raw)
	code = r.Uint32("Code")
	return code, v.Class == GHSDiscreteClass && r.Complete()
}

// Text is the text, if v is one.
func (v GHSValue) Text() (text string, ok bool) {
	if v.Class != GHSTextClass || len(v.raw) < 2 {
		return "", false
	}
	return string(v.raw[2:]), true
}

// Events is the list of codes; empty if v is none.
func (v GHSValue) Events() GHSCodes {
	if v.Class != GHSEventsClass {
		return GHSCodes{}
	}
	r := att.NewReader(v.raw)
	return readCodes(&r, "Events")
}

// TLVs is the list of attributes; empty if v is none.
func (v GHSValue) TLVs() GHSTLVs {
	if v.Class != GHSTLVClass {
		return GHSTLVs{}
	}
	r := att.NewReader(v.raw)
	return readTLVs(&r, v.raw)
}

// GHSStates is a set of conditions, one per bit, lowest bit of the first byte
// first.
//
//	 0      1             1+n             1+2n
//	+------+-------------+---------------+-----------+
//	| n    | supported   | state, event  | bits      |
//	+------+-------------+---------------+-----------+
type GHSStates struct {
	Supported []byte // which conditions the device knows; borrowed
	Lasting   []byte // as sent, the mask that tells states from events; borrowed
	Bits      []byte // which hold; borrowed
}

func readStates(r *att.Reader) (s GHSStates) {
	n := int(r.Uint8("StateSize"))
	s.Supported = r.Bytes("SupportedMask", n)
	s.Lasting = r.Bytes("StateOrEventMask", n)
	s.Bits = r.Bytes("StateBits", n)
	return s
}

// States is the set of conditions, if v is one.
func (v GHSValue) States() (s GHSStates, ok bool) {
	r := att.NewReader(v.raw)
	s = readStates(&r)
	return s, v.Class == GHSStatesClass && r.Complete()
}

// GHSSamples is a piece of a curve. A sample s stands for Scale×s + Offset.
//
//	 0      2       6        10    14    18       22        23       24      28
//	+------+-------+--------+-----+-----+--------+---------+--------+-------+----------+
//	| unit | scale | offset | min | max | period | per     | width  | count | data ... |
//	+------+-------+--------+-----+-----+--------+---------+--------+-------+----------+
type GHSSamples struct {
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

func readSamples(r *att.Reader) (s GHSSamples) {
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
func (v GHSValue) Samples() (s GHSSamples, ok bool) {
	r := att.NewReader(v.raw)
	s = readSamples(&r)
	return s, v.Class == GHSSamplesClass && r.Complete()
}

// A GHSComponent is one part of a compound.
//
//	 0      4       5
//	+------+-------+-----------+
//	| type | class | value ... |
//	+------+-------+-----------+
type GHSComponent struct {
	Type  uint32 // MDC code, partition included
	Value GHSValue
}

// readComponent reads a component from the frame b.
func readComponent(r *att.Reader, b []byte) (c GHSComponent) {
	c.Type = r.Uint32("ComponentType")
	c.Value.Class = GHSClass(r.Uint8("ComponentClass"))
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
func (v GHSValue) Components() iter.Seq[GHSComponent] {
	return func(yield func(GHSComponent) bool) {
		if v.Class != GHSCompoundClass {
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
func (v GHSValue) Bundle() iter.Seq[GHSObservation] {
	return func(yield func(GHSObservation) bool) {
		if v.Class != GHSBundleClass {
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
