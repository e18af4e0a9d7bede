package client_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/fhir/fhirtest"
)

// BenchmarkPut delivers as a gateway does, 512 readings at a time, over loopback
// HTTP. The server, which counts too, is in the same process.
func BenchmarkPut(b *testing.B) {
	for _, w := range ways {
		b.Run(w.name, func(b *testing.B) {
			s := &fhirtest.Server{Lacks: w.lacks}
			web := s.Start()
			defer web.Close()
			c, err := client.New(web.URL)
			require.NoError(b, err)
			defer c.Close()
			const batch = 512
			require.NoError(b, c.Put(b.Context(), beats(0, 4*batch, 50)))
			at := 4 * batch
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, c.Put(b.Context(), beats(at, batch, 50)))
				at += batch
			}
			b.ReportMetric(float64(batch*b.N)/b.Elapsed().Seconds(), "observations/s")
		})
	}
}

// BenchmarkAlarm measures an Update while Put works off a backlog.
func BenchmarkAlarm(b *testing.B) {
	s := new(fhirtest.Server)
	web := s.Start()
	defer web.Close()
	c, err := client.New(web.URL)
	require.NoError(b, err)
	defer c.Close()
	done := make(chan error, 1)
	stop := make(chan struct{})
	go func() {
		for at := 0; ; at += 512 {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if err := c.Put(b.Context(), beats(at, 512, 50)); err != nil {
				done <- err
				return
			}
		}
	}()
	flag := []byte(`{"resourceType":"Flag","id":"a1","status":"active","subject":{"reference":"Patient/p1"}}`)
	var times []time.Duration
	for b.Loop() {
		begin := time.Now()
		require.NoError(b, c.Update(b.Context(), flag))
		times = append(times, time.Since(begin))
	}
	close(stop)
	require.NoError(b, <-done)
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
}
