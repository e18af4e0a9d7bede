package devicetest

import (
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
)

// The rules that hold for all characteristics.
var (
	ruleUnknown        = Rule{"unknown_characteristic", "The kit knows the characteristic.", "", Note}
	ruleKnownQuirk     = Rule{"known_quirk", "The model is not known to break the specification.", "", Note}
	ruleReservedNumber = Rule{"reserved_number", "No number is the word that IEEE 11073 reserves.", "IEEE 11073-20601, Annex F.8", Error}
	ruleFeature        = Rule{"feature_mismatch", "A frame has no field that the feature characteristic denies.", "", Error}
	ruleStatusFeature  = Rule{"status_without_feature", "A status bit is set only if the feature characteristic announces it.", "", Error}
	ruleClockUnset     = Rule{"clock_unset", "The time stamp is a complete date of this century.", "", Warning}
	ruleFuture         = Rule{"time_in_future", "Nothing was measured more than a day after it arrived.", "", Warning}
	ruleBackwards      = Rule{"time_backwards", "Time stamps do not go back.", "", Warning}
	ruleIEEE754        = Rule{"ieee754_float", "A FLOAT is IEEE 11073, not IEEE 754.", "GSS 2.2", Error}
	ruleSegment        = Rule{"segment_counter", "Segments follow one another: first, counter by one modulo 64, last.", "", Error}
	ruleSegmentEnd     = Rule{"segment_unfinished", "A segmented message has a last segment.", "", Error}
)

var commonRules = [...]Rule{
	ruleUnknown, ruleKnownQuirk, ruleReservedNumber, ruleFeature, ruleStatusFeature, ruleClockUnset, ruleFuture, ruleBackwards, ruleIEEE754,
	ruleSegment, ruleSegmentEnd,
}

// faultRules are the rules that decoders know: their ids are the codes.
var faultRules = map[device.Fault]Rule{
	device.ErrTruncated:     {"truncated", "The frame has every field that its flags announce, whole.", "", Error},
	device.ErrTrailing:      {"trailing_bytes", "Nothing follows the last field.", "", Error},
	device.ErrReservedBits:  {"reserved_bits", "Flags that the specification reserves are 0.", "", Error},
	device.ErrReservedValue: {"reserved_value", "Numbers that stand for something are those of the list.", "", Error},
	device.ErrOutOfRange:    {"out_of_range", "Numbers lie in the range that the specification gives.", "", Error},
	device.ErrFeature:       ruleFeature,
	device.ErrText:          {"invalid_utf8", "Texts are UTF-8.", "", Error},
	device.ErrChecksum:      {"crc_mismatch", "The checksum is that of the bytes.", "", Error},
	device.ErrChecksumField: {"crc_field_not_ffff", "The checksum of a device without one is 0xFFFF.", "", Error},
	device.ErrSize:          {"size_mismatch", "The size of a record is that of its fields.", "", Error},
	device.ErrLength:        {"length_mismatch", "The length of a message is that of its bytes.", "", Error},
	device.ErrOpCode:        {"unknown_opcode", "Op codes are those of the list.", "", Error},
	device.ErrOperator:      {"bad_operator", "The operator is one that the op code allows.", "", Error},
	device.ErrDirection:     {"wrong_direction", "Requests go to the device and answers come from it.", "", Error},
	device.ErrSequence:      {"sequence_gap", "Nothing is missing before a frame.", "", Note},
}

// clock checks a time stamp by itself.
func (s *session) clock(field string, offset int, d clock.DateTime) {
	at, ok := d.Time(s.capture.At.Location())
	switch {
	case !ok || at.Year() < 2000:
		s.find(ruleClockUnset, field, offset, "is not set")
	case !s.capture.At.IsZero() && at.Sub(s.capture.At) > 24*time.Hour:
		s.find(ruleFuture, field, offset, "lies more than a day after the frame arrived")
	}
}

// order checks a time stamp against the one before.
func (s *session) order(field string, offset int, before, d clock.DateTime) {
	a, ok := before.Time(time.UTC)
	b, also := d.Time(time.UTC)
	if ok && also && b.Before(a) {
		s.find(ruleBackwards, field, offset, "is earlier than that of the frame before")
	}
}

// segmentMemory is a message of which segments have come.
type segmentMemory struct {
	open    bool
	counter uint8
	frame   int
	capture Capture
}

// segment checks the segmentation header, the first byte of a frame: bit 0
// first, bit 1 last, bits 2 to 7 a counter.
func (s *session) segment(b []byte) {
	if len(b) == 0 {
		return
	}
	if s.segments == nil {
		s.segments = map[Characteristic]*segmentMemory{}
	}
	m := s.segments[s.capture.Characteristic]
	if m == nil {
		m = &segmentMemory{}
		s.segments[s.capture.Characteristic] = m
	}
	first, last, counter := b[0]&1 != 0, b[0]&2 != 0, b[0]>>2
	switch {
	case first && m.open:
		s.find(ruleSegment, "SegmentationHeader", 0, "begins a message before the last has ended")
	case !first && !m.open:
		s.find(ruleSegment, "SegmentationHeader", 0, "goes on with a message that has not begun")
	case !first && counter != (m.counter+1)&63:
		s.find(ruleSegment, "SegmentationHeader", 0, "does not count on by one")
	}
	*m = segmentMemory{open: !last, counter: counter, frame: s.frame, capture: s.capture}
}

// end reports what the capture leaves open.
func (s *session) end() {
	for _, m := range s.segments {
		if m.open {
			s.frame, s.capture, s.row, s.at = m.frame, m.capture, find(m.capture.Characteristic), 0
			s.find(ruleSegmentEnd, "SegmentationHeader", 0, "is of a message without a last segment")
		}
	}
	s.endGlucose()
	s.endBody()
}
