package delivery

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/vitals"
)

// independent starts the FHIR server in the folder that TELEMED_FHIR_SERVER
// names, where it is installed, and returns its base.
func independent(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("TELEMED_FHIR_SERVER")
	if folder == "" {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal("TELEMED_FHIR_SERVER names no server")
		}
		t.Skip("TELEMED_FHIR_SERVER names no installed server")
	}
	cmd := exec.Command("node", filepath.Join(folder, "server.mjs"), "--port", "0")
	cmd.Dir, cmd.Stderr = folder, os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // ended by the signal
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	base, ok := strings.CutPrefix(strings.TrimSpace(line), "listening ")
	require.True(t, ok, line)
	return base
}

// panels are measurements of all sorts, of twenty patients.
func panels() (all [][]vitals.Reading) {
	for n := range 200 {
		all = append(all, measurement(0, n))
	}
	return all
}

// A transaction that is posted twice is stored once.
func TestIndependentTransaction(t *testing.T) {
	base := independent(t)
	body, err := fhir.Mapper{}.AppendTransaction(nil, joined(panels()[:20]))
	require.NoError(t, err)
	var locations []string
	for range 2 {
		answer, err := http.Post(base, "application/fhir+json", bytes.NewReader(body))
		require.NoError(t, err)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusOK, answer.StatusCode, "%s", text)
		locations = append(locations, located(t, text))
	}
	require.Equal(t, locations[0], locations[1])
	require.Len(t, observations(t, saying(t, base, `"updateCreate":true`)), 20)
}

// located lists where a transaction has put its entries, without versions.
func located(t *testing.T, answer []byte) string {
	t.Helper()
	var bundle struct {
		Entry []struct {
			Response struct{ Status, Location string }
		}
	}
	require.NoError(t, json.Unmarshal(answer, &bundle))
	var list []string
	for _, e := range bundle.Entry {
		require.True(t, strings.HasPrefix(e.Response.Status, "20"), e.Response.Status)
		location, _, _ := strings.Cut(e.Response.Location, "/_history")
		list = append(list, location)
	}
	return strings.Join(list, "\n")
}

// What the client delivers by PUT is read back as it was measured; and what it
// delivers again, as after a crash, is there already.
func TestIndependentDelivery(t *testing.T) {
	base := saying(t, independent(t), `"updateCreate":true`)
	want := joined(panels())
	for range 2 {
		c, err := client.New(base)
		require.NoError(t, err)
		require.NoError(t, c.Put(t.Context(), want))
		require.Equal(t, uint64(200), c.Stats().Delivered)
		require.Zero(t, c.Stats().Duplicates)
		require.Empty(t, c.Quarantined())
		require.NoError(t, c.Close())
	}
	got := observations(t, base)
	require.Len(t, got, 200)
	known := make(map[vitals.ReadingID]vitals.Reading)
	for _, resource := range got {
		readings, err := fhir.AppendReadings(nil, resource)
		require.NoError(t, err)
		for _, r := range readings {
			known[vitals.Reading{Patient: r.Patient, Kind: r.Kind, At: r.At}.ID()] = r
		}
	}
	require.Len(t, known, len(want))
	for _, r := range want {
		back := known[vitals.Reading{Patient: r.Patient, Kind: r.Kind, At: r.At}.ID()]
		require.Equal(t, r.Quantity, back.Quantity)
		require.True(t, r.At.Equal(back.At))
	}
}

// A server of which the client knows only what it finds out: it states next to
// nothing and searches by GET alone. What is delivered twice is stored once.
func TestIndependentDirect(t *testing.T) {
	base := independent(t)
	readings := joined(panels())
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	for range 2 {
		c, err := client.New(base, client.Settle(100*time.Millisecond))
		require.NoError(t, err)
		require.NoError(t, c.Put(ctx, readings))
		t.Logf("%+v", c.Stats())
		require.Equal(t, uint64(200), c.Stats().Delivered)
		require.Zero(t, c.Stats().Duplicates)
		require.Empty(t, c.Quarantined())
		require.NoError(t, c.Close())
	}
	require.Len(t, observations(t, saying(t, base, `"updateCreate":true`)), 200)
}

// saying stands before a server whose CapabilityStatement keeps to itself what it
// can do, and that searches by GET only, where R4 wants POST as well.
func saying(t *testing.T, base, capability string) string {
	t.Helper()
	target, err := url.Parse(base)
	require.NoError(t, err)
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: target.Scheme, Host: target.Host})
		if path, ok := strings.CutSuffix(r.Out.URL.Path, "/_search"); ok {
			query, _ := io.ReadAll(r.Out.Body)
			r.Out.Method, r.Out.URL.Path, r.Out.URL.RawQuery = http.MethodGet, path, string(query)
			r.Out.Body, r.Out.ContentLength = http.NoBody, 0
			r.Out.Header.Del("Content-Type")
		}
	}}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/metadata") {
			proxy.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/fhir+json")
		_, _ = io.WriteString(w, `{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"mode":"server","interaction":[{"code":"batch"}],`+
			`"resource":[{"type":"Observation",`+capability+`}]}]}`)
	}))
	t.Cleanup(web.Close)
	return web.URL + target.Path
}

func joined(panels [][]vitals.Reading) (all []vitals.Reading) {
	for _, p := range panels {
		all = append(all, p...)
	}
	return all
}

// observations are the Observations that a server has, at most the first thousand.
func observations(t *testing.T, base string) (list [][]byte) {
	t.Helper()
	c, err := client.New(base)
	require.NoError(t, err)
	defer c.Close()
	for resource, err := range c.Search(t.Context(), "Observation", map[string][]string{"_count": {"1000"}}) {
		require.NoError(t, err)
		list = append(list, resource)
	}
	return list
}
