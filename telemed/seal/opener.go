package seal

import (
	"context"
	"encoding/binary"
	"errors"
	"sync/atomic"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// An Opener opens the messages of devices. It is safe for concurrent use.
type Opener struct {
	keys   *Keyring
	replay *replay

	opened  atomic.Uint64
	refused [len(faults)]atomic.Uint64
}

var _ telemed.Measured = (*Opener)(nil)

// NewOpener makes an opener that believes the keys and goes on with what was
// committed to the journal before; a [store.Log] is one. A journal serves one
// opener at a time.
//
// [store.Log]: https://pkg.go.dev/github.com/telemed-go/sdk/telemed/store#Log
func NewOpener(ctx context.Context, keys *Keyring, journal telemed.Journal) (*Opener, error) {
	if keys == nil || journal == nil {
		return nil, errors.New("seal: NewOpener needs keys and a journal")
	}
	r, err := newReplay(ctx, journal)
	if err != nil {
		return nil, err
	}
	return &Opener{keys: keys, replay: r}, nil
}

// Info is what is known of a message that was opened.
type Info struct {
	KeyID     string // identifier of the key
	Device    vitals.DeviceID
	Sequence  uint64 // of the messages of the key, from 1
	Algorithm Algorithm
}

// Open returns the payload of a message that arrived now under a topic, which
// names the device that it is from. The payload borrows the message unless it was
// encrypted. The same message is refused from now on, and after a restart if
// [Opener.Commit] was told of it.
//
// The errors are the faults of this package: [ErrSyntax], [ErrTag], [ErrCritical],
// [ErrKey], [ErrAlgorithm], [ErrSignature] and [ErrReplay]. A message that was
// made otherwise than seal.md says is [ErrSyntax], though it may be right by RFC
// 9052: no message can be written in two ways.
func (o *Opener) Open(now time.Time, from vitals.DeviceID, topic string, message []byte) (payload []byte, info Info, err error) {
	payload, info, err = o.open(now, from, topic, message)
	if err != nil {
		o.count(err)
		return nil, Info{}, err
	}
	o.opened.Add(1)
	return payload, info, nil
}

func (o *Opener) open(now time.Time, from vitals.DeviceID, topic string, message []byte) ([]byte, Info, error) {
	m, err := Parse(message, Tagged)
	if err != nil {
		return nil, Info{}, err
	}
	if err := m.sealed(); err != nil {
		return nil, Info{}, err
	}
	g, err := o.keys.find(m.KeyID, from, now)
	if err != nil {
		return nil, Info{}, err
	}
	s := scratches.Get().(*scratch)
	s.external = appendExternal(s.external[:0], topic, m.sequence)
	payload, err := m.Open(nil, g.Key, s.external)
	s.free()
	if err != nil {
		return nil, Info{}, err
	}
	if !o.replay.open(g.Key.id, m.sequence) {
		return nil, Info{}, ErrReplay
	}
	return payload, Info{g.Key.id, g.Device, m.sequence, m.Algorithm}, nil
}

// sealed says why a message is not written as seal.md says, if it is not.
func (m *Message) sealed() error {
	switch {
	case m.long > 0:
		return &Error{Field: "message", Offset: m.long - 1, Err: ErrSyntax, Ref: "seal.md"}
	case m.unprotected > 0:
		return &Error{Field: "unprotected", Offset: m.unprotected - 1, Err: ErrSyntax, Ref: "seal.md"}
	case m.sequence == 0:
		return &Error{Field: "protected", Offset: 2, Err: ErrSyntax, Ref: "seal.md"}
	}
	return nil
}

// Commit makes it last that messages were opened: when it has returned nil they
// are refused after any restart. Call it when what was in them is on disk, and
// before their sender hears of it: what a crash loses in between is sent again and
// opened again. It is one write for all of them. After an error call it again,
// with others or without.
func (o *Opener) Commit(ctx context.Context, messages ...Info) error {
	return o.replay.commit(ctx, messages)
}

func (o *Opener) count(err error) {
	var fault Fault
	if !errors.As(err, &fault) {
		return
	}
	for i, f := range faults {
		if f == fault {
			o.refused[i].Add(1)
		}
	}
}

// Metrics implements [telemed.Measured]: messages opened, and refused by fault.
func (o *Opener) Metrics(yield func(telemed.Metric) bool) {
	if !yield(telemed.Metric{Name: "telemed_seal_opened_total", Help: "Sealed messages opened.", Counter: true, Value: float64(o.opened.Load())}) {
		return
	}
	for i, f := range faults {
		if !yield(telemed.Metric{
			Name: "telemed_seal_refused_total", Help: "Messages refused, by reason.", Part: f.Code(), Counter: true,
			Value: float64(o.refused[i].Load()),
		}) {
			return
		}
	}
}

// appendExternal is the external data of a message: its topic and its sequence.
func appendExternal(dst []byte, topic string, sequence uint64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, topic...), sequence)
}
