package store

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"sync"

	"github.com/telemed-go/sdk/vitals"
)

// Keys holds the keys of an encrypted log. The log calls it seldom, for it
// remembers the last few; it must be safe for concurrent use.
//
// One key for all, a new one every month, or one for each patient: that is for
// the implementation to decide. A log reads every key that Open still knows,
// so keys rotate by giving another one to Seal.
type Keys interface {
	// Seal returns the key for new records of a patient, who may be unknown.
	Seal(p vitals.PatientID) (id uint64, key [32]byte, err error)
	// Open returns the key that was given the id. It returns [ErrShredded] for
	// one that was destroyed: its records are skipped as if they had gone.
	Open(id uint64) (key [32]byte, err error)
}

// ErrShredded is what [Keys] answers for a key that was destroyed on purpose.
var ErrShredded = errors.New("store: the key was destroyed")

// An Option changes how a log is opened.
type Option interface{ apply(*Log) }

type optionFunc func(*Log)

func (f optionFunc) apply(l *Log) { f(l) }

// Encrypt seals new records with AES-256-GCM. Records written before remain
// readable. What stays in the clear is how many records there are, when they
// were measured, and a hash of their identity. The default is no encryption.
//
// For an outbox, whose messages name no patient, it asks for the key of the
// zero patient; in the clear is when a message was added.
func Encrypt(k Keys) Encryption { return Encryption{k} }

// Encryption is the option that [Encrypt] makes, for a log and for an outbox.
type Encryption struct{ keys Keys }

func (e Encryption) apply(l *Log) { l.safe.keys = e.keys }

func (e Encryption) applyOutbox(o *Outbox) { o.safe.keys = e.keys }

// A safe puts content into values and takes it out again.
type safe struct {
	keys Keys // nil: plain

	mu    sync.Mutex
	seals map[uint64]cipher.AEAD // by key id
}

// maxSeals bounds the remembered keys.
const maxSeals = 4096

// put makes the value of a content at a place.
func (s *safe) put(place, content []byte, p vitals.PatientID) ([]byte, error) {
	seal, err := s.sealing(p)
	if err != nil {
		return nil, err
	}
	return seal.append(nil, place, content), nil
}

// A sealing is how the values of one patient are made. The zero sealing makes
// plain ones.
type sealing struct {
	id   uint64
	aead cipher.AEAD
}

// sealing gets the key for a patient.
func (s *safe) sealing(p vitals.PatientID) (sealing, error) {
	if s.keys == nil {
		return sealing{}, nil
	}
	id, key, err := s.keys.Seal(p)
	if err != nil {
		return sealing{}, fmt.Errorf("key for sealing: %w", err)
	}
	aead, err := s.seal(id, key)
	return sealing{id, aead}, err
}

// append appends the value of a content at a place. It allocates nothing if
// there is room; content must not overlap with that.
func (s sealing) append(dst, place, content []byte) []byte {
	if s.aead == nil {
		return appendPlain(dst, place, content)
	}
	dst = slices.Grow(dst, s.size(len(content)))
	dst = binary.BigEndian.AppendUint64(append(dst, sealed), s.id)
	return s.aead.Seal(dst, nil, content, place)
}

// size is that of the value of a content of n bytes.
func (s sealing) size(n int) int {
	if s.aead == nil {
		return plainHeader + n
	}
	return 9 + s.aead.Overhead() + n
}

func appendPlain(dst, place, content []byte) []byte {
	dst = slices.Grow(dst, plainHeader+len(content))
	dst = binary.LittleEndian.AppendUint32(append(dst, plain), checksum(place, content))
	return append(dst, content...)
}

// openPlain returns the content of a plain value, which it borrows.
func openPlain(place, value []byte) ([]byte, error) {
	switch {
	case len(value) < plainHeader:
		return nil, errShort
	case value[0] != plain:
		return nil, errFormat
	case binary.LittleEndian.Uint32(value[1:]) != checksum(place, value[plainHeader:]):
		return nil, errChecksum
	}
	return value[plainHeader:], nil
}

const plainHeader = 5

// take returns the content of a value. It may borrow the value; buf is for
// content that had to be decrypted.
func (s *safe) take(place, value, buf []byte) (content []byte, err error) {
	switch {
	case len(value) == 0 || value[0] != sealed:
		return openPlain(place, value)
	case len(value) < 9:
		return nil, errShort
	case s.keys == nil:
		return nil, errors.New("encrypted, and the log was opened without keys")
	}
	id := binary.BigEndian.Uint64(value[1:])
	s.mu.Lock()
	aead := s.seals[id]
	s.mu.Unlock()
	if aead == nil {
		key, err := s.keys.Open(id)
		if err != nil {
			return nil, fmt.Errorf("key for opening: %w", err)
		}
		if aead, err = s.seal(id, key); err != nil {
			return nil, err
		}
	}
	content, err = aead.Open(buf[:0], nil, value[9:], place)
	if err != nil {
		return nil, errChecksum
	}
	return content, nil
}

// seal returns the cipher of a key, made once.
func (s *safe) seal(id uint64, key [32]byte) (cipher.AEAD, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if aead := s.seals[id]; aead != nil {
		return aead, nil
	}
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	// Nonces are random and not counted: a file restored from a backup would
	// count the same numbers again under the same key.
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	if len(s.seals) >= maxSeals {
		clear(s.seals)
	}
	if s.seals == nil {
		s.seals = make(map[uint64]cipher.AEAD)
	}
	s.seals[id] = aead
	return aead, nil
}

// forget drops the remembered ciphers.
func (s *safe) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.seals)
}

func checksum(place, content []byte) uint32 {
	return crc32.Update(crc32.Checksum(content, castagnoli), castagnoli, place)
}
