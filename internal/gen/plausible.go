package main

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
)

type limit struct {
	kind, low, high, unit, source string // low and high are Go source of a Decimal
}

func (t *tables) readLimits(tab *table) error {
	if err := tab.columns("kind", "low", "high", "unit", "source"); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, r := range tab.rows {
		l := limit{kind: r.cells[0], source: r.cells[4]}
		i := slices.IndexFunc(t.kinds, func(k kind) bool { return k.name == l.kind })
		low, lowOK := new(big.Rat).SetString(r.cells[1])
		high, highOK := new(big.Rat).SetString(r.cells[2])
		switch {
		case i < 0:
			return r.errorf("%q is not in kinds.tsv", l.kind)
		case seen[l.kind]:
			return r.errorf("%s twice", l.kind)
		case !lowOK || !highOK || low.Cmp(high) >= 0:
			return r.errorf("%s: the limits are no range", l.kind)
		case l.source == "":
			return r.errorf("%s: limits without a source", l.kind)
		case t.kinds[i].ucum != r.cells[3]:
			return r.errorf("%s is in %s, its limits in %s", l.kind, t.kinds[i].ucum, r.cells[3])
		}
		seen[l.kind] = true
		l.unit = t.kinds[i].unit
		var err error
		if l.low, err = decimalLiteral(r.cells[1]); err != nil {
			return r.errorf("%v", err)
		}
		if l.high, err = decimalLiteral(r.cells[2]); err != nil {
			return r.errorf("%v", err)
		}
		t.limits = append(t.limits, l)
	}
	return nil
}

func (t *tables) writeLimits(b *bytes.Buffer) {
	b.WriteString("var plausible = [...]limits{\n")
	for _, l := range t.limits {
		fmt.Fprintf(b, "\t%s: {%s, %s, %s, %q},\n", l.kind, l.low, l.high, l.unit, l.source)
	}
	b.WriteString("}\n")
}
