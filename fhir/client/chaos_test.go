package client_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/fhir/fhirtest"
	"github.com/telemed-go/sdk/vitals"
)

// ways are servers that can do less and less.
var ways = []struct {
	name     string
	lacks    fhirtest.Feature
	readings int // of each writer
}{
	{"put in batches", putWay, 400},
	{"put in transactions", fhirtest.ConditionalCreate | fhirtest.Batch, 400},
	{"put one by one", fhirtest.ConditionalCreate | fhirtest.Batch | fhirtest.Transaction, 40},
	{"conditional create in batches", createWay, 400},
	{"conditional create in transactions", fhirtest.UpdateCreate | fhirtest.Batch, 400},
	{"conditional create one by one", fhirtest.UpdateCreate | fhirtest.Batch | fhirtest.Transaction, 40},
	{"search and create in batches", searchWay, 400},
	{"search and create one by one", searchWay | fhirtest.Batch, 40},
}

// TestChaos lets four writers deliver through a server that fails in every way,
// and kills each of them every few seconds: a request of the dead one goes on at
// the server while its successor begins. Nothing may be missing, nothing there
// twice.
func TestChaos(t *testing.T) {
	for _, w := range ways {
		if testing.Short() {
			w.readings /= 4
		}
		for lie, refusal := range map[string]int{"": -1, ", claiming more, 405": 405, ", claiming more, 404": 404, ", claiming more in silence": 0} {
			if testing.Short() && refusal > 0 {
				continue
			}
			t.Run(w.name+lie, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &fhirtest.Server{
						Lacks: w.lacks, Window: 50 * time.Millisecond, Lag: time.Second, MaxEntries: 60, Seed: 7,
						Rates: fhirtest.Rates{
							LostReply: 0.1, Silent: 0.01, Reset: 0.05, Unavailable: 0.1, Broken: 0.03, TooMany: 0.05, Truncated: 0.03, Page: 0.02,
							EntryTooMany: 0.05, RetryAfter: time.Second, DelayUpTo: 100 * time.Millisecond,
						},
					}
					if refusal >= 0 {
						s.Boasts, s.Refusal = w.lacks, refusal
					}
					var all []vitals.Reading
					var wg sync.WaitGroup
					for i := range 4 {
						part := beats(i*100_000, w.readings, 10)
						for k := range part {
							part[k].Patient = vitals.NewPatientID(string(rune('a'+i)) + part[k].Patient.Reveal())
						}
						all = append(all, part...)
						wg.Go(func() { mortal(t, s, part, uint64(i)) })
					}
					wg.Wait()
					once(t, s, all)
					require.Equal(t, len(all), len(s.Resources("Observation")))
				})
			})
		}
	}
}

// mortal delivers readings with clients that die. What it remembers is the cursor
// of a log.
func mortal(t *testing.T, s *fhirtest.Server, readings []vitals.Reading, seed uint64) {
	chance := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // repeatable
	at := 0
	for at < len(readings) {
		ctx, kill := context.WithTimeout(t.Context(), time.Duration(2500+chance.IntN(5000))*time.Millisecond)
		c := open(t, s, client.Timeout(5*time.Second))
		for at < len(readings) {
			n := min(1+chance.IntN(1+len(readings)/4), len(readings)-at) // cut anew each time
			if c.Put(ctx, readings[at:at+n]) != nil {
				break
			}
			at += n
		}
		kill()
		require.Empty(t, c.Quarantined())
	}
}
