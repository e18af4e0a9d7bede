package bgm_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/racp"
	"github.com/telemed-go/sdk/vitals"
)

// Fetch the memory of a glucose meter, with the meals.
func ExampleSync() {
	now := time.Date(2024, 6, 30, 12, 0, 0, 0, time.UTC)
	frame := func(uuid uint16, b ...byte) device.Frame {
		return device.Frame{Format: device.GATT(uuid), Bytes: b, At: now}
	}
	var meter bgm.Sync
	fmt.Printf("write % x\n", meter.Fetch.Begin(now))
	for _, f := range []device.Frame{ // what the meter sends
		frame(racp.UUID, 0x05, 0x00, 0x01, 0x00),
		frame(bgm.UUIDMeasurement, 0x12, 0x2A, 0x00, 0xE8, 0x07, 5, 31, 12, 30, 0, 0x78, 0xB0, 0x11),
		frame(racp.UUID, 0x06, 0x00, 0x01, 0x01),
		frame(bgm.UUIDContext, 0x03, 0x2A, 0x00, 0x02, 0x1E, 0xD0, 0x02), // late
	} {
		records, write, err := meter.Frame(nil, f)
		if err != nil {
			fmt.Println(err)
		}
		if write != nil {
			fmt.Printf("write % x\n", write)
		}
		for _, r := range records {
			for _, reading := range r.AppendReadings(nil) {
				fmt.Println(reading.Kind, reading.Quantity, reading.At.Format(time.DateTime), r.Context.Meal)
			}
		}
	}
	fmt.Println("complete:", meter.Done() && meter.Fetch.Result().Complete())
	// Output:
	// write 04 01
	// write 01 01
	// GlucoseCapillaryBlood 120 mg/dL 2024-05-31 12:30:00 after a meal
	// CarbohydrateIntake 30 g 2024-05-31 12:30:00 after a meal
	// complete: true
}

// meter is a glucose meter and the bad radio before it.
type meter struct {
	rng     *rand.Rand
	records []bgm.Measurement
	context map[uint16]bool
}

func newMeter(rng *rand.Rand) *meter {
	m := &meter{rng: rng, context: map[uint16]bool{}}
	sequence := uint16(rng.IntN(100))
	for range rng.IntN(40) {
		sequence += 1 + uint16(rng.IntN(3))
		g := bgm.Measurement{
			Sequence: sequence, BaseTime: atttest.May31, Concentration: 0xB078, HasConcentration: true, Type: 1, Location: 1,
			ContextFollows: rng.IntN(2) == 0,
		}
		m.context[sequence] = g.ContextFollows
		m.records = append(m.records, g)
	}
	return m
}

// answer is what arrives for a request: notifications and indications, some
// lost, some twice, somewhat out of order.
func (m *meter) answer(t *testing.T, write []byte, loss int) (frames []device.Frame) {
	t.Helper()
	request, err := racp.Parse(write)
	if err != nil {
		t.Fatal(err)
	}
	low, _, filtered := request.Numbers()
	var matching []bgm.Measurement
	for _, g := range m.records {
		if !filtered || uint32(g.Sequence) >= low {
			matching = append(matching, g)
		}
	}
	send := func(uuid uint16, v atttest.Encoder) {
		b, err := v.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, device.Frame{Format: device.GATT(uuid), Bytes: b})
	}
	if request.OpCode == racp.ReportCount {
		send(racp.UUID, racp.ControlPoint{OpCode: racp.Count, Count: uint32(len(matching))})
		return frames
	}
	for _, g := range matching {
		if m.rng.IntN(100) < loss {
			continue
		}
		for range 1 + m.rng.IntN(10)/9 {
			send(bgm.UUIDMeasurement, g)
			if g.ContextFollows {
				send(bgm.UUIDContext, bgm.Context{Sequence: g.Sequence, Meal: bgm.MealBefore, HasMeal: true})
			}
		}
	}
	response := racp.Success
	if len(matching) == 0 {
		response = racp.NoRecords
	}
	send(racp.UUID, racp.ControlPoint{OpCode: racp.ResponseCode, Request: racp.Report, Response: response})
	for i := range len(frames) - 1 { // neighbours change places
		if m.rng.IntN(4) == 0 {
			frames[i], frames[i+1] = frames[i+1], frames[i]
		}
	}
	return frames
}

// However bad the radio, every record comes out once, whole if both halves
// arrived, and "complete" is never said in vain.
func TestGlucoseSyncOverBadRadio(t *testing.T) {
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 1))
		m := newMeter(rng)
		var s bgm.Sync
		got := map[uint16]bgm.Record{}
		now := atttest.Noon
		take := func(records []bgm.Record) {
			for _, r := range records {
				n := r.Measurement.Sequence
				if _, twice := got[n]; twice || !r.HasMeasurement {
					t.Fatalf("seed %d: record %d given out again, or without measurement", seed, n)
				}
				got[n] = r
			}
		}
		loss := 20
		write := s.Fetch.Begin(now)
		for attempt := 0; !s.Fetch.Result().Complete(); attempt++ {
			if attempt > 50 {
				t.Fatalf("seed %d: no end", seed)
			}
			if attempt > 0 {
				write = s.Fetch.Resume(now)
				loss = max(0, loss-5)
			}
			for write != nil {
				var next []byte // at most one request
				for _, f := range m.answer(t, write, loss) {
					now = now.Add(10 * time.Millisecond)
					f.At = now
					records, w, err := s.Frame(nil, f)
					if err != nil {
						t.Fatalf("seed %d: %v", seed, err)
					}
					next = append(next, w...)
					take(records)
				}
				write = next
			}
			for !s.Done() {
				now = s.Deadline()
				take(s.Tick(nil, now))
			}
		}
		if len(got) != len(m.records) {
			t.Fatalf("seed %d: %d records, want %d", seed, len(got), len(m.records))
		}
		for n, r := range got {
			if r.HasContext != m.context[n] {
				t.Errorf("seed %d: record %d with context %v", seed, n, r.HasContext)
			}
		}
	}
}

func TestGlucoseJoin(t *testing.T) {
	const measurement = "12 %02x00 e807051f0c1e00 78b0 11"
	frame := func(uuid uint16, at time.Duration, wire string) device.Frame {
		return device.Frame{Format: device.GATT(uuid), Bytes: atttest.Unhex(t, wire), At: atttest.Noon.Add(at)}
	}
	var s bgm.Sync
	got, _, err := s.Frame(nil, frame(bgm.UUIDContext, 0, "02 0100 02"))
	if err != nil || len(got) != 0 {
		t.Fatalf("a context alone gives %d records, %v", len(got), err)
	}
	got, _, _ = s.Frame(nil, frame(bgm.UUIDMeasurement, time.Second, fmt.Sprintf(measurement, 1)))
	if len(got) != 1 || !got[0].HasContext || got[0].Context.Meal != bgm.MealAfter {
		t.Fatalf("measurement after its context: %+v", got)
	}
	// Nobody's context, and a measurement that waits in vain.
	_, _, _ = s.Frame(nil, frame(bgm.UUIDContext, 2*time.Second, "41 0900 01 1ed0 0aa0"))
	_, _, _ = s.Frame(nil, frame(bgm.UUIDMeasurement, 2*time.Second, fmt.Sprintf(measurement, 2)))
	if got = s.Tick(nil, atttest.Noon.Add(3*time.Second)); len(got) != 0 || s.Done() {
		t.Errorf("after one second: %+v", got)
	}
	if want := atttest.Noon.Add(4 * time.Second); !s.Deadline().Equal(want) {
		t.Errorf("deadline %v, want %v", s.Deadline(), want)
	}
	got = s.Tick(nil, s.Deadline())
	if len(got) != 2 || got[0].HasMeasurement || !got[1].HasMeasurement || got[1].HasContext || !s.Done() {
		t.Errorf("after two seconds: %+v", got)
	}
	if rs := got[0].AppendReadings(nil); len(rs) != 2 || rs[0].Stamped || rs[0].Sequence != 9 {
		t.Errorf("a context alone means %+v", rs)
	}
	// More halves than places.
	var out []bgm.Record
	for n := range 40 {
		out, _, _ = s.Frame(out, frame(bgm.UUIDMeasurement, 5*time.Second, fmt.Sprintf(measurement, 10+n)))
	}
	if len(out) != 24 || out[0].Measurement.Sequence != 10 {
		t.Errorf("%d records given out for want of room, want 24, oldest first", len(out))
	}
	if _, _, err := s.Frame(nil, frame(gatt.UUIDBatteryLevel, 0, "10")); !device.IsUnsupported(err) {
		t.Errorf("a battery level: %v", err)
	}
	for _, uuid := range []uint16{bgm.UUIDMeasurement, bgm.UUIDContext, racp.UUID} {
		if _, _, err := s.Frame(nil, frame(uuid, 0, "")); atttest.Fault(err) == "" {
			t.Errorf("%04X: nothing is accepted", uuid)
		}
	}
}

// A context takes part in what is wrong with the time of its measurement.
func TestGlucoseRecordReadings(t *testing.T) {
	g := bgm.Record{
		Measurement:    bgm.Measurement{Sequence: 3, Status: bgm.TimeFault, HasStatus: true},
		Context:        bgm.Context{Sequence: 3, HbA1c: 0xF046, HasHbA1c: true},
		HasMeasurement: true, HasContext: true, Frame: device.Frame{At: atttest.Noon},
	}
	rs := g.AppendReadings(nil)
	if len(rs) != 1 || rs[0].Stamped || !rs[0].At.Equal(atttest.Noon) {
		t.Errorf("%+v", rs)
	}
	g.Measurement.Status, g.Measurement.BaseTime = 0, atttest.May31
	if rs = g.AppendReadings(nil); !rs[0].Stamped || rs[0].Kind != vitals.HbA1c || rs[0].At.Month() != 5 {
		t.Errorf("%+v", rs)
	}
}

// Any bytes in any order: no panic, and nothing is given out twice.
func FuzzGlucoseSync(f *testing.F) {
	f.Add([]byte("\x02\x04\x05\x00\x02\x00\x00\x0d\x12\x2a\x00\xe8\x07\x05\x1f\x0c\x1e\x00\x78\xb0\x11\x01\x04\x02\x2a\x00\x02"))
	f.Fuzz(func(t *testing.T, script []byte) {
		var s bgm.Sync
		now := atttest.Noon
		s.Fetch.Begin(now)
		var out []bgm.Record
		for len(script) >= 2 {
			op, n := script[0], min(int(script[1]), len(script)-2)
			b := script[2 : 2+n]
			script = script[2+n:]
			now = now.Add(time.Duration(op>>2) * 100 * time.Millisecond)
			uuid := [...]uint16{bgm.UUIDMeasurement, bgm.UUIDContext, racp.UUID, 0}[op&3]
			out, _, _ = s.Frame(out, device.Frame{Format: device.GATT(uuid), Bytes: b, At: now})
		}
		s.Fetch.Abort(now)
		for range 3 {
			out = s.Tick(out, now.Add(time.Hour))
			now = now.Add(time.Hour)
		}
		if !s.Done() {
			t.Error("not done after three hours")
		}
		for i, r := range out {
			if again := slices.IndexFunc(out[i+1:], func(o bgm.Record) bool {
				return r.HasMeasurement && o.HasMeasurement && o.Measurement.Sequence == r.Measurement.Sequence ||
					r.HasContext && o.HasContext && o.Context.Sequence == r.Context.Sequence
			}); again >= 0 {
				t.Errorf("record %+v again as %+v", r, out[i+1+again])
			}
		}
	})
}
