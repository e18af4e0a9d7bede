package gatt

import (
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// Health returns a decoder for every characteristic of this package that
// carries measurements; of a heart-rate frame it gives the rate and the RR
// intervals. Frames that ParseX refuses are refused whole: a reserved flag may
// announce a field that would shift all others, and a wrong number is worse
// than none.
func Health() HealthDecoder { return HealthDecoder{} }

// HealthDecoder is the decoder that [Health] returns. It keeps no state and is
// safe for concurrent use.
type HealthDecoder struct{}

// AppendReadings implements [device.Decoder].
func (HealthDecoder) AppendReadings(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	uuid, ok := f.Format.Characteristic()
	if !ok {
		return dst, &device.DecodeError{Type: f.Format.String(), Err: device.ErrUnsupported}
	}
	switch uuid {
	case UUIDHeartRateMeasurement:
		m, err := ParseHeartRateMeasurement(f.Bytes)
		if dst, err = appendTo(dst, f, m, err); err == nil {
			dst = m.AppendRR(dst, f)
		}
		return dst, err
	case UUIDBloodPressureMeasurement:
		m, err := ParseBloodPressureMeasurement(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDIntermediateCuffPressure:
		m, err := ParseIntermediateCuffPressure(f.Bytes)
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
	case UUIDGlucoseMeasurement:
		m, err := ParseGlucoseMeasurement(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDGlucoseContext:
		m, err := ParseGlucoseContext(f.Bytes)
		return appendTo(dst, f, m, err)
	case UUIDBatteryLevel:
		m, err := ParseBatteryLevel(f.Bytes)
		return appendTo(dst, f, m, err)
	}
	return dst, &device.DecodeError{Type: f.Format.String(), Err: device.ErrUnsupported}
}

// measurement is a wire type that knows what it means.
type measurement interface {
	AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading
}

func appendTo[M measurement](dst []vitals.Reading, f device.Frame, m M, err error) ([]vitals.Reading, error) {
	if err != nil {
		return dst, err
	}
	return m.AppendReadings(dst, f), nil
}
