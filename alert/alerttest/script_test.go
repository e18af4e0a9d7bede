package alerttest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/alerttest"
	"github.com/telemed-go/sdk/vitals"
)

func lowOxygen() alert.RuleSet {
	return alert.RuleSet{Rules: []alert.Rule{alert.Below(vitals.SpO2, vitals.Percent(90)), alert.Missing(vitals.Consciousness, time.Hour)}}
}

// complaints is a test that is only watched.
type complaints struct {
	testing.TB
	got []string
}

func (c *complaints) Helper()                  {}
func (c *complaints) Context() context.Context { return context.Background() }
func (c *complaints) Error(args ...any)        { c.got = append(c.got, fmt.Sprint(args...)) }
func (c *complaints) Errorf(f string, args ...any) {
	c.got = append(c.got, fmt.Sprintf(f, args...))
}

func TestCheckComplains(t *testing.T) {
	const event = "> 0s medium active! SpO2 below 90 %: SpO2 85 % below 90 %\n"
	for name, c := range map[string]struct{ script, want string }{
		"right":              {"0s SpO2 85 %\n" + event, ""},
		"spaces":             {"\n  0s   SpO2   85 % \n\n  " + event, ""},
		"an event too few":   {"0s SpO2 85 %\n", "line 2: got\n\t> 0s medium active!"},
		"an event too many":  {"0s SpO2 95 %\n" + event, "line 2 does not happen: > 0s medium"},
		"another event":      {"0s SpO2 85 %\n> 0s high active!\n", "want\n\t> 0s high active!"},
		"no such kind":       {"0s Sp02 85 %\n", `alerttest: line 1: "Sp02" is neither a kind nor something to do`},
		"no value":           {"# x\n0s SpO2\n", "line 2: SpO2 of what value?"},
		"no time":            {"SpO2 85 %\n", "line 1: time: invalid duration"},
		"one word":           {"85\n", "line 1: \"85\" is neither"},
		"no number":          {"0s Consciousness code x\n", "line 1: strconv"},
		"snooze how long":    {"0s snooze\n", "line 1: snooze for how long?"},
		"no such alarm":      {"0s acknowledge SpO2 below 90 %\n", "line 1: alert: impossible command"},
		"no unit":            {"0s SpO2 85 zz\n", "line 1: vitals"},
		"coded and doubtful": {"0s Consciousness code 1\n1s SpO2 none no-contact\n2s SpO2 80 % motion\n> 2s medium active! SpO2 below 90 %: SpO2 80 % below 90 %; doubtful: motion\n", ""},
	} {
		watched := &complaints{}
		alerttest.Check(watched, lowOxygen(), c.script)
		got := strings.Join(watched.got, "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}
