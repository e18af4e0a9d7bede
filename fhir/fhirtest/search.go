package fhirtest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A page is the rest of a search that was too long for one answer.
type page struct {
	rest []match
	size int
}

type match struct {
	resource *Resource
	id       string
}

// searchParameters are those that the server knows; it passes over others, as
// most do, save with handling=strict.
var searchParameters = []string{"_id", "identifier", "patient", "subject", "code", "_count", "_elements", "_sort", "_summary", "_page", "_total"}

func (s *Server) search(a *answer, c *call, f *Fault) {
	if c.strict {
		for name := range c.query {
			if !slices.Contains(searchParameters, name) {
				a.refuse(http.StatusBadRequest)
				return
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := page{size: s.PageSize}
	if p.size <= 0 {
		p.size = 100
	}
	if n, err := strconv.Atoi(c.query.Get("_count")); err == nil && n > 0 {
		p.size = min(p.size, n)
	}
	if name := c.query.Get("_page"); name != "" {
		var ok bool
		if p, ok = s.pages[name]; !ok {
			a.refuse(http.StatusGone)
			return
		}
	} else {
		for _, r := range s.find(c.kind, c.query) {
			p.rest = append(p.rest, match{r, r.ID})
		}
		p.rest = s.pretend(p.rest, c, f)
	}
	a.body = s.page(c, p)
}

// pretend makes of what was found what the fault says.
func (s *Server) pretend(found []match, c *call, f *Fault) []match {
	switch n := max(f.Matches, 0); {
	case f.Matches == 0:
	case n < len(found):
		found = found[:n]
	default:
		like := &Resource{Type: c.kind, JSON: []byte(`{"resourceType":"` + c.kind + `"}`), Version: 1, Updated: time.Now()}
		if len(found) > 0 {
			like = found[0].resource
		} else if system, value, ok := strings.Cut(c.query.Get("identifier"), "|"); ok {
			like.JSON, _ = json.Marshal(map[string]any{"resourceType": c.kind, "identifier": []map[string]string{{"system": unescape(system), "value": unescape(value)}}})
		}
		for len(found) < n {
			found = append(found, match{like, "pretended-" + strconv.Itoa(len(found))})
		}
	}
	if f.Twice {
		found = append(found, found...)
	}
	return found
}

// page answers the first of what is left, and remembers the rest.
func (s *Server) page(c *call, p page) []byte {
	type entry struct {
		FullURL  string          `json:"fullUrl"`
		Resource json.RawMessage `json:"resource"`
		Search   json.RawMessage `json:"search"`
	}
	type link struct {
		Relation string `json:"relation"`
		URL      string `json:"url"`
	}
	b := struct {
		ResourceType string  `json:"resourceType"`
		Type         string  `json:"type"`
		Total        int     `json:"total"`
		Link         []link  `json:"link,omitempty"`
		Entry        []entry `json:"entry,omitempty"`
	}{ResourceType: "Bundle", Type: "searchset", Total: len(p.rest)}
	n := min(p.size, len(p.rest))
	for _, m := range p.rest[:n] {
		b.Entry = append(b.Entry, entry{c.origin + "/" + c.kind + "/" + m.id, m.resource.as(m.id), json.RawMessage(`{"mode":"match"}`)})
	}
	if n < len(p.rest) {
		if s.pages == nil {
			s.pages = make(map[string]page)
		}
		name := strconv.Itoa(len(s.pages) + 1)
		s.pages[name] = page{p.rest[n:], p.size}
		b.Link = []link{{"next", c.origin + "/" + c.kind + "?_page=" + name}}
	}
	body, err := json.Marshal(b)
	if err != nil {
		return nil
	}
	return body
}

// find returns what matches, in the order of creation. It needs the lock.
func (s *Server) find(kind string, q url.Values) (found []*Resource) {
	visible := time.Now().Add(-s.Lag)
	candidates := s.store.all
	if tokens := values(q.Get("identifier")); len(tokens) > 0 && !slices.ContainsFunc(tokens, func(t string) bool { return !exact(t) }) {
		candidates = nil
		for _, t := range tokens {
			candidates = append(candidates, s.store.byIdentifier[t]...)
		}
	}
	for _, r := range candidates {
		if r.Type == kind && !r.Deleted && !r.Created.After(visible) && r.matches(q) && !slices.Contains(found, r) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b *Resource) int { return a.Sequence - b.Sequence })
	return found
}

// exact says that a token has a system and a value.
func exact(token string) bool {
	system, value, ok := strings.Cut(token, "|")
	return ok && system != "" && value != ""
}

func (r *Resource) matches(q url.Values) bool {
	for name, all := range q {
		for _, list := range all {
			var holds func(string) bool
			switch name {
			case "_id":
				holds = func(v string) bool { return r.ID == v }
			case "identifier":
				holds = func(v string) bool { return slices.ContainsFunc(r.Identifiers, token(v)) }
			case "code":
				holds = func(v string) bool { return slices.ContainsFunc(r.codes, token(v)) }
			case "patient", "subject":
				holds = func(v string) bool { return r.Patient == v || name == "patient" && r.Patient == "Patient/"+v }
			default:
				continue
			}
			if !slices.ContainsFunc(values(list), holds) {
				return false
			}
		}
	}
	return true
}

// token compares as R4, search, 3.1.1.4.10 says: system|value, |value, system|, value.
func token(want string) func(string) bool {
	system, value, qualified := strings.Cut(want, "|")
	if !qualified {
		system, value = "", want
	}
	return func(have string) bool {
		haveSystem, haveValue, _ := strings.Cut(have, "|")
		return (!qualified || haveSystem == system) && (value == "" || haveValue == value)
	}
}

// values splits a parameter at its commas; what is escaped does not split.
func values(list string) (all []string) {
	for start, i := 0, 0; i <= len(list) && list != ""; i++ {
		switch {
		case i == len(list) || list[i] == ',':
			all = append(all, unescape(list[start:i]))
			start = i + 1
		case list[i] == '\\':
			i++
		}
	}
	return all
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b = append(b, s[i])
	}
	return string(b)
}
