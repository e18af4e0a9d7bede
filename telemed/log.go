package telemed

import (
	"context"
	"errors"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A Position is the place of a record in a [Log], counted from 1. Position 0
// is before the first record.
type Position uint64

// A Record is a reading and its place in the log.
type Record struct {
	Position Position
	Reading  vitals.Reading
}

// A Log keeps readings durably, in order, each once. All methods are safe for
// concurrent use.
//
// [github.com/telemed-go/sdk/telemed/store] is the log in a file.
type Log interface {
	// Append returns nil once all readings are on stable storage. A reading
	// whose ID the log already has is left out: the first one stays. After an
	// error none or all of them are stored, and appending them again is safe.
	// It returns an error that wraps [ErrLogFull] when there is no room, and one
	// that wraps [ErrLogFailed] when there is no hope.
	Append(ctx context.Context, readings []vitals.Reading) error

	// Read fills dst with the records after a position and returns how many.
	// If there are none it waits for the first, until the context ends, and
	// returns the context's error. What is there is returned even when the
	// context has ended.
	Read(ctx context.Context, after Position, dst []Record) (int, error)

	// Last is the position of the newest record, 0 for an empty log.
	Last(ctx context.Context) (Position, error)

	// Cursor returns how far the sink of that name has come, 0 for a new one.
	Cursor(ctx context.Context, sink string) (Position, error)

	// SetCursor remembers how far a sink has come.
	SetCursor(ctx context.Context, sink string, at Position) error
}

// A Resumer is a [Restorer] that others have to hear from after its past was
// restored, as a screen must learn which alarms are active. The gateway calls
// it once before the first Put.
type Resumer interface {
	Resume(ctx context.Context) error
}

// A DeadLetter is a frame that could not become readings, and why.
type DeadLetter struct {
	Frame  device.Frame
	Reason string // of the error; it holds no payload and no identifier
}

// DeadLetters is a log that also keeps frames that were refused, for somebody
// to look at. The gateway puts them there before it acknowledges them.
type DeadLetters interface {
	// Reject returns nil once the letters are on stable storage. It may drop
	// the oldest to make room.
	Reject(ctx context.Context, letters []DeadLetter) error
}

// ErrLogFull reports that the log has no room: the disk is full or a quota is
// reached. Nothing was stored; the same readings may be appended again later.
var ErrLogFull = errors.New("telemed: the log is full")

// ErrLogFailed reports that the disk failed a log, which cannot say any more
// what of the last append will be there after a restart. Every later call gets
// it too: only to open the log again tells. Who was told of no success has to
// append again then, which is safe.
var ErrLogFailed = errors.New("telemed: the disk failed the log")

// A Sink receives readings in the order of the log: a health record, an alarm
// engine, a ward.
type Sink interface {
	// Name keys the cursor of the sink in the log. It must not change.
	Name() string

	// Put takes readings, which it must not keep, at most some hundred at once. The
	// parts of a panel come together. After an error the same readings come again,
	// with growing pauses, until it returns nil; after a crash the last ones may come
	// again. A sink tells repeats by [vitals.Reading.ID].
	//
	// So send them in one piece, or remember how far you came: one by one to a
	// receiver that refuses half, a hundred would never all arrive. What the receiver
	// will never take is no error: set it aside, or nothing comes behind it.
	Put(ctx context.Context, readings []vitals.Reading) error
}

// A Restorer is a sink whose state is in memory. When the gateway starts, it
// shows such a sink all records up to its cursor, which must have no effect
// but to rebuild that state: nobody is notified twice. An error ends the
// gateway.
type Restorer interface {
	Restore(readings []vitals.Reading) error
}
