package gatt_test

import (
	"errors"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
)

var batteryStatuses = []vector[gatt.BatteryStatus]{
	{name: "power state only", wire: "00 0100", want: gatt.BatteryStatus{Power: 1}},
	{
		name: "all", wire: "07 0100 1234 64 05",
		want: gatt.BatteryStatus{
			Power: 1, Identifier: 0x3412, HasIdentifier: true, Level: 100, HasLevel: true, Additional: 5, HasAdditional: true,
		},
	},
	{
		name: "no level", wire: "05 ca28 cdab 04",
		want: gatt.BatteryStatus{Power: 0x28CA, Identifier: 0xABCD, HasIdentifier: true, Additional: 4, HasAdditional: true},
	},
	{name: "cut", wire: "01 0000", want: gatt.BatteryStatus{HasIdentifier: true}, bad: "truncated @ 3 Identifier"},
	{name: "101 %", wire: "02 0100 65", want: gatt.BatteryStatus{Power: 1, Level: 101, HasLevel: true}, bad: "reserved_value @ 3 Level"},
	{name: "reserved flag", wire: "08 0100", want: gatt.BatteryStatus{Power: 1, Reserved: 8}, bad: "reserved_bits @ 0 Flags"},
	{name: "surplus", wire: "00 0100 00", want: gatt.BatteryStatus{Power: 1}, bad: "trailing_bytes @ 3"},
}

func TestBatteryStatus(t *testing.T) {
	testVectors(t, gatt.ParseBatteryStatus, batteryStatuses)
	testAllocs(t, gatt.ParseBatteryStatus, batteryStatuses[1].wire)
	testReadings(t, gatt.UUIDBatteryStatus, []meaning{
		{"level", "02 a101 2a", []string{"BatteryLevel 42 % [good] on arrival"}},
		{"no level", "00 0100", nil},
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

func FuzzParseBatteryStatus(f *testing.F) { fuzz(f, gatt.ParseBatteryStatus, batteryStatuses) }

var udis = []vector[gatt.UDI]{
	{name: "label", wire: "01 41424300", want: gatt.UDI{Label: []byte("ABC")}},
	{
		name: "all", wire: "0f 4c424c00 444900 49535300 4155544800",
		want: gatt.UDI{Label: []byte("LBL"), DeviceIdentifier: []byte("DI"), Issuer: []byte("ISS"), Authority: []byte("AUTH")},
	},
	{name: "empty", wire: "04 00", want: gatt.UDI{Issuer: []byte{}}},
	{name: "none", wire: "00", want: gatt.UDI{}},
	{name: "nothing", wire: "", bad: "truncated @ 0 Flags"},
	{name: "no end", wire: "03 4100 42", want: gatt.UDI{Label: []byte("A")}, bad: "truncated @ 3 DeviceIdentifier"},
	{name: "no UTF-8", wire: "01 41ff00", want: gatt.UDI{Label: []byte("A\xFF")}, bad: "invalid_utf8 @ 2 Label"},
	{name: "surplus", wire: "00 00", want: gatt.UDI{}, bad: "trailing_bytes @ 1"},
	{name: "reserved flag", wire: "11 4100", want: gatt.UDI{Label: []byte("A"), Reserved: 0x10}, bad: "reserved_bits @ 0 Flags"},
}

func TestUDI(t *testing.T) {
	testVectors(t, gatt.ParseUDI, udis)
	testParseAllocs(t, gatt.ParseUDI, udis[1].wire)
	if _, err := (gatt.UDI{Label: []byte("a\x00b")}).AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Errorf("NUL within a label: %v, want out of range", err)
	}
}

func FuzzParseUDI(f *testing.F) { fuzz(f, gatt.ParseUDI, udis) }
