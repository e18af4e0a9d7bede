package store_test

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

// Entries come back as they were, each journal by itself; nothing of them is in a
// sealed file, and of a destroyed key only the number remains.
func TestJournals(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	keys := &keyring{current: 1, shredded: map[uint64]bool{}}
	l := openSealed(t, path, keys)
	jane, private := vitals.NewPatientID("DOE^JANE"), vitals.NewPatientID("private")
	journals := map[string][]telemed.Entry{
		"census": {
			{Number: 1, Patient: jane, Content: []byte("JANE came")},
			{Number: 5, Patient: private, Content: []byte("private came")},
			{Number: 1 << 40, Content: []byte{}},
		},
		"cens":    {{Number: 7, Content: []byte("another")}},
		"census2": {{Number: 2, Content: []byte("a third")}},
	}
	for name, entries := range journals {
		for _, e := range entries {
			if err := l.AppendEntry(t.Context(), name, e, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	notOnDisk(t, path, "DOE", "JANE", "private", "another")
	l = openSealed(t, path, keys)
	for name, want := range journals {
		for i := range want {
			want[i].Patient = vitals.PatientID{}
		}
		got, err := l.Entries(t.Context(), name)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, want)
		}
	}
	keys.shredded[99] = true
	l.ForgetKeys()
	got, err := l.Entries(t.Context(), "census")
	if err != nil || len(got) != 3 || got[1].Content != nil || got[1].Number != 5 {
		t.Errorf("after a key was destroyed: %+v, %v", got, err)
	}
}

func TestJournalForgets(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	for n := range uint64(10) {
		e := telemed.Entry{Number: n + 1, Content: []byte{byte(n)}}
		if err := l.AppendEntry(t.Context(), "j", e, e.Number-min(e.Number, 3)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := l.Entries(t.Context(), "j")
	if err != nil || len(got) != 4 || got[0].Number != 7 {
		t.Errorf("%+v, %v, want those from 7 on", got, err)
	}
}

func TestJournalRefuses(t *testing.T) {
	l := open(t, filepath.Join(t.TempDir(), "log.db"))
	if err := l.AppendEntry(t.Context(), "j", telemed.Entry{Number: 2}, 0); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		journal string
		number  uint64
	}{
		"no name":      {"", 3},
		"a zero in it": {"a\x00b", 3},
		"a long name":  {strings.Repeat("j", 257), 3},
		"number zero":  {"new", 0},
		"used number":  {"j", 2},
		"past number":  {"j", 1},
	} {
		if err := l.AppendEntry(t.Context(), c.journal, telemed.Entry{Number: c.number}, 0); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if got, err := l.Entries(t.Context(), "j"); err != nil || len(got) != 1 {
		t.Errorf("%+v, %v, want the first alone", got, err)
	}
}

var _ telemed.Journal = (*store.Log)(nil)
