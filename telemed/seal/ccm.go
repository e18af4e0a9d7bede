package seal

import (
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"slices"
	"sync"
)

// ccm is AES-CCM (RFC 3610), which small radios have in hardware and the
// standard library has not. It is a [cipher.AEAD].
type ccm struct {
	block      cipher.Block
	nonce, tag int // bytes; what the nonce leaves of 15 is for the length
}

const blockSize = 16

// NonceSize is 7 or 13.
func (c ccm) NonceSize() int { return c.nonce }

// Overhead is 8 or 16.
func (c ccm) Overhead() int { return c.tag }

// fits says whether the length of a message of n bytes can be written.
func (c ccm) fits(n int) bool {
	size := 15 - c.nonce
	return size >= 8 || uint64(n) < 1<<(8*size)
}

// Seal implements [cipher.AEAD]. A plaintext that is too long, of 64 KiB with
// the longer nonce, gives nil.
func (c ccm) Seal(dst, nonce, plaintext, data []byte) []byte {
	if !c.fits(len(plaintext)) || len(nonce) != c.nonce {
		return nil
	}
	w := ccmWorks.Get().(*ccmWork)
	defer w.free()
	begin := len(dst)
	dst = slices.Grow(dst, len(plaintext)+c.tag)[:begin+len(plaintext)]
	tag := c.authenticate(w, nonce, plaintext, data)
	c.stream(w, nonce, dst[begin:], plaintext)
	return append(dst, tag[:c.tag]...)
}

// Open implements [cipher.AEAD].
func (c ccm) Open(dst, nonce, ciphertext, data []byte) ([]byte, error) {
	n := len(ciphertext) - c.tag
	if n < 0 || !c.fits(n) || len(nonce) != c.nonce {
		return nil, ErrSignature
	}
	w := ccmWorks.Get().(*ccmWork)
	defer w.free()
	begin := len(dst)
	dst = slices.Grow(dst, n)[:begin+n]
	c.stream(w, nonce, dst[begin:], ciphertext[:n])
	tag := c.authenticate(w, nonce, dst[begin:], data)
	if subtle.ConstantTimeCompare(tag[:c.tag], ciphertext[n:]) != 1 {
		clear(dst[begin:])
		return nil, ErrSignature
	}
	return dst, nil
}

// A ccmWork is room for blocks, which would be allocated each time otherwise.
type ccmWork struct {
	sum, counter, key [blockSize]byte
	n                 int // bytes of the last block of sum so far
}

var ccmWorks = sync.Pool{New: func() any { return new(ccmWork) }}

func (w *ccmWork) free() {
	*w = ccmWork{} // it held a key stream
	ccmWorks.Put(w)
}

// start sets the counter to the block of the key stream that has the number 0.
func (c ccm) start(w *ccmWork, nonce []byte) {
	w.counter = [blockSize]byte{byte(15 - c.nonce - 1)}
	copy(w.counter[1:], nonce)
}

// stream encrypts and decrypts, with the blocks from number 1 (RFC 3610, 2.3).
func (c ccm) stream(w *ccmWork, nonce, dst, src []byte) {
	c.start(w, nonce)
	for number := uint64(1); len(src) > 0; number++ {
		// The number never reaches into a nonce of 13 bytes: 64 KiB are 4096 blocks.
		for i, b := blockSize-1, number; b > 0; i, b = i-1, b>>8 {
			w.counter[i] = byte(b)
		}
		c.block.Encrypt(w.key[:], w.counter[:])
		n := subtle.XORBytes(dst, src, w.key[:])
		dst, src = dst[n:], src[n:]
	}
}

// authenticate is the tag: a CBC-MAC of a first block with the sizes, of the
// data behind its length, and of the plaintext, encrypted with the block of the
// key stream that has the number 0 (RFC 3610, 2.2 and 2.3).
func (c ccm) authenticate(w *ccmWork, nonce, plaintext, data []byte) [blockSize]byte {
	w.sum, w.n = [blockSize]byte{}, 0
	first := &w.key
	*first = [blockSize]byte{byte((c.tag-2)/2<<3 | (15 - c.nonce - 1))}
	binary.BigEndian.PutUint64(first[8:], uint64(len(plaintext)))
	copy(first[1:], nonce) // over the upper bytes of the length, which are 0
	if len(data) > 0 {
		first[0] |= 1 << 6
	}
	c.write(w, first[:])
	var length [6]byte
	if n := len(data); n > 0 && n < 0xFF00 {
		c.write(w, binary.BigEndian.AppendUint16(length[:0], uint16(n)))
	} else if n > 0 {
		c.write(w, binary.BigEndian.AppendUint32(append(length[:0], 0xFF, 0xFE), uint32(n)))
	}
	c.write(w, data)
	c.pad(w)
	c.write(w, plaintext)
	c.pad(w)
	c.start(w, nonce)
	c.block.Encrypt(w.key[:], w.counter[:])
	subtle.XORBytes(w.sum[:], w.sum[:], w.key[:])
	return w.sum
}

// write chains bytes into the sum.
func (c ccm) write(w *ccmWork, b []byte) {
	for len(b) > 0 {
		k := subtle.XORBytes(w.sum[w.n:], w.sum[w.n:], b)
		w.n, b = w.n+k, b[k:]
		if w.n == blockSize {
			c.pad(w)
		}
	}
}

// pad ends a block that has begun, as if zeros followed.
func (c ccm) pad(w *ccmWork) {
	if w.n > 0 {
		c.block.Encrypt(w.sum[:], w.sum[:])
		w.n = 0
	}
}
