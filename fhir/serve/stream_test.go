package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/serve"
	"github.com/telemed-go/sdk/vitals"
)

// An sseEvent is one of Server-Sent Events.
type sseEvent struct{ id, name, data string }

// subscribe opens a stream of events; next reads one.
func subscribe(t testing.TB, url, who string, extra ...string) (next func() sseEvent, leave func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+who)
	for i := 0; i+1 < len(extra); i += 2 {
		r.Header.Set(extra[i], extra[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.Equal(t, 200, answer.StatusCode)
	require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
	lines := bufio.NewReader(answer.Body)
	next = func() (e sseEvent) {
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return sseEvent{name: "end"}
			}
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			switch name {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				e.data = value
				valid(t, []byte(value))
			case "":
				if e.data != "" {
					return e
				}
			}
		}
	}
	next0 := func() { _, _ = lines.ReadString('\n') } // the comment that says it began
	next0()
	return next, func() { cancel(); _ = answer.Body.Close(); http.DefaultClient.CloseIdleConnections() }
}

func value(t testing.TB, resource string) string {
	t.Helper()
	return headerOf(t, []byte(resource)).ValueQuantity.Value.String()
}

func TestServerSentEvents(t *testing.T) {
	w := newWard(t)
	w.put(heartRate("p1", 60, t0))
	srv := w.listen()
	next, leave := subscribe(t, srv.URL+"/$stream?patient=p1&code=8867-4", "doctor")
	defer leave()
	w.put(heartRate("p2", 99, t0), spo2("p1", 97, t0), heartRate("p1", 61, t0.Add(time.Second)))
	w.put(heartRate("p1", 62, t0.Add(2*time.Second)))
	first, second := next(), next()
	require.Equal(t, "Observation", first.name)
	require.Equal(t, "61", value(t, first.data))
	require.Equal(t, "62", value(t, second.data))
	require.Equal(t, first.id, headerOf(t, []byte(first.data)).Meta.VersionID)
	require.Len(t, w.audited(), 1, "one for each patient and stream")

	// Whoever lost the connection goes on after what came last.
	again, leave2 := subscribe(t, srv.URL+"/$stream?patient=p1", "doctor", "Last-Event-ID", first.id)
	defer leave2()
	require.Equal(t, second, again())

	// Or after a search.
	at := w.get("doctor", "Observation?patient=p1").bundle(t).Meta.LastUpdated
	require.NoError(t, w.Update(t.Context(), flag(t, "a-1", "p1", "low")))
	since, leave3 := subscribe(t, srv.URL+"/$stream?patient=p1&_since="+at, "mine")
	defer leave3()
	require.Equal(t, "Flag", since().name)
	require.Equal(t, "Flag", again().name)
	require.Equal(t, 3, w.Stats().Streams)
}

func TestWebSocket(t *testing.T) {
	w := newWard(t)
	w.put(heartRate("p1", 60, t0))
	srv := w.listen()
	conn, _, err := websocket.Dial(t.Context(), srv.URL+"/$stream?patient=p1&_since=2020-01-01", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer mine"}},
	})
	require.NoError(t, err)
	defer func() { _ = conn.CloseNow() }()
	_, b, err := conn.Read(t.Context())
	require.NoError(t, err)
	valid(t, b)
	require.Equal(t, "60", value(t, string(b)))
	w.put(heartRate("p1", 61, t0.Add(time.Second)))
	_, b, err = conn.Read(t.Context())
	require.NoError(t, err)
	require.Equal(t, "61", value(t, string(b)))

	for name, change := range map[string]func(http.Header){
		"another origin": func(h http.Header) { h.Set("Origin", "https://evil.example") },
		"no token":       func(h http.Header) { h.Del("Authorization") },
		"another client": func(h http.Header) { h.Set("Authorization", "Bearer nothing") },
		"old version":    func(h http.Header) { h.Set("Sec-WebSocket-Version", "8") },
		"no key":         func(h http.Header) { h.Set("Sec-WebSocket-Key", "DOE^JANE") },
		"no upgrade":     func(h http.Header) { h.Set("Connection", "close") },
	} {
		r := httptest.NewRequest(http.MethodGet, "/$stream", nil)
		for k, v := range map[string]string{
			"Authorization": "Bearer doctor", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
		} {
			r.Header.Set(k, v)
		}
		change(r.Header)
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		require.GreaterOrEqual(t, rec.Code, 400, name)
		valid(t, rec.Body.Bytes())
		require.NotContains(t, rec.Body.String(), "DOE")
		require.NotContains(t, rec.Body.String(), "evil")
	}
}

func TestStreamRefuses(t *testing.T) {
	w := newWard(t)
	require.Equal(t, 503, w.get("all", "$stream").status, "nothing runs")
	w.Streams = serve.Streams{Max: 2, MaxEach: 1}
	srv := w.listen()
	for target, status := range map[string]int{
		"$stream?_type=Patient": 400, "$stream?_since=DOE": 400, "$stream?date=2026": 200, "$stream?patient=a,b": 400, "$stream?_format=xml": 406,
	} {
		if status != 200 {
			require.Equal(t, status, w.get("all", target).status, target)
		}
	}
	require.Equal(t, 400, w.do("all", http.MethodGet, "$stream", "", "Last-Event-ID", "x").status)
	require.Equal(t, 403, w.get("nothing", "$stream").status)
	_, leave := subscribe(t, srv.URL+"/$stream", "all")
	defer leave()
	require.Equal(t, 429, w.get("all", "$stream").status, "one each")
	_, leave2 := subscribe(t, srv.URL+"/$stream", "doctor")
	defer leave2()
	require.Equal(t, 429, w.get("mine", "$stream").status, "two in all")
	require.ErrorIs(t, w.Run(t.Context()), serve.ErrRunning)
}

// A client is a stream on a pipe, in a bubble of time.
func bubble(t *testing.T, w *ward, who, target string) (read func() string, body *slowWriter, cancel context.CancelFunc) {
	ctx, stop := context.WithCancel(t.Context())
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, base+"/"+target, nil)
	r.Header.Set("Authorization", "Bearer "+who)
	body = &slowWriter{header: make(http.Header)}
	done := make(chan struct{})
	go func() { defer close(done); w.ServeHTTP(body, r) }()
	synctest.Wait()
	return body.take, body, func() { stop(); <-done }
}

// slowWriter keeps what is written, or lets the writer wait.
type slowWriter struct {
	header http.Header

	mu     sync.Mutex
	text   strings.Builder
	stuck  chan struct{} // nil takes everything
	blocks int
}

func (s *slowWriter) Header() http.Header { return s.header }
func (s *slowWriter) WriteHeader(int)     {}
func (s *slowWriter) Flush()              {}
func (s *slowWriter) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stuck := s.stuck; stuck != nil {
		s.blocks++
		s.mu.Unlock()
		<-stuck
		s.mu.Lock()
	}
	return s.text.Write(b)
}

func (s *slowWriter) take() string {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	text := s.text.String()
	s.text.Reset()
	return text
}

// stop lets the writer wait; the result lets it go on.
func (s *slowWriter) stop() (resume func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stuck := make(chan struct{})
	s.stuck = stuck
	return func() {
		s.mu.Lock()
		s.stuck = nil
		s.mu.Unlock()
		close(stuck)
	}
}

func run(t *testing.T, w *ward) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	synctest.Wait()
	return func() { cancel(); require.ErrorIs(t, <-done, context.Canceled) }
}

func TestStreamHeartbeatAndExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWard(t)
		w.t = t
		authorize := w.Authorize
		w.Authorize = func(ctx context.Context, r *http.Request) (serve.Principal, error) {
			p, err := authorize(ctx, r)
			p.Expires = time.Now().Add(time.Minute)
			return p, err
		}
		defer run(t, w)()
		read, _, cancel := bubble(t, w, "all", "$stream")
		defer cancel()
		require.Equal(t, ":\n\n", read())
		time.Sleep(15 * time.Second)
		require.Equal(t, ":\n\n", read())
		w.put(heartRate("p1", 60, t0))
		require.Contains(t, read(), "id: ")
		time.Sleep(46 * time.Second)
		read()
		w.put(heartRate("p1", 61, t0.Add(time.Second)))
		require.Empty(t, read(), "the token has expired")
		require.Zero(t, w.Stats().Streams)
	})
}

// Consent is asked again in mid-stream, and revoking it leaves nothing to see.
func TestStreamConsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWard(t)
		w.t = t
		defer run(t, w)()
		p1 := vitals.NewPatientID("p1")
		read, _, cancel := bubble(t, w, "all", "$stream")
		defer cancel()
		read()
		w.put(heartRate("p1", 60, t0), heartRate("p2", 80, t0))
		text := read()
		require.Contains(t, text, `"value":60`)
		require.Contains(t, text, `"value":80`)
		w.deny(p1, true)
		w.put(heartRate("p1", 61, t0.Add(time.Second)), heartRate("p2", 81, t0.Add(time.Second)))
		require.NoError(t, w.Update(t.Context(), flag(t, "a-1", "p1", "low")))
		text = read()
		require.NotContains(t, text, "p1")
		require.Contains(t, text, `"value":81`)
		w.deny(p1, false)
		w.put(heartRate("p1", 62, t0.Add(2*time.Second)))
		require.Contains(t, read(), `"value":62`)
		w.setDeaf(true)
		w.put(heartRate("p3", 70, t0))
		require.Empty(t, read(), "what cannot be recorded is not sent")
		require.Zero(t, w.Stats().Streams)
	})
}

// A slow client gets the newest of each patient and kind, every alarm, and the
// number of what it did not get.
func TestSlowClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWard(t)
		w.t = t
		w.Streams.Queue = 100
		stop := run(t, w)
		read, body, cancel := bubble(t, w, "all", "$stream")
		read()
		resume := body.stop()
		w.put(heartRate("p1", 1, t0))
		require.Empty(t, body.take())
		require.Equal(t, 1, body.blocks)
		for i := range 1000 {
			w.put(heartRate("p1", int64(1000+i), t0.Add(time.Duration(i+1)*time.Second)), spo2("p2", int64(i%100), t0.Add(time.Duration(i)*time.Second)))
			if i%100 == 0 {
				require.NoError(t, w.Update(t.Context(), flag(t, fmt.Sprintf("a-%d", i/100), "p1", "low")))
			}
		}
		resume()
		text := read()
		require.Equal(t, 10, strings.Count(text, "event: Flag"))
		require.Contains(t, text, `"value":1999,`)
		events := strings.Count(text, "event: Observation")
		require.Less(t, events, 100)
		_, after, _ := strings.Cut(text, "event: skipped\ndata: ")
		outcome, _, _ := strings.Cut(after, "\n")
		valid(t, []byte(outcome))
		require.Equal(t, fmt.Sprintf("%d older states were skipped", 2001-events), headerOf(t, []byte(outcome)).Issue[0].Diagnostics)
		require.Equal(t, uint64(2001-events), w.Stats().Skipped)
		cancel()
		stop()
	})
}

// Whoever was away for long gets the newest of each patient and kind, in order,
// before what comes now.
func TestStreamSinceLongAgo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWard(t)
		w.t = t
		stop := run(t, w)
		for i := range 300 {
			for _, p := range []string{"p1", "p2", "p3"} {
				w.put(heartRate(p, int64(1000+i), t0.Add(time.Duration(i)*time.Second)))
			}
		}
		require.NoError(t, w.Update(t.Context(), flag(t, "a-1", "p1", "low")))
		read, _, cancel := bubble(t, w, "all", "$stream?_since=1999-01-01")
		w.put(heartRate("p1", 2000, t0.Add(time.Hour)))
		text := read()
		require.Equal(t, 3, strings.Count(text, `"value":1299,`))
		require.Equal(t, 1, strings.Count(text, "event: Flag"))
		var last int64
		for line := range strings.SplitSeq(text, "\n") {
			if id, ok := strings.CutPrefix(line, "id: "); ok {
				n, err := strconv.ParseInt(id, 10, 64)
				require.NoError(t, err)
				require.Greater(t, n, last)
				last = n
			}
		}
		require.Equal(t, uint64(901-strings.Count(text, "\ndata: {\"resourceType\":\"Observation\"")), w.Stats().Skipped)
		cancel()
		stop()
	})
}

// A stream of a patient who may not be seen is that of one who does not exist.
func TestStreamOfNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var texts []string
		for _, target := range []string{"$stream?patient=p1", "$stream?patient=nobody"} {
			w := newWard(t)
			w.t = t
			w.put(heartRate("p1", 60, t0))
			w.deny(vitals.NewPatientID("p1"), true)
			stop := run(t, w)
			read, _, cancel := bubble(t, w, "all", target)
			w.put(heartRate("p1", 61, t0.Add(time.Second)))
			time.Sleep(time.Minute)
			texts = append(texts, read())
			require.Len(t, w.audited(), 1)
			cancel()
			stop()
		}
		require.Equal(t, texts[0], texts[1])
	})
}

// Run ends all streams before it returns.
func TestRunEndsStreams(t *testing.T) {
	w := newWard(t)
	srv := httptest.NewServer(w.Server)
	defer srv.Close()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	require.Eventually(t, func() bool {
		a := w.do("all", http.MethodGet, "$stream?_since=x", "")
		return a.status == 400
	}, time.Second, time.Millisecond)
	var next func() sseEvent
	require.Eventually(t, func() bool {
		r, err := http.NewRequest(http.MethodGet, srv.URL+"/$stream", nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer all")
		a, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		if a.StatusCode != 200 {
			_ = a.Body.Close()
			return false
		}
		next = func() sseEvent {
			_, _ = io.Copy(io.Discard, a.Body)
			_ = a.Body.Close()
			return sseEvent{name: "end"}
		}
		return true
	}, time.Second, time.Millisecond)
	conn, _, err := websocket.Dial(t.Context(), srv.URL+"/$stream", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer doctor"}}})
	require.NoError(t, err)
	closed := make(chan error, 1)
	go func() { _, _, err := conn.Read(context.Background()); closed <- err }()
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	require.Equal(t, "end", next().name)
	require.Equal(t, websocket.StatusGoingAway, websocket.CloseStatus(<-closed))
	require.Zero(t, w.Stats().Streams)
	http.DefaultClient.CloseIdleConnections()
}
