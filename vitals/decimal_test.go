package vitals

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// rat is the exact value, computed without any code of this package.
func rat(d Decimal) *big.Rat {
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(d.Exp, -d.Exp, 0))), nil)
	if d.Exp == math.MinInt8 {
		p.Exp(big.NewInt(10), big.NewInt(-math.MinInt8), nil)
	}
	r := new(big.Rat).SetInt64(d.Coef)
	if d.Exp < 0 {
		return r.Quo(r, new(big.Rat).SetInt(p))
	}
	return r.Mul(r, new(big.Rat).SetInt(p))
}

// randomDecimal draws numbers of every length, also the extreme ones.
func randomDecimal(r *rand.Rand) Decimal {
	edges := [...]int64{0, 1, -1, 9, 10, 99, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, 1 << 53, 1<<53 + 1, 5e18, 922337203685477580, 922337203685477581}
	c := int64(r.Uint64()) >> r.IntN(64)
	if r.IntN(4) == 0 {
		c = edges[r.IntN(len(edges))]
	}
	exp := int8(r.IntN(256) - 128)
	if r.IntN(2) == 0 {
		exp = int8(r.IntN(9) - 6)
	}
	return Decimal{c, exp}
}

func TestDecimalText(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Decimal
		out  string // of want; "" is in
	}{
		{"0", Decimal{}, ""},
		{"-0", Decimal{}, "0"},
		{"0.0", Decimal{0, -1}, ""},
		{"-0.00", Decimal{0, -2}, "0.00"},
		{"36.40", Decimal{3640, -2}, ""},
		{"36.4", Decimal{364, -1}, ""},
		{"+36.4", Decimal{364, -1}, "36.4"},
		{"-36.4", Decimal{-364, -1}, ""},
		{"-0.5", Decimal{-5, -1}, ""},
		{".5", Decimal{5, -1}, "0.5"},
		{"5.", Decimal{5, 0}, "5"},
		{"007", Decimal{7, 0}, "7"},
		{"0.0012", Decimal{12, -4}, ""},
		{"100", Decimal{100, 0}, ""},
		{"1e2", Decimal{1, 2}, "100"},
		{"1E+2", Decimal{1, 2}, "100"},
		{"1.20e-3", Decimal{120, -5}, "0.00120"},
		{"12.5e1", Decimal{125, 0}, "125"},
		{"1e0", Decimal{1, 0}, "1"},
		{"0e5", Decimal{0, 5}, "0"},
		{"999999999999999999", Decimal{999999999999999999, 0}, ""},
		{"9223372036854775807", Decimal{math.MaxInt64, 0}, ""},
		{"-9223372036854775808", Decimal{math.MinInt64, 0}, ""},
		{"-922337203685477580.8", Decimal{math.MinInt64, -1}, ""},
		{"9223372036854775810", Decimal{922337203685477581, 1}, ""},
		{"1e127", Decimal{1, 127}, "1" + strings.Repeat("0", 127)},
		{"1" + strings.Repeat("0", 127), Decimal{1e18, 109}, ""},
		{"1e-128", Decimal{1, -128}, "0." + strings.Repeat("0", 127) + "1"},
		{strings.Repeat("0", 300) + "1", Decimal{1, 0}, "1"},
		{"0." + strings.Repeat("0", 100) + "12", Decimal{12, -102}, ""},
	} {
		got, err := ParseDecimal(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("ParseDecimal(%q) = %#v, %v; want %#v", tt.in, got, err, tt.want)
		}
		out := tt.out
		if out == "" {
			out = tt.in
		}
		if s := tt.want.String(); s != out {
			t.Errorf("%#v.String() = %q, want %q", tt.want, s, out)
		}
		if b, err := tt.want.AppendText([]byte("x=")); err != nil || string(b) != "x="+out {
			t.Errorf("%#v.AppendText = %q, %v; want %q", tt.want, b, err, "x="+out)
		}
	}
}

func TestParseDecimalErrors(t *testing.T) {
	for _, in := range []string{
		"", "+", "-", ".", "-.", "e", "e1", ".e1", "1e", "1e+", "1e-", "1e1.5", "1e1e1", "1e 1", "1e_1", "1e99999999999999999999",
		"--1", "+-1", "1-", "1.2.3", "1,5", " 1", "1 ", "1_000", "0x10", "NaN", "Inf", "-inf", "null", `"1"`, "1\x00", "١",
		"1e128", "1e-129", "0e128", "0e-129", "0.1e-128", "0." + strings.Repeat("0", 129),
		"9223372036854775808", "-9223372036854775809", "1234567890.1234567890", "10000000000000000000.0", "10000000000000000000001",
		"1" + strings.Repeat("0", 147),
	} {
		if d, err := ParseDecimal(in); !errors.Is(err, ErrDecimal) || d != (Decimal{}) {
			t.Errorf("ParseDecimal(%q) = %#v, %v; want the zero Decimal, ErrDecimal", in, d, err)
		}
		d := Decimal{1, 1}
		if err := d.UnmarshalText([]byte(in)); !errors.Is(err, ErrDecimal) {
			t.Errorf("UnmarshalText(%q) = %v, want ErrDecimal", in, err)
		}
	}
}

func TestDecimalJSON(t *testing.T) {
	type body struct {
		Value Decimal
		Text  map[Decimal]int `json:",omitempty"`
	}
	for _, tt := range []struct {
		d    Decimal
		want string
	}{
		{Decimal{3640, -2}, `{"Value":36.40}`},
		{Decimal{-5, -1}, `{"Value":-0.5}`},
		{Decimal{12, 3}, `{"Value":12000}`},
		{Decimal{1, -10}, `{"Value":0.0000000001}`},
	} {
		b, err := json.Marshal(body{Value: tt.d})
		if err != nil || string(b) != tt.want {
			t.Errorf("json.Marshal(%#v) = %s, %v; want %s", tt.d, b, err, tt.want)
		}
		var back body
		if err := json.Unmarshal(b, &back); err != nil || back.Value.Cmp(tt.d) != 0 || back.Value.String() != tt.d.String() {
			t.Errorf("json.Unmarshal(%s) = %#v, %v; want %#v", b, back.Value, err, tt.d)
		}
	}
	if b, err := json.Marshal(body{Text: map[Decimal]int{{3640, -2}: 1}}); err != nil || string(b) != `{"Value":0,"Text":{"36.40":1}}` {
		t.Errorf("as a map key: %s, %v", b, err)
	}
	// A missing number is not the number 0, and text is not a number.
	for _, in := range []string{`{"Value":null}`, `{"Value":"36.4"}`, `{"Value":true}`, `{"Value":[]}`, `{"Value":{}}`} {
		var v body
		if err := json.Unmarshal([]byte(in), &v); err == nil {
			t.Errorf("json.Unmarshal(%s) = %#v, want an error", in, v.Value)
		}
	}
}

func TestDecimalTextReadsBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		d := randomDecimal(r)
		s := d.String()
		back, err := ParseDecimal(s)
		if err != nil || rat(back).Cmp(rat(d)) != 0 || back.String() != s {
			t.Fatalf("%#v prints %q, which reads back as %#v, %v", d, s, back, err)
		}
		want, ok := new(big.Rat).SetString(s)
		if !ok || want.Cmp(rat(d)) != 0 {
			t.Fatalf("%#v prints %q, another value according to math/big", d, s)
		}
	}
}

func TestDecimalCmp(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for i := range 40000 {
		d, e := randomDecimal(r), randomDecimal(r)
		switch i % 4 {
		case 0: // the same value with other digits
			d.Coef /= 1000
			d.Exp = max(d.Exp, -100)
			e = Decimal{d.Coef * 1000, d.Exp - 3}
		case 1: // a neighbour
			d.Coef /= 1000
			d.Exp = max(d.Exp, -100)
			e = Decimal{d.Coef*1000 + int64(r.IntN(3)) - 1, d.Exp - 3}
		}
		if got, want := d.Cmp(e), rat(d).Cmp(rat(e)); got != want {
			t.Fatalf("%#v.Cmp(%#v) = %d, want %d", d, e, got, want)
		}
		if d.Cmp(e) != -e.Cmp(d) {
			t.Fatalf("%#v.Cmp(%#v) = %d, the other way %d", d, e, d.Cmp(e), e.Cmp(d))
		}
	}
}

func TestDecimalRound(t *testing.T) {
	for _, tt := range []struct {
		in   string
		exp  int8
		want Decimal
	}{
		{"36.45", -1, Decimal{365, -1}},
		{"36.44", -1, Decimal{364, -1}},
		{"-36.45", -1, Decimal{-365, -1}}, // away from zero
		{"-36.449", -1, Decimal{-364, -1}},
		{"36.40", -1, Decimal{364, -1}},
		{"36.4", -1, Decimal{364, -1}},
		{"36.4", -2, Decimal{364, -1}}, // no invented digit
		{"36.4", 0, Decimal{36, 0}},
		{"150", 2, Decimal{2, 2}},
		{"149", 2, Decimal{1, 2}},
		{"9.99", 0, Decimal{10, 0}},
		{"0.5", 0, Decimal{1, 0}},
		{"0.49", 0, Decimal{0, 0}},
		{"0.05", 0, Decimal{0, 0}},
		{"1e-128", 127, Decimal{0, 127}},
		{"9223372036854775807", 19, Decimal{1, 19}},
		{"-9223372036854775808", 1, Decimal{-922337203685477581, 1}},
		{"-9223372036854775808", 20, Decimal{0, 20}},
	} {
		d, err := ParseDecimal(tt.in)
		if err != nil {
			t.Fatalf("%q: %v", tt.in, err)
		}
		if got := d.Round(tt.exp); got != tt.want {
			t.Errorf("%s.Round(%d) = %#v, want %#v", tt.in, tt.exp, got, tt.want)
		}
	}
	r, half := rand.New(rand.NewPCG(3, 3)), big.NewRat(1, 2)
	for range 20000 {
		d, exp := randomDecimal(r), int8(r.IntN(20)-10)
		if exp < d.Exp {
			exp = d.Exp
		}
		got := d.Round(exp)
		// |d - got| <= half a step, and a tie went away from zero.
		diff := new(big.Rat).Sub(rat(d), rat(got))
		step := rat(Decimal{1, exp})
		switch limit := new(big.Rat).Mul(half, step); diff.Abs(diff).Cmp(limit) {
		case 1:
			t.Fatalf("%#v.Round(%d) = %#v is off by more than half a step", d, exp, got)
		case 0:
			if new(big.Rat).Abs(rat(got)).Cmp(new(big.Rat).Abs(rat(d))) < 0 {
				t.Fatalf("%#v.Round(%d) = %#v, a tie that went towards zero", d, exp, got)
			}
		}
	}
}

func TestDecimalFloat64(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for range 20000 {
		d := randomDecimal(r)
		want, _ := rat(d).Float64()
		if got := d.Float64(); got != want {
			t.Fatalf("%#v.Float64() = %g, the nearest is %g", d, got, want)
		}
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"0", "-0.0", "36.40", "1e127", "1.5E-9", ".5", "5.", "92233720368547758070", "1e", "--1", "999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDecimal(s)
		if err != nil {
			if d != (Decimal{}) || !errors.Is(err, ErrDecimal) {
				t.Fatalf("ParseDecimal(%q) = %#v, %v", s, d, err)
			}
			return
		}
		// math/big reads the same forms, and more.
		if want, ok := new(big.Rat).SetString(s); len(s) < 400 && (!ok || want.Cmp(rat(d)) != 0) {
			t.Fatalf("ParseDecimal(%q) = %#v, math/big says %v, %v", s, d, want, ok)
		}
		text := d.String()
		back, err := ParseDecimal(text)
		if err != nil || back.Cmp(d) != 0 || back.String() != text {
			t.Fatalf("%q reads %#v, prints %q, reads back %#v, %v", s, d, text, back, err)
		}
		if d.Exp <= 0 && back != d {
			t.Fatalf("%q reads %#v but its text %q reads %#v: digits changed", s, d, text, back)
		}
		if !json.Valid([]byte(text)) {
			t.Fatalf("%#v prints %q, which is no JSON number", d, text)
		}
	})
}

func TestDecimalAppendAllocates(t *testing.T) {
	buf := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() { buf, _ = Decimal{3640, -2}.AppendText(buf[:0]) }); n != 0 {
		t.Errorf("Decimal.AppendText allocates %v times, want 0", n)
	}
}

func BenchmarkDecimalAppendText(b *testing.B) {
	for _, d := range []Decimal{{72, 0}, {3640, -2}, {-5, -6}, {math.MaxInt64, -9}} {
		b.Run(fmt.Sprint(d), func(b *testing.B) {
			buf := make([]byte, 0, 64)
			for b.Loop() {
				buf, _ = d.AppendText(buf[:0])
			}
		})
	}
}

func BenchmarkParseDecimal(b *testing.B) {
	for b.Loop() {
		_, _ = ParseDecimal("36.40")
	}
}
