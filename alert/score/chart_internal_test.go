package score

import (
	"slices"
	"testing"
)

// The shape that evaluation relies on: every row covers all numbers without a
// gap or an overlap, levels ascend and begin at the least that there can be,
// and one parameter has points in one part only.
func TestTablesAreWellFormed(t *testing.T) {
	names := map[string]bool{}
	for c := range Charts() {
		d := &charts[c]
		if d.name == "" || d.title == "" || d.source == "" || names[d.name] {
			t.Errorf("chart %d: name %q (or known), title %q, source %q", c, d.name, d.title, d.source)
		}
		names[d.name] = true
		if (d.rows == nil) == (d.index == nil) {
			t.Errorf("%v: rows or a quotient, not both or none", c)
		}
		seen := Parameters(0)
		for i := range d.rows {
			w := &d.rows[i]
			if seen.Has(w.p) {
				t.Errorf("%v: two rows for %v", c, w.p)
			}
			seen |= 1 << w.p
			for _, bands := range [][]band{w.bands, w.alt} {
				checkBands(t, c, w, bands)
			}
			if w.or && i == 0 || w.either && !w.or || w.of != nil && w.of.num != w.p {
				t.Errorf("%v: row %v: or %t, either %t, quotient of %v", c, w.p, w.or, w.either, w.of)
			}
			if w.alt != nil && parameters[w.when].form != coded {
				t.Errorf("%v: row %v depends on %v, which has no code", c, w.p, w.when)
			}
		}
		for i := range d.levels {
			l := &d.levels[i]
			if l.name == "" || l.band < Low || i > 0 && l.from < d.levels[i-1].from {
				t.Errorf("%v: level %d: %+v", c, i, *l)
			}
			if ordered := l.ages[1] == 0 && i > 0 && d.levels[i-1].ages[1] == 0; ordered && (l.band < d.levels[i-1].band) != d.lowIsWorse && l.band != d.levels[i-1].band {
				t.Errorf("%v: level %d: %v after %v", c, i, l.band, d.levels[i-1].band)
			}
		}
		if len(d.levels) > 0 && d.levels[0].from != 0 {
			t.Errorf("%v: the first level begins at %d", c, d.levels[0].from)
		}
	}
}

func checkBands(t *testing.T, c Chart, w *row, bands []band) {
	t.Helper()
	info := &parameters[w.p]
	for i, b := range bands {
		if i > 0 && b.upTo <= bands[i-1].upTo {
			t.Errorf("%v: %v: %d after %d", c, w.p, b.upTo, bands[i-1].upTo)
		}
		if i > 0 && b.points == bands[i-1].points {
			t.Errorf("%v: %v: two bands of %d points side by side", c, w.p, b.points)
		}
		if info.form == coded && b.upTo != noLimit && (b.upTo < info.lo || b.upTo >= info.hi) {
			t.Errorf("%v: %v: a band to %d, the codes are %d to %d", c, w.p, b.upTo, info.lo, info.hi)
		}
	}
	if n := len(bands); n > 0 && bands[n-1].upTo != noLimit {
		t.Errorf("%v: %v: the last band ends at %d", c, w.p, bands[n-1].upTo)
	}
}

// On the way from the best value outwards, points only get worse.
func TestBandsAreMonotone(t *testing.T) {
	for c := range Charts() {
		d := &charts[c]
		for i := range d.rows {
			for _, bands := range [][]band{d.rows[i].bands, d.rows[i].alt} {
				if n := turns(bands, d.lowIsWorse); n > 1 {
					t.Errorf("%v: %v: %v turns %d times, want a single best range", c, d.rows[i].p, bands, n)
				}
			}
		}
	}
}

// turns counts how often the points change between getting better and getting
// worse; a table that begins by getting worse has turned before.
func turns(bands []band, lowIsWorse bool) (n int) {
	worse := false
	for i := 1; i < len(bands); i++ {
		if w := (bands[i].points > bands[i-1].points) != lowIsWorse; w != worse {
			n, worse = n+1, w
		}
	}
	return n
}

func TestParametersAreComplete(t *testing.T) {
	names := map[string]bool{}
	for p := range Parameter(ParameterCount) {
		info := &parameters[p]
		if info.name == "" || names[info.name] {
			t.Errorf("parameter %d has the name %q", p, info.name)
		}
		names[info.name] = true
		if info.form == coded && len(info.codes) != int(info.hi-info.lo)+1 {
			t.Errorf("%v: %d names for the codes %d to %d", p, len(info.codes), info.lo, info.hi)
		}
		used := false
		for c := range Charts() {
			used = used || c.Inputs().Has(p)
		}
		if !used {
			t.Errorf("no chart uses %v", p)
		}
	}
}

// Numbers and names are stored, in snapshots and in rules: new ones go behind.
func TestNumbersAreFrozen(t *testing.T) {
	var got []string
	for p := range Parameter(ParameterCount) {
		got = append(got, p.String())
	}
	for c := range Charts() {
		got = append(got, c.String())
	}
	want := []string{
		"respiratory rate", "SpO2", "air or oxygen", "systolic pressure", "pulse", "consciousness", "temperature",
		"diastolic pressure", "mean pressure", "oxygen flow", "inspired oxygen", "Glasgow coma score", "age", "urine output",
		"PaO2", "PaCO2", "white cells", "immature white cells", "platelets", "bilirubin", "creatinine", "urea",
		"mechanical ventilation", "vasopressor", "jaundice", "behaviour", "cardiovascular", "respiratory", "nebuliser", "vomiting",
		"NEWS2", "NEWS2 scale 2", "NEWS", "MEWS", "PEWS", "qSOFA", "SIRS", "SOFA", "mSOFA", "CART", "qCSI", "REMS", "RTS",
		"CRB-65", "CURB-65", "BAP-65", "shock index", "SIPA", "ROX", "P/F",
		"BP ACC/AHA 2017", "BP ESC 2024 office", "BP ESC 2024 home", "BP ESC 2024 24 h", "BP ESC 2024 night",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
