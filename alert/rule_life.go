package alert

import "time"

// handling is what a rule says about the life of its alarms, whatever their
// condition. The zero value is an alarm that stands as long as its condition.
type handling struct {
	clearAfter time.Duration // how long the condition must be over before the alarm ends
	latching   bool
	mandatory  bool // non-suppressible
	advisory   bool
	family     string
	remind     time.Duration // 0: never
	rearm      time.Duration // 0: never
	flaps      int           // 0: not looked for
	flapWithin time.Duration
}

// maxFlaps bounds what is remembered for [Rule.Flapping].
const maxFlaps = 16

// ClearAfter keeps a raised alarm until values have shown for d, without
// interruption, that the condition is over. Silence shows nothing: the alarm
// ends with the first clear value that comes d or more after the first of them.
// The default is to end with the first.
func (r Rule) ClearAfter(d time.Duration) Rule {
	r.clearAfter = d
	return r.checkDuration("the clear time", d, 0)
}

// Latching keeps an alarm whose condition is over until somebody acknowledges
// it ([Latched]). By default an alarm ends with its condition.
func (r Rule) Latching() Rule {
	r.latching = true
	return r
}

// NonSuppressible is for alarms that nobody may silence, such as a stopped
// pump: they cannot be paused or snoozed, no pause covers them, and no alarm of
// their family inhibits them.
func (r Rule) NonSuppressible() Rule {
	r.mandatory = true
	return r
}

// Advisory makes the alarms advice ([Advisory]) instead of physiological or
// technical alarms.
func (r Rule) Advisory() Rule {
	r.advisory = true
	return r
}

// Family names the group of rules, such as the levels of one limit, in which a
// standing alarm of higher priority inhibits those of lower priority: they
// exist and are marked, but are not announced ([Event.Announce]) until the
// higher one has ended. By default a rule has no family. The rules of a family
// share one clock: a reading for one of them tells all of them the time.
func (r Rule) Family(name string) Rule {
	if r.family = name; name == "" || len(name) > 128 {
		return r.fail("the name of the family is not of 1 to 128 bytes")
	}
	return r
}

// Remind announces an alarm that nobody has acknowledged again each time the
// given duration has passed since it was last announced. By default it is
// announced once.
func (r Rule) Remind(every time.Duration) Rule {
	r.remind = every
	return r.checkDuration("the time between reminders", every, time.Second)
}

// Rearm is the acknowledge timeout: an alarm that still stands so long after it
// was acknowledged is active again and announced. By default an acknowledged
// alarm stays acknowledged until it ends.
func (r Rule) Rearm(after time.Duration) Rule {
	r.rearm = after
	return r.checkDuration("the acknowledge timeout", after, time.Second)
}

// Flapping turns the n-th alarm that would begin within the given duration into
// one alarm in the state [Flapping]. It does not end before the condition was
// over for that duration, and becomes [Active], announced, when the condition
// has held for that duration without interruption. n is 2 to 16. By default
// every return of the condition is an alarm of its own. A latching alarm does
// not need it: it stands through every return.
func (r Rule) Flapping(n int, within time.Duration) Rule {
	r.flaps, r.flapWithin = n, within
	if n < 2 || n > maxFlaps {
		return r.fail("the number of alarms is not 2 to 16")
	}
	return r.checkDuration("the window of flapping", within, time.Second)
}

// category is what the alarms of the rule are about.
func (r *Rule) category() Category {
	switch {
	case r.advisory:
		return Advisory
	case r.technical():
		return Technical
	}
	return Physiological
}
