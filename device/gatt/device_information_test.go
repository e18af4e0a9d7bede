package gatt_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
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

var deviceTexts = []atttest.Vector[gatt.DeviceText]{
	{Name: "text", Wire: "50697865 6c2038", Want: "Pixel 8"},
	{Name: "padded", Wire: "4100 4200 00", Want: "A\x00B\x00\x00"},
	{Name: "not ASCII", Wire: "c3a9", Want: "é"},
	{Name: "empty", Wire: "", Want: ""},
	{Name: "no UTF-8", Wire: "fffefd", Want: "\xff\xfe\xfd", Bad: "invalid_utf8 @ 0 Text"},
	{Name: "no UTF-8 later", Wire: "41c3a9c3", Want: "Aé\xc3", Bad: "invalid_utf8 @ 3 Text"},
}

func TestDeviceText(t *testing.T) {
	atttest.Vectors(t, gatt.ParseDeviceText, deviceTexts)
	if got := deviceTexts[1].Want.Text(); got != "A\x00B" {
		t.Errorf("padded text = %q, want %q", got, "A\x00B")
	}
}

func FuzzParseDeviceText(f *testing.F) { atttest.Fuzz(f, gatt.ParseDeviceText, deviceTexts) }

var systemIDs = []atttest.Vector[gatt.SystemID]{
	{Name: "bytes in order", Wire: "0102030405 060708", Want: gatt.SystemID{Manufacturer: 0x0504030201, OUI: 0x080706}},
	{Name: "all ones", Wire: "ffffffffff ffffff", Want: gatt.SystemID{Manufacturer: 1<<40 - 1, OUI: 1<<24 - 1}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 ManufacturerIdentifier"},
	{Name: "cut", Wire: "0102030405 0607", Want: gatt.SystemID{Manufacturer: 0x0504030201}, Bad: "truncated @ 5 OUI"},
	{
		Name: "surplus", Wire: "0102030405 060708 09", Want: gatt.SystemID{Manufacturer: 0x0504030201, OUI: 0x080706},
		Bad: "trailing_bytes @ 8",
	},
}

func TestSystemID(t *testing.T) {
	atttest.Vectors(t, gatt.ParseSystemID, systemIDs)
	if got := systemIDs[0].Want.String(); got != "080706-0504030201" {
		t.Errorf("String = %q, want the OUI first", got)
	}
	for _, id := range []gatt.SystemID{{Manufacturer: 1 << 40}, {OUI: 1 << 24}} {
		if _, err := id.AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
			t.Errorf("%+v encodes: %v, want %v", id, err, device.ErrOutOfRange)
		}
	}
}

func FuzzParseSystemID(f *testing.F) { atttest.Fuzz(f, gatt.ParseSystemID, systemIDs) }

var pnpIDs = []atttest.Vector[gatt.PnPID]{
	{Name: "Bluetooth", Wire: "01 0a00 0b00 0100", Want: gatt.PnPID{Source: gatt.VendorBluetooth, Vendor: 10, Product: 11, Version: 1}},
	{Name: "USB", Wire: "02 3412 7856 0001", Want: gatt.PnPID{Source: gatt.VendorUSB, Vendor: 0x1234, Product: 0x5678, Version: 0x0100}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 VendorIDSource"},
	{Name: "source 0", Wire: "00 0a00 0b00 0100", Want: gatt.PnPID{Vendor: 10, Product: 11, Version: 1}, Bad: "reserved_value @ 0 VendorIDSource"},
	{
		Name: "source 3", Wire: "03 0a00 0b00 0100", Want: gatt.PnPID{Source: 3, Vendor: 10, Product: 11, Version: 1},
		Bad: "reserved_value @ 0 VendorIDSource",
	},
	{Name: "cut", Wire: "01 0a00 0b00 01", Want: gatt.PnPID{Source: 1, Vendor: 10, Product: 11}, Bad: "truncated @ 5 ProductVersion"},
}

func TestPnPID(t *testing.T) { atttest.Vectors(t, gatt.ParsePnPID, pnpIDs) }

func FuzzParsePnPID(f *testing.F) { atttest.Fuzz(f, gatt.ParsePnPID, pnpIDs) }

var batteryLevels = []atttest.Vector[gatt.BatteryLevel]{
	{Name: "empty", Wire: "00", Want: 0},
	{Name: "full", Wire: "64", Want: 100},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Level"},
	{Name: "101", Wire: "65", Want: 101, Bad: "reserved_value @ 0 Level"},
	{Name: "surplus", Wire: "4b 6c", Want: 75, Bad: "trailing_bytes @ 1"},
	{Name: "reserved and surplus", Wire: "66 6c", Want: 102, Bad: "trailing_bytes @ 1"},
}

func TestBatteryLevel(t *testing.T) {
	atttest.Vectors(t, gatt.ParseBatteryLevel, batteryLevels)
	atttest.TestReadings(t, gatt.UUIDBatteryLevel, []atttest.Meaning{{Name: "level", Wire: "4b", Want: []string{"BatteryLevel 75 % [good] on arrival"}}})
	atttest.Allocs(t, gatt.ParseBatteryLevel, "4b")
}

func FuzzParseBatteryLevel(f *testing.F) { atttest.Fuzz(f, gatt.ParseBatteryLevel, batteryLevels) }
