package alert

import "github.com/telemed-go/sdk/vitals"

// ruleBook is what an engine makes of a set of rules.
type ruleBook struct {
	table   *ruleTable
	rules   []Rule // those of the table
	watches []watch
	index   []uint16 // by kind: 1 + the index in watches, 0 for a kind without rules
	// detectors is, by rule, 1 + the index of its detector in a patient's, 0 for
	// a plain rule.
	detectors []uint16
	every     []int32          // thePause and the rules
	idle      []int32          // those that wait for a time also when nothing pends or stands
	detected  int              // how many rules have detectors
	versions  map[*Rule]string // those asked for so far
}

// watch is what the engine does with readings of one kind.
type watch struct {
	kind    vitals.Kind
	unit    vitals.Unit
	coded   bool
	lost    bool    // zero means no signal
	family  bool    // some rule has a family: its members share one clock
	rules   []int32 // indices of rules, ascending
	missing []int32 // those among them that are about missing data
	calm    calm
}

func newRuleBook(set RuleSet) (ruleBook, error) {
	table, err := set.table()
	if err != nil {
		return ruleBook{}, err
	}
	b := ruleBook{table: table, rules: table.rules, detectors: make([]uint16, len(table.rules)), versions: make(map[*Rule]string)}
	b.every, b.idle = []int32{thePause}, []int32{thePause}
	for i := range b.rules {
		r := &b.rules[i]
		b.every = append(b.every, int32(i))
		if !r.plain() {
			b.detected++
			b.detectors[i] = uint16(b.detected)
		}
		if !r.plain() || r.cond == missing {
			b.idle = append(b.idle, int32(i))
		}
	}
	for k := range vitals.Kinds() {
		b.watch(k)
	}
	return b, nil
}

// watch makes the list of rules for kind k.
func (b *ruleBook) watch(k vitals.Kind) {
	w := watch{kind: k, unit: k.Unit(), coded: k.Shape() == vitals.ShapeCoded, lost: zeroIsNoSignal(k)}
	for i := range b.rules {
		if r := &b.rules[i]; r.watches(k) {
			w.rules = append(w.rules, int32(i))
			w.family = w.family || r.family != ""
			if r.cond == missing {
				w.missing = append(w.missing, int32(i))
			}
		}
	}
	if w.rules == nil {
		return
	}
	if int(k) >= len(b.index) {
		b.index = append(b.index, make([]uint16, int(k)+1-len(b.index))...)
	}
	w.calm = b.calm(&w)
	b.watches = append(b.watches, w)
	b.index[k] = uint16(len(b.watches))
}

// version is Version, computed once for each rule.
func (b *ruleBook) version(r *Rule) string {
	v, ok := b.versions[r]
	if !ok {
		v = r.Version()
		b.versions[r] = v
	}
	return v
}

// ruleNamed is the index of a rule, or -1.
func (b *ruleBook) ruleNamed(name string) int {
	for i := range b.rules {
		if b.rules[i].name == name {
			return i
		}
	}
	return -1
}

// sameVersion finds the definition of rule i that a state of this version was
// made by, among those that can apply to the patient. It is nil if there is none.
func (e *Engine) sameVersion(p *patient, i int, version string) *Rule {
	if own := p.own(); own != nil && own[i] != nil {
		return e.ifSame(own[i], version)
	}
	for k := range p.kinds {
		if own := p.kinds[k].device.own; own != nil && own[i] != nil {
			if r := e.ifSame(own[i], version); r != nil {
				return r
			}
		}
	}
	return e.ifSame(&e.rules[i], version)
}

func (b *ruleBook) ifSame(r *Rule, version string) *Rule {
	if r.off || b.version(r) != version {
		return nil
	}
	return r
}
