package escalate

import (
	"errors"
	"testing"
	"time"
	_ "time/tzdata" // the test must not depend on the machine

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/week"
)

// In Berlin the night of 29 March 2026 has 23 hours and that of 25 October 25.
func TestQuietHoursOverClockChanges(t *testing.T) {
	berlin := func(windows ...week.Window) *Quiet {
		return &Quiet{Hours: week.Schedule{Zone: "Europe/Berlin", Windows: windows}}
	}
	night := berlin(week.Window{From: 22 * 60, To: 6 * 60})
	gap := berlin(week.Window{From: 2*60 + 15, To: 2*60 + 45})
	for _, tt := range []struct {
		name     string
		quiet    *Quiet
		at, want string // UTC
	}{
		{"a usual night in winter", night, "2026-01-10T22:30:00Z", "2026-01-11T05:00:00Z"},
		{"a usual night in summer", night, "2026-07-10T22:30:00Z", "2026-07-11T04:00:00Z"},
		{"the short night, before", night, "2026-03-28T21:30:00Z", "2026-03-29T04:00:00Z"},
		{"the short night, after", night, "2026-03-29T03:59:59Z", "2026-03-29T04:00:00Z"},
		{"the long night, before", night, "2026-10-24T20:30:00Z", "2026-10-25T05:00:00Z"},
		{"the long night, in the second hour", night, "2026-10-25T01:30:00Z", "2026-10-25T05:00:00Z"},
		{"one second before", night, "2026-10-24T19:59:59Z", "2026-10-24T19:59:59Z"},
		{"at once", night, "2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z"},
		{"hours that are left out", gap, "2026-03-29T01:30:00Z", "2026-03-29T01:30:00Z"},
		{"hours that come twice, first", gap, "2026-10-25T00:20:00Z", "2026-10-25T00:45:00Z"},
		{"hours that come twice, second", gap, "2026-10-25T01:20:00Z", "2026-10-25T01:45:00Z"},
		{"windows that touch", berlin(week.Window{From: 0, To: 720}, week.Window{From: 720, To: 1439}), "2026-06-01T08:00:00Z", "2026-06-01T21:59:00Z"},
		{"no quiet hours", nil, "2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z"},
	} {
		h, err := tt.quiet.compile()
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.after(at, &facts{Priority: level(alert.Medium)}).UTC().Format(time.RFC3339); got != tt.want {
			t.Errorf("%s: at %s, told at %s, want %s", tt.name, tt.at, got, tt.want)
		}
		for _, f := range []facts{{Priority: level(alert.High)}, {NonSuppressible: true}} {
			if got := h.after(at, &f); !got.Equal(at) {
				t.Errorf("%s: %+v is put off to %v", tt.name, f, got)
			}
		}
	}
}

func TestChainsRefused(t *testing.T) {
	good := func() Chain { return standard() }
	for name, change := range map[string]func(*Chain){
		"no name":          func(c *Chain) { c.Name = "" },
		"no steps":         func(c *Chain) { c.Steps = nil },
		"too many steps":   func(c *Chain) { c.Steps = make([]Step, maxSteps+1) },
		"backwards":        func(c *Chain) { c.Steps[2].After = time.Minute },
		"negative":         func(c *Chain) { c.Steps[0].After = -1 },
		"beyond a day":     func(c *Chain) { c.Steps[3].After = maxAfter + 1 },
		"negative timeout": func(c *Chain) { c.Steps[0].Timeout = -1 },
		"nobody":           func(c *Chain) { c.Steps[1].To = nil },
		"a crowd":          func(c *Chain) { c.Steps[1].To = make([]Recipient, maxTo+1) },
		"no ID":            func(c *Chain) { c.Steps[1].To[0].ID = "" },
		"ID of no text":    func(c *Chain) { c.Steps[1].To[0].ID = "\xff" },
		"no channel":       func(c *Chain) { c.Steps[1].To[0].Channel = "" },
		"unknown channel":  func(c *Chain) { c.Steps[1].To[0].Channel = "pigeon" },
		"twice":            func(c *Chain) { c.Steps[1].To = append(c.Steps[1].To, c.Steps[1].To[0]) },
		"unknown zone":     func(c *Chain) { c.Steps[1].To[0].Quiet = &Quiet{Hours: week.Schedule{Zone: "Mars/Olympus"}} },
		"no windows":       func(c *Chain) { c.Steps[1].To[0].Quiet = &Quiet{} },
		"quiet for ever": func(c *Chain) {
			c.Steps[1].To[0].Quiet = &Quiet{Hours: week.Schedule{Windows: []week.Window{{To: 1440}}}}
		},
		"name without bound": func(c *Chain) { c.Steps[0].Name = string(make([]byte, maxText+1)) },
	} {
		c := good()
		change(&c)
		n := Config{Routes: []Route{{Chain: c}}, Notifiers: map[string]Notifier{}}
		for _, r := range []string{"patient", "caregiver", "nurse", "physician"} {
			n.Notifiers[r] = NotifyFunc(nil)
		}
		if _, err := New(n); !errors.Is(err, ErrChain) {
			t.Errorf("%s: got %v, want ErrChain", name, err)
		}
	}
	if _, err := New(Config{}); err == nil {
		t.Error("a dispatcher without routes was made")
	}
}

func TestTimeouts(t *testing.T) {
	c, err := standard().compile()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []time.Duration{2 * time.Minute, 3 * time.Minute, 5 * time.Minute, 5 * time.Minute} {
		if got := c.Steps[i].Timeout; got != want {
			t.Errorf("step %d: %v, want %v", i+1, got, want)
		}
	}
}
