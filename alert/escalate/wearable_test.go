package escalate

import (
	"context"
	"errors"
	"testing"
)

type publisherFunc func(ctx context.Context, topic string, payload []byte) error

func (f publisherFunc) Publish(ctx context.Context, topic string, payload []byte) error {
	return f(ctx, topic, payload)
}

func TestWearable(t *testing.T) {
	topicOf := func(r Recipient) string { return map[string]string{testMessage.To.ID: "home/1/wearable"}[r.ID] }
	var got Notice
	works := publisherFunc(func(_ context.Context, topic string, payload []byte) (err error) {
		if topic != "home/1/wearable" {
			t.Errorf("topic %q", topic)
		}
		got, err = ParseNotice(payload)
		return err
	})
	if r, err := (Wearable{works, topicOf}).Notify(t.Context(), testMessage); r != Unknown || err != nil || got != testMessage.Notice() {
		t.Errorf("got %v, %v, %+v", r, err, got)
	}
	down := errors.New("no broker")
	fails := publisherFunc(func(context.Context, string, []byte) error { return down })
	if r, err := (Wearable{fails, topicOf}).Notify(t.Context(), testMessage); r != Unknown || !errors.Is(err, down) || errors.Is(err, ErrRefused) {
		t.Errorf("without a broker: %v, %v", r, err)
	}
	nobody := testMessage
	nobody.To.ID = "Device/other"
	if r, err := (Wearable{works, topicOf}).Notify(t.Context(), nobody); r != Failed || !errors.Is(err, ErrRefused) {
		t.Errorf("without a topic: %v, %v", r, err)
	}
	long := testMessage
	long.Text = string(make([]byte, maxNotice))
	if r, err := (Wearable{works, topicOf}).Notify(t.Context(), long); r != Failed || !errors.Is(err, ErrRefused) {
		t.Errorf("a text without bound: %v, %v", r, err)
	}
}
