// Package gatt decodes and encodes the health characteristics of Bluetooth
// low energy: what a heart-rate strap, a cuff, a thermometer, a pulse
// oximeter, a scale or a glucose meter puts on air.
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
// [HealthDecoder] make it tolerant and tell it what a model is known to do wrong. To use one characteristic
// alone, call its functions; the package needs nothing but the standard library.
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
//   - insulin delivery: 0x2B20 to 0x2B23; of 0x2B24 to 0x2B28 op codes, events and
//     results, with raw operands and event data
//   - physical activity monitor: 0x2B3B, 0x2B44, 0x2B45; of 0x2B3C to 0x2B43 header,
//     flags and op codes, with raw fields and operands
//   - device time and elapsed time: 0x2B8E, 0x2B8F, 0x2B90, 0x2BF2
//   - 0x2B37 registered user, 0x2BED battery level status, 0x2BFF UDI
//   - generic health sensor, before its adoption: 0x2B8B, 0x2BDD, 0x2BF1, 0x2BF3, 0x2BF4
//
// The package talks to no radio.
package gatt

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/internal/wire"
	"github.com/telemed-go/sdk/vitals"
)

// The 16-bit UUIDs of the characteristics in this package.
const (
	UUIDDateTime                 = 0x2A08
	UUIDGlucoseMeasurement       = 0x2A18
	UUIDBatteryLevel             = 0x2A19
	UUIDTemperatureMeasurement   = 0x2A1C
	UUIDIntermediateTemperature  = 0x2A1E
	UUIDSystemID                 = 0x2A23
	UUIDModelNumber              = 0x2A24
	UUIDSerialNumber             = 0x2A25
	UUIDFirmwareRevision         = 0x2A26
	UUIDHardwareRevision         = 0x2A27
	UUIDSoftwareRevision         = 0x2A28
	UUIDManufacturerName         = 0x2A29
	UUIDGlucoseContext           = 0x2A34
	UUIDBloodPressureMeasurement = 0x2A35
	UUIDIntermediateCuffPressure = 0x2A36
	UUIDHeartRateMeasurement     = 0x2A37
	UUIDPnPID                    = 0x2A50
	UUIDPLXSpotCheck             = 0x2A5E
	UUIDPLXContinuous            = 0x2A5F
	UUIDWeightMeasurement        = 0x2A9D
)

// reader reads named fields and remembers the first value that the
// specification forbids, as [wire.Reader] remembers the first that is missing.
type reader struct {
	wire.Reader
	fault device.Fault
	field string
	at    int
}

func newReader(b []byte) reader { return reader{Reader: wire.NewReader(b)} }

// reject notes a forbidden value that begins at byte at. Once the frame has
// run out there are no values any more, so nothing is forbidden. A wrong
// checksum counts before all others: it says that no byte can be trusted.
func (r *reader) reject(fault device.Fault, field string, at int) {
	first := r.fault == "" || fault == device.ErrChecksum || fault == device.ErrChecksumField
	if _, _, short := r.Short(); !short && first {
		r.fault, r.field, r.at = fault, field, at
	}
}

func (r *reader) sfloat(field string) medfloat.SFloat { return medfloat.SFloat(r.Uint16(field)) }

func (r *reader) float(field string) medfloat.Float { return medfloat.Float(r.Uint32(field)) }

// code reads one of a list of meanings that are numbered from 1 to last.
func (r *reader) code(field string, last uint8) uint8 {
	v := r.Uint8(field)
	if v == 0 || v > last {
		r.reject(device.ErrReservedValue, field, r.Offset()-1)
	}
	return v
}

// nibbles reads a byte that holds two lists of meanings.
func (r *reader) nibbles(field string) (low, high uint8) {
	v := r.Uint8(field)
	return v & 0xF, v >> 4
}

// nibbleCode refuses a half of the last byte read that is neither 1 to last
// nor also.
func (r *reader) nibbleCode(field string, v, last, also uint8) {
	if v == 0 || v > last && v != also {
		r.reject(device.ErrReservedValue, field, r.Offset()-1)
	}
}

// notAvailable is how half a byte says that the device does not know.
const notAvailable = 15

// finish reports what was wrong with the frame, if anything: reserved flags
// first, because unknown fields make everything behind them suspect; then a
// wrong length, which makes every value suspect; then the values.
func finish(r *reader, reservedFlags uint8, typ, ref string) error {
	if reservedFlags == 0 && r.fault == "" && r.Complete() {
		return nil
	}
	var e *device.DecodeError
	if r.fault != "" {
		e = &device.DecodeError{Type: typ, Field: r.field, Offset: r.at, Ref: ref, Err: r.fault}
	}
	if field, at, short := r.Short(); short {
		e = &device.DecodeError{Type: typ, Field: field, Offset: at, Ref: ref, Err: device.ErrTruncated, Also: e}
	} else if r.Rest() > 0 {
		e = &device.DecodeError{Type: typ, Offset: r.Offset(), Ref: ref, Err: device.ErrTrailing, Also: e}
	}
	if reservedFlags != 0 {
		e = &device.DecodeError{Type: typ, Field: "Flags", Ref: ref, Err: device.ErrReservedBits, Also: e}
	}
	return e
}

// unencodable reports a field whose value has more bits than its place on air.
func unencodable(field string) error { return fmt.Errorf("gatt: %s: %w", field, device.ErrOutOfRange) }

func flag(on bool, bit byte) byte {
	if on {
		return bit
	}
	return 0
}

// clockTolerance is how far a device clock may run ahead of the gateway
// before its time is no longer believed: nothing was measured in the future.
const clockTolerance = 5 * time.Minute

// firstYear is the earliest that a device clock can tell: these services are
// younger, and a clock without a battery begins in 1970.
const firstYear = 2000

// reading begins the readings of a frame: who, when, and what is doubtful about
// the time. A stamp that is incomplete, lies in the future or before
// [firstYear] is not believed; the reading then carries the time of arrival.
func (d DateTime) reading(f device.Frame, present bool) vitals.Reading {
	r := vitals.Reading{Patient: f.Patient, Device: f.Device, At: f.At, Sequence: f.Sequence}
	if !present {
		return r
	}
	at, ok := d.Time(f.At.Location())
	if !ok || d.Year < firstYear || !f.At.IsZero() && at.Sub(f.At) > clockTolerance {
		r.Quality = vitals.ClockUnset
		return r
	}
	r.At, r.Stamped = at, true
	return r
}

// appendSFloat appends r with the value of a word, or the reason why there is
// none. The pointer saves copies: a reading is a hundred bytes.
func appendSFloat(dst []vitals.Reading, r *vitals.Reading, k vitals.Kind, word medfloat.SFloat, u vitals.Unit) []vitals.Reading {
	value, absent := word.Decimal()
	return appendValue(dst, r, k, value, absent, u)
}

// appendValue appends r completed. The doubts that r has already stay; if one
// of them is that there is no value, the number is dropped.
func appendValue(
	dst []vitals.Reading, r *vitals.Reading, k vitals.Kind, value vitals.Decimal, absent vitals.Quality, u vitals.Unit,
) []vitals.Reading {
	dst = append(dst, *r)
	last := &dst[len(dst)-1]
	last.Kind = k
	last.Quality |= absent
	if !last.Quality.Has(vitals.Absent) {
		last.Quantity = u.Of(value)
	}
	return dst
}

// nameOf is the name of a code, or its number where the list has none.
func nameOf(names []string, code uint8) string {
	if int(code) < len(names) && names[code] != "" {
		return names[code]
	}
	return "reserved " + strconv.Itoa(int(code))
}

// namesOf joins the names of the bits that are set, lowest first.
func namesOf(names []string, bits uint32) string {
	var set []string
	for i := range 32 {
		switch {
		case bits>>i&1 == 0:
		case i < len(names) && names[i] != "":
			set = append(set, names[i])
		default:
			set = append(set, "bit "+strconv.Itoa(i))
		}
	}
	if set == nil {
		return "none"
	}
	return strings.Join(set, ", ")
}
