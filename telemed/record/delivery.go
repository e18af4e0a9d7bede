package record

import (
	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/telemed"
)

// Delivery is a client of a FHIR server as a part of a gateway: a [telemed.Sink] and
// a [telemed.Prober], as every client is, that tells its numbers as well. It is a
// value, and safe for concurrent use.
type Delivery struct{ *client.Client }

var (
	_ telemed.Sink     = Delivery{}
	_ telemed.Prober   = Delivery{}
	_ telemed.Measured = Delivery{}
)

// Metrics implements [telemed.Measured]. The part is the name of the client.
func (d Delivery) Metrics(yield func(telemed.Metric) bool) {
	s := d.Stats()
	parked := 0.0
	if s.Parked {
		parked = 1
	}
	for _, m := range []telemed.Metric{
		{Name: "telemed_fhir_waiting_observations", Help: "Observations of the batch that is being delivered.", Value: float64(s.Waiting)},
		{Name: "telemed_fhir_delivered_total", Help: "Observations that the server has, repeats included.", Counter: true, Value: float64(s.Delivered)},
		{Name: "telemed_fhir_quarantined_total", Help: "Observations that the server will never take.", Counter: true, Value: float64(s.Quarantined)},
		{Name: "telemed_fhir_left_out_total", Help: "Measurements whose kind FHIR has no code for.", Counter: true, Value: float64(s.LeftOut)},
		{Name: "telemed_fhir_duplicates_total", Help: "Observations of which the server has several copies.", Counter: true, Value: float64(s.Duplicates)},
		{Name: "telemed_fhir_updates_total", Help: "Resources delivered ahead of the Observations.", Counter: true, Value: float64(s.Updates)},
		{Name: "telemed_fhir_requests_total", Help: "HTTP requests.", Counter: true, Value: float64(s.Requests)},
		{Name: "telemed_fhir_retries_total", Help: "Entries sent again.", Counter: true, Value: float64(s.Retries)},
		{Name: "telemed_fhir_unsure_total", Help: "Entries of which no answer told the outcome.", Counter: true, Value: float64(s.Unsure)},
		{Name: "telemed_fhir_parked", Help: "1 while the server refuses the token and its renewal, otherwise 0.", Value: parked},
	} {
		m.Part = d.Name()
		if !yield(m) {
			return
		}
	}
}
