package mqtt

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/telemed"
)

func TestTag(t *testing.T) {
	for _, tt := range []struct {
		topic, rest, sender string
		tag                 tag
	}{
		{"ward/bed-1/gatt/2A37/~Xk3J9xQ0.2.a.41.50", "ward/bed-1/gatt/2A37", "ward/bed-1", tag{"Xk3J9xQ0", 2, telemed.LaneAlarm, 41, 50}},
		{"x/~________.0.l.1.1", "x", "", tag{"________", 0, telemed.LaneLive, 1, 1}},
		{"x/~-abcdefg.1.b.9223372036854775807.9223372036854775807", "x", "x", tag{"-abcdefg", 1, telemed.LaneBacklog, maxCount, maxCount}},
		{"/a/b/~AAAAAAAA.2.b.1.2", "/a/b", "/a", tag{"AAAAAAAA", 2, telemed.LaneBacklog, 1, 2}},
	} {
		rest, got, tagged, err := cutTag(tt.topic)
		if rest != tt.rest || got != tt.tag || !tagged || err != nil {
			t.Errorf("%s: %q, %+v, %v, %v", tt.topic, rest, got, tagged, err)
		}
		if s := got.sender(rest); s != tt.sender {
			t.Errorf("%s: sender %q, want %q", tt.topic, s, tt.sender)
		}
		if back := string(tt.tag.appendTo([]byte(tt.rest))); back != tt.topic {
			t.Errorf("%s was written as %s", tt.topic, back)
		}
	}
	for _, topic := range []string{"", "~", "x", "ward/bed-1/gatt/2A37/17-1", "~Xk3J9xQ0.2.a.41.50", "a/~b/c"} {
		if rest, _, tagged, err := cutTag(topic); rest != topic || tagged || err != nil {
			t.Errorf("%q: %q, %v, %v; it has no tag", topic, rest, tagged, err)
		}
	}
	for _, bad := range []string{
		"", "~", "Xk3J9xQ0", "Xk3J9xQ0.2.a.41", "Xk3J9xQ0.2.a.41.50.1", "Xk3J9xQ.2.a.41.50", "Xk3J9xQ00.2.a.41.50", "Xk3J9x+0.2.a.41.50",
		"Xk3J9xQ0.10.a.41.50", "Xk3J9xQ0.-.a.41.50", "Xk3J9xQ0.2.c.41.50", "Xk3J9xQ0.2..41.50", "Xk3J9xQ0.2.la.41.50", "Xk3J9xQ0.2.a.0.50",
		"Xk3J9xQ0.2.a.51.50", "Xk3J9xQ0.2.a.041.50", "Xk3J9xQ0.2.a.+1.50", "Xk3J9xQ0.2.a.1.", "Xk3J9xQ0.2.a..1", "Xk3J9xQ0.2.a.1.9223372036854775808",
		"Xk3J9xQ0.4.a.1.1", "Xk3J9xQ0.2.a.1.1 ", "Xk3J9xQ0.2.a.1.1_0", strings.Repeat("1", 100),
	} {
		if _, got, tagged, err := cutTag("a/b/c/~" + bad); err == nil || !tagged {
			t.Errorf("tag %q was read as %+v", bad, got)
		}
	}
}

func FuzzCutTag(f *testing.F) {
	f.Add("ward/bed-1/gatt/2A37/~Xk3J9xQ0.2.a.41.50")
	f.Add("x/~________.0.l.1.1")
	f.Fuzz(func(t *testing.T, topic string) {
		rest, got, tagged, err := cutTag(topic)
		switch {
		case err != nil:
			return
		case !tagged:
			if rest != topic {
				t.Fatalf("%q became %q", topic, rest)
			}
		case string(got.appendTo([]byte(rest))) != topic:
			t.Fatalf("%q was read as %+v of %q: not the one form", topic, got, rest)
		case !strings.HasPrefix(rest, got.sender(rest)) || got.base == 0 || got.base > got.sequence:
			t.Fatalf("%q: %+v", topic, got)
		}
	})
}

func TestReceiptPayload(t *testing.T) {
	r := receipt{telemed.LaneAlarm: 3, telemed.LaneLive: 50, telemed.LaneBacklog: 0}
	if s := string(r.appendTo(nil)); s != "3.50.0" {
		t.Errorf("written as %q", s)
	}
	if got, err := parseReceipt("3.50.0"); got != r || err != nil {
		t.Errorf("read as %v, %v", got, err)
	}
	for _, bad := range []string{"", "1", "1.2", "1.2.3.4", "1.2.", "01.2.3", "1.-2.3", "1.2.3\n", "1.2.99999999999999999999", strings.Repeat("1", 100)} {
		if got, err := parseReceipt(bad); err == nil {
			t.Errorf("%q was read as %v", bad, got)
		}
	}
}

func FuzzParseReceipt(f *testing.F) {
	f.Add("3.50.0")
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := parseReceipt(s); err == nil && string(r.appendTo(nil)) != s {
			t.Fatalf("%q was read as %v: not the one form", s, r)
		}
	})
}

func TestReceiptTopic(t *testing.T) {
	for topic, want := range map[string]bool{
		receiptTopic("ward/bed-1", "Xk3J9xQ0"): true, receiptTopic("", "Xk3J9xQ0"): true,
		"ward/receipt/2A37": false, "ward/myreceipt/Xk3J9xQ0": false, "receipt": false, "Xk3J9xQ0": false, "": false,
		"ward/receipt/Xk3J9xQ0/x": false, "/Xk3J9xQ0": false,
	} {
		if got := isReceiptTopic(topic); got != want {
			t.Errorf("%q: %v, want %v", topic, got, want)
		}
	}
}

// Compared with a set that forgets nothing, a lane's progress never says too
// much, and everything once all has come; also with repeats, disorder, and bases
// that move on.
func TestProgress(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 2))
		var p progress
		have, base := map[uint64]bool{}, uint64(1)
		const all = 2000
		for len(have) < all {
			n := base + random.Uint64N(min(uint64(random.IntN(300)+1), all-base+1))
			if random.IntN(4) > 0 {
				for n = base; n < all && have[n]; n++ {
				}
			}
			p.stored(base, n)
			have[n] = true
			for n := base; n <= p.through; n++ {
				if !have[n] {
					t.Fatalf("seed %d: receipt up to %d, but %d has not come", seed, p.through, n)
				}
			}
			if random.IntN(5) == 0 && p.through >= base { // a receipt arrives
				base += random.Uint64N(p.through - base + 2)
			}
			if random.IntN(200) == 0 {
				p = progress{} // the gateway restarts
				for n := base; n <= all; n++ {
					delete(have, n) // not receipted: it comes again
				}
			}
			if base > all {
				break
			}
		}
		if p.through != all || p.behind != 0 || p.ahead != nil {
			t.Fatalf("seed %d: all %d have come, the receipt says %d (%d behind a gap)", seed, all, p.through, p.behind)
		}
	}
}

func TestProgressJumps(t *testing.T) {
	var p progress
	p.stored(1, 3)
	p.stored(1, maxAhead+1) // too far ahead of nothing
	if p.through != 0 || p.behind != 1 {
		t.Errorf("%+v", p)
	}
	p.stored(3, 5)
	if p.through != 3 || p.behind != 1 {
		t.Errorf("base 3: through %d, %d behind", p.through, p.behind)
	}
	p.stored(1<<62, 1<<62)
	if p.through != 1<<62 || p.ahead != nil {
		t.Errorf("%+v", p)
	}
	p.stored(1, maxCount)
	p.stored(maxCount, maxCount)
	if p.through != maxCount {
		t.Errorf("%+v", p)
	}
	p.stored(2, 7) // long ago
	if p.through != maxCount {
		t.Errorf("%+v", p)
	}
}

// Memory is bounded whatever comes, and forgetting a sender does no harm: its
// next message says where to begin.
func TestStreamsAreBounded(t *testing.T) {
	var s streams
	for i := range 3 * maxStreams {
		s.stored(fmt.Sprint("ward/", i), tag{"Xk3J9xQ0", 2, telemed.LaneLive, 1, 2})
		if i%1000 == 0 {
			s.take()
		}
	}
	if len(s.known) != maxStreams || s.order.Len() != maxStreams {
		t.Errorf("%d senders are remembered, want %d", len(s.known), maxStreams)
	}
	s.take()
	for i := range 2 * maxStreams {
		s.stored(fmt.Sprint("ward/", i), tag{"Xk3J9xQ0", 2, telemed.LaneLive, 1, 1})
	}
	if len(s.dirty) > maxStreams {
		t.Errorf("%d receipts wait", len(s.dirty))
	}
	s.take()
	if s.stored(strings.Repeat("x", maxSender+1), tag{"Xk3J9xQ0", 2, telemed.LaneLive, 1, 1}); len(s.dirty) != 0 {
		t.Error("a name that is too long was remembered")
	}
	s.stored("ward/1", tag{"Xk3J9xQ0", 2, telemed.LaneLive, 700, 700})
	due := s.take()
	if len(due) != 1 || due[0].receipt() != (receipt{telemed.LaneLive: 700}) {
		t.Errorf("%d due, %v", len(due), due)
	}
}

// Two senders, and two runs of one, do not count for each other.
func TestStreamsAreSeparate(t *testing.T) {
	var s streams
	s.stored("ward/1", tag{"AAAAAAAA", 2, telemed.LaneLive, 1, 1})
	s.stored("ward/2", tag{"AAAAAAAA", 2, telemed.LaneLive, 900, 900})
	s.stored("ward/1", tag{"BBBBBBBB", 2, telemed.LaneLive, 900, 900})
	s.stored("ward/1", tag{"AAAAAAAA", 2, telemed.LaneAlarm, 900, 900})
	for _, st := range s.take() {
		if st.key == (streamKey{"ward/1", "AAAAAAAA"}) && st.receipt()[telemed.LaneLive] != 1 {
			t.Errorf("receipt %v", st.receipt())
		}
	}
	for i := uint64(1); i <= earlyAfter; i++ {
		if urgent := s.stored("ward/3", tag{"AAAAAAAA", 2, telemed.LaneLive, 1, i}); urgent != (i == earlyAfter) {
			t.Errorf("message %d urgent: %v", i, urgent)
		}
	}
}
