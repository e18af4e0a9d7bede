package serve

import "time"

// A Window says how much a [Server] keeps. What is beyond it goes, the oldest
// measurement of a patient first. An Observation of one value takes about 250 B,
// each further value of a panel 112 B.
type Window struct {
	// PerPatient is the number of Observations of one patient; 0 is 20,000.
	PerPatient int
	// Total is the number of Observations of all patients; 0 is 1,000,000. With
	// many patients each has an equal share of it.
	Total int
	// Age is the age, from the newest measurement of the patient; 0 is 24 hours.
	Age time.Duration
}

func (w Window) withDefaults() Window {
	if w.PerPatient <= 0 {
		w.PerPatient = 20_000
	}
	if w.Total <= 0 {
		w.Total = 1_000_000
	}
	if w.Age <= 0 {
		w.Age = 24 * time.Hour
	}
	return w
}

// maxDocuments is the number of resources of each other type, of one patient.
const maxDocuments = 256

// trim brings the bed back into the window.
func (s *store) trim(b *bed, w Window) {
	for kind, list := range b.series {
		limit := maxDocuments
		if kind == "Observation" {
			limit = min(w.PerPatient, max(w.Total/max(len(s.beds), 1), 1))
			if n := len(list.list); n > 0 {
				oldest := list.list[n-1].at().lo - int64(w.Age)
				for len(list.list) > 0 && list.list[0].at().lo < oldest {
					s.drop(list.first())
				}
			}
		}
		for len(list.list) > limit {
			s.drop(list.first())
		}
	}
}

// drop forgets a resource that stands in no series any more.
func (s *store) drop(r *resource) {
	if r.document != nil {
		delete(s.documents, r.reference())
	} else {
		delete(s.measurements, r.id)
	}
}
