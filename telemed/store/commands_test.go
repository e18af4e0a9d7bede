package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

func TestCommands(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	want := []telemed.Command{
		{
			Command: alert.Command{Action: alert.Acknowledge, At: begin.Add(time.Second).UTC(), By: "nurse", Alarm: alert.AlarmID{1, 2}},
			After:   vitals.ReadingID{3, 4},
		},
		{Command: alert.Command{Action: alert.Pause, At: begin.UTC(), Patient: vitals.NewPatientID("DOE^JANE"), For: time.Minute}},
		{Command: alert.Command{Action: alert.Attach, At: begin.UTC(), Device: "cuff", Gateway: "hub"}},
	}
	l := openSealed(t, path, &keyring{current: 1})
	for i, c := range want {
		if err := l.AppendCommand(t.Context(), c); err != nil {
			t.Fatalf("command %d: %v", i, err)
		}
	}
	got, err := l.Commands(t.Context())
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("commands\n%+v, %v\nwant\n%+v", got, err, want)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	disk, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(disk, []byte("DOE^JANE")) {
		t.Error("the patient of a command is on disk in the clear")
	}
}

func TestCommandsAfterReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log.db")
	for i := range 3 {
		l := open(t, path)
		c := telemed.Command{Command: alert.Command{Action: alert.Resume, At: begin.UTC(), Patient: vitals.NewPatientID("p"), By: string(rune('a' + i))}}
		if err := l.AppendCommand(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		list, err := l.Commands(t.Context())
		if err != nil || len(list) != i+1 || list[i].By != c.By {
			t.Errorf("after %d: %+v, %v", i+1, list, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

var _ telemed.Commands = (*store.Log)(nil)
