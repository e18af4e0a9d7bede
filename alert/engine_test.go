package alert_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

var (
	epoch = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	alice = vitals.NewPatientID("alice")
)

func sec(n int) time.Time { return epoch.Add(time.Duration(n) * time.Second) }

// rd is a reading of alice at second n.
func rd(n int, k vitals.Kind, q vitals.Quantity, quality vitals.Quality) vitals.Reading {
	return vitals.Reading{Patient: alice, Device: "monitor-1", Kind: k, Quantity: q, Quality: quality, At: sec(n), Stamped: true}
}

func spo2(n int, percent int64) vitals.Reading {
	return rd(n, vitals.SpO2, vitals.Percent(percent), 0)
}

// flagged is a SpO2 value with doubts; without a value if they say so.
func flagged(n int, percent int64, q vitals.Quality) vitals.Reading {
	if q.Has(vitals.Absent) {
		return rd(n, vitals.SpO2, vitals.Quantity{}, q)
	}
	return rd(n, vitals.SpO2, vitals.Percent(percent), q)
}

// recorder is a notifier that remembers.
type recorder struct {
	mu     sync.Mutex
	events []alert.Event
}

func (r *recorder) Notify(_ context.Context, e alert.Event) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	return nil
}

// log is the events as JSON lines.
func (r *recorder) log(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, e := range r.events {
		if err := enc.Encode(e); err != nil {
			t.Fatalf("event of %q: %v", e.Rule, err)
		}
	}
	return b.Bytes()
}

func engine(t testing.TB, rules ...alert.Rule) (*alert.Engine, *recorder) {
	t.Helper()
	rec := new(recorder)
	e, err := alert.NewEngine(rec, rules...)
	if err != nil {
		t.Fatal(err)
	}
	return e, rec
}

// tick in a scenario is a call of Advance.
type tick int

func play(t testing.TB, e *alert.Engine, steps ...any) {
	t.Helper()
	for i, s := range steps {
		var err error
		switch s := s.(type) {
		case tick:
			err = e.Advance(t.Context(), sec(int(s)))
		case vitals.Reading:
			err = e.Put(t.Context(), []vitals.Reading{s})
		case []vitals.Reading:
			err = e.Put(t.Context(), s)
		}
		if err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
}

func TestScenarios(t *testing.T) {
	low := alert.Below(vitals.SpO2, vitals.Percent(90))
	slow := low.For(10 * time.Second)
	quiet := alert.Missing(vitals.SpO2, time.Minute)
	for _, c := range []struct {
		name  string
		rule  alert.Rule
		steps []any
		want  string // "second state reason", one per line
	}{
		{"nothing wrong", low, []any{spo2(0, 97), spo2(1, 90), tick(3600)}, ""},
		{"below, then back", low, []any{spo2(0, 97), spo2(1, 89), spo2(2, 85), spo2(3, 90)}, `
			1 active SpO2 89 % below 90 %
			3 ended SpO2 90 % no longer below 90 %, after 2s`},
		{"again is a new alarm", low, []any{spo2(1, 89), spo2(2, 90), spo2(3, 89)}, `
			1 active SpO2 89 % below 90 %
			2 ended SpO2 90 % no longer below 90 %, after 1s
			3 active SpO2 89 % below 90 %`},
		{"a fraction below", low, []any{rd(0, vitals.SpO2, vitals.UnitPercent.Of(vitals.Decimal{Coef: 8999, Exp: -2}), 0)}, `
			0 active SpO2 89.99 % below 90 %`},
		{"another unit of the reading", low, []any{rd(0, vitals.SpO2, vitals.UnitOne.Of(vitals.Decimal{Coef: 89, Exp: -2}), 0)}, `
			0 active SpO2 0.89 below 90 %`},
		{"another unit of the limit", alert.Above(vitals.TempEar, vitals.UnitFahrenheit.Of(vitals.Decimal{Coef: 1004, Exp: -1})), []any{
			rd(0, vitals.TempEar, vitals.CelsiusTenths(380), 0), rd(1, vitals.TempEar, vitals.CelsiusTenths(381), 0),
		}, `
			1 active TempEar 38.1 °C above 100.4 °F`},
		{"a coarse value in another unit", alert.Above(vitals.TempEar, vitals.UnitFahrenheit.Of(vitals.Decimal{Coef: 1002, Exp: -1})).
			ClearAt(vitals.UnitCelsius.Of(vitals.Decimal{Coef: 37})), []any{
			rd(0, vitals.TempEar, vitals.UnitCelsius.Of(vitals.Decimal{Coef: 38}), 0), // 100.4 °F
			rd(1, vitals.TempEar, vitals.UnitFahrenheit.Of(vitals.Decimal{Coef: 99}), 0),
			rd(2, vitals.TempEar, vitals.UnitFahrenheit.Of(vitals.Decimal{Coef: 986, Exp: -1}), 0),
		}, `
			0 active TempEar 38 °C above 100.2 °F
			2 ended TempEar 98.6 °F back to 37 °C, after 2s`},
		{"molar limit", alert.Above(vitals.GlucoseISF, vitals.UnitMmolPerL.Of(vitals.Decimal{Coef: 100, Exp: -1})), []any{
			rd(0, vitals.GlucoseISF, vitals.MgPerDL(180), 0), rd(300, vitals.GlucoseISF, vitals.MgPerDL(181), 0),
		}, `
			300 active GlucoseISF 181 mg/dL above 10.0 mmol/L`},
		{"unit of something else", low, []any{spo2(0, 85), rd(1, vitals.SpO2, vitals.MmHg(97), 0)}, `
			0 active SpO2 85 % below 90 %`},
		{"delay: too short", slow, []any{spo2(0, 89), spo2(9, 88), spo2(10, 90), tick(3600)}, ""},
		{"delay: long enough", slow, []any{spo2(0, 89), spo2(5, 88), spo2(10, 86), spo2(12, 95)}, `
			10 active SpO2 86 % below 90 % for 10s
			12 ended SpO2 95 % no longer below 90 %, after 12s`},
		{"delay: an interruption starts it anew", slow, []any{spo2(0, 89), spo2(5, 91), spo2(6, 89), spo2(15, 89), spo2(16, 89)}, `
			16 active SpO2 89 % below 90 % for 10s`},
		{"delay over in silence, told by Advance", slow, []any{spo2(0, 89), spo2(1, 87), tick(9), tick(10), tick(99)}, `
			10 active SpO2 87 % below 90 % for 10s`},
		{"delay over in silence, told by the next reading", slow, []any{spo2(0, 89), spo2(1, 87), spo2(600, 97)}, `
			10 active SpO2 87 % below 90 % for 10s
			600 ended SpO2 97 % no longer below 90 %, after 10m0s`},
		{"delay: no value is no contradiction", slow, []any{spo2(0, 89), flagged(5, 0, vitals.NotANumber), flagged(9, 97, vitals.NoContact), tick(10)}, `
			10 active SpO2 89 % below 90 % for 10s`},
		{"a reading under way when the delay was over", slow, []any{spo2(0, 89), tick(30), spo2(7, 97)}, `
			10 active SpO2 89 % below 90 % for 10s
			10 ended SpO2 97 % no longer below 90 %, after 10s`},
		{"no data ends nothing", low, []any{
			spo2(0, 80), tick(3600), flagged(3601, 0, vitals.NotANumber), flagged(3602, 97, vitals.NoContact),
			flagged(3603, 97, vitals.Invalid), flagged(3604, 0, vitals.NotAvailable), flagged(3605, 97, vitals.Ongoing),
			flagged(3606, 97, vitals.TestData), flagged(3607, 97, vitals.SensorFault), rd(3608, vitals.SpO2, vitals.Quantity{}, 0),
			flagged(3609, 97, vitals.AboveRange|vitals.BelowRange), tick(9999),
		}, `
			0 active SpO2 80 % below 90 %`},
		{"no data raises nothing", low, []any{
			flagged(1, 0, vitals.NotANumber), flagged(2, 0, vitals.NoContact), flagged(3, 60, vitals.Invalid),
			flagged(4, 60, vitals.TestData), flagged(5, 60, vitals.SampleFault), flagged(6, 0, vitals.BelowRange|vitals.Invalid), tick(9999),
		}, ""},
		{"a doubt raises and does not end", low, []any{spo2(0, 97), flagged(1, 80, vitals.Motion|vitals.LowBattery), flagged(2, 97, vitals.Nonconforming), spo2(3, 97)}, `
			1 active SpO2 80 % below 90 %; doubtful: motion
			3 ended SpO2 97 % no longer below 90 %, after 2s`},
		{"beyond the device counts for its direction", low, []any{flagged(0, 0, vitals.AboveRange), flagged(1, 0, vitals.BelowRange), flagged(2, 0, vitals.AboveRange), spo2(3, 91)}, `
			1 active SpO2 below what the device can measure, below 90 %
			3 ended SpO2 91 % no longer below 90 %, after 2s`},
		{"above the device", alert.Above(vitals.GlucoseISF, vitals.MgPerDL(250)), []any{rd(0, vitals.GlucoseISF, vitals.Quantity{}, vitals.AboveRange)}, `
			0 active GlucoseISF above what the device can measure, above 250 mg/dL`},
		{"hysteresis", low.ClearAt(vitals.Percent(93)), []any{spo2(0, 89), spo2(1, 92), spo2(2, 89), spo2(3, 93), spo2(4, 91), spo2(5, 89)}, `
			0 active SpO2 89 % below 90 %
			3 ended SpO2 93 % back to 93 %, after 3s
			5 active SpO2 89 % below 90 %`},
		{"hysteresis above", alert.Above(vitals.HeartRate, vitals.PerMinute(130)).ClearAt(vitals.PerMinute(120)), []any{
			rd(0, vitals.HeartRate, vitals.PerMinute(131), 0), rd(1, vitals.HeartRate, vitals.PerMinute(121), 0), rd(2, vitals.HeartRate, vitals.PerMinute(120), 0),
		}, `
			0 active HeartRate 131 /min above 130 /min
			2 ended HeartRate 120 /min back to 120 /min, after 2s`},
		{"duplicates and late readings", low, []any{
			spo2(10, 97), spo2(5, 60), spo2(10, 60), spo2(11, 89), spo2(11, 97), spo2(3, 97), spo2(11, 89), spo2(12, 97),
		}, `
			11 active SpO2 89 % below 90 %
			12 ended SpO2 97 % no longer below 90 %, after 1s`},
		{"one instant, two sequence numbers", low, []any{spo2(10, 97), func() vitals.Reading { r := spo2(10, 80); r.Sequence = 1; return r }()}, `
			10 active SpO2 80 % below 90 %`},
		{"missing: told by Advance", quiet, []any{spo2(0, 97), tick(59), tick(60), tick(61), tick(600), spo2(700, 97), tick(759), tick(761)}, `
			60 active SpO2: no usable data for 1m0s
			700 ended SpO2: data again after 11m40s
			760 active SpO2: no usable data for 1m0s`},
		{"missing: told by the next reading", quiet, []any{spo2(0, 97), spo2(60, 97), spo2(700, 97)}, `
			120 active SpO2: no usable data for 1m0s
			700 ended SpO2: data again after 10m40s`},
		{"missing: no contact is no data", quiet, []any{
			spo2(0, 97), flagged(30, 97, vitals.NoContact), flagged(61, 0, vitals.NotANumber), flagged(62, 97, vitals.Invalid), flagged(63, 97, vitals.TestData), spo2(64, 97),
		}, `
			60 active SpO2: no usable data for 1m0s
			64 ended SpO2: data again after 1m4s`},
		{"missing: doubtful data is data", quiet, []any{spo2(0, 97), flagged(50, 0, vitals.BelowRange), flagged(100, 97, vitals.PoorSignal), tick(159)}, ""},
		{"missing: never any value", quiet, []any{flagged(5, 0, vitals.NoContact|vitals.NotAvailable), tick(66)}, `
			65 active SpO2: no usable data for 1m0s`},
		{"missing: never any device", quiet, []any{rd(0, vitals.HeartRate, vitals.PerMinute(60), 0), tick(9999)}, ""},
		{"missing: a coded kind", alert.Missing(vitals.Consciousness, time.Hour), []any{
			vitals.Reading{Patient: alice, Kind: vitals.Consciousness, Code: uint32(vitals.ACVPUAlert), At: sec(0)},
			vitals.Reading{Patient: alice, Kind: vitals.Consciousness, At: sec(1800)},
			tick(3600),
		}, `
			3600 active Consciousness: no usable data for 1h0m0s`},
		{"going back in time changes nothing", quiet, []any{spo2(0, 97), tick(70), tick(10), tick(70)}, `
			60 active SpO2: no usable data for 1m0s`},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, rec := engine(t, c.rule)
			play(t, e, c.steps...)
			var got []string
			for _, ev := range rec.events {
				got = append(got, fmt.Sprintf("%v %v %s", ev.At.Sub(epoch).Seconds(), ev.State, ev.Reason))
			}
			var want []string
			for line := range strings.Lines(c.want) {
				if line = strings.TrimSpace(line); line != "" {
					want = append(want, line)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}

func TestEventFields(t *testing.T) {
	e, rec := engine(t,
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(10*time.Second).Priority(alert.High).Named("low oxygen"),
		alert.Missing(vitals.SpO2, time.Minute))
	play(t, e, spo2(0, 88), spo2(11, 86), tick(71), spo2(80, 96))
	if len(rec.events) != 4 {
		t.Fatalf("%d events, want 4: %v", len(rec.events), rec.events)
	}
	raised, silent, ended, back := rec.events[0], rec.events[1], rec.events[2], rec.events[3]
	want := alert.Event{
		ID: raised.ID, Number: 1, Patient: alice, Device: "monitor-1", Rule: "low oxygen", Version: raised.Version,
		Kind: vitals.SpO2, Priority: alert.High, State: alert.Active, Announce: true,
		At: sec(10), Since: sec(0), Value: vitals.Percent(88), Limit: vitals.Percent(90),
		Reason: "SpO2 88 % below 90 % for 10s", Detail: raised.Detail,
	}
	if raised != want || raised.Version == "" || raised.Detail == nil {
		t.Errorf("got  %+v\nwant %+v", raised, want)
	}
	if ended.ID != raised.ID || ended.State != alert.Ended || ended.Since != raised.Since || ended.At != sec(80) || ended.Value != vitals.Percent(96) {
		t.Errorf("ended: %+v", ended)
	}
	if silent.ID == raised.ID || silent.Category != alert.Technical || silent.Priority != alert.Low || silent.Since != sec(11) || silent.At != sec(71) || silent.Device != "monitor-1" {
		t.Errorf("silent: %+v", silent)
	}
	if back.ID != silent.ID || back.State != alert.Ended || back.Category != alert.Technical {
		t.Errorf("back: %+v", back)
	}
	if got, want := raised.String(), "high active: SpO2 88 % below 90 % for 10s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	text, err := json.Marshal(back)
	wantJSON := `{"id":"` + back.ID.String() + `","number":2,"state":"ended","cause":"condition","announce":false,"priority":"low",` +
		`"category":"technical","rule":"SpO2 missing for 1m0s","version":"` + back.Version + `","patient":"` + alice.String() + `",` +
		`"device":"monitor-1","kind":"SpO2","at":"2026-03-01T08:01:20Z","since":"2026-03-01T08:00:11Z",` +
		`"value":"96 %","quality":"good","reason":"SpO2: data again after 1m9s","detail":{"inputs":[{"kind":"SpO2",` +
		`"device":"monitor-1","at":"2026-03-01T08:01:20Z","value":"96 %","quality":"good"}],"path":[` +
		`{"state":"active","cause":"condition","at":"2026-03-01T08:01:11Z"},{"state":"ended","cause":"condition","at":"2026-03-01T08:01:20Z"}]}}`
	if err != nil || string(text) != wantJSON {
		t.Errorf("got  %s, %v\nwant %s", text, err, wantJSON)
	}
	if got := raised.ID.String(); len(got) != 36 || got[14] != '5' {
		t.Errorf("ID %s is no UUID of version 5", got)
	}
}

func TestActive(t *testing.T) {
	e, rec := engine(t, alert.Below(vitals.SpO2, vitals.Percent(90)), alert.Missing(vitals.SpO2, time.Minute))
	play(t, e, spo2(0, 80), tick(60))
	if got := e.Active(nil); !slices.Equal(got, rec.events) || len(got) != 2 {
		t.Errorf("got %v, want %v", got, rec.events)
	}
	play(t, e, spo2(61, 95))
	if got := e.Active(nil); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
}

func TestForget(t *testing.T) {
	e, rec := engine(t, alert.Below(vitals.SpO2, vitals.Percent(90)), alert.Missing(vitals.SpO2, time.Minute))
	other := spo2(0, 80)
	other.Patient = vitals.NewPatientID("bob")
	play(t, e, spo2(0, 80), other)
	e.Forget(alice)
	if got := e.Active(nil); len(got) != 1 || got[0].Patient != other.Patient {
		t.Errorf("active after Forget: %v", got)
	}
	play(t, e, tick(60), spo2(61, 80))
	if n := len(rec.events); n != 4 { // alice, bob, bob missing, alice anew
		t.Errorf("%d events: %v", n, rec.events)
	}
}

func TestUnknownPatientsByDevice(t *testing.T) {
	e, rec := engine(t, alert.Below(vitals.SpO2, vitals.Percent(90)))
	a, b := spo2(0, 80), spo2(0, 97)
	a.Patient, b.Patient, b.Device = vitals.PatientID{}, vitals.PatientID{}, "monitor-2"
	play(t, e, a, b)
	if len(rec.events) != 1 || rec.events[0].Device != "monitor-1" || rec.events[0].State != alert.Active {
		t.Errorf("one monitor ended the alarm of another: %v", rec.events)
	}
}

func TestReadingWithoutTime(t *testing.T) {
	e, rec := engine(t, alert.Below(vitals.SpO2, vitals.Percent(90)))
	bad := spo2(0, 70)
	bad.At = time.Time{}
	err := e.Put(t.Context(), []vitals.Reading{bad, spo2(1, 80)})
	if !errors.Is(err, alert.ErrTime) || len(rec.events) != 1 || rec.events[0].At != sec(1) {
		t.Errorf("%v, %v", err, rec.events)
	}
	if err := e.Advance(t.Context(), time.Time{}); !errors.Is(err, alert.ErrTime) {
		t.Errorf("Advance: %v", err)
	}
	if err := e.Restore([]vitals.Reading{bad}); !errors.Is(err, alert.ErrTime) {
		t.Errorf("Restore: %v", err)
	}
}

func code(n int, k vitals.Kind, c uint32) vitals.Reading {
	return vitals.Reading{Patient: alice, Device: "nurse", Kind: k, Code: c, At: sec(n), Quality: vitals.Manual}
}

func TestNEWS2(t *testing.T) {
	hr := func(n int, v int64) vitals.Reading { return rd(n, vitals.HeartRate, vitals.PerMinute(v), 0) }
	rr := func(n int, v int64) vitals.Reading { return rd(n, vitals.RespiratoryRate, vitals.PerMinute(v), 0) }
	rule := alert.NEWS2AtLeast(5).Priority(alert.High)
	for _, c := range []struct {
		name  string
		rule  alert.Rule
		steps []any
		want  string
	}{
		{"the known part is enough", rule, []any{hr(0, 120), rr(1, 26)}, `
			1 active NEWS2 at least 5 (respiratory rate 3, pulse 2) reaches 5; not known: SpO2, air or oxygen, systolic pressure, consciousness, temperature`},
		{"complete", rule, []any{
			hr(0, 120), spo2(1, 97), rd(2, vitals.Systolic, vitals.MmHg(105), 0), rd(3, vitals.TempEar, vitals.CelsiusTenths(370), 0),
			code(4, vitals.Consciousness, uint32(vitals.ACVPUAlert)), rd(5, vitals.O2Flow, vitals.UnitLPerMin.Of(vitals.Decimal{Coef: 2}), 0),
			rr(6, 16), spo2(7, 95), rd(8, vitals.Systolic, vitals.MmHg(115), 0),
			rd(9, vitals.O2Flow, vitals.UnitLPerMin.Of(vitals.Decimal{}), 0),
		}, `
			5 active NEWS2 at least 5 (air or oxygen 2, systolic pressure 1, pulse 2) reaches 5; not known: respiratory rate
			9 ended NEWS2 3 no longer reaches 5, after 4s`},
		{"old inputs raise nothing", rule, []any{hr(0, 120), rr(3601, 26)}, ""},
		{"old inputs with a longer age do", rule.MaxAge(2 * time.Hour), []any{hr(0, 120), rr(3601, 26)}, `
			3601 active NEWS2 at least 5 (respiratory rate 3, pulse 2) reaches 5; not known: SpO2, air or oxygen, systolic pressure, consciousness, temperature`},
		{"ageing does not end it", rule, []any{hr(0, 120), rr(1, 26), rr(9000, 26), tick(99999), hr(10000, 80)}, `
			1 active NEWS2 at least 5 (respiratory rate 3, pulse 2) reaches 5; not known: SpO2, air or oxygen, systolic pressure, consciousness, temperature
			10000 ended NEWS2 3 of the known inputs no longer reaches 5, after 2h46m39s`},
		{"no contact does not end it", rule, []any{hr(0, 120), rr(1, 26), rd(2, vitals.HeartRate, vitals.PerMinute(70), vitals.NoContact)}, `
			1 active NEWS2 at least 5 (respiratory rate 3, pulse 2) reaches 5; not known: SpO2, air or oxygen, systolic pressure, consciousness, temperature`},
		{"a doubt raises and does not lower", rule, []any{rr(0, 26), rd(1, vitals.PulseRateOximeter, vitals.PerMinute(120), vitals.Motion), rd(2, vitals.PulseRateOximeter, vitals.PerMinute(70), vitals.Motion)}, `
			1 active NEWS2 at least 5 (respiratory rate 3, pulse 2) reaches 5; not known: SpO2, air or oxygen, systolic pressure, consciousness, temperature; doubtful: motion`},
		{"one instant, two pulses: the worse", rule, []any{rr(0, 26), hr(1, 120), rd(1, vitals.PulseRate, vitals.PerMinute(70), 0)}, `
			1 active NEWS2 at least 5 (respiratory rate 3, pulse 2) reaches 5; not known: SpO2, air or oxygen, systolic pressure, consciousness, temperature`},
		{"an older pulse of another device", rule, []any{rr(0, 26), hr(5, 70), rd(1, vitals.PulseRate, vitals.PerMinute(120), 0)}, ""},
		{"delay", rule.For(time.Minute), []any{rr(0, 26), hr(5, 120), hr(30, 125), hr(64, 120), hr(65, 120)}, `
			65 active NEWS2 at least 5 (respiratory rate 3, pulse 2) reaches 5 for 1m0s; not known: SpO2, air or oxygen, systolic pressure, consciousness, temperature`},
		{"below the device", rule, []any{flagged(0, 0, vitals.BelowRange), hr(1, 120)}, `
			1 active NEWS2 at least 5 (SpO2 3, pulse 2) reaches 5; not known: respiratory rate, air or oxygen, systolic pressure, consciousness, temperature`},
		{"beyond the device raises and does not lower", rule, []any{spo2(0, 80), hr(1, 120), flagged(2, 0, vitals.AboveRange), flagged(9000, 0, vitals.AboveRange)}, `
			1 active NEWS2 at least 5 (SpO2 3, pulse 2) reaches 5; not known: respiratory rate, air or oxygen, systolic pressure, consciousness, temperature`},
		{"unknown codes", rule, []any{hr(0, 120), code(1, vitals.Consciousness, 9), code(2, vitals.SupplementalOxygen, 0)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, rec := engine(t, c.rule)
			play(t, e, c.steps...)
			var got strings.Builder
			for _, ev := range rec.events {
				fmt.Fprintf(&got, "\n\t\t\t%v %v %s", ev.At.Sub(epoch).Seconds(), ev.State, ev.Reason)
				if ev.Score == nil || ev.Value.Value().Coef != int64(ev.Score.Total) || ev.Kind != vitals.EarlyWarningScore {
					t.Errorf("explanation: %+v", ev)
				}
			}
			if got.String() != c.want {
				t.Errorf("got %s\nwant %s", got.String(), c.want)
			}
		})
	}
}

func TestNEWS2Explains(t *testing.T) {
	e, rec := engine(t, alert.NEWS2AtLeast(3))
	play(t, e, rd(0, vitals.HeartRate, vitals.PerMinute(140), 0))
	s := rec.events[0].Score
	if s.Complete() || s.Points[score.Pulse] != 3 || s.Band != score.LowMedium || !s.Missing.Has(score.SpO2) {
		t.Errorf("got %+v", s)
	}
}

func TestRulesAreChecked(t *testing.T) {
	good := alert.Above(vitals.HeartRate, vitals.PerMinute(130))
	for name, rules := range map[string][]alert.Rule{
		"none":                {},
		"zero":                {{}},
		"wrong unit":          {alert.Above(vitals.HeartRate, vitals.MmHg(130))},
		"no limit":            {alert.Below(vitals.SpO2, vitals.Quantity{})},
		"no kind":             {alert.Below(vitals.KindNone, vitals.Percent(1))},
		"unknown kind":        {alert.Below(vitals.Kind(65000), vitals.Percent(1))},
		"panel":               {alert.Above(vitals.BloodPressure, vitals.MmHg(180))},
		"coded":               {alert.Above(vitals.Consciousness, vitals.Percent(1))},
		"waveform":            {alert.Above(vitals.ECG, vitals.UnitMV.Of(vitals.Decimal{Coef: 1}))},
		"missing waveform":    {alert.Missing(vitals.ECG, time.Minute)},
		"missing none":        {alert.Missing(vitals.KindNone, time.Minute)},
		"missing at once":     {alert.Missing(vitals.SpO2, 0)},
		"missing for ever":    {alert.Missing(vitals.SpO2, 367*24*time.Hour)},
		"missing and delayed": {alert.Missing(vitals.SpO2, time.Minute).For(time.Second)},
		"negative delay":      {good.For(-1)},
		"priority":            {good.Priority(9)},
		"name":                {good.Named("")},
		"long name":           {good.Named(strings.Repeat("x", 129))},
		"clear, wrong side":   {good.ClearAt(vitals.PerMinute(140))},
		"clear, wrong unit":   {good.ClearAt(vitals.Percent(1))},
		"clear of a score":    {alert.NEWS2AtLeast(7).ClearAt(vitals.PerMinute(1))},
		"clear of missing":    {alert.Missing(vitals.SpO2, time.Minute).ClearAt(vitals.Percent(93))},
		"score 0":             {alert.NEWS2AtLeast(0)},
		"score 21":            {alert.NEWS2AtLeast(21)},
		"age of a limit":      {good.MaxAge(time.Hour)},
		"no age":              {alert.NEWS2AtLeast(7).MaxAge(0)},
		"same name":           {good, good.For(time.Second)},
		"later method":        {alert.Above(vitals.HeartRate, vitals.MmHg(130)).For(time.Second).Priority(alert.High)},
	} {
		if _, err := alert.NewEngine(new(recorder), rules...); !errors.Is(err, alert.ErrRule) {
			t.Errorf("%s: error %v, want ErrRule", name, err)
		}
	}
	if _, err := alert.NewEngine(nil, good); err == nil {
		t.Error("no error without a notifier")
	}
	if good.Err() != nil || good.String() != "HeartRate above 130 /min" || good.Name() != good.String() {
		t.Errorf("%v, %v", good, good.Err())
	}
	_, err := alert.NewEngine(new(recorder), alert.Above(vitals.HeartRate, vitals.MmHg(130)))
	if want := `alert: rule "HeartRate above 130 mmHg": the limit is in mm[Hg], the kind in /min: impossible rule`; err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// failing fails as long as it is told to.
type failing struct {
	recorder
	fail func(alert.Event) bool
}

var errPager = errors.New("pager is off")

func (f *failing) Notify(ctx context.Context, e alert.Event) error {
	if f.fail != nil && f.fail(e) {
		return errPager
	}
	return f.recorder.Notify(ctx, e)
}

func TestUndeliveredIsOfferedAgain(t *testing.T) {
	f := new(failing)
	e, err := alert.NewEngine(f, alert.Below(vitals.SpO2, vitals.Percent(90)))
	if err != nil {
		t.Fatal(err)
	}
	bob := vitals.NewPatientID("bob")
	b := spo2(2, 80)
	b.Patient = bob
	f.fail = func(ev alert.Event) bool { return ev.Patient == alice }
	batch := []vitals.Reading{spo2(0, 80), spo2(1, 95), b}
	err = e.Put(t.Context(), batch)
	if !errors.Is(err, errPager) || len(f.events) != 1 || f.events[0].Patient != bob {
		t.Fatalf("error %v, events %v", err, f.events)
	}
	if err = e.Put(t.Context(), batch); !errors.Is(err, errPager) || len(f.events) != 1 {
		t.Fatalf("again: error %v, events %v", err, f.events)
	}
	f.fail = nil
	if err = e.Advance(t.Context(), sec(0)); err != nil || len(f.events) != 3 {
		t.Fatalf("pager on: error %v, events %v", err, f.events)
	}
	if f.events[1].State != alert.Active || f.events[2].State != alert.Ended || f.events[1].ID != f.events[2].ID {
		t.Errorf("order: %v", f.events)
	}
	if err = e.Put(t.Context(), batch); err != nil || len(f.events) != 3 {
		t.Errorf("duplicates: error %v, events %v", err, f.events)
	}
}

// Each member has its own delivery: nobody is told twice because another failed.
func TestMembersAreToldIndependently(t *testing.T) {
	pager, wall, log := new(failing), new(recorder), new(recorder)
	e, err := alert.NewEngine(alert.Notifiers{wall, alert.Notifiers{pager, log}}, alert.Below(vitals.SpO2, vitals.Percent(90)))
	if err != nil {
		t.Fatal(err)
	}
	pager.fail = func(ev alert.Event) bool { return ev.State == alert.Active }
	for n := range 3 { // raised and ended three times
		_ = e.Put(t.Context(), []vitals.Reading{spo2(2*n, 80), spo2(2*n+1, 95)})
	}
	if len(wall.events) != 6 || len(log.events) != 6 || len(pager.events) != 0 {
		t.Fatalf("wall %d, log %d, pager %d events; want 6, 6, 0", len(wall.events), len(log.events), len(pager.events))
	}
	pager.fail = nil
	play(t, e, tick(10))
	if len(wall.events) != 6 || len(log.events) != 6 || !slices.Equal(pager.events, wall.events) {
		t.Errorf("wall %d, log %d, pager %d events; want 6, 6, and the pager's in the same order", len(wall.events), len(log.events), len(pager.events))
	}
	if _, err := alert.NewEngine(make(alert.Notifiers, 3), alert.Below(vitals.SpO2, vitals.Percent(90))); err == nil {
		t.Error("no error with members that are nil")
	}
	many := slices.Repeat(alert.Notifiers{wall}, 65)
	if _, err := alert.NewEngine(many, alert.Below(vitals.SpO2, vitals.Percent(90))); err == nil {
		t.Error("no error with 65 members")
	}
}

func TestBacklogIsBounded(t *testing.T) {
	f := new(failing)
	e, err := alert.NewEngine(f, alert.Below(vitals.SpO2, vitals.Percent(90)))
	if err != nil {
		t.Fatal(err)
	}
	f.fail = func(alert.Event) bool { return true }
	var flood []vitals.Reading
	for n := range 66_000 {
		flood = append(flood, spo2(n, 80+int64(n%2)*15))
	}
	more := []vitals.Reading{spo2(66_000, 80)}
	if err := e.Put(t.Context(), flood); !errors.Is(err, errPager) {
		t.Fatalf("flood: %v", err)
	}
	if err := e.Put(t.Context(), more); !errors.Is(err, alert.ErrBacklog) {
		t.Fatalf("full: %v", err)
	}
	if err := e.Advance(t.Context(), sec(1)); !errors.Is(err, alert.ErrBacklog) {
		t.Fatalf("full: %v", err)
	}
	acknowledge := alert.Command{Action: alert.Acknowledge, Alarm: alert.AlarmID{1}, At: sec(66_000)}
	if _, err := e.Prepare(acknowledge); !errors.Is(err, alert.ErrBacklog) {
		t.Fatalf("full: %v", err)
	}
	if err := e.Do(t.Context(), acknowledge); !errors.Is(err, alert.ErrBacklog) {
		t.Fatalf("full: %v", err)
	}
	f.fail = nil
	if err := e.Put(t.Context(), more); !errors.Is(err, alert.ErrBacklog) || len(f.events) != 66_000 {
		t.Fatalf("pager on: %v, %d events", err, len(f.events))
	}
	if play(t, e, more); len(f.events) != 66_001 {
		t.Errorf("%d events", len(f.events))
	}
}

func TestCancelledContextLosesNothing(t *testing.T) {
	f := new(failing)
	e, err := alert.NewEngine(f, alert.Below(vitals.SpO2, vitals.Percent(90)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	f.fail = func(alert.Event) bool { cancel(); return true }
	b := spo2(0, 80)
	b.Patient = vitals.NewPatientID("bob")
	if err := e.Put(ctx, []vitals.Reading{spo2(0, 80), b}); !errors.Is(err, errPager) {
		t.Errorf("got %v", err)
	}
	if err := e.Put(ctx, []vitals.Reading{spo2(1, 95)}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	f.fail = nil
	play(t, e, spo2(1, 95))
	if len(f.events) != 3 || f.events[2].State != alert.Ended {
		t.Errorf("got %v", f.events)
	}
}

func TestPanickingNotifierLosesNothing(t *testing.T) {
	f := new(failing)
	e, err := alert.NewEngine(f, alert.Below(vitals.SpO2, vitals.Percent(90)))
	if err != nil {
		t.Fatal(err)
	}
	f.fail = func(alert.Event) bool { panic("pager") }
	func() {
		defer func() { _ = recover() }()
		_ = e.Put(t.Context(), []vitals.Reading{spo2(0, 80)})
	}()
	f.fail = nil
	if play(t, e, tick(1)); len(f.events) != 1 {
		t.Errorf("got %v", f.events)
	}
}

// ward makes a day of readings with everything in it that can go wrong: gaps,
// doubts, missing values, duplicates, late ones, several patients and devices.
func ward(seed uint64, n int) []vitals.Reading {
	rng := rand.New(rand.NewPCG(seed, 1))
	patients := make([]vitals.PatientID, 5)
	for i := 1; i < len(patients); i++ {
		patients[i] = vitals.NewPatientID(fmt.Sprint("patient ", i))
	}
	doubts := []vitals.Quality{
		vitals.NotANumber, vitals.NotAvailable, vitals.AboveRange, vitals.BelowRange, vitals.Invalid, vitals.NoContact,
		vitals.TestData, vitals.Motion, vitals.PoorSignal, vitals.Implausible, vitals.LowBattery, vitals.SensorFault, vitals.Stored,
	}
	now := 0
	var out []vitals.Reading
	for len(out) < n {
		if now += rng.IntN(4); rng.IntN(100) == 0 {
			now += rng.IntN(600)
		}
		r := vitals.Reading{
			Patient: patients[rng.IntN(len(patients))], Device: vitals.DeviceID(fmt.Sprint("d", rng.IntN(2))),
			At: sec(now - rng.IntN(3)), Sequence: uint32(rng.IntN(2)),
		}
		switch rng.IntN(6) {
		case 0:
			r.Kind, r.Quantity = vitals.SpO2, vitals.Percent(85+rng.Int64N(16))
		case 1:
			r.Kind, r.Quantity = vitals.HeartRate, vitals.PerMinute(60+rng.Int64N(100))
		case 2:
			r.Kind, r.Quantity = vitals.PulseRateOximeter, vitals.UnitHertz.Of(vitals.Decimal{Coef: 10 + rng.Int64N(15), Exp: -1})
		case 3:
			r.Kind, r.Quantity = vitals.TempEar, vitals.CelsiusTenths(350+rng.Int64N(60))
		case 4:
			r.Kind, r.Quantity = vitals.RespiratoryRate, vitals.PerMinute(6+rng.Int64N(25))
		case 5:
			r.Kind, r.Code = vitals.Consciousness, rng.Uint32N(7)
		}
		if rng.IntN(5) == 0 {
			if r.Quality = doubts[rng.IntN(len(doubts))]; r.Quality.Has(vitals.Absent) {
				r.Quantity = vitals.Quantity{}
			}
		}
		out = append(out, r)
		if rng.IntN(20) == 0 {
			out = append(out, out[rng.IntN(len(out))])
		}
	}
	return out
}

func wardRules() []alert.Rule {
	return []alert.Rule{
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(10 * time.Second).Priority(alert.High),
		alert.Below(vitals.SpO2, vitals.Percent(88)),
		alert.Above(vitals.HeartRate, vitals.PerMinute(130)).For(30 * time.Second).ClearAt(vitals.PerMinute(120)),
		alert.Above(vitals.TempEar, vitals.CelsiusTenths(385)),
		alert.Missing(vitals.SpO2, time.Minute),
		alert.Missing(vitals.HeartRate, 2*time.Minute),
		alert.NEWS2AtLeast(5).MaxAge(5 * time.Minute),
		alert.NEWS2AtLeast(7).For(20 * time.Second).Priority(alert.High),
	}
}

func TestReplayAndBatchesGiveTheSameLog(t *testing.T) {
	for seed := range uint64(8) {
		day := ward(seed, 2000)
		run := func(size func() int) []byte {
			e, rec := engine(t, wardRules()...)
			for rest := day; len(rest) > 0; {
				n := min(size(), len(rest))
				play(t, e, rest[:n])
				rest = rest[n:]
			}
			play(t, e, tick(1e6))
			return rec.log(t)
		}
		whole := run(func() int { return len(day) })
		rng := rand.New(rand.NewPCG(seed, 2))
		if bytes.Count(whole, []byte("\n")) < 50 {
			t.Fatalf("seed %d: a dull day: %d bytes", seed, len(whole))
		}
		for name, size := range map[string]func() int{
			"replay": func() int { return len(day) }, "one by one": func() int { return 1 }, "at random": func() int { return rng.IntN(50) },
		} {
			if got := run(size); !bytes.Equal(got, whole) {
				t.Errorf("seed %d, %s: another log", seed, name)
			}
		}
	}
}

// Advance tells earlier, and never something else: the alarms are those of a
// replay without it.
func TestAdvanceChangesOnlyWhenOneIsTold(t *testing.T) {
	for seed := range uint64(8) {
		day := ward(seed, 1500)
		// In order, so that Advance can follow without overtaking anything.
		slices.SortStableFunc(day, func(a, b vitals.Reading) int { return a.At.Compare(b.At) })
		run := func(step int) []string {
			e, rec := engine(t, wardRules()...)
			told := epoch
			for _, r := range day {
				for step > 0 && told.Add(time.Duration(step)*time.Second).Before(r.At) {
					told = told.Add(time.Duration(step) * time.Second)
					if err := e.Advance(t.Context(), told); err != nil {
						t.Fatal(err)
					}
				}
				play(t, e, r)
			}
			play(t, e, tick(1e6))
			lines := strings.Split(string(rec.log(t)), "\n")
			slices.Sort(lines) // patients interleave differently
			return lines
		}
		without := run(0)
		for _, step := range []int{1, 7, 60} {
			if with := run(step); !slices.Equal(with, without) {
				t.Errorf("seed %d: other alarms with Advance every %d s", seed, step)
			}
		}
	}
}

func TestRestoreContinues(t *testing.T) {
	for seed := range uint64(5) {
		day := ward(seed, 700)
		e, rec := engine(t, wardRules()...)
		var counts []int // events after each reading
		for _, r := range day {
			play(t, e, r)
			counts = append(counts, len(rec.events))
		}
		for at := 1; at < len(day); at += 37 {
			again, rest := engine(t, wardRules()...)
			if err := again.Restore(day[:at]); err != nil {
				t.Fatal(err)
			}
			if len(rest.events) != 0 {
				t.Fatalf("seed %d: Restore told %v", seed, rest.events[0])
			}
			play(t, again, day[at:])
			want := &recorder{events: rec.events[counts[at-1]:]}
			if !bytes.Equal(rest.log(t), want.log(t)) {
				t.Fatalf("seed %d: restored after %d readings: another log", seed, at)
			}
			if !bytes.Equal((&recorder{events: again.Active(nil)}).log(t), (&recorder{events: e.Active(nil)}).log(t)) {
				t.Fatalf("seed %d: restored after %d readings: other active alarms", seed, at)
			}
		}
	}
}

// Whatever happens, an alarm of the patient ends with a value and only then.
func FuzzNoDataEndsNothing(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 200, 100, 0, 9, 33, 34, 35, 36, 37, 80, 90})
	for seed := range byte(8) {
		rng := rand.New(rand.NewPCG(uint64(seed), 3))
		b := make([]byte, 400)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		f.Add(b)
	}
	useless := []vitals.Quality{
		vitals.NotANumber, vitals.NotAtResolution, vitals.AboveRange, vitals.BelowRange, vitals.ReservedNumber, vitals.NotAvailable,
		vitals.Invalid, vitals.NoContact, vitals.TestData, vitals.SensorFault, vitals.SampleFault, vitals.Ongoing, vitals.Calibrating,
		vitals.Questionable, vitals.Motion, vitals.PoorSignal, vitals.BadPosition, vitals.Implausible, vitals.EarlyEstimate,
		vitals.Nonconforming,
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rec := new(recorder)
		e, err := alert.NewEngine(rec, wardRules()...)
		if err != nil {
			t.Fatal(err)
		}
		now := 0
		put := func(r vitals.Reading) { play(t, e, r) }
		// First everything is wrong, and then nothing proves the contrary.
		for i := range 100 {
			now = i
			put(spo2(now, 80))
			put(rd(now, vitals.HeartRate, vitals.PerMinute(150), 0))
			put(rd(now, vitals.TempEar, vitals.CelsiusTenths(395), 0))
			put(rd(now, vitals.RespiratoryRate, vitals.PerMinute(30), 0))
		}
		kinds := []vitals.Kind{vitals.SpO2, vitals.HeartRate, vitals.TempEar, vitals.RespiratoryRate, vitals.PulseRate, vitals.Consciousness}
		for len(b) >= 3 {
			op, x, y := b[0], b[1], b[2]
			b = b[3:]
			now += int(y)
			switch op % 4 {
			case 0:
				play(t, e, tick(now))
			default:
				k := kinds[int(x)%len(kinds)]
				q := useless[int(op/4)%len(useless)]
				r := rd(now, k, k.Unit().Of(vitals.Decimal{Coef: int64(x)}), q)
				if q.Has(vitals.Absent) {
					r.Quantity = vitals.Quantity{}
				}
				put(r)
			}
		}
		for _, ev := range rec.events {
			if ev.State == alert.Ended && ev.Category != alert.Technical {
				t.Fatalf("ended without a good value: %v", ev)
			}
		}
	})
}

func TestConcurrentUse(t *testing.T) {
	e, rec := engine(t, wardRules()...)
	byPatient := make(map[vitals.PatientID][]vitals.Reading)
	for _, r := range ward(1, 4000) {
		if !r.Patient.IsZero() {
			byPatient[r.Patient] = append(byPatient[r.Patient], r)
		}
	}
	var wg sync.WaitGroup
	for _, readings := range byPatient {
		wg.Go(func() {
			for chunk := range slices.Chunk(readings, 7) {
				if err := e.Put(t.Context(), chunk); err != nil {
					t.Error(err)
				}
				e.Active(nil)
			}
		})
	}
	wg.Go(func() {
		for n := range 100 {
			if err := e.Advance(t.Context(), sec(n)); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	e.Forget(alice)
	open := make(map[alert.AlarmID]bool)
	for _, ev := range rec.events {
		if open[ev.ID] == (ev.State == alert.Active) {
			t.Fatalf("raised twice or ended before it was raised: %v", ev)
		}
		open[ev.ID] = ev.State == alert.Active
	}
}

// Nothing that could be printed names the patient.
func TestCanary(t *testing.T) {
	const canary = "DOE^JANE"
	f := &failing{}
	e, err := alert.NewEngine(f, wardRules()...)
	if err != nil {
		t.Fatal(err)
	}
	jane := vitals.NewPatientID(canary)
	for i, r := range ward(3, 2000) {
		r.Patient = jane
		if i == 1000 {
			f.fail = func(alert.Event) bool { return true }
		}
		if err := e.Put(t.Context(), []vitals.Reading{r}); err != nil && strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), canary) {
			t.Fatal("an error names the patient")
		}
	}
	if len(f.events) == 0 {
		t.Fatal("no events")
	}
	all := append(f.events, e.Active(nil)...)
	for _, ev := range all {
		text, err := json.Marshal(ev)
		if err != nil {
			t.Fatal(err)
		}
		printed := []string{string(text), ev.Reason, ev.Rule, ev.String()}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
			printed = append(printed, fmt.Sprintf(verb, ev), fmt.Sprintf(verb, &ev), fmt.Sprintf(verb, struct{ e alert.Event }{ev}))
		}
		for _, s := range printed {
			if strings.Contains(s, canary) {
				t.Fatal("an event names the patient")
			}
		}
		if strings.Contains(ev.Reason, "patient-") {
			t.Fatal("a reason has the pseudonym")
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", e, e, e); strings.Contains(s, canary) {
		t.Fatal("the engine names the patient")
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	rules := wardRules()
	for name, values := range map[string][2]int64{"well": {97, 80}, "alarmed": {80, 150}} {
		e, _ := engine(t, rules...)
		n := 0
		batch := make([]vitals.Reading, 4)
		fill := func() {
			n++
			batch[0] = rd(n, vitals.SpO2, vitals.Percent(values[0]), 0)
			batch[1] = rd(n, vitals.HeartRate, vitals.PerMinute(values[1]), 0)
			batch[2] = rd(n, vitals.TempEar, vitals.CelsiusTenths(370), 0)
			batch[3] = rd(n, vitals.RespiratoryRate, vitals.PerMinute(14), 0)
		}
		ctx := t.Context()
		for range 100 {
			fill()
			play(t, e, batch)
		}
		got := testing.AllocsPerRun(1000, func() {
			fill()
			if err := e.Put(ctx, batch); err != nil {
				t.Error(err)
			}
			if err := e.Advance(ctx, sec(n)); err != nil {
				t.Error(err)
			}
		})
		if got != 0 {
			t.Errorf("%s: %v allocations for 4 readings and an Advance, want 0", name, got)
		}
	}
}
