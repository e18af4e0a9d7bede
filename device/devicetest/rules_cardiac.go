package devicetest

import (
	"time"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

var (
	ruleContactBit     = Rule{"contact_without_support", "Contact is reported only by a sensor that can detect it.", "HRS 1.0, 3.1.1.1", Warning}
	ruleContactChanged = Rule{"contact_support_changed", "Whether contact can be detected does not change within a connection.", "HRS 1.0, 3.1.1.1", Warning}
	ruleRate           = Rule{"implausible_heart_rate", "The heart rate is one that a living adult can have.", "", Warning}
	ruleRateZero       = Rule{"zero_rate_with_contact", "A sensor with contact reports a rate.", "", Warning}
	ruleWide           = Rule{"wide_rate", "A rate up to 255 is sent in 8 bits.", "HRS 1.0, 3.1.1.2", Note}
	ruleEmptyRR        = Rule{"rr_empty", "A frame that announces RR intervals has one.", "HRS 1.0, 3.1.1.4", Warning}
	ruleRR             = Rule{"implausible_rr", "RR intervals lie between 200 ms and 4 s.", "", Warning}
	ruleRRRate         = Rule{"rr_contradicts_rate", "The mean RR interval and the rate differ by less than a half.", "", Note}
	ruleEnergy         = Rule{"energy_decreased", "Energy expended does not decrease unless it is reset to a little.", "HRS 1.0, 3.1.1.3", Warning}

	rulePressure   = Rule{"implausible_pressure", "A pressure is one that a cuff can measure on a living adult.", "", Warning}
	ruleSystolic   = Rule{"systolic_below_diastolic", "The systolic pressure is not below the diastolic.", "", Warning}
	ruleMean       = Rule{"mean_outside_pressures", "The mean pressure lies between the diastolic and the systolic.", "", Warning}
	ruleSomeNaN    = Rule{"some_pressures_missing", "Either all pressures have a value or none.", "", Note}
	ruleNoReason   = Rule{"failure_without_reason", "A measurement without any pressure says why, in its status.", "", Note}
	rulePulseRange = Rule{"pulse_range_both", "The pulse is not both above and below its range.", "BLS 1.1, 3.1.1.6", Error}
	ruleUnused     = Rule{"unused_not_nan", "The unused pressures of a cuff pressure are NaN.", "BLS 1.1, 3.2", Note}
	rulePulse      = Rule{"implausible_pulse", "The pulse rate is one that a living adult can have.", "", Warning}

	ruleSpO2        = Rule{"implausible_spo2", "A saturation lies between 0 and 100 %.", "", Warning}
	ruleClockFlag   = Rule{"clock_flag_without_time", "The flag for an unset clock comes with a time stamp.", "PLXS 1.0, 3.1.1.1", Note}
	ruleUnavailable = Rule{"value_though_unavailable", "A measurement that the status calls unavailable has no value.", "PLXS 1.0, 3.1.1.5", Note}
)

func heartRateFrame(s *session, m gatt.HeartRateMeasurement) {
	if m.Contact == 1 {
		s.find(ruleContactBit, "Flags", 0, "report contact without support for it")
	}
	if !vitals.HeartRate.Plausible(vitals.PerMinute(int64(m.BPM))) {
		s.find(ruleRate, "BPM", 1, "is outside what is plausible")
	}
	if m.BPM == 0 && m.Contact == gatt.ContactGood {
		s.find(ruleRateZero, "BPM", 1, "is 0 though there is contact")
	}
	if m.Wide && m.BPM <= 0xFF {
		s.find(ruleWide, "BPM", 1, "has 16 bits where 8 would do")
	}
	rrIntervals(s, m)
}

func rrIntervals(s *session, m gatt.HeartRateMeasurement) {
	at := 2
	if m.Wide {
		at++
	}
	if m.HasEnergy {
		at += 2
	}
	if m.RR.Sent() && m.RR.Len() == 0 {
		s.find(ruleEmptyRR, "RR", at, "is announced and missing")
	}
	var sum time.Duration
	for rr := range m.RR.All() {
		if rr < 200*time.Millisecond || rr > 4*time.Second {
			s.find(ruleRR, "RR", at, "is outside 200 ms to 4 s")
		}
		at += 2
		sum += rr
	}
	if sum > 0 && m.BPM > 0 {
		mean := sum / time.Duration(m.RR.Len())
		if expected := time.Minute / time.Duration(m.BPM); mean > expected*3/2 || mean < expected/2 {
			s.find(ruleRRRate, "RR", at-2*m.RR.Len(), "contradicts the rate")
		}
	}
}

func heartRateSequence(s *session, m gatt.HeartRateMeasurement) {
	before, ok := previous[gatt.HeartRateMeasurement](s)
	if !ok {
		return
	}
	if before.Contact.Supported() != m.Contact.Supported() {
		s.find(ruleContactChanged, "Flags", 0, "change their mind about support for contact")
	}
	if before.HasEnergy && m.HasEnergy && m.Energy < before.Energy && m.Energy > before.Energy/2 {
		at := 2
		if m.Wide {
			at++
		}
		s.find(ruleEnergy, "Energy", at, "has decreased")
	}
}

func bloodPressureFrame(s *session, m gatt.BloodPressureMeasurement) {
	pressures(s, m.KPa, m.Systolic, m.Diastolic, m.Mean)
	switch systolic, diastolic, mean := isNumber(m.Systolic), isNumber(m.Diastolic), isNumber(m.Mean); {
	case systolic != diastolic:
		s.find(ruleSomeNaN, "Systolic", 1, "and Diastolic do not both have a value")
	case !systolic && !diastolic && !mean && m.Status == 0:
		s.find(ruleNoReason, "Systolic", 1, "is missing and the status does not say why")
	}
	cuffFrame(s, m)
}

func enhancedFrame(s *session, m gatt.EnhancedBloodPressure) {
	pressures(s, m.KPa, m.Systolic, m.Diastolic, m.Mean)
}

// pressures checks the three that stand behind the flags.
func pressures(s *session, kPa bool, systolic, diastolic, mean medfloat.SFloat) {
	unit := pressureUnit(kPa)
	s.sfloat("Systolic", 1, systolic, vitals.Systolic, unit, rulePressure)
	s.sfloat("Diastolic", 3, diastolic, vitals.Diastolic, unit, rulePressure)
	s.sfloat("Mean", 5, mean, vitals.MeanPressure, unit, rulePressure)
	if less(systolic, diastolic) {
		s.find(ruleSystolic, "Systolic", 1, "is below Diastolic")
	} else if less(mean, diastolic) || less(systolic, mean) {
		s.find(ruleMean, "Mean", 5, "is not between Diastolic and Systolic")
	}
}

func enhancedCuffFrame(s *session, m gatt.EnhancedCuffPressure) {
	s.sfloat("Pressure", 1, m.Pressure, vitals.Systolic, pressureUnit(m.KPa), rulePressure) // a cuff is blown up above the systolic pressure
}

func pressureUnit(kPa bool) vitals.Unit {
	if kPa {
		return vitals.UnitKPa
	}
	return vitals.UnitMmHg
}

// cuffFrame checks what both characteristics of a cuff have.
func cuffFrame(s *session, m gatt.BloodPressureMeasurement) {
	at := 7
	if m.HasTimestamp {
		s.clock("Timestamp", at, m.Timestamp)
		at += 7
	}
	if m.HasPulseRate {
		s.sfloat("PulseRate", at, m.PulseRate, vitals.PulseRateCuff, vitals.UnitPerMinute, rulePulse)
		at += 2
	}
	if m.HasUser {
		at++
	}
	if !m.HasStatus {
		return
	}
	if both := gatt.BPPulseAbove | gatt.BPPulseBelow; m.Status&both == both {
		s.find(rulePulseRange, "Status", at, "has the pulse above and below its range")
	}
	if f, ok := feature[gatt.BloodPressureFeature](s, gatt.UUIDBloodPressureFeature); ok {
		for _, p := range bpStatusFeatures {
			if m.Status&p.status != 0 && f&p.feature == 0 {
				s.find(ruleStatusFeature, "Status", at, "has a bit that the feature characteristic denies")
				break
			}
		}
	}
}

var bpStatusFeatures = [...]struct {
	status  gatt.BloodPressureStatus
	feature gatt.BloodPressureFeature
}{
	{gatt.BPBodyMovement, gatt.BPFeatureBodyMovement},
	{gatt.BPCuffLoose, gatt.BPFeatureCuffFit},
	{gatt.BPIrregularPulse, gatt.BPFeatureIrregularPulse},
	{gatt.BPPulseAbove | gatt.BPPulseBelow, gatt.BPFeaturePulseRange},
	{gatt.BPImproperPosition, gatt.BPFeaturePosition},
}

func bloodPressureSequence(s *session, m gatt.BloodPressureMeasurement) {
	before, ok := previous[gatt.BloodPressureMeasurement](s)
	if ok && before.HasTimestamp && m.HasTimestamp && before.User == m.User {
		s.order("Timestamp", 7, before.Timestamp, m.Timestamp)
	}
}

func cuffPressureFrame(s *session, m gatt.IntermediateCuffPressure) {
	s.sfloat("Pressure", 1, m.Pressure, vitals.Systolic, pressureUnit(m.KPa), rulePressure) // a cuff is blown up above the systolic pressure
	if m.Unused != [2]medfloat.SFloat{medfloat.SNaN, medfloat.SNaN} {
		s.find(ruleUnused, "Unused", 3, "is not NaN")
	}
	cuffFrame(s, gatt.BloodPressureMeasurement{
		Timestamp: m.Timestamp, PulseRate: m.PulseRate, User: m.User, Status: m.Status,
		HasTimestamp: m.HasTimestamp, HasPulseRate: m.HasPulseRate, HasUser: m.HasUser, HasStatus: m.HasStatus,
	})
}

func plxSpotFrame(s *session, m gatt.PLXSpotCheck) {
	plxValues(s, 1, m.PLXValues, m.PLXDetails)
	at := 5
	if m.HasTimestamp {
		if !m.ClockNotSet {
			s.clock("Timestamp", at, m.Timestamp)
		}
		at += 7
	} else if m.ClockNotSet {
		s.find(ruleClockFlag, "Flags", 0, "say that the clock is not set and there is no time stamp")
	}
	if f, ok := feature[gatt.PLXFeatures](s, gatt.UUIDPLXFeatures); ok && m.HasTimestamp && f.Features&gatt.PLXFeatureTimestamp == 0 {
		s.find(ruleFeature, "Timestamp", 5, "is denied by the feature characteristic")
	}
	plxDetails(s, at, m.PLXDetails)
}

func plxContinuousFrame(s *session, m gatt.PLXContinuous) {
	plxValues(s, 1, m.PLXValues, m.PLXDetails)
	at := 5
	f, known := feature[gatt.PLXFeatures](s, gatt.UUIDPLXFeatures)
	if m.HasFast {
		plxValues(s, at, m.Fast, m.PLXDetails)
		if known && f.Features&gatt.PLXFeatureFast == 0 {
			s.find(ruleFeature, "SpO2Fast", at, "is denied by the feature characteristic")
		}
		at += 4
	}
	if m.HasSlow {
		plxValues(s, at, m.Slow, m.PLXDetails)
		if known && f.Features&gatt.PLXFeatureSlow == 0 {
			s.find(ruleFeature, "SpO2Slow", at, "is denied by the feature characteristic")
		}
		at += 4
	}
	plxDetails(s, at, m.PLXDetails)
}

func plxValues(s *session, at int, v gatt.PLXValues, d gatt.PLXDetails) {
	s.sfloat("SpO2", at, v.SpO2, vitals.SpO2, vitals.UnitPercent, ruleSpO2)
	s.sfloat("PulseRate", at+2, v.PulseRate, vitals.PulseRateOximeter, vitals.UnitPerMinute, rulePulse)
	if d.Status&gatt.PLXUnavailable != 0 && isNumber(v.SpO2) {
		s.find(ruleUnavailable, "SpO2", at, "has a value though the status calls it unavailable")
	}
}

func plxDetails(s *session, at int, d gatt.PLXDetails) {
	f, known := feature[gatt.PLXFeatures](s, gatt.UUIDPLXFeatures)
	if d.HasStatus {
		switch {
		case known && f.Features&gatt.PLXFeatureStatus == 0:
			s.find(ruleFeature, "MeasurementStatus", at, "is denied by the feature characteristic")
		case known && d.Status&^f.Status != 0:
			s.find(ruleStatusFeature, "MeasurementStatus", at, "has a bit that the feature characteristic denies")
		}
		at += 2
	}
	if d.HasSensor {
		switch {
		case known && f.Features&gatt.PLXFeatureSensor == 0:
			s.find(ruleFeature, "DeviceSensorStatus", at, "is denied by the feature characteristic")
		case known && d.Sensor&^f.Sensor != 0:
			s.find(ruleStatusFeature, "DeviceSensorStatus", at, "has a bit that the feature characteristic denies")
		}
		at += 3
	}
	if d.HasAmplitude && known && f.Features&gatt.PLXFeatureAmplitude == 0 {
		s.find(ruleFeature, "PulseAmplitudeIndex", at, "is denied by the feature characteristic")
	}
}

func plxSpotSequence(s *session, m gatt.PLXSpotCheck) {
	before, ok := previous[gatt.PLXSpotCheck](s)
	if ok && before.HasTimestamp && m.HasTimestamp && !before.ClockNotSet && !m.ClockNotSet {
		s.order("Timestamp", 5, before.Timestamp, m.Timestamp)
	}
}
