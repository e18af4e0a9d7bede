package compact

import (
	"errors"
	"fmt"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A Batch is what a gateway kept while its link was down: values of one
// patient, of one device or of several, over a while, in any order.
//
//	[1, method, columns]     method: 0 as they are, 1 deflate (RFC 1951)
//
// The columns are drawn in compact.cddl. They hold differences to what the same
// kind of the same device had last, so that a value a minute costs about a
// byte. The order of the samples is kept.
type Batch struct {
	// Samples are 1 to [MaxSamples].
	Samples []Sample
}

// A Sample is one value with its device and time.
type Sample struct {
	Vital
	// Device is "" for the device that sends the batch. Another name has at most
	// 255 bytes.
	Device vitals.DeviceID
	// At is the instant, from 1970 to 2262, in UTC.
	At time.Time
	// Stamped says that At is the device's own time ([vitals.Reading]).
	Stamped bool
	// Sequence tells apart samples of one device, kind and instant.
	Sequence uint32
}

// The bounds of a batch. One that keeps to them takes less than 8 MiB while it
// is decoded, whatever its size on the wire.
const (
	MaxSamples = 1 << 14
	MaxDevices = 64  // besides the sender
	MaxColumns = 512 // kinds of devices, each in each of its units

	maxName    = 255     // bytes of a device's name
	maxColumns = 1 << 20 // bytes of the columns when inflated
	maxRatio   = 256     // inflated bytes for each deflated one
	maxScale   = 9       // powers of ten of a nanosecond
	maxNanos   = 1<<63 - 1
	second     = 1_000_000_000 // nanoseconds
)

// NewBatch makes the batch of readings of one patient that the sender's gateway
// sends under the name sender. The readings may be in any order, which is kept.
// The batch does not name the patient: the receiver knows who wears the sender.
func NewBatch(sender vitals.DeviceID, readings []vitals.Reading) (Batch, error) {
	samples := make([]Sample, len(readings))
	for i := range readings {
		r := &readings[i]
		if r.Patient != readings[0].Patient {
			return Batch{}, fmt.Errorf("compact: readings[%d]: %w", i, errPatients)
		}
		v, err := vitalOf(r)
		if err != nil {
			return Batch{}, fmt.Errorf("compact: readings[%d]: %w", i, err)
		}
		samples[i] = Sample{Vital: v, Device: r.Device, At: r.At.UTC(), Stamped: r.Stamped, Sequence: r.Sequence}
		if r.Device == sender {
			samples[i].Device = ""
		}
	}
	return Batch{samples}, nil
}

var errPatients = errors.New("of another patient than the first")

// AppendReadings appends a reading for every sample of a numeric or coded kind
// that package vitals knows, in the order of the batch. They are those that
// [NewBatch] was given, with the same [vitals.Reading.ID] if sender and patient
// of the frame are the same. Times are as sent, in the location of f.At; that
// of the frame says only when the batch arrived. Units are treated as by
// [Message.AppendReadings].
//
// It believes the batch which device measured. Ask [Batch.Devices] before.
func (b Batch) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	base := vitals.Reading{Patient: f.Patient}
	where := f.At.Location()
	for i := range b.Samples {
		s := &b.Samples[i]
		base.At, base.Stamped, base.Sequence = s.At.In(where), s.Stamped, s.Sequence
		if base.Device = s.Device; s.Device == "" {
			base.Device = f.Device
		}
		dst = s.appendReading(dst, &base)
	}
	return dst
}

// Devices are the devices besides the sender, each once, in the order in which
// they appear.
func (b Batch) Devices() []vitals.DeviceID {
	var names []vitals.DeviceID
	seen := make(map[vitals.DeviceID]bool)
	for i := range b.Samples {
		if name := b.Samples[i].Device; name != "" && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}
