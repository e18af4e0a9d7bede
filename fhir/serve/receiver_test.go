package serve_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/serve"
	"github.com/telemed-go/sdk/fhir/subscription"
	"github.com/telemed-go/sdk/vitals"
)

// roundTrip is a transport.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A receiver of this module behind a line that loses every third notification
// after saying that it came, and fails every fourth, gets every event once and
// in order.
func TestReceiverOverABadLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWard(t)
		var receiver *subscription.Receiver
		n := 0
		w.Notifications = serve.Notifications{
			Endpoint: func(context.Context, serve.Principal, *url.URL) bool { return true },
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				rec := httptest.NewRecorder()
				switch n++; {
				case n%4 == 3:
					return nil, errors.New("reset")
				case n%3 == 2:
					_, _ = io.Copy(io.Discard, r.Body)
				case receiver != nil:
					receiver.ServeHTTP(rec, r)
				}
				return rec.Result(), nil
			}),
		}
		defer run(t, w)()
		made := w.subscribe("all", subscriptionOf(t, serve.TopicObservations, "patient=p1", "full-resource"))
		id := headerOf(t, made.body).ID
		synctest.Wait()
		var got []string
		receiver = &subscription.Receiver{
			Subscription: base + "/Subscription/" + id, Topic: serve.TopicObservations, Authorize: subscription.Bearer("hook-secret"),
			Handle: func(_ context.Context, e subscription.Event) error {
				got = append(got, value(t, string(e.Resource)))
				return nil
			},
			Get: func(_ context.Context, path string) ([]byte, error) {
				return w.get("all", strings.TrimPrefix(path, "/")).body, nil
			},
			Load: func(context.Context) (uint64, error) { return 0, nil },
			Save: func(context.Context, uint64) error { return nil },
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- receiver.Run(ctx) }()
		for i := range 200 {
			w.put(heartRate("p1", int64(i+1), t0.Add(time.Duration(i)*time.Second)))
			time.Sleep(200 * time.Millisecond)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		require.Len(t, got, 200)
		for i, v := range got {
			require.Equal(t, strconv.Itoa(i+1), v)
		}
		require.NotZero(t, receiver.Stats().Fetched, "nothing was lost: the line was too good")
		require.Zero(t, receiver.Stats().Missing)
		cancel()
		require.NoError(t, <-done)
	})
}

// Events that come faster than consent can be asked for are not passed over in
// silence: they have numbers, and the receiver is told that they are missing.
func TestReceiverSeesWhatWasTooFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWard(t)
		var receiver *subscription.Receiver
		w.Notifications = serve.Notifications{
			Events:   100,
			Endpoint: func(context.Context, serve.Principal, *url.URL) bool { return true },
			Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				rec := httptest.NewRecorder()
				if receiver != nil {
					receiver.ServeHTTP(rec, r)
				}
				return rec.Result(), nil
			}),
		}
		slow := make(chan struct{})
		agree := w.Consent
		w.Consent = func(ctx context.Context, who serve.Principal, p vitals.PatientID, purpose string) serve.Decision {
			<-slow
			return agree(ctx, who, p, purpose)
		}
		defer run(t, w)()
		made := w.subscribe("all", subscriptionOf(t, serve.TopicObservations, "", "id-only"))
		synctest.Wait()
		told, missing := 0, 0
		receiver = &subscription.Receiver{
			Subscription: base + "/Subscription/" + headerOf(t, made.body).ID, Authorize: subscription.Bearer("hook-secret"),
			Handle: func(_ context.Context, e subscription.Event) error {
				if told++; e.Missing {
					missing++
				}
				return nil
			},
			Get:  func(_ context.Context, path string) ([]byte, error) { return w.get("all", path).body, nil },
			Load: func(context.Context) (uint64, error) { return 0, nil },
			Save: func(context.Context, uint64) error { return nil },
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- receiver.Run(ctx) }()
		for i := range 300 {
			w.put(heartRate("p1", int64(i+1), t0.Add(time.Duration(i)*time.Second)))
			synctest.Wait()
		}
		close(slow)
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		require.Equal(t, 300, told)
		require.InDelta(t, 200, missing, 1)               // one was taken before consent was asked
		require.InDelta(t, missing, w.Stats().Skipped, 1) // and one more did not fit into what is kept
		cancel()
		require.NoError(t, <-done)
	})
}
