package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/telemed-go/sdk/telemed"
)

// A display shows what waits: as a table that changes, or as a line a second.
type display struct {
	out    io.Writer
	redraw bool

	lines   int // of the table that stands there
	last    time.Duration
	backlog uint64 // bytes, the most there were
	alarms  int
}

func (d *display) update(s snapshot) {
	d.backlog = max(d.backlog, s.lanes[telemed.LaneBacklog].Waiting.Bytes)
	if d.redraw {
		if d.lines > 0 {
			fmt.Fprintf(d.out, "\x1b[%dA", d.lines) // up again
		}
		d.lines = 0
		for line := range strings.Lines(d.table(s)) {
			// A line that the terminal wrapped would be two. The rest of what stood
			// there is cleared.
			fmt.Fprint(d.out, cut(strings.TrimSuffix(line, "\n"), columns), "\x1b[K\n")
			d.lines++
		}
		return
	}
	for _, a := range s.alarms[d.alarms:] {
		fmt.Fprintf(d.out, "%6.1f s  ALARM %s, %s: %.2f s after the measurement\n", s.elapsed.Seconds(), a.alarm.Device, a.alarm.Reason, a.after.Seconds())
	}
	d.alarms = len(s.alarms)
	if d.last > 0 && s.elapsed-d.last < time.Second {
		return
	}
	d.last = s.elapsed
	fmt.Fprintf(d.out, "%6.1f s  %-12s waiting: %d alarms, %d live, %d backlog (%s bytes); arrived: %s readings; sent %s bytes\n",
		s.elapsed.Seconds(), line(s), s.lanes[telemed.LaneAlarm].Waiting.Messages, s.lanes[telemed.LaneLive].Waiting.Messages,
		s.lanes[telemed.LaneBacklog].Waiting.Messages, thousands(s.lanes[telemed.LaneBacklog].Waiting.Bytes), thousands(s.arrived), thousands(s.up))
}

// line is the state of the line in a word or two.
func line(s snapshot) string {
	switch {
	case !s.isUp:
		return "line down"
	case s.connected:
		return "connected"
	}
	return "reconnecting"
}

func (d *display) table(s snapshot) string {
	var t strings.Builder
	fmt.Fprintf(&t, "%6.1f s  %-12s  %s bytes up, %s down, broken %d times\n", s.elapsed.Seconds(), line(s), thousands(s.up), thousands(s.down), s.broken)
	fmt.Fprintf(&t, "\n          %10s %12s %10s %10s\n", "waiting", "bytes", "arrived", "sent again")
	for _, lane := range telemed.Lanes() {
		l := s.lanes[lane]
		fmt.Fprintf(&t, "  %-7s %10s %12s %10s %10s", lane, thousands(l.Waiting.Messages), thousands(l.Waiting.Bytes), thousands(l.Receipted), thousands(l.Resent))
		if lane == telemed.LaneBacklog {
			t.WriteString("  " + bar(d.backlog, l.Waiting.Bytes))
		}
		t.WriteByte('\n')
	}
	fmt.Fprintf(&t, "\n  clinic    %s readings measured, %s not in the outbox yet\n", thousands(s.measured), thousands(s.measured-min(s.packed, s.measured)))
	fmt.Fprintf(&t, "  hospital  %s readings arrived", thousands(s.arrived))
	if s.newest.IsZero() {
		t.WriteString(", some patients not seen yet\n")
	} else {
		fmt.Fprintf(&t, ", newest of every patient at most %.0f s old\n", max(0, time.Since(s.newest).Seconds()))
	}
	const most = 3
	for i := range most {
		t.WriteString("  ")
		if at := len(s.alarms) - min(most, len(s.alarms)) + i; at < len(s.alarms) {
			a := s.alarms[at]
			fmt.Fprintf(&t, "ALARM     %s: %s, here after %.2f s", a.alarm.Device, a.alarm.Reason, a.after.Seconds())
		}
		t.WriteByte('\n')
	}
	return t.String()
}

// columns is the least width of a terminal that is expected.
const columns = 79

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// bar is how much of the most there was is gone.
func bar(most, now uint64) string {
	const width = 20
	if most == 0 {
		return ""
	}
	done := int(width * (most - min(now, most)) / most)
	return strings.Repeat("█", done) + strings.Repeat("░", width-done)
}

// thousands writes a number with a comma before every three digits.
func thousands[T ~int | ~uint64](n T) string {
	s := strconv.FormatUint(uint64(n), 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// short is a duration without zero minutes and seconds.
func short(d time.Duration) string {
	s := d.String()
	for _, unit := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, unit) {
			s = s[:len(s)-2]
		}
	}
	return s
}
