package main

import (
	"bytes"
	"fmt"
	"go/token"
	"slices"
	"strings"
)

type kind struct {
	row
	group, name, display, unit         string
	id                                 uint64
	mdc                                uint64
	refID                              string
	loinc, molarLOINC, profileLOINC    coding
	profile, panel, shape, molar, ucum string
}

type coding struct{ code, display string }

// profiles maps the identifier of a FHIR profile to the Go constant.
var profiles = map[string]string{
	"":            "ProfileNone",
	"vitalsigns":  "ProfileVitalSigns",
	"heartrate":   "ProfileHeartRate",
	"resprate":    "ProfileRespRate",
	"bp":          "ProfileBP",
	"oxygensat":   "ProfileOxygenSat",
	"bodytemp":    "ProfileBodyTemp",
	"bodyweight":  "ProfileBodyWeight",
	"bodyheight":  "ProfileBodyHeight",
	"headcircum":  "ProfileHeadCircum",
	"bmi":         "ProfileBMI",
	"vitalspanel": "ProfileVitalsPanel",
}

var shapes = map[string]string{
	"numeric":  "ShapeNumeric",
	"waveform": "ShapeWaveform",
	"coded":    "ShapeCoded",
	"panel":    "ShapePanel",
}

func (t *tables) readKinds(tab *table) error {
	if err := tab.columns("group", "id", "name", "display", "unit", "mdc", "mdc_refid", "loinc", "loinc_display",
		"molar_loinc", "molar_loinc_display", "profile", "profile_loinc", "profile_loinc_display",
		"panel", "shape", "molar_mass", "note"); err != nil {
		return err
	}
	for _, r := range tab.rows {
		k, err := t.readKind(r)
		if err != nil {
			return err
		}
		t.kinds = append(t.kinds, k)
	}
	return t.checkKinds()
}

func (t *tables) readKind(r row) (kind, error) {
	c := r.cells
	k := kind{
		row: r, group: c[0], name: c[2], display: c[3], ucum: c[4], refID: c[6],
		loinc: coding{c[7], c[8]}, molarLOINC: coding{c[9], c[10]}, profileLOINC: coding{c[12], c[13]},
		panel: c[14],
	}
	var err error
	if k.id, err = r.number(c[1], "id", 16); err != nil {
		return k, err
	}
	if k.mdc, err = r.number(c[5], "mdc", 32); err != nil {
		return k, err
	}
	if k.molar, err = decimalLiteral(c[16]); err != nil {
		return k, r.errorf("%v", err)
	}
	var unitOK bool
	k.unit, unitOK = t.unitByUCUM(c[4])
	k.profile, k.shape = profiles[c[11]], shapes[c[15]]
	switch {
	case !token.IsIdentifier(k.name) || !token.IsExported(k.name):
		return k, r.errorf("%q is no exported Go name", k.name)
	case k.display == "" || k.group == "":
		return k, r.errorf("%s needs a group and a display", k.name)
	case !unitOK:
		return k, r.errorf("unit %q is not in units.tsv", c[4])
	case k.profile == "":
		return k, r.errorf("unknown profile %q", c[11])
	case k.shape == "":
		return k, r.errorf("unknown shape %q", c[15])
	case k.unit == "UnitNone" && (c[15] == "numeric" || c[15] == "waveform"):
		return k, r.errorf("%s is %s and has no unit", k.name, c[15])
	case k.profileLOINC.code != "" && k.profileLOINC.code == k.loinc.code:
		return k, r.errorf("the profile's LOINC %s is the kind's own", k.loinc.code)
	case (k.mdc == 0) != (k.refID == ""):
		return k, r.errorf("MDC number and reference identifier come together")
	case k.mdc != 0 && (k.mdc < 1<<16 || k.mdc&0xffff == 0 || k.mdc&0xffff >= privateTerm):
		return k, r.errorf("MDC %d is no term that all vendors share", k.mdc)
	}
	for _, l := range []coding{k.loinc, k.molarLOINC, k.profileLOINC} {
		if l.code == "" && l.display != "" {
			return k, r.errorf("display %q without a code", l.display)
		}
		if l.code != "" && !validLOINC(l.code) {
			return k, r.errorf("LOINC %s has a wrong check digit", l.code)
		}
	}
	return k, nil
}

// checkKinds looks at what one row cannot know.
func (t *tables) checkKinds() error {
	ids, names, mdcs := map[uint64]bool{}, map[string]kind{}, map[uint64]bool{}
	groups := map[string]bool{}
	for i, k := range t.kinds {
		switch first := i == 0 || t.kinds[i-1].group != k.group; {
		case k.id == 0 || k.id > uint64(len(t.kinds)):
			return k.errorf("id %d of %s leaves a gap in 1-%d", k.id, k.name, len(t.kinds))
		case ids[k.id]:
			return k.errorf("id %d twice", k.id)
		case names[k.name].name != "":
			return k.errorf("%s twice", k.name)
		case k.mdc != 0 && mdcs[k.mdc]:
			return k.errorf("MDC %d twice", k.mdc)
		case first && groups[k.group]:
			return k.errorf("the kinds of %s are not together", k.group)
		}
		ids[k.id], names[k.name], mdcs[k.mdc], groups[k.group] = true, k, true, true
	}
	for _, k := range t.kinds {
		if k.panel != "" && names[k.panel].shape != "ShapePanel" {
			return k.errorf("%s is no panel", k.panel)
		}
		if k.panel != "" && k.profile != "ProfileNone" {
			return k.errorf("%s is a component: the profile is the panel's", k.name)
		}
	}
	return nil
}

// validLOINC checks the form and the mod-10 check digit of a LOINC code.
func validLOINC(code string) bool {
	number, check, ok := strings.Cut(code, "-")
	if !ok || len(check) != 1 || number == "" || number[0] == '0' || len(number) > 7 {
		return false
	}
	sum := 0
	for i := range len(number) {
		c := number[len(number)-1-i]
		if c < '0' || c > '9' {
			return false
		}
		d := int(c - '0')
		if i%2 == 0 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return int(check[0]-'0') == (10-sum%10)%10
}

func (t *tables) writeKinds(b *bytes.Buffer) {
	b.WriteString("// The kinds of kinds.tsv. A number is given once and for ever.\nconst (\n" +
		"\t// KindNone is no kind.\n\tKindNone Kind = 0\n")
	group := ""
	for _, k := range t.kinds {
		if k.group != group {
			group = k.group
			b.WriteString("\n") // the next comment is the kind's own
		}
		fmt.Fprintf(b, "\t// %s\n\t%s Kind = %d\n", k.comment(), k.name, k.id)
	}
	b.WriteString(")\n\nvar kinds = [...]kindInfo{\n\tKindNone: {},\n")
	byID := slices.SortedFunc(slices.Values(t.kinds), func(a, b kind) int { return int(a.id) - int(b.id) })
	for _, k := range byID {
		fmt.Fprintf(b, "\t%s: {\n\t\tname: %q, display: %q,\n\t\tunit: %s, shape: %s,\n", k.name, k.name, k.display, k.unit, k.shape)
		if k.mdc != 0 {
			fmt.Fprintf(b, "\t\tmdc: %d, refID: %q,\n", k.mdc, k.refID)
		}
		for _, l := range []struct {
			field string
			coding
		}{{"loinc", k.loinc}, {"molarLOINC", k.molarLOINC}, {"profileLOINC", k.profileLOINC}} {
			if l.code != "" {
				fmt.Fprintf(b, "\t\t%s: Coding{%q, %q},\n", l.field, l.code, l.display)
			}
		}
		if k.profile != "ProfileNone" {
			fmt.Fprintf(b, "\t\tprofile: %s,\n", k.profile)
		}
		if k.panel != "" {
			fmt.Fprintf(b, "\t\tpanel: %s,\n", k.panel)
		}
		if k.molar != "Decimal{}" {
			fmt.Fprintf(b, "\t\tmolarMass: %s,\n", k.molar)
		}
		b.WriteString("\t},\n")
	}
	b.WriteString("}\n\n// kindOrder is the order of kinds.tsv.\nvar kindOrder = [...]Kind{\n")
	writeNames(b, t.kinds)
	b.WriteString("}\n\n// kindsByName is sorted by Go name.\nvar kindsByName = [...]Kind{\n")
	writeNames(b, slices.SortedFunc(slices.Values(t.kinds), func(a, b kind) int { return strings.Compare(a.name, b.name) }))
	b.WriteString("}\n\n// kindsByMDC is sorted by code.\nvar kindsByMDC = [...]mdcKind{\n")
	for _, k := range slices.SortedFunc(slices.Values(t.kinds), func(a, b kind) int { return int(a.mdc) - int(b.mdc) }) {
		if k.mdc != 0 {
			fmt.Fprintf(b, "\t{%d, %s},\n", k.mdc, k.name)
		}
	}
	b.WriteString("}\n")
}

func writeNames(b *bytes.Buffer, kinds []kind) {
	for _, k := range kinds {
		fmt.Fprintf(b, "\t%s,\n", k.name)
	}
}

// comment is the doc comment of the constant.
func (k kind) comment() string {
	var facts []string
	if k.mdc != 0 {
		facts = append(facts, fmt.Sprintf("MDC %d", k.mdc))
	}
	if k.loinc.code != "" {
		l := "LOINC " + k.loinc.code
		if k.molarLOINC.code != "" {
			l += " (molar " + k.molarLOINC.code + ")"
		}
		facts = append(facts, l)
	}
	if k.profileLOINC.code != "" {
		facts = append(facts, "profile LOINC "+k.profileLOINC.code)
	}
	if len(facts) == 0 {
		facts = append(facts, "no public code")
	}
	if k.ucum != "" {
		facts = append(facts, "in "+k.ucum)
	}
	return fmt.Sprintf("%s is %q: %s.", k.name, k.display, strings.Join(facts, ", "))
}
