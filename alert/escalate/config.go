package escalate

import (
	"context"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// Config is what a [Dispatcher] is made of.
type Config struct {
	// Routes and Notifiers, by the name of their channel, are needed.
	Routes    []Route
	Notifiers map[string]Notifier
	// Group is the group of a patient, such as a ward or a programme. It is asked
	// at each event, and must not call the dispatcher. nil: nobody is in a group.
	Group func(vitals.PatientID) string
	// Journal is where decisions are kept. Without one, a restart forgets all
	// escalations.
	Journal Journal
	// Claims are shared by replicas, each of which has a journal of its own and is
	// given all events and answers. nil: there is one dispatcher.
	Claims Claims
	// Command carries out commands, as [alert.Engine.Do] does: that an alarm was
	// acknowledged, and that it was passed on to a further step. An engine is made
	// with its notifiers, the dispatcher among them, so where the engine does not
	// exist yet this is a function that finds it later. nil: nobody is told.
	Command func(ctx context.Context, c alert.Command) error
	// Text makes [Message.Text]. It should be a function of the message alone, so
	// that each attempt says the same. nil: [Brief].
	Text func(Message) string
	// Report is told what goes wrong while the dispatcher goes on, such as a
	// [*DeliveryError]. It must return soon and not call the
	// dispatcher. nil: nobody is.
	Report func(error)
	// AttemptTimeout bounds one call of a Notifier. 0: 10 seconds.
	AttemptTimeout time.Duration
	// Parallel is how many calls of one Notifier may go on at once. 0: 32.
	Parallel int
}
