package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

func openSealed(t testing.TB, path string, k store.Keys) *store.Log {
	t.Helper()
	l, err := store.Open(path, store.Encrypt(k))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestSealedLog(t *testing.T) {
	dir := t.TempDir()
	n := 0
	telemedtest.Log(t, func(tb testing.TB, name string) (telemed.Log, func()) {
		n++
		l := openSealed(tb, filepath.Join(dir, filepath.Base(name)), &keyring{current: uint64(n)}) // another key each time
		return l, func() { _ = l.Close() }
	})
}

// Nothing of a patient is in the file.
func TestNoCanaryOnDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	l := openSealed(t, path, &keyring{current: 1})
	r := telemedtest.Reading("DOE^JANE", 1)
	r.Device = "pump of DOE^JANE"
	if err := l.Append(t.Context(), []vitals.Reading{r}); err != nil {
		t.Fatal(err)
	}
	letter := telemed.DeadLetter{Frame: device.Frame{Bytes: []byte("DOE^JANE"), Device: "JANE"}, Reason: "truncated"}
	if err := l.Reject(t.Context(), []telemed.DeadLetter{letter}); err != nil {
		t.Fatal(err)
	}
	if got := telemedtest.ReadAll(t, l); got[0].Reading.Device != r.Device {
		t.Fatalf("read back %+v", got)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"DOE", "JANE", "HeartRate", "pump"} {
		if bytes.Contains(file, []byte(word)) {
			t.Errorf("the file contains %q", word)
		}
	}
}

// Keys rotate, records of before stay readable, a destroyed key takes its
// records along and no others.
func TestRotateAndShred(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	l := open(t, path) // plain at first
	fill(t, l, 0, 1)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	keys := &keyring{current: 1, shredded: map[uint64]bool{}}
	l = openSealed(t, path, keys)
	for id := range uint64(3) {
		keys.current = id + 1
		fill(t, l, 10*int(id+1), 2)
	}
	private := telemedtest.Reading("private", 1)
	if err := l.Append(t.Context(), []vitals.Reading{private}); err != nil {
		t.Fatal(err)
	}
	if n := len(telemedtest.ReadAll(t, l)); n != 8 {
		t.Fatalf("%d records, want 8", n)
	}
	keys.shredded[99] = true
	l.ForgetKeys()
	for _, r := range telemedtest.ReadAll(t, l) {
		if r.Reading.Patient == private.Patient {
			t.Error("a shredded patient is still there")
		}
	}
	keys.shredded[2] = true
	l.ForgetKeys()
	if n := len(telemedtest.ReadAll(t, l)); n != 5 {
		t.Errorf("%d records after two keys were destroyed, want 5", n)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, path)
	_, err := l.Read(t.Context(), 1, make([]telemed.Record, 1))
	var corrupt *store.CorruptError
	if !errors.As(err, &corrupt) || corrupt.Position != 2 {
		t.Errorf("without keys: %v", err)
	}
}

// A key that cannot be had refuses the append; nothing goes to the disk in the
// clear instead.
func TestNoKey(t *testing.T) {
	l := openSealed(t, filepath.Join(t.TempDir(), "log.db"), noKeys{})
	if err := l.Append(t.Context(), []vitals.Reading{telemedtest.Reading("a", 1)}); !errors.Is(err, errVault) {
		t.Errorf("got %v", err)
	}
	if last, _ := l.Last(t.Context()); last != 0 {
		t.Errorf("%d records", last)
	}
}

var errVault = errors.New("the vault is closed")

type noKeys struct{}

func (noKeys) Seal(vitals.PatientID) (uint64, [32]byte, error) { return 0, [32]byte{}, errVault }

func (noKeys) Open(uint64) ([32]byte, error) { return [32]byte{}, errVault }

func TestDeadLetters(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	var letters []telemed.DeadLetter
	for i := range 3 {
		letters = append(letters, telemed.DeadLetter{
			Frame: device.Frame{
				Bytes: []byte{byte(i), 0xff}, Format: device.GATT(0x2A37), Device: "strap", At: telemedtest.Reading("", i).At,
				Sequence: uint32(i), Patient: vitals.NewPatientID("p"),
			},
			Reason: "HeartRateMeasurement: byte 0, Flags: reserved bits are set",
		})
	}
	if err := l.Reject(t.Context(), letters); err != nil {
		t.Fatal(err)
	}
	got, err := l.Rejected(2)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d letters, %v; want 2", len(got), err)
	}
	for i, want := range []telemed.DeadLetter{letters[2], letters[1]} {
		g := got[i]
		if !bytes.Equal(g.Frame.Bytes, want.Frame.Bytes) || g.Reason != want.Reason || g.Frame.Format != want.Frame.Format ||
			!g.Frame.At.Equal(want.Frame.At) || g.Frame.Device != want.Frame.Device || g.Frame.Sequence != want.Frame.Sequence ||
			g.Frame.Patient != want.Frame.Patient {
			t.Errorf("letter %d: %+v, want %+v", i, g, want)
		}
	}
}

// A flood of nonsense keeps the newest 10,000.
func TestDeadLettersAreBounded(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	batch := make([]telemed.DeadLetter, 3000)
	for round := range 4 {
		for i := range batch {
			batch[i] = telemed.DeadLetter{Frame: device.Frame{Sequence: uint32(round*len(batch) + i)}, Reason: "x"}
		}
		if err := l.Reject(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.Rejected(1 << 30)
	if err != nil || len(got) != 10_000 || got[0].Frame.Sequence != 11_999 || got[9999].Frame.Sequence != 2000 {
		t.Errorf("%d letters, %v", len(got), err)
	}
}
