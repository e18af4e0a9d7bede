package record_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/escalate"
	"github.com/telemed-go/sdk/telemed/record"
	"github.com/telemed-go/sdk/vitals"
)

// A dispatcher calls the nurse by a Communication; the first attempt fails.
func TestCommunications(t *testing.T) {
	at := time.Date(2026, 3, 1, 21, 0, 0, 0, time.UTC)
	stored, calls := make(map[string]bool), 0
	record := record.Communications{Update: func(_ context.Context, resource []byte) error {
		if calls++; calls == 1 {
			return errors.New("the server is away")
		}
		stored[string(resource)] = true
		return nil
	}}
	d, err := escalate.New(escalate.Config{
		Notifiers: map[string]escalate.Notifier{"record": record},
		Routes: []escalate.Route{{Chain: escalate.Chain{Name: "n", Steps: []escalate.Step{
			{Name: "nurse", To: []escalate.Recipient{{ID: "Practitioner/nurse", Channel: "record"}}},
		}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Notify(t.Context(), alert.Event{
		ID: alert.AlarmID{1}, Number: 1, State: alert.Active, Priority: alert.High, Announce: true, At: at, Since: at, Patient: vitals.NewPatientID("p1"),
	}); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if err := d.Advance(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Second)
	}
	if calls != 2 || len(stored) != 1 {
		t.Fatalf("%d calls and %d resources, want 2 and 1", calls, len(stored))
	}
	for text := range stored {
		var c struct {
			ResourceType, ID, Status string
			Recipient                []struct{ Reference string }
		}
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
		if c.ResourceType != "Communication" || c.ID == "" || c.Status != "in-progress" || len(c.Recipient) != 1 || c.Recipient[0].Reference != "Practitioner/nurse" {
			t.Errorf("got %s", text)
		}
	}
}

func TestCommunicationsRefused(t *testing.T) {
	update := func(context.Context, []byte) error { return nil }
	m := escalate.Message{ID: escalate.MessageID{1}, Kind: escalate.Call, To: escalate.Recipient{ID: "Practitioner/DOE"}, Text: "x", At: time.Unix(1, 0)}
	for name, c := range map[string]record.Communications{"about nobody": {Update: update}, "nowhere to store": {}} {
		r, err := c.Notify(t.Context(), m)
		if r != escalate.Failed || !errors.Is(err, escalate.ErrRefused) || strings.Contains(err.Error(), "DOE") {
			t.Errorf("%s: got %v, %v; want failed, refused", name, r, err)
		}
	}
}

func TestObservationsWithoutWriter(t *testing.T) {
	if err := new(record.Observations).Put(t.Context(), nil); err == nil {
		t.Error("observations that go nowhere were taken")
	}
}
