package vitals

import (
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
)

//go:generate go run ../internal/gen

// A Kind says what was measured: heart rate by electrocardiogram, oxygen
// saturation by pulse oximeter, glucose in interstitial fluid. It carries the
// codes under which devices and health records know the same thing; the table
// is kinds.tsv. The number of a kind never changes, so it may be stored; its
// name ([Kind.String]) may be stored as well.
type Kind uint16

// kindInfo is one row of kinds.tsv.
type kindInfo struct {
	name, display string
	unit          Unit
	shape         Shape
	mdc           uint32
	refID         string
	loinc         Coding
	molarLOINC    Coding
	profileLOINC  Coding
	profile       Profile
	panel         Kind
	molarMass     Decimal
}

// mdcKind is one row of the index by device code.
type mdcKind struct {
	code uint32
	kind Kind
}

func (k Kind) info() *kindInfo {
	if int(k) >= len(kinds) {
		k = KindNone
	}
	return &kinds[k]
}

// String is the Go name, such as "HeartRate". It is empty for [KindNone] and
// "Kind(999)" for a number without a kind.
func (k Kind) String() string {
	if int(k) >= len(kinds) {
		return "Kind(" + strconv.Itoa(int(k)) + ")"
	}
	return kinds[k].name
}

// ParseKind reads the name of a kind, with the case it has. It returns [ErrKind]
// for a name that is not in the table, and for no name at all.
func ParseKind(name string) (Kind, error) {
	i, ok := slices.BinarySearchFunc(kindsByName[:], name, func(k Kind, name string) int {
		return strings.Compare(kinds[k].name, name)
	})
	if !ok {
		return KindNone, ErrKind
	}
	return kindsByName[i], nil
}

// Display is a short English name for people: "Heart rate (ECG)". It is ours,
// not that of LOINC, which [Coding] has.
func (k Kind) Display() string { return k.info().display }

// MDC is the code of IEEE 11073-10101 with its partition, partition×65536 +
// term, and the reference identifier: 147842 and "MDC_ECG_HEART_RATE". It is
// 0 and "" where no device code is published.
func (k Kind) MDC() (code uint32, refID string) {
	info := k.info()
	return info.mdc, info.refID
}

// KindByMDC finds the kind with a device code, partition included.
func KindByMDC(code uint32) (Kind, bool) {
	i, ok := slices.BinarySearchFunc(kindsByMDC[:], code, func(e mdcKind, code uint32) int {
		return int(int64(e.code) - int64(code))
	})
	if !ok {
		return KindNone, false
	}
	return kindsByMDC[i].kind, true
}

// A Coding is a LOINC code with the display that an official example shows for
// it, which may be missing. The zero Coding is no code.
type Coding struct{ Code, Display string }

// LOINC is the code for a value in [Kind.Unit]. Kinds that are measured in
// different ways share codes: every pulse is 8867-4.
func (k Kind) LOINC() Coding { return k.info().loinc }

// MolarLOINC is the code for a value in mol per volume where LOINC keeps mass
// and molar concentration apart, as for glucose in mmol/L.
func (k Kind) MolarLOINC() Coding { return k.info().molarLOINC }

// ProfileLOINC is the code that the vital-signs profile ([Kind.Profile])
// demands beside [Kind.LOINC]: 2708-6 for [SpO2], 8310-5 for every body
// temperature. It is zero when LOINC is that code already.
func (k Kind) ProfileLOINC() Coding { return k.info().profileLOINC }

// Unit is the unit in which the kind is usually told and to which its LOINC
// code belongs. A reading may have another one of the same dimension. It is
// [UnitNone] for coded kinds and for panels of mixed units.
func (k Kind) Unit() Unit { return k.info().unit }

// Panel is the kind of the panel that k is a component of, such as
// [BloodPressure] for [Systolic], or [KindNone].
func (k Kind) Panel() Kind { return k.info().panel }

// Profile is the FHIR vital-signs profile that an Observation of this kind
// claims. A component has none: its panel has it.
func (k Kind) Profile() Profile { return k.info().profile }

// Shape says what a value of the kind looks like.
func (k Kind) Shape() Shape { return k.info().shape }

// MolarMass is the molar mass in g/mol of a substance whose mass and molar
// concentration convert ([Kind.Convert]), and zero for everything else.
func (k Kind) MolarMass() Decimal { return k.info().molarMass }

// Kinds yields every kind in the order of kinds.tsv, without [KindNone].
func Kinds() iter.Seq[Kind] { return slices.Values(kindOrder[:]) }

// A Profile is one of the vital-signs profiles of HL7 FHIR R4.
type Profile uint8

// The profiles of FHIR R4, and ProfileNone for kinds that are no vital sign of
// FHIR.
const (
	ProfileNone        Profile = iota
	ProfileVitalSigns          // the general one: a vital sign without a profile of its own
	ProfileHeartRate           // LOINC 8867-4
	ProfileRespRate            // LOINC 9279-1
	ProfileBP                  // LOINC 85354-9
	ProfileOxygenSat           // LOINC 2708-6
	ProfileBodyTemp            // LOINC 8310-5
	ProfileBodyWeight          // LOINC 29463-7
	ProfileBodyHeight          // LOINC 8302-2
	ProfileHeadCircum          // LOINC 9843-4
	ProfileBMI                 // LOINC 39156-5
	ProfileVitalsPanel         // LOINC 85353-1
)

// String is the last part of the profile's URL under
// http://hl7.org/fhir/StructureDefinition/, such as "heartrate", or "".
func (p Profile) String() string {
	switch p {
	case ProfileNone:
		return ""
	case ProfileVitalSigns:
		return "vitalsigns"
	case ProfileHeartRate:
		return "heartrate"
	case ProfileRespRate:
		return "resprate"
	case ProfileBP:
		return "bp"
	case ProfileOxygenSat:
		return "oxygensat"
	case ProfileBodyTemp:
		return "bodytemp"
	case ProfileBodyWeight:
		return "bodyweight"
	case ProfileBodyHeight:
		return "bodyheight"
	case ProfileHeadCircum:
		return "headcircum"
	case ProfileBMI:
		return "bmi"
	case ProfileVitalsPanel:
		return "vitalspanel"
	}
	return "Profile(" + strconv.Itoa(int(p)) + ")"
}

// A Shape is the form of a kind's values.
type Shape uint8

// The shapes.
const (
	ShapeNumeric  Shape = iota // one number with a unit
	ShapeWaveform              // samples at a steady rate: [Waveform]
	ShapeCoded                 // one of a list of meanings: Reading.Code
	ShapePanel                 // no value of its own: it holds others together
)

// String is the word kinds.tsv uses: "numeric", "waveform", "coded", "panel".
func (s Shape) String() string {
	switch s {
	case ShapeNumeric:
		return "numeric"
	case ShapeWaveform:
		return "waveform"
	case ShapeCoded:
		return "coded"
	case ShapePanel:
		return "panel"
	}
	return "Shape(" + strconv.Itoa(int(s)) + ")"
}

// MarshalText implements [encoding.TextMarshaler] with the name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It reads the name, or
// nothing for [KindNone]. It returns [ErrKind] for a name that is not in the
// table.
func (k *Kind) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*k = KindNone
		return nil
	}
	*k, err = ParseKind(string(b))
	return err
}

// ErrKind reports a name that is no kind.
var ErrKind = errors.New("vitals: unknown kind")
