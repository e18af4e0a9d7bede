package fhir

import (
	"strconv"
	"strings"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

const (
	systemContinua   = terminology + "ContinuaDeviceIdentifiers"
	systemASN1       = terminology + "ASN1ToHL7"
	systemYesNo      = terminology + "v2-0136"
	systemInterfaces = "http://hl7.org/fhir/uv/phd/CodeSystem/ContinuaPHDInterfaceIDs"
	systemUploads    = "http://hl7.org/fhir/uv/phd/CodeSystem/ContinuaHFS"
)

// A Device is what is known about a personal health device, or about a
// gateway: [Mapper.DeviceResource] and [Mapper.GatewayResource].
type Device struct {
	// ID is the name that readings have for the device. The id of the resource
	// is the one that the Mapper refers to.
	ID vitals.DeviceID
	// SystemID is an EUI-64 in hexadecimal digits, with separators or without.
	SystemID string
	// Bluetooth and Ethernet are addresses of the device (EUI-48), ZigBee is one
	// of 64 bits.
	Bluetooth, Ethernet, ZigBee string
	// USB is vendor and product: "0483:5740". It is a property, because every
	// device of the model has the same.
	USB string

	Manufacturer, Model, Serial string
	// Revisions, and the version of the Continua guidelines: text as sent.
	Hardware, Firmware, Software, Continua string
	// Specializations say what the device is for. A gateway without any is a
	// generic one.
	Specializations []Specialization
	// Interfaces are the certified interfaces (MDC 532353), Uploads the upload
	// classes of a gateway (MDC 532355), both as numbers of the Continua
	// guidelines.
	Interfaces, Uploads []uint16
	Regulation          Regulation

	// Sync is how the clock is synchronised, and SyncAccuracy how well; 0 means
	// unknown.
	Sync         ClockSync
	SyncAccuracy time.Duration
	// Resolution is one step of the clock, or of the tick counter; 0 means
	// unknown.
	Resolution  time.Duration
	TickCounter bool
	// Clock has the time capabilities and states of IEEE 11073-20601
	// (MDS-Time-Info), whose bit 0 is the most significant one. Those that are
	// set are written.
	Clock uint16

	// UDI is the unique device identifier in its human-readable form. It has no
	// entryType: R4 has no code for "electronic-transmission", which PHD asks for.
	UDI      string
	TestData bool
}

// A Specialization is a device type of IEEE 11073-10101 and the version of its
// standard that the device follows: 528391, MDC_DEV_SPEC_PROFILE_BP, "1".
type Specialization struct {
	Code    uint32
	RefID   string
	Version string
}

// Regulation says whether a device is a regulated medical device.
type Regulation uint8

// What a device says about its regulation. FHIR has the negated bit of IEEE
// 11073-20601; these are not negated.
const (
	RegulationUnknown Regulation = iota
	Regulated
	NotRegulated
)

// DeviceResource makes the Device of a personal health device. The profile
// [PHD] (PhdDevice) requires an identifier, the manufacturer, the model, a
// specialization with its version, and a revision.
func (m Mapper) DeviceResource(d Device) (models.Device, error) {
	device, mk := m.deviceOf(&d, "65573", "MDC_MOC_VMS_MDS_SIMP")
	if !m.device(d.ID).isZero() {
		device.Id = localID(m.device(d.ID).String(), "Device")
	}
	mk.need("identifier", d.ID != "" || len(device.Identifier) > 0)
	if m.Profile == PHD {
		device.Meta = withProfile(device.Meta, "PhdDevice")
		mk.need("identifier", len(device.Identifier) > 0)
		mk.need("manufacturer", d.Manufacturer != "")
		mk.need("modelNumber", d.Model != "")
		mk.need("specialization", len(d.Specializations) > 0)
		for i, s := range d.Specializations {
			mk.need("specialization["+strconv.Itoa(i)+"].version", s.Version != "")
		}
		mk.need("version", len(device.Version) > 0)
	}
	if mk.err != nil {
		return models.Device{}, mk.err
	}
	return device, nil
}

// GatewayResource makes the Device of a gateway. Its id is the one in
// m.Gateway, or else as for other devices. The profile [PHD] (PhgDevice) requires an
// identifier, a revision, and how its clock is synchronised.
func (m Mapper) GatewayResource(d Device) (models.Device, error) {
	if len(d.Specializations) == 0 {
		d.Specializations = []Specialization{{528457, "MDC_DEV_SPEC_PROFILE_GENERIC", ""}}
	}
	device, mk := m.deviceOf(&d, "531981", "MDC_MOC_VMS_MDS_AHD")
	if device.Id = localID(m.Gateway, "Device"); device.Id == nil && d.ID != "" {
		device.Id = localID(m.device(d.ID).String(), "Device")
	}
	mk.need("identifier", device.Id != nil || len(device.Identifier) > 0)
	if m.Profile == PHD {
		device.Meta = withProfile(device.Meta, "PhgDevice")
		mk.need("identifier", len(device.Identifier) > 0)
		mk.need("version", len(device.Version) > 0)
		mk.need("property", d.Sync != SyncUnknown)
	}
	if mk.err != nil {
		return models.Device{}, mk.err
	}
	return device, nil
}

func withProfile(meta *models.Meta, name string) *models.Meta {
	if meta == nil {
		meta = &models.Meta{}
	}
	meta.Profile = []string{phdDefinition + name}
	return meta
}

// deviceOf makes what devices and gateways have in common.
func (m *Mapper) deviceOf(d *Device, code, refID string) (device models.Device, mk *making) {
	mk = &making{kind: "Device"}
	device = models.Device{
		Meta: mk.security(d.TestData), Type: ptr(concept(coding(systemMDC, code, refID))),
		Manufacturer: text(d.Manufacturer), ModelNumber: text(d.Model), SerialNumber: text(d.Serial),
	}
	for _, row := range [...]struct {
		address, code, system string
		bytes                 int
	}{
		{d.SystemID, "SYSID", "urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680", 8},
		{d.Bluetooth, "BTMAC", "http://hl7.org/fhir/sid/eui-48/bluetooth", 6},
		{d.Ethernet, "ETHMAC", "http://hl7.org/fhir/sid/eui-48/ethernet", 6},
		{d.ZigBee, "ZIGBEE", "http://hl7.org/fhir/sid/eui-64/zigbee", 8},
	} {
		if row.address == "" {
			continue
		}
		value, ok := dashed(row.address, row.bytes)
		if !ok {
			mk.fail("identifier["+strconv.Itoa(len(device.Identifier))+"].value", ErrValue)
		}
		device.Identifier = append(device.Identifier, models.Identifier{
			Type: ptr(concept(coding(systemContinua, row.code, ""))), System: ptr(row.system), Value: &value,
		})
	}
	for i, s := range d.Specializations {
		system := systemMDC
		if s.Code == 528413 { // the guide has a system of its own for a code that MDC lacks
			system = "http://hl7.org/fhir/uv/phd/CodeSystem/MissingMDCCodes"
		}
		if m.Profile == PHD && !isSpecialization(s.Code) || s.Code == 0 {
			mk.fail("specialization["+strconv.Itoa(i)+"].systemType", ErrValue)
		}
		device.Specialization = append(device.Specialization, models.DeviceSpecialization{
			SystemType: concept(coding(system, strconv.FormatUint(uint64(s.Code), 10), s.RefID)), Version: text(s.Version),
		})
	}
	for _, row := range [...]struct{ value, code, refID string }{
		{d.Firmware, "531976", "MDC_ID_PROD_SPEC_FW"},
		{d.Software, "531975", "MDC_ID_PROD_SPEC_SW"},
		{d.Hardware, "531974", "MDC_ID_PROD_SPEC_HW"},
		{d.Continua, "532352", "MDC_REG_CERT_DATA_CONTINUA_VERSION"},
	} {
		if row.value != "" {
			device.Version = append(device.Version, models.DeviceVersion{
				Type: ptr(concept(coding(systemMDC, row.code, row.refID))), Value: row.value,
			})
		}
	}
	if d.UDI != "" {
		device.UdiCarrier = []models.DeviceUdiCarrier{{CarrierHRF: &d.UDI}}
	}
	device.Property = propertiesOf(d, mk)
	return device, mk
}

// propertiesOf are the properties of the PHD guide, in its order.
func propertiesOf(d *Device, mk *making) (properties []models.DeviceProperty) {
	add := func(kind models.Coding, code models.Coding) {
		properties = append(properties, models.DeviceProperty{Type: concept(kind), ValueCode: []models.CodeableConcept{concept(code)}})
	}
	measure := func(kind models.Coding, t time.Duration) {
		if t < 0 {
			mk.fail("property["+strconv.Itoa(len(properties))+"].valueQuantity", ErrValue)
		}
		properties = append(properties, models.DeviceProperty{Type: concept(kind), ValueQuantity: []models.Quantity{*ticks(t, "us", -3)}})
	}
	for _, n := range d.Interfaces {
		add(coding(systemMDC, "532353", "MDC_REG_CERT_DATA_CONTINUA_CERT_DEV_LIST"), coding(systemInterfaces, strconv.Itoa(int(n)), ""))
	}
	for _, n := range d.Uploads {
		add(coding(systemMDC, "532355", "MDC_REG_CERT_DATA_CONTINUA_AHD_CERT_LIST"), coding(systemUploads, strconv.Itoa(int(n)), ""))
	}
	if d.Regulation != RegulationUnknown {
		negated := "N"
		if d.Regulation == NotRegulated {
			negated = "Y"
		}
		add(coding(systemASN1, "532354.0", "negated-regulation-status"), coding(systemYesNo, negated, ""))
	}
	if d.Sync != SyncUnknown {
		if !d.Sync.listed() {
			mk.fail("property["+strconv.Itoa(len(properties))+"].valueCode", ErrValue)
		}
		add(coding(systemMDC, "68220", "MDC_TIME_SYNC_PROTOCOL"), coding(systemMDC, strconv.FormatUint(uint64(d.Sync), 10), ""))
	}
	if d.SyncAccuracy != 0 {
		measure(coding(systemMDC, "68221", "MDC_TIME_SYNC_ACCURACY"), d.SyncAccuracy)
	}
	for bit, name := range clockBits {
		if d.Clock<<bit&0x8000 != 0 {
			add(coding(systemASN1, "68219."+strconv.Itoa(bit), name), coding(systemYesNo, "Y", ""))
		}
	}
	if d.Resolution != 0 {
		if d.TickCounter {
			measure(coding(systemMDC, "68223", "MDC_TIME_RES_REL"), d.Resolution)
		} else {
			measure(coding(systemMDC, "68222", "MDC_TIME_RES_ABS"), d.Resolution)
		}
	}
	if d.USB != "" {
		properties = append(properties, models.DeviceProperty{
			Type: concept(coding(systemContinua, "USB", "")), ValueCode: []models.CodeableConcept{{Text: &d.USB}},
		})
	}
	return properties
}

// clockBits are the names of the bits of MDS-Time-Info (ASN1ToHL7, 68219).
var clockBits = [16]string{
	"mds-time-capab-real-time-clock", "mds-time-capab-set-clock", "mds-time-capab-relative-time", "mds-time-capab-high-res-relative-time",
	"mds-time-capab-sync-abs-time", "mds-time-capab-sync-rel-time", "mds-time-capab-sync-hi-res-relative-time", "mds-time-capab-bo-time",
	"mds-time-state-abs-time-synced", "mds-time-state-rel-time-synced", "mds-time-state-hi-res-relative-time-synced", "mds-time-mgr-set-time",
	"mds-time-capab-sync-bo-time", "mds-time-state-bo-time-synced", "mds-time-state-bo-time-UTC-aligned", "mds-time-dst-rules-enabled",
}

// dashed writes an EUI of n bytes in capitals with dashes.
func dashed(s string, n int) (string, bool) {
	digits := strings.ToUpper(strings.NewReplacer("-", "", ":", "", ".", "").Replace(s))
	if len(digits) != 2*n {
		return "", false
	}
	var b strings.Builder
	for i := range len(digits) {
		if !isHex(digits[i]) {
			return "", false
		}
		if i > 0 && i%2 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(digits[i])
	}
	return b.String(), true
}

// isSpecialization reports whether PHD knows the device type (value set
// DeviceTypes11073MDC of 0.3.0).
func isSpecialization(code uint32) bool {
	switch {
	case 528401 <= code && code <= 528406, 528455 <= code && code <= 528457, 528501 <= code && code <= 528514, 528532 <= code && code <= 528536:
		return true
	}
	switch code {
	case 528384, 528385, 528388, 528390, 528391, 528392, 528397, 528399, 528408, 528409, 528412, 528413, 528425, 528426, 528484, 528524, 528525:
		return true
	}
	return false
}
