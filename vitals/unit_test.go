package vitals

import (
	"errors"
	"testing"
)

func TestUnitText(t *testing.T) {
	seen := map[string]Unit{}
	for i := range units {
		u := Unit(i)
		if other, dup := seen[u.UCUM()]; dup {
			t.Errorf("units %d and %d share the UCUM code %q", other, u, u.UCUM())
		}
		seen[u.UCUM()] = u
		if u == UnitNone {
			continue
		}
		if got, err := ParseUnit(u.UCUM()); err != nil || got != u {
			t.Errorf("ParseUnit(%q) = %v, %v; want %v", u.UCUM(), got, err, u)
		}
		if u.String() == "" {
			t.Errorf("unit %d (%s) has no text for people", u, u.UCUM())
		}
	}
	for _, code := range []string{"", " ", "mmHg", "MM[HG]", "cel", "°C", "mg/dl"} {
		if u, err := ParseUnit(code); !errors.Is(err, ErrUnit) || u != UnitNone {
			t.Errorf("ParseUnit(%q) = %v, %v; want ErrUnit", code, u, err)
		}
	}
	if u := Unit(255); u.UCUM() != "" || u.String() != "" || u.MDC() != 0 {
		t.Errorf("Unit(255) = %q, %q, %d; want what UnitNone has", u.UCUM(), u, u.MDC())
	}
}
