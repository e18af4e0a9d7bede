package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// A bed that falls silent is shown as stale, though nothing changes in the ward.
func TestSilenceBecomesStale(t *testing.T) {
	start := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	beds := ward(2, 1, start)
	var live telemed.Ward
	var late atomic.Int64
	w := newWall(&live, beds, func() time.Time { return start.Add(time.Duration(late.Load())) })
	pulse := vitals.Reading{Patient: beds[0].patient.ID(), Kind: vitals.HeartRate, Quantity: vitals.PerMinute(61), At: start}
	if err := live.Put(t.Context(), []vitals.Reading{pulse}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w.handler())
	defer server.Close()
	response, err := http.Get(server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	fresh := false
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var message struct{ Beds []bedView }
		if err := json.Unmarshal([]byte(data), &message); err != nil {
			t.Fatal(err)
		}
		for _, b := range message.Beds {
			v, ok := b.Vitals["HeartRate"]
			switch {
			case !ok:
			case !v.Stale && v.Value == "61":
				fresh = true
				late.Store(int64(31 * time.Second)) // nothing comes any more
			case v.Stale && fresh:
				return
			default:
				t.Fatalf("%+v", v)
			}
		}
	}
	t.Error("the stream ended and the heart rate was never stale")
}

// What is asked for at the page reaches the engine, and what becomes of it the
// page's data: who did it, and the way there.
func TestCommandsReachTheAlarm(t *testing.T) {
	start := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	beds := ward(1, 1, start)
	var live telemed.Ward
	w := newWall(&live, beds, func() time.Time { return start })
	icu, err := newBedside(beds, start, &live, w.scored)
	if err != nil {
		t.Fatal(err)
	}
	w.bedside = icu
	low := vitals.Reading{Patient: beds[0].patient.ID(), Device: "bed-1", Kind: vitals.Systolic, Quantity: vitals.MmHg(80), At: start}
	if err := icu.Put(t.Context(), []vitals.Reading{low}); err != nil {
		t.Fatal(err)
	}
	if err := icu.Advance(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w.handler())
	defer server.Close()
	now := func() alarmView {
		t.Helper()
		state, _ := live.Patient(beds[0].patient.ID())
		views := w.alarms(state)
		if len(views) == 0 {
			t.Fatal("no alarm stands")
		}
		return views[len(views)-1]
	}
	alarm := now()
	if len(alarm.Calls) != 1 || alarm.Calls[0].Name != "nurse" || alarm.Detail.Limit.By != "alarm committee" || len(alarm.Detail.Inputs) != 1 {
		t.Errorf("%+v, want a call of the nurse, the committee's limit and one reading", alarm)
	}
	post := func(path, body string, code int) {
		t.Helper()
		response, err := http.Post(server.URL+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode != code {
			t.Fatalf("%s %s: %s, want %d", path, body, response.Status, code)
		}
	}
	for _, step := range []struct {
		path, body string
		state      alert.State
	}{
		{"/alarms/" + alarm.ID.String(), `{"do":"snooze","by":"Kim","minutes":2}`, alert.Snoozed},
		{"/alarms/" + alarm.ID.String(), `{"do":"acknowledge","by":"Lou"}`, alert.Acknowledged},
	} {
		post(step.path, step.body, http.StatusNoContent)
		if got := now(); got.State != step.state || got.ID != alarm.ID || got.Detail.Path[len(got.Detail.Path)-1].By != got.By {
			t.Errorf("%s: %+v, want %v", step.body, got, step.state)
		}
	}
	post("/beds/bed-1", `{"do":"pause","by":"Kim","minutes":1}`, http.StatusNoContent)
	post("/beds/bed-1", `{"do":"resume","by":"Kim"}`, http.StatusNoContent)
	if got := now(); got.State != alert.Acknowledged || got.By != "Lou" {
		t.Errorf("after a pause: %+v", got)
	}
}
