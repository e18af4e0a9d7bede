package mqtt

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"testing/iotest"
	"time"
)

// Where messages are received the guard takes every one, whole, and Paho gets the
// rest of the packets.
func TestGuardTakesMessages(t *testing.T) {
	var stream []byte
	for _, b := range [][]byte{
		publish("a/b", 0, 0, 0), packet(0x90, 3), publish("ward/x", 1, 0xBEEF, 900), publish("", 2, 7, 5000), packet(0xD0, 0),
		{0x3B, 5, 0, 1, 't', 0, 9}, // a repeat with QoS 1 and nothing in it
	} {
		stream = append(stream, b...)
	}
	want := []message{
		{topic: "a/b", payload: []byte{}},
		{topic: "ward/x", payload: make([]byte, 900), qos: 1, id: 0xBEEF},
		{topic: "", qos: 2, id: 7, err: &PacketSizeError{5004, 1000}},
		{topic: "t", payload: []byte{}, qos: 1, id: 9, again: true},
	}
	for name, cut := range map[string]func(io.Reader) io.Reader{
		"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader, "halves": iotest.HalfReader,
	} {
		var got []message
		g := newGuard(fromBytes{Reader: cut(bytes.NewReader(stream))}, 1000, time.Second, always, func(m message) { got = append(got, m) }, true)
		rest, err := io.ReadAll(g)
		if err != nil || !bytes.Equal(rest, append(packet(0x90, 3), 0xD0, 0)) {
			t.Errorf("%s: % x for Paho, %v", name, rest, err)
		}
		same := func(a, b message) bool {
			return a.topic == b.topic && bytes.Equal(a.payload, b.payload) && a.qos == b.qos && a.id == b.id && a.again == b.again && (a.err == nil) == (b.err == nil)
		}
		if !slices.EqualFunc(got, want, same) {
			t.Errorf("%s: got  %v\nwant %v", name, got, want)
		}
	}
	// A message that is cut, wherever, is none.
	whole := publish("t", 1, 3, 20)
	for n := 1; n < len(whole); n++ {
		_, taken, err := taken(bytes.NewReader(whole[:n]))
		if len(taken) != 0 || err != io.EOF && err != io.ErrUnexpectedEOF {
			t.Errorf("%d bytes of %d: took %d, %v", n, len(whole), len(taken), err)
		}
	}
}

func taken(r io.Reader) (rest []byte, got []message, err error) {
	g := newGuard(fromBytes{Reader: r}, 1000, time.Second, always, func(m message) { got = append(got, m) }, true)
	var b [64]byte
	for {
		n, err := g.Read(b[:])
		if rest = append(rest, b[:n]...); err != nil {
			return rest, got, err
		}
	}
}

func TestGuardRefusesMessages(t *testing.T) {
	for name, tt := range map[string]struct {
		b    []byte
		want error
	}{
		"a fourth quality of service": {[]byte{0x36, 5, 0, 1, 't', 0, 9}, errQoS},
		"topic longer than message":   {[]byte{0x32, 5, 0, 9, 't', 0, 9}, errLength},
		"no room for the identifier":  {[]byte{0x32, 4, 0, 1, 't', 0}, errLength},
		"no room for a topic":         {[]byte{0x30, 1, 0}, errLength},
	} {
		if _, got, err := taken(bytes.NewReader(tt.b)); len(got) != 0 || !errors.Is(err, tt.want) {
			t.Errorf("%s: took %d, %v; want %v", name, len(got), err, tt.want)
		}
	}
}

// A slow link may be busy with messages for longer than Paho waits for the answer
// to a ping: each of them is one.
func TestMessagesAnswerPings(t *testing.T) {
	r := bytes.NewReader(slices.Concat(publish("t", 1, 1, 10), publish("t", 1, 2, 10), publish("t", 1, 3, 10)))
	n := 0
	g := newGuard(fromBytes{Reader: r}, 1000, time.Second, always, func(message) { n++ }, true)
	g.pinged.Store(true)
	var b [2]byte
	if _, err := io.ReadFull(g, b[:]); err != nil || b != [2]byte{0xD0, 0} || n != 1 {
		t.Errorf("% x, %v after %d messages; want d0 00 after the first", b, err, n)
	}
	if _, err := g.Read(b[:]); err != io.EOF || n != 3 {
		t.Errorf("%v after %d messages; want EOF after 3, for one ping has one answer", err, n)
	}
}

// Acknowledgements go out in order, each once, together with others.
func TestAcksGoTogether(t *testing.T) {
	ours, theirs := net.Pipe()
	l := &link{config: newConfig(nil)}
	c := newConn(ours, l, 1)
	l.conn = c
	l.writers.Go(c.writeAcks)
	const n = 1000
	var want []byte
	for id := range uint16(n) {
		qos := byte(id % 3)
		if qos > 0 {
			want = append(want, map[byte]byte{1: 0x40, 2: 0x50}[qos], 2, byte(id>>8), byte(id))
		}
		if !c.acknowledge(qos, id) {
			t.Fatalf("message %d was not acknowledged", id)
		}
	}
	got, writes, b := []byte(nil), 0, make([]byte, 1<<16)
	for len(got) < len(want) {
		if err := theirs.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		k, err := theirs.Read(b)
		if err != nil {
			t.Fatalf("after %d bytes of %d: %v", len(got), len(want), err)
		}
		got = append(got, b[:k]...)
		writes++
	}
	if !bytes.Equal(got, want) {
		t.Error("other acknowledgements, or in another order")
	}
	if writes > n/10 {
		t.Errorf("%d writes for %d acknowledgements", writes, n)
	}
	theirs.Close()
	c.acknowledge(1, 1)
	c.flushAcks()
	if c.acknowledge(1, 2) {
		t.Error("acknowledged over a connection that is gone")
	}
	l.cut()
	l.writers.Wait()
}

// What the guard takes is the same however the bytes are cut, and never longer
// than the limit.
func FuzzGuardTakes(f *testing.F) {
	f.Add(publish("a", 1, 2, 5))
	f.Add(append(publish("a", 2, 2, 5000), publish("b", 0, 0, 3)...))
	f.Add([]byte{0x36, 5, 0, 1, 't', 0, 9})
	f.Fuzz(func(t *testing.T, b []byte) {
		rest, whole, wholeErr := taken(bytes.NewReader(b))
		cutRest, cut, cutErr := taken(iotest.OneByteReader(bytes.NewReader(b)))
		if !bytes.Equal(rest, cutRest) || len(whole) != len(cut) || (wholeErr == io.EOF) != (cutErr == io.EOF) {
			t.Fatalf("whole: %d messages, %v; in bytes: %d, %v", len(whole), wholeErr, len(cut), cutErr)
		}
		for i, m := range whole {
			if m.topic != cut[i].topic || !bytes.Equal(m.payload, cut[i].payload) || len(m.topic)+len(m.payload) > 1000 && m.err == nil || m.qos > 2 {
				t.Fatalf("message %d: QoS %d, %d and %d bytes", i, m.qos, len(m.topic), len(m.payload))
			}
		}
	})
}
