package fitness_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device/gatt/fitness"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

// Cadence and speed of a bicycle, over the edge of the sensor's clock.
func ExampleRevolutions() {
	var (
		crank fitness.Revolutions[uint16]
		wheel fitness.Revolutions[uint32]
	)
	now := time.Date(2024, 6, 30, 12, 0, 0, 0, time.UTC)
	for _, m := range []fitness.CSCMeasurement{
		{WheelRevolutions: 1000, WheelTime: 65024, CrankRevolutions: 65535, CrankTime: 65024},
		{WheelRevolutions: 1008, WheelTime: 1536, CrankRevolutions: 2, CrankTime: 1536},
	} {
		if p, ok := crank.Add(m.CrankRevolutions, m.CrankTime, now); ok {
			fmt.Println(p.PerMinute())
		}
		if p, ok := wheel.Add(m.WheelRevolutions, m.WheelTime, now); ok {
			fmt.Println(p.Speed(2105)) // circumference in mm
		}
		now = now.Add(2 * time.Second)
	}
	// Output:
	// 90.0 /min
	// 505.2 m/min
}

// The total distance of a running sensor.
func ExampleWrapCounter() {
	var distance fitness.WrapCounter[uint32]
	for _, decimetres := range []uint32{4294967290, 4} {
		if by, ok := distance.Advance(decimetres); ok {
			fmt.Println(by, "dm")
		}
	}
	// Output: 10 dm
}

func TestWrapCounter(t *testing.T) {
	var c fitness.WrapCounter[uint16]
	if _, ok := c.Advance(65000); ok {
		t.Error("the first number has nothing before it")
	}
	if by, ok := c.Advance(464); !ok || by != 1000 {
		t.Errorf("by %d, %v", by, ok)
	}
	c.Reset()
	if _, ok := c.Advance(1); ok {
		t.Error("after a reset")
	}
}

func TestRevolutions(t *testing.T) {
	type step struct {
		at     time.Duration
		count  uint32
		event  uint16
		want   fitness.Pace
		wanted bool
	}
	const s = time.Second
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"steady", []step{{0, 0, 0, fitness.Pace{}, false}, {s, 2, 1024, fitness.Pace{2, 1024}, true}, {2 * s, 4, 2048, fitness.Pace{2, 1024}, true}}},
		{"clock wraps", []step{{0, 0, 65000, fitness.Pace{}, false}, {s, 2, 488, fitness.Pace{2, 1024}, true}}},
		{"count wraps", []step{{0, 0xFFFFFFFF, 0, fitness.Pace{}, false}, {s, 1, 1024, fitness.Pace{2, 1024}, true}}},
		{"gap of 65 s", []step{{0, 0, 0, fitness.Pace{}, false}, {65 * s, 65, 1024, fitness.Pace{65, 65 * 1024}, true}}},
		{"gap of an hour", []step{{0, 0, 0, fitness.Pace{}, false}, {3600 * s, 10, 16384, fitness.Pace{10, 3600 * 1024}, true}}},
		{"repeated", []step{{0, 5, 0, fitness.Pace{}, false}, {s, 5, 0, fitness.Pace{}, false}, {2 * s, 6, 2048, fitness.Pace{1, 2048}, true}}},
		{"stands still", []step{{0, 5, 0, fitness.Pace{}, false}, {3 * s, 5, 0, fitness.Pace{0, 3072}, true}}},
		{"old event at first", []step{{0, 5, 0, fitness.Pace{}, false}, {s, 6, 60 * 1024, fitness.Pace{1, 60 * 1024}, true}}},
		{"late frame", []step{
			{0, 5, 1024, fitness.Pace{}, false},
			{s, 7, 2048, fitness.Pace{2, 1024}, true},
			{s, 5, 1024, fitness.Pace{}, false},
			{2 * s, 9, 3072, fitness.Pace{2, 1024}, true},
		}},
		{"rolls back", []step{{0, 5, 0, fitness.Pace{}, false}, {s, 4, 1024, fitness.Pace{-1, 1024}, true}}},
		{"was reset", []step{{0, 50000, 0, fitness.Pace{}, false}, {s, 1, 1024, fitness.Pace{}, false}, {2 * s, 3, 2048, fitness.Pace{2, 1024}, true}}},
		{"turns in no time", []step{{0, 5, 0, fitness.Pace{}, false}, {s, 6, 0, fitness.Pace{}, false}, {2 * s, 7, 1024, fitness.Pace{1, 1024}, true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r fitness.Revolutions[uint32]
			for i, step := range tt.steps {
				p, ok := r.Add(step.count, step.event, atttest.Noon.Add(step.at))
				if ok != step.wanted || ok && p != step.want {
					t.Errorf("step %d: %+v, %v; want %+v, %v", i, p, ok, step.want, step.wanted)
				}
			}
			r.Reset()
			if _, ok := r.Add(1, 1, atttest.Noon); ok {
				t.Error("a pace after a reset")
			}
		})
	}
}

func TestPace(t *testing.T) {
	for _, tt := range []struct {
		p     fitness.Pace
		rate  string
		speed string
	}{
		{fitness.Pace{1, 1024}, "60.0 /min", "126.0 m/min"},
		{fitness.Pace{-1, 1024}, "-60.0 /min", "-126.0 m/min"},
		{fitness.Pace{1, 700}, "87.8 /min", "184.3 m/min"},
		{fitness.Pace{0, 3072}, "0.0 /min", "0.0 m/min"},
		{fitness.Pace{}, "0.0 /min", "0.0 m/min"},
	} {
		if rate, speed := tt.p.PerMinute().String(), tt.p.Speed(2100).String(); rate != tt.rate || speed != tt.speed {
			t.Errorf("%+v: %s, %s; want %s, %s", tt.p, rate, speed, tt.rate, tt.speed)
		}
	}
	if d := (fitness.Pace{1, 512}).Duration(); d != time.Second/2 {
		t.Errorf("512 ticks are %v", d)
	}
}

// Whatever frames are lost, the turns and the time add up to what happened.
func TestRevolutionsAddUp(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 3))
		var crank fitness.Revolutions[uint16]
		var wheel fitness.Revolutions[uint32]
		count, ticks := rng.Int64N(1<<32), rng.Int64N(1<<16)
		first, begin, at := count, ticks, atttest.Noon
		var turns, took, crankTurns int64
		add := func() {
			jitter := time.Duration(rng.IntN(500)) * time.Millisecond
			if p, ok := wheel.Add(uint32(count), uint16(ticks), at.Add(jitter)); ok {
				turns, took = turns+p.Revolutions, took+p.Ticks
			}
			if p, ok := crank.Add(uint16(count), uint16(ticks), at.Add(jitter)); ok {
				crankTurns += p.Revolutions
			}
		}
		add()
		for range 100 {
			step := 1024 + rng.Int64N(4096)
			count, ticks, at = count+1+rng.Int64N(4), ticks+step, at.Add(time.Duration(step)*time.Second/1024)
			if rng.IntN(3) > 0 {
				continue // lost
			}
			add()
		}
		count, ticks, at = count+1, ticks+1024, at.Add(time.Second)
		add()
		if turns != count-first || took != ticks-begin || crankTurns != turns {
			t.Errorf("seed %d: %d turns in %d ticks, want %d in %d; crank %d", seed, turns, took, count-first, ticks-begin, crankTurns)
		}
	}
}

func FuzzRevolutions(f *testing.F) {
	f.Add(uint32(1), uint16(1), int64(0), uint32(2), uint16(2), int64(1e9))
	f.Fuzz(func(t *testing.T, c1 uint32, e1 uint16, t1 int64, c2 uint32, e2 uint16, t2 int64) {
		var r fitness.Revolutions[uint32]
		_, _ = r.Add(c1, e1, time.Unix(t1%1e12, 0))
		if p, ok := r.Add(c2, e2, time.Unix(t2%1e12, t2)); ok && (p.Ticks <= 0 || p.PerMinute().IsZero()) {
			t.Errorf("%+v", p)
		}
	})
}
