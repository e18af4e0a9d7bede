package telemed

import (
	"context"
	"errors"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A HeldFrame is a frame that waits until it is known whose it is.
type HeldFrame struct {
	Number uint64 // in the order of arrival
	Frame  device.Frame
}

// A Sighting is what may be told of a device some of whose frames are held.
type Sighting struct {
	Device      vitals.DeviceID
	Format      device.Format // of the newest frame
	First, Last time.Time     // arrival of the oldest and the newest frame
	Heard       uint64        // frames that came to be held
	Held        int           // frames that are there
	Dropped     uint64        // frames that were dropped for want of room
}

// A Holder is a log that also keeps frames back whose patient is not known yet.
// It bounds what it keeps: when there is no room, the oldest frame of the
// device that has most goes, so that one that floods takes only its own.
type Holder interface {
	// Hold returns nil once the frames are on stable storage, and how many older
	// ones had to go.
	Hold(ctx context.Context, frames []device.Frame) (dropped int, err error)
	// Held fills dst with frames of some devices, in the order of arrival, from
	// those after a number on, and returns how many; 0 if there are no more.
	Held(ctx context.Context, devices []vitals.DeviceID, after uint64, dst []HeldFrame) (int, error)
	// Unhold removes frames.
	Unhold(ctx context.Context, frames []HeldFrame) error
	// Sightings returns the devices of which frames are held, sorted.
	Sightings(ctx context.Context) ([]Sighting, error)
}

// waits reports whether a frame may yet become somebody's.
func waits(err error) bool { return errors.Is(err, ErrUnknownDevice) || errors.Is(err, ErrNotAdmitted) }

// Unknown returns the devices that nobody has ever assigned and that have sent
// frames, which are held.
func (g *Gateway) Unknown(ctx context.Context) ([]Sighting, error) {
	holder := g.holder()
	if holder == nil {
		return nil, nil
	}
	all, err := holder.Sightings(ctx)
	if err != nil {
		return nil, err
	}
	var unknown []Sighting
	s := g.revisable().Now()
	for _, v := range all {
		if !s.Assigned(v.Device) {
			unknown = append(unknown, v)
		}
	}
	return unknown, nil
}

// revisable is the roster if it may learn later, otherwise nil.
func (g *Gateway) revisable() RevisableRoster {
	r, _ := g.Roster.(RevisableRoster)
	return r
}

// holder is the log if it can hold frames and somebody can release them.
func (g *Gateway) holder() Holder {
	if g.revisable() == nil {
		return nil
	}
	h, _ := g.Log.(Holder)
	return h
}

// release gives held frames to the log whenever a change says whose they are,
// until the context ends.
func (g *Gateway) release(ctx context.Context) error {
	roster := g.revisable()
	for {
		changed := roster.Changed()
		g.intake.mu.Lock()
		_, err := g.settle(ctx)
		g.intake.mu.Unlock()
		if err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// settle releases what the roster of now allows and returns that, nil of a roster
// that learns nothing. It wants intake.mu held.
func (g *Gateway) settle(ctx context.Context) (RosterVersion, error) {
	roster := g.revisable()
	if roster == nil {
		return nil, nil
	}
	s, holder := roster.Now(), g.holder()
	if s == g.intake.settled || holder == nil {
		return s, nil
	}
	err := g.persist(ctx, func(ctx context.Context) error { return g.releaseAll(ctx, s, holder) })
	if err == nil {
		g.intake.settled = s
	}
	return s, err
}

// releaseAll goes through the held frames of all devices that were ever assigned,
// in the order of arrival. What it does is safe to do again.
func (g *Gateway) releaseAll(ctx context.Context, s RosterVersion, holder Holder) error {
	sightings, err := holder.Sightings(ctx)
	if err != nil {
		return err
	}
	var known []vitals.DeviceID
	for _, v := range sightings {
		if s.Assigned(v.Device) {
			known = append(known, v.Device)
		}
	}
	if len(known) == 0 {
		return nil
	}
	frames := make([]HeldFrame, frameBatch)
	var b batch
	var done []HeldFrame
	for after := uint64(0); ; {
		n, err := holder.Held(ctx, known, after, frames)
		if err != nil || n == 0 {
			return err
		}
		after = frames[n-1].Number
		b.reset()
		done = done[:0]
		for i := range frames[:n] {
			if g.place(&b, &frames[i].Frame, s, holder) {
				done = append(done, frames[i])
			}
		}
		if err := g.keep(ctx, &b); err != nil {
			return err
		}
		if err := holder.Unhold(ctx, done); err != nil {
			return err
		}
		g.stats.released.Add(uint64(len(done)))
	}
}
