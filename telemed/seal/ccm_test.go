package seal

import (
	"bytes"
	"crypto/aes"
	"testing"
)

// The example vectors of NIST SP 800-38C, C.1 to C.3, have other sizes of tag and
// nonce, which the code takes as well; C.4 has data beyond 65,280 bytes.
func TestCCM(t *testing.T) {
	block, err := aes.NewCipher(unhex(t, "404142434445464748494a4b4c4d4e4f"))
	must(t, err)
	long := make([]byte, 524288/8)
	for i := range long {
		long[i] = byte(i)
	}
	for _, tt := range []struct {
		nonce, data, plaintext, ciphertext string
		tag                                int
	}{
		{"10111213141516", "0001020304050607", "20212223", "7162015b4dac255d", 4},
		{
			"1011121314151617", "000102030405060708090a0b0c0d0e0f", "202122232425262728292a2b2c2d2e2f",
			"d2a1f0e051ea5f62081a7792073d593d1fc64fbfaccd", 6,
		},
		{
			"101112131415161718191a1b", "000102030405060708090a0b0c0d0e0f10111213", "202122232425262728292a2b2c2d2e2f3031323334353637",
			"e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951", 8,
		},
		{
			"101112131415161718191a1b1c", "", "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
			"69915dad1e84c6376a68c2967e4dab615ae0fd1faec44cc484828529463ccf72b4ac6bec93e8598e7f0dadbcea5b", 14,
		},
	} {
		c := ccm{block, len(tt.nonce) / 2, tt.tag}
		data := unhex(t, tt.data)
		if tt.data == "" {
			data = long
		}
		got := c.Seal([]byte("x"), unhex(t, tt.nonce), unhex(t, tt.plaintext), data)
		if want := append([]byte("x"), unhex(t, tt.ciphertext)...); !bytes.Equal(got, want) {
			t.Errorf("tag of %d: %x, want %x", tt.tag, got, want)
		}
		back, err := c.Open(nil, unhex(t, tt.nonce), got[1:], data)
		if err != nil || !bytes.Equal(back, unhex(t, tt.plaintext)) {
			t.Errorf("tag of %d: %x, %v", tt.tag, back, err)
		}
		got[len(got)-1] ^= 1
		_, err = c.Open(nil, unhex(t, tt.nonce), got[1:], data)
		wantFault(t, "changed", err, ErrSignature)
	}
	c := ccm{block, 13, 16}
	if c.Seal(nil, make([]byte, 13), make([]byte, 1<<16), nil) != nil {
		t.Error("a length that cannot be written")
	}
	_, err = c.Open(nil, make([]byte, 12), make([]byte, 16), nil)
	wantFault(t, "another nonce", err, ErrSignature)
	_, err = c.Open(nil, make([]byte, 13), make([]byte, 15), nil)
	wantFault(t, "no room for a tag", err, ErrSignature)
}
