package serve_test

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/serve"
)

// TestIndependentValidator holds an answer of each kind against the validator in
// the folder that TELEMED_FHIR_VALIDATE names, where it is installed.
func TestIndependentValidator(t *testing.T) {
	folder := os.Getenv("TELEMED_FHIR_VALIDATE")
	if folder == "" {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal("TELEMED_FHIR_VALIDATE names no validator")
		}
		t.Skip("TELEMED_FHIR_VALIDATE names no installed validator")
	}
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(folder, "validate.mjs"))
	cmd.Dir = folder
	cmd.Stdin = bytes.NewReader(everyAnswer(t))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out[:min(len(out), 4000)])
}

// everyAnswer is one answer of each kind a line.
func everyAnswer(t *testing.T) []byte {
	var (
		mu    sync.Mutex // notifications come from goroutines of the server
		lines bytes.Buffer
	)
	synctest.Test(t, func(t *testing.T) {
		w, e, stop := hooked(t)
		defer stop()
		e.raw = func(body []byte) {
			mu.Lock()
			defer mu.Unlock()
			lines.Write(append(bytes.Clone(body), '\n'))
		}
		add := func(a answer) { e.raw(a.body) }
		w.fill()
		require.NoError(t, w.Update(t.Context(), flag(t, "a-1", "p1", "low")))
		add(w.get("", "metadata"))
		add(w.get("all", "Observation?patient=p1&_count=20"))
		add(w.get("all", "Observation?patient=p1&unknown=1&_count=1"))
		add(w.get("all", "Observation?patient=nobody"))
		add(w.get("all", "Observation/$lastn?patient=p1"))
		add(w.get("all", "Flag/a-1"))
		add(w.get("all", "Flag?patient=p1"))
		add(w.get("all", "Observation?patient=p1&date=x"))
		add(w.get("", "Observation?patient=p1"))
		add(w.do("all", http.MethodDelete, "Observation/x", ""))
		made := w.subscribe("all", subscriptionOf(t, serve.TopicObservations, "patient=p1", "full-resource"))
		add(made)
		e.take()
		w.put(heartRate("p1", 60, t0.Add(2*time.Hour)))
		e.take()
		id := headerOf(t, made.body).ID
		add(w.get("all", "Subscription/"+id))
		add(w.get("all", "Subscription/"+id+"/$status"))
		add(w.get("all", "Subscription/"+id+"/$events"))
	})
	return lines.Bytes()
}
