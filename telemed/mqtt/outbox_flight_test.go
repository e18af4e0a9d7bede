package mqtt

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
)

var flightBegin = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func clock(seconds int) time.Time { return flightBegin.Add(time.Duration(seconds) * time.Second) }

// fly adds n messages and sends them.
func fly(f *flight, n int, now time.Time) {
	for range n {
		f.add(telemed.Queued{Message: telemed.Message{Lane: f.lane, Topic: "t"}, Sequence: 100 + f.base + uint64(len(f.entries))})
	}
	sendAll(f, now)
}

// sendAll sends what is to be sent and returns the sequences.
func sendAll(f *flight, now time.Time) string {
	s := ""
	for {
		e, n := f.next()
		if e == nil {
			return s
		}
		f.sent(e, now)
		s += fmt.Sprint(n, " ")
	}
}

func confirmAll(f *flight) {
	for n := f.base; n < f.base+uint64(len(f.entries)); n++ {
		f.confirmed(n)
	}
}

func TestFlight(t *testing.T) {
	live := func() *flight {
		f := newFlight(telemed.LaneLive, 10*time.Second)
		fly(f, 5, clock(0))
		return f
	}
	expect := func(t *testing.T, f *flight, now time.Time, want string) {
		t.Helper()
		if got := sendAll(f, now); got != want {
			t.Errorf("sends %q, want %q", got, want)
		}
	}
	t.Run("receipt", func(t *testing.T) {
		f := live()
		if n, done := f.receipted(3, clock(1)); n != 3 || done != 103 {
			t.Errorf("%d receipted, up to %d in the outbox", n, done)
		}
		if n, _ := f.receipted(3, clock(1)); n != 0 || f.base != 4 || f.last() != 5 {
			t.Errorf("the same receipt again: %d new, base %d, last %d", n, f.base, f.last())
		}
		expect(t, f, clock(2), "")
		if n, _ := f.receipted(5, clock(3)); n != 2 || !f.deadline.IsZero() || f.bytes != 0 {
			t.Errorf("%d receipted, deadline %v, %d bytes left", n, f.deadline, f.bytes)
		}
	})
	t.Run("silence", func(t *testing.T) {
		f := live()
		confirmAll(f)
		f.expire(clock(9))
		expect(t, f, clock(9), "")
		f.expire(clock(10))
		expect(t, f, clock(10), "1 ") // one asks for all
		confirmAll(f)
		f.expire(clock(29))
		expect(t, f, clock(29), "")
		f.expire(clock(30)) // twice as long
		expect(t, f, clock(30), "1 ")
		confirmAll(f)
		f.receipted(2, clock(31)) // the rest was lost
		expect(t, f, clock(31), "3 4 5 ")
		confirmAll(f)
		f.receipted(3, clock(32)) // no doubt any more
		expect(t, f, clock(32), "")
		f.expire(clock(42)) // and patience as at first
		expect(t, f, clock(42), "4 ")
	})
	t.Run("answered", func(t *testing.T) {
		f := live()
		confirmAll(f)
		f.expire(clock(10))
		expect(t, f, clock(10), "1 ")
		if n, _ := f.receipted(5, clock(11)); n != 5 {
			t.Errorf("%d receipted", n)
		}
		expect(t, f, clock(11), "")
	})
	t.Run("broken", func(t *testing.T) {
		f := live()
		f.confirmed(1)
		f.confirmed(2)
		f.confirmed(3)
		f.broken(clock(1))
		expect(t, f, clock(2), "1 4 5 ")
		confirmAll(f)
		f.receipted(1, clock(3))
		expect(t, f, clock(3), "2 3 4 5 ") // none of them came through
		confirmAll(f)
		f.receipted(4, clock(4))
		expect(t, f, clock(4), "")
	})
	t.Run("broken and nothing lost", func(t *testing.T) {
		f := live()
		confirmAll(f)
		f.broken(clock(1))
		expect(t, f, clock(2), "1 ")
		f.receipted(5, clock(3))
		expect(t, f, clock(3), "")
	})
	t.Run("alarms", func(t *testing.T) {
		f := newFlight(telemed.LaneAlarm, 10*time.Second)
		fly(f, 3, clock(0))
		confirmAll(f)
		f.broken(clock(1))
		expect(t, f, clock(1), "1 2 3 ")
	})
	t.Run("empty", func(t *testing.T) {
		f := newFlight(telemed.LaneLive, 10*time.Second)
		f.broken(clock(1))
		f.expire(clock(100))
		expect(t, f, clock(100), "")
		if f.last() != 0 {
			t.Errorf("last %d", f.last())
		}
	})
	t.Run("wait is bounded", func(t *testing.T) {
		f := live()
		now := clock(0)
		for range 100 {
			now = f.deadline
			f.expire(now)
			sendAll(f, now)
			confirmAll(f)
		}
		if wait := f.deadline.Sub(now); wait != maxResend {
			t.Errorf("waits %v", wait)
		}
	})
}

// Over a network that loses anything, through a broker that forgets, to a
// gateway that restarts, every message arrives and the sender learns of it.
func TestFlightArrives(t *testing.T) {
	for seed := range uint64(100) {
		random := rand.New(rand.NewPCG(seed, 3))
		f, now := newFlight(telemed.LaneBacklog, 10*time.Second), flightBegin
		var p progress
		arrived, done := map[uint64]bool{}, uint64(0)
		const all = 500
		steps, added := 0, 0
		for done < all {
			if steps++; steps > 200_000 {
				t.Fatalf("seed %d: %d of %d are receipted and nothing goes on", seed, done, all)
			}
			now = now.Add(time.Duration(random.IntN(2000)) * time.Millisecond)
			for added < all && f.room() && random.IntN(3) > 0 {
				added++
				f.add(telemed.Queued{Sequence: uint64(added)})
			}
			for e, n := f.next(); e != nil; e, n = f.next() {
				store := e.m.Sequence
				f.sent(e, now)
				if random.IntN(10) > 0 {
					f.confirmed(n)
				}
				if random.IntN(10) > 0 {
					arrived[store] = true
					p.stored(f.base, n)
				}
			}
			switch random.IntN(20) {
			case 0:
				f.broken(now)
			case 1:
				p = progress{}
			}
			f.expire(now)
			if random.IntN(4) > 0 && p.through <= f.last() {
				if n, through := f.receipted(p.through, now); n > 0 {
					for q := done + 1; q <= through; q++ {
						if !arrived[q] {
							t.Fatalf("seed %d: message %d has a receipt and did not arrive", seed, q)
						}
					}
					done = through
				}
			}
		}
	}
}

func TestFlightIsBounded(t *testing.T) {
	f := newFlight(telemed.LaneLive, time.Second)
	for f.room() {
		f.add(telemed.Queued{})
	}
	if len(f.entries) != maxFlight {
		t.Errorf("%d messages", len(f.entries))
	}
	f = newFlight(telemed.LaneLive, time.Second)
	for f.room() {
		f.add(telemed.Queued{Message: telemed.Message{Payload: make([]byte, 60<<10)}})
	}
	if len(f.entries) != 5 {
		t.Errorf("%d messages of 60 KiB", len(f.entries))
	}
}

// A window on a link that takes long grows no more, so that an alarm is behind
// little; on a fast link it opens.
func TestWindow(t *testing.T) {
	for _, tt := range []struct {
		name            string
		bytesPerSecond  float64
		atLeast, atMost int
	}{
		{"64 kbit/s", 8000, 1500, 8000},
		{"16 kbit/s", 2000, minWindow, 2500},
		{"100 Mbit/s", 12.5e6, maxWindow, maxWindow},
	} {
		w, now, free := window{bytes: startWindow}, flightBegin, flightBegin
		var link []shot
		for range 20_000 {
			for w.room(telemed.LaneBacklog, 300) {
				s := shot{lane: telemed.LaneBacklog, bytes: 300, at: now}
				w.sent(&s)
				link = append(link, s)
			}
			if free.Before(now) {
				free = now
			}
			free = free.Add(time.Duration(300 / tt.bytesPerSecond * 1e9))
			now = free
			w.confirmed(link[0], now)
			link = link[1:]
		}
		if w.bytes < tt.atLeast || w.bytes > tt.atMost {
			t.Errorf("%s: a window of %d bytes, want %d to %d", tt.name, w.bytes, tt.atLeast, tt.atMost)
		}
	}
}

// Alarms have room of their own; one message may go whatever its size; idle time
// opens nothing.
func TestWindowOfAlarms(t *testing.T) {
	w := window{bytes: startWindow}
	full := shot{lane: telemed.LaneLive, bytes: 50_000, at: flightBegin}
	if !w.room(full.lane, full.bytes) {
		t.Error("no room for one message")
	}
	w.sent(&full)
	if w.room(telemed.LaneLive, 1) || w.room(telemed.LaneBacklog, 1) {
		t.Error("room in a full window")
	}
	alarm := shot{lane: telemed.LaneAlarm, bytes: 50_000, at: flightBegin}
	if !w.room(alarm.lane, alarm.bytes) {
		t.Error("no room for an alarm")
	}
	w.sent(&alarm)
	if w.room(telemed.LaneAlarm, 1) {
		t.Error("alarms have no bound")
	}
	w = window{bytes: startWindow}
	for i := range 1000 {
		s := shot{lane: telemed.LaneLive, bytes: 100, at: clock(i)}
		w.sent(&s)
		w.confirmed(s, clock(i).Add(time.Millisecond))
	}
	if w.bytes != startWindow || w.used != 0 {
		t.Errorf("idle time made a window of %d bytes, %d used", w.bytes, w.used)
	}
}
