package medfloat_test

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleSFloat() {
	for _, word := range []medfloat.SFloat{0xF16C, 0x0078, medfloat.SNaN, medfloat.SPosInf} {
		value, quality := word.Decimal()
		fmt.Println(word, value, quality)
	}
	// Output:
	// 36.4 36.4 good
	// 120 120 good
	// NaN 0 not-a-number
	// +INF 0 above-range
}

var words = []struct {
	s    medfloat.SFloat
	text string
	q    vitals.Quality
}{
	{0x07FF, "NaN", vitals.NotANumber},
	{0x0800, "NRes", vitals.NotAtResolution},
	{0x07FE, "+INF", vitals.AboveRange},
	{0x0802, "-INF", vitals.BelowRange},
	{0x0801, "RFU", vitals.ReservedNumber},
	{0x07FD, "2045", 0},
	{0x0803, "-2045", 0},
	{0x17FF, "20470", 0},       // special only with exponent 0
	{0xF7FF, "204.7", 0},       // likewise
	{0x8078, "0.00000120", 0},  // not 120: the exponent is not biased
	{0x7001, "10000000", 0},    // never 1E+7
	{0xFFEC, "-2.0", 0},        // the mantissa is signed
	{0xF014, "2.0", 0},         // the digits are the precision (FHIR PHD guide)
	{0x2002, "200", 0},         // likewise
	{0x0B2E, "-1234", 0},       // likewise
	{0xE0BE, "1.90", 0},        // trailing zero kept
	{0x0062, "98", 0},          // one value,
	{0xF3D4, "98.0", 0},        // two words
	{0x8800, "-0.00002048", 0}, // smallest mantissa
}

func TestSFloatWords(t *testing.T) {
	for _, tt := range words {
		if _, q := tt.s.Decimal(); tt.s.String() != tt.text || q != tt.q {
			t.Errorf("%#04x = %v (%v), want %v (%v)", uint16(tt.s), tt.s, q, tt.text, tt.q)
		}
	}
}

// Every 16-bit word against arithmetic of another kind, and back.
func TestSFloatExhaustive(t *testing.T) {
	specials := 0
	for w := range 1 << 16 {
		s := medfloat.SFloat(w)
		m, e := w&0xFFF, w>>12
		if m >= 0x800 {
			m -= 0x1000
		}
		if e >= 8 {
			e -= 16
		}
		if e == 0 && (m >= 2046 || m <= -2046) {
			specials++
			if d, q := s.Decimal(); q&vitals.Absent == 0 || d != (vitals.Decimal{}) {
				t.Fatalf("%#04x: special word gave %v, %v", w, d, q)
			}
			continue
		}
		d, q := s.Decimal()
		if q != 0 {
			t.Fatalf("%#04x: quality %v", w, q)
		}
		want, _ := new(big.Rat).SetString(fmt.Sprintf("%de%d", m, e))
		got, ok := new(big.Rat).SetString(s.String())
		if !ok || got.Cmp(want) != 0 {
			t.Fatalf("%#04x prints %q, want %v", w, s, want)
		}
		if fraction := max(0, -e); len(s.String())-1-pointAt(s.String()) != fraction && fraction > 0 {
			t.Fatalf("%#04x prints %q, want %d fraction digits", w, s, fraction)
		}
		back, err := medfloat.NewSFloat(d)
		if err != nil {
			if m > -2046 && m < 2046 {
				t.Fatalf("%#04x: %v does not encode: %v", w, d, err)
			}
			continue // mantissas that are special with exponent 0 are avoided
		}
		again, _ := back.Decimal()
		if again.Cmp(d) != 0 {
			t.Fatalf("%#04x: %v encodes to %v", w, d, again)
		}
		if m > -2046 && m < 2046 && back != s {
			t.Fatalf("%#04x: %v encodes to %#04x: digits lost", w, d, uint16(back))
		}
	}
	if specials != 5 {
		t.Fatalf("%d special words, want 5", specials)
	}
}

func pointAt(s string) int {
	for i := range s {
		if s[i] == '.' {
			return i
		}
	}
	return len(s) - 1
}

func TestFloatSampled(t *testing.T) {
	specials := map[medfloat.Float]string{
		medfloat.NaN: "NaN", medfloat.NRes: "NRes", medfloat.PosInf: "+INF", medfloat.NegInf: "-INF", medfloat.Reserved: "RFU",
	}
	for f, want := range specials {
		if f.String() != want {
			t.Errorf("%#08x = %v, want %v", uint32(f), f, want)
		}
	}
	for f, want := range map[medfloat.Float]string{ // FHIR PHD guide, decimals
		0xFF000014: "2.0", 0xFE0000C8: "2.00", 0x02000002: "200", 0x00FFFB2E: "-1234", 0xFF00016C: "36.4", 0xFFFFFE94: "-36.4",
	} {
		if f.String() != want {
			t.Errorf("%#08x = %v, want %v", uint32(f), f, want)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		f := medfloat.Float(r.Uint32())
		d, q := f.Decimal()
		if q != 0 {
			continue
		}
		want, _ := new(big.Rat).SetString(strconv.Itoa(f.Mantissa()) + "e" + strconv.Itoa(f.Exponent()))
		if got, ok := new(big.Rat).SetString(f.String()); !ok || got.Cmp(want) != 0 {
			t.Fatalf("%#08x prints %q", uint32(f), f)
		}
		if back, err := medfloat.NewFloat(d); err != nil || back != f {
			t.Fatalf("%#08x: %v encodes to %#08x, %v", uint32(f), d, uint32(back), err)
		}
	}
}

func TestEncodeRange(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want medfloat.SFloat
		err  error
	}{
		{"36.4", 0xF16C, nil},
		{"120.00", 0x0, medfloat.ErrRange}, // placeholder, replaced below
		{"12345", 0, medfloat.ErrRange},
		{"20460", 0x17FE, medfloat.ErrRange},
		{"0", 0, nil},
	} {
		d, err := vitals.ParseDecimal(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := medfloat.NewSFloat(d)
		if tt.in == "120.00" { // 12000 does not fit: a digit goes, the value stays
			if again, _ := got.Decimal(); err != nil || again.String() != "120.0" {
				t.Errorf("120.00 encodes to %v, %v", got, err)
			}
			continue
		}
		if !errors.Is(err, tt.err) || err == nil && got != tt.want {
			t.Errorf("%s = %#04x, %v; want %#04x, %v", tt.in, uint16(got), err, uint16(tt.want), tt.err)
		}
	}
}

func BenchmarkSFloat(b *testing.B) {
	b.ReportAllocs()
	s := medfloat.SFloat(0xF16C)
	for b.Loop() {
		if _, q := s.Decimal(); q != 0 {
			b.Fatal(q)
		}
	}
}
