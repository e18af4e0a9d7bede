package main

import (
	"fmt"
	"strings"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/body"
	"github.com/telemed-go/sdk/device/gatt/fitness"
	"github.com/telemed-go/sdk/vitals"
)

// bodyCharacteristics are the features and settings of the basic services, body
// composition, running and cycling.
func bodyCharacteristics() []characteristic {
	return []characteristic{
		gattCharacteristic(gatt.UUIDTemperatureType, gatt.ParseTemperatureType, temperatureType),
		gattCharacteristic(gatt.UUIDMeasurementInterval, gatt.ParseMeasurementInterval, measurementInterval),
		gattCharacteristic(gatt.UUIDBodySensorLocation, gatt.ParseBodySensorLocation, bodySensorLocation),
		ofGATT(gatt.UUIDHeartRateControlPoint, decodeHeartRateControl),
		gattCharacteristic(gatt.UUIDBloodPressureFeature, gatt.ParseBloodPressureFeature, bloodPressureFeature),
		gattCharacteristic(bgm.UUIDFeature, bgm.ParseFeature, glucoseFeature),
		gattCharacteristic(fitness.UUIDRSCMeasurement, fitness.ParseRSCMeasurement, running),
		gattCharacteristic(fitness.UUIDRSCFeature, fitness.ParseRSCFeature, runningFeature),
		ofGATT(fitness.UUIDSCControlPoint, decodeSCControl),
		gattCharacteristic(fitness.UUIDCSCMeasurement, fitness.ParseCSCMeasurement, cycling),
		gattCharacteristic(fitness.UUIDCSCFeature, fitness.ParseCSCFeature, cyclingFeature),
		gattCharacteristic(fitness.UUIDSensorLocation, fitness.ParseSensorLocation, sensorLocation),
		gattCharacteristic(gatt.UUIDPLXFeatures, gatt.ParsePLXFeatures, plxFeatures),
		gattCharacteristic(body.UUIDFeature, body.ParseFeature, bodyFeature),
		gattCharacteristic(body.UUIDComposition, body.ParseComposition, bodyComposition),
		gattCharacteristic(gatt.UUIDWeightScaleFeature, gatt.ParseWeightScaleFeature, weightFeature),
	}
}

func temperatureType(l *layout, t gatt.TemperatureType) { l.named(1, "temperature_type", uint64(t), t) }

func measurementInterval(l *layout, i gatt.MeasurementInterval) {
	l.named(2, "interval_s", uint64(i), i)
}

func bodySensorLocation(l *layout, p gatt.BodySensorLocation) {
	l.named(1, "body_sensor_location", uint64(p), p)
}

func decodeHeartRateControl(b []byte, h hints) (layout, error) {
	c, err := gatt.ParseHeartRateControl(b)
	l := layout{bytes: b}
	l.named(1, "command", uint64(c), c)
	return l, checkDirection(b, h, c.CheckDirection, err)
}

func bloodPressureFeature(l *layout, f gatt.BloodPressureFeature) {
	l.named(2, "features", uint64(f), f)
}

func glucoseFeature(l *layout, f bgm.Feature) { l.named(2, "features", uint64(f), f) }

func weightFeature(l *layout, f gatt.WeightScaleFeature) { l.named(4, "features", uint64(f), f) }

func bodyFeature(l *layout, f body.Feature) { l.named(4, "features", uint64(f), f) }

func plxFeatures(l *layout, f gatt.PLXFeatures) {
	l.named(2, "features", uint64(f.Features), f.Features)
	if f.Features&gatt.PLXFeatureStatus != 0 {
		l.named(2, "measurement_status_support", uint64(f.Status), f.Status)
	}
	if f.Features&gatt.PLXFeatureSensor != 0 {
		l.named(3, "device_sensor_status_support", uint64(f.Sensor), f.Sensor)
	}
}

func running(l *layout, m fitness.RSCMeasurement) {
	l.flags("stride length", "total distance", "running")
	l.also("running", m.Running, "")
	l.quantity(2, "speed_m_per_s", m.Velocity())
	l.number(1, "cadence_per_min", uint64(m.Cadence))
	if m.HasStride {
		l.number(2, "stride_length_cm", uint64(m.Stride))
	}
	if m.HasDistance {
		l.number(4, "total_distance_dm", uint64(m.Distance))
	}
}

func runningFeature(l *layout, f fitness.RSCFeature) { l.named(2, "features", uint64(f), f) }

func cycling(l *layout, m fitness.CSCMeasurement) {
	l.flags("wheel", "crank")
	if m.HasWheel {
		l.number(4, "wheel_revolutions", uint64(m.WheelRevolutions))
		l.number(2, "wheel_event_1024s", uint64(m.WheelTime))
	}
	if m.HasCrank {
		l.number(2, "crank_revolutions", uint64(m.CrankRevolutions))
		l.number(2, "crank_event_1024s", uint64(m.CrankTime))
	}
}

func cyclingFeature(l *layout, f fitness.CSCFeature) { l.named(2, "features", uint64(f), f) }

func sensorLocation(l *layout, p fitness.SensorLocation) { l.named(1, "sensor_location", uint64(p), p) }

func decodeSCControl(b []byte, h hints) (layout, error) {
	c, err := fitness.ParseSCControlPoint(b)
	l := layout{bytes: b}
	scControl(&l, c)
	return l, checkDirection(b, h, c.CheckDirection, err)
}

func scControl(l *layout, c fitness.SCControlPoint) {
	l.named(1, "opcode", uint64(c.OpCode), c.OpCode)
	switch c.OpCode {
	case fitness.SCSetCumulativeValue:
		l.number(4, "cumulative_value", uint64(c.Value))
	case fitness.SCUpdateLocation:
		l.named(1, "sensor_location", uint64(c.Location), c.Location)
	case fitness.SCResponse:
		l.named(1, "request_opcode", uint64(c.Request), c.Request)
		l.named(1, "response_code", uint64(c.Result), c.Result)
		if c.Locations.Len() > 0 {
			numbers, names := []uint8{}, []string{}
			for p := range c.Locations.All() {
				numbers, names = append(numbers, uint8(p)), append(names, p.String())
			}
			l.add(len(numbers), "sensor_locations", list(numbers), strings.Join(names, ", "))
		}
	}
}

// list keeps bytes from becoming base64 in JSON.
func list(numbers []uint8) []int {
	out := make([]int, len(numbers))
	for i, n := range numbers {
		out[i] = int(n)
	}
	return out
}

func bodyComposition(l *layout, m body.Composition) {
	mass, length := "kg", "m"
	if m.Imperial {
		mass, length = "lb", "in"
	}
	l.flags16("pounds and inches", "date-time", "user", "basal metabolism", "muscle percentage", "muscle mass", "fat-free mass",
		"soft lean mass", "body water mass", "impedance", "weight", "height", "multiple packet")
	l.also("multiple_packet", m.Multiple, "")
	l.scaled("body_fat_pct", m.BodyFat, -1, vitals.UnitPercent)
	if m.HasTimestamp {
		l.dateTime("timestamp", m.Timestamp)
	}
	if m.HasUser {
		l.add(1, "user_id", m.User, unknownUser(m.User))
	}
	if m.HasBasal {
		l.add(2, "basal_metabolism_kJ", m.Basal, vitals.UnitKJ.String())
	}
	if m.HasMuscle {
		l.scaled("muscle_pct", m.Muscle, -1, vitals.UnitPercent)
	}
	for _, v := range []struct {
		present bool
		name    string
		count   uint16
	}{
		{m.HasMuscleMass, "muscle_mass_", m.MuscleMass},
		{m.HasFatFreeMass, "fat_free_mass_", m.FatFreeMass},
		{m.HasSoftLeanMass, "soft_lean_mass_", m.SoftLeanMass},
		{m.HasWaterMass, "body_water_mass_", m.WaterMass},
	} {
		if v.present {
			l.quantity(2, v.name+mass, m.Mass(v.count))
		}
	}
	if m.HasImpedance {
		l.scaled("impedance_ohm", m.Impedance, -1, vitals.UnitOhm)
	}
	if m.HasWeight {
		l.quantity(2, "weight_"+mass, m.Mass(m.Weight))
	}
	if m.HasHeight {
		l.quantity(2, "height_"+length, m.Stature())
	}
}

// scaled appends a count of 16 bits of powers of ten of a unit.
func (l *layout) scaled(name string, count uint16, exp int8, u vitals.Unit) {
	l.quantity(2, name, u.Of(vitals.Decimal{Coef: int64(count), Exp: exp}))
}

// flags16 appends the first two bytes, with a meaning for each of their bits.
func (l *layout) flags16(meanings ...string) {
	var value uint16
	for i, v := range l.bytes[:min(2, len(l.bytes))] {
		value |= uint16(v) << (8 * i)
	}
	var set []string
	for i := range 16 {
		switch {
		case value>>i&1 == 0:
		case i < len(meanings):
			set = append(set, meanings[i])
		default:
			set = append(set, fmt.Sprintf("reserved bit %d", i))
		}
	}
	l.add(2, "flags", value, strings.Join(set, ", "))
}
