package gatt

import (
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/body"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/device/gatt/fitness"
	"github.com/telemed-go/sdk/device/gatt/ghs"
	"github.com/telemed-go/sdk/device/gatt/segment"
	"github.com/telemed-go/sdk/vitals"
)

// Health returns a decoder for every characteristic of this package that
// carries measurements; of a heart-rate frame it gives the rate and the RR
// intervals. Frames that ParseX refuses are refused whole: a reserved flag may
// announce a field that would shift all others, and a wrong number is worse
// than none. Set the fields of the result to read more than that.
func Health() HealthDecoder { return HealthDecoder{} }

// HealthDecoder is the decoder that [Health] returns. The zero HealthDecoder is
// strict. It keeps no state and is safe for concurrent use if its functions are.
type HealthDecoder struct {
	// Tolerant reads frames with reserved flags, reserved or impossible numbers
	// and surplus bytes as far as the specification goes today. Their readings
	// are [vitals.Nonconforming]. Frames with a field missing or a wrong
	// checksum are refused all the same.
	Tolerant bool
	// Quirks says what is known about a device: usually [QuirksOf] its
	// identity. Nil knows of none.
	Quirks func(vitals.DeviceID) Quirks
	// Deviated, if not nil, is told of every frame that was not read strictly
	// or gives a quirk away. It must not keep the frame's bytes.
	Deviated func(f device.Frame, o Outcome)
}

// AppendReadings implements [device.Decoder].
func (d HealthDecoder) AppendReadings(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	out, o, err := d.Decode(dst, f)
	if d.Deviated != nil && err == nil && !o.IsZero() {
		d.Deviated(f, o)
	}
	return out, err
}

// Decode appends the readings of a frame and says how it was read. It returns
// dst unchanged beside an error.
func (d HealthDecoder) Decode(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, Outcome, error) {
	uuid, ok := f.Format.Characteristic()
	if !ok {
		return dst, Outcome{}, &device.DecodeError{Type: f.Format.String(), Err: device.ErrUnsupported}
	}
	var (
		o Outcome
		q Quirks
	)
	if d.Quirks != nil {
		q = d.Quirks(f.Device)
		f.Bytes, o.Applied = q.repair(uuid, f.Bytes)
	}
	o.Suspected.IEEE754 = looksIEEE754(uuid, f.Bytes)
	out, err := appendReadings(dst, uuid, f)
	if rest, padded := q.unpad(f.Bytes, err); padded {
		f.Bytes, o.Applied.Padding = rest, true
		out, err = appendReadings(dst, uuid, f)
	}
	if err != nil {
		e, ok := err.(tolerated) //nolint:errorlint // of appendTo, never wrapped
		switch {
		case !ok:
			return dst, Outcome{}, err
		case !d.Tolerant:
			return dst, Outcome{}, e.DecodeError
		}
		o.Tolerated = e.DecodeError
	}
	if !o.Strict() {
		for i := len(dst); i < len(out); i++ {
			out[i].Quality |= vitals.Nonconforming
		}
	}
	return out, o, nil
}

// appendReadings appends what a frame says, also beside an error that is
// [tolerated].
func appendReadings(dst []vitals.Reading, uuid uint16, f device.Frame) ([]vitals.Reading, error) {
	switch uuid {
	case UUIDHeartRateMeasurement:
		m, err := ParseHeartRateMeasurement(f.Bytes)
		n := len(dst)
		if dst, err = appendTo(dst, f, m, err); len(dst) > n {
			dst = m.AppendRR(dst, f)
		}
		return dst, err
	case UUIDBloodPressureMeasurement:
		m, err := ParseBloodPressureMeasurement(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDIntermediateCuffPressure:
		m, err := ParseIntermediateCuffPressure(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDEnhancedBloodPressure:
		m, err := ParseEnhancedBloodPressure(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDEnhancedCuffPressure:
		m, err := ParseEnhancedCuffPressure(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDTemperatureMeasurement:
		m, err := ParseTemperatureMeasurement(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDIntermediateTemperature:
		m, err := ParseIntermediateTemperature(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDPLXSpotCheck:
		m, err := ParsePLXSpotCheck(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDPLXContinuous:
		m, err := ParsePLXContinuous(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDWeightMeasurement:
		m, err := ParseWeightMeasurement(f.Bytes)
		return appendTo(dst, f, m, err)
	case body.UUIDComposition:
		m, err := body.ParseComposition(f.Bytes)
		return appendTo(dst, f, m, err)
	case fitness.UUIDRSCMeasurement:
		m, err := fitness.ParseRSCMeasurement(f.Bytes)
		return appendTo(dst, f, m, err)
	case bgm.UUIDMeasurement:
		m, err := bgm.ParseMeasurement(f.Bytes)
		return appendTo(dst, f, m, err)
	case bgm.UUIDContext:
		m, err := bgm.ParseContext(f.Bytes)
		return appendTo(dst, f, m, err)
	case cgm.UUIDMeasurement:
		m, err := cgm.ParseMeasurement(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDBatteryLevel:
		m, err := ParseBatteryLevel(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDBatteryStatus:
		m, err := ParseBatteryStatus(f.Bytes)
		return appendTo(dst, f, m, err)
	case ghs.UUIDLiveObservation:
		m, err := ghs.ParseLiveObservation(f.Bytes)
		if err == nil {
			err = whole(m.Header, "LiveObservation")
		}
		return appendTo(dst, f, m, err)
	case ghs.UUIDStoredObservation:
		m, err := ghs.ParseStoredObservation(f.Bytes)
		if err == nil {
			err = whole(m.Header, "StoredObservation")
		}
		return appendTo(dst, f, m, err)
	}
	return dst, &device.DecodeError{Type: f.Format.String(), Err: device.ErrUnsupported}
}

// whole says that one part of several is nothing to decode: a collector has
// to join them first.
func whole(h segment.Header, typ string) error {
	if h.Whole() {
		return nil
	}
	return &device.DecodeError{Type: typ, Field: "SegmentationHeader", Ref: "GHS, pre-adoption", Err: device.ErrUnsupported}
}

// measurement is a wire type that knows what it means.
type measurement interface {
	AppendBinary(b []byte) ([]byte, error)
	AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading
}

func appendTo[M measurement](dst []vitals.Reading, f device.Frame, m M, err error) ([]vitals.Reading, error) {
	if err != nil {
		e, ok := tolerable(err)
		if !ok || !lossless(m, f.Bytes) {
			return dst, err
		}
		return m.AppendReadings(dst, f), tolerated{e}
	}
	return m.AppendReadings(dst, f), nil
}
