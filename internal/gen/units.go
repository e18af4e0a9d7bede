package main

import (
	"bytes"
	"fmt"
)

// unitPartition is the number of the first code of partition 4, the
// dimensions, of IEEE 11073-10101.
const unitPartition = 4 << 16

// privateTerm is the first term of a partition that vendors may use as they like.
const privateTerm = 0xf000

type unit struct {
	dimension, name, ucum, text string
	mdc                         uint64
	factor                      factor
	offset                      string // Go source of a Decimal
}

func (t *tables) readUnits(tab *table) error {
	if err := tab.columns("dimension", "name", "ucum", "text", "mdc", "factor", "offset"); err != nil {
		return err
	}
	names, codes, mdcs := map[string]bool{}, map[string]bool{}, map[uint64]bool{}
	dimensions := map[string]bool{}
	for _, r := range tab.rows {
		u := unit{dimension: r.cells[0], name: r.cells[1], ucum: r.cells[2], text: r.cells[3]}
		var err error
		if u.mdc, err = r.number(r.cells[4], "mdc", 32); err != nil {
			return err
		}
		if u.factor, err = parseFactor(r.cells[5]); err != nil {
			return r.errorf("%v", err)
		}
		if u.offset, err = decimalLiteral(r.cells[6]); err != nil {
			return r.errorf("%v", err)
		}
		switch {
		case u.name == "" || u.ucum == "" || u.text == "" || u.dimension == "":
			return r.errorf("a unit needs dimension, name, ucum and text")
		case names[u.name]:
			return r.errorf("unit %s twice", u.name)
		case codes[u.ucum]:
			return r.errorf("UCUM %s twice", u.ucum)
		case u.mdc != 0 && mdcs[u.mdc]:
			return r.errorf("MDC %d twice", u.mdc)
		case u.mdc != 0 && (u.mdc < unitPartition || u.mdc >= unitPartition+privateTerm):
			return r.errorf("MDC %d is no unit of partition 4", u.mdc)
		case !dimensions[u.dimension] && !u.factor.isOne():
			return r.errorf("the first unit of %s must be its base", u.dimension)
		case dimensions[u.dimension] && t.units[len(t.units)-1].dimension != u.dimension:
			return r.errorf("the units of %s are not together", u.dimension)
		}
		names[u.name], codes[u.ucum], mdcs[u.mdc], dimensions[u.dimension] = true, true, true, true
		t.units = append(t.units, u)
	}
	return nil
}

// unitByUCUM returns the Go name of a unit; no code is no unit.
func (t *tables) unitByUCUM(ucum string) (name string, ok bool) {
	if ucum == "" {
		return "UnitNone", true
	}
	for _, u := range t.units {
		if u.ucum == ucum {
			return "Unit" + u.name, true
		}
	}
	return "", false
}

func (t *tables) writeUnits(b *bytes.Buffer) {
	b.WriteString("// The units of units.tsv. The numbers may change from one release to the next;\n" +
		"// store the UCUM code.\nconst (\n\t// UnitNone is no unit, as of a coded value.\n\tUnitNone Unit = iota\n")
	for _, u := range t.units {
		fmt.Fprintf(b, "\t// Unit%s is %s in UCUM", u.name, u.ucum)
		if u.mdc != 0 {
			fmt.Fprintf(b, ", MDC %d", u.mdc)
		}
		fmt.Fprintf(b, ".\n\tUnit%s\n", u.name)
	}
	b.WriteString(")\n\nvar units = [...]unitInfo{\n\tUnitNone: {num: 1, den: 1},\n")
	for _, u := range t.units {
		fmt.Fprintf(b, "\tUnit%s: {%q, %q, %d, %s, %d, %d, %d, %s},\n",
			u.name, u.ucum, u.text, u.mdc, u.dimension, u.factor.num, u.factor.den, u.factor.exp, u.offset)
	}
	b.WriteString("}\n")
}
