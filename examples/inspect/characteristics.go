package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/devicetest"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// A characteristic is a payload that can be inspected: name and UUID, and how
// it decodes into fields. SFLOAT, FLOAT and those of other protocols have no UUID.
type characteristic struct {
	name, title string
	uuid        uint16
	decode      func(b []byte, h hints) (layout, error)
}

func (c characteristic) format() device.Format {
	switch c.name {
	case compactName:
		return device.Compact
	case senmlName:
		return device.SenML
	case sparkplugName:
		return device.Sparkplug(0)
	}
	return device.GATT(c.uuid)
}

// hints is what a decoder must know that the bytes do not say.
type hints struct {
	WeightScaleFeature *uint32 `json:"weight_scale_feature"`
	DeviceTimeFeatures *uint16 `json:"device_time_features"`
	IDDFeatures        *uint32 `json:"idd_features"`
	// Service is the UUID of the service that a control point belongs to.
	Service string `json:"service"`
	// Direction of a control point: from_device, to_device, or "" if nobody knows.
	Direction string `json:"-"`
}

var characteristics = slices.Concat(
	basicCharacteristics, bodyCharacteristics(), timeCharacteristics(), userCharacteristics(), cgmCharacteristics(),
	newCharacteristics(),
)

var basicCharacteristics = []characteristic{
	gattCharacteristic(clock.UUIDDateTime, clock.ParseDateTime, dateTime),
	gattCharacteristic(bgm.UUIDMeasurement, bgm.ParseMeasurement, glucose),
	gattCharacteristic(gatt.UUIDBatteryLevel, gatt.ParseBatteryLevel, batteryLevel),
	gattCharacteristic(gatt.UUIDTemperatureMeasurement, gatt.ParseTemperatureMeasurement, temperature),
	gattCharacteristic(gatt.UUIDIntermediateTemperature, gatt.ParseIntermediateTemperature, intermediateTemperature),
	gattCharacteristic(gatt.UUIDSystemID, gatt.ParseSystemID, systemID),
	gattCharacteristic(gatt.UUIDModelNumber, gatt.ParseDeviceText, deviceText),
	gattCharacteristic(gatt.UUIDSerialNumber, gatt.ParseDeviceText, deviceText),
	gattCharacteristic(gatt.UUIDFirmwareRevision, gatt.ParseDeviceText, deviceText),
	gattCharacteristic(gatt.UUIDHardwareRevision, gatt.ParseDeviceText, deviceText),
	gattCharacteristic(gatt.UUIDSoftwareRevision, gatt.ParseDeviceText, deviceText),
	gattCharacteristic(gatt.UUIDManufacturerName, gatt.ParseDeviceText, deviceText),
	gattCharacteristic(bgm.UUIDContext, bgm.ParseContext, glucoseContext),
	gattCharacteristic(gatt.UUIDBloodPressureMeasurement, gatt.ParseBloodPressureMeasurement, bloodPressure),
	gattCharacteristic(gatt.UUIDIntermediateCuffPressure, gatt.ParseIntermediateCuffPressure, cuffPressure),
	gattCharacteristic(gatt.UUIDHeartRateMeasurement, gatt.ParseHeartRateMeasurement, heartRate),
	gattCharacteristic(gatt.UUIDPnPID, gatt.ParsePnPID, pnpID),
	gattCharacteristic(gatt.UUIDPLXSpotCheck, gatt.ParsePLXSpotCheck, plxSpotCheck),
	gattCharacteristic(gatt.UUIDPLXContinuous, gatt.ParsePLXContinuous, plxContinuous),
	ofGATT(gatt.UUIDWeightMeasurement, decodeWeight),
	{"SFLOAT", "IEEE 11073 SFLOAT, 16 bits", 0, decodeSFloat},
	{"FLOAT", "IEEE 11073 FLOAT, 32 bits", 0, decodeFloat},
	compactPayload,
	senmlPayload,
	sparkplugPayload,
}

// find takes a name as people write it: 2A37, 0x2a37, gatt/2A37.
func find(name string) (characteristic, error) {
	short := strings.ToUpper(strings.TrimPrefix(strings.TrimPrefix(name, "gatt/"), "0x"))
	i := slices.IndexFunc(characteristics, func(c characteristic) bool { return c.name == short })
	if i < 0 {
		return characteristic{}, fmt.Errorf("unknown characteristic %q: run inspect without arguments for the list", name)
	}
	return characteristics[i], nil
}

// gattCharacteristic joins the parser of a wire type with the function that
// lays the type out.
func gattCharacteristic[M any](
	uuid uint16, parse func([]byte) (M, error), lay func(*layout, M),
) characteristic {
	decode := func(b []byte, _ hints) (layout, error) {
		m, err := parse(b)
		l := layout{bytes: b}
		lay(&l, m)
		return l, err
	}
	return ofGATT(uuid, decode)
}

// ofGATT is a characteristic with the name that the conformance kit has for it.
func ofGATT(uuid uint16, decode func(b []byte, h hints) (layout, error)) characteristic {
	c := devicetest.Characteristic(uuid)
	return characteristic{c.UUID(), c.Title(), uuid, decode}
}

func dateTime(l *layout, d clock.DateTime) { l.dateTime("timestamp", d) }

func glucose(l *layout, m bgm.Measurement) {
	l.flags("time offset", "concentration, type and location", "mol/L", "sensor status", "context follows")
	l.also("context_follows", m.ContextFollows, "")
	l.number(2, "sequence", uint64(m.Sequence))
	l.dateTime("base_time", m.BaseTime)
	if m.HasTimeOffset {
		l.add(2, "time_offset_min", m.TimeOffset, "")
	}
	if t, ok := m.UserTime(); ok {
		l.also("user_facing_time", t.String(), "base time and offset")
	}
	if m.HasConcentration {
		name := "concentration_kg_per_L"
		if m.Molar {
			name = "concentration_mol_per_L"
		}
		l.sfloat(name, m.Concentration)
		l.named(1, "sample_type", uint64(m.Type), m.Type)
		l.named(0, "sample_location", uint64(m.Location), m.Location)
	}
	if m.HasStatus {
		l.named(2, "sensor_status", uint64(m.Status), m.Status)
	}
}

func batteryLevel(l *layout, level gatt.BatteryLevel) { l.number(1, "level_pct", uint64(level)) }

func temperature(l *layout, m gatt.TemperatureMeasurement) {
	l.flags("°F", "date-time", "site")
	name := "temperature_Cel"
	if m.Fahrenheit {
		name = "temperature_degF"
	}
	l.float(name, m.Value)
	if m.HasTimestamp {
		l.dateTime("timestamp", m.Timestamp)
	}
	if m.HasType {
		l.named(1, "temperature_type", uint64(m.Type), m.Type)
	}
}

func intermediateTemperature(l *layout, m gatt.IntermediateTemperature) {
	temperature(l, gatt.TemperatureMeasurement(m))
}

func systemID(l *layout, id gatt.SystemID) {
	l.number(5, "manufacturer_identifier", id.Manufacturer)
	l.add(3, "oui", id.OUI, id.String())
}

func deviceText(l *layout, t gatt.DeviceText) { l.add(len(t), "text", t.Text(), "") }

func glucoseContext(l *layout, m bgm.Context) {
	l.flags("carbohydrate", "meal", "tester and health", "exercise", "medication", "litres", "HbA1c", "extended flags")
	l.number(2, "sequence", uint64(m.Sequence))
	if m.HasExtendedFlags {
		l.number(1, "extended_flags", uint64(m.ExtendedFlags))
	}
	if m.HasCarbohydrate {
		l.named(1, "carbohydrate_id", uint64(m.CarbohydrateID), m.CarbohydrateID)
		l.sfloat("carbohydrate_kg", m.Carbohydrate)
	}
	if m.HasMeal {
		l.named(1, "meal", uint64(m.Meal), m.Meal)
	}
	if m.HasTester {
		l.named(1, "tester", uint64(m.Tester), m.Tester)
		l.named(0, "health", uint64(m.Health), m.Health)
	}
	if m.HasExercise {
		l.number(2, "exercise_duration_s", uint64(m.ExerciseDuration))
		l.number(1, "exercise_intensity_pct", uint64(m.ExerciseIntensity))
	}
	if m.HasMedication {
		l.named(1, "medication_id", uint64(m.MedicationID), m.MedicationID)
		name := "medication_kg"
		if m.Litres {
			name = "medication_L"
		}
		l.sfloat(name, m.Medication)
	}
	if m.HasHbA1c {
		l.sfloat("hba1c_pct", m.HbA1c)
	}
}

func bloodPressure(l *layout, m gatt.BloodPressureMeasurement) {
	unit := cuffFlags(l, m.KPa)
	l.sfloat("systolic_"+unit, m.Systolic)
	l.sfloat("diastolic_"+unit, m.Diastolic)
	l.sfloat("map_"+unit, m.Mean)
	cuffDetails(l, m)
}

func cuffPressure(l *layout, m gatt.IntermediateCuffPressure) {
	l.sfloat("cuff_pressure_"+cuffFlags(l, m.KPa), m.Pressure)
	l.sfloat("unused_1", m.Unused[0])
	l.sfloat("unused_2", m.Unused[1])
	cuffDetails(l, gatt.BloodPressureMeasurement{
		Timestamp: m.Timestamp, PulseRate: m.PulseRate, User: m.User, Status: m.Status,
		HasTimestamp: m.HasTimestamp, HasPulseRate: m.HasPulseRate, HasUser: m.HasUser, HasStatus: m.HasStatus,
	})
}

func cuffFlags(l *layout, kPa bool) (unit string) {
	l.flags("kPa", "date-time", "pulse rate", "user", "status")
	if kPa {
		return "kPa"
	}
	return "mmHg"
}

func cuffDetails(l *layout, m gatt.BloodPressureMeasurement) {
	if m.HasTimestamp {
		l.dateTime("timestamp", m.Timestamp)
	}
	if m.HasPulseRate {
		l.sfloat("pulse_rate_bpm", m.PulseRate)
	}
	if m.HasUser {
		l.add(1, "user_id", m.User, unknownUser(m.User))
	}
	if m.HasStatus {
		l.named(2, "measurement_status", uint64(m.Status), m.Status)
	}
}

func unknownUser(id uint8) string {
	if id == 0xFF {
		return "unknown user"
	}
	return ""
}

func heartRate(l *layout, m gatt.HeartRateMeasurement) {
	l.flags("16-bit rate", "contact", "contact supported", "energy", "RR intervals")
	var contact any
	if m.Contact.Supported() {
		contact = m.Contact == gatt.ContactGood
	}
	l.also("contact_supported", m.Contact.Supported(), "")
	l.also("contact_detected", contact, m.Contact.String())
	size := 1
	if m.Wide {
		size = 2
	}
	l.number(size, "heart_rate_bpm", uint64(m.BPM))
	if m.HasEnergy {
		l.number(2, "energy_expended_kJ", uint64(m.Energy))
	}
	if m.RR.Sent() {
		rr := slices.AppendSeq([]uint16{}, m.RR.Raw())
		l.add(2*len(rr), "rr_1024s", rr, "")
	}
}

func pnpID(l *layout, id gatt.PnPID) {
	l.named(1, "vendor_id_source", uint64(id.Source), id.Source)
	l.number(2, "vendor_id", uint64(id.Vendor))
	l.number(2, "product_id", uint64(id.Product))
	l.number(2, "product_version", uint64(id.Version))
}

func plxSpotCheck(l *layout, m gatt.PLXSpotCheck) {
	l.flags("date-time", "measurement status", "device and sensor status", "pulse amplitude", "clock not set")
	l.also("device_clock_not_set", m.ClockNotSet, "")
	plxValues(l, "", m.PLXValues)
	if m.HasTimestamp {
		l.dateTime("timestamp", m.Timestamp)
	}
	plxDetails(l, m.PLXDetails)
}

func plxContinuous(l *layout, m gatt.PLXContinuous) {
	l.flags("fast", "slow", "measurement status", "device and sensor status", "pulse amplitude")
	plxValues(l, "", m.PLXValues)
	if m.HasFast {
		plxValues(l, "fast_", m.Fast)
	}
	if m.HasSlow {
		plxValues(l, "slow_", m.Slow)
	}
	plxDetails(l, m.PLXDetails)
}

func plxValues(l *layout, infix string, v gatt.PLXValues) {
	l.sfloat("spo2_"+infix+"pct", v.SpO2)
	l.sfloat("pulse_rate_"+infix+"bpm", v.PulseRate)
}

func plxDetails(l *layout, d gatt.PLXDetails) {
	if d.HasStatus {
		l.named(2, "measurement_status", uint64(d.Status), d.Status)
	}
	if d.HasSensor {
		l.named(3, "device_sensor_status", uint64(d.Sensor), d.Sensor)
	}
	if d.HasAmplitude {
		l.sfloat("pulse_amplitude_index_pct", d.Amplitude)
	}
}

// decodeWeight also holds the frame against the feature characteristic.
func decodeWeight(b []byte, h hints) (layout, error) {
	m, err := gatt.ParseWeightMeasurement(b)
	l := layout{bytes: b}
	weight(&l, m)
	if err == nil && h.WeightScaleFeature != nil {
		err = m.CheckFeature(*h.WeightScaleFeature)
	}
	return l, err
}

func weight(l *layout, m gatt.WeightMeasurement) {
	l.flags("pounds and inches", "date-time", "user", "BMI and height")
	mass, length := "weight_kg", "height_m"
	if m.Imperial {
		mass, length = "weight_lb", "height_in"
	}
	l.quantity(2, mass, m.Mass())
	if m.HasTimestamp {
		l.dateTime("timestamp", m.Timestamp)
	}
	if m.HasUser {
		l.add(1, "user_id", m.User, unknownUser(m.User))
	}
	if m.HasBMI {
		l.quantity(2, "bmi_kg_per_m2", m.BodyMassIndex())
		l.quantity(2, length, m.Stature())
	}
}

func decodeSFloat(b []byte, _ hints) (layout, error) {
	bits, err := word("SFLOAT", b, 2)
	l := layout{bytes: b}
	l.sfloat("value", medfloat.SFloat(bits))
	l.parts(medfloat.SFloat(bits).Decimal())
	return l, err
}

func decodeFloat(b []byte, _ hints) (layout, error) {
	bits, err := word("FLOAT", b, 4)
	l := layout{bytes: b}
	l.float("value", medfloat.Float(bits))
	l.parts(medfloat.Float(bits).Decimal())
	return l, err
}

// parts appends what a word is made of, if it is a number.
func (l *layout) parts(d vitals.Decimal, absent vitals.Quality) {
	if absent == 0 {
		l.also("mantissa", d.Coef, "")
		l.also("exponent", d.Exp, "")
	}
}

// word reads n little-endian bytes and no more.
func word(name string, b []byte, n int) (bits uint32, err error) {
	switch {
	case len(b) < n:
		return 0, &device.DecodeError{Type: name, Field: "Value", Ref: "IEEE 11073-20601, Annex F.8", Err: device.ErrTruncated}
	case len(b) > n:
		err = &device.DecodeError{Type: name, Offset: n, Ref: "IEEE 11073-20601, Annex F.8", Err: device.ErrTrailing}
	}
	for i, v := range b[:n] {
		bits |= uint32(v) << (8 * i)
	}
	return bits, err
}
