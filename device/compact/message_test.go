package compact_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/vitals"
)

var instant = time.UnixMilli(1770000000123).UTC()

func number(coef int64, exp int8) vitals.Decimal { return vitals.Decimal{Coef: coef, Exp: exp} }

// messages are read and written: each has one encoding.
var messages = []struct {
	name, hex string
	want      compact.Message
}{
	{"empty", "a10001", compact.Message{}},
	{"of the package comment", "a60001 011848 182c1861 1849c48221190e38 201b0000019c1c38a47b 2211", compact.Message{
		At: instant, Sequence: 17,
		Vitals: []compact.Vital{
			{Kind: vitals.HeartRate, Value: number(72, 0)},
			{Kind: vitals.SpO2, Value: number(97, 0)},
			{Kind: vitals.BodyTemperature, Value: number(3640, -2)},
		},
	}},
	{"one digit less is another number", "a20001 1849c482201 9016c", compact.Message{Vitals: []compact.Vital{{Kind: vitals.BodyTemperature, Value: number(364, -1)}}}},
	{"limits of a number", "a40001 011b7fffffffffffffff 02c482187f3b7fffffffffffffff 03c482387f3b7fffffffffffffff", compact.Message{Vitals: []compact.Vital{
		{Kind: 1, Value: number(math.MaxInt64, 0)}, {Kind: 2, Value: number(math.MinInt64, 127)}, {Kind: 3, Value: number(math.MinInt64, -128)},
	}}},
	{"doubt", "a20001 01821848192000", compact.Message{Vitals: []compact.Vital{{Kind: 1, Value: number(72, 0), Quality: vitals.NoContact}}}},
	{"no value", "a20001 0182f604", compact.Message{Vitals: []compact.Vital{{Kind: 1, NoValue: true, Quality: vitals.AboveRange}}}},
	{"no value, no reason", "a20001 01f6", compact.Message{Vitals: []compact.Vital{{Kind: 1, NoValue: true}}}},
	{"unit", "a20001 0183184800 622f68", compact.Message{Vitals: []compact.Vital{{Kind: 1, Value: number(72, 0), Unit: "/h"}}}},
	{"unknown unit", "a20001 0183184801 67667572 6c6f6e67", compact.Message{Vitals: []compact.Vital{{Kind: 1, Value: number(72, 0), Quality: 1, Unit: "furlong"}}}},
	{"unknown kind", "a20001 19ffff20", compact.Message{Vitals: []compact.Vital{{Kind: 65535, Value: number(-1, 0)}}}},
	{"coded", "a20001 188b03", compact.Message{Vitals: []compact.Vital{{Kind: vitals.Consciousness, Value: number(3, 0)}}}},
	{"quality of all", "a20001 231b0000000400000000", compact.Message{Quality: vitals.Stored}},
	{"to the nanosecond", "a30001 2000 21 1a000f423f", compact.Message{At: time.Unix(0, 999999).UTC()}},
	{"of a gateway", "a30001 201b0000e677d21fdbff 24f5", compact.Message{At: time.UnixMilli(253402300799999).UTC(), Arrival: true}},
	{"largest sequence", "a20001 221affffffff", compact.Message{Sequence: 1<<32 - 1}},
	{"extensions", "a30001 3818 83f5 8101 a1613a41ff 38ff c48221190e38", compact.Message{Extensions: unhex("3818 83f5 8101 a1613a41ff 38ff c48221190e38")}},
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		return []byte("bad hex in the table")
	}
	return b
}

func TestMessages(t *testing.T) {
	for _, tt := range messages {
		wire := unhex(tt.hex)
		got, err := compact.Parse(wire)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %x\n got %+v\nwant %+v", tt.name, wire, got, tt.want)
		}
		back, err := tt.want.AppendBinary([]byte("before"))
		if want := append([]byte("before"), wire...); err != nil || !bytes.Equal(back, want) {
			t.Errorf("%s: written as %x, %v; want %x", tt.name, back, err, want)
		}
	}
}

// Values in another order are written sorted, and the caller's stay as they are.
func TestMessageSorts(t *testing.T) {
	m := compact.Message{Vitals: []compact.Vital{{Kind: 3, Value: number(3, 0)}, {Kind: 1, Value: number(1, 0)}, {Kind: 2, Value: number(2, 0)}}}
	b, err := m.AppendBinary(nil)
	if want := unhex("a40001 0101 0202 0303"); err != nil || !bytes.Equal(b, want) {
		t.Errorf("%x, %v; want %x", b, err, want)
	}
	if m.Vitals[0].Kind != 3 {
		t.Error("AppendBinary changed the caller's values")
	}
}

func TestMessageTruncations(t *testing.T) {
	for _, tt := range messages {
		wire := unhex(tt.hex)
		for n := range wire {
			_, err := compact.Parse(wire[:n:n])
			e, ok := errors.AsType[*device.DecodeError](err)
			if !ok || !errors.Is(err, device.ErrTruncated) || e.Offset > n || n > 0 && e.Field == "" {
				t.Errorf("%s, %d bytes of %d: %v, want a truncated field at byte %d at most", tt.name, n, len(wire), err, n)
			}
		}
		if _, err := compact.Parse(append(wire, 0)); !errors.Is(err, device.ErrTrailing) {
			t.Errorf("%s and a byte more: %v, want trailing bytes", tt.name, err)
		}
	}
}

var refusals = []struct {
	name, hex string
	err       device.Fault
	field     string
	offset    int
}{
	{"no map", "820001", device.ErrSyntax, "Version", 0},
	{"indefinite map", "bf0001ff", device.ErrSyntax, "Version", 0},
	{"empty map", "a0", device.ErrOutOfRange, "Version", 0},
	{"map of 2^63 pairs", "bb7fffffffffffffff", device.ErrOutOfRange, "Version", 0},
	{"long form of the map", "b8010001", device.ErrSyntax, "Version", 0},
	{"version missing", "a1011848", device.ErrSyntax, "Version", 1},
	{"version 2", "a10002", device.ErrUnsupported, "Version", 2},
	{"version as text", "a1006131", device.ErrSyntax, "Version", 2},
	{"text key", "a20001 6161 00", device.ErrSyntax, "Key", 3},
	{"key 0 again", "a20001 0001", device.ErrSyntax, "Key", 3},
	{"duplicate key", "a30001 0100 0101", device.ErrSyntax, "Key", 5},
	{"duplicate key in another form", "a30001 0100 180101", device.ErrSyntax, "Key", 5},
	{"keys out of order", "a30001 0200 0100", device.ErrSyntax, "Key", 5},
	{"negative before positive", "a30001 2000 0100", device.ErrSyntax, "Key", 5},
	{"kind beyond 16 bits", "a20001 1a0001000000", device.ErrOutOfRange, "Key", 3},
	{"key kept for later", "a20001 2500", device.ErrReservedValue, "Key", 3},
	{"last key kept for later", "a20001 3700", device.ErrReservedValue, "Key", 3},
	{"extension beyond -256", "a20001 39010000", device.ErrOutOfRange, "Extensions", 3},
	{"long form of a number", "a20001 011817", device.ErrSyntax, "Vitals[0].Value", 4},
	{"longer form of a number", "a20001 0119ff", device.ErrTruncated, "Vitals[0].Value", 4},
	{"16-bit form of 8 bits", "a20001 011900ff", device.ErrSyntax, "Vitals[0].Value", 4},
	{"32-bit form of 16 bits", "a20001 011a0000ffff", device.ErrSyntax, "Vitals[0].Value", 4},
	{"64-bit form of 32 bits", "a20001 011b00000000ffffffff", device.ErrSyntax, "Vitals[0].Value", 4},
	{"number beyond int64", "a20001 011b8000000000000000", device.ErrOutOfRange, "Vitals[0].Value", 4},
	{"number below int64", "a20001 013b8000000000000000", device.ErrOutOfRange, "Vitals[0].Value", 4},
	{"half float", "a20001 01f93c00", device.ErrSyntax, "Vitals[0].Value", 4},
	{"NaN", "a20001 01f97e00", device.ErrSyntax, "Vitals[0].Value", 4},
	{"double", "a20001 01fb4052000000000000", device.ErrSyntax, "Vitals[0].Value", 4},
	{"text for a number", "a20001 016172", device.ErrSyntax, "Vitals[0].Value", 4},
	{"true for a number", "a20001 01f5", device.ErrSyntax, "Vitals[0].Value", 4},
	{"undefined", "a20001 01f7", device.ErrSyntax, "Vitals[0].Value", 4},
	{"simple value 24", "a20001 01f818", device.ErrSyntax, "Vitals[0].Value", 4},
	{"tag 2", "a20001 01c24101", device.ErrSyntax, "Vitals[0].Value", 4},
	{"tag 4 in long form", "a20001 01d804822001", device.ErrSyntax, "Vitals[0].Value", 4},
	{"fraction of three", "a20001 01c483200101", device.ErrSyntax, "Vitals[0].Value", 4},
	{"exponent 0", "a20001 01c4820001", device.ErrSyntax, "Vitals[0].Value", 6},
	{"exponent 128", "a20001 01c482188001", device.ErrOutOfRange, "Vitals[0].Value", 6},
	{"exponent -129", "a20001 01c482388001", device.ErrOutOfRange, "Vitals[0].Value", 6},
	{"mantissa of a big number", "a20001 01c48220c24101", device.ErrSyntax, "Vitals[0].Value", 7},
	{"array of one", "a20001 018101", device.ErrSyntax, "Vitals[0].Value", 4},
	{"array of four", "a20001 018401006100", device.ErrSyntax, "Vitals[0].Value", 4},
	{"indefinite array", "a20001 019f0101ff", device.ErrSyntax, "Vitals[0].Value", 4},
	{"quality 0 alone", "a20001 01820100", device.ErrSyntax, "Vitals[0].Quality", 6},
	{"negative quality", "a20001 01820120", device.ErrSyntax, "Vitals[0].Quality", 6},
	{"empty unit", "a20001 0183010060", device.ErrOutOfRange, "Vitals[0].Unit", 7},
	{"unit of 33 bytes", "a20001 018301007821" + strings.Repeat("61", 33), device.ErrOutOfRange, "Vitals[0].Unit", 7},
	{"unit in bytes", "a20001 018301004161", device.ErrSyntax, "Vitals[0].Unit", 7},
	{"unit not UTF-8", "a20001 0183010061ff", device.ErrText, "Vitals[0].Unit", 7},
	{"second value", "a30001 0101 0261", device.ErrSyntax, "Vitals[1].Value", 6},
	{"before 1970", "a20001 2020", device.ErrSyntax, "At", 4},
	{"year 10000", "a20001 201b0000e677d21fdc00", device.ErrOutOfRange, "At", 4},
	{"no nanoseconds", "a30001 2000 2100", device.ErrOutOfRange, "At", 6},
	{"a million nanoseconds", "a30001 2000 211a000f4240", device.ErrOutOfRange, "At", 6},
	{"nanoseconds of nothing", "a20001 2101", device.ErrSyntax, "Key", 3},
	{"arrival of nothing", "a20001 24f5", device.ErrSyntax, "Key", 3},
	{"arrival false", "a30001 2000 24f4", device.ErrSyntax, "Arrival", 6},
	{"sequence 0", "a20001 2200", device.ErrOutOfRange, "Sequence", 4},
	{"sequence of 33 bits", "a20001 221b0000000100000000", device.ErrOutOfRange, "Sequence", 4},
	{"quality 0 of all", "a20001 2300", device.ErrOutOfRange, "Quality", 4},
	{"extension five deep", "a20001 3818 8181818181 00", device.ErrOutOfRange, "Extensions", 9},
	{"extension with a float", "a20001 3818 fa3f800000", device.ErrSyntax, "Extensions", 5},
	{"extension with a tag", "a20001 3818 c100", device.ErrSyntax, "Extensions", 5},
	{"extension with keys out of order", "a20001 3818 a202000100", device.ErrSyntax, "Extensions", 8},
	{"extension with equal keys", "a20001 3818 a201000100", device.ErrSyntax, "Extensions", 8},
	{"extension with an array for a key", "a20001 3818 a1800000", device.ErrSyntax, "Extensions", 6},
	{"extension with an array of 2^32", "a20001 3818 9b0000000100000000", device.ErrTruncated, "Extensions", 14},
	{"extension with bytes of 2^63", "a20001 3818 5b7fffffffffffffff00", device.ErrTruncated, "Extensions", 5},
	{"extension with bad text", "a20001 3818 61ff", device.ErrText, "Extensions", 5},
}

func TestRefusals(t *testing.T) {
	for _, tt := range refusals {
		_, err := compact.Parse(unhex(tt.hex))
		e, ok := errors.AsType[*device.DecodeError](err)
		if !ok || e.Err != tt.err || e.Field != tt.field || e.Offset != tt.offset {
			t.Errorf("%s: %v; want byte %d, %s: %v", tt.name, err, tt.offset, tt.field, tt.err)
		}
	}
}

// As many values as a message may have, and one more.
func TestMessageBounds(t *testing.T) {
	for _, tt := range []struct {
		vitals, extensions int
		err                error
	}{
		{compact.MaxVitals, compact.MaxExtensions, nil},
		{compact.MaxVitals + 1, 0, device.ErrOutOfRange},
		{0, compact.MaxExtensions + 1, device.ErrOutOfRange},
	} {
		b := []byte{0xb8, byte(1 + tt.vitals + tt.extensions), 0, 1}
		for i := range tt.vitals {
			b = append(b, 0x18, byte(30+i), 0)
		}
		for i := range tt.extensions {
			b = append(b, 0x38, byte(30+i), 0)
		}
		if tt.vitals+tt.extensions < 23 {
			t.Fatal("the head would be shorter")
		}
		m, err := compact.Parse(b)
		if !errors.Is(err, tt.err) {
			t.Errorf("%d values and %d extensions: %v, want %v", tt.vitals, tt.extensions, err, tt.err)
		}
		if err != nil {
			continue
		}
		if back, err := m.AppendBinary(nil); err != nil || !bytes.Equal(back, b) {
			t.Errorf("%d values: written as %x, %v", tt.vitals, back, err)
		}
	}
}

// What the hostile set refuses is refused wherever a message has room for it,
// and what is well-formed and not for numbers passes as an extension.
func TestHostile(t *testing.T) {
	rows := hostile(t)
	for _, row := range rows {
		item := unhex(row.Hex)
		if _, err := compact.Parse(item); err == nil {
			t.Errorf("%s passes for a message", row.ID)
		}
		wrapped := append(unhex("a200013818"), item...)
		m, err := compact.Parse(wrapped)
		ok := row.Category == "ok"
		if (err == nil) != ok {
			t.Errorf("%s (%s) as an extension: %v", row.ID, row.Category, err)
		}
		if ok && !bytes.Equal(m.Extensions, wrapped[3:]) {
			t.Errorf("%s: extensions %x, want %x", row.ID, m.Extensions, wrapped[3:])
		}
	}
	if len(rows) < 18 {
		t.Errorf("%d rows in the hostile set, want 18", len(rows))
	}
}

type hostileRow struct {
	ID       string `json:"id"`
	Category string `json:"cat"`
	Hex      string `json:"hex"`
}

func hostile(t testing.TB) (rows []hostileRow) {
	t.Helper()
	dir := os.Getenv("TELEMED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	file, err := os.Open(filepath.Join(dir, "ingest", "mqtt", "cbor_hostile.jsonl"))
	if err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skip("no test data: ", err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var row hostileRow
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

func TestUnsendable(t *testing.T) {
	vital := func(v compact.Vital) compact.Message { return compact.Message{Vitals: []compact.Vital{v}} }
	for name, m := range map[string]compact.Message{
		"no kind":              vital(compact.Vital{}),
		"kind twice":           {Vitals: []compact.Vital{{Kind: 1}, {Kind: 2}, {Kind: 1}}},
		"too many":             {Vitals: make([]compact.Vital, compact.MaxVitals+1)},
		"long unit":            vital(compact.Vital{Kind: 1, Unit: strings.Repeat("a", 33)}),
		"unit not UTF-8":       vital(compact.Vital{Kind: 1, Unit: "\xff"}),
		"null and a number":    vital(compact.Vital{Kind: 1, NoValue: true, Value: number(1, 0)}),
		"before 1970":          {At: time.Unix(-1, 0)},
		"year 10000":           {At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"arrival of nothing":   {Arrival: true},
		"extension half":       {Extensions: unhex("3818")},
		"extension key":        {Extensions: unhex("2000")},
		"extension positive":   {Extensions: unhex("182000")},
		"extensions unordered": {Extensions: unhex("3819003818 00")},
	} {
		if b, err := m.AppendBinary([]byte("x")); err == nil || string(b) != "x" {
			t.Errorf("%s: %x, %v; want an error and nothing written", name, b, err)
		}
	}
}

func TestExtensionsAll(t *testing.T) {
	got := map[int]string{}
	for key, value := range compact.Extensions(unhex("3818 83f5 8101 a1613a41ff 38ff c48221190e38 38")).All() {
		got[key] = hex.EncodeToString(value)
	}
	want := map[int]string{-25: "83f58101a1613a41ff", -256: "c48221190e38"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
