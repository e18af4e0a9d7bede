package client

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		text, date string
		want       time.Duration
	}{
		{"", "", 0},
		{"2", "", 2 * time.Second},
		{" 120 ", "", 2 * time.Minute},
		{"0", "", 0},
		{"-1", "", 0},
		{"1.5", "", 0},
		{"86400", "", maxPause},
		{"99999999999999999999999", "", maxPause},
		{"Sun, 01 Mar 2026 08:00:30 GMT", "", 30 * time.Second},
		{"Sun, 01 Mar 2026 08:00:30 GMT", "Sun, 01 Mar 2026 07:59:30 GMT", time.Minute}, // by the clock of the server
		{"Sun, 01 Mar 2026 07:00:30 GMT", "", 0},
		{"Sun, 01 Mar 2099 08:00:30 GMT", "", maxPause},
		{"Sunday, 01-Mar-26 08:00:30 GMT", "", 30 * time.Second},
		{"tomorrow", "", 0},
	} {
		h := http.Header{}
		h.Set("Retry-After", row.text)
		if row.date != "" {
			h.Set("Date", row.date)
		}
		require.Equal(t, row.want, retryAfter(h, now), "%q at %q", row.text, row.date)
	}
}

func TestRateLimit(t *testing.T) {
	for text, want := range map[string]*limit{
		``:                                       nil,
		`"requests";r=50;t=30`:                   {50, 30 * time.Second},
		`"requests"; r=50 ; t=30`:                {50, 30 * time.Second},
		`"a";r=50;t=30, "b";r=7;t=1`:             {7, time.Second},
		`"a";t=30;r=0`:                           {0, 30 * time.Second},
		`"a";r=5`:                                {5, 0},
		`"a";r=-5;t=1`:                           nil,
		`"a";r=5;t=99999999999999999999`:         {5, maxPause},
		`"a";t=9`:                                nil,
		`limit=100, remaining=50, reset=30`:      nil,
		`"a";r=5000000000;t=1, "b";q=1;r=3;pk=x`: {3, 0},
	} {
		l, ok := rateLimit(http.Header{"Ratelimit": {text}})
		require.Equal(t, want != nil, ok, text)
		if want != nil {
			require.Equal(t, *want, l, text)
		}
	}
}

// TestPace gives every request that is not urgent a turn of its own.
func TestPace(t *testing.T) {
	var p pace
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	require.Zero(t, p.turn(now, false))
	p.note(now, limit{11, 9 * time.Second}) // two are left to urgent ones
	for i := range 5 {
		require.Equal(t, time.Duration(i+1)*time.Second, p.turn(now, false))
		require.Zero(t, p.turn(now, true))
	}
	p.note(now, limit{1, 20 * time.Second})
	require.Equal(t, 20*time.Second, p.turn(now, false))
	require.Zero(t, p.turn(now, true))
	p.hold(now, 30*time.Second)
	p.hold(now, time.Second) // the longer one counts
	require.Equal(t, 30*time.Second, p.turn(now, true))
	require.Zero(t, p.turn(now.Add(31*time.Second), false))
}

func TestBackoff(t *testing.T) {
	for failures := range 100 {
		longest := time.Duration(0)
		for range 200 {
			d := backoff(200*time.Millisecond, failures)
			require.GreaterOrEqual(t, d, time.Duration(0))
			longest = max(longest, d)
		}
		bound := min(200*time.Millisecond<<min(max(failures-1, 0), 20), 30*time.Second)
		require.LessOrEqual(t, longest, bound)
		require.Greater(t, longest, bound/2) // it is spread over all of the time
	}
}
