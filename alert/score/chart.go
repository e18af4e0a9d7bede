package score

import (
	"fmt"
	"iter"
)

// A Chart is one published score. Neither its number nor its name
// ([Chart.String]) ever changes, so both may be stored.
type Chart uint8

// The charts. The zero Chart is none: it evaluates to nothing.
const (
	NEWS2          Chart = iota + 1 // National Early Warning Score 2, SpO2 scale 1
	NEWS2Scale2                     // SpO2 scale 2: hypercapnic respiratory failure confirmed, 88-92 % prescribed
	NEWS                            // the first National Early Warning Score
	MEWS                            // Modified Early Warning Score, without urine output
	PEWS                            // Paediatric Early Warning Score, Brighton
	QSOFA                           // quick SOFA
	SIRS                            // systemic inflammatory response syndrome
	SOFA                            // Sequential Organ Failure Assessment
	MSOFA                           // modified SOFA, which does without most of the laboratory
	CART                            // Cardiac Arrest Risk Triage
	QCSI                            // quick COVID-19 severity index
	REMS                            // Rapid Emergency Medicine Score
	RTS                             // Revised Trauma Score; few points are bad
	CRB65                           // pneumonia, without laboratory
	CURB65                          // pneumonia
	BAP65                           // exacerbation of COPD
	ShockIndex                      // pulse / systolic pressure
	SIPA                            // the shock index of children of 4 to 16 years
	ROX                             // (SpO2 / FiO2) / respiratory rate; a small index is bad
	Horowitz                        // PaO2 / FiO2; a small index is bad
	BPACCAHA2017                    // office blood pressure, ACC/AHA 2017
	BPESC2024                       // office blood pressure, ESC 2024
	BPESC2024Home                   // at home or ambulatory by day, ESC 2024
	BPESC2024Day24                  // ambulatory over 24 h, ESC 2024
	BPESC2024Night                  // ambulatory by night, ESC 2024

	chartCount
)

// Charts yields every chart.
func Charts() iter.Seq[Chart] {
	return func(yield func(Chart) bool) {
		for c := Chart(1); c < chartCount; c++ {
			if !yield(c) {
				return
			}
		}
	}
}

// ParseChart finds a chart by its name. It is case-sensitive.
func ParseChart(name string) (Chart, bool) {
	for c := range Charts() {
		if charts[c].name == name {
			return c, true
		}
	}
	return 0, false
}

// String is the name of the chart, such as "NEWS2" or "shock index".
func (c Chart) String() string {
	switch {
	case c == 0:
		return ""
	case c >= chartCount:
		return fmt.Sprintf("Chart(%d)", uint8(c))
	}
	return charts[c].name
}

// MarshalText implements [encoding.TextMarshaler] with the name.
func (c Chart) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler]. It returns [ErrChart]
// for a name that is no chart.
func (c *Chart) UnmarshalText(b []byte) error {
	found, ok := ParseChart(string(b))
	if !ok && len(b) > 0 {
		return ErrChart
	}
	*c = found
	return nil
}

// Title is the full name: "National Early Warning Score 2, SpO2 scale 1".
func (c Chart) Title() string { return c.def().title }

// Source is the publication that the table was taken from.
func (c Chart) Source() string { return c.def().source }

// Inputs are the parameters that the chart looks at.
func (c Chart) Inputs() Parameters { return c.def().inputs() }

// Scores reports whether p gives points. The others only decide how those of
// the former count, or are divided by one another.
func (c Chart) Scores(p Parameter) bool { return c.def().scores(p) }

// LowIsWorse reports whether a sicker patient has a smaller [Result.Value].
func (c Chart) LowIsWorse() bool { return c.def().lowIsWorse }

// Range is the least and the greatest total; both are 0 for a quotient, which
// has no bounds.
func (c Chart) Range() (least, most int) { return c.def().bounds() }

// LOINC is the code of the score as an observation, or "" where none is known.
func (c Chart) LOINC() string { return c.def().loinc }

// SNOMED is the concept of SNOMED CT of the total, or "" where none is known.
func (c Chart) SNOMED() string { return c.def().snomed }

// PartSNOMED is the concept of SNOMED CT of the points for p, or "" where none
// is known.
func (c Chart) PartSNOMED(p Parameter) string {
	for _, code := range c.def().parts {
		if code.p == p {
			return code.snomed
		}
	}
	return ""
}

func (c Chart) def() *chart {
	if c >= chartCount {
		c = 0
	}
	return &charts[c]
}

// A chart is the table of a score. Nothing else of the package knows what a
// score is made of.
type chart struct {
	name, title, source string

	loinc, snomed string
	parts         []partCode

	rows       []row  // points; nil for a quotient
	index      *ratio // the quotient
	highest    bool   // the total is the highest points of a row, not their sum
	lowIsWorse bool

	levels []level // by ascending from; the last that applies counts
	// single, if any row has its 3 points, is the least level.
	single *level
}

// A partCode is the SNOMED CT concept of the points for one parameter.
type partCode struct {
	p      Parameter
	snomed string
}

// A row gives points for one parameter.
type row struct {
	p     Parameter
	bands []band

	of *ratio // looked up instead of p: a quotient with p above the line

	// alt replaces bands when the coded parameter when has the code is. While
	// that is not known, the lower points of both count.
	alt  []band
	when Parameter
	is   int32

	// or makes the row one part with the row before: the higher points count.
	// With either, one of the inputs is enough; without, an unknown one that
	// could raise the points is missing.
	or, either bool

	weight int64 // of the points in Result.Value, in 1/10000; 0 is 1
}

// A band gives its points to every value up to and including upTo, counted in
// steps of the precision in which charts print the parameter.
type band struct {
	upTo   int32
	points uint8
}

const noLimit = 1<<31 - 1

// A ratio is times × num / (den[0] × den[1]) in steps of 10^-digits, rounded
// half up; times takes the precisions of the parameters into account.
type ratio struct {
	text   string
	num    Parameter
	den    []Parameter
	times  int64
	digits int8
}

// A level is the meaning of a total, or of a quotient.
type level struct {
	from   int32 // the total, or the quotient in steps of its last digit
	band   Band
	name   string
	advice string
	ages   [2]int32 // completed years, first and last; zero: any
}

// inputs collects the parameters of the tables.
func (d *chart) inputs() (s Parameters) {
	add := func(q *ratio) {
		s |= 1 << q.num
		for _, p := range q.den {
			s |= 1 << p
		}
	}
	for i := range d.rows {
		r := &d.rows[i]
		s |= 1 << r.p
		if r.of != nil {
			add(r.of)
		}
		if r.alt != nil {
			s |= 1 << r.when
		}
	}
	if d.index != nil {
		add(d.index)
	}
	if d.byAge() {
		s |= 1 << AgeYears
	}
	return s
}

func (d *chart) byAge() bool {
	for i := range d.levels {
		if d.levels[i].ages[1] != 0 {
			return true
		}
	}
	return false
}

// bounds adds up the least and the most points of each part.
func (d *chart) bounds() (least, most int) {
	for i := 0; i < len(d.rows); {
		lo, hi := d.rows[i].bounds()
		for i++; i < len(d.rows) && d.rows[i].or; i++ {
			l, h := d.rows[i].bounds()
			lo, hi = max(lo, l), max(hi, h)
		}
		if d.highest {
			least, most = max(least, lo), max(most, hi)
		} else {
			least, most = least+lo, most+hi
		}
	}
	return least, most
}

func (r *row) bounds() (least, most int) {
	least = int(r.bands[0].points)
	for _, bands := range [][]band{r.bands, r.alt} {
		for _, b := range bands {
			least, most = min(least, int(b.points)), max(most, int(b.points))
		}
	}
	return least, most
}
