package main

import (
	"context"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

// rules are those of clinic and hospital, for the demonstration only. They have
// no delay: the hospital may see one measurement of the moment and the rest of
// the minute much later.
func rules() []alert.Rule {
	return []alert.Rule{
		alert.Below(vitals.Systolic, vitals.MmHg(95)).Priority(alert.High),
		alert.Above(vitals.RespiratoryRate, vitals.PerMinute(24)).Priority(alert.Medium),
	}
}

// A bedside is the sink of clinic and hospital alike: the state of the ward, and
// the alarms that follow from it. Readings reach the rules measurement by
// measurement, so that whoever is told of an alarm finds in the ward what was
// measured with it.
type bedside struct {
	*alert.Engine
	ward *ward.Ward
}

// newBedside tells of alarms as they are raised. The function may look into the
// ward.
func newBedside(raised func(ctx context.Context, e alert.Event, s ward.PatientState) error) (*bedside, error) {
	s := &bedside{ward: new(ward.Ward)}
	tell := alert.NotifyFunc(func(ctx context.Context, e alert.Event) error {
		if err := s.ward.Notify(ctx, e); err != nil {
			return err
		}
		if !e.Announce {
			return nil
		}
		state, _ := s.ward.Patient(e.Patient)
		return raised(ctx, e, state)
	})
	var err error
	s.Engine, err = alert.NewEngine(tell, rules()...)
	return s, err
}

// Put implements [telemed.Sink].
func (s *bedside) Put(ctx context.Context, readings []vitals.Reading) error {
	for m := range measurements(readings) {
		if err := s.ward.Put(ctx, m); err != nil {
			return err
		}
		if err := s.Engine.Put(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// Restore implements [telemed.Restorer].
func (s *bedside) Restore(readings []vitals.Reading) error {
	if err := s.ward.Restore(readings); err != nil {
		return err
	}
	return s.Engine.Restore(readings)
}

// measurements yields the readings of one device and instant together, as long
// as they stand together.
func measurements(readings []vitals.Reading) func(yield func([]vitals.Reading) bool) {
	return func(yield func([]vitals.Reading) bool) {
		for len(readings) > 0 {
			n := 1
			for n < len(readings) && readings[n].Device == readings[0].Device && readings[n].At.Equal(readings[0].At) {
				n++
			}
			if !yield(readings[:n]) {
				return
			}
			readings = readings[n:]
		}
	}
}

// measured are the readings of a state that were taken at its newest instant.
func measured(s ward.PatientState) (newest []vitals.Reading) {
	var at time.Time
	for _, r := range s.Latest {
		switch {
		case r.At.After(at):
			at, newest = r.At, append(newest[:0], r)
		case r.At.Equal(at):
			newest = append(newest, r)
		}
	}
	return newest
}
