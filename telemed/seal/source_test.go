package seal

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
)

// A radio delivers what is put into it, and notes what was acknowledged.
type radio struct {
	waiting []telemed.Delivery
	acked   []string // payloads, by their first bytes as received
	closed  bool
}

func (r *radio) put(topic string, from string, b []byte) {
	d := telemed.Delivery{Topic: topic, Frame: device.Frame{Bytes: b, Device: "bed-1", At: now}}
	r.waiting = append(r.waiting, d)
	d.Ack = func() { r.acked = append(r.acked, from) }
	r.waiting[len(r.waiting)-1] = d
}

func (r *radio) Receive(_ context.Context, dst []telemed.Delivery) (int, error) {
	n := copy(dst, r.waiting)
	if r.waiting = r.waiting[n:]; n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (r *radio) Close() error { r.closed = true; return nil }

func (r *radio) Probe() (time.Time, error) { return now, errors.New("away") }

func TestSource(t *testing.T) {
	p := newPair(t, HS256)
	var r radio
	s := &Source{Source: &r, Opener: p.opener, Clock: func() time.Time { return now }}
	b := p.seal(t, "72 bpm")
	r.put(topic, "right", b)
	r.put(topic, "again", b)
	r.put("ward/bed-1/gatt/2A37/1-1", "moved", p.seal(t, "73 bpm"))
	refused := errors.New("the source could not read it")
	r.put(topic, "refused", []byte("?"))
	r.waiting[3].Refused = refused

	dst := make([]telemed.Delivery, 8)
	n, err := s.Receive(t.Context(), dst)
	must(t, err)
	if n != 4 || string(dst[0].Frame.Bytes) != "72 bpm" || dst[0].Refused != nil {
		t.Fatalf("%d deliveries, the first: %v", n, dst[0].Refused)
	}
	wantFault(t, "again", dst[1].Refused, ErrReplay)
	wantFault(t, "moved", dst[2].Refused, ErrSignature)
	if string(dst[1].Frame.Bytes) != string(b) {
		t.Error("a dead letter is not what arrived")
	}
	if dst[3].Refused != refused {
		t.Errorf("refused by the source: %v", dst[3].Refused)
	}
	for _, d := range dst[:n] {
		d.Ack()
	}
	if len(r.acked) > 0 {
		t.Error("acknowledged before it was committed")
	}
	r.put(topic, "last", p.seal(t, "74 bpm"))
	n, err = s.Receive(t.Context(), dst)
	must(t, err)
	if len(r.acked) != 4 || n != 1 {
		t.Errorf("acknowledged %v", r.acked)
	}
	dst[0].Ack()
	must(t, s.Close())
	if len(r.acked) != 5 || !r.closed {
		t.Errorf("acknowledged %v, closed %v", r.acked, r.closed)
	}
	p.restart(t)
	_, _, err = p.open(b)
	wantFault(t, "after a restart", err, ErrReplay)
}

// Nothing is acknowledged if it cannot be committed; it is opened again after a
// restart.
func TestSourceCannotCommit(t *testing.T) {
	p := newPair(t, HS256)
	var r radio
	s := &Source{Source: &r, Opener: p.opener, Clock: func() time.Time { return now }}
	b := p.seal(t, "72 bpm")
	r.put(topic, "right", b)
	dst := make([]telemed.Delivery, 1)
	_, err := s.Receive(t.Context(), dst)
	must(t, err)
	dst[0].Ack()
	p.store.fail = errors.New("no room")
	if _, err := s.Receive(t.Context(), dst); !errors.Is(err, p.store.fail) {
		t.Errorf("Receive: %v", err)
	}
	if err := s.Close(); !errors.Is(err, p.store.fail) || !r.closed || len(r.acked) > 0 {
		t.Errorf("Close: %v; closed %v, acknowledged %v", err, r.closed, r.acked)
	}
	p.store.fail = nil
	p.restart(t)
	_, _, err = p.open(b)
	must(t, err)
}

func TestSourceOfNothing(t *testing.T) {
	var s Source
	if _, err := s.Receive(t.Context(), nil); err == nil {
		t.Error("received from nothing")
	}
	must(t, s.Close())
	if _, err := s.Probe(); err != nil {
		t.Error(err)
	}
}

func TestMetrics(t *testing.T) {
	p := newPair(t, HS256)
	b := p.seal(t, "x")
	for range 3 {
		_, _, _ = p.open(b)
	}
	_, _, _ = p.open(nil)
	s := &Source{Source: &radio{}, Opener: p.opener}
	got := map[string]float64{}
	for m := range p.opener.Metrics {
		got[m.Name+" "+m.Part] = m.Value
	}
	for name, want := range map[string]float64{
		"telemed_seal_opened_total ": 1, "telemed_seal_refused_total replay": 2, "telemed_seal_refused_total tag": 1,
		"telemed_seal_refused_total signature": 0,
	} {
		if got[name] != want {
			t.Errorf("%s = %v, want %v", name, got[name], want)
		}
	}
	for range p.opener.Metrics { // may be left early
		break
	}
	if _, err := s.Probe(); err == nil {
		t.Error("the other source is not asked")
	}
}
