package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// A timeline prints what happens, in columns. Several people may be told at the
// same time, by goroutines in any order: lines wait for the end of their moment.
type timeline struct {
	w    io.Writer
	zone *time.Location
	last time.Time // of the line that was printed last

	mu    sync.Mutex
	lines []line
}

type line struct {
	at   time.Time
	rank int // of lines of the same time
	text string
}

func (t *timeline) title(s string) { fmt.Fprintf(t.w, "%s\n%s\n", s, strings.Repeat("─", len(s))) }

// say adds a line: rank 0 for what happens, 1 for alarms, then the people.
func (t *timeline) say(at time.Time, rank int, format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, line{at, rank, fmt.Sprintf(format, args...)})
}

// print writes the lines of a moment.
func (t *timeline) print() {
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.SortStableFunc(t.lines, func(a, b line) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.rank, b.rank)) })
	for _, l := range t.lines {
		clock := ""
		if !l.at.Equal(t.last) {
			clock = l.at.In(t.zone).Format("15:04:05")
			if l.rank == 0 || l.at.Sub(t.last) > time.Hour/2 {
				fmt.Fprintln(t.w)
			}
		}
		t.last = l.at
		fmt.Fprintf(t.w, "%8s  %s\n", clock, l.text)
	}
	t.lines = t.lines[:0]
}
