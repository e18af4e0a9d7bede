package delivery

import (
	"bufio"
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/fhirtest"
)

// A plan is how much there is of everything for one verb.
type plan struct {
	observations int
	divide       int           // of the slower verbs less
	rate         int           // of each bridge, observations a second
	kill         time.Duration // between kills, of one bridge each
	kills        int           // at most: a bridge that is killed too often gets nowhere
	retryAfter   time.Duration // what the server asks for
}

const bridges = 4

// Four bridges deliver to a server that loses answers of what it did, refuses,
// refuses single entries, takes its time between search and create, and is away
// now and then; one after the other is killed and starts again on its log. Of all
// that was measured nothing is missing at the server, nothing is there twice, and of
// each patient it came in order.
func TestKill(t *testing.T) {
	seed := seed(t)
	for _, verb := range []struct {
		name  string
		lacks fhirtest.Feature
		// strict: the server refuses no single entries, so nothing may be late.
		strict bool
		part   int // of the observations, in the short form
	}{
		{"PUT", fhirtest.ConditionalCreate | fhirtest.Transaction, false, 1},
		{"conditional create", fhirtest.UpdateCreate | fhirtest.Transaction, false, 3},
		{"PUT in transactions", fhirtest.ConditionalCreate | fhirtest.Batch, true, 4},
	} {
		t.Run(verb.name, func(t *testing.T) {
			p := defaultPlan
			p.observations /= max(1, verb.part*p.divide)
			server := &fhirtest.Server{
				Lacks: verb.lacks, MaxEntries: 80, MaxBytes: 48 << 10, Window: 50 * time.Millisecond, Seed: seed,
				Rates: fhirtest.Rates{LostReply: 0.1, Unavailable: 0.1, EntryTooMany: 0.02, RetryAfter: p.retryAfter},
			}
			run := deliver(t, server, p, rand.New(rand.NewPCG(seed, 0))) //nolint:gosec // repeatable
			l := newLedger(server, p.observations/bridges)
			t.Logf("%d observations in %.1f s, %d bridges killed, %d answers lost; %v", p.observations, run.took.Seconds(), run.kills, run.lost, l)
			require.Zero(t, l.missing, "missing")
			require.Zero(t, l.doubled, "doubled")
			require.Len(t, server.Resources("Observation"), p.observations)
			require.Zero(t, l.disordered, "out of order")
			require.NotZero(t, run.kills)
			require.NotZero(t, run.lost)
			require.NotZero(t, l.unavailable)
			if verb.strict {
				require.Zero(t, l.late)
			} else {
				require.NotZero(t, l.refused)
				require.NotZero(t, l.tooLarge)
			}
		})
	}
}

// seed is where all chance of a test comes from.
func seed(t *testing.T) uint64 {
	t.Helper()
	s := uint64(time.Now().UnixNano())
	if text := os.Getenv("TELEMED_SEED"); text != "" {
		var err error
		s, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, "TELEMED_SEED")
	}
	t.Logf("TELEMED_SEED=%d", s)
	return s
}

// A delivery is how it went.
type delivery struct {
	took  time.Duration
	kills int
	lost  uint64 // answers
}

// deliver runs bridges until all that was measured is delivered.
func deliver(t *testing.T, server *fhirtest.Server, p plan, chance *rand.Rand) (d delivery) {
	t.Helper()
	line := &line{Handler: server}
	web := httptest.NewServer(line)
	defer web.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	begin := time.Now()
	var running sync.WaitGroup
	var list []*supervisor
	for n := range bridges {
		s := &supervisor{setup: bridge{
			Server: web.URL, Log: filepath.Join(t.TempDir(), "log.db"), Number: n, Measure: p.observations / bridges, Rate: p.rate, Seed: chance.Uint64(),
		}}
		list = append(list, s)
		running.Go(func() {
			if err := s.run(ctx); err != nil {
				t.Errorf("bridge %d: %v\n%s", n, err, s.said.String())
			}
		})
	}
	over := make(chan struct{})
	go func() { running.Wait(); close(over) }()
	ticker := time.NewTicker(p.kill)
	defer ticker.Stop()
	for at := 0; ; {
		select {
		case <-over:
			for _, s := range list {
				d.kills += s.kills
			}
			d.took, d.lost = time.Since(begin), line.lost.Load()
			return d
		case <-ticker.C:
			if at < p.kills {
				list[at%bridges].kill()
				at++
			}
		}
	}
}

// A line counts the answers that are lost on it.
type line struct {
	http.Handler
	lost atomic.Uint64
}

func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.Handler.ServeHTTP(&cut{w, l}, r)
}

// cut is where a server breaks a connection: only for that does it hijack it.
type cut struct {
	http.ResponseWriter
	line *line
}

func (c *cut) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c.line.lost.Add(1)
	return http.NewResponseController(c.ResponseWriter).Hijack()
}
