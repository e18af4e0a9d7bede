package vitals

import (
	"errors"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
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

// TestUnitsFit holds the table to what convert computes without checking.
func TestUnitsFit(t *testing.T) {
	fits := func(what string, num1, num2, den1, den2 uint64) {
		t.Helper()
		h1, num := bits.Mul64(num1, num2)
		h2, den := bits.Mul64(den1, den2)
		if h1 != 0 || h2 != 0 {
			t.Errorf("%s: (%d×%d)/(%d×%d) overflows", what, num1, num2, den1, den2)
			return
		}
		if num == 0 || den == 0 {
			t.Errorf("%s: the factor is %d/%d", what, num, den)
			return
		}
		if g := gcd(num, den); max(num/g, den/g) > math.MaxInt64/10 {
			t.Errorf("%s: %d/%d leaves no room to normalise", what, num/g, den/g)
		}
	}
	for i := range units {
		from := &units[i]
		for j := range units {
			if to := &units[j]; from.dim == to.dim {
				fits(from.ucum+" to "+to.ucum, from.num, to.den, from.den, to.num)
			}
		}
		if from.offset != (Decimal{}) && (from.exp != 0 || from.dim != dimTemperature || max(from.num, from.den) > 99) {
			t.Errorf("%s: convertOffset wants temperatures with a small ratio and no power of ten", from.ucum)
		}
	}
	for k := range Kinds() {
		m := k.MolarMass()
		if m == (Decimal{}) {
			continue
		}
		if m.Coef <= 0 || k.Unit().info().dim != dimMassConc && k.Unit().info().dim != dimMolarConc {
			t.Errorf("%v: molar mass %v, unit %v", k, m, k.Unit())
		}
		for i := range units {
			for j := range units {
				from, to := &units[i], &units[j]
				switch {
				case from.dim == dimMassConc && to.dim == dimMolarConc:
					fits(k.String()+": "+from.ucum+" to "+to.ucum, from.num, to.den, from.den*uint64(m.Coef), to.num)
				case from.dim == dimMolarConc && to.dim == dimMassConc:
					fits(k.String()+": "+from.ucum+" to "+to.ucum, from.num*uint64(m.Coef), to.den, from.den, to.num)
				}
			}
		}
	}
}

// base is the exact value of d in the base unit, by math/big.
func base(d Decimal, u *unitInfo) *big.Rat {
	f := new(big.Rat).SetFrac(new(big.Int).SetUint64(u.num), new(big.Int).SetUint64(u.den))
	f.Mul(f, rat(Decimal{1, u.exp}))
	return f.Mul(f, new(big.Rat).Add(rat(d), rat(u.offset)))
}

// inUnit is base backwards.
func inUnit(b *big.Rat, u *unitInfo) *big.Rat {
	f := base(Decimal{1, 0}, &unitInfo{num: u.num, den: u.den, exp: u.exp})
	return f.Sub(f.Quo(b, f), rat(u.offset))
}

// TestConvertPairs converts numbers of up to six digits between every two
// units of one dimension and compares with math/big.
func TestConvertPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	half := big.NewRat(1, 2)
	for i := range units {
		for j := range units {
			from, to := &units[i], &units[j]
			if from.dim != to.dim || from.dim == dimNone || i == j {
				continue
			}
			for range 200 {
				d := Decimal{int64(r.IntN(2_000_000) - 1_000_000), int8(-r.IntN(6))}
				got, err := convert(d, from, to)
				if err != nil {
					t.Fatalf("%v %s in %s: %v", d, from.ucum, to.ucum, err)
				}
				want := inUnit(base(d, from), to)
				step := rat(Decimal{1, got.Exp})
				off := new(big.Rat).Sub(rat(got), want)
				if off.Abs(off).Cmp(new(big.Rat).Mul(half, step)) > 0 {
					t.Fatalf("%v %s in %s = %v, exactly %s: off by more than half of the last digit", d, from.ucum, to.ucum, got, want.FloatString(12))
				}
				// Fine enough: one step of the result is no more than one step of d.
				if stepFrom := factor(d.Exp, from); factor(got.Exp, to).Cmp(stepFrom) > 0 {
					t.Fatalf("%v %s in %s = %v: coarser than what was measured", d, from.ucum, to.ucum, got)
				}
				back, err := convert(got, to, from)
				if err != nil {
					t.Fatalf("%v %s in %s = %v; and back: %v", d, from.ucum, to.ucum, got, err)
				}
				if diff := new(big.Rat).Sub(rat(back), rat(d)); diff.Abs(diff).Cmp(rat(Decimal{1, d.Exp})) > 0 {
					t.Fatalf("%v %s in %s = %v; and back %v", d, from.ucum, to.ucum, got, back)
				}
				if c := compare(d, from, got, to); c != base(d, from).Cmp(base(got, to)) {
					t.Fatalf("compare(%v %s, %v %s) = %d, want %d", d, from.ucum, got, to.ucum, c, base(d, from).Cmp(base(got, to)))
				}
			}
		}
	}
}

// factor is the size of one step of 10^exp, without the offset, in base units.
func factor(exp int8, u *unitInfo) *big.Rat {
	return base(Decimal{1, exp}, &unitInfo{num: u.num, den: u.den, exp: u.exp})
}

// TestConvertExtremes wants an exact result or ErrUnit, never a wrong number.
func TestConvertExtremes(t *testing.T) {
	r, half := rand.New(rand.NewPCG(6, 6)), big.NewRat(1, 2)
	failed := 0
	for range 50000 {
		from, to := &units[r.IntN(len(units))], &units[r.IntN(len(units))]
		d := randomDecimal(r)
		got, err := convert(d, from, to)
		if err != nil {
			if failed++; !errors.Is(err, ErrUnit) || got != (Decimal{}) {
				t.Fatalf("%v %s in %s = %v, %v", d, from.ucum, to.ucum, got, err)
			}
			continue
		}
		off := new(big.Rat).Sub(rat(got), inUnit(base(d, from), to))
		if off.Abs(off).Cmp(new(big.Rat).Mul(half, rat(Decimal{1, got.Exp}))) > 0 {
			t.Fatalf("%#v %s in %s = %#v, which is wrong", d, from.ucum, to.ucum, got)
		}
	}
	if failed == 0 {
		t.Error("no conversion failed, although most were between different dimensions")
	}
}

func TestAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	n := 0
	for range 50000 {
		d, e := randomDecimal(r), randomDecimal(r)
		sum, ok := add(d, e)
		if !ok {
			continue
		}
		n++
		if want := new(big.Rat).Add(rat(d), rat(e)); rat(sum).Cmp(want) != 0 {
			t.Fatalf("add(%#v, %#v) = %#v, want %s", d, e, sum, want)
		}
	}
	if n < 1000 {
		t.Errorf("only %d of 50000 sums fit", n)
	}
}
