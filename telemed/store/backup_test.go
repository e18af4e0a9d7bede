package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// A copy made while others append is a log that can be opened: everything up to
// a moment after the copy was begun, with the cursors of then.
func TestBackupInUse(t *testing.T) {
	l, err := store.Open(filepath.Join(t.TempDir(), "log.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	add := func(n int) {
		if err := l.Append(t.Context(), []vitals.Reading{telemedtest.Reading("a", n)}); err != nil {
			t.Error(err)
		}
	}
	if err := l.SetCursor(t.Context(), "ehr", 50); err != nil {
		t.Fatal(err)
	}
	for n := range 100 {
		add(n)
	}
	var appending sync.WaitGroup
	appending.Go(func() {
		for n := range 200 {
			add(100 + n)
		}
	})
	var copied bytes.Buffer
	err = l.Backup(&copied)
	appending.Wait()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "restored.db")
	if err := os.WriteFile(file, copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	restored, err := store.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	records := telemedtest.ReadAll(t, restored)
	if len(records) < 100 || len(records) > 300 {
		t.Fatalf("%d records, want at least the 100 of before", len(records))
	}
	for n, r := range records {
		if want := telemedtest.Reading("a", n); r.Reading.ID() != want.ID() {
			t.Fatalf("record %d is another", n+1)
		}
	}
	if at, err := restored.Cursor(t.Context(), "ehr"); at != 50 || err != nil {
		t.Errorf("the cursor is %d, %v; want 50", at, err)
	}
	// It goes on where it was.
	if err := restored.Append(t.Context(), []vitals.Reading{telemedtest.Reading("a", 1), telemedtest.Reading("b", 1)}); err != nil {
		t.Fatal(err)
	}
	if last, err := restored.Last(t.Context()); int(last) != len(records)+1 || err != nil {
		t.Errorf("the last position is %d, %v; want %d: one reading was known", last, err, len(records)+1)
	}
}
