package record

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/telemed-go/sdk/alert/escalate"
)

// Communications is a notifier for recipients who read their messages in
// the health record: each becomes a Communication of theirs. That a server has
// stored it does not say that anybody has read it, so the receipt is Unknown; a
// program that learns of it calls [escalate.Dispatcher.Receive]. It is safe for
// concurrent use if its functions are.
type Communications struct {
	Resources Alarms
	// Update stores a resource, JSON, under its id, as an HTTP PUT to
	// Communication/id does. It is called again after an error, with the same
	// id, and must keep nothing of the resource. The method Update of a
	// [github.com/telemed-go/sdk/fhir/client.Client] is one.
	Update func(ctx context.Context, resource []byte) error
}

var _ escalate.Notifier = Communications{}

var errNoUpdate = errors.New("record: nowhere to store a Communication")

// Notify implements [escalate.Notifier]. A message that cannot become a
// Communication, as one about no patient, is refused.
func (c Communications) Notify(ctx context.Context, m escalate.Message) (escalate.Receipt, error) {
	if c.Update == nil {
		return escalate.Failed, fmt.Errorf("%w: %w", escalate.ErrRefused, errNoUpdate)
	}
	resource, err := c.Resources.AppendMessage(nil, m, escalate.Unknown, time.Time{})
	if err != nil {
		return escalate.Failed, fmt.Errorf("%w: %w", escalate.ErrRefused, err)
	}
	if err := c.Update(ctx, resource); err != nil {
		return escalate.Unknown, fmt.Errorf("record: store a Communication: %w", err)
	}
	return escalate.Unknown, nil
}
