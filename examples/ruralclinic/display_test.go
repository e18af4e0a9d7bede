package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed"
)

// At the end of half a backlog, with an alarm.
func half() snapshot {
	s := snapshot{
		elapsed: 1500 * time.Millisecond, isUp: true, connected: true, measured: 11_520, packed: 11_500, arrived: 5760,
		up: 12_345, down: 678, broken: 2,
		alarms: []arrival{{alert.Event{Device: "bed-1", Reason: "Systolic 83 mmHg below 95 mmHg"}, 590 * time.Millisecond}},
	}
	l := &s.lanes[telemed.LaneBacklog]
	l.Waiting, l.Receipted, l.Resent = telemed.Waiting{Messages: 48, Bytes: 10_000}, 1048, 7
	return s
}

const halfTable = `   1.5 s  connected     12,345 bytes up, 678 down, broken 2 times

             waiting        bytes    arrived sent again
  alarm            0            0          0          0
  live             0            0          0          0
  backlog         48       10,000      1,048          7  ██████████░░░░░░░░░░

  clinic    11,520 readings measured, 20 not in the outbox yet
  hospital  5,760 readings arrived, some patients not seen yet
  ALARM     bed-1: Systolic 83 mmHg below 95 mmHg, here after 0.59 s


`

func TestTable(t *testing.T) {
	var out bytes.Buffer
	d := display{out: &out, redraw: true, backlog: 20_000}
	d.update(half())
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(out.String(), "\x1b[K", "")) {
		lines = append(lines, strings.TrimRight(line, " \n")+"\n")
	}
	if got := strings.Join(lines, ""); got != halfTable {
		t.Errorf("the table is\n%s\nwant\n%s", got, halfTable)
	}
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\x1b[K\n")); n > 79 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	out.Reset()
	s := half()
	s.alarms[0].alarm.Reason = strings.Repeat("x", 100) // is cut, or it would be two lines
	d.update(s)
	if !strings.HasPrefix(out.String(), "\x1b[12A") || strings.Count(out.String(), "\n") != 12 || strings.Contains(out.String(), strings.Repeat("x", 80)) {
		t.Errorf("the second table does not stand on the first: %q", out.String())
	}
}

// A line a second, and every alarm at once.
func TestPlain(t *testing.T) {
	var out bytes.Buffer
	d := display{out: &out}
	s := half()
	for range 30 {
		d.update(s)
		s.elapsed += 100 * time.Millisecond
	}
	want := "   1.5 s  ALARM bed-1, Systolic 83 mmHg below 95 mmHg: 0.59 s after the measurement\n" +
		"   1.5 s  connected    waiting: 0 alarms, 0 live, 48 backlog (10,000 bytes); arrived: 5,760 readings; sent 12,345 bytes\n"
	if got := out.String(); !strings.HasPrefix(got, want) || strings.Count(got, "\n") != 4 || strings.Count(got, "ALARM") != 1 {
		t.Errorf("three seconds are\n%s\nwhich should begin\n%s", got, want)
	}
}

func TestWords(t *testing.T) {
	for s, want := range map[string]string{
		thousands(0): "0", thousands(999): "999", thousands(1000): "1,000", thousands(uint64(12345678)): "12,345,678",
		short(24 * time.Hour): "24h", short(90 * time.Minute): "1h30m", short(30 * time.Second): "30s", short(time.Minute): "1m",
		bar(0, 0): "", bar(4, 4): strings.Repeat("░", 20), bar(4, 0): strings.Repeat("█", 20), bar(4, 8): strings.Repeat("░", 20),
	} {
		if s != want {
			t.Errorf("%q, want %q", s, want)
		}
	}
}
