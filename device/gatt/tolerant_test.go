package gatt_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/vitals"
)

// A strap of a newer generation sets a flag that nobody knows.
func ExampleHealthDecoder() {
	decoder := gatt.HealthDecoder{
		Tolerant: true,
		Deviated: func(_ device.Frame, o gatt.Outcome) { fmt.Println("tolerated:", o.Tolerated) },
	}
	readings, err := decoder.AppendReadings(nil, device.Frame{
		Format: device.GATT(gatt.UUIDHeartRateMeasurement), Bytes: []byte{0x20, 0x48},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(readings[0].Quantity, readings[0].Quality)
	// Output:
	// tolerated: HeartRateMeasurement: byte 0, Flags: reserved bits are set (HRS 1.0, 3.1)
	// 72 /min nonconforming
}

// What is known about a model is used for that model only, and never silently.
func ExampleQuirksOf() {
	identity := device.Identity{Manufacturer: "NordicSemiconductor", Model: "CGM"}
	fmt.Println(gatt.QuirksOf(identity))
	fmt.Println(gatt.QuirksOf(device.Identity{Manufacturer: "Acme"}))
	// Output:
	// CGM annunciation reversed
	// none
}

// describe is how a frame was read, in words.
func describe(rs []vitals.Reading, o gatt.Outcome, err error) string {
	var parts []string
	for _, r := range rs {
		parts = append(parts, fmt.Sprintf("%v %v [%v]", r.Kind, r.Quantity, r.Quality))
	}
	for e := range o.Tolerated.All() {
		parts = append(parts, "tolerated "+atttest.Fault(e))
	}
	if !o.Applied.IsZero() {
		parts = append(parts, "applied "+o.Applied.String())
	}
	if !o.Suspected.IsZero() {
		parts = append(parts, "suspected "+o.Suspected.String())
	}
	if err != nil {
		parts = append(parts, "refused "+atttest.Fault(err))
	}
	return strings.Join(parts, "; ")
}

func decodeWith(t *testing.T, d gatt.HealthDecoder, uuid uint16, wire string) string {
	t.Helper()
	b := atttest.Unhex(t, wire)
	before := bytes.Clone(b)
	got := describe(d.Decode(nil, device.Frame{Format: device.GATT(uuid), Bytes: b, At: atttest.Noon, Device: "d"}))
	if !bytes.Equal(b, before) {
		t.Errorf("%s: the frame was changed to % x", wire, b)
	}
	return got
}

func TestTolerant(t *testing.T) {
	for _, tt := range []struct {
		name             string
		uuid             uint16
		wire             string
		strict, tolerant string
	}{
		{
			"good", gatt.UUIDHeartRateMeasurement, "00 48",
			"HeartRate 72 /min [good]", "HeartRate 72 /min [good]",
		},
		{
			"reserved flag", gatt.UUIDHeartRateMeasurement, "20 48",
			"refused reserved_bits @ 0 Flags", "HeartRate 72 /min [nonconforming]; tolerated reserved_bits @ 0 Flags",
		},
		{
			"reserved flag and the field that it announces", gatt.UUIDHeartRateMeasurement, "20 48 07",
			"refused reserved_bits @ 0 Flags",
			"HeartRate 72 /min [nonconforming]; tolerated reserved_bits @ 0 Flags; tolerated trailing_bytes @ 2",
		},
		{
			"reserved flag and nothing else", gatt.UUIDHeartRateMeasurement, "20",
			"refused reserved_bits @ 0 Flags", "refused reserved_bits @ 0 Flags",
		},
		{
			"half an RR interval", gatt.UUIDHeartRateMeasurement, "10 3e b103 de",
			"refused truncated @ 4 RR", "HeartRate 62 /min [nonconforming]; RRInterval 922.9 ms [nonconforming]; tolerated truncated @ 4 RR",
		},
		{
			"missing field", gatt.UUIDHeartRateMeasurement, "08 48 10",
			"refused truncated @ 2 Energy", "refused truncated @ 2 Energy",
		},
		{
			"battery above 100", gatt.UUIDBatteryLevel, "65",
			"refused reserved_value @ 0 Level", "BatteryLevel no value [reserved-number|nonconforming]; tolerated reserved_value @ 0 Level",
		},
		{
			"impossible month", gatt.UUIDTemperatureMeasurement, "02 6c0100ff e8070d1f0c1e00",
			"refused out_of_range @ 7 Month", "BodyTemperature 36.4 °C [clock-unset|nonconforming]; tolerated out_of_range @ 7 Month",
		},
		{
			"reserved site", gatt.UUIDTemperatureMeasurement, "04 6c0100ff 0c",
			"refused reserved_value @ 5 TemperatureType", "BodyTemperature 36.4 °C [nonconforming]; tolerated reserved_value @ 5 TemperatureType",
		},
		{
			"trailing zeros", bgm.UUIDContext, "40 0100 46f0 000000",
			"refused trailing_bytes @ 5", "HbA1c 7.0 % [nonconforming]; tolerated trailing_bytes @ 5",
		},
		{
			"IEEE 754 is suspected and not used", gatt.UUIDTemperatureMeasurement, "00 6666 1242",
			"BodyTemperature 1205862" + strings.Repeat("0", 66) + " °C [good]; suspected IEEE 754 for FLOAT",
			"BodyTemperature 1205862" + strings.Repeat("0", 66) + " °C [good]; suspected IEEE 754 for FLOAT",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := decodeWith(t, gatt.HealthDecoder{}, tt.uuid, tt.wire); got != tt.strict {
				t.Errorf("strict\n got %s\nwant %s", got, tt.strict)
			}
			if got := decodeWith(t, gatt.HealthDecoder{Tolerant: true}, tt.uuid, tt.wire); got != tt.tolerant {
				t.Errorf("tolerant\n got %s\nwant %s", got, tt.tolerant)
			}
		})
	}
}

func TestQuirks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		quirks gatt.Quirks
		uuid   uint16
		wire   string
		want   string
	}{
		{
			"IEEE 754",
			gatt.Quirks{IEEE754: true},
			gatt.UUIDTemperatureMeasurement, "00 6666 1242",
			"BodyTemperature 36.6 °C [nonconforming]; applied IEEE 754 for FLOAT",
		},
		{
			"IEEE 754 with noise, °F",
			gatt.Quirks{IEEE754: true},
			gatt.UUIDIntermediateTemperature, "01 3533 c542",
			"BodyTemperature 98.6 °F [ongoing|nonconforming]; applied IEEE 754 for FLOAT",
		},
		{
			"IEEE 754 NaN",
			gatt.Quirks{IEEE754: true},
			gatt.UUIDTemperatureMeasurement, "00 0000 c07f",
			"BodyTemperature no value [not-a-number|nonconforming]; applied IEEE 754 for FLOAT",
		},
		{
			"the firmware was repaired",
			gatt.Quirks{IEEE754: true},
			gatt.UUIDTemperatureMeasurement, "00 6c0100ff",
			"BodyTemperature 36.4 °C [good]",
		},
		{
			"neither makes sense",
			gatt.Quirks{IEEE754: true},
			gatt.UUIDTemperatureMeasurement, "00 0000 0040",
			"BodyTemperature 0 °C [good]",
		},
		{
			"header",
			gatt.Quirks{Header: "\xaa\x55"},
			gatt.UUIDHeartRateMeasurement, "aa55 00 48",
			"HeartRate 72 /min [nonconforming]; applied vendor header",
		},
		{
			"no header",
			gatt.Quirks{Header: "\xaa\x55"},
			gatt.UUIDHeartRateMeasurement, "00 48",
			"HeartRate 72 /min [good]",
		},
		{
			"padding",
			gatt.Quirks{Padding: true},
			bgm.UUIDContext, "40 0100 46f0 000000",
			"HbA1c 7.0 % [nonconforming]; applied padding",
		},
		{
			"no padding but something else",
			gatt.Quirks{Padding: true},
			bgm.UUIDContext, "40 0100 46f0 000001",
			"refused trailing_bytes @ 5",
		},
		{
			"padding behind half a field",
			gatt.Quirks{Padding: true},
			gatt.UUIDBloodPressureMeasurement, "00 7800 50",
			"refused truncated @ 3 Diastolic",
		},
		{
			"CGM octets as specified",
			gatt.Quirks{},
			cgm.UUIDMeasurement, "08 a0 6400 0500 20 02",
			"GlucoseISF 100 mg/dL [sensor-fault]",
		},
		{
			"CGM octets reversed",
			gatt.Quirks{CGMReversed: true},
			cgm.UUIDMeasurement, "08 a0 6400 0500 20 02",
			"GlucoseISF 100 mg/dL [low-battery|nonconforming]; applied CGM annunciation reversed",
		},
		{
			"CGM with one octet cannot be reversed",
			gatt.Quirks{CGMReversed: true},
			cgm.UUIDMeasurement, "07 80 6400 0500 02",
			"GlucoseISF 100 mg/dL [low-battery]",
		},
		{
			"a wrong checksum is not repaired",
			gatt.Quirks{CGMReversed: true},
			cgm.UUIDMeasurement, "0a a0 6400 0500 20 02 0000",
			"refused crc_mismatch @ 8 CRC",
		},
		{
			"quirk of another characteristic",
			gatt.Quirks{IEEE754: true, CGMReversed: true},
			gatt.UUIDHeartRateMeasurement, "00 48",
			"HeartRate 72 /min [good]",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := gatt.HealthDecoder{Quirks: func(id vitals.DeviceID) gatt.Quirks {
				if id != "d" {
					t.Errorf("quirks of device %q were asked for", id)
				}
				return tt.quirks
			}}
			if got := decodeWith(t, d, tt.uuid, tt.wire); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestQuirksOf(t *testing.T) {
	for _, tt := range []struct {
		id   device.Identity
		want gatt.Quirks
	}{
		{device.Identity{}, gatt.Quirks{}},
		{device.Identity{Manufacturer: "NordicSemiconductor"}, gatt.Quirks{CGMReversed: true}},
		{device.Identity{Manufacturer: "nordicsemiconductor", Model: "x"}, gatt.Quirks{CGMReversed: true}},
		{device.Identity{Manufacturer: "NordicSemiconductors"}, gatt.Quirks{}},
	} {
		if got := gatt.QuirksOf(tt.id); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.id, got, tt.want)
		}
	}
}

func TestTolerantAllocs(t *testing.T) {
	dst := make([]vitals.Reading, 0, 8)
	d := gatt.HealthDecoder{Tolerant: true, Quirks: func(vitals.DeviceID) gatt.Quirks { return gatt.Quirks{IEEE754: true, Padding: true} }}
	f := device.Frame{Format: device.GATT(gatt.UUIDTemperatureMeasurement), Bytes: atttest.Unhex(t, "00 6c0100ff"), At: atttest.Noon}
	if n := testing.AllocsPerRun(100, func() { dst, _ = d.AppendReadings(dst[:0], f) }); n != 0 {
		t.Errorf("%v allocations per good frame, want 0", n)
	}
}

// Tolerance adds readings and changes none: what strict reads, tolerant reads
// alike, and what only tolerant reads is marked.
func FuzzTolerant(f *testing.F) {
	f.Add(uint16(gatt.UUIDHeartRateMeasurement), []byte{0x20, 0x48, 7})
	f.Add(uint16(gatt.UUIDTemperatureMeasurement), []byte{0, 0x66, 0x66, 0x12, 0x42})
	f.Add(uint16(bgm.UUIDContext), []byte{0x40, 1, 0, 0x46, 0xF0, 0, 0})
	f.Fuzz(func(t *testing.T, uuid uint16, b []byte) {
		frame := device.Frame{Format: device.GATT(uuid), Bytes: b, At: atttest.Noon}
		strict, strictErr := gatt.Health().AppendReadings(nil, frame)
		for _, d := range []gatt.HealthDecoder{
			{Tolerant: true},
			{Tolerant: true, Quirks: func(vitals.DeviceID) gatt.Quirks {
				return gatt.Quirks{CGMReversed: true, IEEE754: true, Padding: true, Header: "\xaa"}
			}},
		} {
			got, o, err := d.Decode(nil, frame)
			if err != nil && (len(got) > 0 || !o.IsZero()) {
				t.Errorf("%04X % x: %v beside %v", uuid, b, got, err)
			}
			if strictErr == nil && o.Strict() && !equalReadings(got, strict) {
				t.Errorf("%04X % x: %v, want %v as strict", uuid, b, got, strict)
			}
			if strictErr != nil && err == nil && o.Strict() {
				t.Errorf("%04X % x: strict refuses (%v), and the outcome is silent", uuid, b, strictErr)
			}
			for _, r := range got {
				if r.Quality.Has(vitals.Nonconforming) == o.Strict() {
					t.Errorf("%04X % x: %v with outcome %+v", uuid, b, r.Quality, o)
				}
			}
		}
	})
}

func equalReadings(a, b []vitals.Reading) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestIdentify(t *testing.T) {
	var id device.Identity
	for _, f := range []struct {
		uuid uint16
		text string
	}{
		{gatt.UUIDManufacturerName, "Acme\x00\x00"},
		{gatt.UUIDModelNumber, " Cuff\t2\r\n"},
		{gatt.UUIDSerialNumber, "4711"},
		{gatt.UUIDFirmwareRevision, "1.4"},
		{gatt.UUIDHardwareRevision, "B"},
		{gatt.UUIDSoftwareRevision, ""},
		{gatt.UUIDSystemID, "\x01\x02\x03\x04\x05\x0a\x0b\x0c"},
	} {
		var err error
		if id, err = gatt.Identify(id, device.Frame{Format: device.GATT(f.uuid), Bytes: []byte(f.text)}); err != nil {
			t.Fatal(err)
		}
	}
	want := device.Identity{
		Manufacturer: "Acme", Model: "Cuff2", Firmware: "1.4", Hardware: "B",
		Serial: device.NewUniqueID("4711"), SystemID: device.NewUniqueID("0c0b0a0504030201"),
	}
	if id != want {
		t.Errorf("got %#v, want %#v", id, want)
	}
	for uuid, want := range map[uint16]error{
		gatt.UUIDBatteryLevel: device.ErrUnsupported, gatt.UUIDSerialNumber: device.ErrText, gatt.UUIDSystemID: device.ErrTruncated,
	} {
		if got, err := gatt.Identify(id, device.Frame{Format: device.GATT(uuid), Bytes: []byte{0xFF}}); !errors.Is(err, want) || got != id {
			t.Errorf("%04X: %v, want %v and nothing changed", uuid, err, want)
		}
	}
}
