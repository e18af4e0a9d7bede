package gatt_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

func ExampleUserText() {
	name, err := gatt.ParseUserText([]byte("Doe\x00\x00"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(name, len(name.Reveal()))
	// Output: [redacted] 3
}

var userTexts = []vector[gatt.UserText]{
	{name: "name", wire: "446f65", want: gatt.NewUserText("Doe")},
	{name: "padded", wire: "446f650000", want: gatt.NewUserText("Doe\x00\x00")},
	{name: "not ASCII", wire: "4dc3bc6c6c6572", want: gatt.NewUserText("Müller")},
	{name: "nothing", wire: "", want: gatt.NewUserText("")},
	{name: "Latin-1", wire: "4dfc6c6c6572", want: gatt.NewUserText("M\xfcller"), bad: "invalid_utf8 @ 1 Text"},
	{name: "cut", wire: "4dc3", want: gatt.NewUserText("M\xc3"), bad: "invalid_utf8 @ 1 Text"},
}

func TestUserText(t *testing.T) {
	testVectors(t, gatt.ParseUserText, userTexts)
	testParseAllocs(t, gatt.ParseUserText, "446f65")
	if got := gatt.NewUserText("Müller\x00").Reveal(); got != "Müller" {
		t.Errorf("revealed %q", got)
	}
}

func FuzzParseUserText(f *testing.F) { fuzz(f, gatt.ParseUserText, userTexts) }

var datesOfBirth = []vector[gatt.DateOfBirth]{
	{name: "known", wire: "bc07 0c 1f", want: gatt.NewDateOfBirth(gatt.Date{1980, 12, 31})},
	{name: "unknown", wire: "00000000"},
	{name: "day unknown", wire: "bc07 0c 00", want: gatt.NewDateOfBirth(gatt.Date{1980, 12, 0})},
	{name: "1581", wire: "2d06 0c 1f", want: gatt.NewDateOfBirth(gatt.Date{1581, 12, 31}), bad: "out_of_range @ 0 Year"},
	{name: "10000", wire: "1027 0c 1f", want: gatt.NewDateOfBirth(gatt.Date{10000, 12, 31}), bad: "out_of_range @ 0 Year"},
	{name: "month 13", wire: "bc07 0d 1f", want: gatt.NewDateOfBirth(gatt.Date{1980, 13, 31}), bad: "out_of_range @ 2 Month"},
	{name: "day 32", wire: "bc07 0c 20", want: gatt.NewDateOfBirth(gatt.Date{1980, 12, 32}), bad: "out_of_range @ 3 Day"},
	{name: "nothing", wire: "", bad: "truncated @ 0 Date"},
	{name: "cut", wire: "bc070c", bad: "truncated @ 0 Date"},
	{name: "surplus", wire: "bc070c1f00", want: gatt.NewDateOfBirth(gatt.Date{1980, 12, 31}), bad: "trailing_bytes @ 4"},
}

func TestDateOfBirth(t *testing.T) {
	testVectors(t, gatt.ParseDateOfBirth, datesOfBirth)
	testParseAllocs(t, gatt.ParseDateOfBirth, "bc070c1f")
	if got := gatt.NewDateOfBirth(gatt.Date{1980, 12, 31}).Reveal().String(); got != "1980-12-31" {
		t.Errorf("revealed %q", got)
	}
}

func FuzzParseDateOfBirth(f *testing.F) { fuzz(f, gatt.ParseDateOfBirth, datesOfBirth) }

// Nothing that names a person is printed, in whatever way.
func TestUserIdentityNeverPrints(t *testing.T) {
	const name = "Canary"
	type person struct {
		Name gatt.UserText
		Born gatt.DateOfBirth
	}
	text, born := gatt.NewUserText(name), gatt.NewDateOfBirth(gatt.Date{1980, 12, 31})
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
	_, err := gatt.ParseUserText([]byte(name + "\xff"))
	if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), name) {
		t.Errorf("the error tells: %v", err)
	}
}

var dates = []vector[gatt.Date]{
	{name: "known", wire: "e407 0c 1f", want: gatt.Date{2020, 12, 31}},
	{name: "unknown", wire: "00000000"},
	{name: "month 13", wire: "e407 0d 1f", want: gatt.Date{2020, 13, 31}, bad: "out_of_range @ 2 Month"},
	{name: "nothing", wire: "", bad: "truncated @ 0 Date"},
	{name: "surplus", wire: "e4070c1f00", want: gatt.Date{2020, 12, 31}, bad: "trailing_bytes @ 4"},
}

func TestDate(t *testing.T) {
	testVectors(t, gatt.ParseDate, dates)
	testParseAllocs(t, gatt.ParseDate, "e4070c1f")
	testNames(t, []named{{gatt.Date{2020, 2, 1}, "2020-02-01"}, {gatt.Date{}, "0000-00-00"}})
}

func FuzzParseDate(f *testing.F) { fuzz(f, gatt.ParseDate, dates) }

var datesUTC = []vector[gatt.DateUTC]{
	{name: "unknown", wire: "000000"},
	{name: "second day", wire: "010000", want: 1},
	{name: "2024", wire: "eb4d00", want: 19947},
	{name: "last", wire: "ffffff", want: 0xFFFFFF},
	{name: "nothing", wire: "", bad: "truncated @ 0 DateUTC"},
	{name: "cut", wire: "0100", bad: "truncated @ 0 DateUTC"},
	{name: "surplus", wire: "01000000", want: 1, bad: "trailing_bytes @ 3"},
}

func TestDateUTC(t *testing.T) {
	testVectors(t, gatt.ParseDateUTC, datesUTC)
	testParseAllocs(t, gatt.ParseDateUTC, "eb4d00")
	for d, want := range map[gatt.DateUTC]string{0: "", 1: "1970-01-02", 19947: "2024-08-12", 0xFFFFFF: ""} {
		got := ""
		if day, ok := d.Date(); ok {
			got = day.String()
		}
		if got != want {
			t.Errorf("day %d is %q, want %q", d, got, want)
		}
	}
	if _, err := gatt.DateUTC(1 << 24).AppendBinary(nil); err == nil {
		t.Error("25 bits were encoded")
	}
}

func FuzzParseDateUTC(f *testing.F) { fuzz(f, gatt.ParseDateUTC, datesUTC) }
