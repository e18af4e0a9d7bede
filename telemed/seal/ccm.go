package seal

import (
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"slices"
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
	begin := len(dst)
	dst = slices.Grow(dst, len(plaintext)+c.tag)[:begin+len(plaintext)]
	tag := c.authenticate(nonce, plaintext, data)
	c.counter(nonce).XORKeyStream(dst[begin:], plaintext)
	return append(dst, tag[:c.tag]...)
}

// Open implements [cipher.AEAD].
func (c ccm) Open(dst, nonce, ciphertext, data []byte) ([]byte, error) {
	n := len(ciphertext) - c.tag
	if n < 0 || !c.fits(n) || len(nonce) != c.nonce {
		return nil, ErrSignature
	}
	begin := len(dst)
	dst = slices.Grow(dst, n)[:begin+n]
	c.counter(nonce).XORKeyStream(dst[begin:], ciphertext[:n])
	tag := c.authenticate(nonce, dst[begin:], data)
	if subtle.ConstantTimeCompare(tag[:c.tag], ciphertext[n:]) != 1 {
		clear(dst[begin:])
		return nil, ErrSignature
	}
	return dst, nil
}

// counter is the key stream of the message, from the block with the number 1.
func (c ccm) counter(nonce []byte) cipher.Stream {
	var first [blockSize]byte
	first[0] = byte(15 - c.nonce - 1)
	copy(first[1:], nonce)
	first[blockSize-1] = 1
	return cipher.NewCTR(c.block, first[:])
}

// authenticate is the tag: a CBC-MAC of a first block with the sizes, of the
// data behind its length, and of the plaintext, encrypted with the block of the
// key stream that has the number 0 (RFC 3610, 2.2 and 2.3).
func (c ccm) authenticate(nonce, plaintext, data []byte) [blockSize]byte {
	var first, length [blockSize]byte
	first[0] = byte((c.tag-2)/2<<3 | (15 - c.nonce - 1))
	binary.BigEndian.PutUint64(first[8:], uint64(len(plaintext)))
	copy(first[1:], nonce) // over the upper bytes of the length, which are 0
	m := cbcMAC{block: c.block}
	if len(data) > 0 {
		first[0] |= 1 << 6
	}
	m.write(first[:])
	if n := len(data); n > 0 && n < 0xFF00 {
		m.write(binary.BigEndian.AppendUint16(length[:0], uint16(n)))
	} else if n > 0 {
		m.write(binary.BigEndian.AppendUint32(append(length[:0], 0xFF, 0xFE), uint32(n)))
	}
	m.write(data)
	m.pad()
	m.write(plaintext)
	m.pad()
	var zero [blockSize]byte
	zero[0] = byte(15 - c.nonce - 1)
	copy(zero[1:], nonce)
	c.block.Encrypt(zero[:], zero[:])
	subtle.XORBytes(m.sum[:], m.sum[:], zero[:])
	return m.sum
}

// A cbcMAC chains blocks.
type cbcMAC struct {
	block cipher.Block
	sum   [blockSize]byte
	n     int // bytes of the last block so far
}

func (m *cbcMAC) write(b []byte) {
	for len(b) > 0 {
		k := subtle.XORBytes(m.sum[m.n:], m.sum[m.n:], b)
		m.n, b = m.n+k, b[k:]
		if m.n == blockSize {
			m.pad()
		}
	}
}

// pad ends a block that has begun, as if zeros followed.
func (m *cbcMAC) pad() {
	if m.n > 0 {
		m.block.Encrypt(m.sum[:], m.sum[:])
		m.n = 0
	}
}
