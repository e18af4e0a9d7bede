package mqtt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"testing/iotest"
	"time"
)

// packet makes a packet of a type and n bytes of content that counts up.
func packet(kind byte, n int) []byte {
	content := make([]byte, n)
	for i := range content {
		content[i] = byte(i)
	}
	return withLength(kind, content)
}

func withLength(kind byte, content []byte) []byte {
	b := []byte{kind}
	length := len(content)
	for ; length > 0x7F; length >>= 7 {
		b = append(b, byte(length)|0x80)
	}
	return append(append(b, byte(length)), content...)
}

// publish makes a PUBLISH whose payload has n bytes.
func publish(topic string, qos byte, id uint16, n int) []byte {
	content := binary.BigEndian.AppendUint16(nil, uint16(len(topic)))
	content = append(content, topic...)
	if qos > 0 {
		content = binary.BigEndian.AppendUint16(content, id)
	}
	return withLength(0x30|qos<<1, append(content, make([]byte, n)...))
}

// fromBytes is a connection that others wrote beforehand.
type fromBytes struct {
	net.Conn
	io.Reader
}

func (f fromBytes) Read(p []byte) (int, error)      { return f.Reader.Read(p) }
func (f fromBytes) SetReadDeadline(time.Time) error { return nil }

func always() error { return nil }

func readGuarded(r io.Reader, limit int) (got []byte, skipped []message, err error) {
	g := newGuard(fromBytes{Reader: r}, limit, time.Second, always, func(m message) { skipped = append(skipped, m) }, false)
	got, err = io.ReadAll(g)
	return got, skipped, err
}

// However the bytes are cut, what is short enough comes through whole, and of a
// message that is too long only what it takes to acknowledge it is kept.
func TestGuard(t *testing.T) {
	short := [][]byte{publish("a/b", 0, 0, 0), publish("t", 1, 7, 100), publish("t", 1, 8, 300), packet(0x90, 3), packet(0xD0, 0), publish("", 2, 1, 990)}
	long := publish("ward/x", 1, 0xBEEF, 200_000)
	stream := append(bytes.Join(short, nil), long...)
	stream = append(stream, short[1]...)
	want := append(bytes.Join(short, nil), short[1]...)
	for name, cut := range map[string]func(io.Reader) io.Reader{
		"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader, "halves": iotest.HalfReader, "late errors": iotest.DataErrReader,
	} {
		got, skipped, err := readGuarded(cut(bytes.NewReader(stream)), 1000)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes came through, want %d; %v", name, len(got), len(want), err)
		}
		if len(skipped) != 1 || skipped[0].topic != "ward/x" || skipped[0].qos != 1 || skipped[0].id != 0xBEEF {
			t.Fatalf("%s: skipped %+v", name, skipped)
		}
		var size *PacketSizeError
		if !errors.As(skipped[0].err, &size) || size.Limit != 1000 || size.Size != len(long)-4 {
			t.Errorf("%s: %v", name, skipped[0].err)
		}
	}
}

// What no broker may send ends the connection.
func TestGuardEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		b    []byte
		want error
	}{
		"five bytes of length":       {[]byte{0x30, 0x80, 0x80, 0x80, 0x80, 0x01}, errLength},
		"SUBACK for two filters":     {packet(0x90, 4), new(PacketSizeError)},
		"CONNACK of a kilobyte":      {packet(0x20, 1024), new(PacketSizeError)},
		"topic longer than message":  {withLength(0x32, append([]byte{0xff, 0xff}, make([]byte, 2000)...)), errLength},
		"no room for the identifier": {withLength(0x32, append([]byte{0x07, 0xce}, make([]byte, 1999)...)), errLength},
		"cut in the skipped message": {publish("t", 1, 1, 5000)[:3000], io.EOF},
		"cut in a header":            {[]byte{0x30, 0x80}, io.EOF},
	} {
		g := newGuard(fromBytes{Reader: bytes.NewReader(tt.b)}, 1000, time.Second, always, func(message) { t.Errorf("%s: skipped", name) }, false)
		n, err := g.Read(make([]byte, 10))
		var size *PacketSizeError
		if n != 0 || !errors.Is(err, tt.want) && !(errors.As(tt.want, &size) && errors.As(err, &size)) {
			t.Errorf("%s: %d bytes, %v; want %v", name, n, err, tt.want)
		}
	}
}

// A message that claims 256 MiB takes no memory and no longer than its patience.
func TestGuardStalls(t *testing.T) {
	ours, theirs := net.Pipe()
	defer theirs.Close()
	go func() { _, _ = theirs.Write([]byte{0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 'x'}) }()
	g := newGuard(ours, 1000, 20*time.Millisecond, always, func(message) { t.Error("skipped") }, false)
	var timeout net.Error
	if _, err := g.Read(make([]byte, 10)); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("got %v, want a time-out", err)
	}
}

// Paho never sees a message over the limit, nor another stream for other cuts.
func FuzzGuard(f *testing.F) {
	f.Add(publish("a", 1, 2, 5), 3)
	f.Add(append(publish("a", 1, 2, 5000), packet(0x40, 2)...), 1)
	f.Add([]byte{0x30, 0xff, 0xff, 0xff, 0x7f}, 1)
	f.Fuzz(func(t *testing.T, b []byte, chunk int) {
		whole, skipped, wholeErr := readGuarded(bytes.NewReader(b), 100)
		cut, cutSkipped, cutErr := readGuarded(iotest.OneByteReader(bytes.NewReader(b)), 100)
		if !bytes.Equal(whole, cut) || len(skipped) != len(cutSkipped) || (wholeErr == nil) != (cutErr == nil) {
			t.Fatalf("whole: % x, %v; in bytes: % x, %v", whole, wholeErr, cut, cutErr)
		}
		for rest := whole; len(rest) > 0; {
			g := newGuard(fromBytes{Reader: bytes.NewReader(rest)}, 1<<28, time.Second, always, nil, false)
			if g.next() != nil {
				return // the end of the stream
			}
			if g.body > 100 {
				t.Fatalf("a packet of %d bytes came through", g.body)
			}
			rest = rest[min(len(rest), len(g.pending)+g.body):]
		}
	})
}
