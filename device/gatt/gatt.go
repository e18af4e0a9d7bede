// Package gatt decodes and encodes the health characteristics of Bluetooth
// low energy: what a heart-rate strap, a cuff, a thermometer, a pulse
// oximeter or a scale puts on air, and what they say of themselves.
//
// Every characteristic is a type with the same three functions. ParseX says
// what the bytes say and is strict: reserved flag bits, reserved numbers,
// missing and surplus bytes are errors that name field, byte and clause. The
// value returned beside an error holds all that could be read, for those who
// want to be tolerant. AppendBinary gives back the very bytes that ParseX
// accepted. AppendReadings says what they mean; it allocates nothing and keeps
// every value, however doubtful, with its [vitals.Quality].
//
// [Health] puts them together as a [device.Decoder]. It is strict; the fields of
// [HealthDecoder] make it tolerant and tell it what a model is known to do
// wrong. It decodes the packages below this one too, which hold one family of
// services each: bgm and cgm (glucose), body, ghs, fitness, insulin, activity,
// user, clock, racp (record access), segment (values in parts). To use one
// characteristic alone, call its functions; nothing but the standard library is
// needed.
//
// Device clocks have no time zone: a date is read in the location of
// [device.Frame.At], assuming that device and gateway stand in one place.
//
// # Layouts without a second source
//
// These characteristics are read as one description has them, without a packet
// of a real device to confirm it; the comment of the type names the source.
// Where even that is silent the octets are kept as sent.
//
//   - enhanced blood pressure: 0x2B34, 0x2B35, 0x2B36 (its E2E-CRC is left in the data)
//   - 0x2BED battery level status, 0x2BFF UDI
//   - all of packages insulin, activity and ghs; of package clock 0x2B8E to 0x2B90;
//     of package user 0x2B37
//
// The package talks to no radio.
package gatt

// The 16-bit UUIDs of the characteristics in this package.
const (
	UUIDBatteryLevel             = 0x2A19
	UUIDTemperatureMeasurement   = 0x2A1C
	UUIDTemperatureType          = 0x2A1D
	UUIDIntermediateTemperature  = 0x2A1E
	UUIDMeasurementInterval      = 0x2A21
	UUIDSystemID                 = 0x2A23
	UUIDModelNumber              = 0x2A24
	UUIDSerialNumber             = 0x2A25
	UUIDFirmwareRevision         = 0x2A26
	UUIDHardwareRevision         = 0x2A27
	UUIDSoftwareRevision         = 0x2A28
	UUIDManufacturerName         = 0x2A29
	UUIDRegulatoryData           = 0x2A2A
	UUIDBloodPressureMeasurement = 0x2A35
	UUIDIntermediateCuffPressure = 0x2A36
	UUIDHeartRateMeasurement     = 0x2A37
	UUIDBodySensorLocation       = 0x2A38
	UUIDHeartRateControlPoint    = 0x2A39
	UUIDBloodPressureFeature     = 0x2A49
	UUIDPnPID                    = 0x2A50
	UUIDPLXSpotCheck             = 0x2A5E
	UUIDPLXContinuous            = 0x2A5F
	UUIDPLXFeatures              = 0x2A60
	UUIDWeightMeasurement        = 0x2A9D
	UUIDWeightScaleFeature       = 0x2A9E
	UUIDEnhancedBloodPressure    = 0x2B34
	UUIDEnhancedCuffPressure     = 0x2B35
	UUIDBloodPressureRecord      = 0x2B36
	UUIDBatteryStatus            = 0x2BED
	UUIDUDI                      = 0x2BFF
)
