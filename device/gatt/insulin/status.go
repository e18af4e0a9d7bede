package insulin

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
)

// The UUIDs of the Insulin Delivery Service 1.0.
const (
	UUIDStatusChanged = 0x2B20
	UUIDStatus        = 0x2B21
	UUIDAnnunciation  = 0x2B22
	UUIDFeature       = 0x2B23
	UUIDStatusReader  = 0x2B24
	UUIDCommand       = 0x2B25
	UUIDCommandData   = 0x2B26
	UUIDRecordAccess  = 0x2B27
	UUIDHistory       = 0x2B28
)

const idsRef = "IDS 1.0, 3"

// Unprotect checks and takes away what a pump with [E2EProtection] puts
// behind every value but its features: a counter and the E2E-CRC of all before
// it. The result borrows b. Values do not tell whether they are protected: ask
// [Feature].
//
// unverified layout: the order of the two stands in the Renesas RA4W1 profile
// API document; that the CRC covers the counter is inferred.
func Unprotect(b []byte) (value []byte, counter uint8, err error) {
	n := len(b) - 3
	if n < 0 {
		return nil, 0, &device.DecodeError{Type: "IDDProtection", Field: "CRC", Offset: 0, Ref: idsRef, Err: device.ErrTruncated}
	}
	if binary.LittleEndian.Uint16(b[n+1:]) != att.CRC16(b[:n+1]) {
		return nil, 0, &device.DecodeError{Type: "IDDProtection", Field: "CRC", Offset: n + 1, Ref: idsRef, Err: device.ErrChecksum}
	}
	return b[:n:n], b[n], nil
}

// Protect appends a counter and the E2E-CRC to a value that begins at start;
// see [Unprotect].
func Protect(b []byte, start int, counter uint8) []byte {
	return att.AppendCRC(append(b, counter), start)
}

// StatusChanged is characteristic 0x2B20 (Insulin Delivery Service 1.0):
// two bytes, what has changed since the collector last reset it. Reserved bits
// are kept.
//
// single-source layout: bluetooth-sig-python@27bdb3d.
type StatusChanged uint16

// The changes.
const (
	TherapyChanged      StatusChanged = 1 << 0
	OperationalChanged  StatusChanged = 1 << 1
	ReservoirChanged    StatusChanged = 1 << 2
	AnnunciationChanged StatusChanged = 1 << 3
	TotalDailyChanged   StatusChanged = 1 << 4
	ActiveBasalChanged  StatusChanged = 1 << 5
	ActiveBolusChanged  StatusChanged = 1 << 6
	HistoryRecorded     StatusChanged = 1 << 7
)

var iddChangeNames = [...]string{
	"therapy control state", "operational state", "reservoir", "annunciation", "total daily insulin", "active basal rate",
	"active bolus", "history event recorded",
}

// ParseStatusChanged decodes b.
func ParseStatusChanged(b []byte) (StatusChanged, error) {
	r := att.NewReader(b)
	s := StatusChanged(r.Uint16("Status"))
	return s, r.Finish(0, "IDDStatusChanged", idsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (s StatusChanged) AppendBinary(b []byte) ([]byte, error) {
	return binary.LittleEndian.AppendUint16(b, uint16(s)), nil
}

// String lists the changes in words.
func (s StatusChanged) String() string { return att.NamesOf(iddChangeNames[:], uint32(s)) }

// Status is characteristic 0x2B21 (Insulin Delivery Service 1.0): what the
// pump does and how much insulin it has.
//
//	 0         1              2            4
//	+---------+--------------+------------+--------+
//	| therapy | operational  | reservoir  | flags  |
//	+---------+--------------+------------+--------+
//	flags: 0 reservoir attached
//
// single-source layout: bluetooth-sig-python@27bdb3d; the same fields stand in
// ehealthinnovation/AndroidBLEParser. Both know flag bit 0 only.
type Status struct {
	Therapy     TherapyState
	Operational OperationalState
	Reservoir   medfloat.SFloat // IU left
	Attached    bool            // there is a reservoir
	Reserved    uint8           // flag bits 1 to 7 as sent: no meaning yet, and refused by ParseStatus
}

const (
	iddAttached       = 1 << 0
	iddStatusReserved = 0xFE
)

// ParseStatus decodes b.
func ParseStatus(b []byte) (Status, error) {
	var m Status
	r := att.NewReader(b)
	m.Therapy = att.Listed8(&r, "TherapyControlState", iddTherapyStateNames)
	m.Operational = att.Listed8(&r, "OperationalState", iddOperationalStateNames)
	m.Reservoir = r.SFloat("ReservoirRemaining")
	flags := r.Uint8("Flags")
	m.Attached = flags&iddAttached != 0
	if m.Reserved = flags & iddStatusReserved; m.Reserved != 0 {
		r.Reject(device.ErrReservedBits, "Flags", r.Offset()-1)
	}
	return m, r.Finish(0, "IDDStatus", idsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m Status) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, byte(m.Therapy), byte(m.Operational))
	b = binary.LittleEndian.AppendUint16(b, uint16(m.Reservoir))
	return append(b, att.Flag(m.Attached, iddAttached)|m.Reserved&iddStatusReserved), nil
}

// AnnunciationStatus is characteristic 0x2B22 (Insulin Delivery Service
// 1.0): the alarm or message that a pump shows, if any.
//
//	 0        1            3        5         6?
//	+--------+------------+--------+---------+--------------------------+
//	| flags  | instance ? | type ? | status? | auxiliary 1? ... 5?      |
//	+--------+------------+--------+---------+--------------------------+
//	flags: 0 annunciation | 1-5 auxiliary information 1 to 5
//
// single-source layout: bluetooth-sig-python@27bdb3d.
// ehealthinnovation/AndroidBLEParser reads the status as two bytes.
type AnnunciationStatus struct {
	Instance uint16 // of the annunciation; meaningful if HasAnnunciation
	Type     AnnunciationType
	State    AnnunciationState
	// Auxiliary has what belongs to Type; what it means depends on it.
	// Meaningful where HasAuxiliary has the bit of the index.
	Auxiliary [5]uint16
	Reserved  uint8 // flag bits 6 and 7 as sent: no meaning yet, and refused by ParseAnnunciationStatus

	HasAnnunciation bool
	HasAuxiliary    uint8 // bit 0: Auxiliary[0] was sent, and so on to bit 4
}

const (
	iddHasAnnunciation      = 1 << 0
	iddAuxiliary            = 1 // where the five flags begin
	iddAuxiliaryMask        = 0x1F
	iddAnnunciationReserved = 0xC0
)

// ParseAnnunciationStatus decodes b.
func ParseAnnunciationStatus(b []byte) (AnnunciationStatus, error) {
	var m AnnunciationStatus
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.Reserved = flags & iddAnnunciationReserved
	if m.HasAnnunciation = flags&iddHasAnnunciation != 0; m.HasAnnunciation {
		m.Instance = r.Uint16("InstanceID")
		m.Type = att.Listed16(&r, "AnnunciationType", iddAnnunciationTypeNames)
		m.State = att.Listed8(&r, "AnnunciationStatus", iddAnnunciationStateNames)
	}
	m.HasAuxiliary = flags >> iddAuxiliary & iddAuxiliaryMask
	for i := range m.Auxiliary {
		if m.HasAuxiliary>>i&1 != 0 {
			m.Auxiliary[i] = r.Uint16("AuxiliaryInformation")
		}
	}
	return m, r.Finish(m.Reserved, "IDDAnnunciationStatus", idsRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (m AnnunciationStatus) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.HasAnnunciation, iddHasAnnunciation)|m.HasAuxiliary&iddAuxiliaryMask<<iddAuxiliary|
		m.Reserved&iddAnnunciationReserved)
	if m.HasAnnunciation {
		b = binary.LittleEndian.AppendUint16(b, m.Instance)
		b = binary.LittleEndian.AppendUint16(b, uint16(m.Type))
		b = append(b, byte(m.State))
	}
	for i, v := range m.Auxiliary {
		if m.HasAuxiliary>>i&1 != 0 {
			b = binary.LittleEndian.AppendUint16(b, v)
		}
	}
	return b, nil
}

// Feature is characteristic 0x2B23 (Insulin Delivery Service 1.0): what a
// pump can do. Unlike everywhere else the E2E-CRC comes first.
//
//	 0     2         3               5                8?
//	+-----+---------+---------------+----------------+------------------+
//	| CRC | counter | concentration | features (24)  | extension ? ...  |
//	+-----+---------+---------------+----------------+------------------+
//
// The top bit of the features, and of every byte of the extension, announces
// one more byte. Without [E2EProtection] the CRC is 0xFFFF and the counter 0.
//
// single-source layout: bluetooth-sig-python@27bdb3d. Extension and 0xFFFF
// stand in ehealthinnovation/AndroidBLEParser and palmarci/OpenGuardian.
type Feature struct {
	CRC           uint16          // as sent
	Counter       uint8           // E2E counter
	Concentration medfloat.SFloat // of the insulin, IU/mL
	Features      Features
	Extension     []byte // borrowed; no meaning yet
}

// Features is 24 bits of features, as sent. Reserved bits are kept.
type Features uint32

// The features.
const (
	E2EProtection   Features = 1 << 0
	BasalRate       Features = 1 << 1
	TBRAbsolute     Features = 1 << 2
	TBRRelative     Features = 1 << 3
	TBRTemplate     Features = 1 << 4
	FastBolus       Features = 1 << 5
	ExtendedBolus   Features = 1 << 6
	MultiwaveBolus  Features = 1 << 7
	BolusDelay      Features = 1 << 8
	BolusTemplate   Features = 1 << 9
	BolusActivation Features = 1 << 10
	MultipleBond    Features = 1 << 11
	ISFProfile      Features = 1 << 12
	I2CHOProfile    Features = 1 << 13
	TargetProfile   Features = 1 << 14
	InsulinOnBoard  Features = 1 << 15
	Extended        Features = 1 << 23 // a byte of extension follows
)

var iddFeatureNames = [...]string{
	"E2E protection", "basal rate", "absolute TBR", "relative TBR", "TBR template", "fast bolus", "extended bolus",
	"multiwave bolus", "bolus delay time", "bolus template", "bolus activation type", "multiple bond", "ISF profile",
	"I:CHO ratio profile", "target glucose range profile", "insulin on board", 23: "extension",
}

// String lists the features in words.
func (f Features) String() string { return att.NamesOf(iddFeatureNames[:], uint32(f)) }

const iddMoreExtension = 0x80

// ParseFeature decodes b, which the result borrows.
func ParseFeature(b []byte) (Feature, error) {
	var m Feature
	r := att.NewReader(b)
	m.CRC = r.Uint16("CRC")
	m.Counter = r.Uint8("Counter")
	m.Concentration = r.SFloat("InsulinConcentration")
	m.Features = Features(r.Uint24("Features"))
	start := r.Offset()
	for more := m.Features&Extended != 0; more; {
		more = r.Uint8("FeatureExtension")&iddMoreExtension != 0
	}
	if end := r.Offset(); end > start {
		m.Extension = b[start:end:end]
	}
	switch end := r.Offset(); {
	case m.Features&E2EProtection == 0:
		if m.CRC != 0xFFFF {
			r.Reject(device.ErrChecksumField, "CRC", 0)
		}
	case end > 2 && m.CRC != att.CRC16(b[2:end]):
		r.Reject(device.ErrChecksum, "CRC", 0)
	}
	return m, r.Finish(0, "IDDFeature", idsRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It computes the CRC, or
// sends 0xFFFF where the pump has none, and fails if Features has more than 24
// bits or Extension is not what they announce.
func (m Feature) AppendBinary(b []byte) ([]byte, error) {
	more := m.Features&Extended != 0
	for _, v := range m.Extension {
		if !more {
			return b, att.Unencodable("Extension")
		}
		more = v&iddMoreExtension != 0
	}
	if more || m.Features>>24 != 0 {
		return b, att.Unencodable("Features")
	}
	start := len(b)
	b = append(b, 0xFF, 0xFF, m.Counter)
	b = binary.LittleEndian.AppendUint16(b, uint16(m.Concentration))
	b = append(b, byte(m.Features), byte(m.Features>>8), byte(m.Features>>16))
	b = append(b, m.Extension...)
	return att.LeadCRC(b, start, m.Features&E2EProtection != 0), nil
}
