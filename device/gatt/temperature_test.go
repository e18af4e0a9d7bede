package gatt_test

import (
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
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

var temperatures = []atttest.Vector[gatt.TemperatureMeasurement]{
	{Name: "Celsius", Wire: "00 6c0100ff", Want: gatt.TemperatureMeasurement{Value: 0xFF00016C}},
	{Name: "Fahrenheit", Wire: "01 da0300ff", Want: gatt.TemperatureMeasurement{Value: 0xFF0003DA, Fahrenheit: true}},
	{
		Name: "all", Wire: "07 da0300ff e807051f0c1e00 09",
		Want: gatt.TemperatureMeasurement{
			Value: 0xFF0003DA, Fahrenheit: true, Timestamp: atttest.May31, HasTimestamp: true, Type: gatt.TemperatureTympanum, HasType: true,
		},
	},
	{Name: "NaN", Wire: "00 ffff7f00", Want: gatt.TemperatureMeasurement{Value: medfloat.NaN}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 Flags"},
	{Name: "cut in the value", Wire: "00 01", Bad: "truncated @ 1 Temperature"},
	{
		Name: "no type", Wire: "04 6c0100ff", Want: gatt.TemperatureMeasurement{Value: 0xFF00016C, HasType: true},
		Bad: "truncated @ 5 TemperatureType",
	},
	{
		Name: "type 0", Wire: "04 6c0100ff 00", Want: gatt.TemperatureMeasurement{Value: 0xFF00016C, HasType: true},
		Bad: "reserved_value @ 5 TemperatureType",
	},
	{
		Name: "type 10", Wire: "04 6c0100ff 0a", Want: gatt.TemperatureMeasurement{Value: 0xFF00016C, Type: 10, HasType: true},
		Bad: "reserved_value @ 5 TemperatureType",
	},
	{
		Name: "second 60", Wire: "02 6c0100ff e807051f0c1e3c", Bad: "out_of_range @ 11 Second",
		Want: gatt.TemperatureMeasurement{Value: 0xFF00016C, Timestamp: clock.DateTime{Year: 2024, Month: 5, Day: 31, Hour: 12, Minute: 30, Second: 60}, HasTimestamp: true},
	},
	{Name: "surplus", Wire: "00 6c0100ff 01", Want: gatt.TemperatureMeasurement{Value: 0xFF00016C}, Bad: "trailing_bytes @ 5"},
	{Name: "reserved flag", Wire: "08 6c0100ff", Want: gatt.TemperatureMeasurement{Value: 0xFF00016C, Reserved: 8}, Bad: "reserved_bits @ 0 Flags"},
}

func TestTemperatureMeasurement(t *testing.T) {
	atttest.Vectors(t, gatt.ParseTemperatureMeasurement, temperatures)
}

func TestTemperatureReadings(t *testing.T) {
	rows := []atttest.Meaning{
		{Name: "no site", Wire: "00 6c0100ff", Want: []string{"BodyTemperature 36.4 °C [good] on arrival"}},
		{Name: "Fahrenheit stays Fahrenheit", Wire: "03 da0300ff e807051f0c1e00", Want: []string{"BodyTemperature 98.6 °F [good] 2024-05-31 12:30:00"}},
		{Name: "below zero", Wire: "00 ecffffff", Want: []string{"BodyTemperature -2.0 °C [good] on arrival"}},
		{Name: "NaN", Wire: "00 ffff7f00", Want: []string{"BodyTemperature no value [not-a-number] on arrival"}},
		{Name: "NRes", Wire: "00 00008000", Want: []string{"BodyTemperature no value [not-at-resolution] on arrival"}},
		{Name: "+INF", Wire: "00 feff7f00", Want: []string{"BodyTemperature no value [above-range] on arrival"}},
		{Name: "-INF", Wire: "00 02008000", Want: []string{"BodyTemperature no value [below-range] on arrival"}},
		{Name: "RFU", Wire: "00 01008000", Want: []string{"BodyTemperature no value [reserved-number] on arrival"}},
	}
	for i, kind := range []string{
		"TempAxillary", "BodyTemperature", "TempEar", "TempFinger", "TempGI", "TempOral", "TempRectal", "TempToe", "TempTympanic",
	} {
		site := gatt.TemperatureType(i + 1)
		rows = append(rows, atttest.Meaning{Name: site.String(), Wire: fmt.Sprintf("04 6c0100ff %02x", i+1), Want: []string{kind + " 36.4 °C [good] on arrival"}})
	}
	atttest.TestReadings(t, gatt.UUIDTemperatureMeasurement, rows)
	atttest.Allocs(t, gatt.ParseTemperatureMeasurement, temperatures[2].Wire)
}

func FuzzParseTemperatureMeasurement(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseTemperatureMeasurement, temperatures)
}

var intermediateTemperatures = []atttest.Vector[gatt.IntermediateTemperature]{
	{Name: "Celsius", Wire: "00 6c0100ff", Want: gatt.IntermediateTemperature{Value: 0xFF00016C}},
	{
		Name: "site", Wire: "04 6c0100ff 06",
		Want: gatt.IntermediateTemperature{Value: 0xFF00016C, Type: gatt.TemperatureMouth, HasType: true},
	},
	{Name: "cut", Wire: "00 6c0100", Bad: "truncated @ 1 Temperature"},
	{Name: "reserved flag", Wire: "80 6c0100ff", Want: gatt.IntermediateTemperature{Value: 0xFF00016C, Reserved: 0x80}, Bad: "reserved_bits @ 0 Flags"},
}

func TestIntermediateTemperature(t *testing.T) {
	atttest.Vectors(t, gatt.ParseIntermediateTemperature, intermediateTemperatures)
	atttest.TestReadings(t, gatt.UUIDIntermediateTemperature, []atttest.Meaning{
		{Name: "not settled", Wire: "04 6c0100ff 06", Want: []string{"TempOral 36.4 °C [ongoing] on arrival"}},
	})
	atttest.Allocs(t, gatt.ParseIntermediateTemperature, "04 6c0100ff 06")
}

func FuzzParseIntermediateTemperature(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseIntermediateTemperature, intermediateTemperatures)
}

func BenchmarkTemperature(b *testing.B) {
	atttest.Benchmark(b, gatt.ParseTemperatureMeasurement, "06 6c0100ff e807051f0c1e00 06")
}
