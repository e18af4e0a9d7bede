package client_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/fhir/fhirtest"
	"github.com/telemed-go/sdk/vitals"
)

// getOnly is a server that takes a POST to _search for something else.
type getOnly struct {
	*fhirtest.Server
	status int

	mu      sync.Mutex // guards what follows
	refused int
	queries []string
}

func (g *getOnly) RoundTrip(r *http.Request) (*http.Response, error) {
	if g.note(r) {
		return &http.Response{StatusCode: g.status, Body: http.NoBody, Header: http.Header{}, Request: r}, nil
	}
	return g.Server.RoundTrip(r)
}

// note keeps what is asked, and reports whether it is refused.
func (g *getOnly) note(r *http.Request) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	post := strings.HasSuffix(r.URL.Path, "/_search")
	if post {
		g.refused++
	} else if r.URL.RawQuery != "" {
		g.queries = append(g.queries, r.URL.RawQuery)
	}
	return post
}

// A server that knows no search by POST is searched by GET, for UUIDs alone.
func TestServerWithoutSearchByPost(t *testing.T) {
	for _, status := range []int{400, 404, 405, 501} {
		synctest.Test(t, func(t *testing.T) {
			s := &getOnly{Server: &fhirtest.Server{Lacks: searchWay}, status: status}
			c, err := client.New(base, client.Transport(s))
			require.NoError(t, err)
			readings := beats(0, 120, 3)
			require.NoError(t, c.Put(t.Context(), readings))
			require.NoError(t, c.Put(t.Context(), readings))
			once(t, s.Server, readings)
			require.LessOrEqual(t, s.refused, 4, "it was asked by POST again") // once by each lane at most
			require.NotEmpty(t, s.queries)
			for _, q := range s.queries {
				require.Contains(t, q, "urn%3Auuid%3A")
			}
		})
	}
}

// Identifiers that could name a patient are never put into a URL for that.
func TestIdentifiersStayOutOfURLs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { identifiersStayOutOfURLs(t) })
}

func identifiersStayOutOfURLs(t *testing.T) {
	s := &getOnly{Server: &fhirtest.Server{Lacks: searchWay}, status: 404}
	mapper := fhir.Mapper{Identifier: func(vitals.Reading) (string, string) { return "urn:oid:1.2", "DOE^JANE-17" }}
	c, err := client.New(base, client.Transport(s), client.Mapper(mapper))
	require.NoError(t, err)
	for _, err := range c.Search(t.Context(), "Observation", url.Values{"patient": {"DOE"}}) {
		require.Error(t, err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Hour)
	defer stop()
	require.Error(t, c.Put(ctx, beats(0, 1, 1)))
	require.Empty(t, s.queries)
	require.Positive(t, s.refused)
}
