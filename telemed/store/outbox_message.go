package store

import (
	"encoding/binary"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

const (
	// MaxTopic and MaxMessage bound what an outbox takes, in bytes: the packet
	// that carries a message must pass a gateway that allows 64 KiB.
	MaxTopic   = 512
	MaxMessage = 60 << 10 // topic and payload
)

// A message in the file is the time of its addition, in the clear so that ages
// can be told without a key, and the content as a safe keeps it:
//
//	milliseconds since 1970 (8, big endian) | plain or sealed: version 1 | topic | payload
//
// The place in checksum and tag is bucket, sequence and time.
const messageVersion = 1

func checkMessage(m *telemed.Message) error {
	switch {
	case int(m.Lane) >= len(laneBuckets),
		m.Topic == "", len(m.Topic) > MaxTopic, !utf8.ValidString(m.Topic), strings.ContainsAny(m.Topic, "+#\x00"),
		len(m.Topic)+len(m.Payload) > MaxMessage:
		return telemed.ErrMessage
	}
	return nil
}

// put stores a message at the end of its lane.
func (o *Outbox) put(tx *bbolt.Tx, w *laneCounts, m *telemed.Message, added int64) error {
	name := laneBuckets[m.Lane]
	b := tx.Bucket(name)
	b.FillPercent = 1 // grows at its end
	n, err := b.NextSequence()
	if err != nil {
		return err
	}
	key := binary.BigEndian.AppendUint64(nil, n)
	age := binary.BigEndian.AppendUint64(nil, uint64(added))
	content := appendString(append(make([]byte, 0, len(m.Topic)+len(m.Payload)+4), messageVersion), m.Topic)
	kept, err := o.safe.put(messagePlace(name, key, age), append(content, m.Payload...), vitals.PatientID{})
	if err != nil {
		return err
	}
	w[m.Lane].Messages++
	w[m.Lane].Bytes += uint64(len(age) + len(kept))
	return b.Put(key, append(age, kept...))
}

// take reads a message, which borrows nothing.
func (o *Outbox) take(bucket, key, value []byte) (m telemed.Message, err error) {
	if len(value) < 8 {
		return m, errShort
	}
	content, err := o.safe.take(messagePlace(bucket, key, value[:8]), value[8:], nil)
	if err != nil {
		return m, err
	}
	if len(content) == 0 || content[0] != messageVersion {
		return m, errFormat
	}
	d := decoder{b: content[1:]}
	m.Topic = string(d.bytes())
	if d.bad {
		return telemed.Message{}, errFormat
	}
	m.Payload = append([]byte(nil), d.b...)
	return m, nil
}

func messagePlace(bucket, key, age []byte) []byte { return append(place(bucket, key), age...) }

// isDamage tells what concerns one message from what concerns all, as keys that
// cannot be had now.
func isDamage(err error) bool {
	return errors.Is(err, errShort) || errors.Is(err, errFormat) || errors.Is(err, errChecksum) || isShredded(err)
}

// retire moves live messages that were added before a time to the backlog, at
// most so many.
func (o *Outbox) retire(tx *bbolt.Tx, w *laneCounts, before time.Time, most int) error {
	name := laneBuckets[telemed.LaneLive]
	live := tx.Bucket(name)
	var keys [][]byte
	c := live.Cursor()
	for k, v := c.Seek(binary.BigEndian.AppendUint64(nil, o.handed+1)); k != nil && len(keys) < most; k, v = c.Next() {
		if len(v) >= 8 && int64(binary.BigEndian.Uint64(v)) >= before.UnixMilli() {
			break
		}
		keys = append(keys, k)
	}
	for _, k := range keys {
		v := live.Get(k)
		m, err := o.take(name, k, v)
		if err != nil && !isDamage(err) {
			return err
		}
		w.remove(telemed.LaneLive, v)
		if err == nil {
			m.Lane = telemed.LaneBacklog
			if err := o.put(tx, w, &m, int64(binary.BigEndian.Uint64(v))); err != nil {
				return err
			}
		}
		if err := live.Delete(k); err != nil {
			return err
		}
	}
	return nil
}

// makeRoom drops the oldest of the backlog up to a sequence number, if that is
// the policy, until no more bytes wait than the limit.
func (o *Outbox) makeRoom(tx *bbolt.Tx, w *laneCounts, limit, upTo uint64) error {
	if o.policy == DropOldestBacklog {
		dropped, err := w.deleteFirst(tx, telemed.LaneBacklog, func(k []byte) bool {
			return w.bytes() > limit && binary.BigEndian.Uint64(k) <= upTo
		})
		if err != nil {
			return err
		}
		w[telemed.LaneBacklog].Dropped += dropped
	}
	if w.bytes() > limit {
		return telemed.ErrLogFull
	}
	return nil
}
