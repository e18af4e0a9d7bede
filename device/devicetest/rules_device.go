package devicetest

import (
	"strings"
	"unicode"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/fitness"
	"github.com/telemed-go/sdk/vitals"
)

var (
	ruleBattery    = Rule{"battery_above_100", "A battery level is at most 100 %.", "BAS 1.0, 3.1", Error}
	rulePadded     = Rule{"text_padded", "A text has no NUL at its end.", "DIS 1.1, 3", Note}
	ruleEmptyText  = Rule{"text_empty", "A text says something.", "DIS 1.1, 3", Warning}
	ruleControls   = Rule{"text_control_character", "A text has no control characters.", "DIS 1.1, 3", Warning}
	ruleSystemZero = Rule{"system_id_zero", "A system identifier tells devices apart.", "DIS 1.1, 3.7", Warning}

	ruleSpeed    = Rule{"implausible_speed", "Nobody runs faster than 12.5 m/s.", "", Warning}
	ruleDistance = Rule{"distance_decreased", "The total distance does not decrease.", "RSCS 1.0, 3.1.1.5", Warning}
	ruleCounter  = Rule{"event_time_without_revolution", "The time of the last revolution changes only with a revolution.", "CSCS 1.0, 3.1.1", Warning}
)

func textFrame(s *session, t gatt.DeviceText) {
	text := t.Text()
	if len(text) < len(t) {
		s.find(rulePadded, "Text", len(text), "is padded with NULs")
	}
	if text == "" {
		s.find(ruleEmptyText, "Text", 0, "is empty")
	}
	if at := strings.IndexFunc(text, unicode.IsControl); at >= 0 {
		s.find(ruleControls, "Text", at, "has a control character")
	}
}

func systemIDFrame(s *session, id gatt.SystemID) {
	if id.OUI == 0 || id.Manufacturer == 0 {
		s.find(ruleSystemZero, "SystemID", 0, "is 0 in one of its parts")
	}
}

func runningFrame(s *session, m fitness.RSCMeasurement) {
	if m.Speed > 12*256+128 {
		s.find(ruleSpeed, "Speed", 1, "is outside what is plausible")
	}
	f, ok := feature[fitness.RSCFeature](s, fitness.UUIDRSCFeature)
	if !ok {
		return
	}
	at := 4
	if m.HasStride {
		if f&fitness.RSCFeatureStride == 0 {
			s.find(ruleFeature, "StrideLength", at, "is denied by the feature characteristic")
		}
		at += 2
	}
	if m.HasDistance && f&fitness.RSCFeatureDistance == 0 {
		s.find(ruleFeature, "TotalDistance", at, "is denied by the feature characteristic")
	}
	if m.Running && f&fitness.RSCFeatureRunning == 0 {
		s.find(ruleFeature, "Flags", 0, "tell running from walking though the feature characteristic denies that")
	}
}

func runningSequence(s *session, m fitness.RSCMeasurement) {
	before, ok := previous[fitness.RSCMeasurement](s)
	if ok && before.HasDistance && m.HasDistance && m.Distance < before.Distance && m.Distance > before.Distance/2 {
		at := 4
		if m.HasStride {
			at += 2
		}
		s.find(ruleDistance, "TotalDistance", at, "has decreased")
	}
}

func cyclingFrame(s *session, m fitness.CSCMeasurement) {
	f, ok := feature[fitness.CSCFeature](s, fitness.UUIDCSCFeature)
	if !ok {
		return
	}
	if m.HasWheel && f&fitness.CSCFeatureWheel == 0 {
		s.find(ruleFeature, "WheelRevolutions", 1, "are denied by the feature characteristic")
	}
	if m.HasCrank && f&fitness.CSCFeatureCrank == 0 {
		at := 1
		if m.HasWheel {
			at += 6
		}
		s.find(ruleFeature, "CrankRevolutions", at, "are denied by the feature characteristic")
	}
}

func cyclingSequence(s *session, m fitness.CSCMeasurement) {
	before, ok := previous[fitness.CSCMeasurement](s)
	if !ok {
		return
	}
	at := 1
	if m.HasWheel {
		if before.HasWheel && m.WheelRevolutions == before.WheelRevolutions && m.WheelTime != before.WheelTime {
			s.find(ruleCounter, "WheelEvent", at+4, "has changed without a revolution")
		}
		at += 6
	}
	if m.HasCrank && before.HasCrank && m.CrankRevolutions == before.CrankRevolutions && m.CrankTime != before.CrankTime {
		s.find(ruleCounter, "CrankEvent", at+2, "has changed without a revolution")
	}
}

// looksIEEE754 asks the decoder, which knows how to tell.
func looksIEEE754(c Capture) bool {
	_, o, err := gatt.HealthDecoder{Tolerant: true}.Decode(make([]vitals.Reading, 0, 1), device.Frame{
		Format: device.GATT(uint16(c.Characteristic)), Bytes: c.Bytes,
	})
	return err == nil && o.Suspected.IEEE754
}
