package serve

import (
	"net/http"
	"strings"

	"github.com/telemed-go/sdk/fhir"
)

// readOne answers a read, or a vread of the current version.
func (s *Server) readOne(v *visit, kind, id, version string) *fault {
	g := v.who.grants(kind, mayRead)
	if g.none() {
		return v.refuse(faultScope)
	}
	s.store.mu.RLock()
	r, b := s.store.find(kind, id)
	s.store.mu.RUnlock()
	if r == nil || b == nil || !g.allow(b.reference, r.facets) || !v.consents(b) || version != "" && version != r.moment.version() {
		return v.hide(b)
	}
	interaction := fhir.InteractionRead
	if version != "" {
		interaction = fhir.InteractionVRead
	}
	if f := v.used(b, interaction, r.reference()+"/_history/"+r.moment.version()); f != nil {
		return f
	}
	v.w.Header().Set("ETag", r.moment.etag())
	v.w.Header().Set("Last-Modified", r.moment.time().Format(http.TimeFormat))
	if s.base() != "" {
		v.w.Header().Set("Content-Location", s.base()+r.reference()+"/_history/"+r.moment.version())
	}
	if unchanged(v.r, r.moment) {
		v.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	write(v.w, http.StatusOK, r.appendJSON(nil, &s.Mapper))
	return nil
}

// unchanged decides a conditional read (RFC 9110, 13.1.2). If-Modified-Since
// is not heard: two versions may share a second.
func unchanged(r *http.Request, m moment) bool {
	for tag := range strings.SplitSeq(strings.Join(r.Header.Values("If-None-Match"), ","), ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == `"`+m.version()+`"` {
			return true
		}
	}
	return false
}

// readPatient answers the read of a Patient, if the caller knows how.
func (s *Server) readPatient(v *visit, id string) *fault {
	g := v.who.grants("Patient", mayRead)
	if g.none() {
		return v.refuse(faultScope)
	}
	s.store.mu.RLock()
	b := s.store.beds[patientReference(id)]
	s.store.mu.RUnlock()
	if b == nil || !g.allow(b.reference, &facets{kind: "Patient"}) || !v.consents(b) {
		return v.hide(b)
	}
	if f := v.used(b, fhir.InteractionRead, b.reference); f != nil {
		return f
	}
	body, err := s.Patient(v.r.Context(), b.patient)
	if err != nil {
		return faultNotFound
	}
	write(v.w, http.StatusOK, body)
	return nil
}
