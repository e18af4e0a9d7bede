package devicetest

import (
	"encoding/hex"
	"strings"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/activity"
	"github.com/telemed-go/sdk/device/gatt/body"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/fitness"
	"github.com/telemed-go/sdk/device/gatt/ghs"
	"github.com/telemed-go/sdk/device/gatt/insulin"
	"github.com/telemed-go/sdk/device/gatt/user"
)

// plain is a row without rules of its own: what the decoder checks is all. Its
// simulator sends samples in turn, in hexadecimal, separated by spaces.
func plain[M any](
	uuid uint16, name, title, clause string, status Verification, parse func([]byte) (M, error), samples string,
) row {
	return row{
		uuid: uuid, name: name, title: title, clause: clause, status: status, parse: parser(parse),
		simulate: func(s *simulator) {
			s.tick()
			list := strings.Fields(samples)
			b, _ := hex.DecodeString(list[s.round%len(list)])
			s.add(uuid, octets(b))
		},
	}
}

// octets is a frame that is already encoded.
type octets []byte

// AppendBinary implements [encoding.BinaryAppender].
func (o octets) AppendBinary(b []byte) ([]byte, error) { return append(b, o...), nil }

// segmented is r with a segmentation header in its first byte.
func segmented(r row) row {
	r.segmented = true
	r.checks = append(r.checks, check{rules: []Rule{ruleSegment, ruleSegmentEnd}, run: func(*session, any) {}})
	return r
}

// withCRC is r with samples that end with a checksum.
func withCRC(r row) row {
	r.crc = true
	return r
}

// inContext is r with a parser that needs the feature characteristic.
func (r row) inContext(parse func(s *session, b []byte) (any, error)) row {
	r.parseIn = parse
	return r
}

// deviceTimeFeatures decide which fields a clock sends.
func deviceTimeFeatures(s *session) clock.DeviceTimeFeatures {
	f, _ := feature[clock.DeviceTimeFeature](s, clock.UUIDDeviceTimeFeature)
	return f.Features
}

func plainRows() []row {
	rows := []row{
		plain(gatt.UUIDTemperatureType, "TemperatureType", "Temperature Type", "HTS 1.0, 3.2", Verified, gatt.ParseTemperatureType, "03 01 07 09"),
		plain(gatt.UUIDMeasurementInterval, "MeasurementInterval", "Measurement Interval", "HTS 1.0, 3.4", Verified,
			gatt.ParseMeasurementInterval, "3c00 0100 ffff"),
		plain(gatt.UUIDBodySensorLocation, "BodySensorLocation", "Body Sensor Location", "HRS 1.0, 3.2", Verified,
			gatt.ParseBodySensorLocation, "00 01 03 06"),
		plain(gatt.UUIDHeartRateControlPoint, "HeartRateControl", "Heart Rate Control Point", "HRS 1.0, 3.3", Verified,
			gatt.ParseHeartRateControl, "01"),
		plain(body.UUIDFeature, "BodyCompositionFeature", "Body Composition Feature", "BCS 1.0, 3.1", Verified,
			body.ParseFeature, "ff0f0000 00200100"),
		withCRC(plain(cgm.UUIDSessionStart, "CGMSessionStart", "CGM Session Start Time", "CGMS 1.0, 3.4", Verified,
			cgm.ParseSessionStart, "e20704180d08180804e0c2")),
		withCRC(plain(cgm.UUIDSessionRunTime, "CGMSessionRunTime", "CGM Session Run Time", "CGMS 1.0, 3.5", Verified,
			cgm.ParseSessionRunTime, "020008c3")),
		plain(cgm.UUIDControl, "CGMControl", "CGM Specific Ops Control Point", "CGMS 1.0, 3.6", Verified,
			cgm.ParseControl, "180a40 030a8a75 1c0202a709 0601200a00321400010004"),
		plain(fitness.UUIDSCControlPoint, "SCControlPoint", "SC Control Point", "CSCS 1.0, 3.4", SingleSource,
			fitness.ParseSCControlPoint, "0100000000 02 100101"),
		plain(fitness.UUIDSensorLocation, "SensorLocation", "Sensor Location", "CSCS 1.0, 3.3", SingleSource, fitness.ParseSensorLocation, "04 05 0c"),
	}
	rows = append(rows, timeRows()...)
	rows = append(rows, userRows()...)
	rows = append(rows, newerRows()...)
	return append(rows, insulinRows()...)
}

func timeRows() []row {
	return []row{
		plain(clock.UUIDDayOfWeek, "DayOfWeek", "Day of Week", "GSS", SingleSource, clock.ParseDayOfWeek, "01 07 00"),
		plain(clock.UUIDDayDateTime, "DayDateTime", "Day Date Time", "GSS", Verified, clock.ParseDayDateTime, "e3070c190a1e2d03"),
		plain(clock.UUIDExactTime256, "ExactTime256", "Exact Time 256", "GSS", Verified, clock.ParseExactTime256, "e3070c190a1e2d0380"),
		plain(clock.UUIDDSTOffset, "DSTOffset", "DST Offset", "GSS", Verified, clock.ParseDSTOffset, "00 04 08 ff"),
		plain(clock.UUIDTimeZone, "TimeZone", "Time Zone", "GSS", Verified, clock.ParseTimeZone, "00 04 80"),
		plain(clock.UUIDLocalTimeInformation, "LocalTimeInformation", "Local Time Information", "CTS 1.1, 3.2", Verified,
			clock.ParseLocalTimeInformation, "0404 0804"),
		plain(clock.UUIDTimeAccuracy, "TimeAccuracy", "Time Accuracy", "GSS", Verified, clock.ParseTimeAccuracy, "00 08 fd"),
		plain(clock.UUIDTimeSource, "TimeSource", "Time Source", "GSS", Verified, clock.ParseTimeSource, "01 02 06"),
		plain(clock.UUIDReferenceTime, "ReferenceTimeInformation", "Reference Time Information", "CTS 1.1, 3.3", Verified,
			clock.ParseReferenceTimeInformation, "01020503"),
		plain(clock.UUIDTimeUpdateControl, "TimeUpdateControl", "Time Update Control Point", "RTUS 1.0, 3.1", SingleSource,
			clock.ParseTimeUpdateControl, "01 02"),
		plain(clock.UUIDTimeUpdateState, "TimeUpdateState", "Time Update State", "RTUS 1.0, 3.2", SingleSource, clock.ParseTimeUpdateState, "0000"),
		plain(clock.UUIDCurrentTime, "CurrentTime", "Current Time", "CTS 1.1, 3.1", Verified, clock.ParseCurrentTime, "e3070c190a1e2d038001"),
		plain(clock.UUIDDeviceTimeFeature, "DeviceTimeFeature", "Device Time Feature", "DTS 1.0, 3.1", SingleSource,
			clock.ParseDeviceTimeFeature, "0000 0800 1f00"),
		plain(clock.UUIDDeviceTimeParameters, "DeviceTimeParameters", "Device Time Parameters", "DTS 1.0, 3.2", SingleSource,
			func(b []byte) (clock.DeviceTimeParameters, error) { return clock.ParseDeviceTimeParameters(b, 0) }, "0001").
			inContext(func(s *session, b []byte) (any, error) {
				return clock.ParseDeviceTimeParameters(b, deviceTimeFeatures(s))
			}),
		plain(clock.UUIDDeviceTime, "DeviceTime", "Device Time", "DTS 1.0, 3.3", SingleSource,
			func(b []byte) (clock.DeviceTime, error) { return clock.ParseDeviceTime(b, 0) }, "0000003004041000").
			inContext(func(s *session, b []byte) (any, error) { return clock.ParseDeviceTime(b, deviceTimeFeatures(s)) }),
		plain(ghs.UUIDElapsedTime, "ElapsedTime", "Current Elapsed Time", "ETS 1.0, 3", SingleSource, ghs.ParseElapsedTime, "220001020000000604 2200010200000006040000"),
	}
}

func userRows() []row {
	rows := []row{
		plain(user.UUIDAge, "UserAge", "Age", "UDS 1.1, 3.2", Verified, user.ParseAge, "19 32"),
		plain(user.UUIDDateOfBirth, "DateOfBirth", "Date of Birth", "UDS 1.1, 3.2", Verified, user.ParseDateOfBirth, "00000000 e4070c1f"),
		plain(user.UUIDDateOfThresholdAssessment, "DateOfThresholdAssessment", "Date of Threshold Assessment", "UDS 1.1, 3.2", SingleSource,
			user.ParseDate, "e4070c1f"),
		plain(user.UUIDEmailAddress, "EmailAddress", "Email Address", "UDS 1.1, 3.2", SingleSource, user.ParseText, "6140622e63"),
		plain(user.UUIDFirstName, "FirstName", "First Name", "UDS 1.1, 3.2", SingleSource, user.ParseText, "41"),
		plain(user.UUIDLastName, "LastName", "Last Name", "UDS 1.1, 3.2", Verified, user.ParseText, "42"),
		plain(user.UUIDLanguage, "Language", "Language", "UDS 1.1, 3.2", SingleSource, user.ParseText, "656e"),
		plain(user.UUIDGender, "UserGender", "Gender", "UDS 1.1, 3.2", Verified, user.ParseGender, "00 01 02"),
		plain(user.UUIDSportType, "SportType", "Sport Type for Aerobic and Anaerobic Thresholds", "UDS 1.1, 3.2", SingleSource, user.ParseSportType, "00 01"),
		plain(user.UUIDDatabaseChangeIncrement, "ChangeIncrement", "Database Change Increment", "UDS 1.1, 3.2", SingleSource,
			user.ParseChangeIncrement, "01000000 e8030000"),
		plain(user.UUIDIndex, "UserIndex", "User Index", "UDS 1.1, 3.2", Verified, user.ParseIndex, "00 01 ff"),
		plain(user.UUIDDateUTC, "DateUTC", "Date UTC", "GSS", SingleSource, user.ParseDateUTC, "e04d00"),
		plain(user.UUIDControlPoint, "UserControlPoint", "User Control Point", "UDS 1.1, 3.3", SingleSource, user.ParseControlPoint, "02010102 200201"),
	}
	for _, d := range []struct {
		datum   user.Datum
		name    string
		title   string
		samples string
	}{
		{user.AerobicHeartRateLowerLimit, "AerobicHeartRateLowerLimit", "Aerobic Heart Rate Lower Limit", "3c 50"},
		{user.AerobicThreshold, "AerobicThreshold", "Aerobic Threshold", "78"},
		{user.AnaerobicHeartRateLowerLimit, "AnaerobicHeartRateLowerLimit", "Anaerobic Heart Rate Lower Limit", "8c b4"},
		{user.AnaerobicHeartRateUpperLimit, "AnaerobicHeartRateUpperLimit", "Anaerobic Heart Rate Upper Limit", "b4"},
		{user.AnaerobicThreshold, "AnaerobicThreshold", "Anaerobic Threshold", "a0"},
		{user.AerobicHeartRateUpperLimit, "AerobicHeartRateUpperLimit", "Aerobic Heart Rate Upper Limit", "78 a0"},
		{user.FatBurnHeartRateLowerLimit, "FatBurnHeartRateLowerLimit", "Fat Burn Heart Rate Lower Limit", "64 78"},
		{user.FatBurnHeartRateUpperLimit, "FatBurnHeartRateUpperLimit", "Fat Burn Heart Rate Upper Limit", "78 8c"},
		{user.HeartRateMax, "HeartRateMax", "Heart Rate Max", "96 b4"},
		{user.Height, "UserHeight", "Height", "a500"},
		{user.HipCircumference, "HipCircumference", "Hip Circumference", "6400"},
		{user.MaxRecommendedHeartRate, "MaxRecommendedHeartRate", "Maximum Recommended Heart Rate", "a0 b4"},
		{user.RestingHeartRate, "RestingHeartRate", "Resting Heart Rate", "3c 46"},
		{user.TwoZoneHeartRateLimit, "TwoZoneHeartRateLimit", "Two Zone Heart Rate Limits", "46 5a"},
		{user.VO2Max, "VO2Max", "VO2 Max", "2d 3c"},
		{user.WaistCircumference, "UserWaistCircumference", "Waist Circumference", "5a00"},
		{user.Weight, "UserWeight", "Weight", "1027 983a"},
	} {
		status := SingleSource
		switch d.datum {
		case user.HeartRateMax, user.Height, user.HipCircumference, user.RestingHeartRate, user.VO2Max, user.WaistCircumference, user.Weight:
			status = Verified
		}
		rows = append(rows, plain(uint16(d.datum), d.name, d.title, "UDS 1.1, 3.2", status, d.datum.Parse, d.samples))
	}
	for _, z := range []struct {
		scheme  user.ZoneScheme
		name    string
		title   string
		samples string
	}{
		{user.ThreeZones, "ThreeZoneHeartRateLimits", "Three Zone Heart Rate Limits", "5064"},
		{user.FourZones, "FourZoneHeartRateLimits", "Four Zone Heart Rate Limits", "506478"},
		{user.FiveZones, "FiveZoneHeartRateLimits", "Five Zone Heart Rate Limits", "46506478"},
	} {
		rows = append(rows, plain(uint16(z.scheme), z.name, z.title, "UDS 1.1, 3.2", SingleSource, z.scheme.Parse, z.samples))
	}
	return rows
}

// newerRows are the services for which one description was found.
func newerRows() []row {
	return []row{
		plain(gatt.UUIDRegulatoryData, "RegulatoryData", "IEEE 11073-20601 Regulatory Certification Data List", "DIS 1.1, 3.8", Unverified,
			gatt.ParseRegulatoryData, "00010006020100020a01"),
		{
			uuid: gatt.UUIDEnhancedBloodPressure, name: "EnhancedBloodPressure", title: "Enhanced Blood Pressure Measurement",
			clause: "BLS 1.1, 3", status: SingleSource, parse: parser(gatt.ParseEnhancedBloodPressure), reserved: reservedFlags{0, 0x80},
			checks:   []check{frameRules(enhancedFrame, rulePressure, ruleSystolic, ruleMean)},
			simulate: simulateEnhanced,
		},
		{
			uuid: gatt.UUIDEnhancedCuffPressure, name: "EnhancedCuffPressure", title: "Enhanced Intermediate Cuff Pressure",
			clause: "BLS 1.1, 3", status: SingleSource, parse: parser(gatt.ParseEnhancedCuffPressure), reserved: reservedFlags{0, 0x80},
			checks:   []check{frameRules(enhancedCuffFrame, rulePressure)},
			simulate: simulateEnhancedCuff,
		},
		segmented(row{
			uuid: gatt.UUIDBloodPressureRecord, name: "BloodPressureRecord", title: "Blood Pressure Record", clause: "BLS 1.1, 3",
			status: SingleSource, parse: parser(gatt.ParseBloodPressureRecord), simulate: simulateRecord,
		}),
		segmented(plain(user.UUIDRegistered, "RegisteredUser", "Registered User", "UDS 1.1", SingleSource, user.ParseRegistered, "030141")),
		plain(gatt.UUIDBatteryStatus, "BatteryStatus", "Battery Level Status", "BAS 1.1, 3", Unverified, gatt.ParseBatteryStatus, "002100 02210064 032100010064"),
		plain(gatt.UUIDUDI, "UDI", "UDI for Medical Devices", "DIS 1.2, 3", SingleSource, gatt.ParseUDI, "014100 0341004200"),
		segmented(row{
			uuid: ghs.UUIDLiveObservation, name: "LiveObservation", title: "Live Health Observations", clause: "GHS, pre-adoption",
			status: Unverified, parse: parser(ghs.ParseLiveObservation), simulate: simulateLive,
		}),
		segmented(row{
			uuid: ghs.UUIDStoredObservation, name: "StoredObservation", title: "Stored Health Observations", clause: "GHS, pre-adoption",
			status: Unverified, parse: parser(ghs.ParseStoredObservation), simulate: simulateStored,
		}),
		plain(ghs.UUIDSchedule, "GHSSchedule", "Observation Schedule Changed", "GHS, pre-adoption", Unverified, ghs.ParseSchedule, "a24b0200000000003c000000"),
		plain(ghs.UUIDFeature, "GHSFeature", "Health Sensor Features", "GHS, pre-adoption", Unverified, ghs.ParseFeature, "0000 0001a24b0200 0101a24b020001041001"),
		plain(ghs.UUIDControl, "GHSControl", "GHS Control Point", "GHS, pre-adoption", Unverified, ghs.ParseControl, "01 02 80"),
		plain(activity.UUIDFeature, "ActivityFeatures", "Physical Activity Monitor Features", "PAMS 1.0, 3", SingleSource,
			activity.ParseFeatures, "ff00000000000000"),
		plain(activity.UUIDInstant, "ActivityInstant", "General Activity Instantaneous Data", "PAMS 1.0, 3", SingleSource,
			activity.ParseInstant, "c0000080010001000000000001000000"),
		plain(activity.UUIDSummary, "ActivitySummary", "General Activity Summary Data", "PAMS 1.0, 3", SingleSource,
			activity.ParseSummary, "c000000000010001000000000001000000"),
		plain(activity.UUIDCardio, "CardioActivity", "CardioRespiratory Activity Instantaneous Data", "PAMS 1.0, 3", SingleSource,
			activity.ParseCardio, "0080 020048"),
		plain(activity.UUIDCardioSummary, "CardioActivitySummary", "CardioRespiratory Activity Summary Data", "PAMS 1.0, 3", SingleSource,
			activity.ParseCardioSummary, "00000000"),
		plain(activity.UUIDStepSummary, "StepSummary", "Step Counter Activity Summary Data", "PAMS 1.0, 3", SingleSource,
			activity.ParseStepSummary, "c000010001000000000001000000"),
		plain(activity.UUIDSleep, "SleepActivity", "Sleep Activity Instantaneous Data", "PAMS 1.0, 3", SingleSource,
			activity.ParseSleep, "0080020000"),
		plain(activity.UUIDSleepSummary, "SleepSummary", "Sleep Activity Summary Data", "PAMS 1.0, 3", SingleSource, activity.ParseSleepSummary, "000000"),
		plain(activity.UUIDControl, "ActivityControl", "Physical Activity Monitor Control Point", "PAMS 1.0, 3", SingleSource,
			activity.ParseControl, "01"),
		plain(activity.UUIDSession, "ActivitySession", "Physical Activity Current Session", "PAMS 1.0, 3", SingleSource,
			activity.ParseSession, "010100 03010001"),
		plain(activity.UUIDDescriptor, "ActivityDescriptor", "Physical Activity Session Descriptor", "PAMS 1.0, 3", SingleSource,
			activity.ParseDescriptor, "01000005"),
	}
}

func insulinRows() []row {
	return []row{
		plain(insulin.UUIDStatusChanged, "IDDStatusChanged", "IDD Status Changed", "IDS 1.0, 3", SingleSource, insulin.ParseStatusChanged, "0100"),
		plain(insulin.UUIDStatus, "IDDStatus", "IDD Status", "IDS 1.0, 3", SingleSource, insulin.ParseStatus, "5596640001"),
		plain(insulin.UUIDAnnunciation, "IDDAnnunciationStatus", "IDD Annunciation Status", "IDS 1.0, 3", SingleSource,
			insulin.ParseAnnunciationStatus, "010100660033"),
		plain(insulin.UUIDFeature, "IDDFeature", "IDD Features", "IDS 1.0, 3", SingleSource, insulin.ParseFeature, "ffff006400020000"),
		plain(insulin.UUIDStatusReader, "IDDStatusReader", "IDD Status Reader Control Point", "IDS 1.0, 3", SingleSource,
			insulin.ParseStatusReader, "3003"),
		plain(insulin.UUIDCommand, "IDDCommand", "IDD Command Control Point", "IDS 1.0, 3", SingleSource, insulin.ParseCommand, "8412"),
		plain(insulin.UUIDCommandData, "IDDCommandData", "IDD Command Data", "IDS 1.0, 3", SingleSource, insulin.ParseCommandData, "c30f"),
		plain(insulin.UUIDRecordAccess, "IDDRecordAccess", "IDD Record Access Control Point", "IDS 1.0, 3", SingleSource,
			insulin.ParseRecordAccess, "3333"),
		plain(insulin.UUIDHistory, "IDDHistory", "IDD History Data", "IDS 1.0, 3", SingleSource, insulin.ParseHistory, "0f00010000000500"),
	}
}
