package census_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/census"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

var errJournal = errors.New("the disk is full")

// journalOf is a journal with changes.
func journalOf(tb testing.TB, changes []census.Change) *telemedtest.Journal {
	tb.Helper()
	j := new(telemedtest.Journal)
	for _, c := range changes {
		e := telemed.Entry{Number: c.Number, Patient: c.Patient, Content: encode(tb, c)}
		if err := j.AppendEntry(tb.Context(), "census", e, 0); err != nil {
			tb.Fatal(err)
		}
	}
	return j
}

func openCensus(tb testing.TB, j telemed.Journal) *census.Census {
	tb.Helper()
	c, err := census.Open(tb.Context(), j)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// clock is a time of the scripted day, such as "10:30".
func clock(tb testing.TB, text string) time.Time {
	tb.Helper()
	t, err := time.Parse("2006-01-02 15:04", "2026-03-02 "+text)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// parseChange reads a line of a scripted day.
func parseChange(tb testing.TB, line string) census.Change {
	tb.Helper()
	f := strings.Fields(line)
	c := census.Change{At: clock(tb, f[0]), By: "nurse 1"}
	patient := func(i int) vitals.PatientID { return vitals.NewPatientID(f[i]) }
	switch f[1] {
	case "admit":
		c.Op, c.Patient = census.Admit, patient(2)
		if len(f) > 3 {
			c.Bed = f[3]
		}
	case "discharge":
		c.Op, c.Patient = census.Discharge, patient(2)
	case "transfer":
		c.Op, c.Patient, c.Bed = census.Transfer, patient(2), f[3]
	case "assign":
		c.Op, c.Device, c.Patient = census.Assign, vitals.DeviceID(f[2]), patient(3)
	case "unassign":
		c.Op, c.Device = census.Unassign, vitals.DeviceID(f[2])
	case "merge":
		c.Op, c.Patient, c.Into = census.Merge, patient(2), patient(3)
	case "correct":
		c.Op, c.Device = census.Correct, vitals.DeviceID(f[2])
		var err error
		if c.Ahead, err = time.ParseDuration(f[3]); err != nil {
			tb.Fatal(err)
		}
	case "cancel":
		c.Op = census.Cancel
		if _, err := fmt.Sscan(f[2], &c.Cancels); err != nil {
			tb.Fatal(err)
		}
	default:
		tb.Fatalf("line %q", line)
	}
	return c
}

var reasons = map[string]error{
	"overlap": census.ErrOverlap, "no-effect": census.ErrNoEffect, "merged": census.ErrMerged, "malformed": census.ErrMalformed,
}

// wearer answers a probe: who the wearer turned out to be.
func wearer(c *census.Census, d string, at time.Time) string {
	p, err := c.Wearer(vitals.DeviceID(d), at)
	if err != nil {
		return "nobody"
	}
	return c.Who(p).Reveal()
}

// Scripted days of a ward. Lines are changes with the reason of the refusal if
// they are to be refused; "?" lines ask who wears a device at a time.
var days = []struct{ name, script string }{
	{"handover", `
		08:00 admit p1 bed1
		08:30 assign cuff p1
		10:00 unassign cuff
		10:05 admit p2 bed2
		10:10 assign cuff p2
		08:29 ? cuff nobody
		08:30 ? cuff p1
		09:59 ? cuff p1
		10:00 ? cuff nobody
		10:10 ? cuff p2
		10:10 ? belt nobody`},
	{"assigned before admission", `
		08:00 assign cuff p1
		09:00 ? cuff nobody
		10:00 admit p1
		09:59 ? cuff nobody
		10:00 ? cuff p1`},
	{"discharge takes the devices along", `
		08:00 admit p1
		08:00 assign cuff p1
		12:00 discharge p1
		11:59 ? cuff p1
		12:00 ? cuff nobody
		12:30 admit p2
		12:30 assign cuff p2
		13:00 ? cuff p2
		14:00 admit p1
		14:00 ? cuff p2`},
	{"readmission wants a new assignment", `
		08:00 admit p1
		08:00 assign cuff p1
		09:00 discharge p1
		10:00 admit p1
		10:30 ? cuff nobody
		10:15 assign cuff p1
		10:30 ? cuff p1
		09:30 ? cuff nobody`},
	{"two patients, one device", `
		08:00 admit p1
		08:00 admit p2
		08:30 assign cuff p1
		09:00 assign cuff p2 ! overlap
		08:00 assign cuff p2 ! overlap
		08:30 assign cuff p2 ! no-effect-or-overlap
		09:00 ? cuff p1
		09:00 unassign cuff
		09:00 assign cuff p2
		09:00 ? cuff p2`},
	{"a wrong assignment is put right", `
		08:00 admit p1
		08:00 admit p2
		08:30 assign cuff p1
		11:00 cancel 3
		09:00 ? cuff nobody
		08:30 assign cuff p2
		09:00 ? cuff p2
		11:00 cancel 3 ! same
		11:00 cancel 4 ! no-effect
		11:00 cancel 99 ! no-effect`},
	{"merge and unmerge", `
		08:00 admit unknown1 bed1
		08:00 assign cuff unknown1
		10:00 merge unknown1 p7
		09:00 ? cuff p7
		10:30 merge unknown1 p8 ! merged
		10:30 merge p7 unknown1 ! merged
		11:00 discharge p7
		11:30 ? cuff nobody
		10:59 ? cuff p7
		12:00 cancel 4
		11:30 ? cuff p7
		12:00 cancel 3
		11:30 ? cuff unknown1`},
	{"a chain of merges", `
		08:00 admit a
		08:00 assign cuff a
		09:00 merge b c
		09:10 merge a b
		09:20 merge c a ! merged
		09:00 ? cuff c
		10:00 discharge c
		10:00 ? cuff nobody`},
	{"the cancelled discharge of one whose device has gone on", `
		08:00 admit p1
		08:00 assign cuff p1
		09:00 discharge p1
		09:10 admit p2
		09:10 assign cuff p2
		09:30 cancel 3 ! overlap
		09:05 unassign cuff
		09:30 cancel 3
		09:04 ? cuff p1
		09:05 ? cuff nobody
		09:10 ? cuff p2`},
	{"nothing to do", `
		08:00 discharge p1 ! no-effect
		08:00 transfer p1 bed2 ! no-effect
		08:00 unassign cuff ! no-effect
		08:00 admit p1 bed1
		08:00 admit p1 bed1 ! same
		08:30 admit p1 bed2 ! no-effect
		08:30 transfer p1 bed1 ! no-effect
		08:30 transfer p1 bed2
		09:00 correct cuff 0s ! no-effect`},
	{"what is said too late", `
		12:00 assign cuff p1
		08:00 admit p1
		10:00 unassign cuff ! no-effect
		09:00 assign cuff p1
		10:00 unassign cuff
		09:30 ? cuff p1
		10:30 ? cuff nobody
		12:00 ? cuff p1`},
}

// day plays a script. It reopens the census after each change if it is told to.
func day(t *testing.T, script string, j *telemedtest.Journal, reopen bool) {
	t.Helper()
	c := openCensus(t, j)
	for i, line := range strings.Split(strings.TrimSpace(script), "\n") {
		line = strings.TrimSpace(line)
		if f := strings.Fields(line); f[1] == "?" {
			if got := wearer(c, f[2], clock(t, f[0])); got != f[3] {
				t.Errorf("line %d, %q: %s", i+1, line, got)
			}
			continue
		}
		text, refusal, refused := strings.Cut(line, "!")
		refusal = strings.TrimSpace(refusal)
		before := len(c.Changes())
		_, err := c.Apply(t.Context(), parseChange(t, text))
		switch {
		case !refused && err != nil:
			t.Errorf("line %d, %q: %v", i+1, line, err)
		case refusal == "same" && (err != nil || len(c.Changes()) != before):
			t.Errorf("line %d, %q: %v, %d changes more", i+1, line, err, len(c.Changes())-before)
		case refused && refusal != "same" && err == nil:
			t.Errorf("line %d, %q: accepted", i+1, line)
		case reasons[refusal] != nil && !errors.Is(err, reasons[refusal]):
			t.Errorf("line %d, %q: refused with %v", i+1, line, err)
		}
		if reopen {
			c = openCensus(t, j)
		}
	}
}

func TestWardDays(t *testing.T) {
	for _, d := range days {
		t.Run(d.name, func(t *testing.T) { day(t, d.script, new(telemedtest.Journal), false) })
		t.Run(d.name+", reopened at every change", func(t *testing.T) { day(t, d.script, new(telemedtest.Journal), true) })
	}
}

// A change that the journal does not take does not hold, and can be made again.
func TestJournalFails(t *testing.T) {
	for _, d := range days {
		j := new(telemedtest.Journal)
		c := openCensus(t, j)
		for line := range strings.SplitSeq(strings.TrimSpace(d.script), "\n") {
			f := strings.Fields(line)
			if f[1] == "?" || strings.Contains(line, "!") {
				continue
			}
			ch := parseChange(t, line)
			before := answers(t, c)
			j.Err = errJournal
			if _, err := c.Apply(t.Context(), ch); !errors.Is(err, errJournal) {
				t.Fatalf("%s, %q: %v", d.name, line, err)
			}
			if got := answers(t, c); got != before {
				t.Fatalf("%s, %q: what failed holds:\n%s\nbefore:\n%s", d.name, line, got, before)
			}
			j.Err = nil
			if _, err := c.Apply(t.Context(), ch); err != nil {
				t.Fatalf("%s, %q again: %v", d.name, line, err)
			}
			if got, want := answers(t, openCensus(t, j)), answers(t, c); got != want {
				t.Fatalf("%s, %q: reopened\n%s\nwant\n%s", d.name, line, got, want)
			}
		}
	}
}

// answers is everything that a census says of the day, every five minutes.
func answers(tb testing.TB, c *census.Census) string {
	var b strings.Builder
	for at := clock(tb, "07:00"); at.Before(clock(tb, "16:00")); at = at.Add(5 * time.Minute) {
		fmt.Fprint(&b, at.Format("15:04"))
		for _, d := range []string{"cuff", "belt", "strap"} {
			fmt.Fprint(&b, " ", wearer(c, d, at))
		}
		for _, p := range []string{"p0", "p1", "p2", "p3", "unknown1", "p7"} {
			if s, ok := c.Stay(vitals.NewPatientID(p), at); ok {
				fmt.Fprintf(&b, " %s=%s/%s", p, s.Patient.Reveal(), s.Bed)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// The order in which a ward is told of changes does not matter: only the
// instants from which they hold.
func TestOrderOfSayingDoesNotMatter(t *testing.T) {
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 1))
		c := openCensus(t, new(telemedtest.Journal))
		for i := range 40 {
			ch := randomChange(rng, clock(t, "07:00").Add(time.Duration(i*11+rng.IntN(11))*time.Minute))
			_, _ = c.Apply(t.Context(), ch) // some contradict
		}
		want := answers(t, c)
		// As a set: a journal in any order, with the numbers in that order.
		changes := c.Changes()
		rng.Shuffle(len(changes), func(a, b int) { changes[a], changes[b] = changes[b], changes[a] })
		for i := range changes {
			changes[i].Number = uint64(i + 1)
		}
		if got := answers(t, openCensus(t, journalOf(t, changes))); got != want {
			t.Fatalf("seed %d: shuffled\n%s\nwant\n%s", seed, got, want)
		}
		// As said: what is refused for now is said again later.
		todo, said := changes, openCensus(t, new(telemedtest.Journal))
		for len(todo) > 0 {
			var left []census.Change
			for _, ch := range todo {
				if _, err := said.Apply(t.Context(), ch); err != nil {
					left = append(left, ch)
				}
			}
			if len(left) == len(todo) {
				break // each waits for another, as a handover said backwards
			}
			todo = left
		}
		if got := answers(t, said); len(todo) == 0 && got != want {
			t.Fatalf("seed %d: said in another order\n%s\nwant\n%s", seed, got, want)
		}
	}
}

func randomChange(rng *rand.Rand, at time.Time) census.Change {
	patient := func() vitals.PatientID { return vitals.NewPatientID(fmt.Sprint("p", rng.IntN(4))) }
	d := vitals.DeviceID([]string{"cuff", "belt", "strap"}[rng.IntN(3)])
	switch rng.IntN(10) {
	case 0, 1:
		return census.Change{Op: census.Admit, At: at, Patient: patient(), Bed: "bed1"}
	case 2:
		return census.Change{Op: census.Discharge, At: at, Patient: patient()}
	case 3:
		return census.Change{Op: census.Transfer, At: at, Patient: patient(), Bed: fmt.Sprint("bed", rng.IntN(3))}
	case 4, 5, 6:
		return census.Change{Op: census.Assign, At: at, Device: d, Patient: patient()}
	case 7, 8:
		return census.Change{Op: census.Unassign, At: at, Device: d}
	}
	return census.Change{Op: census.Merge, At: at, Patient: patient(), Into: patient()}
}

func TestStays(t *testing.T) {
	c := openCensus(t, new(telemedtest.Journal))
	for _, line := range []string{
		"08:00 admit p1 bed1", "08:10 admit p2 bed2", "09:00 transfer p1 bed3", "08:20 assign cuff p1", "08:20 assign belt p1", "10:00 discharge p1",
	} {
		if _, err := c.Apply(t.Context(), parseChange(t, line)); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
	}
	for at, want := range map[string]string{"08:05": "bed1", "08:59": "bed1", "09:00": "bed3", "10:00": "gone"} {
		got := "gone"
		if s, ok := c.Stay(vitals.NewPatientID("p1"), clock(t, at)); ok {
			got = s.Bed
			if !s.Since.Equal(clock(t, "08:00")) {
				t.Errorf("at %s: there since %v", at, s.Since)
			}
		}
		if got != want {
			t.Errorf("at %s: %s, want %s", at, got, want)
		}
	}
	if got := c.Devices(vitals.NewPatientID("p1"), clock(t, "09:00")); !slices.Equal(got, []vitals.DeviceID{"belt", "cuff"}) {
		t.Errorf("wears %v", got)
	}
	if got := c.Devices(vitals.NewPatientID("p1"), clock(t, "10:00")); got != nil {
		t.Errorf("wears %v after the discharge", got)
	}
	if got := c.Changes(); len(got) != 6 || got[5].Number != 6 || got[5].By != "nurse 1" {
		t.Errorf("the audit trail is %d long", len(got))
	}
}

func TestMalformedChanges(t *testing.T) {
	at, p := clock(t, "08:00"), vitals.NewPatientID("DOE^JANE")
	long := strings.Repeat("DOE^JANE", 33)
	c := openCensus(t, new(telemedtest.Journal))
	for field, list := range map[string][]census.Change{
		"Op":      {{}, {Op: 99, At: at}},
		"At":      {{Op: census.Admit, Patient: p}, {Op: census.Admit, Patient: p, At: at.AddDate(300, 0, 0)}},
		"Patient": {{Op: census.Admit, At: at}, {Op: census.Unassign, At: at, Device: "DOE^JANE", Patient: p}, {Op: census.Admit, At: at, Patient: vitals.NewPatientID(long)}},
		"Into":    {{Op: census.Merge, At: at, Patient: p}, {Op: census.Admit, At: at, Patient: p, Into: p}},
		"Device":  {{Op: census.Assign, At: at, Patient: p}, {Op: census.Assign, At: at, Patient: p, Device: vitals.DeviceID(long)}},
		"Bed":     {{Op: census.Transfer, At: at, Patient: p}, {Op: census.Discharge, At: at, Patient: p, Bed: "DOE^JANE"}},
		"Ahead":   {{Op: census.Admit, At: at, Patient: p, Ahead: 1}, {Op: census.Correct, At: at, Device: "DOE^JANE", Ahead: 1<<63 - 1}},
		"Cancels": {{Op: census.Cancel, At: at}},
		"By":      {{Op: census.Admit, At: at, Patient: p, By: long}},
	} {
		for i, ch := range list {
			_, err := c.Apply(t.Context(), ch)
			var refused *census.ChangeError
			if !errors.As(err, &refused) || refused.Field != field || !errors.Is(err, census.ErrMalformed) {
				t.Errorf("%s %d: %v", field, i, err)
			}
			noCanary(t, err)
		}
	}
	for _, ch := range []census.Change{
		{Number: 1, Op: census.Admit, At: at},
		{Op: census.Admit, At: at, Patient: p},
	} {
		if _, err := census.Open(t.Context(), journalOf(t, []census.Change{ch})); !errors.Is(err, census.ErrMalformed) {
			t.Errorf("a bad journal: %v", err)
		} else {
			noCanary(t, err)
		}
	}
}

func noCanary(t *testing.T, v any) {
	t.Helper()
	for _, format := range []string{"%v", "%+v", "%#v"} {
		if s := fmt.Sprintf(format, v); strings.Contains(s, "DOE") || strings.Contains(s, "JANE") {
			t.Errorf("%s shows the patient: %s", format, s)
		}
	}
}

// No refusal names whom it is about.
func TestRefusalsNameNobody(t *testing.T) {
	c := openCensus(t, new(telemedtest.Journal))
	refused := 0
	for _, line := range []string{
		"08:00 admit DOE^JANE DOE^JANE", "08:00 admit p2", "08:00 assign DOE^JANE DOE^JANE", "08:30 assign DOE^JANE p2",
		"08:00 discharge DOE^JANE", "08:00 merge DOE^JANE p2", "08:10 merge p2 DOE^JANE", "08:10 transfer JANE DOE", "08:00 unassign DOE^JANE",
		"08:00 correct DOE^JANE 0s",
	} {
		if _, err := c.Apply(t.Context(), parseChange(t, line)); err != nil {
			refused++
			noCanary(t, err)
		}
	}
	if refused != 6 {
		t.Errorf("%d refused, want 6: the canary was not tried", refused)
	}
}

// Readers ask while the ward changes.
func TestCensusRace(t *testing.T) {
	c := openCensus(t, new(telemedtest.Journal))
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(n), 7))
			for i := range 200 {
				at := clock(t, "07:00").Add(time.Duration(i) * time.Minute)
				if n < 2 {
					_, _ = c.Apply(t.Context(), randomChange(rng, at))
					continue
				}
				r := vitals.Reading{Patient: vitals.NewPatientID("p1"), Device: "cuff", At: at, Stamped: true}
				c.Revise(&r)
				c.Wearer("cuff", at)
				c.Stays(at)
				c.Changes()
			}
		})
	}
	wg.Wait()
}

func BenchmarkWearer(b *testing.B) {
	const devices, history = 10_000, 20
	var changes []census.Change
	at := clock(b, "00:00")
	add := func(ch census.Change) {
		ch.Number = uint64(len(changes) + 1)
		changes = append(changes, ch)
	}
	for d := range devices {
		for h := range history {
			p := vitals.NewPatientID(fmt.Sprintf("patient %d of device %d", h, d))
			since := at.Add(time.Duration(h) * time.Hour)
			add(census.Change{Op: census.Admit, At: since, Patient: p})
			add(census.Change{Op: census.Assign, At: since, Patient: p, Device: deviceName(d)})
			add(census.Change{Op: census.Discharge, At: since.Add(50 * time.Minute), Patient: p})
		}
	}
	c := openCensus(b, journalOf(b, changes))
	names := make([]vitals.DeviceID, devices)
	for d := range names {
		names[d] = deviceName(d * 7919 % devices)
	}
	runtime.GC() // not while it is measured
	for name, hour := range map[string]func(i int) int{
		"now": func(int) int { return history - 1 }, "past": func(i int) int { return i % history },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				when := at.Add(time.Duration(hour(i))*time.Hour + time.Minute)
				if _, err := c.Wearer(names[i%devices], when); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("Revise", func(b *testing.B) {
		b.ReportAllocs()
		p := vitals.NewPatientID(fmt.Sprintf("patient %d of device %d", 3, 5))
		for b.Loop() {
			r := vitals.Reading{Patient: p, Device: names[0], At: at}
			r.Device = "device-00005"
			c.Revise(&r)
		}
	})
	fresh := 0
	b.Run("Apply", func(b *testing.B) {
		for b.Loop() {
			fresh++
			p := vitals.NewPatientID(fmt.Sprint("new ", fresh))
			if _, err := c.Apply(b.Context(), census.Change{Op: census.Admit, At: at, Patient: p}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func deviceName(n int) vitals.DeviceID { return vitals.DeviceID(fmt.Sprintf("device-%05d", n)) }
