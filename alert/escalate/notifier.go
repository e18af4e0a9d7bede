package escalate

import (
	"context"
	"errors"
	"strconv"
)

// A Notifier brings messages to recipients by one channel. It is called from
// several goroutines, with a context that ends in time, and again for the same
// message until it returns no error, the message is given up, or the round stops;
// receivers drop repeats by [Message.ID].
//
// Without an error the receipt is final, save that an Unknown one may be
// completed by [Dispatcher.Receive]. With an error it says whether the message
// may have arrived nevertheless (Unknown) or certainly has not (Failed). An
// error that wraps [ErrRefused] is not tried again.
type Notifier interface {
	Notify(ctx context.Context, m Message) (Receipt, error)
}

// NotifyFunc is a function that is a [Notifier].
type NotifyFunc func(ctx context.Context, m Message) (Receipt, error)

// Notify calls f.
func (f NotifyFunc) Notify(ctx context.Context, m Message) (Receipt, error) { return f(ctx, m) }

// A Receipt is what is known of the delivery of a message.
type Receipt uint8

// The receipts.
const (
	Unknown   Receipt = iota // it may have arrived
	Delivered                // it has
	Failed                   // it has not, and will not
	Withdrawn                // it was not sent: the round stopped before
)

// String is the lower-case word of the receipt.
func (r Receipt) String() string {
	switch r {
	case Unknown:
		return "unknown"
	case Delivered:
		return "delivered"
	case Failed:
		return "failed"
	case Withdrawn:
		return "withdrawn"
	}
	return "Receipt(" + strconv.Itoa(int(r)) + ")"
}

// ErrRefused marks the error of a [Notifier] that will not change: the channel
// has refused the message.
var ErrRefused = errors.New("escalate: the channel refuses the message")

// A DeliveryError tells [Config.Report] that an attempt to send a message has
// failed. It names neither patient nor recipient, as far as Err does not.
type DeliveryError struct {
	Message MessageID
	Channel string
	Attempt int     // since the program started, from 1
	Receipt Receipt // what became of the message if Final
	Final   bool    // it is not tried again
	Err     error
}

// Error tells channel, attempt and reason.
func (e *DeliveryError) Error() string {
	s := "escalate: message " + e.Message.String() + " by " + strconv.Quote(e.Channel) + ", attempt " + strconv.Itoa(e.Attempt)
	if e.Final {
		s += ", the last, " + e.Receipt.String()
	}
	return s + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *DeliveryError) Unwrap() error { return e.Err }
