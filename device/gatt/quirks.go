package gatt

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// Quirks names what a model is known to do against the specification. A quirk
// is used only for a device for which it is named, only where the bytes bear
// it out, and never silently: [Outcome.Applied] tells, and the readings are
// [vitals.Nonconforming]. The zero Quirks is a device that does as it should.
type Quirks struct {
	// CGMReversed: the sensor status annunciation of a CGM Measurement comes
	// with its octets in reverse: warning, calibration and temperature, status.
	CGMReversed bool
	// IEEE754: temperatures are IEEE 754 single precision, not IEEE 11073
	// FLOAT. Used only where the word is implausible as the latter and
	// plausible as the former, so that a firmware that was repaired reads right.
	// Binary noise is rounded away: the value has at most six digits.
	IEEE754 bool
	// Padding: zeros follow the last field, as after a text that is padded with
	// NULs.
	Padding bool
	// Header is what the maker puts in front of a frame. A frame that does not
	// begin with it is read as it is.
	Header string
}

// IsZero reports whether there is no quirk.
func (q Quirks) IsZero() bool { return q == Quirks{} }

// String lists the quirks in words.
func (q Quirks) String() string {
	var names []string
	for _, n := range []struct {
		on   bool
		name string
	}{
		{q.CGMReversed, "CGM annunciation reversed"},
		{q.IEEE754, "IEEE 754 for FLOAT"},
		{q.Padding, "padding"},
		{q.Header != "", "vendor header"},
	} {
		if n.on {
			names = append(names, n.name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}

// A knownQuirk is one row of the table of devices. Every row names its source.
type knownQuirk struct {
	manufacturer string // as sent, in whatever case
	model        string // how the model begins; "" for every model
	quirks       Quirks
	source       string
}

// knownQuirks is short on purpose: only what somebody can look up. A program
// that knows its devices better has [HealthDecoder.Quirks].
var knownQuirks = [...]knownQuirk{
	{
		"NordicSemiconductor", "",
		Quirks{CGMReversed: true},
		"nRF5 SDK and sdk-nrf, cgms_meas_encode: warning, cal/temp, status; the manufacturer name is that of the SDK's examples",
	},
}

// QuirksOf is what the package knows about a model, by manufacturer and model.
func QuirksOf(id device.Identity) (q Quirks) {
	for _, known := range knownQuirks {
		if strings.EqualFold(known.manufacturer, id.Manufacturer) &&
			len(id.Model) >= len(known.model) && strings.EqualFold(known.model, id.Model[:len(known.model)]) {
			q = q.with(known.quirks)
		}
	}
	return q
}

func (q Quirks) with(p Quirks) Quirks {
	q.CGMReversed = q.CGMReversed || p.CGMReversed
	q.IEEE754 = q.IEEE754 || p.IEEE754
	q.Padding = q.Padding || p.Padding
	if q.Header == "" {
		q.Header = p.Header
	}
	return q
}

// repair is b as the specification would have it, a copy where bytes must
// change, and the quirks that made a difference.
func (q Quirks) repair(uuid uint16, b []byte) (repaired []byte, applied Quirks) {
	if n := len(q.Header); n > 0 && len(b) >= n && string(b[:n]) == q.Header {
		b, applied.Header = b[n:], q.Header
	}
	switch {
	case q.IEEE754 && looksIEEE754(uuid, b):
		b = bytes.Clone(b)
		binary.LittleEndian.PutUint32(b[1:], uint32(fromIEEE754(binary.LittleEndian.Uint32(b[1:]))))
		applied.IEEE754 = true
	case q.CGMReversed && uuid == cgm.UUIDMeasurement:
		m, err := cgm.ParseMeasurement(b)
		if err != nil {
			break
		}
		turned, _ := cgm.NewMeasurement(slices.Collect(m.ReversedAnnunciation().Records())...).AppendBinary(nil) // never fails
		applied.CGMReversed = !bytes.Equal(turned, b)
		b = turned
	}
	return b, applied
}

// unpad is b without the zeros behind byte at, if there is nothing else.
func (q Quirks) unpad(b []byte, err error) (rest []byte, padded bool) {
	e, ok := err.(tolerated) //nolint:errorlint // of appendTo, never wrapped
	if !q.Padding || !ok || e.Err != device.ErrTrailing || len(bytes.Trim(b[e.Offset:], "\x00")) > 0 {
		return b, false
	}
	return b[:e.Offset], true
}

// looksIEEE754 reports whether b is a temperature that makes sense as IEEE 754
// and none as it should be read.
func looksIEEE754(uuid uint16, b []byte) bool {
	if uuid != UUIDTemperatureMeasurement && uuid != UUIDIntermediateTemperature || len(b) < 5 {
		return false
	}
	unit := vitals.UnitCelsius
	if b[0]&tempFahrenheit != 0 {
		unit = vitals.UnitFahrenheit
	}
	word := binary.LittleEndian.Uint32(b[1:])
	value, absent := medfloat.Float(word).Decimal()
	if absent != 0 || vitals.BodyTemperature.Plausible(unit.Of(value)) {
		return false
	}
	number, absent := fromIEEE754(word).Decimal()
	return absent == vitals.NotANumber || absent == 0 && vitals.BodyTemperature.Plausible(unit.Of(number))
}

// fromIEEE754 is the shortest decimal of a single-precision word, with six
// digits at most; [medfloat.Reserved] if that is no temperature.
func fromIEEE754(word uint32) medfloat.Float {
	v := float64(math.Float32frombits(word))
	if word&^(1<<31) == 0x7FC00000 { // NaN as processors make it
		return medfloat.NaN
	}
	if math.IsNaN(v) || math.Abs(v) < 1e-3 || math.Abs(v) >= 1e6 {
		return medfloat.Reserved
	}
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], v, 'g', 6, 32)
	if shortest := strconv.AppendFloat(buf[16:16], v, 'g', -1, 32); len(shortest) < len(text) {
		text = shortest
	}
	d, err := vitals.ParseDecimal(string(text))
	if err != nil {
		return medfloat.Reserved
	}
	f, err := medfloat.NewFloat(d)
	if err != nil {
		return medfloat.Reserved
	}
	return f
}
