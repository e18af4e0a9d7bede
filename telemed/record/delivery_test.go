package record_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/fhir/fhirtest"
	"github.com/telemed-go/sdk/telemed/record"
	"github.com/telemed-go/sdk/vitals"
)

// Each number of a client is a metric of its name.
func TestDeliveryMetrics(t *testing.T) {
	server := &fhirtest.Server{Check: func(resource []byte) int {
		if strings.Contains(string(resource), `"value":300`) {
			return 422
		}
		return 0
	}}
	c, err := client.New("https://ehr.example/fhir", client.Transport(server), client.Name("ehr"))
	require.NoError(t, err)
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var beats []vitals.Reading
	for i, rate := range []int64{60, 300, 61} {
		beats = append(beats, vitals.Reading{
			Patient: vitals.NewPatientID("p1"), Device: "strap", Kind: vitals.HeartRate, Quantity: vitals.PerMinute(rate),
			At: at.Add(time.Duration(i) * time.Second), Stamped: true,
		})
	}
	delivery := record.Delivery{Client: c}
	require.NoError(t, delivery.Put(t.Context(), beats))
	require.NoError(t, delivery.Update(t.Context(), []byte(`{"resourceType":"Flag","id":"a1","status":"active"}`)))

	got := map[string]float64{}
	for m := range delivery.Metrics {
		require.Equal(t, "ehr", m.Part)
		require.Equal(t, m.Counter, strings.HasSuffix(m.Name, "_total"), m.Name)
		got[m.Name] = m.Value
	}
	require.Len(t, got, 10)
	require.InDelta(t, 2, got["telemed_fhir_delivered_total"], 0)
	require.InDelta(t, 1, got["telemed_fhir_quarantined_total"], 0)
	require.InDelta(t, 1, got["telemed_fhir_updates_total"], 0)
	require.InDelta(t, float64(c.Stats().Requests), got["telemed_fhir_requests_total"], 0)
	require.Zero(t, got["telemed_fhir_waiting_observations"])
	for range delivery.Metrics {
		break // whoever has enough gets no more
	}
}
