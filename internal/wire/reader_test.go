package wire_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/internal/wire"
)

// Read every field, then ask once.
func ExampleReader() {
	r := wire.NewReader([]byte{0x01, 0x2C, 0x01, 0xFF})
	flags, rate, energy := r.Uint8("Flags"), r.Uint16("Rate"), r.Uint16("Energy")
	fmt.Println(flags, rate, energy)
	if field, offset, short := r.Short(); short {
		fmt.Printf("the frame ends inside %s, which begins at byte %d\n", field, offset)
	}
	// Output:
	// 1 300 0
	// the frame ends inside Energy, which begins at byte 3
}

var frame = []byte{0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C}

func TestReaderLittleEndian(t *testing.T) {
	r := wire.NewReader(frame)
	if got := r.Uint8("a"); got != 0x01 {
		t.Errorf("Uint8 = %#x, want 0x01", got)
	}
	if got := r.Uint16("b"); got != 0x0302 {
		t.Errorf("Uint16 = %#x, want 0x0302", got)
	}
	if got := r.Uint24("c"); got != 0x060504 {
		t.Errorf("Uint24 = %#x, want 0x060504", got)
	}
	if got := r.Uint32("d"); got != 0x0A090807 {
		t.Errorf("Uint32 = %#x, want 0x0a090807", got)
	}
	if r.Complete() || r.Rest() != 2 || r.Offset() != 10 {
		t.Errorf("after 10 of 12 bytes: complete %v, rest %d, offset %d", r.Complete(), r.Rest(), r.Offset())
	}
	if got := r.Bytes("e", 2); !bytes.Equal(got, []byte{0x0B, 0x0C}) || !r.Complete() {
		t.Errorf("Bytes = % x, complete %v; want 0b 0c, true", got, r.Complete())
	}
}

// Whatever is read after the first failure is zero, takes no byte and is not
// the field to blame, even where it would fit.
func TestReaderFirstFailure(t *testing.T) {
	for name, read := range map[string]func(*wire.Reader) uint32{
		"Uint8":  func(r *wire.Reader) uint32 { return uint32(r.Uint8("later")) },
		"Uint16": func(r *wire.Reader) uint32 { return uint32(r.Uint16("later")) },
		"Uint24": func(r *wire.Reader) uint32 { return r.Uint24("later") },
		"Uint32": func(r *wire.Reader) uint32 { return r.Uint32("later") },
		"Bytes":  func(r *wire.Reader) uint32 { return uint32(len(r.Bytes("later", 1))) },
		"Groups": func(r *wire.Reader) uint32 { return uint32(len(r.Groups("later", 1))) },
	} {
		r := wire.NewReader(frame[:9])
		r.Uint32("whole")
		r.Bytes("short", 6)
		if got := read(&r); got != 0 {
			t.Errorf("%s after a failure = %#x, want 0", name, got)
		}
		if field, offset, bad := r.Short(); field != "short" || offset != 4 || !bad || r.Complete() {
			t.Errorf("%s: blames %q at %d, %v; want short at 4", name, field, offset, bad)
		}
	}
}

func TestReaderGroups(t *testing.T) {
	for n := range 8 {
		r := wire.NewReader(frame[:1+n])
		r.Uint8("Flags")
		got := r.Groups("Group", 3)
		whole := n / 3 * 3
		if !bytes.Equal(got, frame[1:1+whole]) || got == nil {
			t.Errorf("%d bytes: groups % x, want % x", n, got, frame[1:1+whole])
		}
		if _, offset, bad := r.Short(); bad != (n%3 != 0) || offset != 1+whole {
			t.Errorf("%d bytes: short %v at %d, want %v at %d", n, bad, offset, n%3 != 0, 1+whole)
		}
	}
}

// Borrowed bytes cannot grow into the rest of the frame.
func TestReaderCapsWhatItLends(t *testing.T) {
	r := wire.NewReader(bytes.Clone(frame))
	first := r.Bytes("first", 2)
	_ = append(first, 0xFF)
	if got := r.Uint8("second"); got != 0x03 {
		t.Errorf("byte 2 = %#x after an append to bytes 0 and 1, want 0x03", got)
	}
}

func TestReaderZero(t *testing.T) {
	var r wire.Reader
	if !r.Complete() || r.Rest() != 0 {
		t.Errorf("the zero Reader: complete %v, rest %d; want an empty frame", r.Complete(), r.Rest())
	}
	r.Uint8("Flags")
	if field, offset, bad := r.Short(); field != "Flags" || offset != 0 || !bad {
		t.Errorf("blames %q at %d, %v; want Flags at 0", field, offset, bad)
	}
}
