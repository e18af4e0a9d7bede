package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// maxDoubted is how many Observations are searched for before they are created,
// after a start and after a Put that was given up: four times what a gateway puts
// at once. A conditional create would do, were it not for servers that pass over
// the condition.
const maxDoubted = 2048

// Put delivers readings and returns when the server has all of them, or they are
// in [Quarantine]; or with the error of the context, when it ends before. It goes
// on trying otherwise. What is left after an error must be put again.
//
// Of readings with one identity the last counts where clients choose ids, and
// what the server has already where it does. Observations of a patient go in
// their order; one that the server refuses for the moment comes after those that
// went in the same batch with it. Measurements that FHIR has no code for are left
// out and counted.
func (c *Client) Put(ctx context.Context, readings []vitals.Reading) error {
	if err := acquire(ctx, c.putting); err != nil {
		return err
	}
	defer func() { <-c.putting }()
	if c.settled.IsZero() {
		c.settled, c.doubted = time.Now().Add(c.settle), maxDoubted
	}
	queues, err := c.items(ctx, readings)
	if err == nil {
		err = c.deliver(ctx, queues)
	}
	c.counts.waiting.Store(0)
	if err != nil {
		c.settled = time.Time{} // requests may be on their way
	}
	return err
}

// deliver runs the lanes and waits for them.
func (c *Client) deliver(ctx context.Context, queues [][]*item) error {
	var wg sync.WaitGroup
	errs := make([]error, len(queues))
	for i, q := range queues {
		if len(q) > 0 {
			wg.Go(func() { errs[i] = c.lanes[i].run(ctx, q) })
		}
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// items maps readings, by lane.
func (c *Client) items(ctx context.Context, readings []vitals.Reading) ([][]*item, error) {
	queues := make([][]*item, len(c.lanes))
	known := make(map[string]*item, len(readings))
	c.arena = c.arena[:0]
	n := 0
	for _, panel := range fhir.Panels(readings) {
		it, err := c.observation(panel)
		if err != nil {
			if err := c.unmapped(ctx, panel, err); err != nil {
				return nil, err
			}
			continue
		}
		key := it.id
		if key == "" {
			key = it.name()
		}
		if again := known[key]; again != nil && key != "" {
			again.body, again.plain, again.panel = it.body, it.plain, it.panel // by an identifier of the caller's own
			continue
		}
		known[key] = it
		if c.doubted > 0 || time.Now().Before(c.settled) {
			it.suspect = c.settled
			c.doubted--
		}
		lane := c.lane(panel[0].Patient)
		queues[lane] = append(queues[lane], it)
		n++
	}
	c.counts.waiting.Store(int64(n))
	return queues, nil
}

func (c *Client) observation(panel []vitals.Reading) (*item, error) {
	start := len(c.arena)
	b, err := c.mapper.AppendObservation(c.arena, panel)
	if err != nil {
		return nil, err
	}
	c.arena = b
	it, ok := newItem(b[start:len(b):len(b)])
	if !ok {
		return nil, &Error{Op: "map", Err: ErrResource}
	}
	it.panel = panel
	return it, nil
}

// unmapped deals with a measurement that can be no Observation.
func (c *Client) unmapped(ctx context.Context, panel []vitals.Reading, err error) error {
	if errors.Is(err, fhir.ErrUnsupported) {
		c.counts.leftOut.Add(1)
		return nil
	}
	return c.lock(ctx, &item{panel: panel}, err)
}

// lock puts an item into quarantine, until that succeeds.
func (c *Client) lock(ctx context.Context, it *item, reason error) error {
	for failures := 1; ; failures++ {
		err := c.quarantine(ctx, Quarantined{At: time.Now(), Reading: it.reading(), ID: it.id, Err: reason})
		if err == nil {
			c.counts.quarantined.Add(1)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.trouble.set(err)
		if err := sleep(ctx, backoff(200*time.Millisecond, failures)); err != nil {
			return err
		}
	}
}
