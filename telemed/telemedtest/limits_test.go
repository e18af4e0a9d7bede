package telemedtest_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/telemedtest"
)

func TestSourceLimits(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name   string
		source *telemedtest.Source
		room   int
		want   error
	}{
		{"zero value", new(telemedtest.Source), 1, io.EOF},
		{"no room is not the end", telemedtest.Frames(device.Frame{}), 0, nil},
		{"endless and cancelled", &telemedtest.Source{Endless: true}, 1, context.Canceled},
	} {
		n, err := tt.source.Receive(cancelled, make([]telemed.Delivery, tt.room))
		if n != 0 || !errors.Is(err, tt.want) {
			t.Errorf("%s: Receive = %d, %v, want 0, %v", tt.name, n, err, tt.want)
		}
	}
}
