package store

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
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
func Encrypt(k Keys) Option { return optionFunc(func(l *Log) { l.safe.keys = k }) }

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
	if s.keys == nil {
		value := make([]byte, 5, 5+len(content))
		value[0] = plain
		binary.LittleEndian.PutUint32(value[1:], checksum(place, content))
		return append(value, content...), nil
	}
	id, key, err := s.keys.Seal(p)
	if err != nil {
		return nil, fmt.Errorf("key for sealing: %w", err)
	}
	aead, err := s.seal(id, key)
	if err != nil {
		return nil, err
	}
	value := make([]byte, 0, 9+aead.Overhead()+len(content))
	value = binary.BigEndian.AppendUint64(append(value, sealed), id)
	return aead.Seal(value, nil, content, place), nil
}

// take returns the content of a value. It may borrow the value; buf is for
// content that had to be decrypted.
func (s *safe) take(place, value, buf []byte) (content []byte, err error) {
	switch {
	case len(value) < 5:
		return nil, errShort
	case value[0] == plain:
		if binary.LittleEndian.Uint32(value[1:]) != checksum(place, value[5:]) {
			return nil, errChecksum
		}
		return value[5:], nil
	case value[0] != sealed || len(value) < 9:
		return nil, errFormat
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
