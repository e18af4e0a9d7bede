package devicetest

import (
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/body"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/vitals"
)

var (
	ruleTemperature = Rule{"implausible_temperature", "A temperature is one that a thermometer can measure on a living adult.", "", Warning}

	ruleGlucose    = Rule{"implausible_glucose", "A concentration is one that a living adult can have.", "", Warning}
	ruleRepeated   = Rule{"sequence_repeated", "Every record has a sequence number of its own.", "GLS 1.0, 3.1.1.2", Error}
	ruleOrder      = Rule{"sequence_order", "Records come in the order of their sequence numbers.", "GLS 1.0, 3.1.1.2", Error}
	ruleGap        = Rule{"sequence_gap", "Sequence numbers count on by one, unless records were deleted.", "GLS 1.0, 3.1.1.2", Note}
	ruleNoContext  = Rule{"context_missing", "A measurement that announces a context is followed by it.", "GLS 1.0, 3.2", Error}
	ruleNoMeasure  = Rule{"context_without_measurement", "A context follows the measurement that announces it.", "GLS 1.0, 3.2", Error}
	ruleHighLow    = Rule{"number_though_beyond_range", "A result beyond the range of the meter has no number.", "GLS 1.0, 3.1.1.7", Warning}
	ruleControl    = Rule{"control_contradiction", "A control solution is one by type and by location.", "GLS 1.0, 3.1.1.6", Note}
	ruleExtended   = Rule{"extended_flags_set", "Extended flags have no meaning yet and are 0.", "GLS 1.0, 3.2.1.3", Warning}
	ruleIntensity  = Rule{"intensity_above_100", "The intensity of exercise is at most 100 %.", "GLS 1.0, 3.2.1.8", Error}
	ruleHbA1c      = Rule{"implausible_hba1c", "HbA1c lies between 0 and 100 %.", "", Warning}
	ruleCarb       = Rule{"implausible_carbohydrate", "A meal has at most a kilogram of carbohydrate.", "", Warning}
	ruleCGMOffset  = Rule{"time_offset_order", "Time offsets of a session rise from record to record.", "CGMS 1.0, 3.1.1.4", Error}
	ruleCGMQuality = Rule{"quality_above_100", "The quality of a CGM value lies between 0 and 100 %.", "CGMS 1.0, 3.1.1.7", Error}

	ruleWeight      = Rule{"implausible_weight", "A weight is one that a living adult can have.", "", Warning}
	ruleHeight      = Rule{"implausible_height", "A height is one that a living adult can have.", "", Warning}
	ruleBMI         = Rule{"bmi_inconsistent", "The body mass index is weight by height squared.", "WSS 1.0, 3.2.1.5", Warning}
	ruleBodyFat     = Rule{"implausible_body_fat", "Body fat is at most 100 %.", "", Warning}
	ruleBodyPackets = Rule{"multi_packet_incomplete", "A measurement in several packets has two of them, one after the other.", "BCS 1.0, 3.2.1.1", Error}
	ruleBodyTwice   = Rule{"multi_packet_field_repeated", "No field is in both packets of a measurement.", "BCS 1.0, 3.2.1.1", Warning}
)

func temperatureFrame(s *session, m gatt.TemperatureMeasurement) {
	unit := vitals.UnitCelsius
	if m.Fahrenheit {
		unit = vitals.UnitFahrenheit
	}
	rule := ruleTemperature
	if looksIEEE754(s.capture) {
		s.find(ruleIEEE754, "Temperature", 1, "makes sense as IEEE 754 only")
	} else {
		value, absent := m.Value.Decimal()
		s.value("Temperature", 1, value, absent, vitals.BodyTemperature, unit, rule)
	}
	if m.HasTimestamp {
		s.clock("Timestamp", 5, m.Timestamp)
	}
}

func temperatureSequence(s *session, m gatt.TemperatureMeasurement) {
	before, ok := previous[gatt.TemperatureMeasurement](s)
	if ok && before.HasTimestamp && m.HasTimestamp {
		s.order("Timestamp", 5, before.Timestamp, m.Timestamp)
	}
}

func intermediateFrame(s *session, m gatt.IntermediateTemperature) {
	temperatureFrame(s, gatt.TemperatureMeasurement(m))
}

// glucoseMemory is what the records of a meter so far say about the next.
type glucoseMemory struct {
	seen    bool
	last    uint16
	waiting bool // for the context of last
	frame   int
	capture Capture
}

func glucoseFrame(s *session, m bgm.Measurement) {
	s.clock("BaseTime", 3, m.BaseTime)
	at := 10
	if m.HasTimeOffset {
		at += 2
	}
	beyond := m.Status&(bgm.ResultTooHigh|bgm.ResultTooLow) != 0
	if m.HasConcentration {
		value, absent := m.Concentration.Decimal()
		unit := vitals.UnitMgPerDL
		if value.Exp += 5; m.Molar {
			value.Exp -= 2
			unit = vitals.UnitMmolPerL
		}
		s.value("Concentration", at, value, absent, vitals.GlucoseGeneric, unit, ruleGlucose)
		if beyond && absent == 0 {
			s.find(ruleHighLow, "Concentration", at, "has a number though the status says that it is beyond the range")
		}
		if (m.Type == bgm.SampleControlSolution) != (m.Location == bgm.LocationControl) && m.Location != bgm.LocationNotAvailable {
			s.find(ruleControl, "SampleLocation", at+2, "and Type do not both say control solution")
		}
		at += 3
	}
	if f, ok := feature[bgm.Feature](s, bgm.UUIDFeature); ok && m.HasStatus {
		for _, p := range glucoseStatusFeatures {
			if m.Status&p.status != 0 && f&p.feature == 0 {
				s.find(ruleStatusFeature, "SensorStatus", at, "has a bit that the feature characteristic denies")
				break
			}
		}
	}
}

var glucoseStatusFeatures = [...]struct {
	status  bgm.Status
	feature bgm.Feature
}{
	{bgm.BatteryLow, bgm.FeatureLowBattery},
	{bgm.SensorMalfunction, bgm.FeatureSensorMalfunction},
	{bgm.SampleInsufficient, bgm.FeatureSampleSize},
	{bgm.StripInsertion, bgm.FeatureStripInsertion},
	{bgm.StripType, bgm.FeatureStripType},
	{bgm.ResultTooHigh | bgm.ResultTooLow, bgm.FeatureResultHighLow},
	{bgm.TooWarm | bgm.TooCold, bgm.FeatureTemperature},
	{bgm.StripPulled, bgm.FeatureReadInterrupt},
	{bgm.DeviceFault, bgm.FeatureDeviceFault},
	{bgm.TimeFault, bgm.FeatureTimeFault},
}

func glucoseSequence(s *session, m bgm.Measurement) {
	s.endGlucose()
	g := &s.glucose
	if g.seen {
		switch ahead := int16(m.Sequence - g.last); {
		case ahead == 0:
			s.find(ruleRepeated, "Sequence", 1, "is that of the record before")
		case ahead < 0:
			s.find(ruleOrder, "Sequence", 1, "is below that of the record before")
		case ahead > 1:
			s.find(ruleGap, "Sequence", 1, "leaves out records")
		}
	}
	if before, ok := previous[bgm.Measurement](s); ok {
		a, known := before.UserTime()
		if b, also := m.UserTime(); known && also && int16(m.Sequence-g.last) > 0 {
			s.order("BaseTime", 3, a, b)
		}
	}
	*g = glucoseMemory{seen: true, last: m.Sequence, waiting: m.ContextFollows, frame: s.frame, capture: s.capture}
}

// endGlucose reports a context that has not come.
func (s *session) endGlucose() {
	g := &s.glucose
	if !g.waiting {
		return
	}
	frame, capture, row := s.frame, s.capture, s.row
	s.frame, s.capture, s.row, s.at = g.frame, g.capture, find(g.capture.Characteristic), 0
	s.find(ruleNoContext, "Flags", 0, "announce a context that does not follow")
	s.frame, s.capture, s.row = frame, capture, row
	g.waiting = false
}

func contextFrame(s *session, m bgm.Context) {
	at := 3
	if m.HasExtendedFlags {
		if m.ExtendedFlags != 0 {
			s.find(ruleExtended, "ExtendedFlags", at, "are not 0")
		}
		at++
	}
	if m.HasCarbohydrate {
		value, absent := m.Carbohydrate.Decimal()
		if absent == 0 && (value.Cmp(vitals.Decimal{Coef: 1}) > 0 || value.Coef < 0) {
			s.find(ruleCarb, "Carbohydrate", at+1, "is outside 0 to 1 kg")
		}
		at += 3
	}
	if m.HasMeal {
		at++
	}
	if m.HasTester {
		at++
	}
	if m.HasExercise {
		if m.ExerciseIntensity > 100 {
			s.find(ruleIntensity, "ExerciseIntensity", at+2, "is above 100 %")
		}
		at += 3
	}
	if m.HasMedication {
		at += 3
	}
	if m.HasHbA1c {
		s.sfloat("HbA1c", at, m.HbA1c, vitals.HbA1c, vitals.UnitPercent, ruleHbA1c)
	}
}

func contextSequence(s *session, m bgm.Context) {
	g := &s.glucose
	if !g.waiting || g.last != m.Sequence {
		s.find(ruleNoMeasure, "Sequence", 1, "is that of no measurement that announced a context just before")
		return
	}
	g.waiting = false
}

func cgmFrame(s *session, m cgm.Measurement) {
	f, known := feature[cgm.Feature](s, cgm.UUIDFeature)
	if known {
		s.denied(m.CheckFeature(f.Features))
	}
	for c := range m.Records() {
		s.sfloat("Glucose", 2, c.Glucose, vitals.GlucoseISF, vitals.UnitMgPerDL, ruleGlucose)
		at := 6
		for i, has := range [...]bool{c.HasStatus, c.HasCalTemp, c.HasWarning} {
			if has {
				if known && cgmDenied(f.Features, c.Annunciation&(0xFF<<(8*i))) {
					s.find(ruleStatusFeature, "Annunciation", at, "has a bit that the feature characteristic denies")
				}
				at++
			}
		}
		if c.HasTrend {
			at += 2
		}
		if c.HasQuality {
			s.percent("Quality", at, c.Quality, ruleCGMQuality)
			at += 2
		}
		if c.HasCRC {
			at += 2
		}
		s.at += at
	}
	s.at = 0
}

// cgmDenied reports whether an annunciation has bits that no feature allows.
func cgmDenied(f cgm.Features, a cgm.Annunciation) bool {
	for _, p := range [...]struct {
		bits    cgm.Annunciation
		feature cgm.Features
	}{
		{cgm.BatteryLow, cgm.FeatureLowBattery},
		{cgm.SensorTypeIncorrect, cgm.FeatureSensorType},
		{cgm.SensorMalfunction, cgm.FeatureSensorMalfunction},
		{cgm.DeviceAlert, cgm.FeatureDeviceAlert},
		{cgm.DeviceFault, cgm.FeatureDeviceFault},
		{cgm.CalibrationNotAllowed | cgm.CalibrationRecommended | cgm.CalibrationRequired, cgm.FeatureCalibration},
		{cgm.TooWarm | cgm.TooCold, cgm.FeatureTemperature},
		{cgm.BelowPatientLow | cgm.AbovePatientHigh, cgm.FeaturePatientAlerts},
		{cgm.BelowHypo, cgm.FeatureHypoAlerts},
		{cgm.AboveHyper, cgm.FeatureHyperAlerts},
		{cgm.FallingFast | cgm.RisingFast, cgm.FeatureRateAlerts},
		{cgm.ResultTooLow | cgm.ResultTooHigh, cgm.FeatureResultHighLow},
	} {
		if a&p.bits != 0 && f&p.feature == 0 {
			return true
		}
	}
	return false
}

func cgmSequence(s *session, m cgm.Measurement) {
	var last cgm.Record
	before, seen := previous[cgm.Measurement](s)
	if seen {
		for c := range before.Records() {
			last = c
		}
	}
	b, at := s.capture.Bytes, 0
	for c := range m.Records() {
		if seen && c.TimeOffset <= last.TimeOffset && (c.TimeOffset != 0 || last.TimeOffset == 0) { // 0: a new session
			s.find(ruleCGMOffset, "TimeOffset", at+4, "is not above that of the record before")
		}
		last, seen = c, true
		at += int(b[at])
	}
}

func weightFrame(s *session, m gatt.WeightMeasurement) {
	if f, ok := feature[gatt.WeightScaleFeature](s, gatt.UUIDWeightScaleFeature); ok {
		s.denied(m.CheckFeature(uint32(f)))
	}
	if m.HasTimestamp {
		s.clock("Timestamp", 3, m.Timestamp)
	}
	if m.Weight == 0xFFFF { // unsuccessful
		return
	}
	if !vitals.BodyWeight.Plausible(m.Mass()) {
		s.find(ruleWeight, "Weight", 1, "is outside what is plausible")
	}
	if !m.HasBMI {
		return
	}
	at := 3
	if m.HasTimestamp {
		at += 7
	}
	if m.HasUser {
		at++
	}
	if !vitals.BodyHeight.Plausible(m.Stature()) {
		s.find(ruleHeight, "Height", at+2, "is outside what is plausible")
	}
	kg, metres := float64(m.Weight)*0.005, float64(m.Height)*0.001
	if m.Imperial {
		kg, metres = float64(m.Weight)*0.01*0.45359237, float64(m.Height)*0.1*0.0254
	}
	if metres > 0 {
		expected, got := kg/(metres*metres), float64(m.BMI)*0.1
		if got > expected*1.05+0.1 || got < expected*0.95-0.1 {
			s.find(ruleBMI, "BMI", at, "is not weight by height squared")
		}
	}
}

func weightSequence(s *session, m gatt.WeightMeasurement) {
	before, ok := previous[gatt.WeightMeasurement](s)
	if ok && before.HasTimestamp && m.HasTimestamp && before.User == m.User {
		s.order("Timestamp", 3, before.Timestamp, m.Timestamp)
	}
}

// bodyMemory is the first packet of a measurement in two.
type bodyMemory struct {
	open    bool
	first   body.Composition
	frame   int
	capture Capture
}

func bodyFrame(s *session, m body.Composition) {
	if m.BodyFat != 0xFFFF && m.BodyFat > 1000 {
		s.find(ruleBodyFat, "BodyFat", 2, "is above 100 %")
	}
	if m.HasTimestamp {
		s.clock("Timestamp", 4, m.Timestamp)
	}
}

func bodySequence(s *session, m body.Composition) {
	switch first := s.body; {
	case !m.Multiple:
		s.endBody()
	case !first.open:
		s.body = bodyMemory{true, m, s.frame, s.capture}
	default:
		s.body.open = false
		if bodyFields(first.first)&bodyFields(m) != 0 {
			s.find(ruleBodyTwice, "Flags", 0, "announce a field that the first packet has")
		}
	}
}

// bodyFields are the fields that only one of two packets may have, as bits.
func bodyFields(m body.Composition) (bits uint16) {
	for i, has := range [...]bool{
		m.HasTimestamp, m.HasUser, m.HasBasal, m.HasMuscle, m.HasMuscleMass, m.HasFatFreeMass, m.HasSoftLeanMass, m.HasWaterMass,
		m.HasImpedance, m.HasWeight, m.HasHeight,
	} {
		if has {
			bits |= 1 << i
		}
	}
	return bits
}

// endBody reports a first packet without a second.
func (s *session) endBody() {
	if !s.body.open {
		return
	}
	frame, capture, row := s.frame, s.capture, s.row
	s.frame, s.capture, s.row, s.at = s.body.frame, s.body.capture, find(s.body.capture.Characteristic), 0
	s.find(ruleBodyPackets, "Flags", 0, "announce a second packet that does not follow")
	s.frame, s.capture, s.row = frame, capture, row
	s.body.open = false
}
