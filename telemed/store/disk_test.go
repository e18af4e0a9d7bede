//go:build linux

package store_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// without says that this machine does not allow a test.
func without(t *testing.T, what string, err error) {
	t.Helper()
	if os.Getenv("TELEMED_REQUIRE") == "all" {
		t.Fatalf("%s: %v", what, err)
	}
	t.Skipf("%s: %v", what, err)
}

// smallDisk mounts a disk in memory.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		without(t, "cannot mount a small disk", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// appendUntil appends batches until one is refused, which it returns with the
// error and the number of accepted readings.
func appendUntil(t *testing.T, l *store.Log) (accepted int, refused []vitals.Reading, err error) {
	t.Helper()
	const size = 500
	for n := 0; n < 1_000_000; n += size {
		batch := make([]vitals.Reading, size)
		for i := range batch {
			batch[i] = telemedtest.Reading("a", n+i)
		}
		if err := l.Append(t.Context(), batch); err != nil {
			return n, batch, err
		}
	}
	t.Fatal("a million readings were accepted")
	return 0, nil, nil
}

// A full disk is a typed error; nothing that was accepted is lost, reading goes
// on, and so does the log when there is room again, at once and after a restart.
func TestFullDisk(t *testing.T) {
	for _, size := range []string{"1m", "2m", "8m"} {
		t.Run(size, func(t *testing.T) {
			dir := smallDisk(t, size)
			ballast := filepath.Join(dir, "ballast")
			if err := os.WriteFile(ballast, make([]byte, 512<<10), 0o600); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "log.db")
			l := open(t, path)
			accepted, refused, err := appendUntil(t, l)
			if !errors.Is(err, telemed.ErrLogFull) || errors.Is(err, telemed.ErrLogFailed) {
				t.Fatalf("after %d readings: %v, want ErrLogFull", accepted, err)
			}
			for range 3 { // as a gateway does
				if err := l.Append(t.Context(), refused); !errors.Is(err, telemed.ErrLogFull) {
					t.Fatalf("again: %v, want ErrLogFull", err)
				}
			}
			if s, err := l.Stats(); err != nil || s.Refused != 4 || s.Records != uint64(accepted) {
				t.Errorf("%+v, %v; want 4 refused and %d records", s, err, accepted)
			}
			look := func(l *store.Log, want int) {
				t.Helper()
				if got := len(telemedtest.ReadAll(t, l)); got != want {
					t.Fatalf("%d records, %d were accepted", got, want)
				}
			}
			look(l, accepted)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = open(t, path)
			look(l, accepted)
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			if err := l.Append(t.Context(), refused); err != nil {
				t.Fatalf("with room again: %v", err)
			}
			look(l, accepted+len(refused))
			t.Logf("%d readings, then %d more", accepted, len(refused))
		})
	}
}

// A disk that is full when the log is made is one that is full.
func TestOpenOnFullDisk(t *testing.T) {
	dir := smallDisk(t, "64k")
	if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 60<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	if l, err := store.Open(filepath.Join(dir, "log.db")); !errors.Is(err, telemed.ErrLogFull) {
		if err == nil {
			_ = l.Close()
		}
		t.Errorf("got %v, want ErrLogFull", err)
	}
}

// A disk that fails a sync has failed the log for good: no later append
// succeeds, although the disk may say that it is well again.
//
// The failing disk is an ext4 in a file that is larger than the disk that it
// lies on: the file system believes in room that is not there, so it takes the
// writes, and the sync fails.
func TestFailingSync(t *testing.T) {
	below := smallDisk(t, "3m")
	image, dir := filepath.Join(below, "image"), t.TempDir()
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(image, 32<<20); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{
		"mkfs.ext4 -q -O ^has_journal -E lazy_itable_init=1,nodiscard " + image,
		"mount -o loop,nodiscard " + image + " " + dir,
	} {
		args := strings.Fields(command)
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			without(t, args[0], fmt.Errorf("%w: %s", err, out))
		}
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	path := filepath.Join(dir, "log.db")
	l := open(t, path)
	accepted, refused, err := appendUntil(t, l)
	if !errors.Is(err, telemed.ErrLogFailed) || errors.Is(err, telemed.ErrLogFull) {
		t.Fatalf("after %d readings: %v, want ErrLogFailed", accepted, err)
	}
	if accepted == 0 {
		t.Fatal("nothing was accepted before the disk failed")
	}
	failsForGood(t, l, refused)
	t.Logf("failed after %d readings: %v", accepted, err)
}

// failsForGood checks that a log that has failed does nothing any more.
func failsForGood(t *testing.T, l *store.Log, refused []vitals.Reading) {
	t.Helper()
	_, statsErr := l.Stats()
	_, readErr := l.Read(t.Context(), 0, make([]telemed.Record, 1))
	_, lastErr := l.Last(t.Context())
	for what, err := range map[string]error{
		"append": l.Append(t.Context(), refused),
		"reject": l.Reject(t.Context(), []telemed.DeadLetter{{}}),
		"read":   readErr, "last": lastErr, "stats": statsErr,
	} {
		if !errors.Is(err, telemed.ErrLogFailed) {
			t.Errorf("%s after the failure: %v, want ErrLogFailed", what, err)
		}
	}
}
