package telemed

import (
	"context"
	"slices"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A Forgetter is a sink with a state for each patient, such as a ward or an
// alarm engine. With a [RevisableRoster] the gateway calls Forget when a patient has
// left, and when what the sink was shown of a patient turns out to be another's:
// after a merge, or when a wrong assignment is put right. A sink that is a
// [Restorer] too is then shown the log of the patients concerned again, as it
// is understood now, and hears Resume if it is a [Resumer]; any other begins
// with the next readings.
//
// Forget may come for a patient whom the sink does not know.
type Forgetter interface {
	Forget(p vitals.PatientID)
}

// open takes the roster as it is.
func (p *pump) open() {
	if p.roster == nil {
		return
	}
	p.revision, _, p.version = p.roster.Since(0)
	p.leaving = p.version.Patients()
	if f, ok := p.sink.(Forgetter); ok {
		p.leave(f, p.present()) // keeps those with a discharge yet to come
	}
}

// present is the time by which a patient has left or not.
func (p *pump) present() time.Time {
	if p.eventTime {
		return p.now
	}
	return time.Now()
}

// look changes a reading of the log to what it means.
func (p *pump) look(r *vitals.Reading) {
	if p.version != nil {
		p.version.Revise(r)
	}
}

// here reports whether a patient has not left.
func (p *pump) here(patient vitals.PatientID) bool {
	return p.version == nil || !p.departed(patient, p.present())
}

// departed reports whether a patient has left by a time.
func (p *pump) departed(patient vitals.PatientID, now time.Time) bool {
	at, known := p.version.Discharge(patient)
	return known && !at.After(now)
}

// revise tells the sink what a change of the roster makes of the past.
func (p *pump) revise(ctx context.Context) error {
	f, ok := p.sink.(Forgetter)
	if p.roster == nil {
		return nil
	}
	var touched []vitals.PatientID
	p.revision, touched, p.version = p.roster.Since(p.revision)
	if !ok {
		return nil
	}
	now := p.present()
	var again []vitals.PatientID
	for _, v := range touched {
		f.Forget(v)
		if p.version.Who(v) == v && !p.departed(v, now) {
			again = append(again, v)
			p.leaving = append(p.leaving, v)
		}
	}
	p.leave(f, now)
	r, ok := p.sink.(Restorer)
	if len(again) == 0 || !ok {
		return nil
	}
	of := func(v vitals.PatientID) bool { return slices.Contains(again, v) }
	if err := p.replay(ctx, make([]Record, recordBatch), r, of); err != nil {
		return err
	}
	return p.resume(ctx)
}

// leave forgets those whose discharge has come to hold.
func (p *pump) leave(f Forgetter, now time.Time) {
	p.leaving = slices.DeleteFunc(p.leaving, func(v vitals.PatientID) bool {
		at, known := p.version.Discharge(v)
		if known && !at.After(now) {
			f.Forget(v)
			return true
		}
		return !known // the discharge was a mistake, or there was none
	})
}

// forgetDeparted forgets again those whose late readings the sink has just got.
func (p *pump) forgetDeparted() {
	f, ok := p.sink.(Forgetter)
	if p.version == nil || !ok {
		return
	}
	now := p.present()
	p.leave(f, now)
	last := vitals.PatientID{}
	for i := range p.batch {
		if v := p.batch[i].Patient; v != last {
			if last = v; p.departed(v, now) {
				f.Forget(v)
			}
		}
	}
}
