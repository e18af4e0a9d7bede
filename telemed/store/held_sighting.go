package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// sightingVersion is the first byte of the content of a sighting.
//
//	version 1 | device | format uvarint | first time | last time
//	| heard uvarint | dropped uvarint
//
// How many are held is counted when the index is made.
const sightingVersion = 1

// Sightings implements [telemed.Holder].
func (l *Log) Sightings(ctx context.Context) ([]telemed.Sighting, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.held.mu.Lock()
	defer l.held.mu.Unlock()
	if err := l.loadHeld(); err != nil {
		return nil, fmt.Errorf("store: sightings: %w", err)
	}
	var out []telemed.Sighting
	for _, q := range l.held.of {
		out = append(out, q.sighting)
	}
	slices.SortFunc(out, func(a, b telemed.Sighting) int { return cmp.Compare(a.Device, b.Device) })
	return out, nil
}

func (l *Log) putSighting(tx *bbolt.Tx, q *queue) error {
	key := binary.BigEndian.AppendUint64(nil, q.key)
	value, err := l.safe.put(place(bucketSighted, key), appendSighting(nil, &q.sighting), vitals.PatientID{})
	if err != nil {
		return err
	}
	return tx.Bucket(bucketSighted).Put(key, value)
}

// loadHeld makes the index if there is none.
func (l *Log) loadHeld() error {
	h := &l.held
	if h.loaded {
		return nil
	}
	h.last, h.weight, h.of = 0, 0, make(map[vitals.DeviceID]*queue)
	err := l.file.view(func(tx *bbolt.Tx) error {
		if err := tx.Bucket(bucketSighted).ForEach(func(k, v []byte) error { return l.loadSighting(h, k, v) }); err != nil {
			return err
		}
		return tx.Bucket(bucketHeld).ForEach(func(k, v []byte) error {
			f, err := l.takeHeld(k, v)
			h.last = binary.BigEndian.Uint64(k)
			if isShredded(err) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("held frame %d is damaged: %w", h.last, err)
			}
			q := h.queue(f.Device)
			if q.key == 0 {
				q.key = h.last
			}
			h.push(q, heldAt{h.last, len(f.Bytes) + heldWeight})
			return nil
		})
	})
	h.loaded = err == nil
	return err
}

func (l *Log) loadSighting(h *heldIndex, k, v []byte) error {
	content, err := l.safe.take(place(bucketSighted, k), v, nil)
	if isShredded(err) {
		return nil
	}
	var s telemed.Sighting
	if err == nil {
		s, err = new(decoder).sighting(content)
	}
	if err != nil {
		return fmt.Errorf("sighting %d is damaged: %w", binary.BigEndian.Uint64(k), err)
	}
	h.of[s.Device] = &queue{key: binary.BigEndian.Uint64(k), sighting: s}
	h.last = max(h.last, binary.BigEndian.Uint64(k))
	return nil
}

func appendSighting(b []byte, s *telemed.Sighting) []byte {
	b = appendString(append(b, sightingVersion), string(s.Device))
	b = binary.AppendUvarint(b, uint64(s.Format))
	b = appendTime(appendTime(b, s.First), s.Last)
	b = binary.AppendUvarint(b, s.Heard)
	return binary.AppendUvarint(b, s.Dropped)
}

// sighting reads the content of a sighting.
func (d *decoder) sighting(content []byte) (s telemed.Sighting, err error) {
	if len(content) == 0 {
		return s, errShort
	}
	if content[0] != sightingVersion {
		return s, errFormat
	}
	d.b, d.bad = content[1:], false
	s.Device = vitals.DeviceID(d.bytes())
	s.Format = device.Format(d.uvarint())
	s.First, s.Last = d.time(), d.time()
	s.Heard, s.Dropped = d.uvarint(), d.uvarint()
	if d.bad || len(d.b) != 0 {
		return telemed.Sighting{}, errFormat
	}
	return s, nil
}
