package fhir

import (
	"encoding/json"
	"strconv"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// A ClockSync says how a clock is synchronised: a code of
// MDC_TIME_SYNC_PROTOCOL (IEEE 11073-10101), also one without a name here.
type ClockSync uint32

// The commonest ways. The zero ClockSync is SyncUnknown.
const (
	SyncUnknown   ClockSync = 0
	SyncNone      ClockSync = 532224
	SyncNTP3      ClockSync = 532225
	SyncNTP4      ClockSync = 532226
	SyncSNTP4     ClockSync = 532227 // RFC 2030
	SyncSNTP4330  ClockSync = 532228 // RFC 4330
	SyncBluetooth ClockSync = 532229
	SyncManual    ClockSync = 532234
	SyncGPS       ClockSync = 532238 // the last of the list
)

// listed reports whether s is in the list of the nomenclature.
func (s ClockSync) listed() bool { return SyncNone <= s && s <= SyncGPS }

// A CoincidentTimestamp is a look at the clocks of a device and its gateway at
// the same moment: one for each connection, and another when a clock was set.
type CoincidentTimestamp struct {
	Device vitals.DeviceID
	Clock  Clock
	Sync   ClockSync // of the device's clock
	// DeviceBetter says that the device's clock is the better one. Its stamps
	// stand, and the gateway's time is not told.
	DeviceBetter bool
	// Fault says that the stamps to come do not belong to the clock's present
	// timeline, or that it shows none.
	Fault bool
}

// CoincidentTimestamp maps a look at the clocks to the Observation that
// Observations with a corrected time refer to ([Details].Coincident): HL7
// PHD 0.3.0, PhdCoincidentTimeStampObservation. Its id is a function of the
// device and of the gateway's time. It requires a Gateway in m.
//
// A clock that tells its offset has the code 68226, which the guide's value
// set demands (its text says 68225).
func (m Mapper) CoincidentTimestamp(c CoincidentTimestamp) (models.Observation, error) {
	device := m.device(c.Device)
	switch {
	case m.Gateway == "":
		return models.Observation{}, &Error{"Observation.device", ErrMissing}
	case device.isZero():
		return models.Observation{}, &Error{"Observation.subject", ErrMissing}
	case c.Clock.Gateway.IsZero():
		return models.Observation{}, &Error{"Observation.effective", ErrMissing}
	case c.Clock.Now.Type == NoClock, c.Clock.Now.Type > ClockTicks:
		return models.Observation{}, &Error{"Observation.code", ErrMissing}
	case c.Sync != SyncUnknown && !c.Sync.listed():
		return models.Observation{}, &Error{"Observation.component[0].valueCodeableConcept", ErrValue}
	}
	at, err := dateTime(c.Clock.Gateway)
	if err != nil {
		return models.Observation{}, err
	}
	o := models.Observation{
		Id:      ptr(m.coincidentID(c)),
		Meta:    &models.Meta{Profile: []string{phdDefinition + "PhdCoincidentTimeStampObservation"}},
		Status:  models.ObservationStatusFinal,
		Code:    concept(clockCode(c.Clock.Now)),
		Subject: device.model(),
		Device:  &models.Reference{Reference: &m.Gateway},
	}
	if !c.DeviceBetter || c.Fault {
		o.EffectiveDateTime = &at
	}
	switch now := c.Clock.Now; {
	case c.Fault:
		o.DataAbsentReason = reasonOf(absentUnknown)
	case now.Type == ClockTicks:
		o.ValueQuantity = ticksOf(now)
	default:
		value, err := dateTime(now.in(c.Clock.Gateway.Location()))
		if err != nil {
			return models.Observation{}, &Error{"Observation.valueDateTime", ErrValue}
		}
		o.ValueDateTime = &value
	}
	if c.Sync != SyncUnknown {
		o.Component = []models.ObservationComponent{{
			Code:                 concept(MDC(68220, "MDC_TIME_SYNC_PROTOCOL")),
			ValueCodeableConcept: ptr(concept(MDC(uint32(c.Sync), ""))),
		}}
	}
	return o, nil
}

// coincidentID names the look by what was looked at.
func (m *Mapper) coincidentID(c CoincidentTimestamp) string {
	name := string(c.Device) + "|" + m.Gateway + "|" + strconv.FormatInt(c.Clock.Gateway.UnixNano(), 10)
	return string(idSpace.name("coincident|" + name).append(nil))
}

func clockCode(s Stamp) models.Coding {
	switch {
	case s.Type == ClockTicks && s.Resolution > 0 && s.Resolution < time.Millisecond:
		return MDC(68072, "MDC_ATTR_TIME_REL_HI_RES")
	case s.Type == ClockTicks:
		return MDC(67983, "MDC_ATTR_TIME_REL")
	case s.HasOffset:
		return MDC(68226, "")
	}
	return MDC(67975, "MDC_ATTR_TIME_ABS")
}

// ticksOf is a counter in milliseconds, or in microseconds if it is that fine.
func ticksOf(s Stamp) *models.Quantity {
	unit, n := vitals.UnitMs, s.Elapsed.Milliseconds()
	if s.Resolution > 0 && s.Resolution < time.Millisecond {
		unit, n = vitals.UnitMicrosecond, s.Elapsed.Microseconds()
	}
	q := quantityOf(unit)
	q.Value = ptr(json.Number(strconv.FormatInt(n, 10)))
	return &q
}

// dateTime is t as FHIR writes it, unless its year has not four digits.
func dateTime(t time.Time) (string, error) {
	t = writable(t)
	if year := t.Year(); year < 1 || year > 9999 {
		return "", &Error{"Observation.effective", ErrValue}
	}
	return string(appendTime(nil, t)), nil
}

// MDC is a coding of IEEE 11073-10101: the code with its partition
// (partition×65536 + term), and the reference identifier if it is known.
func MDC(code uint32, refID string) models.Coding {
	return coding(systemMDC, strconv.FormatUint(uint64(code), 10), refID)
}
