package chaos

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A strap is a simulated device: a heart-rate strap that speaks just enough MQTT
// 3.1.1 to publish with QoS 1 over a connection of its own.
type strap struct {
	number int
	conn   net.Conn
	packet []byte
	sent   uint16
}

func newStrap(ctx context.Context, address string, number int) (*strap, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	s := &strap{number: number, conn: conn}
	id := fmt.Sprintf("strap-%d", number)
	p := []byte{0x10, byte(12 + len(id)), 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, byte(len(id))}
	if _, err := conn.Write(append(p, id...)); err != nil {
		return nil, err
	}
	var connack [4]byte
	if _, err := io.ReadFull(conn, connack[:]); err != nil || connack != [4]byte{0x20, 2, 0, 0} {
		return nil, fmt.Errorf("CONNACK % x: %w", connack, err)
	}
	return s, nil
}

// publish sends a heart rate, stamped with the clock.
func (s *strap) publish(bpm byte) error {
	s.sent++
	topic := fmt.Appendf(nil, "ward/strap-%d/gatt/2A37/%d-%d", s.number, time.Now().UnixMilli(), s.sent)
	s.packet = append(s.packet[:0], 0x32, byte(6+len(topic)))
	s.packet = binary.BigEndian.AppendUint16(s.packet, uint16(len(topic)))
	s.packet = binary.BigEndian.AppendUint16(append(s.packet, topic...), s.sent)
	_, err := s.conn.Write(append(s.packet, 0, bpm))
	return err
}

// confirmations counts the PUBACKs until the connection ends.
func (s *strap) confirmations(count *atomic.Int64) error {
	r := bufio.NewReaderSize(s.conn, 64)
	for {
		var p [4]byte
		if _, err := io.ReadFull(r, p[:]); err != nil {
			return err
		}
		if p[0] != 0x40 || p[1] != 2 {
			return fmt.Errorf("the broker sends % x", p[:2])
		}
		count.Add(1)
	}
}

// A fleet is many straps that each send once a second.
type fleet struct {
	straps    []*strap
	confirmed atomic.Int64
	late      atomic.Int64 // the worst delay of a message by this machine, in ns
}

// dialFleet connects n straps.
func dialFleet(ctx context.Context, address string, n int) (*fleet, error) {
	const dialers = 16
	f := &fleet{straps: make([]*strap, n)}
	var wg sync.WaitGroup
	errs := make([]error, dialers)
	for d := range dialers {
		wg.Go(func() {
			for i := d; i < n && errs[d] == nil; i += dialers {
				f.straps[i], errs[d] = newStrap(ctx, address, i)
			}
		})
	}
	wg.Wait()
	return f, errors.Join(errs...)
}

// run lets every strap send once a second for a number of seconds, each at its
// own moment. Strap i raises an alarm in second i modulo seconds and no other. It
// returns when the broker has confirmed everything, or ctx ends.
func (f *fleet) run(ctx context.Context, seconds int) error {
	const workers = 4
	var readers, writers sync.WaitGroup
	for _, s := range f.straps {
		readers.Go(func() { _ = s.confirmations(&f.confirmed) })
	}
	defer readers.Wait()
	defer f.hangUp()
	start, errs := time.Now(), make([]error, workers)
	for w := range workers {
		writers.Go(func() { errs[w] = f.work(ctx, start, seconds, w, workers) })
	}
	writers.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for want := int64(len(f.straps) * seconds); f.confirmed.Load() < want; time.Sleep(10 * time.Millisecond) {
		if ctx.Err() != nil {
			return fmt.Errorf("%d of %d messages confirmed: %w", f.confirmed.Load(), want, ctx.Err())
		}
	}
	return nil
}

func (f *fleet) work(ctx context.Context, start time.Time, seconds, worker, workers int) error {
	for second := range seconds {
		for i := worker; i < len(f.straps); i += workers {
			due := start.Add(time.Duration(second)*time.Second + time.Duration(i)*time.Second/time.Duration(len(f.straps)))
			if wait := time.Until(due); wait > 0 {
				time.Sleep(wait)
			} else if worst := f.late.Load(); -int64(wait) > worst {
				f.late.CompareAndSwap(worst, -int64(wait))
			}
			bpm := byte(70)
			if i%seconds == second {
				bpm = raisingRate
			}
			if err := f.straps[i].publish(bpm); err != nil {
				return err
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
	return nil
}

func (f *fleet) hangUp() {
	for _, s := range f.straps {
		_ = s.conn.Close()
	}
}
