package alert_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleParseEvent() {
	d, err := alert.ParseEvent([]byte(`{"id":"5f0c9d1e-0000-5000-8000-000000000001","number":2,"state":"acknowledged","cause":"command",
		"announce":false,"priority":"high","category":"physiological","rule":"SpO2 low","patient":"","kind":"SpO2","by":"Kim",
		"at":"2026-01-01T08:01:00Z","since":"2026-01-01T08:00:00Z","value":"86 %","quality":"good","reason":"SpO2 86 % below 90 %"}`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Priority, d.State, "by", d.By, "after", d.At.Sub(d.Since), "at", d.Value)
	// Output: high acknowledged by Kim after 1m0s at 86 %
}

// documented are events of every sort: of a score, with overrides, commands,
// without value, about a gateway.
func documented(t *testing.T) (events []alert.Event) {
	t.Helper()
	e, err := alert.NewEngine(
		alert.NotifyFunc(func(_ context.Context, ev alert.Event) error { events = append(events, ev); return nil }),
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(2*time.Second).Priority(alert.High).Latching(),
		alert.Missing(vitals.SpO2, 20*time.Second).Priority(alert.Low),
		alert.NEWS2AtLeast(3).Advisory(),
	)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(e.Do(t.Context(), alert.Command{Action: alert.Attach, Device: "d1", Gateway: "g", At: at}))
	do(e.Do(t.Context(), alert.Command{Action: alert.Attach, Device: "d2", Gateway: "g", At: at}))
	for i, percent := range []int64{95, 86, 86, 86, 97} {
		for _, d := range []vitals.DeviceID{"d1", "d2"} {
			do(e.Put(t.Context(), []vitals.Reading{{
				Patient: vitals.NewPatientID("of " + string(d)), Device: d, Kind: vitals.SpO2, Quantity: vitals.Percent(percent),
				At: at.Add(time.Duration(i) * time.Second), Sequence: uint32(i),
			}}))
		}
		if i == 3 {
			do(e.Do(t.Context(), alert.Command{Action: alert.Snooze, Alarm: events[0].ID, For: time.Second, By: "Kim", At: at.Add(3 * time.Second)}))
		}
	}
	do(e.Advance(t.Context(), at.Add(time.Minute)))
	return events
}

// What is written is read, and written again the same.
func TestEventDocumentRoundTrip(t *testing.T) {
	seen := map[string]bool{}
	for _, ev := range documented(t) {
		b, err := json.Marshal(ev)
		if err != nil {
			t.Fatal(err)
		}
		d, err := alert.ParseEvent(b)
		if err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		again, err := json.Marshal(d)
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("again, %v:\n%s\nwant\n%s", err, again, b)
		}
		if d.ID != ev.ID || d.State != ev.State || !d.At.Equal(ev.At) || d.Value != ev.Value || d.Reason != ev.Reason {
			t.Errorf("%+v, want %+v", d, ev)
		}
		if strings.Contains(string(b), "of d1") {
			t.Errorf("names the patient: %s", b)
		}
		seen[d.State.String()], seen[d.Rule], seen[d.Category.String()] = true, true, true
	}
	for _, want := range []string{"active", "snoozed", "latched", alert.GatewaySilent, "technical", "advisory", "physiological"} {
		if !seen[want] {
			t.Errorf("no event is %q", want)
		}
	}
}

func TestParseEventRefuses(t *testing.T) {
	good, err := json.Marshal(documented(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	for n := range good {
		if _, err := alert.ParseEvent(good[:n]); !errors.Is(err, alert.ErrSyntax) {
			t.Fatalf("the first %d bytes: %v", n, err)
		}
	}
	for name, row := range map[string]struct {
		old, new string
		err      error
	}{
		"unknown state":    {`"state":"active"`, `"state":"DOE^JANE"`, alert.ErrWord},
		"unknown priority": {`"priority":"medium"`, `"priority":"urgent"`, alert.ErrWord},
		"no number":        {`"number":1`, `"number":0`, alert.ErrSyntax},
		"odd number":       {`"number":1`, `"number":"DOE^JANE"`, alert.ErrSyntax},
		"long":             {`"reason":"`, `"reason":"` + strings.Repeat("x", 1<<20), alert.ErrSyntax},
	} {
		b := strings.Replace(string(good), row.old, row.new, 1)
		if b == string(good) {
			t.Fatalf("%s: %q is not in %s", name, row.old, good)
		}
		if _, err := alert.ParseEvent([]byte(b)); !errors.Is(err, row.err) || !errors.Is(err, alert.ErrSyntax) || strings.Contains(err.Error(), "DOE") {
			t.Errorf("%s: %v, want %v", name, err, row.err)
		}
	}
}

// Whatever is read is written and read again as the same.
func FuzzParseEvent(f *testing.F) {
	f.Add([]byte(`{"id":"5f0c9d1e-0000-5000-8000-000000000001","number":1,"state":"active","cause":"condition","at":"2026-01-01T08:00:00Z","value":"1 %"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := alert.ParseEvent(b)
		if err != nil {
			return
		}
		once, err := json.Marshal(d)
		if err != nil {
			return // a year that RFC 3339 cannot write
		}
		again, err := alert.ParseEvent(once)
		if err != nil {
			t.Fatalf("%v: %s", err, once)
		}
		if twice, err := json.Marshal(again); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%v\n%s\n%s", err, once, twice)
		}
	})
}
