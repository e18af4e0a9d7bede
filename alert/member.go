package alert

// truth is yes, no or not known, of a part of a composite.
type truth int8

const (
	no truth = iota - 1
	unknown
	yes
)

type partState uint8

const (
	partOff partState = iota
	partPending
	partHolds
)

// A member is a part of a composite: its detector, and what its delay and its
// way to clear make of the verdicts.
type member struct {
	rule     *Rule
	d        detector
	state    partState
	told     bool // it was known once
	clearing bool
	quiet    bool  // it is known not to hold from silence alone
	heard    int64 // the last telling reading
	begun    int64 // of the delay, when pending
	onset    int64 // when it last came to hold
	ended    int64 // when it was last known not to, or first
	cleared  int64 // when clearing
}

// apply enters a verdict of the detector, after a reading or without one.
func (m *member) apply(v verdict, at int64, reading bool) {
	m.ripen(at - 1)
	if v.hit || v.contrary {
		if reading {
			m.heard = max(m.heard, at)
		}
		if !m.told {
			m.told, m.ended, m.quiet = true, at, !reading
		}
	}
	switch {
	case m.state == partOff && v.hit:
		m.state, m.begun = partPending, v.since
	case m.state == partPending && v.contrary:
		m.state, m.ended, m.quiet = partOff, at, !reading
	case m.state == partHolds && v.clear && (reading || m.rule.clearAfter == 0):
		if !m.clearing {
			m.clearing, m.cleared = true, at
		}
		if at-m.cleared >= int64(m.rule.clearAfter) {
			m.state, m.ended, m.clearing, m.quiet = partOff, at, false, !reading
		}
	case m.state == partHolds && (v.hit || v.contrary):
		m.clearing = false
	}
	m.ripen(at)
}

// ripen ends the delay if it is over at a time.
func (m *member) ripen(at int64) {
	if due := m.begun + int64(m.rule.delay); m.state == partPending && due <= at {
		m.state, m.onset, m.clearing = partHolds, due, false
	}
}

func (m *member) due() int64 {
	due := m.d.due()
	if m.state == partPending {
		due = min(due, m.begun+int64(m.rule.delay))
	}
	return due
}

// truth is what is known of the part at a time.
func (m *member) truth(now, maxAge int64) truth {
	switch {
	case !m.told, m.state == partPending, now-m.heard > maxAge && !m.rule.technical():
		return unknown
	case m.state == partHolds:
		return yes
	}
	return no
}

// relief is truth of which an alarm may end: that data are missing proves
// nothing about the patient.
func (m *member) relief(now, maxAge int64) truth {
	if t := m.truth(now, maxAge); t != no || !m.quiet {
		return t
	}
	return unknown
}

// heldBefore reports whether the part came to hold not after a time, and still
// did then or had within the time before it.
func (m *member) heldBefore(at, within, maxAge int64) bool {
	switch {
	case m.onset == never || m.onset > at:
		return false
	case m.truth(at, maxAge) == yes:
		return true
	case m.state == partHolds:
		return at-m.heard <= within
	}
	return at-m.ended <= within
}

func (m *member) appendState(dst []byte) []byte {
	dst = appendInt(dst, int64(m.state))
	dst = appendBool(appendBool(appendBool(dst, m.told), m.clearing), m.quiet)
	for _, v := range [...]int64{m.heard, m.begun, m.onset, m.ended, m.cleared} {
		dst = appendInt(dst, v)
	}
	return m.d.appendState(dst)
}

func (m *member) loadState(b []byte) ([]byte, error) {
	s := stateReader{b: b}
	m.state = partState(s.upTo(int64(partHolds)))
	m.told, m.clearing, m.quiet = s.bool(), s.bool(), s.bool()
	for _, v := range [...]*int64{&m.heard, &m.begun, &m.onset, &m.ended, &m.cleared} {
		*v = s.int()
	}
	b, err := s.done()
	if err != nil {
		return nil, err
	}
	return m.d.loadState(b)
}
