package vitals

// limits is one row of plausible.tsv. The row of a kind without limits is zero.
type limits struct {
	low, high Decimal
	unit      Unit
	source    string
}

// PlausibleRange is the range outside which a value of the kind is physically
// or instrumentally implausible for a living adult, with the publication that
// says so. It is far wider than any normal range. For a kind without published
// limits ok is false.
func (k Kind) PlausibleRange() (low, high Quantity, source string, ok bool) {
	if int(k) >= len(plausible) || plausible[k].source == "" {
		return Quantity{}, Quantity{}, "", false
	}
	l := &plausible[k]
	return l.unit.Of(l.low), l.unit.Of(l.high), l.source, true
}

// Plausible reports whether q lies within the limits of [Kind.PlausibleRange],
// both included, in whatever unit it comes. It is true when there are no
// limits or no value, and false when q is in a unit that no value of the kind
// can have. An implausible value deserves a flag ([Implausible]) and a look;
// it is not an error and must not be dropped: the limits ignore children, and
// the one patient beyond them is the one who matters.
func (k Kind) Plausible(q Quantity) (ok bool) {
	low, high, _, limited := k.PlausibleRange()
	if !limited || q.IsZero() {
		return true
	}
	q, err := k.Convert(q, low.unit)
	if err != nil {
		return false
	}
	return q.value.Cmp(low.value) >= 0 && q.value.Cmp(high.value) <= 0
}
