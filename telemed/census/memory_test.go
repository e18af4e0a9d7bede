package census_test

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/census"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

// readOnce is a journal that lets go of what it was read for.
type readOnce struct{ telemed.Journal }

func (j *readOnce) Entries(ctx context.Context, journal string) ([]telemed.Entry, error) {
	defer func() { j.Journal = nil }()
	return j.Journal.Entries(ctx, journal)
}

// BenchmarkMemory tells what a gateway keeps in memory of 10,000 patients with two
// devices each, a cuff and an oximeter: roster, live state, four alarm rules, and
// the gateway itself with its log. Run it with -benchtime 1x.
func BenchmarkMemory(b *testing.B) {
	const patients = 10_000
	for b.Loop() {
		before := heapInUse()
		c := openCensus(b, &readOnce{journalOf(b, twoDevicesEach(b, patients))})
		roster := heapInUse() - before
		live, engine := new(ward.Ward), fourRules(b)
		first := gatewayGrowth(b, c, patients) // also what the roster learns of clocks
		nothing := gatewayGrowth(b, c, patients)
		afterWard := gatewayGrowth(b, c, patients, live)
		afterEngine := gatewayGrowth(b, c, patients, engine)
		roster += first - nothing
		b.ReportMetric(roster/(2*patients), "roster-B/device")
		b.ReportMetric((afterWard-nothing)/patients, "ward-B/patient")
		b.ReportMetric((afterEngine-nothing)/patients, "alarms-B/patient")
		b.ReportMetric(nothing/(2*patients), "gateway-B/device")
		b.ReportMetric((roster+afterWard+afterEngine-nothing)/patients, "all-B/patient")
		runtime.KeepAlive(c)
		runtime.KeepAlive(live)
		runtime.KeepAlive(engine)
	}
}

// heapInUse is what is in use after a collection; the second is for what has
// finalizers.
func heapInUse() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse)
}

func twoDevicesEach(b *testing.B, patients int) (changes []census.Change) {
	b.Helper()
	at := clock(b, "07:00")
	add := func(c census.Change) {
		c.Number, c.At = uint64(len(changes)+1), at
		changes = append(changes, c)
	}
	for n := range patients {
		p := vitals.NewPatientID(fmt.Sprintf("patient-%05d", n))
		add(census.Change{Op: census.Admit, Patient: p, Bed: fmt.Sprintf("bed-%05d", n)})
		for d := range 2 {
			add(census.Change{Op: census.Assign, Patient: p, Device: deviceName(2*n + d)})
		}
	}
	return changes
}

func fourRules(b *testing.B) *alert.Engine {
	b.Helper()
	e, err := alert.NewEngine(alert.NotifyFunc(func(context.Context, alert.Event) error { return nil }),
		alert.Above(vitals.Systolic, vitals.MmHg(180)),
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(10*time.Second).Priority(alert.High),
		alert.Missing(vitals.SpO2, time.Minute),
		alert.NEWS2AtLeast(7).Priority(alert.High))
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// gatewayGrowth is how much more memory is in use when a gateway has heard of all
// devices, while its log is open.
func gatewayGrowth(b *testing.B, c *census.Census, patients int, sinks ...telemed.Sink) float64 {
	b.Helper()
	before := heapInUse()
	log, err := store.Open(filepath.Join(b.TempDir(), "log.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	at := clock(b, "08:00")
	var frames []device.Frame
	for n := range patients {
		frames = append(frames, pressure(deviceName(2*n), at, at, 120), device.Frame{
			Bytes: []byte{0, 97, 0, 72, 0}, Format: device.GATT(gatt.UUIDPLXContinuous), Device: deviceName(2*n + 1), At: at,
		})
	}
	g := &telemed.Gateway{
		Source: telemedtest.Frames(frames...), Decoder: gatt.Health(), Log: log, Roster: c, Sinks: sinks, EventTime: true,
	}
	frames = nil
	if err := g.Run(b.Context()); err != nil {
		b.Fatal(err)
	}
	g.Source = nil
	grown := heapInUse() - before
	runtime.KeepAlive(g)
	return grown
}
