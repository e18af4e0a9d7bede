package senml

import (
	"strings"

	"github.com/telemed-go/sdk/vitals"
)

// KindOf guesses what a measurement is, and returns KindNone where it would be a
// guess indeed. It knows, by what follows the last colon or slash of the name, the
// names of the kinds ("SpO2", "Systolic") and the usual words, without regard to
// case, hyphens and underscores ("heart-rate", "hr", "blood_glucose"); then units
// that leave no choice: beat/min is a heart rate, %EL the level of a battery.
//
// A temperature is none of them: that of a room looks the same. Say which it is in
// [Decoder.Names].
func KindOf(name, unit string) vitals.Kind {
	part := lastPart(name)
	if k, err := vitals.ParseKind(part); err == nil && k != vitals.Temperature {
		return k
	}
	if k := kindOfWord(part); k != vitals.KindNone {
		return k
	}
	switch unit {
	case "beat/min":
		return vitals.HeartRate
	case "%EL":
		return vitals.BatteryLevel
	}
	return vitals.KindNone
}

// lastPart is what follows the last colon or slash of a name.
func lastPart(name string) string { return name[strings.LastIndexAny(name, ":/")+1:] }

func kindOfWord(word string) vitals.Kind {
	var buf [24]byte
	b := buf[:0]
	for i := 0; i < len(word) && len(b) < len(buf); i++ {
		switch c := word[i]; {
		case c == '-' || c == '_':
		case c >= 'A' && c <= 'Z':
			b = append(b, c|0x20)
		default:
			b = append(b, c)
		}
	}
	switch string(b) {
	case "heartrate", "hr":
		return vitals.HeartRate
	case "pulse", "pulserate":
		return vitals.PulseRate
	case "spo2", "oxygensaturation":
		return vitals.SpO2
	case "systolic", "sys", "systolicbloodpressure":
		return vitals.Systolic
	case "diastolic", "dia", "diastolicbloodpressure":
		return vitals.Diastolic
	case "respiratoryrate", "respirationrate":
		return vitals.RespiratoryRate
	case "bodytemperature", "bodytemp":
		return vitals.BodyTemperature
	case "weight", "bodyweight":
		return vitals.BodyWeight
	case "height", "bodyheight":
		return vitals.BodyHeight
	case "glucose", "bloodglucose":
		return vitals.GlucoseGeneric
	case "steps":
		return vitals.Steps
	case "battery", "batterylevel":
		return vitals.BatteryLevel
	}
	return vitals.KindNone
}

// parseUnit knows the symbols of the SenML registries (RFC 8428, 12.1, and RFC
// 8798) that differ from UCUM, and UCUM, which is an extension: the registries
// have no millimetre of mercury.
func parseUnit(symbol string) (vitals.Unit, bool) {
	switch symbol {
	case "/":
		return vitals.UnitOne, true
	case "/100", "%RH", "%EL":
		return vitals.UnitPercent, true
	case "beat/min", "1/min":
		return vitals.UnitPerMinute, true
	case "1/s":
		return vitals.UnitHertz, true
	case "mmHg":
		return vitals.UnitMmHg, true
	case "l":
		return vitals.UnitLitre, true
	case "l/s":
		return vitals.UnitLPerSec, true
	}
	u, err := vitals.ParseUnit(symbol)
	return u, err == nil
}
