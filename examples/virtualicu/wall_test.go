package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

// A bed that falls silent is shown as stale, though nothing changes in the ward.
func TestSilenceBecomesStale(t *testing.T) {
	start := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	beds := newBeds(2, 1, start)
	var live ward.Ward
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

// lowPressure is the server of a wall with one bed whose pressure is low, and
// the alarm of it.
func lowPressure(t *testing.T) (server string, latest func() alarmView) {
	t.Helper()
	start := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	beds := newBeds(1, 1, start)
	var live ward.Ward
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
	s := httptest.NewServer(w.handler())
	t.Cleanup(s.Close)
	return s.URL, func() alarmView {
		t.Helper()
		state, _ := live.Patient(beds[0].patient.ID())
		views := w.alarms(state)
		if len(views) == 0 {
			t.Fatal("no alarm stands")
		}
		return views[len(views)-1]
	}
}

// post sends a request as the page of a site does, "" for a program.
func post(t *testing.T, url, body, site string) (code int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if site != "" {
		request.Header.Set("Sec-Fetch-Site", site)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// What is asked for at the page reaches the engine, and what becomes of it the
// page's data: who did it, and the way there.
func TestCommandsReachTheAlarm(t *testing.T) {
	server, latest := lowPressure(t)
	alarm := latest()
	if len(alarm.Calls) != 1 || alarm.Calls[0].Name != "nurse" || alarm.Detail.Limit.By != "alarm committee" || len(alarm.Detail.Inputs) != 1 {
		t.Errorf("%+v, want a call of the nurse, the committee's limit and one reading", alarm)
	}
	path := "/alarms/" + alarm.ID.String()
	for _, step := range []struct {
		path, body, by string
		state          alert.State
	}{
		{path, `{"do":"snooze","by":"Kim","minutes":2}`, "Kim", alert.Snoozed},
		{path, `{"do":"acknowledge","by":" Lou "}`, "Lou", alert.Acknowledged},
		{path, `{"do":"acknowledge","by":"Kim"}`, "Lou", alert.Acknowledged}, // who was first
		{"/beds/bed-1", `{"do":"pause","by":"Kim","minutes":1}`, "Lou", alert.Acknowledged},
		{"/beds/bed-1", `{"do":"resume","by":"Kim"}`, "Lou", alert.Acknowledged},
	} {
		if code, answer := post(t, server+step.path, step.body, "same-origin"); code != http.StatusNoContent {
			t.Fatalf("%s: %d %s", step.body, code, answer)
		}
		got := latest()
		if got.State != step.state || got.By != step.by || got.ID != alarm.ID || got.Detail.Path[len(got.Detail.Path)-1].By != step.by {
			t.Errorf("%s: %v by %q, want %v by %q", step.body, got.State, got.By, step.state, step.by)
		}
	}
}

// Nobody can answer alarms from another site, without a name, or with what the
// page never sends; and an answer repeats nothing of it.
func TestCommandsAreRefused(t *testing.T) {
	server, latest := lowPressure(t)
	before := latest()
	alarm, other := "/alarms/"+before.ID.String(), "/alarms/5f0c9d1e-0000-5000-8000-000000000001"
	for _, row := range []struct {
		name, path, body, site string
		code                   int
	}{
		{"no such alarm", other, `{"do":"acknowledge","by":"Kim"}`, "", http.StatusNotFound},
		{"no such alarm to snooze", other, `{"do":"snooze","by":"Kim","minutes":2}`, "", http.StatusNotFound},
		{"another site", alarm, `{"do":"acknowledge","by":"Kim"}`, "cross-site", http.StatusForbidden},
		{"no name", alarm, `{"do":"acknowledge","by":" "}`, "", http.StatusBadRequest},
		{"a long name", alarm, `{"do":"acknowledge","by":"` + strings.Repeat("x", maxName+1) + `"}`, "", http.StatusBadRequest},
		{"no alarm", "/alarms/DOE^JANE", `{"do":"acknowledge","by":"Kim"}`, "", http.StatusBadRequest},
		{"nothing that can be done", alarm, `{"do":"DOE^JANE","by":"Kim"}`, "", http.StatusBadRequest},
		{"an alarm paused like a bed", alarm, `{"do":"pause","by":"Kim","minutes":2}`, "", http.StatusBadRequest},
		{"a bed acknowledged like an alarm", "/beds/bed-1", `{"do":"acknowledge","by":"Kim"}`, "", http.StatusBadRequest},
		{"for long", "/beds/bed-1", `{"do":"pause","by":"Kim","minutes":11}`, "", http.StatusBadRequest},
		{"for no time", "/beds/bed-1", `{"do":"pause","by":"Kim"}`, "", http.StatusBadRequest},
		{"for less", alarm, `{"do":"snooze","by":"Kim","minutes":-1}`, "", http.StatusBadRequest},
		{"no such bed", "/beds/bed-9", `{"do":"pause","by":"Kim","minutes":1}`, "", http.StatusBadRequest},
		{"no JSON", alarm, `{`, "", http.StatusBadRequest},
		{"much", alarm, `{"do":"` + strings.Repeat("x", maxRequest) + `"}`, "", http.StatusBadRequest},
	} {
		code, answer := post(t, server+row.path, row.body, row.site)
		if code != row.code || strings.Contains(answer, "DOE") {
			t.Errorf("%s: %d %s, want %d", row.name, code, answer, row.code)
		}
	}
	if after := latest(); after.Number != before.Number {
		t.Errorf("what was refused made the event %d, %v", after.Number, after.State)
	}
}
