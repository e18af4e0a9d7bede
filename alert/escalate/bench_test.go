package escalate

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
)

// many is a dispatcher with n rounds under way, of which each waits for its
// second step.
func many(b testing.TB, n int) *Dispatcher {
	b.Helper()
	quick := NotifyFunc(func(context.Context, Message) (Receipt, error) { return Delivered, nil })
	d, err := New(Config{
		Routes:    []Route{{Chain: Standard(to("patient"), to("caregiver"), to("nurse"), to("physician"))}},
		Notifiers: map[string]Notifier{"patient": quick, "caregiver": quick, "nurse": quick, "physician": quick},
	})
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		e := alert.Event{Number: 1, State: alert.Active, Announce: true, At: evening.Add(time.Duration(i)), Since: evening, Reason: "SpO2 86 % below 90 %"}
		binary.BigEndian.PutUint64(e.ID[:], uint64(i))
		if err := d.Notify(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
	return d
}

// BenchmarkStep is one message of 100,000 rounds that go on: decided, sent,
// settled.
func BenchmarkStep(b *testing.B) {
	d := &Dispatcher{}
	for b.Loop() {
		at, ok := d.Next()
		if !ok {
			b.StopTimer()
			d = many(b, 100_000)
			b.StartTimer()
			at = evening
		}
		if err := d.Advance(b.Context(), at); err != nil {
			b.Fatal(err)
		}
	}
}
