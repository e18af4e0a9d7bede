package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

func heldFrame(d string, n, size int) device.Frame {
	return device.Frame{
		Bytes: bytes.Repeat([]byte{byte(n)}, size), Format: device.Private(uint16(n)), Device: vitals.DeviceID(d),
		At: begin.Add(time.Duration(n) * time.Second), Sequence: uint32(n),
	}
}

// allHeld reads what is held of some devices, a few at a time.
func allHeld(t *testing.T, l *store.Log, devices ...vitals.DeviceID) (all []telemed.HeldFrame) {
	t.Helper()
	dst := make([]telemed.HeldFrame, 3)
	for after := uint64(0); ; {
		n, err := l.Held(t.Context(), devices, after, dst)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return all
		}
		all = append(all, dst[:n]...)
		after = dst[n-1].Number
	}
}

func sightings(t *testing.T, l *store.Log) string {
	t.Helper()
	list, err := l.Sightings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := ""
	for _, v := range list {
		s += fmt.Sprintf("%s %v %d-%d %d/%d/%d;", v.Device, v.Format, v.First.Unix()-begin.Unix(), v.Last.Unix()-begin.Unix(), v.Heard, v.Held, v.Dropped)
	}
	return s
}

func TestHeldFrames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	l := open(t, path)
	if n := len(allHeld(t, l, "a")); n != 0 || sightings(t, l) != "" {
		t.Fatalf("an empty log holds %d", n)
	}
	var want []device.Frame
	for i := range 10 {
		f := heldFrame([]string{"a", "b", "c"}[i%3], i, i)
		want = append(want, f)
		if _, err := l.Hold(t.Context(), []device.Frame{f}); err != nil {
			t.Fatal(err)
		}
	}
	for _, when := range []string{"at once", "reopened"} {
		got := allHeld(t, l, "c", "a", "b", "a", "unheard of")
		if len(got) != len(want) {
			t.Fatalf("%s: %d frames, want %d", when, len(got), len(want))
		}
		for i, h := range got {
			f, w := h.Frame, want[i]
			if !bytes.Equal(f.Bytes, w.Bytes) || f.Device != w.Device || f.Format != w.Format || !f.At.Equal(w.At) || f.Sequence != w.Sequence {
				t.Errorf("%s, frame %d: %+v, want %+v", when, i, f, w)
			}
		}
		if got := len(allHeld(t, l, "b")); got != 3 {
			t.Errorf("%s: %d frames of b, want 3", when, got)
		}
		if got, want := sightings(t, l), "a format/ffff0009 0-9 4/4/0;b format/ffff0007 1-7 3/3/0;c format/ffff0008 2-8 3/3/0;"; got != want {
			t.Errorf("%s: sightings %s, want %s", when, got, want)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = open(t, path)
	}
	a := allHeld(t, l, "a")
	if err := l.Unhold(t.Context(), append(allHeld(t, l, "b"), a[1])); err != nil {
		t.Fatal(err)
	}
	for _, when := range []string{"at once", "reopened"} {
		if got, want := sightings(t, l), "a format/ffff0009 0-9 4/3/0;c format/ffff0008 2-8 3/3/0;"; got != want {
			t.Errorf("after the release, %s: %s, want %s", when, got, want)
		}
		if got := len(allHeld(t, l, "a", "b", "c")); got != 6 {
			t.Errorf("after the release, %s: %d held, want 6", when, got)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = open(t, path)
	}
}

// A device that floods takes its own room and then its own frames; another
// loses none.
func TestHeldIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	l := open(t, path)
	hold := func(frames ...device.Frame) (dropped int) {
		t.Helper()
		dropped, err := l.Hold(t.Context(), frames)
		if err != nil {
			t.Fatal(err)
		}
		return dropped
	}
	const kib = 1024 - store.HeldWeight
	store.BoundHeld(l, 64<<10, 4<<10)
	hold(heldFrame("quiet", 1, 10))
	dropped := 0
	for i := range 10 {
		dropped += hold(heldFrame("flood", i, kib))
	}
	if got, want := sightings(t, l), "flood format/ffff0009 0-9 10/4/6;quiet format/ffff0001 1-1 1/1/0;"; got != want || dropped != 6 {
		t.Fatalf("%d dropped; %s, want %s", dropped, got, want)
	}
	if got := allHeld(t, l, "flood"); got[0].Frame.Sequence != 6 {
		t.Errorf("the oldest that is left is %d, want 6", got[0].Frame.Sequence)
	}
	for i := range 30 { // more than all the room, though each within its share
		for range 3 {
			hold(heldFrame(fmt.Sprint("crowd", i), i, kib))
		}
	}
	for _, when := range []string{"at once", "reopened"} {
		list, err := l.Sightings(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		total, lost := 0, uint64(0)
		for _, s := range list {
			total += s.Held
			lost += s.Dropped
			if s.Held == 0 || s.Held > 4 || s.Device == "quiet" && s.Dropped != 0 {
				t.Errorf("%s: %d held, %d dropped of one device", when, s.Held, s.Dropped)
			}
		}
		if total > 65 || total < 60 || lost != 10+90+1-uint64(total) {
			t.Errorf("%s: %d frames of 1 KiB are held, %d lost", when, total, lost)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = open(t, path)
		store.BoundHeld(l, 64<<10, 4<<10)
	}
	if n := hold(heldFrame("giant", 1, 6*kib)); n != 1 {
		t.Errorf("a frame larger than its share: %d dropped, want itself", n)
	}
}

// Nothing of a device is in a sealed file, and a destroyed key takes its frames.
func TestSealedHeld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	keys := &keyring{current: 1, shredded: map[uint64]bool{}}
	l := openSealed(t, path, keys)
	f := heldFrame("strap of JANE", 1, 0)
	f.Bytes = []byte("DOE^JANE")
	if _, err := l.Hold(t.Context(), []device.Frame{f}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	notOnDisk(t, path, "DOE", "JANE", "strap")
	l = openSealed(t, path, keys)
	keys.shredded[1] = true
	l.ForgetKeys()
	if got := allHeld(t, l, "strap of JANE"); len(got) != 0 {
		t.Errorf("%d frames of a destroyed key", len(got))
	}
}

// notOnDisk looks for words in a file.
func notOnDisk(t *testing.T, path string, words ...string) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range words {
		if bytes.Contains(file, []byte(word)) {
			t.Errorf("the file contains %q", word)
		}
	}
}

func TestHeldErrors(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	calls := map[string]func(context.Context) error{
		"hold": func(ctx context.Context) error {
			_, err := l.Hold(ctx, []device.Frame{heldFrame("DOE^JANE", 1, 1)})
			return err
		},
		"held": func(ctx context.Context) error {
			_, err := l.Held(ctx, []vitals.DeviceID{"DOE^JANE"}, 0, make([]telemed.HeldFrame, 1))
			return err
		},
		"unhold": func(ctx context.Context) error {
			return l.Unhold(ctx, []telemed.HeldFrame{{Number: 1, Frame: heldFrame("DOE^JANE", 1, 1)}})
		},
		"sightings": func(ctx context.Context) error { _, err := l.Sightings(ctx); return err },
		"append entry": func(ctx context.Context) error {
			return l.AppendEntry(ctx, "DOE", telemed.Entry{Number: 1, Patient: vitals.NewPatientID("DOE^JANE"), Content: []byte("DOE")}, 0)
		},
		"entries": func(ctx context.Context) error { _, err := l.Entries(ctx, "DOE"); return err },
	}
	for name, call := range calls {
		if err := call(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("%s with an ended context: %v", name, err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for name, call := range calls {
		if err := call(t.Context()); err == nil || bytes.Contains([]byte(err.Error()), []byte("DOE")) {
			t.Errorf("%s on a closed log: %v", name, err)
		}
	}
}

// Every truncation of what is in the file is refused, and what decodes encodes
// to the same again.
func FuzzSighting(f *testing.F) {
	s := telemed.Sighting{Device: "cuff", Format: 7, First: begin, Last: begin, Heard: 3, Dropped: 1}
	b := store.EncodeSighting(&s)
	for n := range b {
		f.Add(b[:n])
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := store.DecodeSighting(b); err == nil {
			again, err := store.DecodeSighting(store.EncodeSighting(&s))
			if err != nil || !again.First.Equal(s.First) || again.Heard != s.Heard || again.Device != s.Device {
				t.Errorf("%+v became %+v, %v", s, again, err)
			}
		}
	})
}

func TestSightingCutShort(t *testing.T) {
	s := telemed.Sighting{Device: "cuff", Format: 7, First: begin, Last: begin, Heard: 3, Dropped: 1}
	for b := store.EncodeSighting(&s); len(b) > 0; {
		b = b[:len(b)-1]
		if _, err := store.DecodeSighting(b); err == nil {
			t.Errorf("%d bytes of a sighting were accepted", len(b))
		}
	}
}

// When there is no room, what is held is what was held before.
func TestHeldWithoutRoom(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	store.BoundHeld(l, 1<<20, 4*store.HeldWeight)
	for i := range 4 {
		if _, err := l.Hold(t.Context(), []device.Frame{heldFrame("a", i, 0)}); err != nil {
			t.Fatal(err)
		}
	}
	before, frames := sightings(t, l), allHeld(t, l, "a")
	store.SetCommit(l, func(tx *bbolt.Tx) error {
		return errors.Join(&os.PathError{Op: "write", Err: syscall.ENOSPC}, tx.Rollback())
	})
	if _, err := l.Hold(t.Context(), []device.Frame{heldFrame("a", 9, 0), heldFrame("b", 9, 0)}); !errors.Is(err, telemed.ErrLogFull) {
		t.Fatalf("hold without room: %v", err)
	}
	if err := l.Unhold(t.Context(), frames); !errors.Is(err, telemed.ErrLogFull) {
		t.Fatalf("unhold without room: %v", err)
	}
	store.SetCommit(l, nil)
	if got := sightings(t, l); got != before || len(allHeld(t, l, "a", "b")) != 4 {
		t.Errorf("afterwards: %s, want %s", got, before)
	}
	if err := l.Unhold(t.Context(), frames); err != nil || sightings(t, l) != "" {
		t.Errorf("with room again: %v, %s", err, sightings(t, l))
	}
}
