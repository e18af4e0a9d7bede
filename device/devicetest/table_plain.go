package devicetest

import (
	"encoding/hex"
	"strings"

	"github.com/telemed-go/sdk/device/gatt"
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
func deviceTimeFeatures(s *session) gatt.DeviceTimeFeatures {
	f, _ := feature[gatt.DeviceTimeFeature](s, gatt.UUIDDeviceTimeFeature)
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
		plain(gatt.UUIDBodyCompositionFeature, "BodyCompositionFeature", "Body Composition Feature", "BCS 1.0, 3.1", Verified,
			gatt.ParseBodyCompositionFeature, "ff0f0000 00200100"),
		withCRC(plain(gatt.UUIDCGMSessionStart, "CGMSessionStart", "CGM Session Start Time", "CGMS 1.0, 3.4", Verified,
			gatt.ParseCGMSessionStart, "e20704180d08180804e0c2")),
		withCRC(plain(gatt.UUIDCGMSessionRunTime, "CGMSessionRunTime", "CGM Session Run Time", "CGMS 1.0, 3.5", Verified,
			gatt.ParseCGMSessionRunTime, "020008c3")),
		plain(gatt.UUIDCGMControl, "CGMControl", "CGM Specific Ops Control Point", "CGMS 1.0, 3.6", Verified,
			gatt.ParseCGMControl, "180a40 030a8a75 1c0202a709 0601200a00321400010004"),
		plain(gatt.UUIDSCControlPoint, "SCControlPoint", "SC Control Point", "CSCS 1.0, 3.4", SingleSource,
			gatt.ParseSCControlPoint, "0100000000 02 100101"),
		plain(gatt.UUIDSensorLocation, "SensorLocation", "Sensor Location", "CSCS 1.0, 3.3", SingleSource, gatt.ParseSensorLocation, "04 05 0c"),
	}
	rows = append(rows, timeRows()...)
	rows = append(rows, userRows()...)
	rows = append(rows, newerRows()...)
	return append(rows, insulinRows()...)
}

func timeRows() []row {
	return []row{
		plain(gatt.UUIDDayOfWeek, "DayOfWeek", "Day of Week", "GSS", SingleSource, gatt.ParseDayOfWeek, "01 07 00"),
		plain(gatt.UUIDDayDateTime, "DayDateTime", "Day Date Time", "GSS", Verified, gatt.ParseDayDateTime, "e3070c190a1e2d03"),
		plain(gatt.UUIDExactTime256, "ExactTime256", "Exact Time 256", "GSS", Verified, gatt.ParseExactTime256, "e3070c190a1e2d0380"),
		plain(gatt.UUIDDSTOffset, "DSTOffset", "DST Offset", "GSS", Verified, gatt.ParseDSTOffset, "00 04 08 ff"),
		plain(gatt.UUIDTimeZone, "TimeZone", "Time Zone", "GSS", Verified, gatt.ParseTimeZone, "00 04 80"),
		plain(gatt.UUIDLocalTimeInformation, "LocalTimeInformation", "Local Time Information", "CTS 1.1, 3.2", Verified,
			gatt.ParseLocalTimeInformation, "0404 0804"),
		plain(gatt.UUIDTimeAccuracy, "TimeAccuracy", "Time Accuracy", "GSS", Verified, gatt.ParseTimeAccuracy, "00 08 fd"),
		plain(gatt.UUIDTimeSource, "TimeSource", "Time Source", "GSS", Verified, gatt.ParseTimeSource, "01 02 06"),
		plain(gatt.UUIDReferenceTime, "ReferenceTimeInformation", "Reference Time Information", "CTS 1.1, 3.3", Verified,
			gatt.ParseReferenceTimeInformation, "01020503"),
		plain(gatt.UUIDTimeUpdateControl, "TimeUpdateControl", "Time Update Control Point", "RTUS 1.0, 3.1", SingleSource,
			gatt.ParseTimeUpdateControl, "01 02"),
		plain(gatt.UUIDTimeUpdateState, "TimeUpdateState", "Time Update State", "RTUS 1.0, 3.2", SingleSource, gatt.ParseTimeUpdateState, "0000"),
		plain(gatt.UUIDCurrentTime, "CurrentTime", "Current Time", "CTS 1.1, 3.1", Verified, gatt.ParseCurrentTime, "e3070c190a1e2d038001"),
		plain(gatt.UUIDDeviceTimeFeature, "DeviceTimeFeature", "Device Time Feature", "DTS 1.0, 3.1", SingleSource,
			gatt.ParseDeviceTimeFeature, "0000 0800 1f00"),
		plain(gatt.UUIDDeviceTimeParameters, "DeviceTimeParameters", "Device Time Parameters", "DTS 1.0, 3.2", SingleSource,
			func(b []byte) (gatt.DeviceTimeParameters, error) { return gatt.ParseDeviceTimeParameters(b, 0) }, "0001").
			inContext(func(s *session, b []byte) (any, error) {
				return gatt.ParseDeviceTimeParameters(b, deviceTimeFeatures(s))
			}),
		plain(gatt.UUIDDeviceTime, "DeviceTime", "Device Time", "DTS 1.0, 3.3", SingleSource,
			func(b []byte) (gatt.DeviceTime, error) { return gatt.ParseDeviceTime(b, 0) }, "0000003004041000").
			inContext(func(s *session, b []byte) (any, error) { return gatt.ParseDeviceTime(b, deviceTimeFeatures(s)) }),
		plain(gatt.UUIDElapsedTime, "ElapsedTime", "Elapsed Time", "ETS 1.0, 3", SingleSource, gatt.ParseElapsedTime, "220001020000000604 2200010200000006040000"),
	}
}

func userRows() []row {
	rows := []row{
		plain(gatt.UUIDAge, "UserAge", "Age", "UDS 1.1, 3.2", Verified, gatt.ParseUserAge, "19 32"),
		plain(gatt.UUIDDateOfBirth, "DateOfBirth", "Date of Birth", "UDS 1.1, 3.2", Verified, gatt.ParseDateOfBirth, "00000000 e4070c1f"),
		plain(gatt.UUIDDateOfThresholdAssessment, "DateOfThresholdAssessment", "Date of Threshold Assessment", "UDS 1.1, 3.2", SingleSource,
			gatt.ParseDate, "e4070c1f"),
		plain(gatt.UUIDEmailAddress, "EmailAddress", "Email Address", "UDS 1.1, 3.2", SingleSource, gatt.ParseUserText, "6140622e63"),
		plain(gatt.UUIDFirstName, "FirstName", "First Name", "UDS 1.1, 3.2", SingleSource, gatt.ParseUserText, "41"),
		plain(gatt.UUIDLastName, "LastName", "Last Name", "UDS 1.1, 3.2", Verified, gatt.ParseUserText, "42"),
		plain(gatt.UUIDLanguage, "Language", "Language", "UDS 1.1, 3.2", SingleSource, gatt.ParseUserText, "656e"),
		plain(gatt.UUIDGender, "UserGender", "Gender", "UDS 1.1, 3.2", Verified, gatt.ParseUserGender, "00 01 02"),
		plain(gatt.UUIDSportType, "SportType", "Sport Type for Aerobic and Anaerobic Thresholds", "UDS 1.1, 3.2", SingleSource, gatt.ParseSportType, "00 01"),
		plain(gatt.UUIDDatabaseChangeIncrement, "ChangeIncrement", "Database Change Increment", "UDS 1.1, 3.2", SingleSource,
			gatt.ParseChangeIncrement, "01000000 e8030000"),
		plain(gatt.UUIDUserIndex, "UserIndex", "User Index", "UDS 1.1, 3.2", Verified, gatt.ParseUserIndex, "00 01 ff"),
		plain(gatt.UUIDDateUTC, "DateUTC", "Date UTC", "GSS", SingleSource, gatt.ParseDateUTC, "e04d00"),
		plain(gatt.UUIDUserControlPoint, "UserControlPoint", "User Control Point", "UDS 1.1, 3.3", SingleSource, gatt.ParseUserControlPoint, "02010102 200201"),
	}
	for _, d := range []struct {
		datum   gatt.UserDatum
		name    string
		title   string
		samples string
	}{
		{gatt.AerobicHeartRateLowerLimit, "AerobicHeartRateLowerLimit", "Aerobic Heart Rate Lower Limit", "3c 50"},
		{gatt.AerobicThreshold, "AerobicThreshold", "Aerobic Threshold", "78"},
		{gatt.AnaerobicHeartRateLowerLimit, "AnaerobicHeartRateLowerLimit", "Anaerobic Heart Rate Lower Limit", "8c b4"},
		{gatt.AnaerobicHeartRateUpperLimit, "AnaerobicHeartRateUpperLimit", "Anaerobic Heart Rate Upper Limit", "b4"},
		{gatt.AnaerobicThreshold, "AnaerobicThreshold", "Anaerobic Threshold", "a0"},
		{gatt.AerobicHeartRateUpperLimit, "AerobicHeartRateUpperLimit", "Aerobic Heart Rate Upper Limit", "78 a0"},
		{gatt.FatBurnHeartRateLowerLimit, "FatBurnHeartRateLowerLimit", "Fat Burn Heart Rate Lower Limit", "64 78"},
		{gatt.FatBurnHeartRateUpperLimit, "FatBurnHeartRateUpperLimit", "Fat Burn Heart Rate Upper Limit", "78 8c"},
		{gatt.HeartRateMax, "HeartRateMax", "Heart Rate Max", "96 b4"},
		{gatt.UserHeight, "UserHeight", "Height", "a500"},
		{gatt.HipCircumference, "HipCircumference", "Hip Circumference", "6400"},
		{gatt.MaxRecommendedHeartRate, "MaxRecommendedHeartRate", "Maximum Recommended Heart Rate", "a0 b4"},
		{gatt.RestingHeartRate, "RestingHeartRate", "Resting Heart Rate", "3c 46"},
		{gatt.TwoZoneHeartRateLimit, "TwoZoneHeartRateLimit", "Two Zone Heart Rate Limits", "46 5a"},
		{gatt.VO2Max, "VO2Max", "VO2 Max", "2d 3c"},
		{gatt.UserWaistCircumference, "UserWaistCircumference", "Waist Circumference", "5a00"},
		{gatt.UserWeight, "UserWeight", "Weight", "1027 983a"},
	} {
		status := SingleSource
		switch d.datum {
		case gatt.HeartRateMax, gatt.UserHeight, gatt.HipCircumference, gatt.RestingHeartRate, gatt.VO2Max, gatt.UserWaistCircumference, gatt.UserWeight:
			status = Verified
		}
		rows = append(rows, plain(uint16(d.datum), d.name, d.title, "UDS 1.1, 3.2", status, d.datum.Parse, d.samples))
	}
	for _, z := range []struct {
		scheme  gatt.ZoneScheme
		name    string
		title   string
		samples string
	}{
		{gatt.ThreeZones, "ThreeZoneHeartRateLimits", "Three Zone Heart Rate Limits", "5064"},
		{gatt.FourZones, "FourZoneHeartRateLimits", "Four Zone Heart Rate Limits", "506478"},
		{gatt.FiveZones, "FiveZoneHeartRateLimits", "Five Zone Heart Rate Limits", "46506478"},
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
		segmented(plain(gatt.UUIDRegisteredUser, "RegisteredUser", "Registered User", "UDS 1.1", SingleSource, gatt.ParseRegisteredUser, "030141")),
		plain(gatt.UUIDBatteryStatus, "BatteryStatus", "Battery Level Status", "BAS 1.1, 3", Unverified, gatt.ParseBatteryStatus, "002100 02210064 032100010064"),
		plain(gatt.UUIDUDI, "UDI", "UDI for Medical Devices", "DIS 1.2, 3", SingleSource, gatt.ParseUDI, "014100 0341004200"),
		segmented(row{
			uuid: gatt.UUIDLiveObservation, name: "LiveObservation", title: "Live Health Observations", clause: "GHS, pre-adoption",
			status: Unverified, parse: parser(gatt.ParseLiveObservation), simulate: simulateLive,
		}),
		segmented(row{
			uuid: gatt.UUIDStoredObservation, name: "StoredObservation", title: "Stored Health Observations", clause: "GHS, pre-adoption",
			status: Unverified, parse: parser(gatt.ParseStoredObservation), simulate: simulateStored,
		}),
		plain(gatt.UUIDGHSSchedule, "GHSSchedule", "Observation Schedule Changed", "GHS, pre-adoption", Unverified, gatt.ParseGHSSchedule, "a24b0200000000003c000000"),
		plain(gatt.UUIDGHSFeature, "GHSFeature", "Health Sensor Features", "GHS, pre-adoption", Unverified, gatt.ParseGHSFeature, "0000 0001a24b0200 0101a24b020001041001"),
		plain(gatt.UUIDGHSControl, "GHSControl", "GHS Control Point", "GHS, pre-adoption", Unverified, gatt.ParseGHSControl, "01 02 80"),
		plain(gatt.UUIDActivityFeature, "ActivityFeatures", "Physical Activity Monitor Features", "PAMS 1.0, 3", SingleSource,
			gatt.ParseActivityFeatures, "ff00000000000000"),
		plain(gatt.UUIDActivityInstant, "ActivityInstant", "General Activity Instantaneous Data", "PAMS 1.0, 3", SingleSource,
			gatt.ParseActivityInstant, "c0000080010001000000000001000000"),
		plain(gatt.UUIDActivitySummary, "ActivitySummary", "General Activity Summary Data", "PAMS 1.0, 3", SingleSource,
			gatt.ParseActivitySummary, "c000000000010001000000000001000000"),
		plain(gatt.UUIDCardioActivity, "CardioActivity", "CardioRespiratory Activity Instantaneous Data", "PAMS 1.0, 3", SingleSource,
			gatt.ParseCardioActivity, "0080 020048"),
		plain(gatt.UUIDCardioActivitySummary, "CardioActivitySummary", "CardioRespiratory Activity Summary Data", "PAMS 1.0, 3", SingleSource,
			gatt.ParseCardioActivitySummary, "00000000"),
		plain(gatt.UUIDStepSummary, "StepSummary", "Step Counter Activity Summary Data", "PAMS 1.0, 3", SingleSource,
			gatt.ParseStepSummary, "c000010001000000000001000000"),
		plain(gatt.UUIDSleepActivity, "SleepActivity", "Sleep Activity Instantaneous Data", "PAMS 1.0, 3", SingleSource,
			gatt.ParseSleepActivity, "0080020000"),
		plain(gatt.UUIDSleepSummary, "SleepSummary", "Sleep Activity Summary Data", "PAMS 1.0, 3", SingleSource, gatt.ParseSleepSummary, "000000"),
		plain(gatt.UUIDActivityControl, "ActivityControl", "Physical Activity Monitor Control Point", "PAMS 1.0, 3", SingleSource,
			gatt.ParseActivityControl, "01"),
		plain(gatt.UUIDActivitySession, "ActivitySession", "Physical Activity Current Session", "PAMS 1.0, 3", SingleSource,
			gatt.ParseActivitySession, "010100 03010001"),
		plain(gatt.UUIDActivityDescriptor, "ActivityDescriptor", "Physical Activity Session Descriptor", "PAMS 1.0, 3", SingleSource,
			gatt.ParseActivityDescriptor, "01000005"),
	}
}

func insulinRows() []row {
	return []row{
		plain(gatt.UUIDIDDStatusChanged, "IDDStatusChanged", "IDD Status Changed", "IDS 1.0, 3", SingleSource, gatt.ParseIDDStatusChanged, "0100"),
		plain(gatt.UUIDIDDStatus, "IDDStatus", "IDD Status", "IDS 1.0, 3", SingleSource, gatt.ParseIDDStatus, "5596640001"),
		plain(gatt.UUIDIDDAnnunciation, "IDDAnnunciationStatus", "IDD Annunciation Status", "IDS 1.0, 3", SingleSource,
			gatt.ParseIDDAnnunciationStatus, "010100660033"),
		plain(gatt.UUIDIDDFeature, "IDDFeature", "IDD Features", "IDS 1.0, 3", SingleSource, gatt.ParseIDDFeature, "ffff006400020000"),
		plain(gatt.UUIDIDDStatusReader, "IDDStatusReader", "IDD Status Reader Control Point", "IDS 1.0, 3", SingleSource,
			gatt.ParseIDDStatusReader, "3003"),
		plain(gatt.UUIDIDDCommand, "IDDCommand", "IDD Command Control Point", "IDS 1.0, 3", SingleSource, gatt.ParseIDDCommand, "8412"),
		plain(gatt.UUIDIDDCommandData, "IDDCommandData", "IDD Command Data", "IDS 1.0, 3", SingleSource, gatt.ParseIDDCommandData, "c30f"),
		plain(gatt.UUIDIDDRecordAccess, "IDDRecordAccess", "IDD Record Access Control Point", "IDS 1.0, 3", SingleSource,
			gatt.ParseIDDRecordAccess, "3333"),
		plain(gatt.UUIDIDDHistory, "IDDHistory", "IDD History Data", "IDS 1.0, 3", SingleSource, gatt.ParseIDDHistory, "0f00010000000500"),
	}
}
