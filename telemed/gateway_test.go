package telemed_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// begin lies before the clock of synctest, which starts in the year 2000:
// nothing is measured in the future.
var begin = time.Date(1999, 3, 1, 8, 0, 0, 0, time.UTC)

// heartRate is a frame with the rate n.
func heartRate(d vitals.DeviceID, second int, rate byte) device.Frame {
	return device.Frame{
		Bytes: []byte{0, rate}, Format: device.GATT(gatt.UUIDHeartRateMeasurement), Device: d,
		At: begin.Add(time.Duration(second) * time.Second),
	}
}

// memoryLog is a log that fails on demand.
type memoryLog struct {
	mu      sync.Mutex
	records []telemed.Record
	ids     map[vitals.ReadingID]bool
	cursors map[string]telemed.Position
	changed chan struct{}
	fail    int // so many appends fail
}

func newMemoryLog() *memoryLog {
	return &memoryLog{
		ids: map[vitals.ReadingID]bool{}, cursors: map[string]telemed.Position{}, changed: make(chan struct{}),
	}
}

func (l *memoryLog) Append(_ context.Context, readings []vitals.Reading) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail > 0 {
		l.fail--
		return telemed.ErrLogFull
	}
	for _, r := range readings {
		if !l.ids[r.ID()] {
			l.ids[r.ID()] = true
			l.records = append(l.records, telemed.Record{Position: telemed.Position(len(l.records) + 1), Reading: r})
		}
	}
	close(l.changed)
	l.changed = make(chan struct{})
	return nil
}

func (l *memoryLog) Read(ctx context.Context, after telemed.Position, dst []telemed.Record) (int, error) {
	for {
		l.mu.Lock()
		n, changed := copy(dst, l.records[after:]), l.changed
		l.mu.Unlock()
		if n > 0 {
			return n, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (l *memoryLog) Last(context.Context) (telemed.Position, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return telemed.Position(len(l.records)), nil
}

func (l *memoryLog) Cursor(_ context.Context, sink string) (telemed.Position, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cursors[sink], nil
}

func (l *memoryLog) SetCursor(_ context.Context, sink string, at telemed.Position) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cursors[sink] = at
	return nil
}

// recorder is a sink that writes down what it gets.
type recorder struct {
	name string
	mu   sync.Mutex
	seen []string
	fail int
}

func (s *recorder) Name() string { return s.name }

func (s *recorder) Put(_ context.Context, readings []vitals.Reading) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail > 0 {
		s.fail--
		return errors.New("sink is down")
	}
	for _, r := range readings {
		s.seen = append(s.seen, r.Quantity.String())
	}
	return nil
}

func (s *recorder) list() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.seen, ",")
}

func ExampleGateway() {
	log := newMemoryLog()
	gateway := telemed.Gateway{
		Source:  telemedtest.Frames(heartRate("bed-1", 0, 72), heartRate("bed-1", 1, 73)),
		Decoder: gatt.Health(),
		Log:     log,
	}
	if err := gateway.Run(context.Background()); err != nil {
		panic(err)
	}
	for _, r := range log.records {
		fmt.Println(r.Reading.Kind, r.Reading.Quantity)
	}
	// Output:
	// HeartRate 72 /min
	// HeartRate 73 /min
}

// The source hears "safe" only when the log has the readings, also when the
// log fails first.
func TestAcknowledgesAfterTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newMemoryLog()
		log.fail = 3
		var acked []int
		s := &telemedtest.Source{}
		for i := range 5 {
			s.Deliveries = append(s.Deliveries, telemed.Delivery{Frame: heartRate("bed-1", i, byte(60+i)), Ack: func() {
				if last, _ := log.Last(t.Context()); int(last) <= i {
					t.Errorf("frame %d acknowledged with %d records in the log", i, last)
				}
				acked = append(acked, i)
			}})
		}
		g := telemed.Gateway{Source: s, Decoder: gatt.Health(), Log: log}
		if err := g.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(acked, []int{0, 1, 2, 3, 4}) || !s.Closed {
			t.Errorf("acknowledged %v, closed %v", acked, s.Closed)
		}
		if st := g.Stats(); st.Retries != 3 || st.Frames != 5 || st.Readings != 5 {
			t.Errorf("stats %+v", st)
		}
	})
}

// With a full log nothing is acknowledged, however the gateway ends.
func TestFullLogAcknowledgesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newMemoryLog()
		log.fail = 1 << 30
		s := &telemedtest.Source{Deliveries: []telemed.Delivery{{Frame: heartRate("b", 1, 60), Ack: func() { t.Error("acknowledged") }}}, Endless: true}
		g := telemed.Gateway{Source: s, Decoder: gatt.Health(), Log: log}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := g.Run(ctx); err != nil {
			t.Fatal(err)
		}
		// 50 ms doubled up to half a minute: about 130 tries an hour, not 72,000.
		if n := g.Stats().Retries; n < 60 || n > 300 {
			t.Errorf("%d attempts in an hour", n)
		}
	})
}

func TestRejected(t *testing.T) {
	bad := heartRate("bed-1", 0, 0)
	bad.Bytes = []byte("DOE^JANE") // reserved flags
	unknown := heartRate("bed-9", 1, 70)
	acks, reasons := 0, []error{}
	timeless := heartRate("bed-1", 0, 72)
	timeless.At = time.Time{}
	s := telemedtest.Frames(bad, unknown, heartRate("bed-1", 2, 71), device.Frame{Format: device.Private(1), Device: "bed-1"}, timeless)
	for i := range s.Deliveries {
		s.Deliveries[i].Ack = func() { acks++ }
	}
	log := newMemoryLog()
	g := telemed.Gateway{
		Source: s, Decoder: gatt.Health(), Log: log,
		Roster: telemed.RosterFunc(func(d vitals.DeviceID, _ time.Time) (vitals.PatientID, bool) {
			return vitals.NewPatientID("p7"), d == "bed-1"
		}),
		Rejected: func(_ device.Frame, err error) { reasons = append(reasons, err) },
	}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if stats := g.Stats(); acks != 5 || stats.Rejected != 4 || stats.Unsupported != 1 {
		t.Errorf("%d acknowledged, %d rejected, %d of them unsupported; want 5, 4 and 1", acks, stats.Rejected, stats.Unsupported)
	}
	for i, want := range []error{device.ErrReserved, telemed.ErrUnknownDevice, device.ErrUnsupported, telemed.ErrTime} {
		if !errors.Is(reasons[i], want) {
			t.Errorf("reason %d: %v, want %v", i, reasons[i], want)
		}
		if strings.Contains(reasons[i].Error(), "DOE") {
			t.Errorf("reason %d tells the payload: %v", i, reasons[i])
		}
	}
	if len(log.records) != 1 || log.records[0].Reading.Patient != vitals.NewPatientID("p7") {
		t.Errorf("log has %v", log.records)
	}
}

// panics is a decoder with a mistake.
type panics struct{ gatt.HealthDecoder }

func (d panics) AppendReadings(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	if f.Bytes[1] == 66 {
		panic("DOE^JANE")
	}
	return d.HealthDecoder.AppendReadings(dst, f)
}

// letterLog is a memory log that also keeps dead letters.
type letterLog struct {
	*memoryLog
	letters []telemed.DeadLetter
	fails   int
}

func (l *letterLog) Reject(_ context.Context, letters []telemed.DeadLetter) error {
	if l.fails--; l.fails >= 0 {
		return telemed.ErrLogFull
	}
	for _, d := range letters {
		d.Frame.Bytes = slices.Clone(d.Frame.Bytes)
		l.letters = append(l.letters, d)
	}
	return nil
}

// A frame at which the decoder panics is a dead letter like any other, kept
// before it is acknowledged, and the others go on.
func TestDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &letterLog{memoryLog: newMemoryLog(), fails: 2}
		s := telemedtest.Frames(heartRate("b", 0, 65), heartRate("b", 1, 66), heartRate("b", 2, 67))
		for i := range s.Deliveries {
			s.Deliveries[i].Ack = func() {
				if len(log.letters) != 1 {
					t.Errorf("frame %d acknowledged with %d letters kept", i, len(log.letters))
				}
			}
		}
		g := telemed.Gateway{Source: s, Decoder: panics{}, Log: log}
		if err := g.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(log.letters) != 1 || log.letters[0].Reason != telemed.ErrPanic.Error() || log.letters[0].Frame.Bytes[1] != 66 {
			t.Errorf("letters %+v", log.letters)
		}
		if len(log.records) != 2 {
			t.Errorf("%d readings, want 2", len(log.records))
		}
	})
}

// A sink that is down delays nobody else and loses nothing.
func TestSinksAreIndependent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken, fine := &recorder{name: "broken", fail: 5}, &recorder{name: "fine"}
		g := telemed.Gateway{
			Source: telemedtest.Frames(heartRate("b", 0, 60), heartRate("b", 1, 61)), Decoder: gatt.Health(), Log: newMemoryLog(),
			Sinks: []telemed.Sink{broken, fine},
		}
		if err := g.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, s := range []*recorder{broken, fine} {
			if s.list() != "60 /min,61 /min" {
				t.Errorf("%s got %s", s.name, s.list())
			}
		}
	})
}

// panelCounter counts the calls in which a panel came in parts.
type panelCounter struct{ panels, parts int }

func (*panelCounter) Name() string { return "panels" }

func (s *panelCounter) Put(_ context.Context, readings []vitals.Reading) error {
	for panel := range vitals.Panels(readings) {
		s.panels++
		if len(panel) != 3 {
			s.parts++
		}
	}
	return nil
}

// A blood pressure is never cut in two, wherever batches end.
func TestPanelsStayWhole(t *testing.T) {
	var list []device.Frame
	for i := range 1000 {
		f := heartRate("cuff", i, 0)
		f.Format, f.Bytes = device.GATT(gatt.UUIDBloodPressureMeasurement), []byte{0, 120, 0, 80, 0, 93, 0}
		list = append(list, f)
	}
	log := newMemoryLog()
	g := telemed.Gateway{Source: telemedtest.Frames(list...), Decoder: gatt.Health(), Log: log}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := &panelCounter{}
	g = telemed.Gateway{Source: telemedtest.Frames(), Decoder: gatt.Health(), Log: log, Sinks: []telemed.Sink{s}}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.panels != 1000 || s.parts != 0 {
		t.Errorf("%d panels, %d of them cut", s.panels, s.parts)
	}
}

// restorer rebuilds its state without effects.
type restorer struct {
	recorder
	restored []string
}

func (s *restorer) Restore(readings []vitals.Reading) error {
	for _, r := range readings {
		s.restored = append(s.restored, r.Quantity.String())
	}
	return nil
}

func TestResumesAtTheCursor(t *testing.T) {
	log := newMemoryLog()
	for run, want := range []struct{ restored, put string }{
		{"", "60 /min"},
		{"60 /min", "61 /min"},
		{"60 /min,61 /min", "62 /min"},
	} {
		s := &restorer{recorder: recorder{name: "s"}}
		g := telemed.Gateway{
			Source: telemedtest.Frames(heartRate("b", run, byte(60+run))), Decoder: gatt.Health(), Log: log, Sinks: []telemed.Sink{s},
		}
		if err := g.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.restored, ","); got != want.restored || s.list() != want.put {
			t.Errorf("run %d: restored %q, put %q; want %q, %q", run, got, s.list(), want.restored, want.put)
		}
	}
}

// ticker is a sink that is told the time.
type ticker struct {
	recorder
}

func (s *ticker) Advance(_ context.Context, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, now.Format("05"))
	return nil
}

// By event time the outcome does not depend on batches.
func TestEventTime(t *testing.T) {
	var list []device.Frame
	for i := range 6 {
		list = append(list, heartRate("b", i, byte(60+i)))
	}
	want := ""
	for _, batch := range []int{1, 2, 3, 6} {
		log, s := newMemoryLog(), &ticker{recorder{name: "s"}}
		for chunk := range slices.Chunk(list, batch) {
			g := telemed.Gateway{Source: telemedtest.Frames(chunk...), Decoder: gatt.Health(), Log: log, EventTime: true}
			if err := g.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		g := telemed.Gateway{Source: telemedtest.Frames(), Decoder: gatt.Health(), Log: log, Sinks: []telemed.Sink{s}, EventTime: true}
		if err := g.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = s.list()
		}
		if s.list() != want || !strings.HasPrefix(want, "00,60 /min,01,61 /min,02") {
			t.Errorf("batches of %d: %s", batch, s.list())
		}
	}
}

// With records of before still to come, the clock says nothing: told the present
// in between, an alarm engine would take the unread hour for silence.
func TestClockWaitsForTheBacklog(t *testing.T) {
	var list []device.Frame
	for i := range 2000 {
		list = append(list, heartRate("b", i, 70))
	}
	log := newMemoryLog()
	g := telemed.Gateway{Source: telemedtest.Frames(list...), Decoder: gatt.Health(), Log: log}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := &ticker{recorder{name: "s"}}
	g = telemed.Gateway{Source: telemedtest.Frames(), Decoder: gatt.Health(), Log: log, Sinks: []telemed.Sink{s}}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	readings := 0
	for i, seen := range s.seen {
		if seen == "70 /min" {
			readings++
		} else if readings < 2000 {
			t.Fatalf("entry %d: the clock ticked after %d of 2000 readings", i, readings)
		}
	}
	if readings != 2000 {
		t.Errorf("%d readings, want 2000", readings)
	}
}

// A backlog with a short dip pages nobody for the dip.
func TestBacklogRaisesNoFalseAlarm(t *testing.T) {
	var list []device.Frame
	for i := range 2000 {
		rate := byte(70)
		if i == 511 { // the last of the batch that a sink gets
			rate = 140 // one second, and the rule wants thirty
		}
		list = append(list, heartRate("b", i, rate))
	}
	log := newMemoryLog()
	g := telemed.Gateway{Source: telemedtest.Frames(list...), Decoder: gatt.Health(), Log: log}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	pages := 0
	engine, err := alert.NewEngine(alert.NotifyFunc(func(context.Context, alert.Event) error { pages++; return nil }),
		alert.Above(vitals.HeartRate, vitals.PerMinute(130)).For(30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	g = telemed.Gateway{Source: telemedtest.Frames(), Decoder: gatt.Health(), Log: log, Sinks: []telemed.Sink{engine}}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if pages != 0 {
		t.Errorf("paged %d times for a dip of one second", pages)
	}
}

// A frame from the future is refused: believed, it would silence the alarms of
// its kind until then.
func TestFutureIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for ahead, want := range map[time.Duration]error{4 * time.Minute: nil, 6 * time.Minute: telemed.ErrTime} {
			for _, eventTime := range []bool{false, true} {
				f := heartRate("b", 0, 70)
				f.At = time.Now().Add(ahead)
				var got error
				g := telemed.Gateway{
					Source: telemedtest.Frames(f), Decoder: gatt.Health(), Log: newMemoryLog(), EventTime: eventTime,
					Rejected: func(_ device.Frame, err error) { got = err },
				}
				if err := g.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if eventTime { // a simulation may run ahead of the clock
					want = nil
				}
				if !errors.Is(got, want) {
					t.Errorf("%v ahead, event time %v: %v, want %v", ahead, eventTime, got, want)
				}
			}
		}
	})
}

// Without data the clock goes on ticking once a second.
func TestClockTicksInSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &ticker{recorder{name: "s"}}
		g := telemed.Gateway{Source: &telemedtest.Source{Endless: true}, Decoder: gatt.Health(), Log: newMemoryLog(), Sinks: []telemed.Sink{s}}
		ctx, cancel := context.WithTimeout(t.Context(), 10500*time.Millisecond)
		defer cancel()
		if err := g.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(s.list(), ",") + 1; n != 10 {
			t.Errorf("%d ticks in 10.5 s: %s", n, s.list())
		}
	})
}

// failing is a source that breaks for good.
type failing struct{ telemedtest.Source }

func (*failing) Receive(context.Context, []telemed.Delivery) (int, error) {
	return 0, errors.New("deaf")
}

func TestSourceFails(t *testing.T) {
	g := telemed.Gateway{
		Source: &failing{}, Decoder: gatt.Health(), Log: newMemoryLog(), Sinks: []telemed.Sink{&recorder{name: "s"}},
	}
	if err := g.Run(t.Context()); err == nil || err.Error() != "deaf" {
		t.Errorf("got %v", err)
	}
}
