package alert_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
)

func TestCommandBinary(t *testing.T) {
	for _, want := range []alert.Command{
		{},
		{Action: alert.Acknowledge, At: sec(5).Add(7), By: "nurse A", Alarm: alert.AlarmID{1, 2, 15: 3}},
		{Action: alert.Snooze, At: sec(-1), For: time.Minute, Patient: alice, Label: "meal", Device: "d", Gateway: "g"},
	} {
		b, err := want.AppendBinary([]byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		b = b[1:]
		var got alert.Command
		if err := got.UnmarshalBinary(b); err != nil || got != at(want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		for n := range b {
			if err := got.UnmarshalBinary(b[:n]); err == nil {
				t.Errorf("%v: %d of %d bytes were read", want.Action, n, len(b))
			}
		}
	}
}

// at is c with its time in UTC, as it is read back.
func at(c alert.Command) alert.Command {
	c.At = c.At.UTC()
	return c
}

func FuzzCommand(f *testing.F) {
	b, err := alert.Command{Action: alert.Pause, At: sec(1), Patient: alice, For: time.Minute, By: "A"}.AppendBinary(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		var c, again alert.Command
		if c.UnmarshalBinary(b) != nil {
			return
		}
		first, err := c.AppendBinary(nil)
		if err != nil || again.UnmarshalBinary(first) != nil {
			t.Fatalf("%+v cannot be read back", c)
		}
		if second, err := again.AppendBinary(nil); err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%x, then %x", first, second)
		}
	})
}
