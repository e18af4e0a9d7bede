package compact

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// version is the value of key 0.
const version = 1

// The keys of what holds for the whole message, as the argument of a negative
// integer: -1 has 0. Those below keyExtension are kept for later versions of
// the format, where they may change the meaning of the rest, and are refused.
const (
	keyMillis    = 0 // -1
	keyNanos     = 1 // -2
	keySequence  = 2 // -3
	keyQuality   = 3 // -4
	keyArrival   = 4 // -5
	keyExtension = 24
	keyLast      = 255
)

const (
	maxMillis = 253402300799999 // the end of the year 9999
	maxKind   = 1<<16 - 1
)

// Parse decodes b. The extensions of the result borrow b. A result beside an
// error holds what could be read before the fault.
//
// It accepts exactly what [Message.AppendBinary] writes. Errors are of type
// [*device.DecodeError].
func Parse(b []byte) (m Message, err error) {
	err = m.Decode(b)
	return m, err
}

// Decode is [Parse] into a Message of the caller's, whose Vitals are reused: it
// allocates nothing when there is room, but for the text of an unknown unit.
func (m *Message) Decode(b []byte) error {
	head, values, err := parse(b, m.Vitals[:0])
	*m = head
	m.Vitals = values
	return err
}

// parse appends the values to those given and leaves them out of m, so that
// they may stand on the caller's stack.
func parse(b []byte, values []Vital) (m Message, _ []Vital, err error) {
	r := newReader(b)
	pairs := r.open()
	var last uint64
	extensions := 0
	for i := uint64(1); i < pairs && r.err == ""; i++ {
		r.field = "Key"
		at := r.off
		major, arg := r.head()
		order := uint64(major)<<16 | arg // of the encoded bytes
		if major > majorNegint || arg > maxKind || order <= last {
			r.refuseKey(at, arg)
			break
		}
		last = order
		switch {
		case major == majorUint && len(values) == MaxVitals:
			r.fail(at, device.ErrOutOfRange)
		case major == majorUint:
			if len(values) == cap(values) {
				values = slices.Grow(values, 8)
			}
			values = values[:len(values)+1] // faster than append, which copies
			r.vital(&values[len(values)-1], vitals.Kind(arg))
		case arg < keyExtension:
			r.common(&m, at, arg)
		default:
			extensions++
			r.extension(&m, at, arg, extensions)
		}
	}
	return m, values, r.finish(len(values))
}

// open reads the head of the map and the version.
func (r *reader) open() (pairs uint64) {
	r.field = "Version"
	major, pairs := r.head()
	if major != majorMap {
		r.fail(0, device.ErrSyntax)
		return 0
	}
	if pairs == 0 || pairs > 1+keyExtension+MaxVitals+MaxExtensions {
		r.fail(0, device.ErrOutOfRange)
		return 0
	}
	at := r.off
	if key := r.uint(0, 1<<64-1); key != 0 {
		r.fail(at, device.ErrSyntax)
	}
	at = r.off
	if v := r.uint(0, 1<<64-1); v != version {
		r.fail(at, device.ErrUnsupported)
	}
	return pairs
}

// common reads the value of a key that holds for the whole message.
func (r *reader) common(m *Message, at int, key uint64) {
	if (key == keyNanos || key == keyArrival) && m.At.IsZero() { // keys ascend: it does not follow
		r.fail(at, device.ErrSyntax)
		return
	}
	switch key {
	case keyMillis:
		r.field = "At"
		m.At = time.UnixMilli(int64(r.uint(0, maxMillis))).UTC()
	case keyNanos:
		r.field = "At"
		m.At = m.At.Add(time.Duration(r.uint(1, 1e6-1)))
	case keySequence:
		r.field = "Sequence"
		m.Sequence = uint32(r.uint(1, 1<<32-1))
	case keyQuality:
		r.field = "Quality"
		m.Quality = vitals.Quality(r.uint(1, 1<<64-1))
	case keyArrival:
		r.field = "Arrival"
		at := r.off
		major, arg := r.head()
		if m.Arrival = major == majorSimple && arg == simpleTrue; !m.Arrival {
			r.fail(at, device.ErrSyntax)
		}
	default:
		r.fail(at, device.ErrReservedValue)
	}
}

// refuseKey says what is wrong with a key: too large, of another type, or not
// greater than the key before.
func (r *reader) refuseKey(at int, arg uint64) {
	if arg > maxKind {
		r.fail(at, device.ErrOutOfRange)
		return
	}
	r.fail(at, device.ErrSyntax)
}

// vital reads a number, or an array of number, doubts and unit.
func (r *reader) vital(v *Vital, k vitals.Kind) {
	*v = Vital{Kind: k}
	r.field = "Vitals.Value"
	at := r.off
	major, arg := r.head()
	if major != majorArray {
		r.number(v, at, major, arg)
		return
	}
	parts := arg
	if parts < 2 || parts > 3 {
		r.fail(at, device.ErrSyntax)
		return
	}
	at = r.off
	major, arg = r.head()
	r.number(v, at, major, arg)
	r.field = "Vitals.Quality"
	at = r.off
	v.Quality = vitals.Quality(r.uint(0, 1<<64-1))
	if parts == 2 {
		if v.Quality == 0 { // then the number stands alone
			r.fail(at, device.ErrSyntax)
		}
		return
	}
	r.field = "Vitals.Unit"
	v.Unit = unitText(r.text(maxUnit))
}

// number reads an integer, a decimal fraction or null, whose head has been read.
func (r *reader) number(v *Vital, at int, major byte, arg uint64) {
	switch {
	case major <= majorNegint:
		v.Value.Coef = r.signed(at, major, arg)
	case major == majorTag && arg == tagDecimal:
		v.Value.Coef, v.Value.Exp = r.fraction(at)
	case major == majorSimple && arg == simpleNull:
		v.NoValue = true
	default:
		r.fail(at, device.ErrSyntax)
	}
}

// unitText is the text of a unit. That of a known one is not copied.
func unitText(b []byte) string {
	if u, err := vitals.ParseUnit(string(b)); err == nil {
		return u.UCUM()
	}
	return string(b)
}

// extension keeps a pair whose key begins at a place.
func (r *reader) extension(m *Message, at int, key uint64, count int) {
	r.field = "Extensions"
	if key > keyLast || count > MaxExtensions {
		r.fail(at, device.ErrOutOfRange)
		return
	}
	r.skip(maxDepth)
	if r.err != "" {
		return
	}
	start := at - len(m.Extensions) // they are the last pairs and stand side by side
	m.Extensions = Extensions(r.b[start:r.off:r.off])
}

// finish is the error that tells of the first fault.
func (r *reader) finish(values int) error {
	if r.err == "" && r.off < len(r.b) {
		r.field = ""
		r.fail(r.off, device.ErrTrailing)
	}
	if r.err == "" {
		return nil
	}
	field := r.fault
	if part, ok := strings.CutPrefix(field, "Vitals"); ok {
		field = "Vitals[" + strconv.Itoa(values-1) + "]" + part
	}
	return &device.DecodeError{Type: "compact.Message", Field: field, Offset: r.at, Ref: "compact.cddl, message", Err: r.err}
}
