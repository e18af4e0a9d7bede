package serve

import (
	"cmp"
	"net/http"
	"slices"
)

// lastn answers Observation/$lastn (FHIR R4, Observation operations): of each
// code the newest, or the newest max, of one patient. Observations of one kind
// belong together though they may have several codes.
func (s *Server) lastn(v *visit) *fault {
	list, f := parameters(v.w, v.r)
	if f != nil {
		return f
	}
	q, f := v.reader([]string{"patient", "subject", "code", "category", "date", "max"}).read("Observation", list)
	if f != nil {
		return f
	}
	g := v.who.grants("Observation", maySearch)
	if g.none() {
		return v.refuse(faultScope)
	}
	if f := q.completed(&g); f != nil {
		return f
	}
	wanted := q.max
	q.count = 1 << 30 // the whole window, of which the newest are taken
	found := s.search(v, q, &g, nil)
	if f := v.searched(found, q); f != nil {
		return f
	}
	found.page = newest(found.page, wanted)
	found.total, found.more = len(found.page), false
	v.kind = "Observation/$lastn"
	body, f := s.searchset(v, q, found)
	if f == nil {
		write(v.w, http.StatusOK, body)
	}
	return f
}

// newest takes up to n of each kind from a list with the newest first, and puts
// them side by side.
func newest(list []*resource, n int) []*resource {
	count := make(map[string]int)
	list = slices.DeleteFunc(list, func(r *resource) bool {
		count[r.facets.group()]++
		return count[r.facets.group()] > n
	})
	slices.SortStableFunc(list, func(a, b *resource) int { return cmp.Compare(a.facets.group(), b.facets.group()) })
	return list[:min(len(list), maxCount)]
}

// group is what Observations with the same code have in common.
func (f *facets) group() string {
	if len(f.codes) == 0 {
		return ""
	}
	return f.codes[0].System + "|" + f.codes[0].Code
}
