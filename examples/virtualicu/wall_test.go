package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// A bed that falls silent is shown as stale, though nothing changes in the ward.
func TestSilenceBecomesStale(t *testing.T) {
	start := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	beds := ward(2, 1, start)
	var live telemed.Ward
	var late atomic.Int64
	w := newWall(&live, beds, func() time.Time { return start.Add(time.Duration(late.Load())) })
	pulse := vitals.Reading{Patient: beds[0].patient.ID(), Kind: vitals.HeartRate, Quantity: vitals.PerMinute(61), At: start}
	if err := live.Put(t.Context(), []vitals.Reading{pulse}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w.handler())
	defer server.Close()
	response, err := http.Get(server.URL + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	fresh := false
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var message struct{ Beds []bedView }
		if err := json.Unmarshal([]byte(data), &message); err != nil {
			t.Fatal(err)
		}
		for _, b := range message.Beds {
			v, ok := b.Vitals["HeartRate"]
			switch {
			case !ok:
			case !v.Stale && v.Value == "61":
				fresh = true
				late.Store(int64(31 * time.Second)) // nothing comes any more
			case v.Stale && fresh:
				return
			default:
				t.Fatalf("%+v", v)
			}
		}
	}
	t.Error("the stream ended and the heart rate was never stale")
}
