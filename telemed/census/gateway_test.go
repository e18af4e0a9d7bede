package census_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/census"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// A rosterWard is a log in a file with a census.
type rosterWard struct {
	t      *testing.T
	log    *store.Log
	census *census.Census
	path   string
}

func newRosterWard(t *testing.T, script ...string) *rosterWard {
	t.Helper()
	w := &rosterWard{t: t, path: filepath.Join(t.TempDir(), "ward.db")}
	w.open()
	t.Cleanup(func() { _ = w.log.Close() })
	w.say(script...)
	return w
}

func (w *rosterWard) open() {
	w.t.Helper()
	var err error
	if w.log, err = store.Open(w.path); err != nil {
		w.t.Fatal(err)
	}
	w.census = openCensus(w.t, w.log)
}

// reopen is what a crash does, but for what the log had not synced.
func (w *rosterWard) reopen() {
	w.t.Helper()
	if err := w.log.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
}

func (w *rosterWard) say(script ...string) {
	w.t.Helper()
	for _, line := range script {
		if _, err := w.census.Apply(w.t.Context(), parseChange(w.t, line)); err != nil {
			w.t.Fatalf("%q: %v", line, err)
		}
	}
}

// run takes frames through a gateway until all is delivered.
func (w *rosterWard) run(sinks []telemed.Sink, list ...device.Frame) *telemed.Gateway {
	w.t.Helper()
	g := &telemed.Gateway{Source: telemedtest.Frames(list...), Decoder: gatt.Health(), Log: w.log, Roster: w.census, Sinks: sinks}
	if err := g.Run(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return g
}

// kept is the log as it is understood now.
func (w *rosterWard) kept() string {
	w.t.Helper()
	var list []string
	for _, r := range telemedtest.ReadAll(w.t, w.log) {
		w.census.Revise(&r.Reading)
		list = append(list, describe(r.Reading))
	}
	return strings.Join(list, ", ")
}

func (w *rosterWard) held() string {
	w.t.Helper()
	all, err := w.log.Sightings(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	var list []string
	for _, s := range all {
		list = append(list, fmt.Sprintf("%d of %s", s.Held, s.Device))
	}
	return strings.Join(list, ", ")
}

func describe(r vitals.Reading) string {
	return fmt.Sprintf("%s %s %s", r.Patient.Reveal(), r.At.Format("15:04"), strings.TrimSuffix(r.Quantity.String(), " /min"))
}

// pulseAt is a frame of a strap.
func pulseAt(t testing.TB, d, at string, rate byte) device.Frame {
	return device.Frame{
		Bytes: []byte{0, rate}, Format: device.GATT(gatt.UUIDHeartRateMeasurement), Device: vitals.DeviceID(d), At: clock(t, at),
	}
}

func TestHeldUntilItIsKnownWhose(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before string
		frames []string // of the strap, at
		held   string   // then
		after  []string
		kept   string
		still  string
	}{
		{
			"an unknown device, released when it is assigned", "08:00 admit p1",
			[]string{"08:10", "08:20"},
			"2 of strap",
			[]string{"08:05 assign strap p1"},
			"p1 08:10 60, p1 08:20 61", "",
		},
		{
			"not guessed before the assignment holds", "08:00 admit p1",
			[]string{"08:10", "08:20", "08:30"},
			"3 of strap",
			[]string{"08:15 assign strap p1"},
			"p1 08:20 61, p1 08:30 62", "1 of strap",
		},
		{
			"before admission", "08:00 assign strap p1",
			[]string{"08:10", "08:20"},
			"2 of strap",
			[]string{"08:00 admit p1"},
			"p1 08:10 60, p1 08:20 61", "",
		},
		{
			"before an admission that comes later", "08:00 assign strap p1",
			[]string{"08:10", "08:20"},
			"2 of strap",
			[]string{"08:15 admit p1"},
			"p1 08:20 61", "1 of strap",
		},
		{
			"between two patients", "08:00 admit p1/08:00 admit p2/08:00 assign strap p1/08:15 unassign strap",
			[]string{"08:10", "08:20", "08:30"},
			"2 of strap",
			[]string{"08:25 assign strap p2"},
			"p1 08:10 60, p2 08:30 62", "1 of strap",
		},
		{
			"after a discharge", "08:00 admit p1/08:00 assign strap p1/08:15 discharge p1",
			[]string{"08:10", "08:20", "08:30"},
			"",
			nil, "p1 08:10 60", "",
		},
		{
			"held, and then it was after the discharge", "08:00 assign strap p1",
			[]string{"08:10", "08:20"},
			"2 of strap",
			[]string{"08:00 admit p1", "08:15 discharge p1"},
			"p1 08:10 60", "",
		},
	} {
		for _, crash := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, reopened %v", tt.name, crash), func(t *testing.T) {
				w := newRosterWard(t, strings.Split(tt.before, "/")...)
				var list []device.Frame
				for i, at := range tt.frames {
					list = append(list, pulseAt(t, "strap", at, byte(60+i)))
				}
				w.run(nil, list...)
				if got := w.held(); got != tt.held {
					t.Fatalf("held %q, want %q", got, tt.held)
				}
				for _, line := range tt.after {
					w.say(line)
					if crash {
						w.reopen()
					}
				}
				w.run(nil)
				again := w.run(nil, list[len(list)-1]) // it comes again: no second record, no other patient
				if again.Stats().Frames != 1 {
					t.Errorf("stats %+v", again.Stats())
				}
				if got := w.kept(); got != tt.kept {
					t.Errorf("the log has %q, want %q", got, tt.kept)
				}
				if got := w.held(); got != tt.still {
					t.Errorf("still held %q, want %q", got, tt.still)
				}
			})
		}
	}
}

// Late readings go to who wore the device when they were measured.
func TestRefusedAfterDischarge(t *testing.T) {
	w := newRosterWard(t, "08:00 admit p1", "08:00 assign strap p1", "09:00 discharge p1")
	var reasons []error
	g := telemed.Gateway{
		Source:  telemedtest.Frames(pulseAt(t, "strap", "09:30", 60), pressure("strap", clock(t, "08:30"), clock(t, "09:40"), 120)),
		Decoder: gatt.Health(), Log: w.log, Roster: w.census,
		Rejected: func(_ device.Frame, err error) { reasons = append(reasons, err) },
	}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(reasons) != 1 || !errors.Is(reasons[0], telemed.ErrDischarged) {
		t.Errorf("refused %v", reasons)
	}
	letters, err := w.log.Rejected(10)
	if err != nil || len(letters) != 1 || letters[0].Reason != telemed.ErrDischarged.Error() || letters[0].Frame.Bytes[1] != 60 {
		t.Errorf("dead letters %+v, %v", letters, err)
	}
	if got := w.kept(); got != "p1 08:30 120 mmHg, p1 08:30 80 mmHg, p1 08:30 93 mmHg" {
		t.Errorf("the log has %q", got)
	}
}

// Devices that nobody knows are listed, and what they sent is not told.
func TestUnknownDevices(t *testing.T) {
	w := newRosterWard(t, "08:00 admit p1", "08:00 assign belt p1", "08:05 unassign belt")
	g := w.run(nil, pulseAt(t, "strap", "08:10", 60), pulseAt(t, "strap", "08:40", 61), pulseAt(t, "belt", "08:20", 62),
		pressure("cuff", clock(t, "08:12"), clock(t, "08:13"), 120))
	unknown, err := g.Unknown(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []telemed.Sighting{
		{Device: "cuff", Format: device.GATT(gatt.UUIDBloodPressureMeasurement), First: clock(t, "08:13"), Last: clock(t, "08:13"), Heard: 1, Held: 1},
		{Device: "strap", Format: device.GATT(gatt.UUIDHeartRateMeasurement), First: clock(t, "08:10"), Last: clock(t, "08:40"), Heard: 2, Held: 2},
	}
	if !slices.Equal(unknown, want) {
		t.Errorf("unknown %+v", unknown)
	}
	if s := g.Stats(); s.Held != 4 || s.Rejected != 0 || s.Readings != 0 {
		t.Errorf("stats %+v", s)
	}
	if list, err := (&telemed.Gateway{}).Unknown(t.Context()); list != nil || err != nil {
		t.Errorf("without a census: %v, %v", list, err)
	}
}

// slowHolder is a log whose holds fail first.
type slowHolder struct {
	*store.Log
	fails int
	holds int
}

func (l *slowHolder) Hold(ctx context.Context, frames []device.Frame) (int, error) {
	if l.fails--; l.fails >= 0 {
		return 0, telemed.ErrLogFull
	}
	l.holds++
	return l.Log.Hold(ctx, frames)
}

// The source hears "safe" only when what is held is on disk.
func TestAcknowledgesAfterTheHold(t *testing.T) {
	w := newRosterWard(t)
	log, acked := &slowHolder{Log: w.log, fails: 2}, 0
	s := &telemedtest.Source{Deliveries: []telemed.Delivery{{Frame: pulseAt(t, "strap", "08:10", 60), Ack: func() {
		if acked++; log.holds != 1 {
			t.Errorf("acknowledged after %d holds", log.holds)
		}
	}}}}
	g := telemed.Gateway{Source: s, Decoder: gatt.Health(), Log: log, Roster: w.census}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if acked != 1 || g.Stats().Retries != 2 {
		t.Errorf("%d acknowledged, %+v", acked, g.Stats())
	}
}

// lettersOnly is a log that holds nothing.
type lettersOnly struct {
	telemed.Log
	letters []telemed.DeadLetter
}

func (l *lettersOnly) Reject(_ context.Context, letters []telemed.DeadLetter) error {
	l.letters = append(l.letters, letters...)
	return nil
}

// Without a log that holds, a frame that is nobody's is a dead letter at once.
func TestCensusWithoutHolder(t *testing.T) {
	c := openCensus(t, new(telemedtest.Journal))
	if _, err := c.Apply(t.Context(), parseChange(t, "08:00 assign strap p1")); err != nil {
		t.Fatal(err)
	}
	w := newRosterWard(t)
	log, reasons := &lettersOnly{Log: w.log}, []error{}
	g := telemed.Gateway{
		Source: telemedtest.Frames(pulseAt(t, "strap", "08:10", 60), pulseAt(t, "belt", "08:10", 60)), Decoder: gatt.Health(), Log: log, Roster: c,
		Rejected: func(_ device.Frame, err error) { reasons = append(reasons, err) },
	}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(reasons) != 2 || !errors.Is(reasons[0], telemed.ErrNotAdmitted) || !errors.Is(reasons[1], telemed.ErrUnknownDevice) || len(log.letters) != 2 {
		t.Errorf("refused %v, %d letters", reasons, len(log.letters))
	}
}

// liveSource delivers what it is given while the gateway runs.
type liveSource struct{ frames chan device.Frame }

func (s liveSource) Receive(ctx context.Context, dst []telemed.Delivery) (int, error) {
	select {
	case f, ok := <-s.frames:
		if !ok {
			return 0, io.EOF
		}
		dst[0] = telemed.Delivery{Frame: f}
		return 1, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (liveSource) Close() error { return nil }

// While frames of a device come in, it is assigned: the log has all of them
// once and in order, whether they were held or not.
func TestReleaseKeepsTheOrder(t *testing.T) {
	w := newRosterWard(t, "08:00 admit p1")
	s := liveSource{make(chan device.Frame)}
	g := telemed.Gateway{Source: s, Decoder: gatt.Health(), Log: w.log, Roster: w.census}
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := g.Run(t.Context()); err != nil {
			t.Error(err)
		}
	})
	const n = 200
	for i := range n {
		f := pulseAt(t, "strap", "09:00", byte(i+1))
		f.At = f.At.Add(time.Duration(i) * time.Second)
		s.frames <- f
		if i == n/2 {
			wg.Go(func() { w.say("08:30 assign strap p1") })
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second) // bounds the test
	defer cancel()
	record := make([]telemed.Record, 1)
	for i := range telemed.Position(n) {
		if _, err := w.log.Read(ctx, i, record); err != nil {
			t.Fatalf("record %d: %v, %+v", i+1, err, g.Stats())
		}
		if want := vitals.PerMinute(int64(i + 1)); record[0].Reading.Quantity != want {
			t.Fatalf("record %d: %v, want %v", i+1, record[0].Reading.Quantity, want)
		}
	}
	close(s.frames)
	wg.Wait()
	if s := g.Stats(); s.Held == 0 || s.Held != s.Released || s.Readings != n {
		t.Errorf("stats %+v", s)
	}
	if last, err := w.log.Last(t.Context()); last != n || err != nil {
		t.Errorf("%d records, %v", last, err)
	}
}

// A witness is a sink with a state for each patient.
type witness struct {
	mu     sync.Mutex
	name   string
	state  map[string]string // newest reading
	forgot []string
	put    []string
}

func (s *witness) Name() string { return s.name }

func (s *witness) Put(_ context.Context, readings []vitals.Reading) error {
	for _, r := range readings {
		s.put = append(s.put, describe(r))
	}
	return s.Restore(readings)
}

func (s *witness) Restore(readings []vitals.Reading) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range readings {
		if s.state == nil {
			s.state = make(map[string]string)
		}
		s.state[r.Patient.Reveal()] = describe(r)
	}
	return nil
}

func (s *witness) Forget(p vitals.PatientID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgot = append(s.forgot, p.Reveal())
	delete(s.state, p.Reveal())
}

// What a sink knows follows the census, and is what it would know had it been
// started afterwards.
func TestSinksFollowTheCensus(t *testing.T) {
	steps := []struct {
		say   string
		frame device.Frame
		want  map[string]string
	}{
		{frame: pulseAt(t, "strap", "08:10", 60), want: map[string]string{"x": "x 08:10 60"}},
		{frame: pulseAt(t, "belt", "08:11", 70), want: map[string]string{"x": "x 08:10 60", "p2": "p2 08:11 70"}},
		{say: "08:12 merge x p1", want: map[string]string{"p1": "p1 08:10 60", "p2": "p2 08:11 70"}},
		{frame: pulseAt(t, "strap", "08:20", 61), want: map[string]string{"p1": "p1 08:20 61", "p2": "p2 08:11 70"}},
		{say: "08:30 cancel 5", want: map[string]string{"x": "x 08:20 61", "p2": "p2 08:11 70"}},
		{say: "08:30 cancel 4", want: map[string]string{"x": "x 08:20 61", "p2": "p2 08:11 70"}}, // belt is nobody's now
		{say: "08:00 assign belt x", want: map[string]string{"x": "x 08:20 61"}},                 // and was another's
		{say: "08:40 discharge x", want: map[string]string{}},
		{say: "08:40 cancel 9", want: map[string]string{"x": "x 08:20 61"}},
	}
	w := newRosterWard(t, "08:00 admit x", "08:00 admit p2", "08:00 assign strap x", "08:00 assign belt p2")
	s := &witness{name: "running"}
	for i, step := range steps {
		source := liveSource{make(chan device.Frame, 1)}
		if step.frame.Format != 0 {
			source.frames <- step.frame
		}
		if step.say != "" {
			w.say(step.say)
		}
		close(source.frames)
		g := telemed.Gateway{Source: source, Decoder: gatt.Health(), Log: w.log, Roster: w.census, Sinks: []telemed.Sink{s}}
		if err := g.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		fresh := &witness{name: "running"}
		w.run([]telemed.Sink{fresh})
		if fmt.Sprint(fresh.state) != fmt.Sprint(step.want) {
			t.Errorf("step %d, %q: a sink that starts knows %v, want %v", i, step.say, fresh.state, step.want)
		}
	}
}

// The same while the gateway runs: the sink hears of each change within two
// seconds, without a record that comes.
func TestSinksHearOfChanges(t *testing.T) {
	said := []string{"08:00 admit x", "08:00 admit p2", "08:00 assign strap x", "08:00 assign belt p2"}
	w := newRosterWard(t, said...)
	w.run(nil, pulseAt(t, "strap", "08:10", 60), pulseAt(t, "belt", "08:11", 70))
	var readings []vitals.Reading
	for _, r := range telemedtest.ReadAll(t, w.log) {
		readings = append(readings, r.Reading)
	}
	for _, tt := range []struct{ say, forgot, state string }{
		{"08:12 merge x p1", "[x p1]", "map[p1:p1 08:10 60 p2:p2 08:11 70]"},
		{"08:30 cancel 5", "[x p1]", "map[p2:p2 08:11 70 x:x 08:10 60]"},
		{"09:00 unassign belt", "[]", "map[p2:p2 08:11 70 x:x 08:10 60]"},
		{"09:05 assign belt x", "[]", "map[p2:p2 08:11 70 x:x 08:10 60]"},
		{"09:10 discharge x", "[x]", "map[p2:p2 08:11 70]"},
		{"20:05 discharge p2", "[p2 p2]", "map[]"}, // five seconds ahead: shown until then
	} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(clock(t, "20:04").Add(57 * time.Second))) // by the clock of the bubble, which starts in 2000
			c, s := openCensus(t, new(telemedtest.Journal)), &witness{name: "s"}
			log, err := store.Open(filepath.Join(t.TempDir(), "log.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer log.Close()
			say := func(line string) {
				if _, err := c.Apply(t.Context(), parseChange(t, line)); err != nil {
					t.Fatalf("%q: %v", line, err)
				}
			}
			for _, line := range said {
				say(line)
			}
			if err := log.Append(t.Context(), readings); err != nil {
				t.Fatal(err)
			}
			g := telemed.Gateway{
				Source: &telemedtest.Source{Endless: true}, Decoder: gatt.Health(), Log: log, Roster: c, Sinks: []telemed.Sink{s},
			}
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			wg.Go(func() { _ = g.Run(ctx) })
			synctest.Wait()
			s.forgot = nil
			say(tt.say)
			time.Sleep(5 * time.Second)
			cancel()
			wg.Wait()
			if got := fmt.Sprint(s.forgot); got != tt.forgot {
				t.Errorf("%q: forgot %s, want %s", tt.say, got, tt.forgot)
			}
			if got := fmt.Sprint(s.state); got != tt.state {
				t.Errorf("%q: knows %s, want %s", tt.say, got, tt.state)
			}
		})
		said = append(said, tt.say)
	}
}
