package device

import (
	"fmt"
	"strconv"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A Frame is what arrived: bytes, what they are, from whom and when.
type Frame struct {
	// Bytes as received. A decoder borrows them; readings never do.
	Bytes []byte
	// Format says which decoder understands the bytes.
	Format Format
	// Device that sent the bytes, under the name known to the transport.
	Device vitals.DeviceID
	// Patient who wears the device, if known.
	Patient vitals.PatientID
	// At is when the frame arrived, or was stamped by a gateway near the
	// device. Its location is taken for that of the device: a device clock
	// without a zone is read in it. The zero time means unknown.
	At time.Time
	// Sequence is the transport's own number of the frame at the instant At,
	// if it has one. It keeps two frames of one instant apart.
	Sequence uint32
}

// A Format names the layout of a frame: a family in the upper 16 bits and the
// family's own number in the lower.
type Format uint32

const (
	familyGATT      = 1 << 16
	familySparkplug = 4 << 16
)

// Compact is the format of package compact: CBOR maps with integer keys, and
// batches of them.
const Compact Format = 2 << 16

// SenML is the format of package senml: sensor measurement lists (RFC 8428), in
// JSON or CBOR.
const SenML Format = 3 << 16

// Sparkplug is the format of a message of Sparkplug B, by the number that package
// sparkplug has for its kind.
func Sparkplug(message uint16) Format { return familySparkplug | Format(message) }

// SparkplugMessage returns the kind of the message, if f is of that family.
func (f Format) SparkplugMessage() (message uint16, ok bool) {
	return uint16(f), f&^0xFFFF == familySparkplug
}

// GATT is the format of a Bluetooth characteristic by its 16-bit UUID: 0x2A37
// is the heart rate measurement.
func GATT(characteristic uint16) Format { return familyGATT | Format(characteristic) }

// Characteristic returns the Bluetooth characteristic, if f is of that family.
func (f Format) Characteristic() (uuid uint16, ok bool) {
	return uint16(f), f&^0xFFFF == familyGATT
}

// Private is a format of the program's own, for decoders outside this module.
func Private(number uint16) Format { return 0xFFFF<<16 | Format(number) }

// String is "gatt/2A37", "compact", "senml", "sparkplug/6", or the number.
func (f Format) String() string {
	switch f {
	case Compact:
		return "compact"
	case SenML:
		return "senml"
	}
	if uuid, ok := f.Characteristic(); ok {
		return fmt.Sprintf("gatt/%04X", uuid)
	}
	if message, ok := f.SparkplugMessage(); ok {
		return "sparkplug/" + strconv.Itoa(int(message))
	}
	return "format/" + strconv.FormatUint(uint64(f), 16)
}

// A Decoder turns a frame into readings. AppendReadings appends to dst and
// returns it also when it fails, unchanged; dst and the frame's bytes are free
// for reuse afterwards. A frame of a format that the decoder does not know is
// an error that wraps [ErrUnsupported].
//
// Decoders keep no state and are safe for concurrent use. What needs memory
// (joining records, session clocks) is a collector, not a Decoder.
type Decoder interface {
	AppendReadings(dst []vitals.Reading, f Frame) ([]vitals.Reading, error)
}

// Decoders tries each decoder in turn until one knows the format.
type Decoders []Decoder

// AppendReadings implements [Decoder].
func (d Decoders) AppendReadings(dst []vitals.Reading, f Frame) ([]vitals.Reading, error) {
	for _, decoder := range d {
		out, err := decoder.AppendReadings(dst, f)
		if !IsUnsupported(err) {
			return out, err
		}
	}
	return dst, &DecodeError{Type: f.Format.String(), Err: ErrUnsupported}
}
