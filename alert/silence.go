package alert

import (
	"fmt"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// MissingOf is [Missing] told by the cadence of the device: n readings in a row,
// 1 to 1000, of one that measures every so often have not come. A reading may
// be late by half the cadence, so the alarm comes n and a half cadences after
// the last reading.
func MissingOf(k vitals.Kind, n int, every time.Duration) Rule {
	if n < 1 || n > 1000 || every <= 0 || every > longest/1001 {
		r := Missing(k, time.Hour)
		r.name = fmt.Sprintf("%v missing %d readings", k, n)
		return r.fail("the cadence is not positive, or the number of readings not 1 to 1000")
	}
	r := Missing(k, time.Duration(n)*every+every/2)
	r.every = every
	r.name = fmt.Sprintf("%v missing %d readings of one in %v", k, n, every)
	return r
}

// silent is the detector of missing data where the engine does not evaluate it
// itself: within a composite, or with a schedule. Its clock starts with the
// first usable reading.
type silent struct {
	rule *Rule
	last Input
	data int64 // of the last usable reading
	seen bool
	told bool // the silence is too long already
}

func (s *silent) put(r *vitals.Reading, at int64) verdict {
	s.last, s.data, s.seen, s.told = inputOf(r), max(at, s.data), true, false
	return verdict{contrary: true, clear: true, since: at, ev: evidenceOf(&s.last)}
}

func (s *silent) pass(at int64) verdict {
	due := s.data + int64(s.rule.after)
	s.told = s.seen && due <= at
	return verdict{hit: s.told, since: due, ev: evidence{device: s.last.Device}}
}

func (s *silent) due() int64 {
	if !s.seen || s.told {
		return never
	}
	return s.data + int64(s.rule.after)
}

func (s *silent) note(string, int64)         {}
func (s *silent) inputs(dst []Input) []Input { return append(dst, s.last) }

func (s *silent) explain(holds bool) string {
	if holds {
		return s.rule.silenceText()
	}
	return fmt.Sprintf("%v: data again", s.rule.kind)
}

func (s *silent) appendState(dst []byte) []byte {
	return appendBool(appendInt(appendInput(dst, &s.last), s.data), s.told)
}

func (s *silent) loadState(b []byte) ([]byte, error) {
	r := stateReader{b: b}
	s.last, s.data, s.told = r.input(), r.int(), r.bool()
	s.seen = s.last.Kind != vitals.KindNone
	return r.done()
}

func (r *Rule) silenceText() string {
	s := fmt.Sprintf("%v: no usable data for %v", r.kind, r.after)
	if r.every > 0 {
		s += fmt.Sprintf(", expected every %v", r.every)
	}
	return s
}
