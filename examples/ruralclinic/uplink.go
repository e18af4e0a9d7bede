package main

import (
	"context"
	"errors"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/vitals"
)

const (
	prefix = "clinic" // of all topics
	// quarter is how much time a batch spans. Longer ones are a little smaller and
	// hold up an alarm longer.
	quarter = 15 * time.Minute
	// fresh is how old a measurement may be to be sent alone, ahead of the backlog.
	fresh = 30 * time.Second
	// reach is how many records are looked at at once.
	reach = 1 << 14
)

// An uplink moves the readings of the clinic's log into the outbox: what was
// measured now at once, what was measured while the line was down in batches. The
// log keeps its place, so it may stop at any moment: what it then sends twice,
// the hospital's log knows again.
type uplink struct {
	log    telemed.Log
	outbox interface {
		Add(ctx context.Context, messages ...telemed.Message) error
	}
	connected func() bool
}

// cursor is the name of the uplink's place in the log.
const cursor = "uplink"

// run works until the context ends.
func (u *uplink) run(ctx context.Context) error {
	at, err := u.log.Cursor(ctx, cursor)
	if err != nil {
		return err
	}
	records := make([]telemed.Record, reach)
	for {
		n, err := u.log.Read(ctx, at, records)
		if err != nil {
			return ended(ctx, err)
		}
		messages, took, err := pack(records[:n], time.Now(), u.connected())
		if err != nil {
			return err
		}
		if took > 0 {
			err = u.outbox.Add(ctx, messages...)
		}
		switch {
		case errors.Is(err, telemed.ErrLogFull): // the readings stay in the log
		case err != nil:
			return ended(ctx, err)
		case took > 0:
			at = records[took-1].Position
			if err := u.log.SetCursor(ctx, cursor, at); err != nil {
				return ended(ctx, err)
			}
			continue
		}
		if sleep(ctx, 100*time.Millisecond) != nil {
			return nil
		}
	}
}

// pack makes messages of the first of the records and says of how many. What is
// fresh goes alone if the line is up. The rest goes in batches of a patient's
// quarter of an hour; while the line is down only of quarters that are over.
func pack(records []telemed.Record, now time.Time, up bool) (messages []telemed.Message, took int, err error) {
	until := now.Truncate(quarter)
	if up {
		until = now.Add(time.Hour) // all
	}
	if last := len(records) - 1; last+1 == reach {
		// More may follow of the last quarter.
		if begin := records[last].Reading.At.Truncate(quarter); begin.After(records[0].Reading.At) && begin.Before(until) {
			until = begin
		}
	}
	for took < len(records) && records[took].Reading.At.Before(until) {
		took++
	}
	var groups groups
	for _, r := range records[:took] {
		groups.add(r.Reading, up && now.Sub(r.Reading.At) < fresh)
	}
	for _, g := range groups.list {
		m, err := g.message()
		if err != nil {
			return nil, 0, err
		}
		messages = append(messages, m)
	}
	return messages, took, nil
}

// A group are the readings of one message.
type group struct {
	key      groupKey
	readings []vitals.Reading
}

type groupKey struct {
	device vitals.DeviceID
	live   bool
	begin  time.Time // of the quarter, or the instant of a live message
}

// groups are in the order in which they began.
type groups struct {
	list  []*group
	known map[groupKey]*group
}

func (s *groups) add(r vitals.Reading, live bool) {
	key := groupKey{r.Device, live, r.At.UTC()}
	if !live {
		key.begin = key.begin.Truncate(quarter)
	}
	g := s.known[key]
	if g == nil {
		if s.known == nil {
			s.known = make(map[groupKey]*group)
		}
		g = &group{key: key}
		s.known[key] = g
		s.list = append(s.list, g)
	}
	g.readings = append(g.readings, r)
}

func (g *group) message() (telemed.Message, error) {
	if g.key.live {
		return message(telemed.LaneLive, g.readings)
	}
	b, err := compact.NewBatch(g.key.device, g.readings)
	if err != nil {
		return telemed.Message{}, err
	}
	payload, err := b.AppendBinary(nil)
	if err != nil {
		return telemed.Message{}, err
	}
	return address(telemed.LaneBacklog, &g.readings[0], payload)
}

// message is what one monitor measured at one instant.
func message(lane telemed.Lane, readings []vitals.Reading) (telemed.Message, error) {
	payload, err := encode(readings)
	if err != nil {
		return telemed.Message{}, err
	}
	return address(lane, &readings[0], payload)
}

func address(lane telemed.Lane, r *vitals.Reading, payload []byte) (telemed.Message, error) {
	topic, err := mqtt.Topic(prefix, device.Frame{Format: device.Compact, Device: r.Device, At: r.At})
	return telemed.Message{Lane: lane, Topic: topic, Payload: payload}, err
}

// ended is nil for what fails because the context has ended.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
