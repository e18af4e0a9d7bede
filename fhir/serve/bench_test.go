package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/serve"
	"github.com/telemed-go/sdk/vitals"
)

func openWard(b *testing.B) *serve.Server {
	b.Helper()
	return &serve.Server{Base: base, Access: serve.Access{InsecureShowEverythingToEverybody: true}}
}

// inUse is the heap and the stacks after a collection.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// BenchmarkWindow fills a window of a million Observations of 500 patients, and
// searches the last hundred of one of them. -short makes it ten thousand.
func BenchmarkWindow(b *testing.B) {
	each := 2000
	if testing.Short() {
		each = 20
	}
	const patients = 500
	s := openWard(b)
	s.Window.Age = 48 * time.Hour
	names := make([]string, patients)
	for i := range names {
		names[i] = fmt.Sprintf("patient-%04d", i)
	}
	before := inUse()
	start := time.Now()
	for i := range each {
		for _, p := range names {
			require.NoError(b, s.Put(b.Context(), []vitals.Reading{heartRate(p, int64(60+i%40), t0.Add(time.Duration(i)*time.Second))}))
		}
	}
	total := float64(each * patients)
	put := float64(time.Since(start).Nanoseconds()) / total
	size := float64(inUse()-before) / total
	require.Equal(b, each*patients, s.Stats().Resources)
	for name, query := range map[string]string{"last": "", "code": "&code=http://loinc.org|8867-4", "date": "&date=ge2026-11-30T07:00:00Z"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			r := httptest.NewRequest(http.MethodGet, base+"/Observation?patient=patient-0250&_count=100"+query, nil)
			for b.Loop() {
				w := httptest.NewRecorder()
				s.ServeHTTP(w, r)
				if w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
			b.ReportMetric(put, "ns/put")
			b.ReportMetric(size, "B/Observation")
		})
	}
	runtime.KeepAlive(s)
}

func BenchmarkPut(b *testing.B) {
	for _, streams := range []int{0, 1, 100} {
		b.Run(fmt.Sprintf("streams=%d", streams), func(b *testing.B) {
			s := openWard(b)
			srv, stop := serving(b, s)
			defer stop()
			for range streams {
				answer, err := http.Get(srv.URL + "/$stream?patient=p1")
				require.NoError(b, err)
				go func() { _, _ = io.Copy(io.Discard, answer.Body); _ = answer.Body.Close() }()
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				_ = s.Put(b.Context(), []vitals.Reading{heartRate("p1", 60, t0.Add(time.Duration(i)*time.Millisecond))})
			}
		})
	}
}

func serving(t testing.TB, s *serve.Server) (*httptest.Server, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	srv := httptest.NewServer(s)
	go func() { done <- s.Run(ctx) }()
	for answer := (*http.Response)(nil); answer == nil || answer.StatusCode == 503; { // until it runs
		var err error
		hold, stop := context.WithCancel(ctx)
		r, _ := http.NewRequestWithContext(hold, http.MethodGet, srv.URL+"/$stream", nil)
		answer, err = http.DefaultClient.Do(r)
		require.NoError(t, err)
		stop()
		_ = answer.Body.Close()
	}
	return srv, func() {
		cancel()
		<-done
		http.DefaultClient.CloseIdleConnections()
		srv.Close()
	}
}

// BenchmarkFanOut sends 2,000 readings a second of 200 patients to a REST hook,
// a stream of events and a WebSocket on loopback, and reports how long after Put
// the slowest of the three has each of them.
func BenchmarkFanOut(b *testing.B) {
	s := openWard(b)
	var arrived arrivals
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for _, part := range strings.Split(string(body), `"resource":{"resourceType":"Observation"`)[1:] {
			arrived.note(0, part)
		}
	}))
	defer hook.Close()
	s.Endpoint = func(context.Context, serve.Principal, *url.URL) bool { return true }
	s.Transport = http.DefaultTransport
	srv, stop := serving(b, s)
	defer stop()
	body := subscriptionOf(b, serve.TopicObservations, "", "full-resource", func(m map[string]any) { m["channel"].(map[string]any)["endpoint"] = hook.URL })
	answer, err := http.Post(srv.URL+"/Subscription", fhirJSON, strings.NewReader(body))
	require.NoError(b, err)
	require.Equal(b, 201, answer.StatusCode)
	_ = answer.Body.Close()

	var readers sync.WaitGroup
	events, err := http.Get(srv.URL + "/$stream")
	require.NoError(b, err)
	readers.Go(func() {
		for lines := bufio.NewReader(events.Body); ; {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			if strings.HasPrefix(line, "data: ") {
				arrived.note(1, line)
			}
		}
	})
	conn, _, err := websocket.Dial(b.Context(), srv.URL+"/$stream", nil)
	require.NoError(b, err)
	readers.Go(func() {
		for {
			_, message, err := conn.Read(context.Background())
			if err != nil {
				return
			}
			arrived.note(2, string(message))
		}
	})
	require.Eventually(b, func() bool { return s.Stats().Notified > 0 }, time.Second, time.Millisecond) // the handshake

	n := 0
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	b.ResetTimer()
	start := time.Now()
	for b.Loop() {
		for time.Since(start) < time.Duration(n)*time.Second/2000 {
			<-ticker.C
		}
		r := heartRate(fmt.Sprintf("p%d", n%200), 60, t0.Add(time.Duration(n)*time.Millisecond))
		arrived.sent(r.ID().String())
		_ = s.Put(b.Context(), []vitals.Reading{r})
		n++
	}
	rate := float64(n) / time.Since(start).Seconds()
	require.Eventually(b, func() bool { return arrived.complete(n, int(s.Stats().Skipped)) }, 10*time.Second, 10*time.Millisecond, "not all came")
	for i, name := range []string{"hook", "sse", "ws"} {
		b.ReportMetric(arrived.percentile(i, 0.5), name+"-p50-ms")
		b.ReportMetric(arrived.percentile(i, 0.99), name+"-p99-ms")
	}
	b.ReportMetric(rate, "readings/s")
	b.ReportMetric(float64(s.Stats().Skipped), "skipped")
	_ = conn.CloseNow()
	_ = events.Body.Close()
	readers.Wait()
}

// arrivals are when Observations were put and when they came, by their ids.
type arrivals struct {
	mu    sync.Mutex
	put   map[string]time.Time
	delay [3][]float64 // ms
}

func (a *arrivals) sent(id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.put == nil {
		a.put = make(map[string]time.Time)
	}
	a.put[id] = time.Now()
}

func (a *arrivals) note(who int, text string) {
	now := time.Now()
	_, id, _ := strings.Cut(text, `"id":"`)
	a.mu.Lock()
	defer a.mu.Unlock()
	if at, ok := a.put[id[:min(36, len(id))]]; ok {
		a.delay[who] = append(a.delay[who], float64(now.Sub(at).Microseconds())/1000)
	}
}

// complete reports whether the hook has all, and the streams what they were not
// too slow for.
func (a *arrivals) complete(n, skipped int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.delay[0]) == n && len(a.delay[1])+len(a.delay[2])+skipped == 2*n
}

func (a *arrivals) percentile(who int, p float64) float64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := slices.Clone(a.delay[who])
	slices.Sort(list)
	return list[min(int(p*float64(len(list))), len(list)-1)]
}

// BenchmarkSubscribers opens a thousand streams, half of each sort, sends to
// all, and reports the heap and the stacks that they take: those of the server
// and of the clients, which are in the same process. -short makes it a hundred.
func BenchmarkSubscribers(b *testing.B) {
	n := 1000
	if testing.Short() {
		n = 100
	}
	for b.Loop() {
		s := openWard(b)
		s.MaxEach = 2 * n
		srv, stop := serving(b, s)
		transport := &http.Transport{}
		before := inUse()
		var got atomic.Int64
		ctx, cancel := context.WithCancel(context.Background())
		var readers sync.WaitGroup
		for i := range n {
			target := fmt.Sprintf("%s/$stream?patient=p%d", srv.URL, i)
			if i%2 == 0 {
				r, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
				require.NoError(b, err)
				answer, err := transport.RoundTrip(r)
				require.NoError(b, err)
				readers.Go(func() {
					defer func() { _ = answer.Body.Close() }()
					buf := make([]byte, 2048)
					for {
						n, err := answer.Body.Read(buf)
						got.Add(int64(strings.Count(string(buf[:n]), "data: ")))
						if err != nil {
							return
						}
					}
				})
				continue
			}
			conn, _, err := websocket.Dial(ctx, target, nil)
			require.NoError(b, err)
			readers.Go(func() {
				defer func() { _ = conn.CloseNow() }()
				for {
					if _, _, err := conn.Read(ctx); err != nil {
						return
					}
					got.Add(1)
				}
			})
		}
		for round := range 5 {
			for i := range n {
				_ = s.Put(ctx, []vitals.Reading{heartRate(fmt.Sprintf("p%d", i), 60, t0.Add(time.Duration(round)*time.Second))})
			}
		}
		require.Eventually(b, func() bool { return got.Load() == int64(5*n) }, 20*time.Second, 10*time.Millisecond)
		b.ReportMetric(float64(inUse()-before)/(1<<20), "MiB")
		cancel()
		stop()
		readers.Wait()
	}
}
