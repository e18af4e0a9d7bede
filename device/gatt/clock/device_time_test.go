package clock_test

import (
	"errors"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/ghs"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

var deviceTimeFeatures = []atttest.Vector[clock.DeviceTimeFeature]{
	{Name: "none", Wire: "0000", Want: clock.DeviceTimeFeature{}},
	{Name: "CRC", Wire: "d0da 0300", Want: clock.DeviceTimeFeature{Features: clock.DTE2ECRC | clock.DTChangeLogging, HasCRC: true}},
	{Name: "reserved bits are kept", Wire: "ffff", Want: clock.DeviceTimeFeature{Features: 0xFFFF}},
	{Name: "cut", Wire: "00", Bad: "truncated @ 0 Features"},
	{Name: "surplus", Wire: "000000", Bad: "trailing_bytes @ 2"},
	{Name: "wrong CRC", Wire: "d1da 0300", Want: clock.DeviceTimeFeature{Features: 3, HasCRC: true}, Bad: "crc_mismatch @ 0 CRC"},
}

func TestDeviceTimeFeature(t *testing.T) {
	atttest.Vectors(t, clock.ParseDeviceTimeFeature, deviceTimeFeatures)
	atttest.ParseAllocs(t, clock.ParseDeviceTimeFeature, deviceTimeFeatures[1].Wire)
}

func FuzzParseDeviceTimeFeature(f *testing.F) {
	atttest.Fuzz(f, clock.ParseDeviceTimeFeature, deviceTimeFeatures)
}

// everyTimeFeature makes every field of the service mandatory.
const everyTimeFeature = clock.DeviceTimeFeatures(0x1FFF)

func parameters(features clock.DeviceTimeFeatures) func([]byte) (clock.DeviceTimeParameters, error) {
	return func(b []byte) (clock.DeviceTimeParameters, error) {
		return clock.ParseDeviceTimeParameters(b, features)
	}
}

var everyParameter = []atttest.Vector[clock.DeviceTimeParameters]{
	{
		Name: "every", Wire: "bb19 4801 2c01 4900 0a00 0100",
		Want: clock.DeviceTimeParameters{
			Features: everyTimeFeature, Resolution: 328, MaxDrift: 300, MaxDays: 73, NonLoggedLimit: 10, Formats: 1,
		},
	},
	{
		Name: "wrong CRC", Wire: "bb18 4801 2c01 4900 0a00 0100",
		Want: clock.DeviceTimeParameters{
			Features: everyTimeFeature, Resolution: 328, MaxDrift: 300, MaxDays: 73, NonLoggedLimit: 10, Formats: 1,
		},
		Bad: "crc_mismatch @ 0 CRC",
	},
}

func TestDeviceTimeParameters(t *testing.T) {
	atttest.Vectors(t, parameters(everyTimeFeature), everyParameter)
	atttest.Vectors(t, parameters(0), []atttest.Vector[clock.DeviceTimeParameters]{
		{Name: "none", Wire: "4801", Want: clock.DeviceTimeParameters{Resolution: 328}},
		{Name: "surplus", Wire: "480100", Want: clock.DeviceTimeParameters{Resolution: 328}, Bad: "trailing_bytes @ 2"},
	})
	some := clock.DTDriftTracking | clock.DTChangeLogging
	atttest.Vectors(t, parameters(some), []atttest.Vector[clock.DeviceTimeParameters]{
		{Name: "some", Wire: "ffff 2c01 4900 0a00", Want: clock.DeviceTimeParameters{
			Features: some, Resolution: 0xFFFF, MaxDrift: 300, MaxDays: 73, NonLoggedLimit: 10,
		}},
		{Name: "cut", Wire: "ffff 2c01 49", Want: clock.DeviceTimeParameters{Features: some, Resolution: 0xFFFF, MaxDrift: 300}, Bad: "truncated @ 4 MaxDays"},
	})
	atttest.ParseAllocs(t, parameters(everyTimeFeature), everyParameter[0].Wire)
}

func FuzzParseDeviceTimeParameters(f *testing.F) {
	atttest.Fuzz(f, parameters(everyTimeFeature), everyParameter)
}

func deviceTime(features clock.DeviceTimeFeatures) func([]byte) (clock.DeviceTime, error) {
	return func(b []byte) (clock.DeviceTime, error) { return clock.ParseDeviceTime(b, features) }
}

var everyDeviceTime = []atttest.Vector[clock.DeviceTime]{
	{
		Name: "every", Wire: "6a24 8051012c 08 04 1200 00510100 0500 0700 0080",
		Want: clock.DeviceTime{
			Features: everyTimeFeature, BaseTime: 738283904, Zone: 8, DST: clock.DSTOneHour,
			Status: clock.DTUTCAligned | clock.DTSince2000, UserTime: 86272, Drift: 5, NextSequence: 7, Fraction: 0x8000,
		},
	},
}

func TestDeviceTime(t *testing.T) {
	atttest.Vectors(t, deviceTime(everyTimeFeature), everyDeviceTime)
	atttest.Vectors(t, deviceTime(0), []atttest.Vector[clock.DeviceTime]{
		{Name: "zero", Wire: "00000000 00 00 0000", Want: clock.DeviceTime{}},
		{Name: "west, DST unknown", Wire: "4077fb27 ec ff 1100", Want: clock.DeviceTime{
			BaseTime: 670791488, Zone: -20, DST: clock.DSTUnknown, Status: clock.DTTimeFault | clock.DTSince2000,
		}},
		{Name: "zone", Wire: "00000000 40 00 0000", Want: clock.DeviceTime{Zone: 64}, Bad: "out_of_range @ 4 TimeZone"},
		{Name: "DST", Wire: "00000000 00 01 0000", Want: clock.DeviceTime{DST: 1}, Bad: "reserved_value @ 5 DSTOffset"},
		{Name: "cut", Wire: "00000000 00 00 00", Bad: "truncated @ 6 Status"},
	})
	atttest.ParseAllocs(t, deviceTime(everyTimeFeature), everyDeviceTime[0].Wire)
	if got, want := everyDeviceTime[0].Want.Base(), time.Date(2023, 5, 24, 22, 51, 44, 5e8, time.UTC); !got.Equal(want) {
		t.Errorf("base time %v, want %v", got, want)
	}
	if got := (clock.DeviceTime{BaseTime: 1}).Base(); got != time.Date(1900, 1, 1, 0, 0, 1, 0, time.UTC) {
		t.Errorf("base time %v, want the first second of 1900", got)
	}
}

func FuzzParseDeviceTime(f *testing.F) {
	atttest.Fuzz(f, deviceTime(everyTimeFeature), everyDeviceTime)
}

var elapsedTimes = []atttest.Vector[ghs.CurrentElapsedTime]{
	{
		Name: "local with offset", Wire: "30 805101000000 04 08 00 00",
		Want: ghs.CurrentElapsedTime{
			ElapsedTime: ghs.ElapsedTime{UsesOffset: true, Current: true, Value: 86400, Source: clock.TimeSourceManual, Offset: 8},
			HasClock:    true,
		},
	},
	{
		Name: "UTC in ms, without a clock", Wire: "2a 3a32d163b300 01 00",
		Want: ghs.CurrentElapsedTime{ElapsedTime: ghs.ElapsedTime{
			UTC: true, Resolution: ghs.ResolutionMs, Current: true, Value: 770473800250, Source: clock.TimeSourceNTP,
		}},
	},
	{
		Name: "ticks of 100 ms, clock", Wire: "05 f40100000000 00 00 01 03",
		Want: ghs.CurrentElapsedTime{
			ElapsedTime: ghs.ElapsedTime{Ticks: true, Resolution: ghs.Resolution100ms, Value: 500},
			Status:      ghs.ClockNeedsSet, Capabilities: ghs.ClockAppliesDST | ghs.ClockManagesZone, HasClock: true,
		},
	},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 TimeFlags"},
	{Name: "cut", Wire: "00 0000", Bad: "truncated @ 1 TimeValue"},
	{Name: "one of two", Wire: "00 000000000000 00 00 01", Want: ghs.CurrentElapsedTime{Status: 1, HasClock: true}, Bad: "truncated @ 10 ClockCapabilities"},
	{Name: "surplus", Wire: "00 000000000000 00 00 00 00 00", Want: ghs.CurrentElapsedTime{HasClock: true}, Bad: "trailing_bytes @ 11"},
	{
		Name: "reserved flag", Wire: "40 000000000000 00 00",
		Want: ghs.CurrentElapsedTime{ElapsedTime: ghs.ElapsedTime{Reserved: 0x40}}, Bad: "reserved_bits @ 0 TimeFlags",
	},
	{
		Name: "source", Wire: "00 000000000000 08 00",
		Want: ghs.CurrentElapsedTime{ElapsedTime: ghs.ElapsedTime{Source: 8}}, Bad: "reserved_value @ 7 TimeSource",
	},
}

func TestElapsedTime(t *testing.T) {
	atttest.Vectors(t, ghs.ParseElapsedTime, elapsedTimes)
	atttest.ParseAllocs(t, ghs.ParseElapsedTime, elapsedTimes[0].Wire)
	for _, bad := range []ghs.ElapsedTime{{Value: 1 << 48}, {Resolution: 4}} {
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
		t    ghs.ElapsedTime
		want time.Time
		text string
	}{
		{"UTC", ghs.ElapsedTime{UTC: true, Value: atttest.May31Seconds}, at(12, 30), "2024-05-31T12:30:00Z"},
		{"UTC with offset", ghs.ElapsedTime{UTC: true, UsesOffset: true, Offset: -20, Value: atttest.May31Seconds}, at(12, 30), "2024-05-31T12:30:00Z"},
		{"local with offset", ghs.ElapsedTime{UsesOffset: true, Offset: -2, Value: atttest.May31Seconds}, at(13, 0), "2024-05-31T12:30:00"},
		{"local", ghs.ElapsedTime{Value: atttest.May31Seconds}, at(10, 30), "2024-05-31T12:30:00"},
		{"tenths", ghs.ElapsedTime{UTC: true, Resolution: ghs.Resolution100ms, Value: atttest.May31Seconds * 10}, at(12, 30), "2024-05-31T12:30:00Z"},
		{"100 µs", ghs.ElapsedTime{UTC: true, Resolution: ghs.Resolution100us, Value: atttest.May31Seconds*10000 + 5}, at(12, 30).Add(500 * time.Microsecond), "2024-05-31T12:30:00.0005Z"},
		{"ticks", ghs.ElapsedTime{Ticks: true, Resolution: ghs.ResolutionMs, Value: 12}, time.Time{}, "12 × 1ms"},
		{"too late", ghs.ElapsedTime{UTC: true, Value: 1<<48 - 1}, time.Time{}, "out of range"},
	} {
		got, ok := tt.t.Time(vienna)
		if ok == tt.want.IsZero() || !got.Equal(tt.want) || tt.t.String() != tt.text {
			t.Errorf("%s: %v, %v, %q; want %v, %q", tt.name, got, ok, tt.t, tt.want, tt.text)
		}
	}
}

func FuzzParseElapsedTime(f *testing.F) { atttest.Fuzz(f, ghs.ParseElapsedTime, elapsedTimes) }
