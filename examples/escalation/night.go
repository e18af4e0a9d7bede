package main

import "time"

// A scene is what begins to be so at a time of the clock.
type scene struct {
	at   string // "21:50"
	says string // for the timeline; empty: nothing
	do   func(*home) error
}

// night is the script. Measurements come each minute and are as they were until
// a scene changes them.
var night = []scene{
	{"21:30", "she puts on oximeter and wearable and goes to bed", func(h *home) error { h.spo2, h.pulse = 95, 74; return nil }},
	{"21:48", "her heart races", func(h *home) error { h.pulse = 118; return nil }},
	{"21:56", "", func(h *home) error { return h.answers("nurse") }},
	{"23:10", "it is calm again", func(h *home) error { h.pulse = 78; return nil }},
	{"00:30", "the oximeter slips off", func(h *home) error { h.worn = false; return nil }},
	{"00:50", "she puts it back", func(h *home) error { h.worn = true; return nil }},
	{"01:00", "the daughter's telephone runs empty", func(h *home) error { h.phoneOff = true; return nil }},
	{"01:50", "her oxygen falls", func(h *home) error { h.spo2 = 84; return nil }},
	{"01:54", "the line to the nurse's station is down", func(h *home) error { h.lineDown = true; return nil }},
	{"01:57", "power failure in the home gateway", func(h *home) error { return h.fail() }},
	{"01:59", "the gateway starts again; the line is up", func(h *home) error { h.lineDown = false; return h.restart() }},
	{"03:00", "summer time: after 01:59 comes 03:00", func(*home) error { return nil }},
	{"03:03", "", func(h *home) error { return h.answers("nurse") }},
	{"03:15", "the daughter wakes and plugs in her telephone", func(h *home) error { h.phoneOff = false; return nil }},
	{"03:27", "", func(h *home) error { return h.answers("daughter") }},
	{"03:40", "with oxygen from the concentrator she recovers", func(h *home) error { h.spo2 = 94; return nil }},
	{"06:45", "she wakes and gets up", func(*home) error { return nil }},
}

// time is the moment of a scene: the first after another at which the clock
// shows it.
func (s scene) time(after time.Time) (time.Time, error) {
	clock, err := time.Parse("15:04", s.at)
	if err != nil {
		return time.Time{}, err
	}
	y, m, d := after.Date()
	at := time.Date(y, m, d, clock.Hour(), clock.Minute(), 0, 0, after.Location())
	if at.Before(after) {
		at = time.Date(y, m, d+1, clock.Hour(), clock.Minute(), 0, 0, after.Location())
	}
	return at, nil
}
