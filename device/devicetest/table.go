package devicetest

import (
	"slices"
	"sync"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/body"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/fitness"
	"github.com/telemed-go/sdk/device/gatt/racp"
)

// Verification says how well the layout of a characteristic is known.
type Verification uint8

// The degrees. Unverified layouts are from memory or from drafts.
const (
	Unverified Verification = iota
	SingleSource
	Verified
)

// String is the degree in words.
func (v Verification) String() string {
	return [...]string{Unverified: "unverified", SingleSource: "single source", Verified: "verified"}[min(v, Verified)]
}

// row is all that the kit knows about a characteristic. Checking, simulation
// and the table in docs/gatt.md come from here.
type row struct {
	uuid   uint16
	name   string // as in Go: HeartRateMeasurement
	title  string // as the Bluetooth SIG writes it
	clause string
	status Verification
	parse  func(b []byte) (any, error)
	// parseIn, if not nil, parses frames that do not say what is in them.
	parseIn func(s *session, b []byte) (any, error)

	fields    []alias               // fields that the specification calls otherwise, with their clauses
	faults    map[device.Fault]Rule // rules in place of those for all characteristics
	checks    []check
	segmented bool // the first byte is a segmentation header

	reserved reservedFlags
	crc      bool // the last two bytes of a simulated frame are a checksum
	// simulate emits valid traffic, which may have frames of other
	// characteristics that belong to it.
	simulate func(s *simulator)
}

// reservedFlags says where reserved flag bits are.
type reservedFlags struct {
	at   int
	bits byte // 0: there are none
}

// alias is a field by the names of decoder and specification.
type alias struct{ field, name, clause string }

// A check applies some rules to a decoded frame.
type check struct {
	rules    []Rule
	sequence bool // it needs the frames before
	run      func(s *session, m any)
}

func frameRules[M any](run func(*session, M), rules ...Rule) check {
	return check{rules, false, func(s *session, m any) {
		if m, ok := m.(M); ok {
			run(s, m)
		}
	}}
}

func sequenceRules[M any](run func(*session, M), rules ...Rule) check {
	c := frameRules(run, rules...)
	c.sequence = true
	return c
}

// parser forgets the type that a parser returns.
func parser[M any](parse func([]byte) (M, error)) func([]byte) (any, error) {
	return func(b []byte) (any, error) { return parse(b) }
}

// find is the row of a characteristic, nil if there is none.
func find(c Characteristic) *row {
	rows := table()
	i, ok := slices.BinarySearchFunc(rows, uint16(c), func(r row, uuid uint16) int { return int(r.uuid) - int(uuid) })
	if !ok {
		return nil
	}
	return &rows[i]
}

// Characteristics are those that the kit knows, in the order of their UUIDs.
func Characteristics() []Characteristic {
	rows := table()
	all := make([]Characteristic, len(rows))
	for i := range rows {
		all[i] = Characteristic(rows[i].uuid)
	}
	return all
}

// tableOnce holds what table returns. It is built when it is first used and
// never changes: a variable with an initial value would depend on itself by way
// of the rules.
var tableOnce struct {
	sync.Once

	rows []row
}

// table has one row per characteristic, in the order of their UUIDs.
func table() []row {
	tableOnce.Do(func() { tableOnce.rows = buildTable() })
	return tableOnce.rows
}

func buildTable() []row {
	rows := slices.Concat(deviceRows(), cardiacRows(), metabolicRows(), activityRows(), dateTimeRows(), plainRows())
	slices.SortFunc(rows, func(a, b row) int { return int(a.uuid) - int(b.uuid) })
	return rows
}

func deviceRows() []row {
	text := func(uuid uint16, name, title, clause, value string) row {
		return row{
			uuid: uuid, name: name, title: title, clause: clause, status: Verified, parse: parser(gatt.ParseDeviceText),
			checks:   []check{frameRules(textFrame, rulePadded, ruleEmptyText, ruleControls)},
			simulate: func(s *simulator) { s.add(uuid, gatt.DeviceText(value)) },
		}
	}
	return []row{
		{
			uuid: gatt.UUIDBatteryLevel, name: "BatteryLevel", title: "Battery Level", clause: "BAS 1.0, 3.1", status: Verified,
			parse: parser(gatt.ParseBatteryLevel), faults: map[device.Fault]Rule{device.ErrReservedValue: ruleBattery},
			checks:   []check{{rules: []Rule{ruleBattery}, run: func(*session, any) {}}},
			simulate: simulateBattery,
		},
		{
			uuid: gatt.UUIDSystemID, name: "SystemID", title: "System ID", clause: "DIS 1.1, 3.7", status: Verified,
			parse: parser(gatt.ParseSystemID), checks: []check{frameRules(systemIDFrame, ruleSystemZero)},
			simulate: func(s *simulator) { s.add(gatt.UUIDSystemID, gatt.SystemID{Manufacturer: 0xFFFE010203, OUI: 0x0A0B0C}) },
		},
		text(gatt.UUIDModelNumber, "ModelNumber", "Model Number String", "DIS 1.1, 3.2", "Simulator 1"),
		text(gatt.UUIDSerialNumber, "SerialNumber", "Serial Number String", "DIS 1.1, 3.3", "0000"),
		text(gatt.UUIDFirmwareRevision, "FirmwareRevision", "Firmware Revision String", "DIS 1.1, 3.5", "1.0.0"),
		text(gatt.UUIDHardwareRevision, "HardwareRevision", "Hardware Revision String", "DIS 1.1, 3.4", "A"),
		text(gatt.UUIDSoftwareRevision, "SoftwareRevision", "Software Revision String", "DIS 1.1, 3.6", "1.0"),
		text(gatt.UUIDManufacturerName, "ManufacturerName", "Manufacturer Name String", "DIS 1.1, 3.1", "telemed-go"),
		{
			uuid: gatt.UUIDPnPID, name: "PnPID", title: "PnP ID", clause: "DIS 1.1, 3.9", status: Verified, parse: parser(gatt.ParsePnPID),
			simulate: func(s *simulator) {
				s.add(gatt.UUIDPnPID, gatt.PnPID{Source: gatt.VendorBluetooth, Vendor: 0xFFFF, Product: 1, Version: 0x0100})
			},
		},
	}
}

func cardiacRows() []row {
	cuffFields := func(clause string) []alias {
		return []alias{
			{"Flags", "Flags", clause + ".1.1"},
			{"Systolic", "Systolic", clause + ".1.2"},
			{"Diastolic", "Diastolic", clause + ".1.2"},
			{"Mean", "MeanArterialPressure", clause + ".1.2"},
			{"Pressure", "CuffPressure", clause + ".1.2"},
			{"Timestamp", "TimeStamp", clause + ".1.3"},
			{"PulseRate", "PulseRate", clause + ".1.4"},
			{"User", "UserID", clause + ".1.5"},
			{"Status", "MeasurementStatus", clause + ".1.6"},
		}
	}
	cuffRules := []Rule{rulePressure, rulePulse, rulePulseRange, ruleStatusFeature, ruleClockUnset, ruleFuture}
	plxRules := []Rule{ruleSpO2, rulePulse, ruleUnavailable, ruleStatusFeature, ruleFeature}
	return []row{
		{
			uuid: gatt.UUIDHeartRateMeasurement, name: "HeartRateMeasurement", title: "Heart Rate Measurement", clause: "HRS 1.0, 3.1",
			status: Verified, parse: parser(gatt.ParseHeartRateMeasurement), reserved: reservedFlags{0, 0xE0},
			fields: []alias{
				{"Flags", "Flags", "HRS 1.0, 3.1.1.1"},
				{"BPM", "HeartRateMeasurementValue", "HRS 1.0, 3.1.1.2"},
				{"Energy", "EnergyExpended", "HRS 1.0, 3.1.1.3"},
				{"RR", "RR-Interval", "HRS 1.0, 3.1.1.4"},
			},
			checks: []check{
				frameRules(heartRateFrame, ruleContactBit, ruleRate, ruleRateZero, ruleWide, ruleEmptyRR, ruleRR, ruleRRRate),
				sequenceRules(heartRateSequence, ruleContactChanged, ruleEnergy),
			},
			simulate: simulateHeartRate,
		},
		{
			uuid: gatt.UUIDBloodPressureMeasurement, name: "BloodPressureMeasurement", title: "Blood Pressure Measurement",
			clause: "BLS 1.1, 3.1", status: Verified, parse: parser(gatt.ParseBloodPressureMeasurement), reserved: reservedFlags{0, 0xE0},
			fields: cuffFields("BLS 1.1, 3.1"),
			checks: []check{
				frameRules(bloodPressureFrame, append(cuffRules, ruleSystolic, ruleMean, ruleSomeNaN, ruleNoReason)...),
				sequenceRules(bloodPressureSequence, ruleBackwards),
			},
			simulate: simulateBloodPressure,
		},
		{
			uuid: gatt.UUIDIntermediateCuffPressure, name: "IntermediateCuffPressure", title: "Intermediate Cuff Pressure",
			clause: "BLS 1.1, 3.2", status: Verified, parse: parser(gatt.ParseIntermediateCuffPressure), reserved: reservedFlags{0, 0xE0},
			fields:   cuffFields("BLS 1.1, 3.2"),
			checks:   []check{frameRules(cuffPressureFrame, append(cuffRules, ruleUnused)...)},
			simulate: simulateCuffPressure,
		},
		{
			uuid: gatt.UUIDBloodPressureFeature, name: "BloodPressureFeature", title: "Blood Pressure Feature", clause: "BLS 1.1, 3.3",
			status: Verified, parse: parser(gatt.ParseBloodPressureFeature),
			simulate: func(s *simulator) { s.add(gatt.UUIDBloodPressureFeature, gatt.BloodPressureFeature(0x1F)) },
		},
		{
			uuid: gatt.UUIDPLXSpotCheck, name: "PLXSpotCheck", title: "PLX Spot-Check Measurement", clause: "PLXS 1.0, 3.1", status: Verified,
			parse: parser(gatt.ParsePLXSpotCheck), reserved: reservedFlags{0, 0xE0},
			checks: []check{
				frameRules(plxSpotFrame, append(plxRules, ruleClockFlag, ruleClockUnset, ruleFuture)...),
				sequenceRules(plxSpotSequence, ruleBackwards),
			},
			simulate: simulatePLXSpotCheck,
		},
		{
			uuid: gatt.UUIDPLXContinuous, name: "PLXContinuous", title: "PLX Continuous Measurement", clause: "PLXS 1.0, 3.2", status: Verified,
			parse: parser(gatt.ParsePLXContinuous), reserved: reservedFlags{0, 0xE0},
			checks: []check{frameRules(plxContinuousFrame, plxRules...)}, simulate: simulatePLXContinuous,
		},
		{
			uuid: gatt.UUIDPLXFeatures, name: "PLXFeatures", title: "PLX Features", clause: "PLXS 1.0, 3.3", status: Verified,
			parse: parser(gatt.ParsePLXFeatures), simulate: func(s *simulator) { s.add(gatt.UUIDPLXFeatures, allPLXFeatures) },
		},
	}
}

func metabolicRows() []row {
	temperatureFields := []alias{
		{"Flags", "Flags", "HTS 1.0, 3.1.1.1"},
		{"Temperature", "TemperatureMeasurementValue", "HTS 1.0, 3.1.1.2"},
		{"Timestamp", "TimeStamp", "HTS 1.0, 3.1.1.3"},
		{"TemperatureType", "TemperatureType", "HTS 1.0, 3.1.1.4"},
	}
	return []row{
		{
			uuid: gatt.UUIDTemperatureMeasurement, name: "TemperatureMeasurement", title: "Temperature Measurement", clause: "HTS 1.0, 3.1",
			status: Verified, parse: parser(gatt.ParseTemperatureMeasurement), reserved: reservedFlags{0, 0xF8}, fields: temperatureFields,
			checks: []check{
				frameRules(temperatureFrame, ruleTemperature, ruleIEEE754, ruleClockUnset, ruleFuture),
				sequenceRules(temperatureSequence, ruleBackwards),
			},
			simulate: simulateTemperature,
		},
		{
			uuid: gatt.UUIDIntermediateTemperature, name: "IntermediateTemperature", title: "Intermediate Temperature", clause: "HTS 1.0, 3.3",
			status: SingleSource, parse: parser(gatt.ParseIntermediateTemperature), reserved: reservedFlags{0, 0xF8},
			checks: []check{frameRules(intermediateFrame, ruleTemperature, ruleIEEE754)}, simulate: simulateIntermediate,
		},
		{
			uuid: bgm.UUIDMeasurement, name: "GlucoseMeasurement", title: "Glucose Measurement", clause: "GLS 1.0, 3.1", status: Verified,
			parse: parser(bgm.ParseMeasurement), reserved: reservedFlags{0, 0xE0},
			checks: []check{
				frameRules(glucoseFrame, ruleGlucose, ruleHighLow, ruleControl, ruleClockUnset, ruleFuture, ruleStatusFeature),
				sequenceRules(glucoseSequence, ruleRepeated, ruleOrder, ruleGap, ruleNoContext, ruleBackwards),
			},
			simulate: simulateGlucose,
		},
		{
			uuid: bgm.UUIDContext, name: "GlucoseContext", title: "Glucose Measurement Context", clause: "GLS 1.0, 3.2", status: Verified,
			parse: parser(bgm.ParseContext),
			checks: []check{
				frameRules(contextFrame, ruleExtended, ruleCarb, ruleIntensity, ruleHbA1c),
				sequenceRules(contextSequence, ruleNoMeasure),
			},
			simulate: simulateContext,
		},
		{
			uuid: bgm.UUIDFeature, name: "GlucoseFeature", title: "Glucose Feature", clause: "GLS 1.0, 3.3", status: Verified,
			parse: parser(bgm.ParseFeature), simulate: func(s *simulator) { s.add(bgm.UUIDFeature, bgm.Feature(0x3FF)) },
		},
		{
			uuid: racp.UUID, name: "RACP", title: "Record Access Control Point", clause: "GLS 1.0, 3.4", status: Verified,
			parse: parser(racp.Parse), simulate: simulateRACP,
		},
		{
			uuid: cgm.UUIDMeasurement, name: "CGMMeasurement", title: "CGM Measurement", clause: "CGMS 1.0, 3.1", status: Verified,
			parse: parser(cgm.ParseMeasurement), reserved: reservedFlags{1, 0x1C}, crc: true,
			checks: []check{
				frameRules(cgmFrame, ruleGlucose, ruleCGMQuality, ruleFeature, ruleStatusFeature),
				sequenceRules(cgmSequence, ruleCGMOffset),
			},
			simulate: simulateCGM,
		},
		{
			uuid: cgm.UUIDFeature, name: "CGMFeature", title: "CGM Feature", clause: "CGMS 1.0, 3.2", status: Verified,
			parse: parser(cgm.ParseFeature), crc: true, simulate: func(s *simulator) { s.add(cgm.UUIDFeature, simulatedCGM) },
		},
		{
			uuid: cgm.UUIDStatus, name: "CGMStatus", title: "CGM Status", clause: "CGMS 1.0, 3.3", status: Verified,
			parse: parser(cgm.ParseStatus), crc: true, simulate: func(s *simulator) {
				s.add(cgm.UUIDStatus, cgm.Status{TimeOffset: uint16(s.rand.IntN(1000)), Annunciation: cgm.BatteryLow, HasCRC: true})
			},
		},
		{
			uuid: gatt.UUIDWeightMeasurement, name: "WeightMeasurement", title: "Weight Measurement", clause: "WSS 1.0, 3.2", status: Verified,
			parse: parser(gatt.ParseWeightMeasurement), reserved: reservedFlags{0, 0xF0},
			checks: []check{
				frameRules(weightFrame, ruleWeight, ruleHeight, ruleBMI, ruleFeature, ruleClockUnset, ruleFuture),
				sequenceRules(weightSequence, ruleBackwards),
			},
			simulate: simulateWeight,
		},
		{
			uuid: gatt.UUIDWeightScaleFeature, name: "WeightScaleFeature", title: "Weight Scale Feature", clause: "WSS 1.0, 3.1", status: Verified,
			parse:    parser(gatt.ParseWeightScaleFeature),
			simulate: func(s *simulator) { s.add(gatt.UUIDWeightScaleFeature, gatt.WeightScaleFeature(7)) },
		},
		{
			uuid: body.UUIDComposition, name: "BodyComposition", title: "Body Composition Measurement", clause: "BCS 1.0, 3.2",
			status: Verified, parse: parser(body.ParseComposition), reserved: reservedFlags{1, 0xE0},
			checks: []check{
				frameRules(bodyFrame, ruleBodyFat, ruleClockUnset, ruleFuture),
				sequenceRules(bodySequence, ruleBodyPackets, ruleBodyTwice),
			},
			simulate: simulateBody,
		},
	}
}

func activityRows() []row {
	return []row{
		{
			uuid: fitness.UUIDRSCMeasurement, name: "RSCMeasurement", title: "RSC Measurement", clause: "RSCS 1.0, 3.1", status: Verified,
			parse: parser(fitness.ParseRSCMeasurement), reserved: reservedFlags{0, 0xF8},
			checks: []check{frameRules(runningFrame, ruleSpeed, ruleFeature), sequenceRules(runningSequence, ruleDistance)}, simulate: simulateRunning,
		},
		{
			uuid: fitness.UUIDRSCFeature, name: "RSCFeature", title: "RSC Feature", clause: "RSCS 1.0, 3.2", status: Verified,
			parse: parser(fitness.ParseRSCFeature), simulate: func(s *simulator) { s.add(fitness.UUIDRSCFeature, fitness.RSCFeature(7)) },
		},
		{
			uuid: fitness.UUIDCSCMeasurement, name: "CSCMeasurement", title: "CSC Measurement", clause: "CSCS 1.0, 3.1", status: Verified,
			parse: parser(fitness.ParseCSCMeasurement), reserved: reservedFlags{0, 0xFC},
			checks: []check{frameRules(cyclingFrame, ruleFeature), sequenceRules(cyclingSequence, ruleCounter)}, simulate: simulateCycling,
		},
		{
			uuid: fitness.UUIDCSCFeature, name: "CSCFeature", title: "CSC Feature", clause: "CSCS 1.0, 3.2", status: Verified,
			parse: parser(fitness.ParseCSCFeature), simulate: func(s *simulator) { s.add(fitness.UUIDCSCFeature, fitness.CSCFeature(3)) },
		},
	}
}

func dateTimeRows() []row {
	return []row{
		{
			uuid: clock.UUIDDateTime, name: "DateTime", title: "Date Time", clause: "GSS 3.70", status: Verified, parse: parser(clock.ParseDateTime),
			simulate: func(s *simulator) { s.add(clock.UUIDDateTime, clock.DateTimeOf(s.tick())) },
		},
	}
}
