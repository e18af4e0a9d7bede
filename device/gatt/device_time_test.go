package gatt_test

import (
	"errors"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
)

var deviceTimeFeatures = []vector[gatt.DeviceTimeFeature]{
	{name: "none", wire: "0000", want: gatt.DeviceTimeFeature{}},
	{name: "CRC", wire: "d0da 0300", want: gatt.DeviceTimeFeature{Features: gatt.DTE2ECRC | gatt.DTChangeLogging, HasCRC: true}},
	{name: "reserved bits are kept", wire: "ffff", want: gatt.DeviceTimeFeature{Features: 0xFFFF}},
	{name: "cut", wire: "00", bad: "truncated @ 0 Features"},
	{name: "surplus", wire: "000000", bad: "trailing_bytes @ 2"},
	{name: "wrong CRC", wire: "d1da 0300", want: gatt.DeviceTimeFeature{Features: 3, HasCRC: true}, bad: "crc_mismatch @ 0 CRC"},
}

func TestDeviceTimeFeature(t *testing.T) {
	testVectors(t, gatt.ParseDeviceTimeFeature, deviceTimeFeatures)
	testParseAllocs(t, gatt.ParseDeviceTimeFeature, deviceTimeFeatures[1].wire)
}

func FuzzParseDeviceTimeFeature(f *testing.F) {
	fuzz(f, gatt.ParseDeviceTimeFeature, deviceTimeFeatures)
}

// everyTimeFeature makes every field of the service mandatory.
const everyTimeFeature = gatt.DeviceTimeFeatures(0x1FFF)

func parameters(features gatt.DeviceTimeFeatures) func([]byte) (gatt.DeviceTimeParameters, error) {
	return func(b []byte) (gatt.DeviceTimeParameters, error) { return gatt.ParseDeviceTimeParameters(b, features) }
}

var everyParameter = []vector[gatt.DeviceTimeParameters]{
	{
		name: "every", wire: "bb19 4801 2c01 4900 0a00 0100",
		want: gatt.DeviceTimeParameters{
			Features: everyTimeFeature, Resolution: 328, MaxDrift: 300, MaxDays: 73, NonLoggedLimit: 10, Formats: 1,
		},
	},
	{
		name: "wrong CRC", wire: "bb18 4801 2c01 4900 0a00 0100",
		want: gatt.DeviceTimeParameters{
			Features: everyTimeFeature, Resolution: 328, MaxDrift: 300, MaxDays: 73, NonLoggedLimit: 10, Formats: 1,
		},
		bad: "crc_mismatch @ 0 CRC",
	},
}

func TestDeviceTimeParameters(t *testing.T) {
	testVectors(t, parameters(everyTimeFeature), everyParameter)
	testVectors(t, parameters(0), []vector[gatt.DeviceTimeParameters]{
		{name: "none", wire: "4801", want: gatt.DeviceTimeParameters{Resolution: 328}},
		{name: "surplus", wire: "480100", want: gatt.DeviceTimeParameters{Resolution: 328}, bad: "trailing_bytes @ 2"},
	})
	some := gatt.DTDriftTracking | gatt.DTChangeLogging
	testVectors(t, parameters(some), []vector[gatt.DeviceTimeParameters]{
		{name: "some", wire: "ffff 2c01 4900 0a00", want: gatt.DeviceTimeParameters{
			Features: some, Resolution: 0xFFFF, MaxDrift: 300, MaxDays: 73, NonLoggedLimit: 10,
		}},
		{name: "cut", wire: "ffff 2c01 49", want: gatt.DeviceTimeParameters{Features: some, Resolution: 0xFFFF, MaxDrift: 300}, bad: "truncated @ 4 MaxDays"},
	})
	testParseAllocs(t, parameters(everyTimeFeature), everyParameter[0].wire)
}

func FuzzParseDeviceTimeParameters(f *testing.F) {
	fuzz(f, parameters(everyTimeFeature), everyParameter)
}

func deviceTime(features gatt.DeviceTimeFeatures) func([]byte) (gatt.DeviceTime, error) {
	return func(b []byte) (gatt.DeviceTime, error) { return gatt.ParseDeviceTime(b, features) }
}

var everyDeviceTime = []vector[gatt.DeviceTime]{
	{
		name: "every", wire: "6a24 8051012c 08 04 1200 00510100 0500 0700 0080",
		want: gatt.DeviceTime{
			Features: everyTimeFeature, BaseTime: 738283904, Zone: 8, DST: gatt.DSTOneHour,
			Status: gatt.DTUTCAligned | gatt.DTSince2000, UserTime: 86272, Drift: 5, NextSequence: 7, Fraction: 0x8000,
		},
	},
}

func TestDeviceTime(t *testing.T) {
	testVectors(t, deviceTime(everyTimeFeature), everyDeviceTime)
	testVectors(t, deviceTime(0), []vector[gatt.DeviceTime]{
		{name: "zero", wire: "00000000 00 00 0000", want: gatt.DeviceTime{}},
		{name: "west, DST unknown", wire: "4077fb27 ec ff 1100", want: gatt.DeviceTime{
			BaseTime: 670791488, Zone: -20, DST: gatt.DSTUnknown, Status: gatt.DTTimeFault | gatt.DTSince2000,
		}},
		{name: "zone", wire: "00000000 40 00 0000", want: gatt.DeviceTime{Zone: 64}, bad: "out_of_range @ 4 TimeZone"},
		{name: "DST", wire: "00000000 00 01 0000", want: gatt.DeviceTime{DST: 1}, bad: "reserved_value @ 5 DSTOffset"},
		{name: "cut", wire: "00000000 00 00 00", bad: "truncated @ 6 Status"},
	})
	testParseAllocs(t, deviceTime(everyTimeFeature), everyDeviceTime[0].wire)
	if got, want := everyDeviceTime[0].want.Base(), time.Date(2023, 5, 24, 22, 51, 44, 5e8, time.UTC); !got.Equal(want) {
		t.Errorf("base time %v, want %v", got, want)
	}
	if got := (gatt.DeviceTime{BaseTime: 1}).Base(); got != time.Date(1900, 1, 1, 0, 0, 1, 0, time.UTC) {
		t.Errorf("base time %v, want the first second of 1900", got)
	}
}

func FuzzParseDeviceTime(f *testing.F) { fuzz(f, deviceTime(everyTimeFeature), everyDeviceTime) }

var elapsedTimes = []vector[gatt.CurrentElapsedTime]{
	{
		name: "local with offset", wire: "30 805101000000 04 08 00 00",
		want: gatt.CurrentElapsedTime{
			ElapsedTime: gatt.ElapsedTime{UsesOffset: true, Current: true, Value: 86400, Source: gatt.TimeSourceManual, Offset: 8},
			HasClock:    true,
		},
	},
	{
		name: "UTC in ms, without a clock", wire: "2a 3a32d163b300 01 00",
		want: gatt.CurrentElapsedTime{ElapsedTime: gatt.ElapsedTime{
			UTC: true, Resolution: gatt.ResolutionMs, Current: true, Value: 770473800250, Source: gatt.TimeSourceNTP,
		}},
	},
	{
		name: "ticks of 100 ms, clock", wire: "05 f40100000000 00 00 01 03",
		want: gatt.CurrentElapsedTime{
			ElapsedTime: gatt.ElapsedTime{Ticks: true, Resolution: gatt.Resolution100ms, Value: 500},
			Status:      gatt.ClockNeedsSet, Capabilities: gatt.ClockAppliesDST | gatt.ClockManagesZone, HasClock: true,
		},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 TimeFlags"},
	{name: "cut", wire: "00 0000", bad: "truncated @ 1 TimeValue"},
	{name: "one of two", wire: "00 000000000000 00 00 01", want: gatt.CurrentElapsedTime{Status: 1, HasClock: true}, bad: "truncated @ 10 ClockCapabilities"},
	{name: "surplus", wire: "00 000000000000 00 00 00 00 00", want: gatt.CurrentElapsedTime{HasClock: true}, bad: "trailing_bytes @ 11"},
	{
		name: "reserved flag", wire: "40 000000000000 00 00",
		want: gatt.CurrentElapsedTime{ElapsedTime: gatt.ElapsedTime{Reserved: 0x40}}, bad: "reserved_bits @ 0 TimeFlags",
	},
	{
		name: "source", wire: "00 000000000000 08 00",
		want: gatt.CurrentElapsedTime{ElapsedTime: gatt.ElapsedTime{Source: 8}}, bad: "reserved_value @ 7 TimeSource",
	},
}

func TestElapsedTime(t *testing.T) {
	testVectors(t, gatt.ParseElapsedTime, elapsedTimes)
	testParseAllocs(t, gatt.ParseElapsedTime, elapsedTimes[0].wire)
	for _, bad := range []gatt.ElapsedTime{{Value: 1 << 48}, {Resolution: 4}} {
		if _, err := bad.AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
			t.Errorf("%+v: %v, want out of range", bad, err)
		}
	}
}

func TestElapsedTimeInstant(t *testing.T) {
	vienna := time.FixedZone("", 7200)
	at := func(h, m int) time.Time { return time.Date(2024, 5, 31, h, m, 0, 0, time.UTC) }
	for _, tt := range []struct {
		name string
		t    gatt.ElapsedTime
		want time.Time
		text string
	}{
		{"UTC", gatt.ElapsedTime{UTC: true, Value: may31Seconds}, at(12, 30), "2024-05-31T12:30:00Z"},
		{"UTC with offset", gatt.ElapsedTime{UTC: true, UsesOffset: true, Offset: -20, Value: may31Seconds}, at(12, 30), "2024-05-31T12:30:00Z"},
		{"local with offset", gatt.ElapsedTime{UsesOffset: true, Offset: -2, Value: may31Seconds}, at(13, 0), "2024-05-31T12:30:00"},
		{"local", gatt.ElapsedTime{Value: may31Seconds}, at(10, 30), "2024-05-31T12:30:00"},
		{"tenths", gatt.ElapsedTime{UTC: true, Resolution: gatt.Resolution100ms, Value: may31Seconds * 10}, at(12, 30), "2024-05-31T12:30:00Z"},
		{"100 µs", gatt.ElapsedTime{UTC: true, Resolution: gatt.Resolution100us, Value: may31Seconds*10000 + 5}, at(12, 30).Add(500 * time.Microsecond), "2024-05-31T12:30:00.0005Z"},
		{"ticks", gatt.ElapsedTime{Ticks: true, Resolution: gatt.ResolutionMs, Value: 12}, time.Time{}, "12 × 1ms"},
		{"too late", gatt.ElapsedTime{UTC: true, Value: 1<<48 - 1}, time.Time{}, "out of range"},
	} {
		got, ok := tt.t.Time(vienna)
		if ok == tt.want.IsZero() || !got.Equal(tt.want) || tt.t.String() != tt.text {
			t.Errorf("%s: %v, %v, %q; want %v, %q", tt.name, got, ok, tt.t, tt.want, tt.text)
		}
	}
}

func FuzzParseElapsedTime(f *testing.F) { fuzz(f, gatt.ParseElapsedTime, elapsedTimes) }
