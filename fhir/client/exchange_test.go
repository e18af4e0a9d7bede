package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/fhir/fhirtest"
	"github.com/telemed-go/sdk/vitals"
)

func TestNew(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://ehr.example": true, "https://ehr.example/fhir/r4/": true, "http://127.0.0.1:8080/fhir": true, "http://[::1]:1": true,
		"http://localhost/fhir": true, "http://ehr.example/fhir": false, "http://127.0.0.1.example/": false, "ftp://localhost": false,
		"https://user@ehr.example": false, "https://ehr.example?x=DOE": false, "https://ehr.example#DOE": false, "": false, "https://%zzDOE": false,
	} {
		_, err := client.New(address)
		require.Equal(t, ok, err == nil, "%s: %v", address, err)
		if !ok {
			require.ErrorIs(t, err, client.ErrAddress)
			require.NotContains(t, err.Error(), "DOE")
		}
	}
	c, err := client.New("http://ehr.example/fhir", client.InsecurePlainHTTP(), client.Name("second"))
	require.NoError(t, err)
	require.Equal(t, "second", c.Name())
	require.NoError(t, c.Close())
}

// TestCertificates refuses a server that nobody vouches for.
func TestCertificates(t *testing.T) {
	web := httptest.NewTLSServer(new(fhirtest.Server))
	defer web.Close()
	c, err := client.New(web.URL)
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Capabilities(t.Context())
	require.ErrorContains(t, err, "certificate")
	trusting, err := client.New(web.URL, client.TLS(web.Client().Transport.(*http.Transport).TLSClientConfig))
	require.NoError(t, err)
	defer trusting.Close()
	_, err = trusting.Capabilities(t.Context())
	require.NoError(t, err)
}

// TestBadAnswers delivers through every kind of answer that tells nothing.
func TestBadAnswers(t *testing.T) {
	for _, w := range ways {
		for reply, want := range map[fhirtest.Reply]error{
			fhirtest.HTML: client.ErrNotFHIR, fhirtest.Garbage: nil, fhirtest.Loop: client.ErrRedirect, fhirtest.Huge: client.ErrTooLarge,
			fhirtest.Truncated: nil, fhirtest.Reset: nil, fhirtest.Silence: context.DeadlineExceeded,
		} {
			t.Run(fmt.Sprintf("%s, reply %d", w.name, reply), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &fhirtest.Server{Lacks: w.lacks, Lag: time.Second}
					for _, on := range []fhirtest.Operation{fhirtest.Metadata, fhirtest.Search, fhirtest.Write} {
						s.Script(fhirtest.Fault{On: on, Reply: reply}, fhirtest.Fault{On: on, Reply: reply, Commit: true})
					}
					c := open(t, s, client.Connections(1))
					done := make(chan error, 1)
					go func() { done <- c.Put(t.Context(), beats(0, 10, 5)) }()
					time.Sleep(time.Nanosecond)
					if _, err := c.Probe(); want != nil && err != nil {
						require.ErrorIs(t, err, want)
					}
					require.NoError(t, <-done)
					once(t, s, beats(0, 10, 5))
					require.Empty(t, c.Quarantined())
				})
			})
		}
	}
}

// TestRedirect lets no token go elsewhere.
func TestRedirect(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("somebody else was asked") }))
	defer elsewhere.Close()
	for _, answer := range []http.HandlerFunc{
		func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		},
		func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprintf(w, `{"resourceType":"Bundle","link":[{"relation":"next","url":%q}]}`, elsewhere.URL+"/Patient?_page=2")
		},
		func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, `{"resourceType":"Bundle","link":[{"relation":"next","url":"//elsewhere.example/x"}]}`)
		},
	} {
		web := httptest.NewServer(answer)
		c, err := client.New(web.URL, client.Authorize(new(tokens)))
		require.NoError(t, err)
		for _, err = range c.Search(t.Context(), "Patient", nil) {
			require.Error(t, err)
		}
		require.ErrorIs(t, err, client.ErrRedirect)
		require.NoError(t, c.Close())
		web.Close()
	}
}

func TestReadAndSearch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fhirtest.Server{PageSize: 7}
		c := open(t, s)
		require.NoError(t, c.Put(t.Context(), beats(0, 60, 2)))
		s.Script(fhirtest.Fault{On: fhirtest.Search, Status: 503}, fhirtest.Fault{On: fhirtest.Read, Reply: fhirtest.Reset})
		n := 0
		for resource, err := range c.Search(t.Context(), "Observation", url.Values{"patient": {"p1"}}) {
			require.NoError(t, err)
			require.True(t, json.Valid(resource))
			n++
		}
		require.Equal(t, 30, n)
		for range c.Search(t.Context(), "Observation", nil) {
			break
		}
		id := beats(0, 1, 2)[0].ID().String()
		resource, err := c.Read(t.Context(), "Observation", id)
		require.NoError(t, err)
		require.Contains(t, string(resource), id)
		_, err = c.Read(t.Context(), "Observation", "nobody")
		e, ok := errors.AsType[*client.Error](err)
		require.True(t, ok)
		require.Equal(t, 404, e.Status)
		require.False(t, e.Retryable())
		for _, bad := range [][2]string{{"Observation", "../Patient/1"}, {"", "1"}, {"Observation?x", "1"}, {"Observation", ""}} {
			_, err = c.Read(t.Context(), bad[0], bad[1])
			require.ErrorIs(t, err, client.ErrResource)
		}
		for _, err = range c.Search(t.Context(), "a/b", nil) {
			require.ErrorIs(t, err, client.ErrResource)
		}
		capable, err := c.Capabilities(t.Context())
		require.NoError(t, err)
		require.True(t, capable.Batch && capable.Transaction && capable.Resources["Observation"].UpdateCreate)
		require.Equal(t, "4.0.1", capable.FHIRVersion)
		for _, r := range s.Requests(fhirtest.Search) {
			require.NotContains(t, r.URL, "p1", "a parameter in a URL")
		}
	})
}

// TestTokens renews a token once, parks, and tries again rarely.
func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var good string
		var mu sync.Mutex
		s := &fhirtest.Server{Authorize: func(token string) bool {
			mu.Lock()
			defer mu.Unlock()
			return token == good
		}}
		allow := func(token string) {
			mu.Lock()
			defer mu.Unlock()
			good = token
		}
		var k tokens
		c := open(t, s, client.Authorize(&k))
		allow("token-1")
		require.NoError(t, c.Put(t.Context(), beats(0, 500, 50)))
		require.Equal(t, 1, k.requests(), "four lanes, one token")

		allow("nothing")
		done := make(chan error, 1)
		go func() { done <- c.Put(t.Context(), beats(500, 500, 50)) }()
		time.Sleep(time.Second)
		require.True(t, c.Stats().Parked)
		require.Equal(t, 2, k.requests())
		_, err := c.Probe()
		require.ErrorContains(t, err, "401")
		before := len(s.Requests(fhirtest.Write))
		time.Sleep(time.Hour)
		require.LessOrEqual(t, len(s.Requests(fhirtest.Write))-before, 80, "an hour of 401")
		require.LessOrEqual(t, k.requests(), 20)
		allow(fmt.Sprintf("token-%d", k.requests()))
		require.NoError(t, <-done)
		require.False(t, c.Stats().Parked)
		once(t, s, beats(0, 1000, 50))
	})
}

// TestPacing keeps to the limits of a server, and lets an alarm go first.
func TestPacing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(fhirtest.Server)
		c := open(t, s, client.BundleEntries(10), client.Connections(4))
		require.NoError(t, c.Put(t.Context(), beats(0, 1, 1))) // reads the CapabilityStatement
		s.Script(fhirtest.Fault{RateLimit: `"burst";r=100;t=1, "requests";r=20;t=60`})
		require.NoError(t, c.Put(t.Context(), beats(1, 1, 1)))
		begin := time.Now()
		done := make(chan error, 1)
		go func() { done <- c.Put(t.Context(), beats(10, 100, 50)) }()
		time.Sleep(time.Second)
		require.NoError(t, c.Update(t.Context(), []byte(`{"resourceType":"Flag","id":"f"}`)))
		require.Equal(t, time.Second, time.Since(begin), "the alarm went at once")
		require.NoError(t, <-done)
		require.InDelta(t, 33, time.Since(begin).Seconds(), 20) // 10 or so requests of the 17 in a minute

		s.Script(fhirtest.Fault{RateLimit: `"requests";r=0;t=30`})
		require.NoError(t, c.Put(t.Context(), beats(500, 1, 1)))
		begin = time.Now()
		require.NoError(t, c.Update(t.Context(), []byte(`{"resourceType":"Flag","id":"f"}`)))
		require.Equal(t, 30*time.Second, time.Since(begin))

		for _, date := range []bool{false, true} {
			s.Skew = 5 * time.Hour
			s.Script(fhirtest.Fault{Status: 429, RetryAfter: 20 * time.Second, AsDate: date})
			begin = time.Now()
			require.NoError(t, c.Put(t.Context(), beats(501, 1, 1)))
			require.InDelta(t, 20.5, time.Since(begin).Seconds(), 1.5)
		}
	})
}

// TestUpdate stores resources on every kind of server, each once, also when
// answers are lost and the index is slow, and in order.
func TestUpdate(t *testing.T) {
	for _, w := range ways {
		for _, boasts := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, boasts %t", w.name, boasts), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &fhirtest.Server{Lacks: w.lacks, Lag: time.Second, Window: 50 * time.Millisecond, Seed: 3, Rates: fhirtest.Rates{LostReply: 0.2, Unavailable: 0.2, Reset: 0.1}}
					if boasts {
						s.Boasts = w.lacks
					}
					c := open(t, s)
					var wg sync.WaitGroup
					for i := range 5 {
						wg.Go(func() {
							id := vitals.Reading{Sequence: uint32(i)}.ID()
							for _, status := range []string{"active", "active", "inactive"} {
								flag := fmt.Sprintf(`{"status":%q,"id":%q,"resourceType":"Flag","subject":{"reference":"Patient/1"}}`, status, id)
								require.NoError(t, c.Update(t.Context(), []byte(flag)))
							}
						})
					}
					wg.Wait()
					flags := s.Resources("Flag")
					require.Len(t, flags, 5)
					for _, f := range flags {
						require.Contains(t, string(f.JSON), `"inactive"`)
					}
					require.Equal(t, uint64(15), c.Stats().Updates)
				})
			})
		}
	}
}

func TestUpdateRefused(t *testing.T) {
	s := &fhirtest.Server{Check: func([]byte) int { return 422 }}
	c := open(t, s)
	err := c.Update(t.Context(), []byte(`{"resourceType":"Flag","id":"f"}`))
	e, ok := errors.AsType[*client.Error](err)
	require.True(t, ok)
	require.Equal(t, 422, e.Status)
	require.Equal(t, "fhir: update: 422: business-rule at Observation.value.ofType(Quantity)", err.Error())
	for _, bad := range []string{``, `{}`, `{"resourceType":"Flag"}`, `{"resourceType":"Flag","id":"a/b"}`, `{"resourceType":"Flag","id":"a"`, `[1]`, `{"id":7,"resourceType":"Flag"}`} {
		require.ErrorIs(t, c.Update(t.Context(), []byte(bad)), client.ErrResource, bad)
	}
}

// TestNothingShown has a server that quotes patients in every refusal.
func TestNothingShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fhirtest.Server{Rates: fhirtest.Rates{Unavailable: 0.2, TooMany: 0.2, LostReply: 0.2}, Check: func(b []byte) int {
			if strings.Contains(string(b), `"value":61,`) {
				return 422
			}
			return 0
		}}
		readings := beats(0, 50, 5)
		for i := range readings {
			readings[i].Patient = vitals.NewPatientID("DOE^JANE")
		}
		c := open(t, s)
		var shown strings.Builder
		done := make(chan error, 1)
		go func() { done <- c.Put(t.Context(), readings) }()
		for range 100 {
			time.Sleep(10 * time.Millisecond)
			_, err := c.Probe()
			fmt.Fprintf(&shown, "%v %+v\n", err, c.Stats())
		}
		require.NoError(t, <-done)
		require.Len(t, c.Quarantined(), 1)
		fmt.Fprintf(&shown, "%+v %v\n", c.Quarantined(), c.Quarantined()[0].Err)
		_, err := c.Read(t.Context(), "Observation", "DOE-JANE")
		fmt.Fprintf(&shown, "%v %+v\n", err, err)
		require.NotContains(t, shown.String(), "DOE")
		for _, r := range s.Requests(fhirtest.Write) {
			require.NotContains(t, r.URL, "DOE")
		}
	})
}
