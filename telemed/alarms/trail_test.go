package alarms_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed/alarms"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// An acknowledgement is kept; after a restart nobody is paged again.
func ExampleOpen() {
	ctx := context.Background()
	commands := new(telemedtest.Journal) // in a program the *store.Log
	pager := alert.NotifyFunc(func(_ context.Context, e alert.Event) error { fmt.Println("told:", e); return nil })
	open := func() (*alert.Engine, *alarms.Engine) {
		engine, err := alert.NewEngine(pager, alert.Above(vitals.HeartRate, vitals.PerMinute(130)).Priority(alert.High))
		if err != nil {
			panic(err)
		}
		alarms, err := alarms.Open(ctx, engine, commands)
		if err != nil {
			panic(err)
		}
		return engine, alarms
	}
	past := []vitals.Reading{rate("p", 0, 150)}

	engine, alarms := open()
	_ = alarms.Put(ctx, past)
	_ = alarms.Do(ctx, alert.Command{
		Action: alert.Acknowledge, Alarm: engine.Active(nil)[0].ID, By: "nurse Ada", At: begin.Add(time.Minute),
	})

	engine, alarms = open() // the program was started anew; a gateway does the rest
	_ = alarms.Restore(past)
	fmt.Println("after the restart:", engine.Active(nil)[0])
	// Output:
	// told: high active: HeartRate 150 /min above 130 /min
	// told: high acknowledged: HeartRate 150 /min above 130 /min
	// after the restart: high acknowledged: HeartRate 150 /min above 130 /min
}

func TestTrail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "alarms.ndjson")
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	e, err := alert.NewEngine(&alarms.Trail{W: f}, alert.Above(vitals.HeartRate, vitals.PerMinute(130)))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Put(t.Context(), []vitals.Reading{rate("DOE^JANE", 0, 150), rate("DOE^JANE", 1, 90)}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte("JANE")) {
		t.Error("the record has the patient in the clear")
	}
	var states []string
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var line struct{ State, Reason string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil || line.Reason == "" {
			t.Fatalf("line %q: %v", lines.Text(), err)
		}
		states = append(states, line.State)
	}
	if got := strings.Join(states, ","); got != "active,ended" {
		t.Errorf("states %s", got)
	}
	if err := e.Put(t.Context(), []vitals.Reading{rate("p", 0, 150)}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("recording to a closed file: %v", err)
	}
}
