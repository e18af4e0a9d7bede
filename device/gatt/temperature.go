package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// TemperatureMeasurement is characteristic 0x2A1C (Health Thermometer Service
// 1.0, 3.1).
//
//	 0        1               5             12?
//	+--------+---------------+-------------+--------+
//	| flags  | value (FLOAT) | date-time ? | site ? |
//	+--------+---------------+-------------+--------+
//	flags: 0 Fahrenheit, else Celsius | 1 date-time | 2 site
type TemperatureMeasurement struct {
	Value      medfloat.Float
	Fahrenheit bool // Value is in °F, not °C
	Timestamp  clock.DateTime
	Type       TemperatureType // where it was measured; meaningful if HasType
	Reserved   uint8           // flag bits 3 to 7 as sent: no meaning yet, and refused by ParseTemperatureMeasurement

	HasTimestamp bool
	HasType      bool
}

// TemperatureType is the site of a measurement, as sent; also characteristic
// 0x2A1D.
type TemperatureType uint8

// The sites. A thermometer that does not name one, or says only "body", gives
// [vitals.BodyTemperature].
const (
	TemperatureArmpit           TemperatureType = 1
	TemperatureBody             TemperatureType = 2
	TemperatureEar              TemperatureType = 3
	TemperatureFinger           TemperatureType = 4
	TemperatureGastrointestinal TemperatureType = 5
	TemperatureMouth            TemperatureType = 6
	TemperatureRectum           TemperatureType = 7
	TemperatureToe              TemperatureType = 8
	TemperatureTympanum         TemperatureType = 9
)

const (
	tempFahrenheit   = 1 << 0
	tempHasTimestamp = 1 << 1
	tempHasType      = 1 << 2
	tempReserved     = 0xF8
)

// ParseTemperatureMeasurement decodes b.
func ParseTemperatureMeasurement(b []byte) (TemperatureMeasurement, error) {
	r := att.NewReader(b)
	m := readTemperature(&r)
	return m, r.Finish(m.Reserved, "TemperatureMeasurement", "HTS 1.0, 3.1")
}

// readTemperature reads the layout that both characteristics have.
func readTemperature(r *att.Reader) (m TemperatureMeasurement) {
	flags := r.Uint8("Flags")
	m.Reserved = flags & tempReserved
	m.Fahrenheit = flags&tempFahrenheit != 0
	m.Value = r.Float("Temperature")
	if m.HasTimestamp = flags&tempHasTimestamp != 0; m.HasTimestamp {
		m.Timestamp = clock.DateTime(r.DateTime("Timestamp"))
	}
	if m.HasType = flags&tempHasType != 0; m.HasType {
		m.Type = TemperatureType(r.Code("TemperatureType", uint8(TemperatureTympanum)))
	}
	return m
}

// AppendBinary implements [encoding.BinaryAppender].
func (m TemperatureMeasurement) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.Fahrenheit, tempFahrenheit)|att.Flag(m.HasTimestamp, tempHasTimestamp)|att.Flag(m.HasType, tempHasType)|
		m.Reserved&tempReserved)
	b = binary.LittleEndian.AppendUint32(b, uint32(m.Value))
	if m.HasTimestamp {
		b, _ = m.Timestamp.AppendBinary(b)
	}
	if m.HasType {
		b = append(b, byte(m.Type))
	}
	return b, nil
}

// AppendReadings appends the temperature in the unit that was sent. Its kind
// depends on the site: an oral temperature is another thing than a rectal one.
func (m TemperatureMeasurement) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	r := att.DateTime(m.Timestamp).Reading(f, m.HasTimestamp)
	return m.appendTo(dst, &r)
}

func (m TemperatureMeasurement) appendTo(dst []vitals.Reading, r *vitals.Reading) []vitals.Reading {
	value, absent := m.Value.Decimal()
	unit := vitals.UnitCelsius
	if m.Fahrenheit {
		unit = vitals.UnitFahrenheit
	}
	return att.AppendValue(dst, r, m.Type.Kind(), value, absent, unit)
}

// IntermediateTemperature is characteristic 0x2A1E (Health Thermometer Service
// 1.0, 3.3): a [TemperatureMeasurement] that has not settled yet.
type IntermediateTemperature TemperatureMeasurement

// ParseIntermediateTemperature decodes b.
func ParseIntermediateTemperature(b []byte) (IntermediateTemperature, error) {
	r := att.NewReader(b)
	m := readTemperature(&r)
	return IntermediateTemperature(m), r.Finish(m.Reserved, "IntermediateTemperature", "HTS 1.0, 3.3")
}

// AppendBinary implements [encoding.BinaryAppender].
func (m IntermediateTemperature) AppendBinary(b []byte) ([]byte, error) {
	return TemperatureMeasurement(m).AppendBinary(b)
}

// AppendReadings appends the temperature as [vitals.Ongoing].
func (m IntermediateTemperature) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	r := att.DateTime(m.Timestamp).Reading(f, m.HasTimestamp)
	r.Quality |= vitals.Ongoing
	return TemperatureMeasurement(m).appendTo(dst, &r)
}

// Kind is what a temperature at the site is called.
func (t TemperatureType) Kind() vitals.Kind {
	switch t {
	case TemperatureArmpit:
		return vitals.TempAxillary
	case TemperatureEar:
		return vitals.TempEar
	case TemperatureFinger:
		return vitals.TempFinger
	case TemperatureGastrointestinal:
		return vitals.TempGI
	case TemperatureMouth:
		return vitals.TempOral
	case TemperatureRectum:
		return vitals.TempRectal
	case TemperatureToe:
		return vitals.TempToe
	case TemperatureTympanum:
		return vitals.TempTympanic
	}
	return vitals.BodyTemperature
}

// String is the site in words.
func (t TemperatureType) String() string { return att.NameOf(temperatureTypes[:], uint8(t)) }

var temperatureTypes = [...]string{
	1: "armpit", 2: "body", 3: "ear lobe", 4: "finger", 5: "gastrointestinal tract", 6: "mouth", 7: "rectum", 8: "toe", 9: "tympanum",
}
