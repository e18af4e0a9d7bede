package seal

import "strconv"

// A Fault is why a message or a key was refused. Its values are the sentinels
// to compare with: errors.Is(err, seal.ErrReplay).
type Fault string

// The faults.
const (
	// ErrSyntax: the bytes are no such message. The [*Error] says where.
	ErrSyntax Fault = "syntax"
	// ErrTag: a message of another structure, or without the tag that names it.
	ErrTag Fault = "tag"
	// ErrCritical: a header that its sender calls critical and that is not
	// understood here (RFC 9052, 3.1).
	ErrCritical Fault = "critical_header"
	// ErrAlgorithm: an algorithm that is not supported, not allowed, or not that of
	// the key.
	ErrAlgorithm Fault = "algorithm"
	// ErrUnknownKey: nobody has granted a key with this identifier.
	ErrUnknownKey Fault = "key_unknown"
	// ErrExpiredKey: the key is not valid yet, or not any more.
	ErrExpiredKey Fault = "key_expired"
	// ErrForeignKey: the key is that of another device than the topic names.
	ErrForeignKey Fault = "key_foreign"
	// ErrSignature: signature, authentication code or ciphertext are not of this
	// key for this message under this topic.
	ErrSignature Fault = "signature"
	// ErrReplay: the message was here before, or is older than the 1024th newest.
	ErrReplay Fault = "replay"
	// ErrExhausted: the key has sealed as many messages as it may.
	ErrExhausted Fault = "exhausted"

	// ErrKey stands for [ErrUnknownKey], [ErrExpiredKey] and [ErrForeignKey] in
	// errors.Is, and is itself the fault of a key that is malformed or cannot do
	// what is asked of it.
	ErrKey Fault = "key"
)

// faults are those that an [Opener] counts.
var faults = [...]Fault{
	ErrSyntax, ErrTag, ErrCritical, ErrAlgorithm, ErrUnknownKey, ErrExpiredKey, ErrForeignKey, ErrSignature, ErrReplay,
}

// Error is the fault in words: "seal: unknown key".
func (f Fault) Error() string { return "seal: " + f.words() }

func (f Fault) words() string {
	switch f {
	case ErrSyntax:
		return "not allowed here by the grammar"
	case ErrTag:
		return "wrong or missing tag"
	case ErrCritical:
		return "unknown critical header"
	case ErrAlgorithm:
		return "algorithm not supported or not that of the key"
	case ErrUnknownKey:
		return "unknown key"
	case ErrExpiredKey:
		return "key not valid at this time"
	case ErrForeignKey:
		return "key of another device"
	case ErrSignature:
		return "not sealed by this key for this topic"
	case ErrReplay:
		return "received before, or too old to tell"
	case ErrExhausted:
		return "the key has sealed as many messages as it may"
	case ErrKey:
		return "key malformed or not fit for this"
	}
	return string(f)
}

// Code is the stable code, such as "key_expired".
func (f Fault) Code() string { return string(f) }

// Is lets [ErrKey] match its members.
func (f Fault) Is(target error) bool {
	return target == ErrKey && (f == ErrUnknownKey || f == ErrExpiredKey || f == ErrForeignKey)
}

// An Error says where a message or a key is wrong and why. It contains neither
// payload nor key nor identifier.
type Error struct {
	Field  string // "protected", "crv"
	Offset int    // index of the byte where the fault begins
	Err    Fault  // why
	Ref    string // specification and clause: "RFC 9052, 3"
}

// Error reads "seal: byte 3, protected: not allowed here by the grammar (RFC 9052, 3)".
func (e *Error) Error() string {
	s := "seal: byte " + strconv.Itoa(e.Offset) + ", " + e.Field + ": " + e.Err.words()
	if e.Ref != "" {
		s += " (" + e.Ref + ")"
	}
	return s
}

// Unwrap gives errors.Is the fault.
func (e *Error) Unwrap() error { return e.Err }
