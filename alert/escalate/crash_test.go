package escalate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// crashScript has every kind of decision.
var crashScript = []string{
	"21:00 raise", "21:01 latch", "21:02 pass", "21:03 channel nurse fails", "21:05 pass", "21:06 channel nurse works", "21:08 answer caregiver",
	"21:30 rearm", "21:32 snooze", "21:40 remind", "21:41 inhibit", "21:50 remind", "21:51 ack nurse A", "21:55 rearm", "22:01 end", "23:00 pass", "06:30 pass",
}

// A crash after any byte of the journal, and a restart there, decides the same
// messages, each once, and sends every one that was not sent. What follows a
// crash depends on the entries that are intact and on what was being done.
func TestCrashAtEveryByte(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole := newNight(t, sleepy(false))
	whole.config.Journal = j
	whole.open()
	var counts []int      // entries after each line
	before := []world{{}} // and what people had before it
	for _, line := range crashScript {
		whole.play(line)
		counts = append(counts, len(fileEntries(t, path)))
		before = append(before, world{maps.Clone(whole.ids), maps.Clone(whole.sent)})
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := checkJournal(t, fileEntries(t, path))
	if len(want) < 20 {
		t.Fatalf("%d messages are too few to try", len(want))
	}
	tried := make(map[[2]int]bool)
	for cut := range len(file) + 1 {
		entries, _, err := readAll(file[:cut])
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		n := len(entries)
		// The line that had written the last entry may not have ended, or the next
		// may have begun.
		wrote, _ := slices.BinarySearch(counts, n)
		writes, _ := slices.BinarySearch(counts, n+1)
		for line := wrote; line <= min(writes, len(crashScript)-1); line++ {
			if key := [2]int{n, line}; !tried[key] {
				tried[key] = true
				resume(t, fmt.Sprintf("crash after %d entries in line %d, %q", n, line, crashScript[line]), entries, line, before[line], before[line+1], want)
			}
		}
	}
	if len(tried) < counts[len(counts)-1] {
		t.Errorf("%d restarts, want at least one for each of %d entries", len(tried), counts[len(counts)-1])
	}
}

// world is what people have got.
type world struct {
	ids  map[MessageID]int
	sent map[string]Message
}

// resume continues in a line after a crash.
func resume(t *testing.T, when string, entries []string, line int, before, after world, want map[MessageID]Kind) {
	t.Helper()
	n := newNight(t, sleepy(false))
	for _, e := range entries {
		n.journal.entries = append(n.journal.entries, []byte(e))
	}
	for _, past := range crashScript[:line] {
		n.past(past)
	}
	arrived := settled(t, entries)
	maps.Copy(n.sent, before.sent)
	for who, m := range after.sent {
		if arrived[m.ID] > 0 {
			n.sent[who] = m
		}
	}
	n.open()
	n.play(strings.Join(crashScript[line:], "\n"))
	for id := range want {
		if n.ids[id]+before.ids[id]+arrived[id] == 0 {
			t.Errorf("%s: a message was lost\n%s", when, strings.Join(n.out, "\n"))
		}
	}
	if got := checkJournal(t, n.journal.entries); !maps.Equal(got, want) {
		t.Errorf("%s: the journal has %d messages, want %d", when, len(got), len(want))
	}
}

// settled are the messages that were sent, for only then they are settled so.
func settled(t *testing.T, entries []string) map[MessageID]int {
	out := make(map[MessageID]int)
	for _, e := range entries {
		var rs []record
		if err := json.Unmarshal([]byte(e), &rs); err != nil {
			t.Fatal(err)
		}
		for _, r := range rs {
			if r.Settle != nil {
				out[r.Settle.ID]++
			}
		}
	}
	return out
}

// past repeats what a line did outside of the dispatcher.
func (n *night) past(line string) {
	f := strings.Fields(line)
	at, err := time.Parse("15:04", f[0])
	if err != nil {
		n.t.Fatal(err)
	}
	n.now = time.Date(2026, 3, 1, at.Hour(), at.Minute(), 0, 0, time.UTC)
	switch f[1] {
	case "channel":
		n.modes[f[2]] = f[3]
	case "pass", "answer":
	default:
		n.next(f[1:])
	}
}

// fileEntries reads a journal beside whoever has it open.
func fileEntries(t *testing.T, path string) (entries [][]byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readFrames(bytes.NewReader(b), func(e []byte) error { entries = append(entries, bytes.Clone(e)); return nil }); err != nil {
		t.Fatal(err)
	}
	return entries
}
