package gatt_test

import (
	"errors"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var batteryStatuses = []atttest.Vector[gatt.BatteryStatus]{
	{Name: "power state only", Wire: "00 0100", Want: gatt.BatteryStatus{Power: 1}},
	{
		Name: "all", Wire: "07 0100 1234 64 05",
		Want: gatt.BatteryStatus{
			Power: 1, Identifier: 0x3412, HasIdentifier: true, Level: 100, HasLevel: true, Additional: 5, HasAdditional: true,
		},
	},
	{
		Name: "no level", Wire: "05 ca28 cdab 04",
		Want: gatt.BatteryStatus{Power: 0x28CA, Identifier: 0xABCD, HasIdentifier: true, Additional: 4, HasAdditional: true},
	},
	{Name: "cut", Wire: "01 0000", Want: gatt.BatteryStatus{HasIdentifier: true}, Bad: "truncated @ 3 Identifier"},
	{Name: "101 %", Wire: "02 0100 65", Want: gatt.BatteryStatus{Power: 1, Level: 101, HasLevel: true}, Bad: "reserved_value @ 3 Level"},
	{Name: "reserved flag", Wire: "08 0100", Want: gatt.BatteryStatus{Power: 1, Reserved: 8}, Bad: "reserved_bits @ 0 Flags"},
	{Name: "surplus", Wire: "00 0100 00", Want: gatt.BatteryStatus{Power: 1}, Bad: "trailing_bytes @ 3"},
}

func TestBatteryStatus(t *testing.T) {
	atttest.Vectors(t, gatt.ParseBatteryStatus, batteryStatuses)
	atttest.Allocs(t, gatt.ParseBatteryStatus, batteryStatuses[1].Wire)
	atttest.TestReadings(t, gatt.UUIDBatteryStatus, []atttest.Meaning{
		{Name: "level", Wire: "02 a101 2a", Want: []string{"BatteryLevel 42 % [good] on arrival"}},
		{Name: "no level", Wire: "00 0100", Want: nil},
	})
	for s, want := range map[gatt.PowerState]string{
		0:      "no battery",
		0x01A1: "battery, charging, critical",
		0x28CA: "no battery, wired power, wireless power, discharging, good, charging fault: external power",
	} {
		if s.String() != want {
			t.Errorf("%04X is %q, want %q", uint16(s), s, want)
		}
	}
}

func FuzzParseBatteryStatus(f *testing.F) { atttest.Fuzz(f, gatt.ParseBatteryStatus, batteryStatuses) }

var udis = []atttest.Vector[gatt.UDI]{
	{Name: "label", Wire: "01 41424300", Want: gatt.UDI{Label: []byte("ABC")}},
	{
		Name: "all", Wire: "0f 4c424c00 444900 49535300 4155544800",
		Want: gatt.UDI{Label: []byte("LBL"), DeviceIdentifier: []byte("DI"), Issuer: []byte("ISS"), Authority: []byte("AUTH")},
	},
	{Name: "empty", Wire: "04 00", Want: gatt.UDI{Issuer: []byte{}}},
	{Name: "none", Wire: "00", Want: gatt.UDI{}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Flags"},
	{Name: "no end", Wire: "03 4100 42", Want: gatt.UDI{Label: []byte("A")}, Bad: "truncated @ 3 DeviceIdentifier"},
	{Name: "no UTF-8", Wire: "01 41ff00", Want: gatt.UDI{Label: []byte("A\xFF")}, Bad: "invalid_utf8 @ 2 Label"},
	{Name: "surplus", Wire: "00 00", Want: gatt.UDI{}, Bad: "trailing_bytes @ 1"},
	{Name: "reserved flag", Wire: "11 4100", Want: gatt.UDI{Label: []byte("A"), Reserved: 0x10}, Bad: "reserved_bits @ 0 Flags"},
}

func TestUDI(t *testing.T) {
	atttest.Vectors(t, gatt.ParseUDI, udis)
	atttest.ParseAllocs(t, gatt.ParseUDI, udis[1].Wire)
	if _, err := (gatt.UDI{Label: []byte("a\x00b")}).AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Errorf("NUL within a label: %v, want out of range", err)
	}
}

func FuzzParseUDI(f *testing.F) { atttest.Fuzz(f, gatt.ParseUDI, udis) }
