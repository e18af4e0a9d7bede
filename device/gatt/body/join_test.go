package body_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/body"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

// A scale sends body fat and water first, weight and height then.
func ExampleJoin() {
	now := time.Date(2024, 6, 30, 12, 0, 0, 0, time.UTC)
	var join body.Join
	for _, wire := range [][]byte{
		{0x00, 0x11, 0xC8, 0x00, 0x40, 0x1F},
		{0x00, 0x1C, 0xFF, 0xFF, 0xB0, 0x36, 0xA4, 0x06},
	} {
		m, err := body.ParseComposition(wire)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, whole := range join.Add(nil, m, device.Frame{At: now}) {
			for _, r := range whole.AppendReadings(nil) {
				fmt.Println(r.Kind, r.Quantity)
			}
		}
	}
	// Output:
	// BodyFat 20.0 %
	// BodyWeight 70.000 kg
	// BodyHeight 1.700 m
	// BodyWaterMass 40.000 kg
}

func TestBodyJoin(t *testing.T) {
	water := body.Composition{Multiple: true, BodyFat: 200, WaterMass: 8000, HasWaterMass: true}
	weight := body.Composition{Multiple: true, BodyFat: 0xFFFF, Weight: 14000, HasWeight: true}
	whole := body.Composition{BodyFat: 200, WaterMass: 8000, HasWaterMass: true, Weight: 14000, HasWeight: true}
	alone := body.Composition{BodyFat: 190}
	with := func(m body.Composition, change func(*body.Composition)) body.Composition {
		change(&m)
		return m
	}
	for _, tt := range []struct {
		name string
		in   []body.Composition
		gap  time.Duration
		want []body.Record
	}{
		{"alone", []body.Composition{alone}, 0, []body.Record{{Composition: alone}}},
		{"two parts", []body.Composition{water, weight}, 0, []body.Record{{Composition: whole}}},
		{"the other way", []body.Composition{weight, water}, 0, []body.Record{{Composition: whole}}},
		{"one twice", []body.Composition{water, water, weight}, 0, []body.Record{{Composition: whole}}},
		{"the second lost", []body.Composition{water, alone}, 0, []body.Record{
			{Composition: water, Partial: true}, {Composition: alone},
		}},
		{"too late", []body.Composition{water, weight}, 5 * time.Second, []body.Record{
			{Composition: water, Partial: true}, {Composition: weight, Partial: true},
		}},
		{"the same field twice", []body.Composition{water, with(water, func(m *body.Composition) { m.WaterMass++ }), weight}, 0, []body.Record{
			{Composition: water, Partial: true}, {Composition: with(whole, func(m *body.Composition) { m.WaterMass++ })},
		}},
		{"other units", []body.Composition{water, with(weight, func(m *body.Composition) { m.Imperial = true })}, 0, []body.Record{
			{Composition: water, Partial: true},
			{Composition: with(weight, func(m *body.Composition) { m.Imperial = true }), Partial: true},
		}},
		{
			"two people", []body.Composition{
				with(water, func(m *body.Composition) { m.User, m.HasUser = 1, true }),
				with(weight, func(m *body.Composition) { m.User, m.HasUser = 2, true }),
			}, 0, []body.Record{
				{Composition: with(water, func(m *body.Composition) { m.User, m.HasUser = 1, true }), Partial: true},
				{Composition: with(weight, func(m *body.Composition) { m.User, m.HasUser = 2, true }), Partial: true},
			},
		},
		{
			"user and stamp once", []body.Composition{
				water, with(weight, func(m *body.Composition) {
					m.User, m.HasUser, m.Timestamp, m.HasTimestamp = 2, true, atttest.May31, true
				}),
			}, 0, []body.Record{{Composition: with(whole, func(m *body.Composition) {
				m.User, m.HasUser, m.Timestamp, m.HasTimestamp = 2, true, atttest.May31, true
			})}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var (
				join body.Join
				got  []body.Record
			)
			at := atttest.Noon
			for _, m := range tt.in {
				got = join.Add(got, m, device.Frame{At: at, Bytes: []byte{1}})
				at = at.Add(tt.gap)
			}
			got = join.Tick(got, join.Deadline())
			if len(got) != len(tt.want) {
				t.Fatalf("%d records, want %d: %+v", len(got), len(tt.want), got)
			}
			for i, r := range got {
				if r.Composition != tt.want[i].Composition || r.Partial != tt.want[i].Partial || r.Frame.Bytes != nil {
					t.Errorf("record %d: %+v, want %+v", i, r, tt.want[i])
				}
			}
			if !join.Deadline().IsZero() {
				t.Error("something is still held")
			}
		})
	}
}

// Every field of two complementary halves is in the whole.
func FuzzBodyJoin(f *testing.F) {
	f.Add(uint16(0x0FFF), []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
	f.Fuzz(func(t *testing.T, mask uint16, values []byte) {
		half := func(mask uint16) body.Composition {
			v := func(i int) (uint16, bool) {
				if mask>>i&1 == 0 || 2*i+1 >= len(values) {
					return 0, false
				}
				return uint16(values[2*i]) | uint16(values[2*i+1])<<8, true
			}
			m := body.Composition{BodyFat: 200, Multiple: true}
			m.Basal, m.HasBasal = v(0)
			m.Muscle, m.HasMuscle = v(1)
			m.MuscleMass, m.HasMuscleMass = v(2)
			m.FatFreeMass, m.HasFatFreeMass = v(3)
			m.SoftLeanMass, m.HasSoftLeanMass = v(4)
			m.WaterMass, m.HasWaterMass = v(5)
			m.Impedance, m.HasImpedance = v(6)
			m.Weight, m.HasWeight = v(7)
			m.Height, m.HasHeight = v(8)
			return m
		}
		a, b, want := half(mask), half(^mask), half(0xFFFF)
		want.Multiple = false
		if a == b {
			return
		}
		var join body.Join
		got := join.Add(join.Add(nil, a, device.Frame{At: atttest.Noon}), b, device.Frame{At: atttest.Noon})
		if len(got) != 1 || got[0].Composition != want || got[0].Partial {
			t.Errorf("%+v and %+v give %+v", a, b, got)
		}
	})
}
