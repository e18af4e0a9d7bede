package alert

import (
	"fmt"
	"math/bits"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// DoseBelow is the rule that the area between the limit and the values of kind
// k below it must not reach amount times long: 50 % for a second is what
// pulse oximeters call 50 SatSeconds, be it 10 % for 5 s or 2 % for 25 s. A
// short deep dip and a long shallow one raise the same alarm, a short shallow
// one none.
//
// A value counts from its reading to the next, whatever the time between them:
// silence is no relief. The area starts again with a reading without doubt at
// the limit or above, or at [Rule.ClearAt]; between the two it stands still. A
// doubtful reading below the limit counts, one above it changes nothing. A
// value below what the device can measure has an unknown depth and reaches the
// dose at once. The priority is [Medium].
func DoseBelow(k vitals.Kind, limit, amount vitals.Quantity, long time.Duration) Rule {
	return doseRule(below, k, limit, amount, long)
}

// DoseAbove is [DoseBelow] for values above the limit.
func DoseAbove(k vitals.Kind, limit, amount vitals.Quantity, long time.Duration) Rule {
	return doseRule(above, k, limit, amount, long)
}

func doseRule(side condition, k vitals.Kind, limit, amount vitals.Quantity, long time.Duration) Rule {
	d := dose{side: side, amount: amount, long: long}
	r := Rule{cond: special, side: side, kind: k, limit: limit, spec: d, priority: Medium}
	r.name = fmt.Sprintf("%v %s %v by %v for %v", k, r.word(), limit, amount, long)
	if r = r.checkKind().checkUnit("limit", limit).checkDifference("amount", amount).checkSpan("long", long, 1); r.err != nil {
		return r
	}
	switch _, ok := millionths(limit.Value()); {
	case amount.Unit() != limit.Unit():
		return r.failAt("amount", "the amount and the limit are in different units")
	case !ok:
		return r.failAt("limit", "the limit is too large")
	case !reachable(k, limit, side):
		return r.failAt("limit", "no value of the kind can be "+r.word()+" the limit")
	}
	return r
}

// dose is an area beyond a limit.
type dose struct {
	side   condition
	amount vitals.Quantity
	long   time.Duration
}

func (d dose) describe(doc *ruleDoc) {
	doc.When, doc.Amount, doc.Long = "dose-"+d.side.String(), d.amount, span(d.long)
}

func (d dose) detector(r *Rule) detector {
	limit, _ := millionths(r.limit.Value())
	amount, _ := millionths(d.amount.Value())
	return &dosing{rule: r, limit: limit, target: area{}.plus(amount, int64(d.long))}
}

// An area is a number of millionths times ns, of 128 bits.
type area struct{ hi, lo uint64 }

// plus adds depth for a time, both not negative. It does not overflow within
// the years that an engine accepts.
func (a area) plus(depth, d int64) area {
	hi, lo := bits.Mul64(uint64(depth), uint64(d))
	lo, carry := bits.Add64(a.lo, lo, 0)
	hi, carry = bits.Add64(a.hi, hi, carry)
	if carry != 0 {
		return area{1<<64 - 1, 1<<64 - 1}
	}
	return area{hi, lo}
}

func (a area) less(b area) bool { return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo }

// until is how long depth takes to bring a to target, rounded up; ok is false
// if that is beyond time.
func (a area) until(target area, depth int64) (d int64, ok bool) {
	lo, borrow := bits.Sub64(target.lo, a.lo, 0)
	hi, _ := bits.Sub64(target.hi, a.hi, borrow)
	if depth <= 0 || hi >= uint64(depth) {
		return 0, false
	}
	q, rest := bits.Div64(hi, lo, uint64(depth))
	if rest > 0 {
		q++
	}
	return int64(q), q <= uint64(never)/4
}

// dosing is the detector of dose: one reading and a few numbers.
type dosing struct {
	rule   *Rule
	limit  int64
	target area
	last   Input
	begun  int64 // of the excursion
	now    int64 // up to which the area is known
	depth  int64 // of the last value, in millionths; 0: not beyond
	sum    area
	since  int64 // when the dose was reached
	hit    bool
}

func (d *dosing) put(r *vitals.Reading, at int64) verdict {
	d.advance(at)
	d.last = inputOf(r)
	hit, contrary, clear := d.rule.compare(r)
	switch n, ok := number(r, d.rule.limit.Unit()); {
	case hit && !ok: // beyond the range of the device
		d.begin(at)
		d.reach(at)
	case hit:
		d.begin(at)
		d.depth = max(n-d.limit, d.limit-n)
	case clear:
		d.depth, d.sum, d.hit = 0, area{}, false
	case contrary:
		d.depth = 0
	}
	v := d.verdict()
	v.contrary, v.clear = contrary && !d.hit, clear
	return v
}

func (d *dosing) begin(at int64) {
	if d.depth == 0 && d.sum == (area{}) {
		d.begun = at
	}
}

func (d *dosing) reach(at int64) {
	if !d.hit {
		d.hit, d.since = true, at
	}
	d.sum = d.target
}

// advance adds the area up to at.
func (d *dosing) advance(at int64) {
	if due := d.due(); due <= at {
		d.reach(due)
	} else if d.depth > 0 && !d.hit && at > d.now {
		d.sum = d.sum.plus(d.depth, at-d.now)
	}
	d.now = max(d.now, at)
}

func (d *dosing) verdict() verdict {
	return verdict{hit: d.hit, since: d.since, ev: evidenceOf(&d.last)}
}

func (d *dosing) pass(at int64) verdict {
	d.advance(at)
	return d.verdict()
}

func (d *dosing) due() int64 {
	if d.hit {
		return never
	}
	after, ok := d.sum.until(d.target, d.depth)
	if !ok {
		return never
	}
	return d.now + after
}

func (d *dosing) note(string, int64)         {}
func (d *dosing) inputs(dst []Input) []Input { return append(dst, d.last) }

func (d *dosing) explain(holds bool) string {
	if !holds {
		return d.rule.limitText(&d.last, false)
	}
	spec := d.rule.spec.(dose)
	return fmt.Sprintf("%s since %s: in sum %v for %v", d.rule.limitText(&d.last, true),
		time.Unix(0, d.begun).UTC().Format(time.RFC3339), spec.amount, spec.long)
}

func (d *dosing) appendState(dst []byte) []byte {
	dst = appendInput(dst, &d.last)
	for _, v := range [...]int64{d.begun, d.now, d.depth, int64(d.sum.hi), int64(d.sum.lo), d.since} {
		dst = appendInt(dst, v)
	}
	return appendBool(dst, d.hit)
}

func (d *dosing) loadState(b []byte) ([]byte, error) {
	s := stateReader{b: b}
	d.last = s.input()
	d.begun, d.now, d.depth = s.int(), s.int(), s.upTo(2*most)
	d.sum = area{uint64(s.int()), uint64(s.int())}
	d.since, d.hit = s.int(), s.bool()
	if d.target.less(d.sum) {
		s.fail()
	}
	return s.done()
}
