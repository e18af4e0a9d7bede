package gatt_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/medfloat"
)

func ExampleParseTemperatureMeasurement() {
	m, err := gatt.ParseTemperatureMeasurement([]byte{0x04, 0x6C, 0x01, 0x00, 0xFF, 0x06})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Value, m.Type)
	for _, r := range m.AppendReadings(nil, device.Frame{}) {
		fmt.Println(r.Kind, r.Quantity)
	}
	// Output:
	// 36.4 mouth
	// TempOral 36.4 °C
}

var temperatures = []vector[gatt.TemperatureMeasurement]{
	{name: "Celsius", wire: "00 6c0100ff", want: gatt.TemperatureMeasurement{Value: 0xFF00016C}},
	{name: "Fahrenheit", wire: "01 da0300ff", want: gatt.TemperatureMeasurement{Value: 0xFF0003DA, Fahrenheit: true}},
	{
		name: "all", wire: "07 da0300ff e807051f0c1e00 09",
		want: gatt.TemperatureMeasurement{
			Value: 0xFF0003DA, Fahrenheit: true, Timestamp: may31, HasTimestamp: true, Type: gatt.TemperatureTympanum, HasType: true,
		},
	},
	{name: "NaN", wire: "00 ffff7f00", want: gatt.TemperatureMeasurement{Value: medfloat.NaN}},
	{name: "nothing", wire: "", bad: "truncated @ 0 Flags"},
	{name: "cut in the value", wire: "00 01", bad: "truncated @ 1 Temperature"},
	{
		name: "no type", wire: "04 6c0100ff", want: gatt.TemperatureMeasurement{Value: 0xFF00016C, HasType: true},
		bad: "truncated @ 5 TemperatureType",
	},
	{
		name: "type 0", wire: "04 6c0100ff 00", want: gatt.TemperatureMeasurement{Value: 0xFF00016C, HasType: true},
		bad: "reserved_value @ 5 TemperatureType",
	},
	{
		name: "type 10", wire: "04 6c0100ff 0a", want: gatt.TemperatureMeasurement{Value: 0xFF00016C, Type: 10, HasType: true},
		bad: "reserved_value @ 5 TemperatureType",
	},
	{
		name: "second 60", wire: "02 6c0100ff e807051f0c1e3c", bad: "out_of_range @ 11 Second",
		want: gatt.TemperatureMeasurement{Value: 0xFF00016C, Timestamp: gatt.DateTime{2024, 5, 31, 12, 30, 60}, HasTimestamp: true},
	},
	{name: "surplus", wire: "00 6c0100ff 01", want: gatt.TemperatureMeasurement{Value: 0xFF00016C}, bad: "trailing_bytes @ 5"},
	{name: "reserved flag", wire: "08 6c0100ff", want: gatt.TemperatureMeasurement{Value: 0xFF00016C, Reserved: 8}, bad: "reserved_bits @ 0 Flags"},
}

func TestTemperatureMeasurement(t *testing.T) {
	testVectors(t, gatt.ParseTemperatureMeasurement, temperatures)
}

func TestTemperatureReadings(t *testing.T) {
	rows := []meaning{
		{"no site", "00 6c0100ff", []string{"BodyTemperature 36.4 °C [good] on arrival"}},
		{"Fahrenheit stays Fahrenheit", "03 da0300ff e807051f0c1e00", []string{"BodyTemperature 98.6 °F [good] 2024-05-31 12:30:00"}},
		{"below zero", "00 ecffffff", []string{"BodyTemperature -2.0 °C [good] on arrival"}},
		{"NaN", "00 ffff7f00", []string{"BodyTemperature no value [not-a-number] on arrival"}},
		{"NRes", "00 00008000", []string{"BodyTemperature no value [not-at-resolution] on arrival"}},
		{"+INF", "00 feff7f00", []string{"BodyTemperature no value [above-range] on arrival"}},
		{"-INF", "00 02008000", []string{"BodyTemperature no value [below-range] on arrival"}},
		{"RFU", "00 01008000", []string{"BodyTemperature no value [reserved-number] on arrival"}},
	}
	for i, kind := range []string{
		"TempAxillary", "BodyTemperature", "TempEar", "TempFinger", "TempGI", "TempOral", "TempRectal", "TempToe", "TempTympanic",
	} {
		site := gatt.TemperatureType(i + 1)
		rows = append(rows, meaning{site.String(), fmt.Sprintf("04 6c0100ff %02x", i+1), []string{kind + " 36.4 °C [good] on arrival"}})
	}
	testReadings(t, gatt.UUIDTemperatureMeasurement, rows)
	testAllocs(t, gatt.ParseTemperatureMeasurement, temperatures[2].wire)
}

func FuzzParseTemperatureMeasurement(f *testing.F) {
	fuzz(f, gatt.ParseTemperatureMeasurement, temperatures)
}

var intermediateTemperatures = []vector[gatt.IntermediateTemperature]{
	{name: "Celsius", wire: "00 6c0100ff", want: gatt.IntermediateTemperature{Value: 0xFF00016C}},
	{
		name: "site", wire: "04 6c0100ff 06",
		want: gatt.IntermediateTemperature{Value: 0xFF00016C, Type: gatt.TemperatureMouth, HasType: true},
	},
	{name: "cut", wire: "00 6c0100", bad: "truncated @ 1 Temperature"},
	{name: "reserved flag", wire: "80 6c0100ff", want: gatt.IntermediateTemperature{Value: 0xFF00016C, Reserved: 0x80}, bad: "reserved_bits @ 0 Flags"},
}

func TestIntermediateTemperature(t *testing.T) {
	testVectors(t, gatt.ParseIntermediateTemperature, intermediateTemperatures)
	testReadings(t, gatt.UUIDIntermediateTemperature, []meaning{
		{"not settled", "04 6c0100ff 06", []string{"TempOral 36.4 °C [ongoing] on arrival"}},
	})
	testAllocs(t, gatt.ParseIntermediateTemperature, "04 6c0100ff 06")
}

func FuzzParseIntermediateTemperature(f *testing.F) {
	fuzz(f, gatt.ParseIntermediateTemperature, intermediateTemperatures)
}

func BenchmarkTemperature(b *testing.B) {
	benchmark(b, gatt.ParseTemperatureMeasurement, "06 6c0100ff e807051f0c1e00 06")
}
