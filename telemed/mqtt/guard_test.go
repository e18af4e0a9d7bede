package mqtt

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"testing/iotest"
)

type readOnly struct {
	net.Conn
	io.Reader
}

func (r readOnly) Read(p []byte) (int, error) { return r.Reader.Read(p) }

// packet makes a packet of a type byte and n bytes of content.
func packet(n int) []byte {
	b := []byte{0x30}
	for length := n; ; {
		c := byte(length & 0x7F)
		if length >>= 7; length > 0 {
			b = append(b, c|0x80)
			continue
		}
		b = append(b, c)
		return append(b, make([]byte, n)...)
	}
}

// However the bytes are cut, all packets before the long one come through and
// no byte of the long one's length.
func TestGuard(t *testing.T) {
	good := bytes.Join([][]byte{packet(0), packet(127), packet(128), packet(1000), packet(3)}, nil)
	for name, cut := range map[string]func(io.Reader) io.Reader{
		"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader, "halves": iotest.HalfReader,
	} {
		for _, bad := range [][]byte{packet(1001), {0x30, 0xff, 0xff, 0xff, 0x7f}, {0x30, 0x80, 0x80, 0x80, 0x80, 0x01}} {
			told := 0
			r := guarded(readOnly{Reader: cut(bytes.NewReader(append(bytes.Clone(good), bad...)))}, 1000, func(error) { told++ })
			got, err := io.ReadAll(r)
			var size *PacketSizeError
			if !errors.As(err, &size) || told != 1 {
				t.Errorf("%s, % x: %v, told %d times", name, bad[:5], err, told)
			}
			// The type byte may be out before the length is known; three bytes of a short length as well.
			if !bytes.HasPrefix(got, good) || len(got) > len(good)+4 {
				t.Errorf("%s, % x: %d bytes came through, want %d", name, bad[:5], len(got), len(good))
			}
		}
		r := guarded(readOnly{Reader: cut(bytes.NewReader(good))}, 1000, func(error) { t.Error("refused") })
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, good) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzGuard(f *testing.F) {
	f.Add(packet(5), 3)
	f.Add([]byte{0x30, 0xff, 0xff, 0xff, 0x7f}, 1)
	f.Fuzz(func(t *testing.T, b []byte, chunk int) {
		whole, wholeErr := (&guard{limit: 100}).scan(b)
		g, passed := &guard{limit: 100}, 0
		for rest := b; len(rest) > 0; {
			n := max(1, min(len(rest), chunk))
			good, err := g.scan(rest[:n])
			if passed += good; (err != nil) && wholeErr == nil {
				t.Fatalf("cut into %d: %v, whole: no error", chunk, err)
			} else if err != nil {
				return
			}
			rest = rest[n:]
		}
		if wholeErr != nil || passed != whole {
			t.Fatalf("cut into %d: %d passed; whole: %d, %v", chunk, passed, whole, wholeErr)
		}
	})
}
