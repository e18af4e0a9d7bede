package store

import (
	"encoding/binary"

	"go.etcd.io/bbolt"

	"github.com/telemed-go/sdk/telemed"
)

var (
	_ telemed.Measured = (*Log)(nil)
	_ telemed.Measured = (*Outbox)(nil)
)

// Metrics implements [telemed.Measured]. Of a log that has failed, or is
// closed, it tells only that.
func (l *Log) Metrics(yield func(telemed.Metric) bool) {
	s, err := l.Stats()
	var letters uint64
	if err == nil {
		letters, err = l.letters()
	}
	all := []telemed.Metric{
		{Name: "telemed_log_failed", Help: "1 when the disk has failed the log or a page is damaged, otherwise 0.", Value: one(err != nil)},
		{Name: "telemed_log_refused_total", Help: "Appends that found no room.", Counter: true, Value: float64(s.Refused)},
	}
	if err == nil {
		frames, devices := l.quarantine()
		all = append(
			all,
			telemed.Metric{Name: "telemed_log_records", Help: "Records that are kept.", Value: float64(s.Records)},
			telemed.Metric{Name: "telemed_log_bytes", Help: "What the records take up, with their index.", Value: float64(s.Bytes)},
			telemed.Metric{Name: "telemed_log_quota_bytes", Help: "What the records may take up; 0 is no limit.", Value: float64(l.quota.bytes)},
			telemed.Metric{Name: "telemed_log_file_bytes", Help: "How much of the file has ever been used.", Value: float64(s.File)},
			telemed.Metric{Name: "telemed_log_dropped_total", Help: "Records that went for age, number or size, since the file was made.", Counter: true, Value: float64(s.Dropped)},
			telemed.Metric{Name: "telemed_log_lost_total", Help: "Records among them that some sink had not had.", Counter: true, Value: float64(s.Lost)},
			telemed.Metric{Name: "telemed_log_dead_letters", Help: "Refused frames that are kept, of at most 10000.", Value: float64(letters)},
			telemed.Metric{Name: "telemed_log_held_frames", Help: "Frames that wait until it is known whose they are.", Value: float64(frames)},
			telemed.Metric{Name: "telemed_log_held_devices", Help: "Devices of which frames wait.", Value: float64(devices)},
		)
	}
	each(all, yield)
}

// letters counts the dead letters: their numbers have no gaps.
func (l *Log) letters() (n uint64, err error) {
	err = l.file.view(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketRejected).Cursor()
		if first, _ := c.First(); first != nil {
			last, _ := c.Last()
			n = binary.BigEndian.Uint64(last) - binary.BigEndian.Uint64(first) + 1
		}
		return nil
	})
	return n, err
}

// quarantine counts what is held; nothing if that cannot be read, which the
// next frame to be held will tell.
func (l *Log) quarantine() (frames, devices int) {
	l.held.mu.Lock()
	defer l.held.mu.Unlock()
	if l.loadHeld() != nil {
		return 0, 0
	}
	for _, q := range l.held.of {
		frames += len(q.frames)
	}
	return frames, len(l.held.of)
}

// Metrics implements [telemed.Measured]. What waits is told by the sender that
// empties the outbox.
func (o *Outbox) Metrics(yield func(telemed.Metric) bool) {
	var used int64
	err := o.file.view(func(tx *bbolt.Tx) error {
		used = tx.Size()
		return nil
	})
	all := []telemed.Metric{
		{Name: "telemed_outbox_failed", Help: "1 when the disk has failed the outbox, otherwise 0.", Value: one(err != nil)},
		{Name: "telemed_outbox_capacity_bytes", Help: "What all that waits may take up; alarms may exceed it by an eighth.", Value: float64(o.capacity)},
	}
	if err == nil {
		all = append(all, telemed.Metric{Name: "telemed_outbox_file_bytes", Help: "How much of the file has ever been used.", Value: float64(used)})
	}
	each(all, yield)
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// each yields metrics until told to stop.
func each(all []telemed.Metric, yield func(telemed.Metric) bool) {
	for _, m := range all {
		if !yield(m) {
			return
		}
	}
}
