package record

import (
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// AppendScore appends the Observation of a score as a line of JSON. Its value is
// the score, a lower bound if inputs were missing; its components are the
// points of each input, or why there are none. derivedFrom are references to the
// Observations of the inputs. A score of the same patient, chart and time is the same
// Observation. On an error it returns dst as it was.
func (a Alarms) AppendScore(dst []byte, patient vitals.PatientID, at time.Time, r score.Result, derivedFrom ...string) ([]byte, error) {
	s := fhir.Score{
		Patient: patient, At: at, Name: r.Chart.String(), LOINC: r.Chart.LOINC(), SNOMED: r.Chart.SNOMED(),
		Value: r.Value, AtLeast: !r.Complete(), Undefined: !r.Defined(), Level: r.Level(), Note: r.String(), DerivedFrom: derivedFrom,
	}
	for p := range r.Chart.Inputs().All() {
		if !r.Chart.Scores(p) && !r.Missing.Has(p) {
			continue
		}
		s.Parts = append(s.Parts, fhir.ScorePart{
			Name: p.String(), SNOMED: r.Chart.PartSNOMED(p), Points: int(r.Points[p]), Missing: r.Missing.Has(p), TooOld: r.Stale.Has(p),
		})
	}
	return appendResource(dst, a.Mapper.Score, s)
}
