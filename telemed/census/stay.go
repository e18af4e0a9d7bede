package census

import (
	"cmp"
	"slices"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// Wearer implements [telemed.Roster]: who wore a device at a time, if anybody did
// and was on the ward. It answers with the name under which the device was
// assigned; [Census.Who] tells who that turned out to be.
func (c *Census) Wearer(d vitals.DeviceID, at time.Time) (vitals.PatientID, error) {
	return c.now.Load().Wearer(d, at)
}

// Who returns who a patient turned out to be after all merges.
func (c *Census) Who(p vitals.PatientID) vitals.PatientID { return c.now.Load().who(p) }

// A Stay is a time of a patient in a bed of the ward.
type Stay struct {
	Patient vitals.PatientID
	Bed     string
	Since   time.Time // of the admission
}

// Stay returns where a patient was at a time.
func (c *Census) Stay(p vitals.PatientID, at time.Time) (Stay, bool) {
	s := c.now.Load()
	v, ok := s.stay(p, instant(at))
	if !ok {
		return Stay{}, false
	}
	return Stay{s.who(p), v.bed(instant(at)), time.Unix(0, v.since)}, true
}

// Stays returns who was there at a time, by bed.
func (c *Census) Stays(at time.Time) []Stay {
	s := c.now.Load()
	var out []Stay
	for p := range s.stays {
		if v, ok := s.stay(p, instant(at)); ok {
			out = append(out, Stay{p, v.bed(instant(at)), time.Unix(0, v.since)})
		}
	}
	slices.SortFunc(out, func(a, b Stay) int { return cmp.Or(cmp.Compare(a.Bed, b.Bed), a.Since.Compare(b.Since)) })
	return out
}

// Devices returns which devices a patient wore at a time, sorted.
func (c *Census) Devices(p vitals.PatientID, at time.Time) []vitals.DeviceID {
	s := c.now.Load()
	var out []vitals.DeviceID
	for d, w := range s.devices {
		if v, ok := w.span(instant(at)); ok && s.who(v.patient) == s.who(p) {
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return out
}

// Changes returns everything that was said, in that order: the audit trail.
func (c *Census) Changes() []Change {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.book.changes)
}
