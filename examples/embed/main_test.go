package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/vitals"
)

// The service starts before its broker. A patient desaturates: the page shows it,
// the pager hears of it once, the nurse acknowledges, and after a restart that
// still holds. Whoever may not see the patient sees nothing.
func TestEmbed(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	address, file := free(t), filepath.Join(t.TempDir(), "log.db")
	var pages notebook
	s := start(ctx, t, "mqtt://"+address, file, &pages)
	s.status(t, http.StatusOK, "GET", "/healthz", "")
	s.status(t, http.StatusServiceUnavailable, "GET", "/readyz", "")
	serveBroker(t, address)

	s.status(t, http.StatusOK, "GET", "/readyz", "")
	measure(ctx, t, "mqtt://"+address)
	stream := s.stream(ctx, t, "/patients/4711/events", "anna")
	alarm := stream.until(t, func(a alarmView) bool { return a.State == "active" })
	require.Equal(t, "SpO2 86 % below 90 % for 10s", alarm.Reason)

	acknowledge := "/patients/4711/alarms/" + alarm.ID + "/acknowledge"
	s.status(t, http.StatusForbidden, "GET", "/patients/4711/live", "ben")
	s.status(t, http.StatusForbidden, "POST", acknowledge, "ben")
	s.status(t, http.StatusNotFound, "POST", "/patients/4712/alarms/"+alarm.ID+"/acknowledge", "ben")
	s.status(t, http.StatusNoContent, "POST", acknowledge, "anna")
	alarm = stream.until(t, func(a alarmView) bool { return a.State == "acknowledged" })
	require.Equal(t, "anna", alarm.By)
	require.Contains(t, s.status(t, http.StatusOK, "GET", "/metrics", ""), "\ntelemed_gateway_rejected_total{part=\"\"} 15\n")

	s.end(t) // although the stream is open
	s = start(ctx, t, "mqtt://"+address, file, &pages)
	alarm = s.stream(ctx, t, "/patients/4711/events", "anna").until(t, func(a alarmView) bool { return a.ID != "" })
	require.Equal(t, "acknowledged", alarm.State)
	live := s.status(t, http.StatusOK, "GET", "/patients/4711/live", "anna")
	require.Contains(t, live, `"kind":"SpO2","quality":"good","value":"86 %"`)
	require.NotContains(t, live, "4711")
	require.NotContains(t, s.status(t, http.StatusOK, "GET", "/patients/4712/live", "ben"), "SpO2")
	s.end(t)
	require.Equal(t, []string{"4711 high active: SpO2 86 % below 90 % for 10s"}, pages.lines)
}

// measure sends a quarter of a minute of low saturation of a patient's oximeter,
// and of one that nobody wears.
func measure(ctx context.Context, t *testing.T, broker string) {
	p, err := mqtt.Dial(ctx, broker, mqtt.ClientID("devices"))
	require.NoError(t, err)
	defer p.Close()
	begin := time.Now().Add(-time.Minute)
	for second := range 15 {
		for _, name := range []vitals.DeviceID{"oximeter-7", "stranger"} {
			f := device.Frame{Device: name, Format: device.GATT(gatt.UUIDPLXContinuous), At: begin.Add(time.Duration(second) * time.Second)}
			topic, err := mqtt.Topic("ward", f)
			require.NoError(t, err)
			require.NoError(t, p.Publish(ctx, topic, []byte{0, 86, 0, 99, 0})) // 86 %, 99 a minute
		}
	}
}

// running is a service that was started.
type running struct {
	url   string
	stop  func()
	ended chan error
}

func start(ctx context.Context, t *testing.T, broker, file string, pages *notebook) running {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(ctx)
	s := running{"http://" + l.Addr().String(), stop, make(chan error, 1)}
	go func() { s.ended <- run(ctx, l, broker, file, hospital, pages.page) }()
	return s
}

func (s running) end(t *testing.T) {
	s.stop()
	begin := time.Now()
	require.NoError(t, <-s.ended)
	require.Less(t, time.Since(begin), 4*time.Second, "an open stream has held up the end")
}

// status makes a request until the answer is as wanted.
func (s running) status(t *testing.T, want int, method, path, who string) (body string) {
	var got int
	require.Eventually(t, func() bool {
		r, err := http.NewRequest(method, s.url+path, http.NoBody)
		require.NoError(t, err)
		r.SetBasicAuth(who, "")
		answer, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		b, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		got, body = answer.StatusCode, string(b)
		return got == want
	}, 10*time.Second, 20*time.Millisecond, "%s %s by %q: got %d, want %d", method, path, who, got, want)
	return body
}

type stream struct{ *bufio.Scanner }

func (s running) stream(ctx context.Context, t *testing.T, path, who string) stream {
	r, err := http.NewRequestWithContext(ctx, "GET", s.url+path, http.NoBody)
	require.NoError(t, err)
	r.SetBasicAuth(who, "")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { answer.Body.Close() })
	require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
	return stream{bufio.NewScanner(answer.Body)}
}

type alarmView struct{ ID, State, Reason, By string }

// until reads events until one has an alarm as wanted.
func (s stream) until(t *testing.T, wanted func(alarmView) bool) alarmView {
	for s.Scan() {
		data, ok := strings.CutPrefix(s.Text(), "data: ")
		if !ok {
			continue
		}
		var state struct{ Alarms []alarmView }
		require.NoError(t, json.Unmarshal([]byte(data), &state))
		for _, a := range state.Alarms {
			if wanted(a) {
				return a
			}
		}
	}
	require.Fail(t, "the stream has ended", "%v", s.Err())
	return alarmView{}
}

// notebook is a pager that remembers.
type notebook struct {
	mu    sync.Mutex
	lines []string
}

func (n *notebook) page(_ context.Context, _ string, p vitals.PatientID, text string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines = append(n.lines, p.Reveal()+" "+text)
	return nil
}

// free is an address of this machine where nobody listens.
func free(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func serveBroker(t *testing.T, address string) {
	server := broker.New(&broker.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, server.AddHook(new(auth.AllowHook), nil))
	require.NoError(t, server.AddListener(listeners.NewTCP(listeners.Config{ID: "t", Address: address})))
	require.NoError(t, server.Serve())
	t.Cleanup(func() { server.Close() })
}
