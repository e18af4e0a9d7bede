package user_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/user"
)

func ExampleText() {
	name, err := user.ParseText([]byte("Doe\x00\x00"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(name, len(name.Reveal()))
	// Output: [redacted] 3
}

var userTexts = []atttest.Vector[user.Text]{
	{Name: "name", Wire: "446f65", Want: user.NewText("Doe")},
	{Name: "padded", Wire: "446f650000", Want: user.NewText("Doe\x00\x00")},
	{Name: "not ASCII", Wire: "4dc3bc6c6c6572", Want: user.NewText("Müller")},
	{Name: "nothing", Wire: "", Want: user.NewText("")},
	{Name: "Latin-1", Wire: "4dfc6c6c6572", Want: user.NewText("M\xfcller"), Bad: "invalid_utf8 @ 1 Text"},
	{Name: "cut", Wire: "4dc3", Want: user.NewText("M\xc3"), Bad: "invalid_utf8 @ 1 Text"},
}

func TestUserText(t *testing.T) {
	atttest.Vectors(t, user.ParseText, userTexts)
	atttest.ParseAllocs(t, user.ParseText, "446f65")
	if got := user.NewText("Müller\x00").Reveal(); got != "Müller" {
		t.Errorf("revealed %q", got)
	}
}

func FuzzParseUserText(f *testing.F) { atttest.Fuzz(f, user.ParseText, userTexts) }

var datesOfBirth = []atttest.Vector[user.DateOfBirth]{
	{Name: "known", Wire: "bc07 0c 1f", Want: user.NewDateOfBirth(user.Date{1980, 12, 31})},
	{Name: "unknown", Wire: "00000000"},
	{Name: "day unknown", Wire: "bc07 0c 00", Want: user.NewDateOfBirth(user.Date{1980, 12, 0})},
	{Name: "1581", Wire: "2d06 0c 1f", Want: user.NewDateOfBirth(user.Date{1581, 12, 31}), Bad: "out_of_range @ 0 Year"},
	{Name: "10000", Wire: "1027 0c 1f", Want: user.NewDateOfBirth(user.Date{10000, 12, 31}), Bad: "out_of_range @ 0 Year"},
	{Name: "month 13", Wire: "bc07 0d 1f", Want: user.NewDateOfBirth(user.Date{1980, 13, 31}), Bad: "out_of_range @ 2 Month"},
	{Name: "day 32", Wire: "bc07 0c 20", Want: user.NewDateOfBirth(user.Date{1980, 12, 32}), Bad: "out_of_range @ 3 Day"},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Date"},
	{Name: "cut", Wire: "bc070c", Bad: "truncated @ 0 Date"},
	{Name: "surplus", Wire: "bc070c1f00", Want: user.NewDateOfBirth(user.Date{1980, 12, 31}), Bad: "trailing_bytes @ 4"},
}

func TestDateOfBirth(t *testing.T) {
	atttest.Vectors(t, user.ParseDateOfBirth, datesOfBirth)
	atttest.ParseAllocs(t, user.ParseDateOfBirth, "bc070c1f")
	if got := user.NewDateOfBirth(user.Date{1980, 12, 31}).Reveal().String(); got != "1980-12-31" {
		t.Errorf("revealed %q", got)
	}
}

func FuzzParseDateOfBirth(f *testing.F) { atttest.Fuzz(f, user.ParseDateOfBirth, datesOfBirth) }

// Nothing that names a person is printed, in whatever way.
func TestUserIdentityNeverPrints(t *testing.T) {
	const name = "Canary"
	type person struct {
		Name user.Text
		Born user.DateOfBirth
	}
	text, born := user.NewText(name), user.NewDateOfBirth(user.Date{1980, 12, 31})
	p := person{text, born}
	hex := fmt.Sprintf("%x", name)
	var out bytes.Buffer
	for _, v := range []any{text, born, &text, &born, p, &p, []person{p}, map[string]person{"p": p}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Error(err)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
	}
	for _, leak := range []string{name, hex, strings.ToUpper(hex), "67 97 110", "1980", "7bc"} {
		if strings.Contains(strings.ReplaceAll(out.String(), "0xc", ""), leak) {
			t.Errorf("%q was printed:\n%s", leak, out.String())
		}
	}
	_, err := user.ParseText([]byte(name + "\xff"))
	if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), name) {
		t.Errorf("the error tells: %v", err)
	}
}

var dates = []atttest.Vector[user.Date]{
	{Name: "known", Wire: "e407 0c 1f", Want: user.Date{2020, 12, 31}},
	{Name: "unknown", Wire: "00000000"},
	{Name: "month 13", Wire: "e407 0d 1f", Want: user.Date{2020, 13, 31}, Bad: "out_of_range @ 2 Month"},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Date"},
	{Name: "surplus", Wire: "e4070c1f00", Want: user.Date{2020, 12, 31}, Bad: "trailing_bytes @ 4"},
}

func TestDate(t *testing.T) {
	atttest.Vectors(t, user.ParseDate, dates)
	atttest.ParseAllocs(t, user.ParseDate, "e4070c1f")
	atttest.Names(t, []atttest.Named{{Value: user.Date{2020, 2, 1}, Name: "2020-02-01"}, {Value: user.Date{}, Name: "0000-00-00"}})
}

func FuzzParseDate(f *testing.F) { atttest.Fuzz(f, user.ParseDate, dates) }

var datesUTC = []atttest.Vector[user.DateUTC]{
	{Name: "unknown", Wire: "000000"},
	{Name: "second day", Wire: "010000", Want: 1},
	{Name: "2024", Wire: "eb4d00", Want: 19947},
	{Name: "last", Wire: "ffffff", Want: 0xFFFFFF},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 DateUTC"},
	{Name: "cut", Wire: "0100", Bad: "truncated @ 0 DateUTC"},
	{Name: "surplus", Wire: "01000000", Want: 1, Bad: "trailing_bytes @ 3"},
}

func TestDateUTC(t *testing.T) {
	atttest.Vectors(t, user.ParseDateUTC, datesUTC)
	atttest.ParseAllocs(t, user.ParseDateUTC, "eb4d00")
	for d, want := range map[user.DateUTC]string{0: "", 1: "1970-01-02", 19947: "2024-08-12", 0xFFFFFF: ""} {
		got := ""
		if day, ok := d.Date(); ok {
			got = day.String()
		}
		if got != want {
			t.Errorf("day %d is %q, want %q", d, got, want)
		}
	}
	if _, err := user.DateUTC(1 << 24).AppendBinary(nil); err == nil {
		t.Error("25 bits were encoded")
	}
}

func FuzzParseDateUTC(f *testing.F) { atttest.Fuzz(f, user.ParseDateUTC, datesUTC) }
