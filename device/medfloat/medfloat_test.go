package medfloat_test

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
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
		if _, fraction, _ := strings.Cut(s.String(), "."); len(fraction) != max(0, -e) {
			t.Fatalf("%#04x prints %q, want %d fraction digits", w, s, max(0, -e))
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

// Encoding keeps the digits where there is room, gives up trailing zeros where
// there is not, and never rounds.
func TestEncode(t *testing.T) {
	for _, tt := range []struct {
		in    string
		s     medfloat.SFloat
		sErr  error
		f     medfloat.Float
		fErr  error
		sText string
	}{
		{in: "36.4", s: 0xF16C, f: 0xFF00016C, sText: "36.4"},
		{in: "-36.4", s: 0xFE94, f: 0xFFFFFE94, sText: "-36.4"},
		{in: "0", s: 0, f: 0, sText: "0"},
		{in: "0.00", s: 0xE000, f: 0xFE000000, sText: "0.00"},
		{in: "2045", s: 0x07FD, f: 0x000007FD, sText: "2045"},
		{in: "120.00", s: 0xF4B0, f: 0xFE002EE0, sText: "120.0"},
		{in: "20450", s: 0x17FD, f: 0x00004FE2, sText: "20450"},
		{in: "20460", s: medfloat.SNaN, sErr: medfloat.ErrRange, f: 0x00004FEC, sText: "NaN"}, // 2046 is +INF with exponent 0
		{in: "12345", s: medfloat.SNaN, sErr: medfloat.ErrRange, f: 0x00003039, sText: "NaN"},
		{in: "1e8", s: 0x700A, f: 0x08000001, sText: "100000000"},
		{in: "1e-8", s: 0x8001, f: 0xF8000001, sText: "0.00000001"},
		{in: "1e-9", s: medfloat.SNaN, sErr: medfloat.ErrRange, f: 0xF7000001, sText: "NaN"},
		{in: "8388606", s: medfloat.SNaN, sErr: medfloat.ErrRange, f: medfloat.NaN, fErr: medfloat.ErrRange, sText: "NaN"},
	} {
		d, err := vitals.ParseDecimal(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := medfloat.NewSFloat(d); got != tt.s || !errors.Is(err, tt.sErr) || got.String() != tt.sText {
			t.Errorf("SFLOAT of %s = %#04x, %v, %v; want %#04x, %v, %v", tt.in, uint16(got), got, err, uint16(tt.s), tt.sText, tt.sErr)
		}
		if got, err := medfloat.NewFloat(d); got != tt.f || !errors.Is(err, tt.fErr) {
			t.Errorf("FLOAT of %s = %#08x, %v; want %#08x, %v", tt.in, uint32(got), err, uint32(tt.f), tt.fErr)
		}
	}
}

// Encoding takes a number beyond every word without a panic, and never for
// another number.
func FuzzNewSFloat(f *testing.F) {
	f.Add(int64(364), int8(-1))
	f.Add(int64(-9223372036854775808), int8(127))
	f.Fuzz(func(t *testing.T, coef int64, exp int8) {
		d := vitals.Decimal{Coef: coef, Exp: exp}
		if s, err := medfloat.NewSFloat(d); err == nil {
			if got, q := s.Decimal(); q != 0 || got.Cmp(d) != 0 {
				t.Errorf("SFLOAT of %v = %v", d, s)
			}
		}
		if f, err := medfloat.NewFloat(d); err == nil {
			if got, q := f.Decimal(); q != 0 || got.Cmp(d) != 0 {
				t.Errorf("FLOAT of %v = %v", d, f)
			}
		}
	})
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
