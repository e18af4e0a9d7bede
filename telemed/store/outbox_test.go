package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
)

func openOutbox(t testing.TB, path string, opts ...store.OutboxOption) *store.Outbox {
	t.Helper()
	o, err := store.OpenOutbox(path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Close() })
	return o
}

func message(lane telemed.Lane, n int) telemed.Message {
	return telemed.Message{Lane: lane, Topic: fmt.Sprintf("ward/bed-1/gatt/2A37/%d", n), Payload: []byte{0, byte(n)}}
}

func add(t testing.TB, o *store.Outbox, messages ...telemed.Message) {
	t.Helper()
	if err := o.Add(t.Context(), messages...); err != nil {
		t.Fatal(err)
	}
}

// held is what is in a lane, as "sequence:last byte of the payload".
func held(t testing.TB, o *store.Outbox, lane telemed.Lane) string {
	t.Helper()
	var out []string
	var after uint64
	for dst := make([]telemed.Queued, 3); ; {
		n, err := o.Next(lane, after, dst)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return strings.Join(out, " ")
		}
		for _, q := range dst[:n] {
			if q.Lane != lane {
				t.Errorf("message %d of lane %v says lane %v", q.Sequence, lane, q.Lane)
			}
			out = append(out, fmt.Sprintf("%d:%d", q.Sequence, q.Payload[len(q.Payload)-1]))
			after = q.Sequence
		}
	}
}

func ExampleOutbox() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "outbox")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	outbox, err := store.OpenOutbox(filepath.Join(dir, "outbox.db"))
	if err != nil {
		panic(err)
	}
	defer outbox.Close()

	err = outbox.Add(ctx,
		telemed.Message{Lane: telemed.LaneBacklog, Topic: "ward/bed-1/gatt/2A37/1770000000000-1", Payload: []byte{0, 71}},
		telemed.Message{Lane: telemed.LaneAlarm, Topic: "ward/bed-1/gatt/2A37/1770000060000-2", Payload: []byte{0, 144}},
	)
	if err != nil {
		panic(err)
	}
	batch := make([]telemed.Queued, 10)
	for _, lane := range telemed.Lanes() {
		n, err := outbox.Next(lane, 0, batch)
		if err != nil {
			panic(err)
		}
		for _, m := range batch[:n] {
			fmt.Println(lane, m.Sequence, m.Topic)
			if err := outbox.Done(ctx, lane, m.Sequence); err != nil { // once the receiver has it
				panic(err)
			}
		}
	}
	fmt.Println(outbox.Waiting(telemed.LaneBacklog).Messages, "waiting")
	// Output:
	// alarm 1 ward/bed-1/gatt/2A37/1770000060000-2
	// backlog 1 ward/bed-1/gatt/2A37/1770000000000-1
	// 0 waiting
}

func TestOutboxKeepsLanesInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	o := openOutbox(t, path)
	add(t, o, message(telemed.LaneLive, 1), message(telemed.LaneAlarm, 2), message(telemed.LaneLive, 3))
	add(t, o, message(telemed.LaneBacklog, 4), message(telemed.LaneLive, 5))
	want := map[telemed.Lane]string{telemed.LaneLive: "1:1 2:3 3:5", telemed.LaneAlarm: "1:2", telemed.LaneBacklog: "1:4"}
	for lane, s := range want {
		if got := held(t, o, lane); got != s {
			t.Errorf("%v: %q, want %q", lane, got, s)
		}
	}
	if err := o.Done(t.Context(), telemed.LaneLive, 2); err != nil {
		t.Fatal(err)
	}
	if got := held(t, o, telemed.LaneLive); got != "3:5" {
		t.Errorf("after Done: %q", got)
	}
	if w := o.Waiting(telemed.LaneLive); w.Messages != 1 || w.Bytes < 20 || w.Bytes > 60 {
		t.Errorf("waiting %+v", w)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	o = openOutbox(t, path)
	if err := o.Done(t.Context(), telemed.LaneLive, 3); err != nil {
		t.Fatal(err)
	}
	add(t, o, message(telemed.LaneLive, 6))
	if got := held(t, o, telemed.LaneLive); got != "4:6" {
		t.Errorf("numbers began again: %q", got)
	}
	for _, lane := range telemed.Lanes() {
		if err := o.Done(t.Context(), lane, 100); err != nil {
			t.Fatal(err)
		}
		if w := o.Waiting(lane); w != (telemed.Waiting{}) {
			t.Errorf("empty lane %v: %+v", lane, w)
		}
	}
}

// What was added is there and what was deleted is gone, in whatever order this
// happens and although the file is closed and opened between any two steps.
func TestOutboxReopenedAtEveryStep(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		path := filepath.Join(t.TempDir(), "outbox.db")
		var want [3][]string
		var last [3]uint64
		for step := range 30 {
			o := openOutbox(t, path, store.LiveFor(time.Hour))
			lane := telemed.Lane(random.IntN(3))
			if random.IntN(3) > 0 {
				var batch []telemed.Message
				for range random.IntN(4) + 1 {
					batch = append(batch, message(lane, step))
					last[lane]++
					want[lane] = append(want[lane], fmt.Sprintf("%d:%d", last[lane], step))
				}
				add(t, o, batch...)
			} else if n := len(want[lane]); n > 0 {
				k := random.IntN(n) + 1
				if err := o.Done(t.Context(), lane, last[lane]-uint64(n-k)); err != nil {
					t.Fatal(err)
				}
				want[lane] = want[lane][k:]
			}
			if err := o.Close(); err != nil {
				t.Fatal(err)
			}
			o = openOutbox(t, path)
			for lane := range want {
				l := telemed.Lane(lane)
				if got := held(t, o, l); got != strings.Join(want[lane], " ") {
					t.Fatalf("seed %d, step %d, %v: %q, want %q", seed, step, l, got, want[lane])
				}
				if w := o.Waiting(l); w.Messages != uint64(len(want[lane])) || (w.Bytes == 0) != (len(want[lane]) == 0) {
					t.Fatalf("seed %d, step %d, %v: %+v waiting, want %d", seed, step, l, w, len(want[lane]))
				}
			}
			if err := o.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Live data that has waited becomes backlog when newer data comes, but not what
// the sender already has.
func TestOutboxRetiresLiveData(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	synctest.Test(t, func(t *testing.T) {
		o, err := store.OpenOutbox(path, store.LiveFor(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		defer o.Close()
		add(t, o, message(telemed.LaneLive, 1), message(telemed.LaneLive, 2), message(telemed.LaneAlarm, 3))
		if n, err := o.Next(telemed.LaneLive, 0, make([]telemed.Queued, 1)); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		time.Sleep(30 * time.Second)
		add(t, o, message(telemed.LaneLive, 4))
		time.Sleep(31 * time.Second)
		add(t, o, message(telemed.LaneLive, 5))
		if got := held(t, o, telemed.LaneBacklog); got != "1:2" {
			t.Errorf("backlog %q, want the message 2 as the first", got)
		}
		if got := held(t, o, telemed.LaneLive); got != "1:1 3:4 4:5" {
			t.Errorf("live %q", got)
		}
		if got := held(t, o, telemed.LaneAlarm); got != "1:3" {
			t.Errorf("alarm %q: alarms never age", got)
		}
		if w := o.Waiting(telemed.LaneBacklog); w.Messages != 1 {
			t.Errorf("waiting %+v", w)
		}
	})
}

func TestOutboxIsFull(t *testing.T) {
	payload := make([]byte, 1000)
	big := func(lane telemed.Lane) telemed.Message {
		return telemed.Message{Lane: lane, Topic: "t", Payload: payload}
	}
	t.Run("refuse", func(t *testing.T) {
		o := openOutbox(t, filepath.Join(t.TempDir(), "o.db"), store.Capacity(10_000, store.RefuseNew))
		for i := range 9 {
			add(t, o, message(telemed.LaneBacklog, i), big(telemed.LaneLive))
		}
		for _, lane := range []telemed.Lane{telemed.LaneLive, telemed.LaneBacklog} {
			if err := o.Add(t.Context(), big(lane)); !errors.Is(err, telemed.ErrLogFull) {
				t.Errorf("%v: %v, want ErrLogFull", lane, err)
			}
		}
		if err := o.Add(t.Context(), big(telemed.LaneAlarm), big(telemed.LaneLive)); !errors.Is(err, telemed.ErrLogFull) {
			t.Errorf("an alarm brought live data in: %v", err)
		}
		add(t, o, big(telemed.LaneAlarm)) // there is room for alarms
		if err := o.Add(t.Context(), big(telemed.LaneAlarm)); !errors.Is(err, telemed.ErrLogFull) {
			t.Errorf("alarms have no bound: %v", err)
		}
		if w := o.Waiting(telemed.LaneLive); w.Messages != 9 || w.Dropped != 0 {
			t.Errorf("waiting %+v", w)
		}
		if err := o.Done(t.Context(), telemed.LaneLive, 3); err != nil {
			t.Fatal(err)
		}
		add(t, o, big(telemed.LaneLive))
	})
	t.Run("drop", func(t *testing.T) {
		o := openOutbox(t, filepath.Join(t.TempDir(), "o.db"), store.Capacity(10_000, store.DropOldestBacklog))
		for i := range 20 {
			m := big(telemed.LaneBacklog)
			m.Payload = append(payload[:999:999], byte(i))
			add(t, o, m)
		}
		if got := held(t, o, telemed.LaneBacklog); got != "12:11 13:12 14:13 15:14 16:15 17:16 18:17 19:18 20:19" {
			t.Errorf("backlog %q", got)
		}
		if w := o.Waiting(telemed.LaneBacklog); w.Dropped != 11 || w.Messages != 9 {
			t.Errorf("waiting %+v, want 11 dropped", w)
		}
		for range 9 {
			add(t, o, big(telemed.LaneLive))
		}
		if err := o.Add(t.Context(), big(telemed.LaneLive)); !errors.Is(err, telemed.ErrLogFull) {
			t.Errorf("live data was dropped for live data: %v", err)
		}
		if w := o.Waiting(telemed.LaneBacklog); w.Dropped != 20 || w.Messages != 0 || w.Bytes != 0 {
			t.Errorf("waiting %+v, want all 20 dropped", w)
		}
		if err := o.Add(t.Context(), big(telemed.LaneBacklog)); !errors.Is(err, telemed.ErrLogFull) {
			t.Errorf("a message made room for itself: %v", err)
		}
	})
}

func TestOutboxRefusesWhatCannotBeSent(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "o.db"))
	for name, m := range map[string]telemed.Message{
		"no topic":      {Payload: []byte("x")},
		"wildcard +":    {Topic: "ward/+/x"},
		"wildcard #":    {Topic: "ward/#"},
		"null":          {Topic: "a\x00b"},
		"not UTF-8":     {Topic: "a\xffb"},
		"long topic":    {Topic: strings.Repeat("a", store.MaxTopic+1)},
		"long message":  {Topic: "a", Payload: make([]byte, store.MaxMessage)},
		"no such lane":  {Topic: "a", Lane: 3},
		"far from lane": {Topic: "a", Lane: 255},
	} {
		err := o.Add(t.Context(), message(telemed.LaneLive, 1), m)
		if !errors.Is(err, telemed.ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && m.Topic != "" && len(m.Topic) > 3 && strings.Contains(err.Error(), m.Topic) {
			t.Errorf("%s: the error shows the topic", name)
		}
	}
	if got := held(t, o, telemed.LaneLive); got != "" {
		t.Errorf("parts of refused batches are there: %q", got)
	}
	add(t, o, telemed.Message{Topic: strings.Repeat("a", store.MaxTopic), Payload: make([]byte, store.MaxMessage-store.MaxTopic)})
	if _, err := o.Next(7, 0, make([]telemed.Queued, 1)); err == nil {
		t.Error("Next of no lane")
	}
}

// Topics and payloads are not in the file when it is encrypted, a message that
// was sealed with another place is not believed, one whose key was destroyed
// does not hold up the others.
func TestSealedOutbox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	keys := &keyring{current: 1, shredded: map[uint64]bool{}}
	o := openOutbox(t, path, store.Encrypt(keys))
	canary := telemed.Message{Topic: "ward/DOE^JANE/x", Payload: []byte("JANE has a pulse")}
	add(t, o, canary)
	keys.current = 2
	add(t, o, message(telemed.LaneLive, 2))
	dst := make([]telemed.Queued, 2)
	if n, err := o.Next(telemed.LaneLive, 0, dst); n != 2 || err != nil || dst[0].Topic != canary.Topic || !bytes.Equal(dst[0].Payload, canary.Payload) {
		t.Fatalf("%d, %v", n, err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"DOE", "JANE", "ward", "2A37"} {
		if bytes.Contains(file, []byte(word)) {
			t.Errorf("the file contains %q", word)
		}
	}
	keys.shredded[1] = true
	o = openOutbox(t, path, store.Encrypt(keys))
	if got := held(t, o, telemed.LaneLive); got != "2:2" {
		t.Errorf("%q, want the message with the key that is left", got)
	}
	if err := o.Done(t.Context(), telemed.LaneLive, 2); err != nil {
		t.Fatal(err)
	}
	if w := o.Waiting(telemed.LaneLive); w.Messages != 0 || w.Bytes != 0 {
		t.Errorf("waiting %+v", w)
	}
}

func TestOutboxWithoutKey(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "o.db"), store.Encrypt(noKeys{}))
	if err := o.Add(t.Context(), message(telemed.LaneLive, 1)); !errors.Is(err, errVault) {
		t.Errorf("got %v", err)
	}
	if w := o.Waiting(telemed.LaneLive); w != (telemed.Waiting{}) {
		t.Errorf("waiting %+v", w)
	}
}

// A flipped bit costs at most the message that it hit, and never shows another.
func TestOutboxWithFlippedBits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	o := openOutbox(t, path)
	for i := range 3 {
		add(t, o, message(telemed.LaneLive, i+1))
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	topic := []byte("gatt/2A37/2")
	for bit := range 8 * (len(topic) + 2) { // topic and payload
		broken := bytes.Clone(file)
		// Pages that are free may have copies: flip the bit in all of them.
		for from := 0; ; from += len(topic) {
			next := bytes.Index(file[from:], topic)
			if next < 0 {
				break
			}
			from += next
			broken[from+bit/8] ^= 1 << (bit % 8)
		}
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		o := openOutbox(t, path)
		if got := held(t, o, telemed.LaneLive); got != "1:1 3:3" {
			t.Fatalf("bit %d: %q, want the two others", bit, got)
		}
		if err := o.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOutboxTellsOfChanges(t *testing.T) {
	o := openOutbox(t, filepath.Join(t.TempDir(), "o.db"))
	changed := o.Changed()
	if err := o.Done(t.Context(), telemed.LaneLive, 5); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changed:
		t.Error("deleting is no addition")
	default:
	}
	add(t, o, message(telemed.LaneLive, 1))
	select {
	case <-changed:
	default:
		t.Error("nobody was told of the addition")
	}
}

func BenchmarkOutboxAdd(b *testing.B) {
	for _, size := range []int{1, 64} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			o := openOutbox(b, filepath.Join(b.TempDir(), "o.db"), store.Capacity(1<<40, store.RefuseNew))
			batch, n := make([]telemed.Message, size), 0
			for i := range batch {
				batch[i] = telemed.Message{Topic: "ward/bed-1/gatt/2A37/1770000000123-17", Payload: make([]byte, 100)}
			}
			for b.Loop() {
				add(b, o, batch...)
				if n += size; n%1024 == 0 { // and the sender keeps up
					if err := o.Done(b.Context(), telemed.LaneLive, uint64(n)); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}
