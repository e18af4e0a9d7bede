package serve

import (
	"bytes"
	"slices"
	"sync"
	"time"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// A store holds the window. It is guarded by its lock; the resources in it do
// not change and may be used after it.
type store struct {
	mu           sync.RWMutex
	beds         map[string]*bed // by the reference to the patient
	patients     map[vitals.PatientID]*bed
	measurements map[vitals.ReadingID]*resource
	documents    map[string]stored // by type/id
	facets       map[kindUnit]*facets
	waiting      []string // references of beds without a patient, oldest first
	last         moment
	buf          []byte
}

// stored is a document and whose it is.
type stored struct {
	*resource
	bed *bed
}

type kindUnit struct {
	kind vitals.Kind
	unit vitals.Unit
}

// next is the moment of the next change.
func (s *store) next(now time.Time) moment {
	s.last = max(s.last+1, moment(now.UnixMicro()))
	return s.last
}

func (s *store) bed(reference string) *bed {
	b, ok := s.beds[reference]
	if !ok {
		if s.beds == nil {
			s.beds = make(map[string]*bed)
		}
		b = &bed{reference: reference, series: make(map[string]*series)}
		s.beds[reference] = b
	}
	return b
}

// bedOf is the bed of a patient in whose measurements the reference stands.
func (s *store) bedOf(p vitals.PatientID, reference string, w Window) *bed {
	if b, ok := s.patients[p]; ok {
		return b
	}
	b := s.bed(reference)
	b.patient = p
	if s.patients == nil {
		s.patients = make(map[vitals.PatientID]*bed)
	}
	s.patients[p] = b
	for _, other := range s.beds { // their share is smaller now
		s.trim(other, w)
	}
	return b
}

// maxWaiting is the number of patients of whom only alarms are known.
const maxWaiting = 1000

// waitingBed is the bed of a patient of whom a document speaks. Nobody sees it
// before a measurement tells who the patient is, since nobody could ask for
// consent; what was kept longest in vain has to go.
func (s *store) waitingBed(reference string) *bed {
	if _, known := s.beds[reference]; !known {
		s.waiting = append(s.waiting, reference)
	}
	for len(s.waiting) > maxWaiting {
		if b := s.beds[s.waiting[0]]; b != nil && b.patient.IsZero() {
			s.leave(b)
		}
		s.waiting = s.waiting[1:]
	}
	return s.bed(reference)
}

// A change is a new version of a resource of a patient.
type change struct {
	*resource
	bed  *bed
	json []byte // valid until the lock is given back
}

// put takes the readings of one measurement. It returns nil if they are there
// already, and false if they cannot be written as an Observation about a patient.
func (s *store) put(panel []vitals.Reading, m *fhir.Mapper, w Window, now time.Time) (*change, bool) {
	if panel[0].Patient.IsZero() {
		return nil, false
	}
	whole := panel[0]
	if k := whole.Kind.Panel(); k != vitals.KindNone {
		whole.Kind = k
	}
	id := whole.ID()
	old := s.measurements[id]
	if old != nil && slices.Equal(old.readings, panel) {
		return nil, true
	}
	var err error
	if s.buf, err = m.AppendObservation(s.buf[:0], panel); err != nil {
		return nil, false
	}
	key := kindUnit{whole.Kind, panel[0].Quantity.Unit()}
	f, ok := s.facets[key]
	b := s.patients[whole.Patient]
	if !ok || b == nil {
		var subject string
		if f, subject, err = facetsOf(s.buf); err != nil {
			return nil, false
		}
		if !about(subject, whole.Patient, m) {
			return nil, false
		}
		if s.facets == nil {
			s.facets = make(map[kindUnit]*facets)
			s.measurements = make(map[vitals.ReadingID]*resource)
		}
		if s.facets[key] == nil {
			s.facets[key] = f
		}
		f, b = s.facets[key], s.bedOf(whole.Patient, subject, w)
	}
	r := &resource{id: id, moment: s.next(now), facets: f, readings: slices.Clone(panel)}
	s.buf = stamp(s.buf, 0, id, r.moment)
	s.measurements[id] = r
	b.of("Observation").insert(r)
	if s.trim(b, w); s.measurements[id] != r {
		return nil, true // older than the window
	}
	return &change{r, b, s.buf}, true
}

// about reports whether the subject of an Observation is the patient: it is the
// device for the charge of its battery.
func about(subject string, p vitals.PatientID, m *fhir.Mapper) bool {
	want, err := referenceTo(p, m)
	return err == nil && subject == want
}

// referenceTo is the reference by which the mapper refers to a patient.
func referenceTo(p vitals.PatientID, m *fhir.Mapper) (string, error) {
	if m.Patient != nil {
		return m.Patient(p), nil
	}
	stub, err := m.PatientResource(fhir.PatientStub{ID: p})
	if err != nil || stub.Id == nil {
		return "", &fhir.Error{Path: "Patient.id", Err: fhir.ErrMissing}
	}
	return "Patient/" + *stub.Id, nil
}

// update takes a document. It returns nil if this is what is there already.
func (s *store) update(d *draft, w Window, now time.Time) *change {
	name := d.facets.kind + "/" + d.id
	old, found := s.documents[name]
	if found && bytes.Equal(old.document.json, d.stamped(old.moment).document.json) && old.bed.reference == d.patient {
		return nil
	}
	if found {
		old.bed.of(d.facets.kind).remove(old.resource)
	}
	b := s.waitingBed(d.patient)
	r := d.stamped(s.next(now))
	if s.documents == nil {
		s.documents = make(map[string]stored)
	}
	s.documents[name] = stored{r, b}
	b.of(d.facets.kind).insert(r)
	if s.trim(b, w); s.documents[name].resource != r {
		return nil
	}
	return &change{r, b, r.document.json}
}

// forget removes a patient.
func (s *store) forget(p vitals.PatientID) (reference string) {
	b, ok := s.patients[p]
	if !ok {
		return ""
	}
	delete(s.patients, p)
	s.leave(b)
	return b.reference
}

func (s *store) leave(b *bed) {
	for _, list := range b.series {
		for _, r := range list.list {
			s.drop(r)
		}
	}
	b.left.Store(true)
	delete(s.beds, b.reference)
}

// find returns the resource with a type and an id, and whose it is.
func (s *store) find(kind, id string) (*resource, *bed) {
	if d, ok := s.documents[kind+"/"+id]; ok {
		return d.resource, d.bed
	}
	if kind != "Observation" {
		return nil, nil
	}
	key, ok := parseReadingID(id)
	if !ok {
		return nil, nil
	}
	r := s.measurements[key]
	if r == nil {
		return nil, nil
	}
	return r, s.patients[r.readings[0].Patient]
}

// parseReadingID reads the form that [vitals.ReadingID] writes.
func parseReadingID(s string) (id vitals.ReadingID, ok bool) {
	if len(s) != 36 {
		return id, false
	}
	at := 0
	for i := range id {
		if at == 8 || at == 13 || at == 18 || at == 23 {
			at++
		}
		high, low := hexDigit(s[at]), hexDigit(s[at+1])
		if high > 15 || low > 15 {
			return id, false
		}
		id[i] = high<<4 | low
		at += 2
	}
	return id, id.String() == s
}

func hexDigit(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}
