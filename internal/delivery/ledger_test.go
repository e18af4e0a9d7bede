package delivery

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/telemed-go/sdk/fhir/fhirtest"
)

// A ledger is what was measured held against what the server has, and what it
// did to get it.
type ledger struct {
	missing, doubled int
	// disordered are Observations created after a later one of the patient without
	// an excuse. late are those with one: the server refused them in a batch, and
	// took the later one from the same batch.
	disordered, late int

	requests, unavailable, tooLarge int
	refused                         int // entries, 429
}

func newLedger(s *fhirtest.Server, each int) (l ledger) {
	number := make(map[string]int) // of a measurement, by identifier
	for bridge := range bridges {
		for n := range each {
			name := identifier(measurement(bridge, n))
			number[name] = n
			switch copies := s.Copies("urn:ietf:rfc:3986", name); {
			case copies == 0:
				l.missing++
			case copies > 1:
				l.doubled++
			}
		}
	}
	excuses := l.count(s.Requests(fhirtest.Write | fhirtest.Search | fhirtest.Metadata))
	created := make(map[string][]string) // identifiers by patient
	for _, r := range s.Resources("Observation") {
		name := nameOf(r.Identifiers)
		earlier := created[r.Patient]
		late, bad := false, false
		for _, other := range earlier {
			if number[other] > number[name] {
				late = true
				bad = bad || !excuses[name][other]
			}
		}
		switch {
		case bad:
			l.disordered++
		case late:
			l.late++
		}
		// Of those before, only the last 500 can be later: more do not wait at once.
		created[r.Patient] = append(earlier[max(0, len(earlier)-500):], name)
	}
	return l
}

// nameOf is the identifier of a measurement, in any of the forms of a ledger.
func nameOf(identifiers []string) string {
	for _, i := range identifiers {
		if _, name, ok := strings.Cut(i, "|"); ok && strings.HasPrefix(name, "urn:uuid:") {
			return name
		}
	}
	return ""
}

// count counts what went wrong, and returns for each Observation that was refused
// in a batch those that went in it.
func (l *ledger) count(requests []fhirtest.Request) map[string]map[string]bool {
	excuses := make(map[string]map[string]bool)
	for _, q := range requests {
		l.requests++
		switch q.Status {
		case http.StatusServiceUnavailable:
			l.unavailable++
		case http.StatusRequestEntityTooLarge:
			l.tooLarge++
		}
		var taken []string
		for _, e := range q.Entries {
			if e.Status >= 200 && e.Status < 300 {
				taken = append(taken, nameOf([]string{e.Identifier}))
			}
		}
		for _, e := range slices.DeleteFunc(q.Entries, func(e fhirtest.Entry) bool { return e.Status != http.StatusTooManyRequests }) {
			l.refused++
			name := nameOf([]string{e.Identifier})
			if excuses[name] == nil {
				excuses[name] = make(map[string]bool)
			}
			for _, other := range taken {
				excuses[name][other] = true
			}
		}
	}
	return excuses
}

func (l ledger) String() string {
	return fmt.Sprintf("%d requests, %d answered 503, %d 413, %d entries 429; missing %d, doubled %d, late within a batch %d, out of order %d",
		l.requests, l.unavailable, l.tooLarge, l.refused, l.missing, l.doubled, l.late, l.disordered)
}
