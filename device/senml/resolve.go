package senml

import (
	"slices"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A Measurement is a record that stands alone: a resolved record (RFC 8428, 4.6).
type Measurement struct {
	Record int    // its place in the pack, from 0
	Name   string // of MaxName bytes at most
	Unit   string // "" if there is none
	At     time.Time
	// Relative says that At was counted from the time of reception.
	Relative bool
	// Has says which of the following there are: one of HasValue, HasText, HasBool
	// and HasData, or HasSum, or both; HasUpdateTime.
	Has        Fields
	Value      vitals.Decimal
	Text       string
	Bool       bool
	Data       []byte // borrows what that of the record does
	Sum        vitals.Decimal
	UpdateTime vitals.Decimal // seconds until the next, at the latest
}

// relativeLimit is the first number of seconds that counts from 1970: about nine
// years (RFC 8428, 4.5.3). 2^28.
const relativeLimit = 1 << 28

// Resolve applies the base fields of a pack. Now is the time of reception, from
// which times below 2^28 seconds count; the results are in its location and
// ascend by time, those of one time in the order sent. Nanoseconds are rounded.
//
// Measurements beside an error are those of the other records: what is wrong with
// one does not concern them (the package comment says what does). The error is a
// [*device.DecodeError] of the first record that is refused, with the others in
// All.
func (p Pack) Resolve(now time.Time) ([]Measurement, error) {
	var (
		base          Record
		refused, last *device.DecodeError
		out           = make([]Measurement, 0, len(p))
		sorted        = true
	)
	for i := range p {
		r := &p[i]
		base.rebase(r)
		if r.Has&^baseFields == 0 && r.Has != 0 && r.bad == nil {
			continue // base fields for those that follow
		}
		m, e := r.resolve(&base, i, now)
		if e != nil {
			if refused == nil {
				refused = e
			} else {
				last.Also = e
			}
			last = e
			continue
		}
		sorted = sorted && (len(out) == 0 || !m.At.Before(out[len(out)-1].At))
		out = append(out, m)
	}
	if !sorted {
		slices.SortStableFunc(out, func(a, b Measurement) int { return a.At.Compare(b.At) })
	}
	if refused != nil {
		return out, refused
	}
	return out, nil
}

// rebase takes over the base fields of a record.
func (base *Record) rebase(r *Record) {
	for f := HasBaseSum; f <= HasBaseVersion; f <<= 1 {
		switch {
		case r.Has&f == 0:
		case f&numeric != 0:
			*base.number(f) = *r.number(f)
		case f&textual != 0:
			*base.text(f) = *r.text(f)
		}
	}
}

func (r *Record) resolve(base *Record, i int, now time.Time) (m Measurement, e *device.DecodeError) {
	if r.bad != nil {
		e := *r.bad // it is linked to others
		return m, &e
	}
	m = Measurement{
		Record: i, Name: join(base.BaseName, r.Name), Unit: r.Unit,
		Has:  r.Has & (values | HasSum | HasUpdateTime),
		Text: r.Text, Bool: r.Bool, Data: r.Data, UpdateTime: r.UpdateTime,
	}
	if !r.Has.Has(HasUnit) {
		m.Unit = base.BaseUnit
	}
	var ok bool
	what := r.Has & values
	switch {
	case !validName(base.BaseName, r.Name):
		return m, refusal(i, HasName, r.at, device.ErrSyntax)
	case what&(what-1) != 0, what == 0 && !r.Has.Has(HasSum): // more than one, or none
		return m, refusal(i, what, r.at, device.ErrSyntax)
	}
	if r.Has.Has(HasValue) {
		if m.Value, ok = plus(base.BaseValue, r.Value); !ok {
			return m, refusal(i, HasValue, r.at, device.ErrOutOfRange)
		}
	}
	if r.Has.Has(HasSum) {
		if m.Sum, ok = plus(base.BaseSum, r.Sum); !ok {
			return m, refusal(i, HasSum, r.at, device.ErrOutOfRange)
		}
	}
	if m.At, m.Relative, ok = instant(base.BaseTime, r.Time, now); !ok {
		return m, refusal(i, HasTime, r.at, device.ErrOutOfRange)
	}
	return m, nil
}

// instant is the time of a record (RFC 8428, 4.5.3).
func instant(base, t vitals.Decimal, now time.Time) (at time.Time, relative, ok bool) {
	t, ok = plus(base, t)
	if !ok {
		return at, false, false
	}
	relative = t.Cmp(vitals.Decimal{Coef: relativeLimit}) < 0
	if relative && t.Coef == 0 {
		return now, true, true
	}
	sec, nsec, ok := seconds(t)
	if !ok {
		return at, relative, false
	}
	if relative {
		sec, nsec = sec+now.Unix(), nsec+int64(now.Nanosecond())
	}
	at = time.Unix(sec, nsec).In(now.Location())
	return at, relative, at.Year() >= 0 && at.Year() <= 9999
}

// join allocates only where both parts have something.
func join(base, name string) string {
	if base == "" {
		return name
	}
	if len(base)+len(name) > MaxName { // refused anyway
		return ""
	}
	return base + name
}

// validName holds a name, of two parts, against RFC 8428, 4.5.1.
func validName(base, name string) bool {
	if n := len(base) + len(name); n == 0 || n > MaxName {
		return false
	}
	first := name
	if base != "" {
		first = base
	}
	switch first[0] {
	case '-', ':', '.', '/', '_':
		return false
	}
	return validPart(base) && validPart(name)
}

func validPart(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '-', c == ':', c == '.', c == '/', c == '_':
		default:
			return false
		}
	}
	return true
}
