package alerttest

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// start is the event time at which scripts begin.
var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// Check runs a script and reports where its events are not those that it says.
func Check(t testing.TB, rules alert.RuleSet, script string) {
	t.Helper()
	got, err := Run(t.Context(), rules, script)
	if err != nil {
		t.Error(err)
		return
	}
	gotLines, wantLines := split(got), split(normal(script))
	for i, line := range gotLines {
		if i >= len(wantLines) || line != wantLines[i] {
			want := "(end)"
			if i < len(wantLines) {
				want = wantLines[i]
			}
			t.Errorf("line %d: got\n\t%s\nwant\n\t%s\nthe whole script, as it runs:\n%s", i+1, line, want, got)
			return
		}
	}
	if len(gotLines) < len(wantLines) {
		t.Errorf("line %d does not happen: %s", len(gotLines)+1, wantLines[len(gotLines)])
	}
}

func split(s string) []string { return strings.Split(strings.TrimSuffix(s, "\n"), "\n") }

// normal is a script without differences in white space.
func normal(script string) string {
	var b strings.Builder
	for line := range strings.Lines(script) {
		if fields := strings.Fields(line); len(fields) > 0 {
			b.WriteString(strings.Join(fields, " "))
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Run plays a script and returns it with the events that follow in the place
// of those that it has, with single spaces and without empty lines. Errors tell
// the line.
func Run(ctx context.Context, rules alert.RuleSet, script string) (string, error) {
	p := player{rules: rules, patient: "patient", device: "device", now: start, standing: make(map[string]alert.AlarmID)}
	var err error
	if p.engine, err = alert.NewEngineSet(&p, rules); err != nil {
		return "", err
	}
	n := 0
	for line := range strings.Lines(script) {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0][0] == '>' {
			continue
		}
		fmt.Fprintln(&p.out, strings.Join(fields, " "))
		if fields[0][0] == '#' {
			continue
		}
		if err := p.step(ctx, fields); err != nil {
			return "", fmt.Errorf("alerttest: line %d: %w", n, err)
		}
	}
	return p.out.String(), nil
}

// player is the state of a script being played.
type player struct {
	rules    alert.RuleSet
	engine   *alert.Engine
	out      bytes.Buffer
	patient  string
	device   string
	now      time.Time
	sequence uint32
	standing map[string]alert.AlarmID // by patient and rule
}

// Notify writes an event and remembers which alarm of a rule is the latest.
func (p *player) Notify(_ context.Context, e alert.Event) error {
	p.standing[e.Patient.Reveal()+"\x00"+e.Rule] = e.ID
	fmt.Fprintf(&p.out, "> %v %v %v", e.At.Sub(start), e.Priority, e.State)
	if e.Announce {
		p.out.WriteByte('!')
	}
	fmt.Fprintf(&p.out, " %s: %s", e.Rule, e.Reason)
	if e.Cause != alert.CauseCondition && e.Cause != alert.CauseCommand {
		fmt.Fprintf(&p.out, "; %v", e.Cause)
	}
	if !e.Until.IsZero() {
		fmt.Fprintf(&p.out, "; until %v", e.Until.Sub(start))
	}
	if e.Inhibited {
		p.out.WriteString("; inhibited")
	}
	if e.Escalations > 0 {
		fmt.Fprintf(&p.out, "; escalated %d", e.Escalations)
	}
	if e.By != "" {
		fmt.Fprintf(&p.out, "; by %s", e.By)
	}
	p.out.WriteByte('\n')
	return nil
}

func (p *player) step(ctx context.Context, fields []string) error {
	switch {
	case len(fields) == 2 && fields[0] == "patient":
		p.patient = fields[1]
		return nil
	case len(fields) == 2 && fields[0] == "device":
		p.device = fields[1]
		return nil
	case len(fields) < 2:
		return fmt.Errorf("%q is neither a time and what happens then, nor patient, nor device", strings.Join(fields, " "))
	}
	if err := p.setTime(fields[0]); err != nil {
		return err
	}
	verb, args := fields[1], fields[2:]
	switch verb {
	case "advance":
		return p.engine.Advance(ctx, p.now)
	case "restart":
		return p.restart()
	case "acknowledge", "snooze", "escalate", "pause", "resume", "note", "attach":
		return p.command(ctx, verb, args)
	}
	return p.reading(ctx, verb, args)
}

func (p *player) setTime(s string) error {
	since, relative := strings.CutPrefix(s, "+")
	d, err := time.ParseDuration(since)
	if err != nil {
		return err
	}
	if p.now = p.now.Add(d); !relative {
		p.now = start.Add(d)
	}
	return nil
}

func (p *player) restart() error {
	e, err := alert.NewEngineSet(p, p.rules)
	if err != nil {
		return err
	}
	if err := e.Load(p.engine.Snapshot(nil)); err != nil {
		return err
	}
	p.engine = e
	return nil
}

func (p *player) command(ctx context.Context, verb string, args []string) error {
	c := alert.Command{At: p.now, Patient: vitals.NewPatientID(p.patient)}
	for i, word := range args {
		if word == "by" {
			c.By = strings.Join(args[i+1:], " ")
			args = args[:i]
			break
		}
	}
	if verb == "snooze" || verb == "pause" {
		if len(args) == 0 {
			return fmt.Errorf("%s for how long?", verb)
		}
		var err error
		if c.For, err = time.ParseDuration(args[0]); err != nil {
			return err
		}
		args = args[1:]
	}
	rest := strings.Join(args, " ")
	c.Alarm = p.alarm(rest)
	switch verb {
	case "acknowledge":
		c.Action = alert.Acknowledge
	case "snooze":
		c.Action = alert.Snooze
	case "escalate":
		c.Action = alert.Escalate
	case "pause":
		c.Action = alert.Pause
	case "resume":
		c.Action = alert.Resume
	case "note":
		c.Action, c.Label = alert.Note, rest
	case "attach":
		c.Action = alert.Attach
		if len(args) > 0 {
			c.Device = vitals.DeviceID(args[0])
		}
		if len(args) > 1 {
			c.Gateway = vitals.DeviceID(args[1])
		}
	}
	return p.engine.Do(ctx, c)
}

// alarm is the latest alarm of a rule, of the patient or of nobody.
func (p *player) alarm(rule string) alert.AlarmID {
	if id, ok := p.standing[p.patient+"\x00"+rule]; ok {
		return id
	}
	return p.standing["\x00"+rule]
}

func (p *player) reading(ctx context.Context, kind string, args []string) error {
	k, err := vitals.ParseKind(kind)
	if err != nil {
		return fmt.Errorf("%q is neither a kind nor something to do", kind)
	}
	p.sequence++
	r := vitals.Reading{
		Patient: vitals.NewPatientID(p.patient), Device: vitals.DeviceID(p.device), Kind: k, At: p.now, Stamped: true,
		Sequence: p.sequence,
	}
	switch {
	case len(args) >= 1 && args[0] == "none":
		args = args[1:]
	case len(args) >= 2 && args[0] == "code":
		code, err := strconv.ParseUint(args[1], 10, 32)
		if err != nil {
			return err
		}
		r.Code, args = uint32(code), args[2:]
	case len(args) >= 2:
		var err error
		if r.Quantity, err = vitals.ParseQuantity(args[0] + " " + args[1]); err != nil {
			return err
		}
		args = args[2:]
	default:
		return fmt.Errorf("%v of what value?", k)
	}
	if len(args) > 0 {
		if err := r.Quality.UnmarshalText([]byte(strings.Join(args, "|"))); err != nil {
			return err
		}
	}
	return p.engine.Put(ctx, []vitals.Reading{r})
}
