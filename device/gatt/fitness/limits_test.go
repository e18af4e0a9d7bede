package fitness_test

import (
	"testing"
	"time"

	"github.com/telemed-go/sdk/device/gatt/fitness"
)

func TestPaceLimits(t *testing.T) {
	for _, tt := range []struct {
		name string
		pace fitness.Pace
		want time.Duration
	}{
		{"zero value", fitness.Pace{}, 0},
		{"one tick", fitness.Pace{1, 1}, 976562},
		{"a year", fitness.Pace{1, 365 * 24 * 3600 * 1024}, 365 * 24 * time.Hour},
	} {
		if got := tt.pace.Duration(); got != tt.want {
			t.Errorf("%s: Duration = %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A sensor that was away, and a gateway whose clock was set back.
func TestRevolutionsLimits(t *testing.T) {
	start := time.Date(2024, 6, 30, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		count uint16
		after time.Duration
		want  time.Duration // 0: no Pace
	}{
		{"a year without a turn", 7, 365 * 24 * time.Hour, 365 * 24 * time.Hour},
		{"the clock goes back, no turn", 7, -time.Hour, 0},
		{"the clock goes back, an older count", 6, -time.Hour, 0},
	} {
		var r fitness.Revolutions[uint16]
		r.Add(7, 1024, start)
		p, ok := r.Add(tt.count, 1024, start.Add(tt.after))
		if ok != (tt.want != 0) || ok && p.Duration() != tt.want {
			t.Errorf("%s: %v, %t, want %v", tt.name, p.Duration(), ok, tt.want)
		}
	}
}
