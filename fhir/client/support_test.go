package client_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/fhir/fhirtest"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

var _ telemed.Sink = (*client.Client)(nil)

const base = "https://ehr.example/fhir"

// open makes a client that talks to a server in memory.
func open(t testing.TB, s *fhirtest.Server, opts ...client.Option) *client.Client {
	t.Helper()
	c, err := client.New(base, append([]client.Option{client.Transport(s)}, opts...)...)
	require.NoError(t, err)
	return c
}

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// beats are heart rates of some patients in turn, from a number on.
func beats(from, n, patients int) []vitals.Reading {
	list := make([]vitals.Reading, n)
	for i := range list {
		k := from + i
		list[i] = vitals.Reading{
			Patient: vitals.NewPatientID(fmt.Sprintf("p%d", k%patients)), Device: "strap", Kind: vitals.HeartRate,
			Quantity: vitals.PerMinute(int64(60 + k%100)), At: start.Add(time.Duration(k) * time.Second), Stamped: true,
		}
	}
	return list
}

// copies is how often the server has a reading, by its identifier.
func copies(s *fhirtest.Server, r vitals.Reading) int {
	return s.Copies("urn:ietf:rfc:3986", "urn:uuid:"+r.ID().String())
}

// once checks that the server has each of the readings once.
func once(t testing.TB, s *fhirtest.Server, readings []vitals.Reading) {
	t.Helper()
	missing, doubled := 0, 0
	for _, r := range readings {
		switch n := copies(s, r); {
		case n == 0:
			missing++
		case n > 1:
			doubled++
		}
	}
	require.Zero(t, missing, "missing")
	require.Zero(t, doubled, "doubled")
}

// tokens counts how often a new one was asked for.
type tokens struct {
	mu       sync.Mutex
	rejected int
}

func (k *tokens) Token(context.Context) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return fmt.Sprintf("token-%d", k.rejected), nil
}

func (k *tokens) Rejected(string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rejected++
}

func (k *tokens) requests() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.rejected
}

const (
	putWay    = fhirtest.ConditionalCreate | fhirtest.Transaction
	createWay = fhirtest.UpdateCreate | fhirtest.Transaction
	searchWay = fhirtest.UpdateCreate | fhirtest.ConditionalCreate | fhirtest.Transaction
)
