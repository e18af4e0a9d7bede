package devicetest

import (
	"encoding"
	"math/rand/v2"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/body"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/fitness"
	"github.com/telemed-go/sdk/device/gatt/racp"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// Simulate makes about n frames of valid traffic of a characteristic, among
// them the frames of others that belong to it: the feature before, the context
// behind. The same seed makes the same frames. A characteristic that the kit
// does not know has none.
func Simulate(seed uint64, c Characteristic, n int) []Capture {
	row := find(c)
	if row == nil || row.simulate == nil {
		return nil
	}
	s := simulator{
		rand: rand.New(rand.NewPCG(seed, uint64(c))), //nolint:gosec // reproducible on purpose
		now:  time.Date(2026, 5, 31, 8, 0, 0, 0, time.UTC),
	}
	for s.round = 0; len(s.frames) < n; s.round++ {
		before := len(s.frames)
		if row.simulate(&s); len(s.frames) == before {
			break
		}
	}
	return s.frames
}

// simulator is a device that measures once a minute.
type simulator struct {
	rand   *rand.Rand
	now    time.Time
	round  int // how often simulate was called before
	frames []Capture
}

// tick lets a minute pass.
func (s *simulator) tick() time.Time {
	s.now = s.now.Add(time.Minute)
	return s.now
}

// add sends a frame.
func (s *simulator) add(uuid uint16, m encoding.BinaryAppender) {
	b, err := m.AppendBinary(nil)
	if err != nil {
		return // a mistake in a simulator: its test counts frames
	}
	s.frames = append(s.frames, Capture{
		Characteristic: Characteristic(uuid), Bytes: b, At: s.now,
		Device: device.Identity{Manufacturer: "telemed-go", Model: "Simulator"},
	})
}

// every is true in one of n rounds, so that all combinations come with time.
func (s *simulator) every(n int) bool { return s.round/n%2 == 1 }

// between is a number from low to high.
func (s *simulator) between(low, high int) int { return low + s.rand.IntN(high-low+1) }

// sfloat is coef × 10^exp.
func sfloat(coef, exp int) medfloat.SFloat {
	v, _ := medfloat.NewSFloat(vitals.Decimal{Coef: int64(coef), Exp: int8(exp)})
	return v
}

func simulateBattery(s *simulator) {
	s.tick()
	s.add(gatt.UUIDBatteryLevel, gatt.BatteryLevel(max(1, 100-s.round)))
}

func simulateHeartRate(s *simulator) {
	s.tick()
	bpm := s.between(55, 180)
	m := gatt.HeartRateMeasurement{BPM: uint16(bpm), Contact: gatt.ContactGood}
	if s.every(1) {
		rr := uint16(60 * 1024 / bpm)
		m.RR = gatt.NewRRIntervals(rr, rr+uint16(s.between(0, 20)))
	}
	if s.every(2) {
		m.HasEnergy, m.Energy = true, uint16(s.round)
	}
	if s.every(4) {
		m.Contact = gatt.ContactLost
	}
	if s.round == 13 {
		m.BPM, m.Wide, m.RR = 260, true, gatt.RRIntervals{}
	}
	s.add(gatt.UUIDHeartRateMeasurement, m)
}

func simulateBloodPressure(s *simulator) {
	if s.round == 0 {
		s.add(gatt.UUIDBloodPressureFeature, gatt.BloodPressureFeature(0x1F))
	}
	systolic, diastolic := s.between(100, 180), s.between(55, 95)
	m := gatt.BloodPressureMeasurement{
		Systolic: sfloat(systolic, 0), Diastolic: sfloat(diastolic, 0), Mean: sfloat((systolic+2*diastolic)/3, 0),
		HasTimestamp: true, Timestamp: clock.DateTimeOf(s.tick()),
	}
	if m.KPa = s.every(8); m.KPa {
		m.Systolic, m.Diastolic, m.Mean = sfloat(160, -1), sfloat(105, -1), sfloat(123, -1)
	}
	if m.HasPulseRate = s.every(1); m.HasPulseRate {
		m.PulseRate = sfloat(s.between(50, 120), 0)
	}
	if m.HasUser = s.every(2); m.HasUser {
		m.User = 0
	}
	if m.HasStatus = s.every(4); m.HasStatus {
		m.Status = gatt.BPIrregularPulse
	}
	if s.round == 7 { // a failed inflation
		m.Systolic, m.Diastolic, m.Mean, m.PulseRate = medfloat.SNaN, medfloat.SNaN, medfloat.SNaN, medfloat.SNaN
		m.HasStatus, m.Status = true, gatt.BPBodyMovement
	}
	s.add(gatt.UUIDBloodPressureMeasurement, m)
}

func simulateCuffPressure(s *simulator) {
	s.tick()
	m := gatt.IntermediateCuffPressure{
		Pressure: sfloat(180-10*(s.round%15), 0), Unused: [2]medfloat.SFloat{medfloat.SNaN, medfloat.SNaN},
	}
	if m.HasPulseRate = s.every(1); m.HasPulseRate {
		m.PulseRate = sfloat(s.between(50, 120), 0)
	}
	s.add(gatt.UUIDIntermediateCuffPressure, m)
}

var allPLXFeatures = gatt.PLXFeatures{Features: 0x7F, Status: 0xFFE0, Sensor: 0xFFFF}

func (s *simulator) plxValues() gatt.PLXValues {
	return gatt.PLXValues{SpO2: sfloat(s.between(880, 999), -1), PulseRate: sfloat(s.between(50, 150), 0)}
}

func (s *simulator) plxDetails() (d gatt.PLXDetails) {
	if d.HasStatus = s.every(1); d.HasStatus {
		d.Status = gatt.PLXValidated
	}
	if d.HasSensor = s.every(2); d.HasSensor {
		d.Sensor = gatt.PLXSensor(1 << s.rand.IntN(16))
	}
	if d.HasAmplitude = s.every(4); d.HasAmplitude {
		d.Amplitude = sfloat(s.between(5, 99), -1)
	}
	return d
}

func simulatePLXSpotCheck(s *simulator) {
	if s.round == 0 {
		s.add(gatt.UUIDPLXFeatures, allPLXFeatures)
	}
	s.add(gatt.UUIDPLXSpotCheck, gatt.PLXSpotCheck{
		PLXValues: s.plxValues(), HasTimestamp: true, Timestamp: clock.DateTimeOf(s.tick()), PLXDetails: s.plxDetails(),
	})
}

func simulatePLXContinuous(s *simulator) {
	if s.round == 0 {
		s.add(gatt.UUIDPLXFeatures, allPLXFeatures)
	}
	s.tick()
	m := gatt.PLXContinuous{PLXValues: s.plxValues(), PLXDetails: s.plxDetails(), HasFast: s.every(3), HasSlow: s.every(5)}
	if m.HasFast {
		m.Fast = s.plxValues()
	}
	if m.HasSlow {
		m.Slow = s.plxValues()
	}
	s.add(gatt.UUIDPLXContinuous, m)
}

func (s *simulator) temperature() gatt.TemperatureMeasurement {
	value, _ := medfloat.NewFloat(vitals.Decimal{Coef: int64(s.between(355, 405)), Exp: -1})
	m := gatt.TemperatureMeasurement{Value: value}
	if m.Fahrenheit = s.every(8); m.Fahrenheit {
		m.Value, _ = medfloat.NewFloat(vitals.Decimal{Coef: int64(s.between(960, 1040)), Exp: -1})
	}
	if m.HasType = s.every(1); m.HasType {
		m.Type = gatt.TemperatureType(1 + s.round/2%9)
	}
	return m
}

func simulateTemperature(s *simulator) {
	m := s.temperature()
	m.HasTimestamp, m.Timestamp = true, clock.DateTimeOf(s.tick())
	s.add(gatt.UUIDTemperatureMeasurement, m)
}

func simulateIntermediate(s *simulator) {
	s.tick()
	s.add(gatt.UUIDIntermediateTemperature, gatt.IntermediateTemperature(s.temperature()))
}

func simulateGlucose(s *simulator) {
	if s.round == 0 {
		s.add(bgm.UUIDFeature, bgm.Feature(0x3FF))
	}
	m := bgm.Measurement{
		Sequence: uint16(100 + s.round), BaseTime: clock.DateTimeOf(s.tick()), HasTimeOffset: s.every(1),
		HasConcentration: true, Concentration: sfloat(s.between(40, 350), -5), Type: bgm.SampleType(1 + s.round%9), Location: bgm.LocationFinger,
		ContextFollows: s.round%3 == 2,
	}
	if m.Molar = s.every(4); m.Molar {
		m.Concentration = sfloat(s.between(30, 200), -4)
	}
	if m.HasStatus = s.every(2); m.HasStatus {
		m.Status = bgm.BatteryLow
	}
	if s.round == 5 {
		m.Type, m.Location = bgm.SampleControlSolution, bgm.LocationControl
	}
	if s.round == 9 { // beyond the range
		m.Concentration, m.HasStatus, m.Status = medfloat.SPosInf, true, bgm.ResultTooHigh
	}
	s.add(bgm.UUIDMeasurement, m)
	if m.ContextFollows {
		s.add(bgm.UUIDContext, s.context(m.Sequence))
	}
}

func (s *simulator) context(sequence uint16) bgm.Context {
	return bgm.Context{
		Sequence:        sequence,
		HasCarbohydrate: true, CarbohydrateID: bgm.CarbohydrateLunch, Carbohydrate: sfloat(s.between(10, 120), -3),
		HasMeal: s.every(1), Meal: onlyIf(s.every(1), bgm.MealAfter),
		HasTester: true, Tester: bgm.TesterSelf, Health: bgm.HealthNoIssues,
		HasExercise: s.every(2), ExerciseDuration: onlyIf[uint16](s.every(2), 1800), ExerciseIntensity: onlyIf[uint8](s.every(2), 60),
		HasMedication: true, MedicationID: bgm.MedicationRapid, Medication: sfloat(s.between(1, 20), -6), Litres: s.every(4),
		HasHbA1c: true, HbA1c: sfloat(s.between(50, 99), -1),
	}
}

// onlyIf is v, or zero where the field is not sent.
func onlyIf[T any](on bool, v T) (zero T) {
	if on {
		return v
	}
	return zero
}

// simulateContext sends contexts with the measurements that announce them.
func simulateContext(s *simulator) {
	sequence := uint16(1 + s.round)
	s.add(bgm.UUIDMeasurement, bgm.Measurement{
		Sequence: sequence, BaseTime: clock.DateTimeOf(s.tick()), ContextFollows: true,
	})
	s.add(bgm.UUIDContext, s.context(sequence))
}

func simulateRACP(s *simulator) {
	s.tick()
	s.add(racp.UUID, racp.ControlPoint{OpCode: racp.ReportCount, Operator: racp.All})
	s.add(racp.UUID, racp.ControlPoint{OpCode: racp.Count, Count: uint32(s.between(1, 500))})
	s.add(racp.UUID, racp.ControlPoint{OpCode: racp.Report, Operator: racp.AtLeast}.ByNumber(uint32(s.round)))
	s.add(racp.UUID, racp.ControlPoint{OpCode: racp.ResponseCode, Request: racp.Report, Response: racp.Success})
}

var simulatedCGM = cgm.Feature{Features: 0x1FFFF, Type: bgm.SampleInterstitialFluid, Location: cgm.LocationSubcutaneous}

func simulateCGM(s *simulator) {
	if s.round == 0 {
		s.add(cgm.UUIDFeature, simulatedCGM)
	}
	records := make([]cgm.Record, 1+s.round%2)
	for i := range records {
		c := cgm.Record{
			Glucose: sfloat(s.between(40, 400), 0), TimeOffset: uint16(10*s.round + 5*i + 5), HasCRC: true,
			HasStatus: s.every(1), HasCalTemp: s.every(2), HasWarning: s.every(3),
		}
		if c.HasStatus {
			c.Annunciation |= cgm.BatteryLow
		}
		if c.HasWarning {
			c.Annunciation |= cgm.RisingFast
		}
		if c.HasTrend = s.every(4); c.HasTrend {
			c.Trend = sfloat(s.between(-30, 30), -1)
		}
		if c.HasQuality = s.every(5); c.HasQuality {
			c.Quality = sfloat(s.between(50, 100), 0)
		}
		records[i] = c
	}
	s.tick()
	s.add(cgm.UUIDMeasurement, cgm.NewMeasurement(records...))
}

func simulateWeight(s *simulator) {
	if s.round == 0 {
		s.add(gatt.UUIDWeightScaleFeature, gatt.WeightScaleFeature(7))
	}
	m := gatt.WeightMeasurement{Weight: uint16(s.between(10000, 24000)), HasTimestamp: true, Timestamp: clock.DateTimeOf(s.tick())}
	if m.HasUser = s.every(1); m.HasUser {
		m.User = 2
	}
	if m.HasBMI = s.every(2); m.HasBMI {
		m.Height = 1750
		m.BMI = uint16(float64(m.Weight)*0.05/(1.75*1.75) + 0.5)
	}
	if m.Imperial = s.every(4); m.Imperial {
		m.HasBMI, m.BMI, m.Height = false, 0, 0
	}
	s.add(gatt.UUIDWeightMeasurement, m)
}

func simulateBody(s *simulator) {
	m := body.Composition{
		BodyFat: uint16(s.between(100, 400)), HasTimestamp: true, Timestamp: clock.DateTimeOf(s.tick()),
		HasBasal: true, Basal: 6500, HasMuscle: true, Muscle: 420, HasMuscleMass: true, MuscleMass: 7000,
	}
	rest := body.Composition{
		BodyFat: m.BodyFat, HasFatFreeMass: true, FatFreeMass: 11000, HasSoftLeanMass: true, SoftLeanMass: 10000,
		HasWaterMass: true, WaterMass: 8000, HasImpedance: true, Impedance: 5000, HasWeight: true, Weight: 14000, HasHeight: true, Height: 1750,
	}
	if m.Multiple = s.every(1); m.Multiple {
		rest.Multiple = true
		s.add(body.UUIDComposition, m)
		s.add(body.UUIDComposition, rest)
		return
	}
	m.HasWeight, m.Weight, m.Imperial = true, 15000, s.every(2)
	s.add(body.UUIDComposition, m)
}

func simulateRunning(s *simulator) {
	if s.round == 0 {
		s.add(fitness.UUIDRSCFeature, fitness.RSCFeature(7))
	}
	s.tick()
	m := fitness.RSCMeasurement{Speed: uint16(s.between(200, 1500)), Cadence: uint8(s.between(60, 180)), Running: s.every(4)}
	if m.HasStride = s.every(1); m.HasStride {
		m.Stride = uint16(s.between(60, 140))
	}
	if m.HasDistance = s.every(2); m.HasDistance {
		m.Distance = uint32(1000 + 100*s.round)
	}
	s.add(fitness.UUIDRSCMeasurement, m)
}

func simulateCycling(s *simulator) {
	if s.round == 0 {
		s.add(fitness.UUIDCSCFeature, fitness.CSCFeature(3))
	}
	s.tick()
	m := fitness.CSCMeasurement{HasWheel: true, WheelRevolutions: uint32(4 * s.round), WheelTime: uint16(1000 * s.round)}
	if m.HasCrank = s.every(1); m.HasCrank {
		m.CrankRevolutions, m.CrankTime = uint16(2*s.round), uint16(900*s.round)
	}
	s.add(fitness.UUIDCSCMeasurement, m)
}
