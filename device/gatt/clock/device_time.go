package clock

import (
	"encoding/binary"
	"time"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// The UUIDs of the Device Time Service 1.0.
const (
	UUIDDeviceTimeFeature    = 0x2B8E
	UUIDDeviceTimeParameters = 0x2B8F
	UUIDDeviceTime           = 0x2B90
)

// DeviceTimeFeatures is what the clock of a device can do, as sent. Reserved
// bits are kept. The other values of the service cannot be read without it.
type DeviceTimeFeatures uint16

// The features.
const (
	DTE2ECRC                DeviceTimeFeatures = 1 << 0
	DTChangeLogging         DeviceTimeFeatures = 1 << 1
	DTSecondFractions       DeviceTimeFeatures = 1 << 2
	DTDisplayed             DeviceTimeFeatures = 1 << 3
	DTDisplayedFormats      DeviceTimeFeatures = 1 << 4
	DTFormatsChangeable     DeviceTimeFeatures = 1 << 5
	DTUserTimeline          DeviceTimeFeatures = 1 << 6
	DTAuthorization         DeviceTimeFeatures = 1 << 7
	DTDriftTracking         DeviceTimeFeatures = 1 << 8
	DTEpoch1900             DeviceTimeFeatures = 1 << 9
	DTEpoch2000             DeviceTimeFeatures = 1 << 10
	DTProposeNonLoggedLimit DeviceTimeFeatures = 1 << 11
	DTRetrieveAdjustments   DeviceTimeFeatures = 1 << 12
)

var deviceTimeFeatureNames = [...]string{
	"E2E-CRC", "time change logging", "second fractions", "time displayed", "displayed formats", "formats changeable",
	"user timeline", "authorization required", "drift tracking", "epoch 1900", "epoch 2000", "propose non-logged limit",
	"retrieve active adjustments",
}

// String lists the features in words.
func (f DeviceTimeFeatures) String() string { return att.NamesOf(deviceTimeFeatureNames[:], uint32(f)) }

// DeviceTimeFeature is characteristic 0x2B8E (Device Time Service 1.0).
//
//	 0      0 or 2
//	+------+-----------+
//	| CRC? | features  |
//	+------+-----------+
//
// A value of four bytes has the E2E-CRC. The service wants it there exactly if
// [DTE2ECRC] is set; a value of two bytes is accepted whatever it says, as the
// only samples known leave the CRC out.
//
// single-source layout: bluetooth-sig-python@27bdb3d after DTS 1.0.
type DeviceTimeFeature struct {
	Features DeviceTimeFeatures
	HasCRC   bool
}

const dtsRef = "DTS 1.0, 3"

// ParseDeviceTimeFeature decodes b.
func ParseDeviceTimeFeature(b []byte) (DeviceTimeFeature, error) {
	r := att.NewReader(b)
	m := DeviceTimeFeature{HasCRC: len(b) == 4}
	if m.HasCRC {
		r.LeadingCRC(b)
	}
	m.Features = DeviceTimeFeatures(r.Uint16("Features"))
	return m, r.Finish(0, "DeviceTimeFeature", dtsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m DeviceTimeFeature) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	b = att.ReserveCRC(b, m.HasCRC)
	b = binary.LittleEndian.AppendUint16(b, uint16(m.Features))
	return att.LeadCRC(b, start, m.HasCRC), nil
}

// DeviceTimeParameters is characteristic 0x2B8F (Device Time Service 1.0,
// Table 3.4): how well a clock keeps time. What it holds depends on the
// features alone.
//
//	 0      0 or 2       ?         ?        ?                ?
//	+------+------------+---------+--------+----------------+----------------+
//	| CRC? | resolution | drift ? | days ? | non-logged   ? | formats ?      |
//	+------+------------+---------+--------+----------------+----------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d after DTS 1.0.
type DeviceTimeParameters struct {
	Features       DeviceTimeFeatures // of the device: they decide which fields there are
	Resolution     uint16             // of the clock, 1/65536 s; 0: unknown
	MaxDrift       uint16             // s until the clock counts as not synchronized; with DTDriftTracking
	MaxDays        uint16             // d without synchronisation until the same; with DTDriftTracking
	NonLoggedLimit uint16             // s by which the clock may be set without a log entry; with DTChangeLogging
	Formats        uint16             // of the display, as sent; with DTDisplayedFormats
}

// ParseDeviceTimeParameters decodes b, from a device with these features.
func ParseDeviceTimeParameters(b []byte, features DeviceTimeFeatures) (DeviceTimeParameters, error) {
	r := att.NewReader(b)
	m := DeviceTimeParameters{Features: features}
	if features&DTE2ECRC != 0 {
		r.LeadingCRC(b)
	}
	m.Resolution = r.Uint16("Resolution")
	if features&DTDriftTracking != 0 {
		m.MaxDrift = r.Uint16("MaxDrift")
		m.MaxDays = r.Uint16("MaxDays")
	}
	if features&DTChangeLogging != 0 {
		m.NonLoggedLimit = r.Uint16("NonLoggedLimit")
	}
	if features&DTDisplayedFormats != 0 {
		m.Formats = r.Uint16("DisplayedFormats")
	}
	return m, r.Finish(0, "DeviceTimeParameters", dtsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m DeviceTimeParameters) AppendBinary(b []byte) ([]byte, error) {
	start, crc := len(b), m.Features&DTE2ECRC != 0
	b = binary.LittleEndian.AppendUint16(att.ReserveCRC(b, crc), m.Resolution)
	if m.Features&DTDriftTracking != 0 {
		b = binary.LittleEndian.AppendUint16(b, m.MaxDrift)
		b = binary.LittleEndian.AppendUint16(b, m.MaxDays)
	}
	if m.Features&DTChangeLogging != 0 {
		b = binary.LittleEndian.AppendUint16(b, m.NonLoggedLimit)
	}
	if m.Features&DTDisplayedFormats != 0 {
		b = binary.LittleEndian.AppendUint16(b, m.Formats)
	}
	return att.LeadCRC(b, start, crc), nil
}

// DeviceTime is characteristic 0x2B90 (Device Time Service 1.0, Table 3.6):
// what the clock shows. What it holds depends on the features alone.
//
//	 0      0 or 2     4 or 6  5      6 or 8    ?            ?         ?          ?
//	+------+----------+-------+------+---------+------------+---------+----------+------------+
//	| CRC? | base     | zone  | DST  | status  | user     ? | drift ? | next   ? | fraction ? |
//	+------+----------+-------+------+---------+------------+---------+----------+------------+
//
// single-source layout: bluetooth-sig-python@27bdb3d after DTS 1.0. That the
// CRC comes first, as in the other values of the service, is inferred.
type DeviceTime struct {
	Features     DeviceTimeFeatures // of the device: they decide which fields there are
	BaseTime     uint32             // s since the start of 1900, or of 2000 if Status says so
	Zone         TimeZone
	DST          DSTOffset
	Status       DeviceTimeStatus
	UserTime     uint32 // s, as BaseTime, of what the display shows; with DTUserTimeline
	Drift        uint16 // s that the clock may be off; with DTDriftTracking
	NextSequence uint16 // of the next time change record; with DTChangeLogging
	Fraction     uint16 // 1/65536 s on top of BaseTime; with DTSecondFractions
}

// DeviceTimeStatus is the state of the clock, as sent. Reserved bits are kept.
type DeviceTimeStatus uint16

// The states.
const (
	DTTimeFault            DeviceTimeStatus = 1 << 0
	DTUTCAligned           DeviceTimeStatus = 1 << 1
	DTLocalSynchronized    DeviceTimeStatus = 1 << 2
	DTProposeUpdate        DeviceTimeStatus = 1 << 3
	DTSince2000            DeviceTimeStatus = 1 << 4
	DTNonLoggedActive      DeviceTimeStatus = 1 << 5
	DTLogConsolidateActive DeviceTimeStatus = 1 << 6
)

var deviceTimeStatusNames = [...]string{
	"time fault", "UTC aligned", "qualified local time synchronized", "asks for an update", "epoch 2000",
	"non-logged change active", "log consolidation active",
}

// String lists the states in words.
func (s DeviceTimeStatus) String() string { return att.NamesOf(deviceTimeStatusNames[:], uint32(s)) }

// ParseDeviceTime decodes b, from a device with these features.
func ParseDeviceTime(b []byte, features DeviceTimeFeatures) (DeviceTime, error) {
	r := att.NewReader(b)
	m := DeviceTime{Features: features}
	if features&DTE2ECRC != 0 {
		r.LeadingCRC(b)
	}
	m.BaseTime = r.Uint32("BaseTime")
	m.Zone = TimeZone(r.TimeZone())
	m.DST = DSTOffset(r.DSTOffset())
	m.Status = DeviceTimeStatus(r.Uint16("Status"))
	if features&DTUserTimeline != 0 {
		m.UserTime = r.Uint32("UserTime")
	}
	if features&DTDriftTracking != 0 {
		m.Drift = r.Uint16("Drift")
	}
	if features&DTChangeLogging != 0 {
		m.NextSequence = r.Uint16("NextSequence")
	}
	if features&DTSecondFractions != 0 {
		m.Fraction = r.Uint16("Fraction")
	}
	return m, r.Finish(0, "DeviceTime", dtsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m DeviceTime) AppendBinary(b []byte) ([]byte, error) {
	start, crc := len(b), m.Features&DTE2ECRC != 0
	b = binary.LittleEndian.AppendUint32(att.ReserveCRC(b, crc), m.BaseTime)
	b = binary.LittleEndian.AppendUint16(append(b, byte(m.Zone), byte(m.DST)), uint16(m.Status))
	if m.Features&DTUserTimeline != 0 {
		b = binary.LittleEndian.AppendUint32(b, m.UserTime)
	}
	if m.Features&DTDriftTracking != 0 {
		b = binary.LittleEndian.AppendUint16(b, m.Drift)
	}
	if m.Features&DTChangeLogging != 0 {
		b = binary.LittleEndian.AppendUint16(b, m.NextSequence)
	}
	if m.Features&DTSecondFractions != 0 {
		b = binary.LittleEndian.AppendUint16(b, m.Fraction)
	}
	return att.LeadCRC(b, start, crc), nil
}

// Base is the base time with its fraction. It is UTC only if [DTUTCAligned].
func (m DeviceTime) Base() time.Time {
	t := att.EpochTime(m.BaseTime, m.Status&DTSince2000 != 0)
	if m.Features&DTSecondFractions != 0 {
		t = t.Add(time.Duration(m.Fraction) * time.Second / (1 << 16))
	}
	return t
}
