package peers

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A limit is a rule that everybody watches, in percent.
type limit struct {
	name  string
	below int64 // is an alarm after lowDelay
	clear int64 // ends it
}

// limits lists the rules about values. With the one about missing data they
// are eight; the first and that one are the least that a ward would have.
func limits() []limit {
	return []limit{
		{"below 90", 90, 92},
		{"below 94", 94, 95},
		{"below 93", 93, 95},
		{"below 92", 92, 94},
		{"below 88", 88, 90},
		{"below 86", 86, 88},
		{"below 84", 84, 86},
	}
}

const (
	lowDelay    = 30 * time.Second
	missingRule = "missing"
	dataAfter   = time.Minute // without usable data
)

// cadence is how often readings come and Prometheus evaluates: its usual
// interval, of which the delays are multiples, so that all can agree.
const cadence = 15 * time.Second

// A change is what all have to agree upon. A step is one cadence.
type change struct {
	step    int
	patient string
	rule    string
	raised  bool // or ended
}

// A monitor is one of those compared. After put with the readings of a step
// comes advance with the time of that step.
type monitor interface {
	put(batch []vitals.Reading) error
	advance(now time.Time) error
}

// tell is called for every change.
type tell func(id vitals.PatientID, rule string, raised bool, at time.Time)

func start() time.Time { return time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC) }

func stepAt(s int) time.Time { return start().Add(time.Duration(s) * cadence) }

func patientIDs(n int) []vitals.PatientID {
	ids := make([]vitals.PatientID, n)
	for i := range ids {
		ids[i] = vitals.NewPatientID(fmt.Sprint("patient ", i))
	}
	return ids
}

func saturation(id vitals.PatientID, percent int64, at time.Time) vitals.Reading {
	return vitals.Reading{Patient: id, Device: "oximeter", Kind: vitals.SpO2, Quantity: vitals.Percent(percent), At: at}
}

// steady appends a step of a calm ward: one patient in a hundred falls to 86 %
// for a minute in every five.
func steady(dst []vitals.Reading, ids []vitals.PatientID, s int) []vitals.Reading {
	for i, id := range ids {
		percent := int64(97)
		if i%100 == 0 && (s+i/100)%20 >= 16 {
			percent = 86
		}
		dst = append(dst, saturation(id, percent, stepAt(s)))
	}
	return dst
}

// A restless patient crosses the limits often, falls silent, loses contact, and
// sends readings twice and late. The same seed gives the same readings.
type restless struct {
	id     vitals.PatientID
	rng    *rand.Rand
	level  int64
	silent int // steps to come
	held   []vitals.Reading
}

func newRestless(ids []vitals.PatientID, seed uint64) []restless {
	all := make([]restless, len(ids))
	for i, id := range ids {
		all[i] = restless{id: id, rng: rand.New(rand.NewPCG(seed, uint64(i))), level: 91}
	}
	return all
}

// append appends what arrives from the patient in step s.
func (p *restless) append(dst []vitals.Reading, s int) []vitals.Reading {
	if p.rng.IntN(4) == 0 {
		p.level = min(max(p.level+p.rng.Int64N(3)-1, 86), 95)
	}
	if p.silent > 0 {
		p.silent--
		return dst
	}
	r := saturation(p.id, p.level, stepAt(s))
	switch chance := p.rng.IntN(400); {
	case s == 0: // all have a first value
	case chance < 4:
		p.silent = p.rng.IntN(12)
	case chance < 14: // off the finger: a number that means nothing
		r.Quality = vitals.NoContact
		r.Quantity = vitals.Percent(50)
		return append(dst, r)
	case chance < 24: // late, after the next usable one
		p.held = append(p.held, r)
		return dst
	case chance < 34: // twice
		dst = append(dst, r)
	}
	dst = append(dst, r)
	dst = append(dst, p.held...)
	p.held = p.held[:0]
	return dst
}
