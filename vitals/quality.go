package vitals

import (
	"strconv"
	"strings"
)

// Quality is the set of reasons to doubt a value, or the reason why there is
// none. The zero Quality is a value without any doubt.
type Quality uint64

// Why there is no value. A reading with one of these has no quantity.
const (
	// NotANumber: the device could not determine a value (11073 NaN).
	NotANumber Quality = 1 << iota
	// NotAtResolution: there is a value, but it does not fit the format (11073 NRes).
	NotAtResolution
	// AboveRange: the value lies above what the device can measure (+INF, "HI").
	AboveRange
	// BelowRange: the value lies below what the device can measure (-INF, "LO").
	BelowRange
	// ReservedNumber: the device sent a word that the standard reserves: a firmware fault.
	ReservedNumber
	// NotAvailable: the device says that it has no measurement.
	NotAvailable

	// Absent is every reason for a missing value.
	Absent = NotANumber | NotAtResolution | AboveRange | BelowRange | ReservedNumber | NotAvailable
)

// What the device says about its own measurement.
const (
	// Invalid: the device declares the measurement invalid.
	Invalid Quality = 1 << (iota + 8)
	// Questionable: the device doubts the measurement.
	Questionable
	// EarlyEstimate: a first guess that will be refined.
	EarlyEstimate
	// Ongoing: the measurement has not ended, as a cuff pressure while it deflates.
	Ongoing
	// Calibrating: the device calibrates itself.
	Calibrating
	// NoContact: the sensor does not touch the body.
	NoContact
	// Motion: the body moved during the measurement.
	Motion
	// PoorSignal: weak, erratic or disturbed signal, low perfusion.
	PoorSignal
	// BadPosition: wrong place, wrong posture, loose cuff, displaced sensor.
	BadPosition
	// SensorFault: the sensor or the equipment reports a malfunction.
	SensorFault
	// SampleFault: the sample or the strip was unsuitable.
	SampleFault
	// LowBattery: the battery was low during the measurement.
	LowBattery
	// IrregularPulse: the device saw an irregular pulse. A finding, and also a
	// reason to doubt an oscillometric pressure.
	IrregularPulse
)

// What is known about origin and time.
const (
	// ClockUnset: the device's own time stamp is missing, unset or impossible;
	// the reading carries the time of arrival.
	ClockUnset Quality = 1 << (iota + 32)
	// TestData: a test, a demonstration, a control solution. Not a patient.
	TestData
	// Stored: from the device's memory, not live.
	Stored
	// Validated: the device or a person has validated the value.
	Validated
	// Derived: computed from other readings.
	Derived
	// Manual: entered by a person.
	Manual
	// Implausible: outside the limits of [Kind.PlausibleRange].
	Implausible
	// Nonconforming: the device broke its protocol and the value was read all the
	// same, by tolerance or by what is known about the model.
	Nonconforming
)

var qualityNames = [64]string{
	0: "not-a-number", 1: "not-at-resolution", 2: "above-range", 3: "below-range", 4: "reserved-number", 5: "not-available",
	8: "invalid", 9: "questionable", 10: "early-estimate", 11: "ongoing", 12: "calibrating", 13: "no-contact", 14: "motion",
	15: "poor-signal", 16: "bad-position", 17: "sensor-fault", 18: "sample-fault", 19: "low-battery", 20: "irregular-pulse",
	32: "clock-unset", 33: "test-data", 34: "stored", 35: "validated", 36: "derived", 37: "manual", 38: "implausible",
	39: "nonconforming",
}

// Has reports whether any of the doubts in mask holds.
func (q Quality) Has(mask Quality) bool { return q&mask != 0 }

// AppendText appends the names of the doubts joined by "|"; "good" if there is
// none. It implements [encoding.TextAppender].
func (q Quality) AppendText(b []byte) ([]byte, error) {
	if q == 0 {
		return append(b, "good"...), nil
	}
	start := len(b)
	for i, name := range qualityNames {
		if q>>i&1 == 0 {
			continue
		}
		if len(b) > start {
			b = append(b, '|')
		}
		if name == "" { // a bit of the caller's making must not look good
			b = strconv.AppendInt(append(b, "bit-"...), int64(i), 10)
		}
		b = append(b, name...)
	}
	return b, nil
}

// String is the text of [Quality.AppendText].
func (q Quality) String() string {
	b, _ := q.AppendText(nil)
	return string(b)
}

// MarshalText implements [encoding.TextMarshaler].
func (q Quality) MarshalText() ([]byte, error) { return q.AppendText(nil) }

// UnmarshalText implements [encoding.TextUnmarshaler]. A name that is not
// known, of a newer version of this package, reads as [Questionable]: a doubt
// must not turn into "good" on its way.
func (q *Quality) UnmarshalText(b []byte) error {
	*q = 0
	for name := range strings.SplitSeq(string(b), "|") {
		*q |= parseDoubt(name)
	}
	return nil
}

func parseDoubt(name string) Quality {
	if name == "good" || name == "" {
		return 0
	}
	for i, known := range qualityNames {
		if name == known {
			return 1 << i
		}
	}
	if digits, ok := strings.CutPrefix(name, "bit-"); ok {
		if i, err := strconv.ParseUint(digits, 10, 8); err == nil && i < 64 {
			return 1 << i
		}
	}
	return Questionable
}
