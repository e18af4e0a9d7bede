package seal

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/telemed-go/sdk/telemed"
)

// reserved is how many sequences are taken at once, for one write. A restart
// wastes the rest of them.
const reserved = 64

// maxRandomIV is how many messages a key may encrypt with random IVs: then two
// are the same with a probability of 2^-32 (NIST SP 800-38D, 8.3).
const maxRandomIV = 1 << 32

// A Sealer seals messages with one key. It is safe for concurrent use.
//
// The receiver takes messages that arrive out of order, but refuses one that more
// than 1023 newer ones have overtaken. Where a backlog is sent behind live data,
// give it a key of its own, or seal when it is sent.
type Sealer struct {
	key     *Key
	journal telemed.Journal
	name    string // of the journal

	mu    sync.Mutex
	next  uint64 // sequence; guarded by mu
	until uint64 // which are reserved, next included; guarded by mu
	last  uint64 // number that was given to the journal; guarded by mu
}

// NewSealer makes a sealer that goes on with the sequence in the journal, which
// must not be lost: a gateway takes what is numbered anew for a replay. If it comes
// back from a backup the same happens, and no worse: IVs are random.
//
// The fault is [ErrKey] for a key that has its public half only, and
// [ErrAlgorithm] for one with an IV too short for random ones.
func NewSealer(ctx context.Context, key *Key, journal telemed.Journal) (*Sealer, error) {
	switch {
	case journal == nil:
		return nil, errors.New("seal: NewSealer needs a journal")
	case !key.canSeal():
		return nil, ErrKey
	case key.spec.nonce > 0 && key.spec.nonce < 12:
		return nil, ErrAlgorithm
	}
	s := &Sealer{key: key, journal: journal, name: "seal.sent." + hex.EncodeToString([]byte(key.id))}
	entries, err := journal.Entries(ctx, s.name)
	if err != nil {
		return nil, fmt.Errorf("seal: sequence of before: %w", err)
	}
	if n := len(entries); n > 0 {
		s.last = entries[n-1].Number
	}
	s.next, s.until = s.last+1, s.last+1
	return s, nil
}

// Overhead is the most that [Sealer.Seal] adds to a payload, in bytes.
func (s *Sealer) Overhead() int {
	const heads = 1 + 1 + 2 + 1 + 2 + 3 + 5 + 9 + 1 + 5 + 2 // of tag, array, maps, strings; labels; sequence
	n := heads + len(s.key.id) + s.key.tagSize()
	if s.key.spec.nonce > 0 {
		n += 2 + s.key.spec.nonce
	}
	return n
}

// Seal appends the message with a payload under a topic to dst, which must not
// overlap with the payload. It is to be published under that topic and no other.
// Once in 64 messages it writes to the journal, whose error it returns; nothing is
// sealed then. [ErrExhausted] asks for a new key. A payload of more than
// [MaxMessage] less [Sealer.Overhead] is [ErrSyntax].
func (s *Sealer) Seal(dst []byte, topic string, payload []byte) ([]byte, error) {
	if len(payload) > MaxMessage-s.Overhead() || s.key.spec.nonce == 13 && len(payload) > math.MaxUint16 {
		return dst, &Error{Field: "payload", Err: ErrSyntax}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == s.until {
		if err := s.reserve(); err != nil {
			return dst, err
		}
	}
	out, err := s.key.seal(slices.Grow(dst, s.Overhead()+len(payload)), topic, s.next, payload)
	if err != nil {
		return dst, fmt.Errorf("seal: %w", err)
	}
	s.next++
	return out, nil
}

// reserve takes further sequences, before any of them is used.
func (s *Sealer) reserve() error {
	limit := uint64(math.MaxInt64)
	if s.key.spec.structure == Encrypt0 {
		limit = maxRandomIV
	}
	if s.last >= limit {
		return ErrExhausted
	}
	s.last += reserved // also if it fails: nobody knows then whether the number is taken
	err := s.journal.AppendEntry(context.Background(), s.name, telemed.Entry{Number: s.last}, s.last)
	if err != nil {
		return fmt.Errorf("seal: reserve sequences: %w", err)
	}
	s.until = s.last + 1
	return nil
}

// seal appends a message. seal.md has its form.
func (k *Key) seal(dst []byte, topic string, sequence uint64, payload []byte) ([]byte, error) {
	dst = appendHead(dst, majorTag, uint64(k.spec.structure))
	parts, pairs := uint64(4), uint64(3)
	if k.spec.structure == Encrypt0 {
		parts, pairs = 3, 4
	}
	dst = appendHead(dst, majorArray, parts)
	var room [2*maxKeyID + 32]byte
	protected := appendHead(room[:0], majorMap, pairs)
	protected = appendInt(appendInt(protected, labelAlgorithm), int64(k.algorithm))
	protected = appendBytes(appendInt(protected, labelKeyID), k.id)
	var iv [13]byte
	if n := k.spec.nonce; n > 0 {
		_, _ = rand.Read(iv[:n]) // never fails
		protected = appendBytes(appendInt(protected, labelIV), iv[:n])
	}
	protected = appendHead(appendInt(protected, labelSequence), majorUint, sequence)
	dst = appendHead(appendBytes(dst, protected), majorMap, 0)

	s := scratches.Get().(*scratch)
	defer s.free()
	s.external = appendExternal(s.external[:0], topic, sequence)
	s.buf = appendProven(s.buf[:0], k.spec.structure, protected, s.external, payload)
	if k.spec.structure == Encrypt0 {
		dst = appendHead(dst, majorBytes, uint64(len(payload)+k.spec.tag))
		return k.aead.Seal(dst, iv[:k.spec.nonce], payload, s.buf), nil
	}
	dst = appendBytes(dst, payload)
	return k.appendTag(appendHead(dst, majorBytes, uint64(k.tagSize())), s.buf)
}
