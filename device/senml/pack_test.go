package senml_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/senml"
	"github.com/telemed-go/sdk/vitals"
)

func number(coef int64, exp int8) vitals.Decimal { return vitals.Decimal{Coef: coef, Exp: exp} }

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		return []byte("bad hex in the table")
	}
	return b
}

// packs are read and written, in both forms.
var packs = []struct {
	name, json, hex string
	want            senml.Record // the last record
}{
	{"value", `[{"n":"a","v":72}]`, "81 a2 006161 021848", senml.Record{Has: senml.HasName | senml.HasValue, Name: "a", Value: number(72, 0)}},
	{
		"all base fields", `[{"bn":"a:","bt":1770000000.5,"bu":"%","bver":10,"bv":-1,"bs":0}]`,
		"81 a6 200a 2162613a 22c4821b 00000000",
		senml.Record{},
	},
	{"digits", `[{"n":"a","v":36.40}]`, "81 a2 006161 02c48221190e38", senml.Record{Has: senml.HasName | senml.HasValue, Name: "a", Value: number(3640, -2)}},
	{"exponents", `[{"n":"a","v":1e2},{"n":"a","v":-9223372036854775808e-128}]`, "82 a2 006161 02c4820201 a2 006161 02c482387f3b7fffffffffffffff", senml.Record{
		Has: senml.HasName | senml.HasValue, Name: "a", Value: number(-1<<63, -128),
	}},
	{"text", `[{"n":"a","vs":"x\"ü\u2028"}]`, "81 a2 006161 03677822c3bce280a8", senml.Record{Has: senml.HasName | senml.HasText, Name: "a", Text: "x\"ü\u2028"}},
	{"data", `[{"n":"a","vd":"AP-_"}]`, "81 a2 006161 084300ffbf", senml.Record{Has: senml.HasName | senml.HasData, Name: "a", Data: []byte{0, 0xff, 0xbf}}},
	{"no data", `[{"n":"a","vd":""}]`, "81 a2 006161 0840", senml.Record{Has: senml.HasName | senml.HasData, Name: "a", Data: []byte{}}},
	{"booleans", `[{"n":"a","vb":true},{"n":"a","vb":false}]`, "82 a2 006161 04f5 a2 006161 04f4", senml.Record{Has: senml.HasName | senml.HasBool, Name: "a"}},
	{"sum and times", `[{"n":"a","u":"J","s":5,"t":-3,"ut":60}]`, "81 a5 006161 01614a 0505 0622 07183c", senml.Record{
		Has: senml.HasName | senml.HasUnit | senml.HasSum | senml.HasTime | senml.HasUpdateTime, Name: "a", Unit: "J", Sum: number(5, 0), Time: number(-3, 0), UpdateTime: number(60, 0),
	}},
}

func TestPacksBothWays(t *testing.T) {
	for _, tt := range packs {
		p, err := senml.Parse([]byte(tt.json))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if j, err := p.AppendJSON([]byte("x")); err != nil || string(j) != "x"+tt.json {
			t.Errorf("%s: written as %s, %v; want %s", tt.name, j, err, tt.json)
		}
		c, err := p.AppendCBOR(nil)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if tt.want.Has != 0 && !bytes.Equal(c, unhex(tt.hex)) {
			t.Errorf("%s: written as %x; want %s", tt.name, c, tt.hex)
		}
		back, err := senml.Parse(c)
		if err != nil || len(back) != len(p) {
			t.Errorf("%s: %x is read as %v, %v", tt.name, c, back, err)
			continue
		}
		if again, err := back.AppendJSON(nil); err != nil || string(again) != tt.json {
			t.Errorf("%s: through CBOR %s, %v; want %s", tt.name, again, err, tt.json)
		}
		if got := senml.Plain(back[len(back)-1]); tt.want.Has != 0 && !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v; want %+v", tt.name, got, tt.want)
		}
	}
}

// Numbers of CBOR that we do not write.
func TestCBORNumbers(t *testing.T) {
	for wire, want := range map[string]vitals.Decimal{
		"f94d00":                   number(20, 0),
		"f94de0":                   number(235, -1),
		"f9b800":                   number(-5, -1),
		"f90001":                   number(59604645, -15), // 2^-24, the shortest decimal in 32 bits
		"fa41b9999a":               number(232, -1),
		"fb4037333333333333":       number(232, -1),
		"fb41d26580b4800000":       number(1234567890, 0),
		"fb7e37e43c8800759c":       {}, // 1e300
		"f97e00":                   {}, // NaN
		"f97c00":                   {}, // infinity
		"faff800000":               {},
		"fb7ff8000000000000":       {},
		"1b0000000000000048":       number(72, 0), // longer than it needs to be
		"1bffffffffffffffff":       number(184467440737095516, 2),
		"3bffffffffffffffff":       number(-184467440737095516, 2),
		"c4822119 6ab3":            number(27315, -2),
		"c482201bffffffffffffffff": {},
		"c482190100 01":            {},
		"c482f5 01":                {},
		"c249010000000000000000":   {}, // a bignum
		"6131":                     {},
		"f6":                       {},
		"f7":                       {},
	} {
		p, err := senml.Parse(append(unhex("81a200616102"), unhex(wire)...))
		if err != nil {
			t.Errorf("%s: %v", wire, err)
			continue
		}
		m, err := p.Resolve(time.Time{})
		if want == (vitals.Decimal{}) {
			e, ok := errors.AsType[*device.DecodeError](err)
			if !ok || e.Field != "[0].v" || e.Offset != 6 || len(m) > 0 {
				t.Errorf("%s: %v, %v; want no value at byte 6", wire, m, err)
			}
			continue
		}
		if err != nil || m[0].Value != want {
			t.Errorf("%s: %v, %v; want %v", wire, m, err, want)
		}
	}
}

func TestJSONNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"-0.0": "0.0", "1E+2": "100", "0e0": "0", "23.100000000000001421085471520200371742248535156250": "23.1000000000000014",
		"0.000123456789012345678951": "0.000123456789012345679", "99999999999999999999.5": "100000000000000000000",
		"-12345678901234567890123": "-12345678901234567900000",
	} {
		p, err := senml.Parse([]byte(`[{"n":"a","v":` + text + `}]`))
		if err != nil || p[0].Value.String() != want {
			t.Errorf("%s: %v, %v; want %s", text, p, err, want)
		}
	}
	for _, text := range []string{"1e300", "1e-200", "1e99999", "-1e400", "123456789012345678901234567890e120"} {
		p, err := senml.Parse([]byte(`[{"n":"a","v":` + text + `},{"n":"b","v":1}]`))
		if err != nil {
			t.Errorf("%s spoils the pack: %v", text, err)
			continue
		}
		if m, err := p.Resolve(time.Time{}); !errors.Is(err, device.ErrOutOfRange) || len(m) != 1 || m[0].Name != "b" {
			t.Errorf("%s: %v, %v; want b alone", text, m, err)
		}
	}
}

// What spoils a pack, with the place.
var refusals = []struct {
	name, in string // JSON, or hex of CBOR
	err      device.Fault
	field    string
	offset   int
}{
	{"nothing", "", device.ErrTruncated, "", 0},
	{"no array", `{"n":"a","v":1}`, device.ErrSyntax, "", 0},
	{"empty", ` [ ] `, device.ErrOutOfRange, "", 0},
	{"text", `"a"`, device.ErrSyntax, "", 0},
	{"no object", `[1]`, device.ErrSyntax, "[0]", 1},
	{"trailing", `[{"n":"a","v":1}] x`, device.ErrTrailing, "", 18},
	{"comma", `[{"n":"a","v":1},]`, device.ErrSyntax, "[1]", 17},
	{"no comma", `[{"n":"a" "v":1}]`, device.ErrSyntax, "[0].n", 10},
	{"duplicate", `[{"n":"a","v":1,"v":1}]`, device.ErrSyntax, "[0].v", 16},
	{"duplicate, escaped", `[{"n":"a","v":1,"\u0076":1}]`, device.ErrSyntax, "[0].v", 16},
	{"duplicate unknown", `[{"n":"a","v":1,"x":1,"x":2}]`, device.ErrSyntax, "[0]", 22},
	{"duplicate within unknown", `[{"n":"a","v":1,"x":{"y":1,"y":1}}]`, device.ErrSyntax, "[0]", 27},
	{"must understand", `[{"n":"a","v":1},{"n":"a","v":1,"x_":3}]`, senml.ErrMustUnderstand, "[1]", 32},
	{"version", `[{"bver":11,"n":"a","v":1}]`, senml.ErrVersion, "[0].bver", 9},
	{"version 0", `[{"bver":0,"n":"a","v":1}]`, device.ErrOutOfRange, "[0].bver", 9},
	{"version 9.5", `[{"bver":9.5,"n":"a","v":1}]`, device.ErrOutOfRange, "[0].bver", 9},
	{"version -1", `[{"bver":-1,"n":"a","v":1}]`, device.ErrOutOfRange, "[0].bver", 9},
	{"version as text", `[{"bver":"10","n":"a","v":1}]`, device.ErrSyntax, "[0].bver", 9},
	{"versions", `[{"bver":5,"n":"a","v":1},{"bver":6,"n":"a","v":1}]`, senml.ErrVersion, "[1].bver", 26},
	{"versions, one not given", `[{"n":"a","v":1},{"bver":9,"n":"a","v":1}]`, senml.ErrVersion, "[1].bver", 17},
	{"base name", `[{"bn":1,"n":"a","v":1}]`, device.ErrSyntax, "[0].bn", 7},
	{"base value", `[{"bv":1e300,"n":"a","v":1}]`, device.ErrOutOfRange, "[0].bv", 7},
	{"plus", `[{"n":"a","v":+1}]`, device.ErrSyntax, "[0].v", 14},
	{"leading zero", `[{"n":"a","v":01}]`, device.ErrSyntax, "[0].v", 15},
	{"point", `[{"n":"a","v":1.}]`, device.ErrSyntax, "[0].v", 16},
	{"NaN", `[{"n":"a","v":NaN}]`, device.ErrSyntax, "[0].v", 14},
	{"half a pair", `[{"n":"a","vs":"\ud800"}]`, device.ErrText, "[0].vs", 16},
	{"escape", `[{"n":"a","vs":"\x"}]`, device.ErrSyntax, "[0].vs", 16},
	{"control character", "[{\"n\":\"a\",\"vs\":\"\n\"}]", device.ErrSyntax, "[0].vs", 16},
	{"UTF-8", "[{\"n\":\"a\",\"vs\":\"\xff\"}]", device.ErrText, "[0].vs", 15},
	{"depth", `[{"n":"a","v":1,"x":` + strings.Repeat("[", 9) + strings.Repeat("]", 9) + `}]`, device.ErrOutOfRange, "[0]", 28},
	{"pairs", `[{` + unknownPairs(65) + `"n":"a","v":1}]`, device.ErrOutOfRange, "[0]", 10 + 64*8 - 8},
	{"records", `[` + strings.Repeat(`{"n":"a","v":1},`, 4096) + `{}]`, device.ErrOutOfRange, "[4096]", 1 + 16*4096},

	{"empty array", "80", device.ErrOutOfRange, "", 0},
	{"empty stream", "9fff", device.ErrOutOfRange, "", 0},
	{"huge array", "9b 0000000100000000", device.ErrOutOfRange, "", 0},
	{"array longer than its bytes", "99 0fff a2", device.ErrTruncated, "", 0},
	{"array of numbers", "81 01", device.ErrSyntax, "[0]", 1},
	{"huge map", "81 bb 7fffffffffffffff", device.ErrOutOfRange, "[0]", 1},
	{"map longer than its bytes", "81 b820 00", device.ErrTruncated, "[0]", 1},
	{"huge text", "81 a1 00 7affffffff41", device.ErrTruncated, "[0].n", 3},
	{"huge bytes", "81 a1 08 5b7fffffffffffffff00", device.ErrTruncated, "[0].vd", 3},
	{"text of indefinite length", "81 a1 00 7f6161ff", device.ErrSyntax, "[0].n", 3},
	{"data of indefinite length", "81 a1 08 5f4161ff", device.ErrSyntax, "[0].vd", 3},
	{"unknown of indefinite length", "81 a3 006161 0201 6178bf0101ff", device.ErrSyntax, "[0]", 9},
	{"UTF-8 in CBOR", "81 a1 00 61ff", device.ErrText, "[0].n", 3},
	{"duplicate label", "81 a3 006161 0201 0201", device.ErrSyntax, "[0].v", 7},
	{"duplicate label, longer form", "81 a3 006161 0201 180201", device.ErrSyntax, "[0].v", 7},
	{"duplicate unknown label", "81 a4 006161 0201 617801 617801", device.ErrSyntax, "[0]", 10},
	{"duplicate within an unknown", "81 a3 006161 0201 6178 a20101180102", device.ErrSyntax, "[0]", 12},
	{"array as a label", "81 a1 80 01", device.ErrSyntax, "[0]", 2},
	{"must understand in CBOR", "81 a3 006161 0201 62785f 01", senml.ErrMustUnderstand, "[0]", 7},
	{"version in CBOR", "81 a3 006161 0201 200b", senml.ErrVersion, "[0].bver", 8},
	{"version as a float", "81 a3 006161 0201 20f94900", device.ErrSyntax, "[0].bver", 8},
	{"base time NaN", "81 a3 006161 0201 22f97e00", device.ErrOutOfRange, "[0].bt", 8},
	{"reserved", "81 a1 00 1c", device.ErrSyntax, "[0].n", 3},
	{"break", "81 a1 00 ff", device.ErrSyntax, "[0].n", 3},
	{"break in a map of one", "81 a1 ff 00", device.ErrSyntax, "[0]", 2},
	{"simple in two bytes", "81 a1 04 f814", device.ErrSyntax, "[0].vb", 3},
	{"deep tags", "81 a1 6178" + strings.Repeat("c1", 9) + "00", device.ErrOutOfRange, "[0]", 12},
	{"trailing byte", "81 a2 006161 0201 00", device.ErrTrailing, "", 7},
	{"fraction of three", "81 a2 006161 02c483010101", device.ErrOutOfRange, "[0].v", 7},
}

func unknownPairs(n int) string {
	var s strings.Builder
	for i := range n {
		s.WriteString(`"x` + string(rune('0'+i/10)) + string(rune('0'+i%10)) + `":1,`)
	}
	return s.String()
}

func wireOf(in string) []byte {
	if in != "" && strings.Trim(in, "0123456789abcdef ") == "" {
		return unhex(in)
	}
	return []byte(in)
}

func TestRefusals(t *testing.T) {
	for _, tt := range refusals {
		_, err := senml.Parse(wireOf(tt.in))
		e, ok := errors.AsType[*device.DecodeError](err)
		if !ok || !errors.Is(err, tt.err) || e.Field != tt.field || e.Offset != tt.offset {
			t.Errorf("%s: %v; want byte %d, %s: %v", tt.name, err, tt.offset, tt.field, tt.err)
		}
	}
}

// A value that could not be read is not written as another.
func TestUnreadableIsNotWritten(t *testing.T) {
	for _, in := range []string{"81a200616102f97e00", `[{"n":"a","v":1e300}]`, `[{"n":"a","vd":"@"}]`, `[{"n":"a","v":"1"}]`} {
		p, err := senml.Parse(wireOf(in))
		if err != nil {
			t.Fatal(err)
		}
		for _, write := range []func([]byte) ([]byte, error){p.AppendJSON, p.AppendCBOR} {
			if b, err := write(nil); err == nil {
				t.Errorf("%s is written as %q", in, b)
			}
		}
	}
}

// What is legal though nobody here writes it.
func TestAccepted(t *testing.T) {
	for name, in := range map[string]string{
		"white space":      " [ {\r\n\t\"n\" : \"a\" , \"v\" : 1 } ] \n",
		"escaped label":    `[{"\u006e":"\u0061","v":1}]`,
		"unknown labels":   `[{"n":"a","v":1,"x":{"y":[null,true,-1.5e3,"\ud83d\ude00"]},"_x":0,"l":[]}]`,
		"streamed":         "9f bf 006161 0201 ff ff",
		"order of keys":    "81 a2 0201 006161",
		"unknown in CBOR":  "81 a5 006161 0201 09f7 26 82f6c1a10101 6178fb7ff8000000000000",
		"text for a label": "81 a3 006161 0201 617602",
		"long heads":       "9a00000001 b90002 1800 7b000000000000000161 02 1901 00",
	} {
		if name == "long heads" {
			in = "9a00000001 b90002 1800 7b000000000000000161 02 190001"
		}
		p, err := senml.Parse(wireOf(in))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if m, err := p.Resolve(time.Time{}); err != nil || len(m) != 1 || m[0].Name != "a" || m[0].Value != number(1, 0) {
			t.Errorf("%s: %+v, %v; want a = 1", name, m, err)
		}
	}
}

func TestTruncations(t *testing.T) {
	for _, tt := range packs {
		p, err := senml.Parse([]byte(tt.json))
		if err != nil {
			t.Fatal(err)
		}
		c, err := p.AppendCBOR(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, wire := range [][]byte{[]byte(tt.json), c} {
			for n := range wire {
				_, err := senml.Parse(wire[:n:n])
				if e, ok := errors.AsType[*device.DecodeError](err); !ok || !errors.Is(err, device.ErrTruncated) || e.Offset > n {
					t.Errorf("%s, %d bytes of %d: %v, want truncated", tt.name, n, len(wire), err)
				}
			}
		}
	}
}

// seeds are every pack of the tables, in both forms.
func seeds() [][]byte {
	var all [][]byte
	for _, tt := range packs {
		all = append(all, []byte(tt.json))
		if p, err := senml.Parse([]byte(tt.json)); err == nil {
			if c, err := p.AppendCBOR(nil); err == nil {
				all = append(all, c)
			}
		}
	}
	for _, tt := range refusals {
		if len(tt.in) < 1024 {
			all = append(all, wireOf(tt.in))
		}
	}
	return all
}

// Damaged packs neither panic nor take memory out of proportion.
func TestMutations(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	random := rand.New(rand.NewPCG(1, 2))
	all := seeds()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fed := 0
	for range n {
		b := bytes.Clone(all[random.IntN(len(all))])
		for range 1 + random.IntN(3) {
			if len(b) == 0 {
				break
			}
			switch i := random.IntN(len(b)); random.IntN(4) {
			case 0:
				b[i] ^= 1 << random.IntN(8)
			case 1:
				b[i] = byte(random.Uint32())
			case 2:
				b = append(b[:i], b[i+1:]...)
			default:
				b = append(b[:i:i], append([]byte{byte(random.Uint32())}, b[i:]...)...)
			}
		}
		fed += len(b)
		roundTrip(t, b)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > uint64(n)*16<<10 {
		t.Errorf("%d bytes for %d messages of %d bytes in all", used, n, fed)
	}
}

// roundTrip checks that what is read is written, and what it says comes back.
func roundTrip(t *testing.T, b []byte) {
	p, err := senml.Parse(b)
	if err != nil {
		return
	}
	now := time.Unix(1770000000, 123456789).UTC()
	want, bad := p.Resolve(now)
	c, err := p.AppendCBOR(nil)
	if err != nil {
		if bad == nil {
			t.Fatalf("%q is read but not written: %v", b, err)
		}
		return
	}
	j, err := p.AppendJSON(nil)
	if err != nil {
		t.Fatalf("%q is read but not written: %v", b, err)
	}
	for _, wire := range [][]byte{c, j} {
		back, err := senml.Parse(wire)
		if err != nil {
			t.Fatalf("%q -> %q: %v", b, wire, err)
		}
		if bad != nil {
			continue
		}
		if got, err := back.Resolve(now); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q -> %q: %+v, %v; want %+v", b, wire, got, err, want)
		}
	}
	compacted(t, want)
}

// compacted checks that measurements come back from what they are compacted into.
func compacted(t *testing.T, want []senml.Measurement) {
	p, err := senml.Compact(want)
	if err != nil {
		return // a time before 1978
	}
	for _, write := range []func([]byte) ([]byte, error){p.AppendJSON, p.AppendCBOR} {
		wire, err := write(nil)
		if err != nil {
			t.Fatalf("%+v: %v", want, err)
		}
		back, err := senml.Parse(wire)
		if err != nil {
			t.Fatalf("%+v -> %q: %v", want, wire, err)
		}
		got, err := back.Resolve(time.Time{})
		for i := range want {
			want[i].Record, want[i].Relative = i, want[i].At.IsZero()
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %+v, %v; want %+v", wire, got, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, b := range seeds() {
		f.Add(b)
	}
	f.Fuzz(roundTrip)
}
