package seal

import (
	"fmt"
	"io"
	"log/slog"
	"math"
	"slices"
	"sync"
)

// A Structure is a kind of COSE message, by its CBOR tag (RFC 9052, 2).
type Structure uint8

// The structures that are supported.
const (
	Tagged   Structure = 0  // for [Parse]: whichever the tag names
	Encrypt0 Structure = 16 // encrypted and authenticated for one recipient
	Mac0     Structure = 17 // authenticated by a shared secret
	Sign1    Structure = 18 // signed by one signer
)

// String is the name, such as "COSE_Sign1".
func (s Structure) String() string {
	switch s {
	case Encrypt0:
		return "COSE_Encrypt0"
	case Mac0:
		return "COSE_Mac0"
	case Sign1:
		return "COSE_Sign1"
	}
	return "COSE"
}

// context is the first part of what is signed or authenticated (RFC 9052, 4.4,
// 5.3 and 6.3).
func (s Structure) context() string {
	switch s {
	case Encrypt0:
		return "Encrypt0"
	case Mac0:
		return "MAC0"
	}
	return "Signature1"
}

// MaxMessage is the size of the longest message that is opened or sealed, in bytes.
const MaxMessage = 1 << 20

// A Message is a COSE message that is well formed. Nothing in it can be trusted
// before [Message.Open]. It borrows the bytes that it was parsed from.
type Message struct {
	Structure Structure
	Algorithm Algorithm // 0 if it names none
	KeyID     []byte    // nil if it names none
	IV        []byte    // nil if it has none

	iv          int    // place of the IV
	sequence    uint64 // 0 if it has none
	unprotected int    // 1 + place of the headers that nobody has proved, 0 if there are none
	long        int    // 1 + place of what is not in its shortest form, 0 if all is

	protected []byte // as received; empty for an empty map
	content   []byte // payload or ciphertext
	tag       []byte // signature or authentication code
}

// Format prints "COSE_Mac0 of HS256" by every verb, and nothing of the content.
func (m Message) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, m.String()) }

// String is "COSE_Mac0 of HS256".
func (m Message) String() string { return m.Structure.String() + " of " + m.Algorithm.String() }

// LogValue is the text of String.
func (m Message) LogValue() slog.Value { return slog.StringValue(m.String()) }

// The labels of the headers that are understood (RFC 9052, 3.1).
const (
	labelAlgorithm   = 1
	labelCritical    = 2
	labelContentType = 3
	labelKeyID       = 4
	labelIV          = 5
	labelPartialIV   = 6
	labelSequence    = -65537 // ours, of the range for private use
)

const refHeader = "RFC 9052, 3"

// Parse reads a message with a tag, or, if the caller names the structure, one
// with that tag or none. The result borrows b. Errors are [ErrTag], [ErrCritical],
// [ErrAlgorithm] for one named by text, and [ErrSyntax]: also for labels that occur
// twice, indefinite lengths, a detached payload, trailing bytes, values nested
// deeper than 4, more than 24 headers and more than [MaxMessage] bytes.
func Parse(b []byte, want Structure) (Message, error) {
	r := reader{b: b, field: "message"}
	if len(b) > MaxMessage {
		r.fail(MaxMessage, ErrSyntax)
		return Message{}, r.failure("")
	}
	m := Message{Structure: r.structure(want)}
	parts := uint64(4)
	if m.Structure == Encrypt0 {
		parts = 3
	}
	at := r.off
	if r.want(majorArray) != parts {
		r.fail(at, ErrSyntax)
	}
	var labels labels
	r.field = "protected"
	protected := r.bytes()
	if r.err == "" && len(protected) > 0 {
		inner := reader{b: protected, base: r.off - len(protected), field: r.field, long: r.long}
		if m.headers(&inner, &labels, true); inner.err == "" && inner.off != len(protected) {
			inner.fail(inner.off, ErrSyntax)
		}
		if inner.err != "" {
			return Message{}, inner.failure(refHeader)
		}
		r.long = inner.long
	}
	if labels.n > 0 {
		m.protected = protected // an empty map counts as no bytes, however it was written (RFC 9052, 4.4)
	}
	r.field = "unprotected"
	m.headers(&r, &labels, false)
	r.field = "payload"
	m.content = r.bytes()
	if m.Structure != Encrypt0 {
		r.field = "signature"
		m.tag = r.bytes()
	}
	r.field = "message"
	if r.err == "" && r.off != len(b) {
		r.fail(r.off, ErrSyntax)
	}
	m.long = r.long
	if r.err != "" {
		return Message{}, r.failure("RFC 9052, 2")
	}
	return m, nil
}

// structure reads the tag. What is not tagged is what the caller wants.
func (r *reader) structure(want Structure) Structure {
	if r.peek() != majorTag {
		if want == Tagged {
			r.fail(0, ErrTag)
		}
		return want
	}
	_, tag := r.head()
	got := Structure(tag & math.MaxUint8)
	if tag > math.MaxUint8 || got.context() == "Signature1" && got != Sign1 || want != Tagged && got != want {
		r.fail(0, ErrTag)
	}
	return got
}

// headers reads one of the two maps.
func (m *Message) headers(r *reader, seen *labels, protected bool) {
	begin := r.off
	pairs := r.want(majorMap)
	if !protected && pairs > 0 {
		m.unprotected = 1 + begin
	}
	critical := -1
	for ; pairs > 0 && r.err == ""; pairs-- {
		at := r.off
		l := seen.add(r)
		switch {
		case r.err != "":
		case l.text != nil:
			r.skip(maxDepth)
		case l.n == labelCritical && protected:
			critical = r.off
			r.skip(1)
		case l.n == labelCritical:
			r.fail(at, ErrSyntax)
		default:
			m.header(r, l.n, protected)
		}
	}
	if critical >= 0 && r.err == "" {
		end := r.off
		r.off = critical
		r.critical(seen)
		if r.err == "" {
			r.off = end
		}
	}
}

// header reads the value of an integer label.
func (m *Message) header(r *reader, label int64, protected bool) {
	at := r.off
	switch label {
	case labelAlgorithm:
		if r.peek() == majorText {
			r.text()
			r.fail(at, ErrAlgorithm)
			return
		}
		m.Algorithm = Algorithm(r.int())
	case labelContentType:
		if r.peek() == majorText {
			r.text()
			return
		}
		r.want(majorUint)
	case labelKeyID:
		m.KeyID = r.bytes()
	case labelIV:
		m.IV, m.iv = r.bytes(), r.base+at
	case labelPartialIV:
		r.bytes()
		// It needs the other part, which no key has here.
		r.fail(at, ErrSyntax)
	case labelSequence:
		if n := r.want(majorUint); protected {
			m.sequence = n
		}
	default:
		r.skip(maxDepth)
	}
}

// critical reads the list of the labels that must be understood. They must be
// in the protected headers, which is what has been seen so far.
func (r *reader) critical(seen *labels) {
	at := r.off
	n := r.want(majorArray)
	if n == 0 {
		r.fail(at, ErrSyntax)
	}
	for ; n > 0 && r.err == ""; n-- {
		at := r.off
		l := r.label()
		switch {
		case r.err != "":
		case l.text != nil || (l.n < labelAlgorithm || l.n > labelIV) && l.n != labelSequence:
			r.fail(at, ErrCritical)
		case !seen.has(l):
			r.fail(at, ErrSyntax)
		}
	}
}

// Open returns the payload if the key has sealed the message beside the external
// data. A payload that was encrypted is appended to dst, which must not overlap
// with the message; any other borrows the message. Errors are [ErrAlgorithm] if
// the message is for another one than the key, [ErrSyntax] if an IV is missing,
// [ErrKey] without a key, and [ErrSignature]. It is safe for concurrent use.
func (m Message) Open(dst []byte, k *Key, external []byte) ([]byte, error) {
	if !k.exists() {
		return nil, ErrKey
	}
	if m.Algorithm != k.algorithm || m.Structure != k.spec.structure {
		return nil, ErrAlgorithm
	}
	s := scratches.Get().(*scratch)
	defer s.free()
	s.buf = appendProven(s.buf[:0], m.Structure, m.protected, external, m.content)
	if m.Structure != Encrypt0 {
		if !k.verify(s.buf, m.tag) {
			return nil, ErrSignature
		}
		return m.content, nil
	}
	if len(m.IV) != k.spec.nonce {
		return nil, &Error{Field: "IV", Offset: m.iv, Err: ErrSyntax, Ref: "RFC 9053, 4"}
	}
	dst, err := k.aead.Open(dst, m.IV, m.content, s.buf)
	if err != nil {
		return nil, ErrSignature
	}
	return dst, nil
}

// appendProven appends what is signed or authenticated: Sig_structure,
// MAC_structure or, without the payload, Enc_structure (RFC 9052, 4.4, 6.3, 5.3).
func appendProven(dst []byte, s Structure, protected, external, payload []byte) []byte {
	parts := uint64(4)
	if s == Encrypt0 {
		parts = 3
	}
	context := s.context()
	dst = slices.Grow(dst, 32+len(protected)+len(external)+len(payload))
	dst = appendHead(dst, majorArray, parts)
	dst = append(appendHead(dst, majorText, uint64(len(context))), context...)
	dst = appendBytes(appendBytes(dst, protected), external)
	if s == Encrypt0 {
		return dst
	}
	return appendBytes(dst, payload)
}

// A scratch is room for what is proven, and for the external data.
type scratch struct{ buf, external []byte }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// maxScratch bounds the room that is kept, in bytes.
const maxScratch = 64 << 10

func (s *scratch) free() {
	if cap(s.buf) <= maxScratch {
		clear(s.buf) // it held a payload
		scratches.Put(s)
	}
}
