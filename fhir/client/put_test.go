package client_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
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

// refuse lets a server refuse some readings.
func refuse(status int, readings ...vitals.Reading) func([]byte) int {
	return func(b []byte) int {
		for _, r := range readings {
			if strings.Contains(string(b), r.ID().String()) {
				return status
			}
		}
		return 0
	}
}

// TestPoison isolates one bad entry of n at every place, within 2*log2(n)+2
// requests, and delivers the rest in order.
func TestPoison(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 5, 17, 64, 65, 100} {
		for at := range n {
			s := &fhirtest.Server{Lacks: fhirtest.Batch}
			readings := beats(0, n, 1)
			s.Check = refuse(422, readings[at])
			c := open(t, s, client.Connections(1))
			require.NoError(t, c.Put(t.Context(), readings))
			q := c.Quarantined()
			require.Len(t, q, 1, "n %d, at %d", n, at)
			require.Equal(t, readings[at].ID(), q[0].Reading)
			e, ok := errors.AsType[*client.Error](q[0].Err)
			require.True(t, ok)
			require.Equal(t, 422, e.Status)
			require.Equal(t, "business-rule", e.Issues[0].Code)
			once(t, s, slices.Concat(readings[:at], readings[at+1:]))
			require.LessOrEqual(t, float64(len(s.Requests(fhirtest.Write))), 2*math.Log2(float64(n))+2, "n %d, at %d", n, at)
			inOrder(t, s, readings)
		}
	}
}

// inOrder checks that the server has got the readings of each patient in order.
func inOrder(t testing.TB, s *fhirtest.Server, readings []vitals.Reading) {
	t.Helper()
	place := make(map[string]int)
	for i, r := range readings {
		place["urn:ietf:rfc:3986|urn:uuid:"+r.ID().String()] = i
	}
	last := make(map[string]int)
	for _, r := range s.Resources("Observation") {
		at := place[r.Identifiers[0]]
		require.GreaterOrEqual(t, at, last[r.Patient], "out of order")
		last[r.Patient] = at
	}
}

func TestManyPoisons(t *testing.T) {
	for _, lacks := range []fhirtest.Feature{0, fhirtest.Batch, fhirtest.Batch | fhirtest.Transaction, fhirtest.UpdateCreate | fhirtest.Batch} {
		synctest.Test(t, func(t *testing.T) {
			s := &fhirtest.Server{Lacks: lacks}
			readings := beats(0, 300, 7)
			bad := []vitals.Reading{readings[0], readings[1], readings[150], readings[299]}
			s.Check = refuse(400, bad...)
			c := open(t, s)
			require.NoError(t, c.Put(t.Context(), readings))
			require.Len(t, c.Quarantined(), len(bad))
			require.Equal(t, len(readings)-len(bad), len(s.Resources("Observation")))
			require.Equal(t, uint64(len(bad)), c.Stats().Quarantined)
			require.Zero(t, c.Stats().Waiting)
			inOrder(t, s, readings)
		})
	}
}

// TestLies finds out what a server cannot do, whatever it says, and loses nothing
// to the quarantine on the way.
func TestLies(t *testing.T) {
	for lacks := range fhirtest.Feature(16) {
		for _, refusal := range []int{0, 404, 405, 501} {
			t.Run(fmt.Sprintf("lacks %04b, answers %d", lacks, refusal), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &fhirtest.Server{Lacks: lacks, Boasts: lacks, Refusal: refusal}
					c := open(t, s)
					readings := beats(0, 60, 5)
					require.NoError(t, c.Put(t.Context(), readings))
					require.NoError(t, c.Put(t.Context(), beats(60, 60, 5)))
					once(t, s, beats(0, 120, 5))
					require.Empty(t, c.Quarantined())
					require.LessOrEqual(t, len(s.Requests(fhirtest.Write)), 180)
					_, err := c.Probe()
					require.NoError(t, err)
				})
			})
		}
	}
}

// TestNothingWithoutCapabilities waits for a CapabilityStatement, however long.
func TestNothingWithoutCapabilities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(fhirtest.Server)
		for range 3 {
			s.Script(fhirtest.Fault{On: fhirtest.Metadata, Status: 404}, fhirtest.Fault{On: fhirtest.Metadata, Reply: fhirtest.HTML})
		}
		c := open(t, s)
		done := make(chan error, 1)
		go func() { done <- c.Put(t.Context(), beats(0, 10, 5)) }()
		time.Sleep(time.Millisecond)
		since, err := c.Probe()
		require.ErrorContains(t, err, "metadata")
		require.WithinDuration(t, time.Now(), since, time.Second)
		require.NoError(t, <-done)
		once(t, s, beats(0, 10, 5))
		_, err = c.Probe()
		require.NoError(t, err)
	})
}

// TestStubborn puts an Observation aside at which alone the server fails, but only
// when others went well.
func TestStubborn(t *testing.T) {
	for _, lacks := range []fhirtest.Feature{putWay, fhirtest.Batch, fhirtest.Batch | fhirtest.Transaction} {
		synctest.Test(t, func(t *testing.T) {
			s := &fhirtest.Server{Lacks: lacks}
			readings := beats(0, 40, 4)
			s.Check = refuse(500, readings[0])
			c := open(t, s, client.Connections(1))
			require.NoError(t, c.Put(t.Context(), readings))
			require.Len(t, c.Quarantined(), 1)
			once(t, s, readings[1:])
		})
	}
	synctest.Test(t, func(t *testing.T) { // the server is down: that is nobody's fault
		s := &fhirtest.Server{Check: func([]byte) int { return 500 }}
		c := open(t, s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		require.ErrorIs(t, c.Put(ctx, beats(0, 40, 4)), context.DeadlineExceeded)
		require.Empty(t, c.Quarantined())
	})
}

// TestSizes halves Bundles that are too large and lets them grow again.
func TestSizes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fhirtest.Server{MaxEntries: 13, Lag: 0}
		c := open(t, s, client.Connections(1))
		for i := range 10 {
			require.NoError(t, c.Put(t.Context(), beats(i*100, 100, 5)))
		}
		once(t, s, beats(0, 1000, 5))
		refused := 0
		for _, r := range s.Requests(fhirtest.Bundle) {
			if r.Status == 413 {
				refused++
			}
		}
		require.InDelta(t, 6, refused, 4)

		s = &fhirtest.Server{MaxBytes: 20_000}
		c = open(t, s, client.BundleBytes(10_000))
		require.NoError(t, c.Put(t.Context(), beats(0, 200, 5)))
		for _, r := range s.Requests(fhirtest.Bundle) {
			require.Equal(t, 200, r.Status)
			require.Less(t, r.Bytes, 10_500)
		}
		s = &fhirtest.Server{MaxBytes: 100} // nothing fits
		c = open(t, s)
		require.NoError(t, c.Put(t.Context(), beats(0, 20, 5)))
		require.Len(t, c.Quarantined(), 20)
	})
}

// TestQuarantineFails keeps an entry until somebody takes it.
func TestQuarantineFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fhirtest.Server{Check: func([]byte) int { return 422 }}
		calls := 0
		c := open(t, s, client.Connections(1), client.Quarantine(func(context.Context, client.Quarantined) error {
			if calls++; calls < 4 {
				return errors.New("disk full")
			}
			return nil
		}))
		require.NoError(t, c.Put(t.Context(), beats(0, 2, 1)))
		require.Equal(t, 5, calls)
	})
}

// TestMeasurements puts panels, repeats, better values, and what FHIR has no code for.
func TestMeasurements(t *testing.T) {
	at := func(r vitals.Reading) vitals.Reading {
		r.Patient, r.Device, r.At = vitals.NewPatientID("p"), "cuff", start
		return r
	}
	systolic := at(vitals.Reading{Kind: vitals.Systolic, Quantity: vitals.MmHg(120)})
	diastolic := at(vitals.Reading{Kind: vitals.Diastolic, Quantity: vitals.MmHg(80)})
	early, final := at(vitals.Reading{Kind: vitals.HeartRate, Quantity: vitals.PerMinute(1)}), at(vitals.Reading{Kind: vitals.HeartRate, Quantity: vitals.PerMinute(71)})
	uncoded := at(vitals.Reading{Kind: vitals.Consciousness})
	homeless := final
	homeless.Patient = vitals.PatientID{}
	s := new(fhirtest.Server)
	c := open(t, s)
	require.NoError(t, c.Put(t.Context(), []vitals.Reading{systolic, early, uncoded, homeless, diastolic, final}))
	resources := s.Resources("Observation")
	require.Len(t, resources, 2)
	require.Contains(t, string(resources[0].JSON), `"value":120`)
	require.Contains(t, string(resources[0].JSON), `"value":80`)
	require.Contains(t, string(resources[1].JSON), `"value":71`)
	require.Equal(t, uint64(1), c.Stats().LeftOut)
	require.Len(t, c.Quarantined(), 1)
	require.ErrorIs(t, c.Quarantined()[0].Err, fhir.ErrMissing)
}

// TestIdentifiers delivers Observations that are known by an identifier of the
// PHD guide or of the caller, and such without one, on every server.
func TestIdentifiers(t *testing.T) {
	mappers := map[string]fhir.Mapper{
		"PHD":        {Profile: fhir.PHD, Gateway: "Device/g"},
		"identifier": {Identifier: func(r vitals.Reading) (string, string) { return "urn:x", `a,b|c$d\e "` + r.ID().String() }},
	}
	for name, m := range mappers {
		for _, w := range ways {
			t.Run(name+", "+w.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &fhirtest.Server{Lacks: w.lacks}
					readings := beats(0, 60, 5)
					for i := range readings {
						readings[i].Stamped = i%2 == 0
					}
					for range 2 { // also by another process
						c := open(t, s, client.Mapper(m))
						require.NoError(t, c.Put(t.Context(), readings))
						require.NoError(t, c.Put(t.Context(), readings))
						require.Empty(t, c.Quarantined())
					}
					require.Equal(t, len(readings), len(s.Resources("Observation")))
				})
			})
		}
	}
}

// TestGivenUp ends in the middle, and the rest comes from another Put.
func TestGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fhirtest.Server{Lacks: createWay, Window: 50 * time.Millisecond, Rates: fhirtest.Rates{DelayUpTo: 100 * time.Millisecond}}
		c := open(t, s)
		require.NoError(t, c.Put(t.Context(), beats(0, 10, 5)))
		time.Sleep(time.Minute)
		for i := range 20 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*10*time.Millisecond)
			_ = c.Put(ctx, beats(0, 500, 5))
			cancel()
		}
		require.NoError(t, c.Put(t.Context(), beats(0, 500, 5)))
		once(t, s, beats(0, 500, 5))
	})
}

// TestConcurrentPuts has several callers with the same readings.
func TestConcurrentPuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fhirtest.Server{Lacks: createWay, Window: 50 * time.Millisecond, Lag: time.Second}
		c := open(t, s)
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() { require.NoError(t, c.Put(t.Context(), beats(0, 300, 9))) })
		}
		wg.Wait()
		once(t, s, beats(0, 300, 9))
	})
}

// TestDuplicates reports what somebody else has doubled, once for each.
func TestDuplicates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fhirtest.Server{Lacks: createWay}
		readings := beats(0, 3, 1)
		other := open(t, s)
		require.NoError(t, other.Put(t.Context(), readings))
		doubled := s.Resources("Observation")[1]
		s.Lacks |= fhirtest.ConditionalCreate
		stranger := open(t, s, client.Name("stranger"))
		s.Script(fhirtest.Fault{On: fhirtest.Search, Matches: -1}, fhirtest.Fault{On: fhirtest.Search, Matches: -1})
		require.NoError(t, stranger.Put(t.Context(), readings[1:2]))
		s.Lacks = createWay
		var got []client.Duplicate
		c := open(t, s, client.Duplicates(func(_ context.Context, d client.Duplicate) { got = append(got, d) }))
		s.Script(fhirtest.Fault{On: fhirtest.Search, Twice: true}) // the same ids twice are no duplicates
		require.NoError(t, c.Put(t.Context(), readings))
		require.Len(t, got, 1)
		require.Equal(t, readings[1].ID(), got[0].Reading)
		require.Contains(t, got[0].IDs, doubled.ID)
		require.Len(t, got[0].IDs, 2)
		require.Equal(t, uint64(1), c.Stats().Duplicates)
		require.Equal(t, 4, len(s.Resources("Observation")))
	})
}
