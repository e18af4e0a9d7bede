package serve

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// searchType answers a search of one type.
func (s *Server) searchType(v *visit, kind string) *fault {
	list, f := parameters(v.w, v.r)
	if f != nil {
		return f
	}
	rd := v.reader(searchNames(kind))
	q, f := rd.read(kind, list)
	if f != nil {
		return f
	}
	var after *place
	if q.page != "" {
		if q, after, f = s.nextPage(v, rd, q.page); f != nil {
			return f
		}
	}
	g := v.who.grants(kind, maySearch)
	if g.none() {
		return v.refuse(faultScope)
	}
	if f := q.completed(&g); f != nil {
		return f
	}
	found := s.search(v, q, &g, after)
	if f := v.searched(found, q); f != nil {
		return f
	}
	body, f := s.searchset(v, q, found)
	if f == nil {
		write(v.w, http.StatusOK, body)
	}
	return f
}

// nextPage opens a link and reads the search in it.
func (s *Server) nextPage(v *visit, rd reader, token string) (*search, *place, *fault) {
	c, f := s.pager.open(token, v.kind, &v.who, time.Now())
	if f != nil {
		return nil, nil, f
	}
	list, f := parseQuery(nil, c.Query)
	if f != nil {
		return nil, nil, f
	}
	q, f := rd.read(v.kind, list)
	if f != nil {
		return nil, nil, f
	}
	after := c.place()
	return q, &after, nil
}

// completed names the patient of the token if the search names none. All
// patients at once is what streams are for.
func (q *search) completed(g *grants) *fault {
	if q.patient == "" && q.ids == nil {
		if !g.oneOnly() {
			return badParameter("patient", "too-costly", "a patient, or _id, is required")
		}
		q.patient = g.launch
	}
	return nil
}

// results are what a search found.
type results struct {
	page     []*resource // newest first
	total    int
	more     bool
	endless  bool   // more than anybody counts
	upTo     moment // of the store
	patients []*bed // who were asked for and may be shown
	refused  []*bed // who may not
}

// search finds what the principal may see. Consent is asked before the store is
// locked.
func (s *Server) search(v *visit, q *search, g *grants, after *place) (found results) {
	sv := sieve{q: q, g: g, after: after, found: &found}
	if q.ids != nil {
		s.searchIDs(v, &sv)
		return found
	}
	s.store.mu.RLock()
	b := s.store.beds[q.patient]
	found.upTo = s.store.last
	s.store.mu.RUnlock()
	if b == nil || !found.asked(v, g, b) {
		return found
	}
	sv.fits = make(map[*facets]bool)
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	found.upTo = s.store.last
	list := b.list(q.kind)
	for i := len(list) - 1; i >= 0 && !found.endless; i-- {
		sv.add(list[i], b)
	}
	return found
}

// owned is a resource and whose it is.
type owned struct {
	*resource
	bed *bed
}

func (s *Server) searchIDs(v *visit, sv *sieve) {
	var list []owned
	s.store.mu.RLock()
	sv.found.upTo = s.store.last
	for i, id := range sv.q.ids {
		if r, b := s.store.find(sv.q.kind, id); r != nil && b != nil && !slices.Contains(sv.q.ids[:i], id) {
			list = append(list, owned{r, b})
		}
	}
	s.store.mu.RUnlock()
	slices.SortFunc(list, func(a, b owned) int { return b.compare(a.place()) })
	for _, o := range list {
		if sv.found.asked(v, sv.g, o.bed) && (sv.q.patient == "" || sv.q.patient == o.bed.reference) {
			sv.add(o.resource, o.bed)
		}
	}
}

// asked asks each patient once.
func (f *results) asked(v *visit, g *grants, b *bed) bool {
	switch {
	case slices.Contains(f.patients, b):
		return true
	case slices.Contains(f.refused, b):
		return false
	case g.cover(b.reference) && v.consents(b):
		f.patients = append(f.patients, b)
		return true
	}
	f.refused = append(f.refused, b)
	return false
}

// maxTotal is how far matches are counted beyond a page: what is more than that
// has no total.
const maxTotal = 1000

// A sieve takes resources, the newest first, and keeps one page.
type sieve struct {
	q     *search
	g     *grants
	after *place
	fits  map[*facets]bool // decided already, for one patient; may be nil
	found *results
}

func (sv *sieve) add(r *resource, b *bed) {
	fits, known := sv.fits[r.facets]
	if !known {
		fits = sv.q.tokens.match(r.facets) && sv.g.allow(b.reference, r.facets)
		if sv.fits != nil && r.document == nil {
			sv.fits[r.facets] = fits
		}
	}
	if !fits || !sv.q.matchOne(r) {
		return
	}
	sv.found.total++
	switch {
	case sv.after != nil && r.compare(*sv.after) >= 0:
	case len(sv.found.page) < sv.q.count:
		sv.found.page = append(sv.found.page, r)
	default:
		sv.found.more = true
		sv.found.endless = sv.q.count > 0 && sv.found.total >= maxTotal
	}
}

// sizeHint is what an entry with an Observation takes, in bytes.
const sizeHint = 1200

// searchset writes the answer.
func (s *Server) searchset(v *visit, q *search, found results) ([]byte, *fault) {
	set := newBundle(s.base(), "searchset", found.upTo, sizeHint*len(found.page))
	if !found.endless {
		set.total(found.total)
	}
	set.link("self", v.kind+"?"+q.self())
	if found.more && q.count > 0 {
		last := found.page[len(found.page)-1].place()
		token, err := s.pager.seal(cursor{q.used.Encode(), last.at, last.id[:], last.name, time.Now().UTC()}, v.kind, &v.who)
		if err != nil || len(token) > maxToken-1024 {
			return nil, &fault{status: http.StatusBadRequest, code: "too-costly", text: "the search is too long to be continued"}
		}
		set.link("next", v.kind+"?_page="+token)
	}
	for _, r := range found.page {
		set.entry(r, "match")
		set.b = r.appendJSON(set.b, &s.Mapper)
		set.close()
	}
	if q.ignored > 0 {
		set.entry(nil, "outcome")
		set.b = appendOutcome(set.b, "warning", "not-supported", "http", "parameters that are not known were ignored; the self link says what counted")
		set.close()
	}
	return set.end(), nil
}

// self is what was understood of the request.
func (q *search) self() string {
	var list []string
	for name, values := range q.used {
		for _, v := range values {
			if name != "_page" {
				list = append(list, url.QueryEscape(name)+"="+url.QueryEscape(v))
			}
		}
	}
	slices.Sort(list)
	return strings.Join(list, "&")
}
