package gatt_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

func ExampleRegulatoryData_All() {
	d, err := gatt.ParseRegulatoryData([]byte{
		0, 2, 0, 18, 2, 1, 0, 8, 1, 2, 0, 1, 0, 2, 0x10, 0x04, 2, 2, 0, 2, 0x80, 0,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for c, err := range d.All() {
		if err != nil {
			fmt.Println(err)
			return
		}
		if major, minor, classes, ok := c.ContinuaVersion(); ok {
			fmt.Printf("%v %d.%d, device classes % x\n", c.Body, major, minor, classes)
		}
		if bits, ok := c.ContinuaRegulation(); ok {
			fmt.Printf("%v, regulation %016b\n", c.Body, bits)
		}
	}
	// Output:
	// Continua 1.2, device classes 10 04
	// Continua, regulation 1000000000000000
}

func regulatory(entries ...gatt.Certification) gatt.RegulatoryData {
	d, err := gatt.NewRegulatoryData(entries...)
	if err != nil {
		panic(err)
	}
	return d
}

const certified = "0002 000d 02 01 0003 010203 02 02 0002 8000"

var certifications = []gatt.Certification{
	{Body: gatt.AuthorizingContinua, Type: 1, Data: []byte{1, 2, 3}}, {Body: gatt.AuthorizingContinua, Type: 2, Data: []byte{0x80, 0}},
}

var regulatoryLists = []atttest.Vector[gatt.RegulatoryData]{
	{Name: "empty list", Wire: "0000 0000", Want: regulatory()},
	{Name: "two", Wire: certified, Want: regulatory(certifications...)},
	{Name: "no data", Wire: "0001 0004 00 00 0000", Want: regulatory(gatt.Certification{Data: []byte{}})},
}

func TestRegulatoryData(t *testing.T) {
	atttest.Vectors(t, gatt.ParseRegulatoryData, regulatoryLists)
	atttest.ParseAllocs(t, gatt.ParseRegulatoryData, certified)
	atttest.Names(t, []atttest.Named{{Value: gatt.AuthorizingIEEE, Name: "IEEE"}, {Value: gatt.AuthorizingBody(3), Name: "reserved 3"}})
	for _, entries := range [][]gatt.Certification{
		{{Data: make([]byte, 0x10000)}}, {{Data: make([]byte, 0xFFFC)}, {}}, make([]gatt.Certification, 0x4000),
	} {
		if _, err := gatt.NewRegulatoryData(entries...); err == nil {
			t.Errorf("%d entries that are too long were encoded", len(entries))
		}
	}
}

// The tree may be wrong where the bytes are none the worse for it.
func TestRegulatoryTree(t *testing.T) {
	for _, tt := range []struct {
		wire    string
		entries int
		bad     string
	}{
		{"0000 0000", 0, ""},
		{certified, 2, ""},
		{"", 0, "truncated @ 0 Count"},
		{"42", 0, "truncated @ 0 Count"},
		{"00ff00ff00", 0, "length_mismatch @ 2 Length"},
		{"0000 0001 00", 0, "trailing_bytes @ 4"},
		{"0001 0003 02 01 00", 0, "truncated @ 4 Certification"},
		{"0001 0005 02 01 0002 00", 0, "truncated @ 8 Data"},
		{"0002 0004 02 01 0000", 1, "truncated @ 8 Certification"},
		{"ffff 0000", 0, "truncated @ 4 Certification"},
	} {
		wire := atttest.Unhex(t, tt.wire)
		d, err := gatt.ParseRegulatoryData(wire)
		if err != nil || !bytes.Equal(d.Raw(), wire) {
			t.Errorf("%s: raw % x, %v", tt.wire, d.Raw(), err)
		}
		entries, bad := 0, ""
		for c, err := range d.All() {
			if bad = atttest.Fault(err); bad == "" {
				if c.Data == nil {
					t.Errorf("%s: entry %d without data", tt.wire, entries)
				}
				entries++
			}
		}
		if entries != tt.entries || bad != tt.bad {
			t.Errorf("%s: %d entries, %q; want %d, %q", tt.wire, entries, bad, tt.entries, tt.bad)
		}
	}
	d := regulatory(certifications...)
	if n := testing.AllocsPerRun(100, func() {
		for c := range d.All() {
			_, _ = c.ContinuaRegulation()
		}
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
	for range d.All() {
		break
	}
}

func TestContinua(t *testing.T) {
	for _, tt := range []struct {
		c    gatt.Certification
		want string
	}{
		{gatt.Certification{Body: 2, Type: 1, Data: []byte{1, 5, 0, 2, 0, 4, 0x10, 4, 0x10, 7}}, "1.5 10041007 true"},
		{gatt.Certification{Body: 2, Type: 1, Data: []byte{1, 5, 0, 0, 0, 0}}, "1.5  true"},
		{gatt.Certification{Body: 2, Type: 1, Data: []byte{1, 5, 0, 1, 0}}, "0.0  false"},
		{gatt.Certification{Body: 2, Type: 1, Data: []byte{1, 5, 0, 1, 0, 4, 0x10, 4, 0x10, 7}}, "0.0  false"},
		{gatt.Certification{Body: 2, Type: 1, Data: []byte{1, 5, 0, 2, 0, 4, 0x10, 4}}, "0.0  false"},
		{gatt.Certification{Body: 1, Type: 1, Data: []byte{1, 5, 0, 0, 0, 0}}, "0.0  false"},
		{gatt.Certification{Body: 2, Type: 2, Data: []byte{1, 5, 0, 0, 0, 0}}, "0.0  false"},
	} {
		major, minor, classes, ok := tt.c.ContinuaVersion()
		if got := fmt.Sprintf("%d.%d %x %t", major, minor, classes, ok); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.c, got, tt.want)
		}
	}
	if _, ok := (gatt.Certification{Body: 2, Type: 2, Data: []byte{1}}).ContinuaRegulation(); ok {
		t.Error("a regulation of one byte")
	}
}

func FuzzParseRegulatoryData(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseRegulatoryData, regulatoryLists)
}

// A tree that is read without a fault is the whole list, and makes it again.
func FuzzRegulatoryTree(f *testing.F) {
	for _, v := range regulatoryLists {
		f.Add(atttest.Unhex(f, v.Wire))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		d, _ := gatt.ParseRegulatoryData(wire)
		var entries []gatt.Certification
		for c, err := range d.All() {
			if err != nil {
				return
			}
			entries = append(entries, c)
		}
		if again, err := gatt.NewRegulatoryData(entries...); err != nil || !bytes.Equal(again.Raw(), wire) {
			t.Errorf("% x becomes % x, %v", wire, again.Raw(), err)
		}
	})
}
