package gatt_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
)

func ExampleParseDeviceText() {
	model, err := gatt.ParseDeviceText([]byte("Cuff 3000\x00\x00\x00"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q is sent as %d bytes\n", model.Text(), len(model))
	// Output: "Cuff 3000" is sent as 12 bytes
}

var deviceTexts = []vector[gatt.DeviceText]{
	{name: "text", wire: "50697865 6c2038", want: "Pixel 8"},
	{name: "padded", wire: "4100 4200 00", want: "A\x00B\x00\x00"},
	{name: "not ASCII", wire: "c3a9", want: "é"},
	{name: "empty", wire: "", want: ""},
	{name: "no UTF-8", wire: "fffefd", want: "\xff\xfe\xfd", bad: "invalid_utf8 @ 0 Text"},
	{name: "no UTF-8 later", wire: "41c3a9c3", want: "Aé\xc3", bad: "invalid_utf8 @ 3 Text"},
}

func TestDeviceText(t *testing.T) {
	testVectors(t, gatt.ParseDeviceText, deviceTexts)
	if got := deviceTexts[1].want.Text(); got != "A\x00B" {
		t.Errorf("padded text = %q, want %q", got, "A\x00B")
	}
}

func FuzzParseDeviceText(f *testing.F) { fuzz(f, gatt.ParseDeviceText, deviceTexts) }

var systemIDs = []vector[gatt.SystemID]{
	{name: "bytes in order", wire: "0102030405 060708", want: gatt.SystemID{Manufacturer: 0x0504030201, OUI: 0x080706}},
	{name: "all ones", wire: "ffffffffff ffffff", want: gatt.SystemID{Manufacturer: 1<<40 - 1, OUI: 1<<24 - 1}},
	{name: "nothing", wire: "", bad: "truncated @ 0 ManufacturerIdentifier"},
	{name: "cut", wire: "0102030405 0607", want: gatt.SystemID{Manufacturer: 0x0504030201}, bad: "truncated @ 5 OUI"},
	{
		name: "surplus", wire: "0102030405 060708 09", want: gatt.SystemID{Manufacturer: 0x0504030201, OUI: 0x080706},
		bad: "trailing_bytes @ 8",
	},
}

func TestSystemID(t *testing.T) {
	testVectors(t, gatt.ParseSystemID, systemIDs)
	if got := systemIDs[0].want.String(); got != "080706-0504030201" {
		t.Errorf("String = %q, want the OUI first", got)
	}
	for _, id := range []gatt.SystemID{{Manufacturer: 1 << 40}, {OUI: 1 << 24}} {
		if _, err := id.AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
			t.Errorf("%+v encodes: %v, want %v", id, err, device.ErrOutOfRange)
		}
	}
}

func FuzzParseSystemID(f *testing.F) { fuzz(f, gatt.ParseSystemID, systemIDs) }

var pnpIDs = []vector[gatt.PnPID]{
	{name: "Bluetooth", wire: "01 0a00 0b00 0100", want: gatt.PnPID{Source: gatt.VendorBluetooth, Vendor: 10, Product: 11, Version: 1}},
	{name: "USB", wire: "02 3412 7856 0001", want: gatt.PnPID{Source: gatt.VendorUSB, Vendor: 0x1234, Product: 0x5678, Version: 0x0100}},
	{name: "nothing", wire: "", bad: "truncated @ 0 VendorIDSource"},
	{name: "source 0", wire: "00 0a00 0b00 0100", want: gatt.PnPID{Vendor: 10, Product: 11, Version: 1}, bad: "reserved_value @ 0 VendorIDSource"},
	{
		name: "source 3", wire: "03 0a00 0b00 0100", want: gatt.PnPID{Source: 3, Vendor: 10, Product: 11, Version: 1},
		bad: "reserved_value @ 0 VendorIDSource",
	},
	{name: "cut", wire: "01 0a00 0b00 01", want: gatt.PnPID{Source: 1, Vendor: 10, Product: 11}, bad: "truncated @ 5 ProductVersion"},
}

func TestPnPID(t *testing.T) { testVectors(t, gatt.ParsePnPID, pnpIDs) }

func FuzzParsePnPID(f *testing.F) { fuzz(f, gatt.ParsePnPID, pnpIDs) }

var batteryLevels = []vector[gatt.BatteryLevel]{
	{name: "empty", wire: "00", want: 0},
	{name: "full", wire: "64", want: 100},
	{name: "nothing", wire: "", bad: "truncated @ 0 Level"},
	{name: "101", wire: "65", want: 101, bad: "reserved_value @ 0 Level"},
	{name: "surplus", wire: "4b 6c", want: 75, bad: "trailing_bytes @ 1"},
	{name: "reserved and surplus", wire: "66 6c", want: 102, bad: "trailing_bytes @ 1"},
}

func TestBatteryLevel(t *testing.T) {
	testVectors(t, gatt.ParseBatteryLevel, batteryLevels)
	testReadings(t, gatt.UUIDBatteryLevel, []meaning{{"level", "4b", []string{"BatteryLevel 75 % [good] on arrival"}}})
	testAllocs(t, gatt.ParseBatteryLevel, "4b")
}

func FuzzParseBatteryLevel(f *testing.F) { fuzz(f, gatt.ParseBatteryLevel, batteryLevels) }
