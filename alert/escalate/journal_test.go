package escalate

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func journalBytes(entries ...string) []byte {
	b := []byte(journalMagic)
	for _, e := range entries {
		b = appendFrame(b, []byte(e))
	}
	return b
}

func readAll(b []byte) (entries []string, intact int64, err error) {
	intact, err = readFrames(iotest.HalfReader(bytes.NewReader(b)), func(e []byte) error {
		entries = append(entries, string(e))
		return nil
	})
	return entries, intact, err
}

func TestTornJournal(t *testing.T) {
	all := []string{"[]", strings.Repeat("x", 300), "[1]"}
	whole := journalBytes(all...)
	for cut := range len(whole) + 1 {
		entries, intact, err := readAll(whole[:cut])
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if want := journalBytes(entries...); cut >= len(journalMagic) && (intact != int64(len(want)) || !slices.Equal(entries, all[:len(entries)])) {
			t.Fatalf("cut at %d: %d entries, %d bytes are intact", cut, len(entries), intact)
		}
	}
	for name, tail := range map[string][]byte{"zeros": make([]byte, 500), "garbage": []byte(strings.Repeat("garbage", 50)), "a frame with a wrong sum": func() []byte {
		b := appendFrame(nil, []byte("last"))
		b[len(b)-1]++
		return b
	}()} {
		if entries, intact, err := readAll(append(journalBytes(all...), tail...)); err != nil || len(entries) != 3 || intact != int64(len(whole)) {
			t.Errorf("%s behind: %d entries, %d intact, %v", name, len(entries), intact, err)
		}
	}
}

func TestDamagedJournal(t *testing.T) {
	whole := journalBytes("first", "second", "third")
	last := len(journalBytes("first", "second"))
	for i := range whole {
		b := bytes.Clone(whole)
		b[i] ^= 0x10
		entries, _, err := readAll(b)
		if torn := i >= last; torn && (err != nil || len(entries) != 2) || !torn && !errors.Is(err, ErrCorrupt) {
			t.Errorf("byte %d is damaged: %d entries, %v", i, len(entries), err)
		}
	}
	long := append(journalBytes(), make([]byte, maxEntry+headerSize+1)...)
	if _, _, err := readAll(long); !errors.Is(err, ErrCorrupt) {
		t.Errorf("more than one frame is unreadable: %v", err)
	}
}

func TestJournalReadErrors(t *testing.T) {
	b := journalBytes("first", "second")
	_, err := readFrames(iotest.TimeoutReader(iotest.OneByteReader(bytes.NewReader(b))), func([]byte) error { return nil })
	if !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("got %v, want the error of the reader", err)
	}
	if _, err := readFrames(bytes.NewReader(b), func([]byte) error { return errors.ErrUnsupported }); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v, want the error of yield", err)
	}
}

func TestFileKeepsAndReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Append([]byte("[1]"), []byte("[2]")); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(make([]byte, maxEntry+1)); err == nil {
		t.Error("an entry that is too large was taken")
	}
	// A failed append has left something behind.
	if _, err := j.file.WriteAt([]byte("half a frame"), j.intact); err != nil {
		t.Fatal(err)
	}
	j.dirty = true
	if err := j.Append([]byte("[3]")); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%s", fileEntries(t, path)); got != "[[1] [2] [3]]" {
		t.Errorf("got %s", got)
	}
	if _, err := OpenFile(path); runtime.GOOS == "linux" && !errors.Is(err, ErrLocked) {
		t.Errorf("opened twice: %v, want ErrLocked", err)
	}
	if err := j.Replace(slices.Values([][]byte{[]byte("[4]")})); err != nil {
		t.Fatal(err)
	}
	if err := j.Append([]byte("[5]")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFile(path); runtime.GOOS == "linux" && !errors.Is(err, ErrLocked) {
		t.Errorf("opened twice after Replace: %v, want ErrLocked", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%s", fileEntries(t, path)); got != "[[4] [5]]" {
		t.Errorf("got %s", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := j.Append([]byte("[6]")); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestOpenFileLeavesOthersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "letter")
	if err := os.WriteFile(path, []byte("Dear Jane"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFile(path); !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v, want ErrCorrupt", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "Dear Jane" {
		t.Errorf("the file is %q now", b)
	}
}

// While the journal fails, people are told, the engine keeps its events, and
// nothing is missing afterwards.
func TestJournalFails(t *testing.T) {
	n := newNight(t, standard())
	full := errors.New("disk full")
	n.journal.err = full
	e := n.next([]string{"raise"})
	for range 2 {
		if err := n.d.Notify(t.Context(), e); !errors.Is(err, full) {
			t.Fatalf("Notify: %v, want the journal's error", err)
		}
	}
	if err := n.d.Advance(t.Context(), n.now); !errors.Is(err, full) {
		t.Errorf("Advance: %v, want the journal's error", err)
	}
	if len(n.out) != 1 {
		t.Errorf("told: %q, want the patient's device", n.out)
	}
	n.journal.err = nil
	if err := n.d.Notify(t.Context(), e); err != nil {
		t.Errorf("Notify: %v", err)
	}
	if got := checkJournal(t, n.journal.entries); len(got) != 1 {
		t.Errorf("the journal has %d messages, want 1", len(got))
	}
	n.open()
	n.play("21:01 pass")
	if len(n.ids) != 1 {
		t.Errorf("%d messages after the restart, want 1", len(n.ids))
	}
}

// What is written when most of a journal is past has the same fold.
func TestCompaction(t *testing.T) {
	n := newNight(t, sleepy(false))
	for i := range len(crashScript) {
		n = newNight(t, sleepy(false))
		n.play(strings.Join(crashScript[:i], "\n"))
		var short book
		n.d.book.records(func(rs []record) bool { short.fold(rs); return true })
		compareBooks(t, fmt.Sprintf("after line %d", i), &short, &n.d.book)
	}
	for i := range 1 << 12 { // a long past
		n.journal.entries = append(n.journal.entries, fmt.Appendf(nil, `[{"alarm":"00000000-0000-0000-0000-%012x","settle":{}}]`, i))
	}
	before := len(n.journal.entries)
	old := n.d.book
	n.open()
	if after := len(n.journal.entries); after >= before/100 {
		t.Errorf("%d entries of %d remain", after, before)
	}
	compareBooks(t, "after compaction", &n.d.book, &old)
	n.open()
	compareBooks(t, "after a restart", &n.d.book, &old)
}

func compareBooks(t *testing.T, when string, got, want *book) {
	t.Helper()
	if len(got.courses) != len(want.courses) || len(got.gone) != len(want.gone) {
		t.Fatalf("%s: %d alarms and %d gone, want %d and %d", when, len(got.courses), len(got.gone), len(want.courses), len(want.gone))
	}
	for id, w := range want.courses {
		if g := got.courses[id]; g == nil || !reflect.DeepEqual(g.records(), w.records()) {
			t.Fatalf("%s: the course differs:\n%+v\n%+v", when, g, w)
		}
	}
}

func FuzzJournal(f *testing.F) {
	f.Add(journalBytes("[]", "[1]"))
	f.Add(journalBytes("[]")[:15])
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		entries, intact, err := readAll(b)
		if err != nil {
			return
		}
		want := journalBytes(entries...)
		if intact > int64(len(b)) || intact > 0 && !bytes.Equal(b[:intact], want) || intact == 0 && len(entries) > 0 {
			t.Errorf("%d of %d bytes are %d entries", intact, len(b), len(entries))
		}
	})
}

// A dispatcher starts with any entries, and can go on.
func FuzzReplay(f *testing.F) {
	n := newNightOf(f)
	for _, e := range n.entries {
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, entry []byte) {
		m := newNight(t, sleepy(false))
		m.journal.entries = append(slices.Clone(n.entries[:2]), entry)
		d, err := New(m.config)
		if err != nil {
			if strings.Contains(err.Error(), "JANE") {
				t.Errorf("the error shows the entry: %v", err)
			}
			return
		}
		if err := d.Advance(t.Context(), evening.AddDate(0, 0, 1)); err != nil {
			t.Error(err)
		}
		if err := d.Notify(t.Context(), m.next([]string{"end"})); err != nil {
			t.Error(err)
		}
	})
}

// newNightOf is the journal of a night.
func newNightOf(f *testing.F) *memory {
	f.Helper()
	var out *memory
	ok := f.Name() != "" && testing.RunTests(func(_, _ string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "night", F: func(t *testing.T) {
		n := newNight(t, sleepy(false))
		n.play(strings.Join(crashScript, "\n"))
		out = n.journal
	}}})
	if !ok {
		f.Fatal("the night failed")
	}
	return out
}
