package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

func operated(ctx context.Context, t testing.TB, o options, dir string, show func(snapshot)) figures {
	t.Helper()
	f, err := operate(ctx, o, dir, show)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func checkFigures(t testing.TB, f figures) {
	t.Helper()
	if !f.complete || f.lost != 0 || f.doubled != 0 || f.measured == 0 || f.arrived != f.measured {
		t.Errorf("complete: %v; %d measured, %d arrived, %d lost, %d doubled", f.complete, f.measured, f.arrived, f.lost, f.doubled)
	}
}

// On a line that breaks nothing is lost or doubled, and alarm and live data are
// there while most of the backlog still waits.
func TestBadLine(t *testing.T) {
	t.Parallel()
	o := options{patients: 2, outage: 16 * time.Hour, long: 7 * time.Second, rate: 24, resets: 20, seed: 3}
	var last snapshot
	var alarmFirst, liveFirst uint64 // batches that waited when the first of these had arrived
	f := operated(t.Context(), t, o, t.TempDir(), func(s snapshot) {
		last = s
		waiting := s.lanes[telemed.LaneBacklog].Waiting.Messages
		if alarmFirst == 0 && len(s.alarms) > 0 {
			alarmFirst = waiting
		}
		if liveFirst == 0 && s.lanes[telemed.LaneLive].Receipted > 0 {
			liveFirst = waiting
		}
	})
	checkFigures(t, f)
	if want := 2 * 8 * (16*60 + 4); f.measured != want { // live at 0, 2, 4 and 6 s
		t.Errorf("%d readings were measured, want %d", f.measured, want)
	}
	if len(f.alarms) == 0 || f.alarms[0].alarm.Device != bed(0) {
		t.Errorf("alarms %v, want some of the patient who deteriorates", f.alarms)
	}
	if alarmFirst < 20 || liveFirst < 20 {
		t.Errorf("%d batches of the backlog waited when the alarm came, %d when live data came: they overtook nothing", alarmFirst, liveFirst)
	}
	for lane, want := range map[telemed.Lane]uint64{telemed.LaneAlarm: 1, telemed.LaneLive: 1, telemed.LaneBacklog: 2 * 16 * 4} {
		if got := last.lanes[lane].Receipted; got < want {
			t.Errorf("%d messages went by the lane %v, want %d at least", got, lane, want)
		}
	}
	if f.broken == 0 || f.broken > f.connections {
		t.Errorf("the line broke %d of %d connections", f.broken, f.connections)
	}
}

// On a good line the readings of the outage arrive in their order, for every
// patient.
func TestOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := options{patients: 3, outage: 12 * time.Hour, rate: 10_000, seed: 1}
	checkFigures(t, operated(t.Context(), t, o, dir, func(snapshot) {}))
	log, err := store.Open(filepath.Join(dir, "hospital.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	newest := map[vitals.PatientID]time.Time{}
	for _, r := range telemedtest.ReadAll(t, log) {
		p, at := r.Reading.Patient, r.Reading.At
		if at.Before(newest[p]) {
			t.Fatalf("record %d is older than one of the same patient before it", r.Position)
		}
		newest[p] = at
	}
	if len(newest) != 3 {
		t.Errorf("%d patients, want 3", len(newest))
	}
}

// Both ends stop in the middle of the backlog and go on later with what is in
// their files.
func TestGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	o := options{patients: 2, outage: 12 * time.Hour, rate: 64, resets: 5, seed: 1}
	first := operated(ctx, t, o, dir, func(s snapshot) {
		if s.arrived > s.measured/4 && s.live {
			stop()
		}
	})
	if first.complete || first.arrived == first.measured || first.lost == 0 {
		t.Fatalf("%d of %d had arrived: it was not interrupted", first.arrived, first.measured)
	}
	o.outage = 0
	second := operated(t.Context(), t, o, dir, func(snapshot) {})
	checkFigures(t, second)
	if second.measured != first.measured {
		t.Errorf("%d readings before the restart, %d after", first.measured, second.measured)
	}
}

// The program prints what it came to, and leaves no goroutine.
func TestProgram(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for _, terminal := range []bool{false, true} {
		var out bytes.Buffer
		args := []string{"-patients", "1", "-backlog", "2h", "-for", "1s", "-rate", "1000", "-resets", "0"}
		if err := run(t.Context(), args, &out, terminal); err != nil {
			t.Fatal(err)
		}
		text := out.String()
		for _, want := range []string{"968 measured, 968 in the hospital's log, 0 lost, 0 doubled", "backlog    2h of 1 patients in ", "1 connections, of which it broke 0"} {
			if !strings.Contains(text, want) {
				t.Errorf("terminal %v: no %q in\n%s", terminal, want, text)
			}
		}
		if strings.Contains(text, "\x1b") != terminal {
			t.Errorf("terminal %v: escape sequences where none should be, or the other way round:\n%q", terminal, text)
		}
	}
}

func TestStoppedEarly(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	var out bytes.Buffer
	if err := run(ctx, []string{"-patients", "1", "-backlog", "24h", "-rate", "1"}, &out, false); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "stopped before everything had arrived") {
		t.Errorf("no word of it in\n%s", &out)
	}
}

func TestBadFlags(t *testing.T) {
	for _, args := range [][]string{
		{"-patients", "0"},
		{"-patients", "101"},
		{"-backlog", "-1h"},
		{"-backlog", "2401h", "-patients", "1"},
		{"-backlog", "1000h", "-patients", "4"},
		{"-for", "-1s"},
		{"-rate", "0"},
		{"-rate", "NaN"},
		{"-resets", "51"},
		{"-resets", "NaN"},
		{"more"},
		{"-nonsense"},
	} {
		if err := run(t.Context(), args, new(bytes.Buffer), false); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
