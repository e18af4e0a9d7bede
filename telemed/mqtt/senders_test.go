package mqtt

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

var t0 = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)

func second(seconds float64) time.Time { return t0.Add(time.Duration(seconds * float64(time.Second))) }

func watched(opts ...Option) (s *senders, told map[string]int) {
	told = make(map[string]int)
	return newSenders(newConfig(append(opts, Watch(func(who vitals.DeviceID, why error) { told[fmt.Sprint(who, " ", why)]++ })))), told
}

// A device that floods is held to its rate; another does not notice.
func TestFlood(t *testing.T) {
	s, told := watched(DeviceRate(10, 100))
	passed := 0
	for i := range 10_000 { // 1,000 a second for 10 s
		now := second(float64(i) / 1000)
		switch err := s.admit("bed-1", now, false); {
		case err == nil:
			passed++
		case !errors.Is(err, ErrFlood):
			t.Fatal(err)
		}
		if i%100 == 0 { // 10 a second
			if err := s.admit("bed-2", now, false); err != nil {
				t.Fatalf("the other device at %s: %v", now, err)
			}
		}
	}
	if want := 100 + 10*10; passed < want-1 || passed > want+1 {
		t.Errorf("%d messages passed in 10 s, want the burst and ten a second: %d", passed, want)
	}
	if n := told["bed-1 "+ErrFlood.Error()]; n != 1 || len(told) != 1 {
		t.Errorf("told %v, want one notice of bed-1", told)
	}
	if err := s.admit("bed-1", second(100), false); err != nil {
		t.Errorf("after a pause: %v", err)
	}
	if err := s.admit("bed-1", second(9.999), true); err != nil {
		t.Errorf("a repeat, with a clock that goes back: %v", err)
	}
}

// However many names there are, memory is bounded, and one flood does not pass for
// many devices.
func TestSendersAreBounded(t *testing.T) {
	s, _ := watched(DeviceRate(1, 10))
	now := second(0)
	for i := range 3 * maxSenders {
		name := vitals.DeviceID(fmt.Sprint("device-", i))
		_ = s.admit(name, now, false)
		s.order(&device.Frame{Device: name, At: now, Sequence: uint32(i)}, now)
	}
	if len(s.devices) > maxSenders || len(s.series) > maxSenders {
		t.Fatalf("%d devices and %d series are kept, limit %d", len(s.devices), len(s.series), maxSenders)
	}
	if err := s.admit("one more", now, false); !errors.Is(err, ErrFlood) {
		t.Errorf("a name too many: %v", err)
	}
	if err := s.admit("one more", now.Add(2*time.Minute), false); err != nil || len(s.devices) > 10 {
		t.Errorf("two minutes later: %v; %d devices are kept", err, len(s.devices))
	}
}

// A step is one message: which sender's clock, number and content.
type step struct {
	at       float64
	sequence uint32
	content  string
}

func TestSeries(t *testing.T) {
	counting := func(n int, f func(i int) []step) (all []step) {
		for i := range n {
			all = append(all, f(i)...)
		}
		return all
	}
	for _, tt := range []struct {
		name                         string
		steps                        []step
		repeated, backwards, another uint64
	}{
		{"one counter", counting(50, func(i int) []step { return []step{{float64(i), uint32(i), "x"}} }), 0, 0, 0},
		{"one that wraps", counting(50, func(i int) []step { return []step{{float64(i), ^uint32(0) - 25 + uint32(i), "x"}} }), 0, 0, 0},
		{"every message twice", counting(50, func(i int) []step { return []step{{float64(i), uint32(i), "x"}, {float64(i), uint32(i), "x"}} }), 50, 0, 0},
		{"numbers within an instant", counting(50, func(i int) []step { return []step{{float64(i), 0, "x"}, {float64(i), 1, "x"}, {float64(i), 2, "x"}} }), 0, 0, 0},
		{"no numbers", counting(50, func(i int) []step { return []step{{float64(i), 0, "x"}} }), 0, 0, 0},
		{"restarted once", append(counting(50, func(i int) []step { return []step{{float64(i), 1000 + uint32(i), "x"}} }),
			counting(1100, func(i int) []step { return []step{{float64(50 + i), uint32(i), "x"}} })...), 0, 0, 0},
		{"live and backlog", counting(50, func(i int) []step {
			return []step{{1000 + float64(i), 1000 + uint32(i), "x"}, {float64(i), uint32(i), "x"}}
		}), 0, 50, 0},
		{"lost messages", counting(50, func(i int) []step { return []step{{float64(i), uint32(i * 3), "x"}} }), 0, 0, 0},
		{"swapped neighbours", []step{{1, 1, "x"}, {3, 3, "x"}, {2, 2, "x"}, {4, 4, "x"}, {6, 6, "x"}, {5, 5, "x"}}, 0, 2, 0},
		{"two counters in turn", counting(5, func(i int) []step {
			return []step{{float64(i), 100 + uint32(i), "x"}, {float64(i) + .5, 7 + uint32(i), "x"}}
		}), 0, 0, 2},
		{"two that started together", counting(5, func(i int) []step {
			return []step{{float64(i), uint32(i), "x"}, {float64(i) + .5, uint32(i), "y"}}
		}), 0, 0, 2},
		{"two, one twice as fast", counting(5, func(i int) []step {
			return []step{{float64(i), 100 + uint32(i), "x"}, {float64(i) + .3, 7 + 2*uint32(i), "x"}, {float64(i) + .6, 8 + 2*uint32(i), "x"}}
		}), 0, 0, 2},
		{"one stamp, two contents", []step{{1, 1, "x"}, {1, 1, "y"}}, 0, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, told := watched()
			for _, m := range tt.steps {
				s.order(&device.Frame{Device: "bed-1", At: second(m.at), Sequence: m.sequence, Bytes: []byte(m.content)}, second(m.at))
			}
			c := &s.counts
			if r, b, a := c.repeated.Load(), c.outOfOrder.Load(), c.twoSenders.Load(); r != tt.repeated || b != tt.backwards || a != tt.another {
				t.Errorf("%d repeated, %d out of order, %d times two senders; want %d, %d, %d", r, b, a, tt.repeated, tt.backwards, tt.another)
			}
			if (told["bed-1 "+ErrTwoSenders.Error()] > 0) != (tt.another > 0) {
				t.Errorf("told %v", told)
			}
		})
	}
}

// Each format has a count of its own.
func TestSeriesPerFormat(t *testing.T) {
	s, told := watched()
	for i := range 50 {
		for uuid := range uint16(3) {
			s.order(&device.Frame{Device: "bed-1", Format: device.GATT(uuid), At: second(float64(i)), Sequence: uint32(i), Bytes: []byte{byte(uuid)}}, second(float64(i)))
		}
	}
	if len(told) != 0 {
		t.Errorf("told %v", told)
	}
}

// An outbox that was replaced is over; one that comes back again and again is
// another device.
func TestTwoOutboxes(t *testing.T) {
	for epochs, want := range map[string]uint64{
		"aaaaaaaa": 0, "aaabbbbb": 0, "aaabbaab": 0, "abcdefghij": 0, "": 0, "abababab": 1, "aabbaabbaabbaabb": 1, "abcabcabcabc": 0,
	} {
		s, _ := watched()
		for i, e := range epochs {
			s.outbox("bed-1", string(e), second(float64(i)))
		}
		if n := s.counts.twoSenders.Load(); n != want {
			t.Errorf("%s: %d, want %d", epochs, n, want)
		}
	}
}

// What a broker sends in any order never panics, and one message is at most one
// thing.
func FuzzSeries(f *testing.F) {
	f.Add([]byte{1, 1, 2, 2, 3, 3, 1, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, _ := watched()
		n := uint64(0)
		for ; len(b) >= 2; b = b[2:] {
			n++
			s.order(&device.Frame{Device: "d", At: second(float64(b[0] & 15)), Sequence: uint32(b[0] >> 4), Bytes: b[1:2]}, second(float64(n)))
		}
		c := &s.counts
		if sum := c.repeated.Load() + c.outOfOrder.Load() + c.twoSenders.Load(); sum > n {
			t.Fatalf("%d verdicts on %d messages", sum, n)
		}
	})
}

func BenchmarkSenders(b *testing.B) {
	s, _ := watched(DeviceRate(1<<30, 1<<30))
	names := make([]vitals.DeviceID, 10_000)
	for i := range names {
		names[i] = vitals.DeviceID(fmt.Sprint("bed-", i))
	}
	payload := make([]byte, 20)
	b.ReportAllocs()
	for i := range b.N {
		now := t0.Add(time.Duration(i) * time.Microsecond)
		name := names[i%len(names)]
		_ = s.admit(name, now, false)
		s.order(&device.Frame{Device: name, At: now, Sequence: uint32(i / len(names)), Bytes: payload}, now)
	}
}
