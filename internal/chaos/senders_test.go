package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

// A station is a device with an outbox and a sender that can be restarted. Its
// account is the test's own.
type station struct {
	tb      testing.TB
	device  vitals.DeviceID
	broker  string
	box     *store.Outbox
	account account
	first   uint32 // messages that are not in the account any more

	cancel context.CancelFunc
	ended  chan error
	sender *mqtt.Sender
	before uint64 // messages transmitted by the senders of before

	mu    sync.Mutex
	clock time.Duration // how far the device's clock is off
}

func newStation(tb testing.TB, broker string, n int) *station {
	tb.Helper()
	s := &station{tb: tb, device: vitals.DeviceID(fmt.Sprintf("station-%d", n)), broker: broker}
	var err error
	// What is live stays live, so that every lane has one order to be held to.
	if s.box, err = store.OpenOutbox(filepath.Join(tb.TempDir(), "outbox.db"), store.LiveFor(24*time.Hour)); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.box.Close() })
	s.start()
	tb.Cleanup(s.stop)
	return s
}

// start runs a sender.
func (s *station) start() {
	s.tb.Helper()
	sender, err := mqtt.NewSender(s.broker, s.box, mqtt.ClientID(string(s.device)), mqtt.SenderTopic("ward/"+string(s.device)), mqtt.ResendAfter(time.Second))
	if err != nil {
		s.tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.sender, s.cancel, s.ended = sender, cancel, make(chan error, 1)
	go func() { s.ended <- sender.Run(ctx) }()
}

// stop ends the sender. What it knew beside the outbox is gone.
func (s *station) stop() {
	if s.cancel == nil {
		return
	}
	s.cancel()
	if err := <-s.ended; err != nil {
		s.tb.Errorf("%s: %v", s.device, err)
	}
	s.cancel = nil
	s.before = s.transmitted()
	s.sender = nil
}

// transmitted counts all attempts so far to send a message.
func (s *station) transmitted() uint64 {
	n := s.before
	if s.sender != nil {
		for _, l := range s.sender.Progress().Lanes {
			n += l.Sent + l.Resent
		}
	}
	return n
}

// turn sets the clock of the device.
func (s *station) turn(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = by
}

// measure gives the outbox n messages and puts them into the account.
func (s *station) measure(ctx context.Context, r *rand.Rand, n int) error {
	messages := make([]telemed.Message, n)
	for i := range messages {
		sequence, bpm := s.first+uint32(len(s.account.sent)+1), byte(40+r.IntN(100))
		s.mu.Lock()
		at := time.UnixMilli(time.Now().Add(s.clock).UnixMilli())
		s.mu.Unlock()
		topic, err := mqtt.Topic("ward", device.Frame{Device: s.device, Format: device.GATT(gatt.UUIDHeartRateMeasurement), At: at, Sequence: sequence})
		if err != nil {
			return err
		}
		lane := telemed.LaneLive
		switch r.IntN(20) {
		case 0:
			lane = telemed.LaneAlarm
		case 1, 2, 3, 4:
			lane = telemed.LaneBacklog
		}
		messages[i] = telemed.Message{Lane: lane, Topic: topic, Payload: []byte{0, bpm}}
		s.account.add(sumOf(s.device, sequence, at, int64(bpm)), lane)
	}
	return s.box.Add(ctx, messages...)
}

// settle notes what is in the outbox and what was sent. The sender is stopped.
func (s *station) settle() error {
	s.account.waiting, s.account.transmitted = make(map[uint32]bool), s.transmitted()
	queued := make([]telemed.Queued, 100)
	for _, lane := range telemed.Lanes() {
		for after := uint64(0); ; {
			n, err := s.box.Next(lane, after, queued)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
			for _, q := range queued[:n] {
				var f device.Frame
				if err := mqtt.ParseTopic(q.Topic, &f); err != nil {
					return err
				}
				s.account.waiting[f.Sequence] = true
			}
			after = queued[n-1].Sequence
		}
	}
	return nil
}

// unsent counts the messages in the outbox.
func (s *station) unsent() (n uint64) {
	for _, lane := range telemed.Lanes() {
		n += s.box.Waiting(lane).Messages
	}
	return n
}

// readLog returns what a log has, in its order.
func readLog(ctx context.Context, path string) ([]mark, error) {
	log, err := store.Open(path)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	if letters, err := log.Rejected(1); err != nil || len(letters) > 0 {
		return nil, errors.Join(errors.New("there are dead letters"), err)
	}
	last, err := log.Last(ctx)
	if err != nil {
		return nil, err
	}
	marks, records := make([]mark, 0, last), make([]telemed.Record, 1000)
	for at := telemed.Position(0); at < last; {
		n, err := log.Read(ctx, at, records)
		if err != nil {
			return nil, err
		}
		for _, r := range records[:n] {
			r := r.Reading
			marks = append(marks, mark{r.Device, r.Sequence, sumOf(r.Device, r.Sequence, r.At, r.Quantity.Value().Coef)})
		}
		at = records[n-1].Position
	}
	return marks, nil
}
