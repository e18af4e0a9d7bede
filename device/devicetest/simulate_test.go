package devicetest_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/telemed-go/sdk/device/devicetest"
)

// Traffic for a test of one's own collector.
func ExampleSimulate() {
	for _, c := range devicetest.Simulate(1, devicetest.BatteryLevel, 3) {
		fmt.Printf("%v %v % x\n", c.At.Format("15:04"), c.Characteristic, c.Bytes)
	}
	// Output:
	// 08:01 BatteryLevel 64
	// 08:02 BatteryLevel 63
	// 08:03 BatteryLevel 62
}

// A fault can be put into good traffic to see what a collector does with it.
func ExampleCorrupt() {
	good := devicetest.Simulate(1, devicetest.GlucoseMeasurement, 20)
	bad, _ := devicetest.Corrupt(1, good, devicetest.Duplicate)
	fmt.Println(devicetest.Check(good).IDs(), devicetest.Check(bad).IDs())
	// Output: [] [context_missing sequence_repeated]
}

// Every simulator keeps every rule, whatever the seed.
func TestSimulatorsConform(t *testing.T) {
	for _, c := range devicetest.Characteristics() {
		t.Run(c.UUID()+" "+c.String(), func(t *testing.T) {
			for seed := range uint64(5) {
				frames := devicetest.Simulate(seed, c, 100)
				if len(frames) < 100 {
					t.Fatalf("%d frames, want 100", len(frames))
				}
				devicetest.Conforms(t, "simulation", c, frames)
				if ids := devicetest.Check(frames).IDs(); len(ids) > 0 {
					t.Errorf("seed %d: findings of %v", seed, ids)
				}
				if again := devicetest.Simulate(seed, c, 100); !reflect.DeepEqual(again, frames) {
					t.Errorf("seed %d makes other frames the second time", seed)
				}
			}
		})
	}
}

// Which faults the rules can see. Truncation and checksums always; a bit or a
// frame only where something depends on it.
func TestFaultsAreDetected(t *testing.T) {
	sequenced := map[devicetest.Characteristic]map[devicetest.Fault]bool{
		devicetest.GlucoseMeasurement:         {devicetest.Drop: true, devicetest.Duplicate: true, devicetest.Reorder: true},
		devicetest.GlucoseContext:             {devicetest.Drop: true, devicetest.Duplicate: true},
		devicetest.CGMMeasurement:             {devicetest.Duplicate: true, devicetest.Reorder: true, devicetest.Flip: true},
		devicetest.BloodPressureMeasurement:   {devicetest.Reorder: true},
		devicetest.TemperatureMeasurement:     {devicetest.Reorder: true},
		devicetest.WeightMeasurement:          {},
		devicetest.PLXSpotCheck:               {devicetest.Reorder: true},
		devicetest.BodyCompositionMeasurement: {},
	}
	for _, c := range devicetest.Characteristics() {
		for _, fault := range devicetest.Faults() {
			possible, seen := 0, 0
			for seed := range uint64(20) {
				frames, at := devicetest.Corrupt(seed, devicetest.Simulate(seed, c, 20), fault)
				if at < 0 {
					continue
				}
				possible++
				if len(devicetest.Check(frames).Findings) > 0 {
					seen++
				}
			}
			must := sequenced[c][fault]
			switch fault {
			case devicetest.Truncate:
				must = !isOpaque(c)
			case devicetest.ReservedBits, devicetest.WrongCRC:
				must = true
			}
			if must && seen < possible {
				t.Errorf("%v: %d of %d times %v was seen", c, seen, possible, fault)
			}
			if must && possible == 0 && sequenced[c][fault] {
				t.Errorf("%v: %v is never possible", c, fault)
			}
		}
	}
}

// isOpaque reports whether a shorter frame may be as good as a longer one: a
// text, a segment, a list that nobody has described.
func isOpaque(c devicetest.Characteristic) bool {
	switch c {
	case 0x2A2A, 0x2A87, 0x2A8A, 0x2A90, 0x2AA2, 0x2B36, 0x2B37, 0x2B3E, 0x2B8B:
		return true
	}
	return c >= 0x2A24 && c <= 0x2A29
}

func TestCorruptCopies(t *testing.T) {
	good := devicetest.Simulate(1, devicetest.CGMMeasurement, 10)
	want := devicetest.Simulate(1, devicetest.CGMMeasurement, 10)
	for _, fault := range devicetest.Faults() {
		bad, at := devicetest.Corrupt(3, good, fault)
		if at < 0 || reflect.DeepEqual(bad, good) {
			t.Errorf("%v changed nothing", fault)
		}
		if again, _ := devicetest.Corrupt(3, good, fault); !reflect.DeepEqual(again, bad) {
			t.Errorf("%v is not the same twice", fault)
		}
		if !reflect.DeepEqual(good, want) {
			t.Fatalf("%v changed the frames that it was given", fault)
		}
	}
	if frames, at := devicetest.Corrupt(1, nil, devicetest.Flip); at != -1 || len(frames) != 0 {
		t.Errorf("nothing became %v, %d", frames, at)
	}
	if _, at := devicetest.Corrupt(1, devicetest.Simulate(1, devicetest.BatteryLevel, 5), devicetest.WrongCRC); at != -1 {
		t.Errorf("a battery level has no checksum; frame %d got a wrong one", at)
	}
}
