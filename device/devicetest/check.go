package devicetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// A Report is what [Check] found out about a capture.
type Report struct {
	Name     string    `json:"name,omitempty"` // of the file, if any
	Frames   int       `json:"frames"`
	Findings []Finding `json:"findings"`
}

// Worst is the highest severity among the findings, 0 if there are none.
func (r Report) Worst() (worst Severity) {
	for _, f := range r.Findings {
		worst = max(worst, f.Severity)
	}
	return worst
}

// IDs are the rules that were broken, sorted, each once.
func (r Report) IDs() []string {
	ids := make([]string, 0, len(r.Findings))
	for _, f := range r.Findings {
		ids = append(ids, f.Rule)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Conforms fails a test for every error and every warning that [Check] finds
// in a capture, and logs the notes: name, line of the file and finding, as
// "strap.hex:5: frame 3, byte 2: EnergyExpended truncated (HRS 1.0, 3.1.1.3)". The
// number of a frame counts all of the capture, features too. Frames without a characteristic are of c;
// frames of others are checked as well, for features and contexts belong to
// the measurement. A capture without a frame of c fails.
func Conforms(t testing.TB, name string, c Characteristic, frames []Capture) {
	t.Helper()
	frames = slices.Clone(frames)
	seen := false
	for i := range frames {
		if frames[i].Characteristic == 0 {
			frames[i].Characteristic = c
		}
		seen = seen || frames[i].Characteristic == c
	}
	if !seen {
		t.Errorf("%s: no frame of %v", name, c)
	}
	for _, f := range Check(frames).Findings {
		at := name
		if f.Line > 0 {
			at = fmt.Sprintf("%s:%d", name, f.Line)
		}
		if f.Severity >= Warning && !f.KnownQuirk {
			t.Errorf("%s: %v", at, f)
		} else {
			t.Logf("%s: %v", at, f)
		}
	}
}

// Check holds the frames of a capture against the rules. It needs no test. The
// order of the frames is that of their arrival.
func Check(frames []Capture) Report {
	s := session{last: map[Characteristic]any{}}
	for _, c := range frames {
		s.check(c, true)
	}
	s.end()
	return s.done(len(frames))
}

// CheckFrame holds one frame against the rules that need no other.
func CheckFrame(c Capture) Report {
	s := session{last: map[Characteristic]any{}}
	s.check(c, false)
	return s.done(1)
}

// session is a capture while it is being checked.
type session struct {
	findings []Finding
	frame    int // from 1
	capture  Capture
	row      *row
	at       int // where the value at hand begins: not 0 for the records of a frame

	last map[Characteristic]any // decoded, of frames without errors

	glucose  glucoseMemory
	segments map[Characteristic]*segmentMemory
	body     bodyMemory
	known    device.Identity // whose quirks have been noted
}

func (s *session) done(frames int) Report {
	slices.SortStableFunc(s.findings, func(a, b Finding) int { return a.Frame - b.Frame })
	return Report{Frames: frames, Findings: s.findings}
}

// check decodes a frame and applies the rules of its characteristic.
func (s *session) check(c Capture, sequence bool) {
	s.frame++
	s.capture, s.row, s.at = c, find(c.Characteristic), 0
	if s.row == nil {
		s.find(ruleUnknown, "", 0, "the kit does not know this characteristic")
		return
	}
	quirks := gatt.QuirksOf(c.Device)
	if sequence && !quirks.IsZero() && s.known != c.Device {
		s.known = c.Device
		s.find(ruleKnownQuirk, "", 0, "the model is known for: "+quirks.String())
	}
	var (
		m   any
		err error
	)
	if s.row.parseIn != nil {
		m, err = s.row.parseIn(s, c.Bytes)
	} else {
		m, err = s.row.parse(c.Bytes)
	}
	s.faults(err)
	if err != nil {
		return
	}
	if quirks.CGMReversed {
		if cgm, ok := m.(cgm.Measurement); ok {
			m = cgm.ReversedAnnunciation()
		}
	}
	for _, rule := range s.row.checks {
		if sequence || !rule.sequence {
			rule.run(s, m)
		}
	}
	if sequence && s.row.segmented {
		s.segment(c.Bytes)
	}
	s.last[c.Characteristic] = m
}

// faults reports what the decoder refuses.
func (s *session) faults(err error) {
	first, ok := errors.AsType[*device.DecodeError](err)
	if !ok {
		return
	}
	for e := range first.All() {
		fault, _ := errors.AsType[device.Fault](e)
		rule, ok := faultRules[fault]
		if !ok {
			rule = Rule{ID: fault.Code(), Severity: Error}
		}
		if special, ok := s.row.faults[fault]; ok {
			rule = special
		}
		rule.Clause = e.Ref
		s.find(rule, e.Field, e.Offset, e.Err.Error())
	}
}

// find reports a broken rule. A field whose clause the row knows has that one.
func (s *session) find(r Rule, field string, offset int, message string) {
	f := Finding{
		Rule: r.ID, Severity: r.Severity, Characteristic: s.capture.Characteristic.UUID(), Frame: s.frame, Line: s.capture.Line,
		Offset: s.at + offset, Field: field, Message: message, Clause: r.Clause,
	}
	if s.row != nil {
		if f.Clause == "" {
			f.Clause = s.row.clause
		}
		for _, alias := range s.row.fields {
			if alias.field == field {
				f.Field, f.Clause = alias.name, alias.clause
			}
		}
	}
	q := gatt.QuirksOf(s.capture.Device)
	f.KnownQuirk = q.Padding && r.ID == device.ErrTrailing.Code() || q.IEEE754 && r.ID == ruleIEEE754.ID
	s.findings = append(s.findings, f)
}

// previous is the last good frame of the same characteristic.
func previous[M any](s *session) (m M, ok bool) {
	m, ok = s.last[s.capture.Characteristic].(M)
	return m, ok
}

// feature is the last good frame of another characteristic.
func feature[M any](s *session, uuid uint16) (m M, ok bool) {
	m, ok = s.last[Characteristic(uuid)].(M)
	return m, ok
}

// denied reports a field that the feature characteristic does not announce.
func (s *session) denied(err error) {
	e, ok := errors.AsType[*device.DecodeError](err)
	if ok {
		s.find(ruleFeature, e.Field, e.Offset, "is denied by the feature characteristic")
	}
}

// sfloat holds a word against the limits of a kind.
func (s *session) sfloat(field string, offset int, v medfloat.SFloat, k vitals.Kind, u vitals.Unit, r Rule) {
	value, absent := v.Decimal()
	s.value(field, offset, value, absent, k, u, r)
}

func (s *session) value(field string, offset int, v vitals.Decimal, absent vitals.Quality, k vitals.Kind, u vitals.Unit, r Rule) {
	switch {
	case absent == vitals.ReservedNumber:
		s.find(ruleReservedNumber, field, offset, "is the word that IEEE 11073 reserves")
	case absent == 0 && !k.Plausible(u.Of(v)):
		s.find(r, field, offset, "is outside what is plausible")
	}
}

// percent demands a share of a whole.
func (s *session) percent(field string, offset int, v medfloat.SFloat, r Rule) {
	value, absent := v.Decimal()
	if absent == 0 && (value.Coef < 0 || value.Cmp(vitals.Decimal{Coef: 100}) > 0) {
		s.find(r, field, offset, "is outside 0 to 100 %")
	}
}

// isNumber reports whether a word is a number.
func isNumber(v medfloat.SFloat) bool {
	_, absent := v.Decimal()
	return absent == 0
}

// less compares two words, if both are numbers.
func less(a, b medfloat.SFloat) bool {
	x, p := a.Decimal()
	y, q := b.Decimal()
	return p|q == 0 && x.Cmp(y) < 0
}
