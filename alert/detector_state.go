package alert

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A stateReader reads back what the append functions below wrote. After the
// first mistake it yields zeros and done reports errState.
type stateReader struct {
	b   []byte
	bad bool
}

func (s *stateReader) fail() { s.b, s.bad = nil, true }

// done returns what follows the state.
func (s *stateReader) done() ([]byte, error) {
	if s.bad {
		return nil, errState
	}
	return s.b, nil
}

func (s *stateReader) int() int64 {
	v, n := binary.Varint(s.b)
	if n <= 0 {
		s.fail()
		return 0
	}
	s.b = s.b[n:]
	return v
}

// upTo is a whole number from 0 to limit.
func (s *stateReader) upTo(limit int64) int64 {
	v := s.int()
	if v < 0 || v > limit {
		s.fail()
		return 0
	}
	return v
}

func (s *stateReader) bool() bool { return s.upTo(1) == 1 }

func (s *stateReader) float() float64 {
	if len(s.b) < 8 {
		s.fail()
		return 0
	}
	v := math.Float64frombits(binary.BigEndian.Uint64(s.b))
	if s.b = s.b[8:]; math.IsNaN(v) || math.IsInf(v, 0) {
		s.fail()
		return 0
	}
	return v
}

// maxDevice bounds the name of a device in a state.
const maxDevice = 1 << 12

func (s *stateReader) input() Input {
	if !s.bool() {
		return Input{}
	}
	i := Input{Kind: vitals.Kind(s.upTo(math.MaxUint16))}
	if unit := s.upTo(math.MaxUint8); unit != 0 {
		d := vitals.Decimal{Coef: s.int()}
		d.Exp = int8(s.upTo(math.MaxUint8) + math.MinInt8)
		i.Value = vitals.Unit(unit).Of(d)
	}
	i.Code, i.Quality = uint32(s.upTo(math.MaxUint32)), vitals.Quality(s.int())
	i.At, i.Sequence = time.Unix(0, s.int()).UTC(), uint32(s.upTo(math.MaxUint32))
	i.Device = vitals.DeviceID(s.bytes(maxDevice))
	return i
}

// bytes is a number of bytes up to limit, borrowed, and what they are.
func (s *stateReader) bytes(limit int64) []byte {
	n := s.upTo(limit)
	if int(n) > len(s.b) {
		s.fail()
		return nil
	}
	b := s.b[:n:n]
	s.b = s.b[n:]
	return b
}

func appendInt(b []byte, v int64) []byte { return binary.AppendVarint(b, v) }

func appendBool(b []byte, v bool) []byte {
	if v {
		return appendInt(b, 1)
	}
	return appendInt(b, 0)
}

func appendFloat(b []byte, v float64) []byte {
	return binary.BigEndian.AppendUint64(b, math.Float64bits(v))
}

// appendInput writes i, or one byte for the zero Input.
func appendInput(b []byte, i *Input) []byte {
	if i.Kind == vitals.KindNone {
		return appendBool(b, false)
	}
	b = appendInt(appendBool(b, true), int64(i.Kind))
	b = appendInt(b, int64(i.Value.Unit()))
	if i.Value.Unit() != vitals.UnitNone {
		d := i.Value.Value()
		b = appendInt(appendInt(b, d.Coef), int64(d.Exp)-math.MinInt8)
	}
	b = appendInt(appendInt(b, int64(i.Code)), int64(i.Quality))
	b = appendInt(appendInt(b, i.At.UnixNano()), int64(i.Sequence))
	device := i.Device[:min(len(i.Device), maxDevice)]
	return append(appendInt(b, int64(len(device))), device...)
}

// inputOf is a reading as an Input.
func inputOf(r *vitals.Reading) Input {
	return Input{Kind: r.Kind, Device: r.Device, At: r.At.UTC(), Sequence: r.Sequence, Value: r.Quantity, Code: r.Code, Quality: r.Quality}
}

// evidenceOf is an input as evidence; the zero Input is none.
func evidenceOf(i *Input) evidence {
	ev := evidence{at: none, value: i.Value, code: i.Code, seq: i.Sequence, quality: i.Quality, device: i.Device}
	if i.Kind != vitals.KindNone {
		ev.at = i.At.UnixNano()
	}
	return ev
}

// valueText is the value as the device sent it, for people.
func (i *Input) valueText() string { return measured(&evidence{value: i.Value, quality: i.Quality}) }
