package compact

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// Why readings or values cannot be sent.
var (
	errKind  = errors.New("a kind without numbers or codes")
	errBoth  = errors.New("a code together with a number")
	errMixed = errors.New("not of one device and patient at one instant")
	errTwice = errors.New("a kind that is there already")
)

// NewMessage makes the message of readings of one device at one instant, in any
// order, each kind once. The message does not name device and patient: the
// receiver knows them from the transport.
func NewMessage(readings []vitals.Reading) (Message, error) {
	if len(readings) == 0 {
		return Message{}, errors.New("compact: no readings")
	}
	first := &readings[0]
	m := Message{At: first.At.UTC(), Arrival: !first.Stamped, Sequence: first.Sequence, Quality: first.Quality}
	for i := range readings {
		r := &readings[i]
		if r.Patient != first.Patient || r.Device != first.Device || !r.At.Equal(first.At) || r.Stamped != first.Stamped || r.Sequence != first.Sequence {
			return Message{}, fmt.Errorf("compact: readings[%d]: %w", i, errMixed)
		}
		v, err := vitalOf(r)
		if err != nil {
			return Message{}, fmt.Errorf("compact: readings[%d]: %w", i, err)
		}
		m.Quality &= v.Quality
		m.Vitals = append(m.Vitals, v)
	}
	for i := range m.Vitals {
		m.Vitals[i].Quality &^= m.Quality
	}
	slices.SortFunc(m.Vitals, byKind)
	if m.At.IsZero() {
		m.Arrival = false
	}
	return m, nil
}

func byKind(a, b Vital) int { return cmp.Compare(a.Kind, b.Kind) }

// AppendBinary implements [encoding.BinaryAppender]. It sorts a copy of m.Vitals
// unless they are sorted by kind.
func (m Message) AppendBinary(b []byte) ([]byte, error) {
	if !slices.IsSortedFunc(m.Vitals, byKind) {
		m.Vitals = slices.SortedStableFunc(slices.Values(m.Vitals), byKind)
	}
	extensions, err := m.check()
	if err != nil {
		return b, err
	}
	millis, nanos := m.At.UnixMilli(), m.At.Nanosecond()%1e6
	timed := !m.At.IsZero()
	pairs := 1 + len(m.Vitals) + extensions
	for _, there := range [...]bool{timed, timed && nanos != 0, m.Sequence != 0, m.Quality != 0, m.Arrival} {
		if there {
			pairs++
		}
	}
	b = appendHead(b, majorMap, uint64(pairs))
	b = append(b, 0, version)
	for i := range m.Vitals {
		b = m.Vitals[i].append(b)
	}
	if timed {
		b = appendPair(b, keyMillis, uint64(millis))
		if nanos != 0 {
			b = appendPair(b, keyNanos, uint64(nanos))
		}
	}
	if m.Sequence != 0 {
		b = appendPair(b, keySequence, uint64(m.Sequence))
	}
	if m.Quality != 0 {
		b = appendPair(b, keyQuality, uint64(m.Quality))
	}
	if m.Arrival {
		b = append(b, majorNegint<<5|keyArrival, majorSimple<<5|simpleTrue)
	}
	return append(b, m.Extensions...), nil
}

func appendPair(b []byte, key byte, value uint64) []byte {
	return appendHead(append(b, majorNegint<<5|key), majorUint, value)
}

// check refuses what [Message.Decode] would refuse and counts the extensions.
func (m *Message) check() (extensions int, err error) {
	if len(m.Vitals) > MaxVitals {
		return 0, fmt.Errorf("compact: Vitals: %w", device.ErrOutOfRange)
	}
	for i := range m.Vitals {
		v := &m.Vitals[i]
		switch {
		case v.Kind == vitals.KindNone:
			return 0, fmt.Errorf("compact: Vitals[%d].Kind: %w", i, errKind)
		case i > 0 && v.Kind == m.Vitals[i-1].Kind:
			return 0, fmt.Errorf("compact: Vitals[%d].Kind: %w", i, errTwice)
		case len(v.Unit) > maxUnit || !utf8.ValidString(v.Unit):
			return 0, fmt.Errorf("compact: Vitals[%d].Unit: %w", i, device.ErrOutOfRange)
		case v.NoValue && v.Value != vitals.Decimal{}:
			return 0, fmt.Errorf("compact: Vitals[%d].Value: %w", i, device.ErrOutOfRange)
		}
	}
	if m.At.IsZero() && m.Arrival || !m.At.IsZero() && (m.At.Unix() < 0 || m.At.UnixMilli() > maxMillis) {
		return 0, fmt.Errorf("compact: At: %w", device.ErrOutOfRange)
	}
	var decoded Message
	r := newReader(m.Extensions)
	for last := uint64(0); r.off < len(r.b) && r.err == ""; extensions++ {
		at := r.off
		major, key := r.head()
		if major != majorNegint || key < keyExtension || key <= last {
			r.fail(at, device.ErrSyntax)
		}
		last = key
		r.extension(&decoded, at, key, extensions+1)
	}
	if r.err != "" {
		return 0, fmt.Errorf("compact: Extensions: byte %d: %w", r.at, r.err)
	}
	return extensions, nil
}

// append writes the pair of a value.
func (v *Vital) append(b []byte) []byte {
	b = appendHead(b, majorUint, uint64(v.Kind))
	switch {
	case v.Unit != "":
		b = append(b, majorArray<<5|3)
	case v.Quality != 0:
		b = append(b, majorArray<<5|2)
	}
	b = v.appendNumber(b)
	if v.Unit != "" || v.Quality != 0 {
		b = appendHead(b, majorUint, uint64(v.Quality))
	}
	if v.Unit != "" {
		b = append(appendHead(b, majorText, uint64(len(v.Unit))), v.Unit...)
	}
	return b
}

func (v *Vital) appendNumber(b []byte) []byte {
	switch {
	case v.NoValue:
		return append(b, majorSimple<<5|simpleNull)
	case v.Value.Exp == 0:
		return appendInt(b, v.Value.Coef)
	}
	b = append(b, majorTag<<5|tagDecimal, majorArray<<5|2)
	b = appendInt(b, int64(v.Value.Exp))
	return appendInt(b, v.Value.Coef)
}
