package fhirtest

import (
	"encoding/json"
	"strconv"
	"time"
)

// A Resource is something that the server has stored.
type Resource struct {
	Type, ID string
	Version  int    // from 1
	JSON     []byte // as it was sent last
	// Identifiers as system|value.
	Identifiers []string
	// Patient is the reference of subject or patient.
	Patient string
	Created time.Time // of the first version
	Updated time.Time // of the last
	Deleted bool
	// Sequence counts the resources of a server in the order of their creation,
	// from 1.
	Sequence int

	codes []string // as system|code
}

// store is guarded by the mutex of the server.
type store struct {
	byName       map[string]*Resource // by type/id
	byIdentifier map[string][]*Resource
	all          []*Resource
	given        int // the last id given
}

// head is what the server reads of a resource. An element that has another type
// in a resource is left out, as the code of a ValueSet.
type head struct {
	kind, id         string
	identifiers      []string // as system|value
	codes            []string // as system|code
	subject, patient string
}

// parseHead reads the head of valid JSON.
func parseHead(resource []byte) (h head) {
	members(resource, func(name, value []byte) {
		switch string(name) {
		case `"resourceType"`:
			h.kind = text(value)
		case `"id"`:
			h.id = text(value)
		case `"identifier"`:
			elements(value, func(i []byte) {
				system, value := pair(i, `"system"`, `"value"`)
				h.identifiers = append(h.identifiers, system+"|"+value)
			})
		case `"subject"`:
			h.subject, _ = pair(value, `"reference"`, "")
		case `"patient"`:
			h.patient, _ = pair(value, `"reference"`, "")
		case `"code"`:
			members(value, func(name, value []byte) {
				if string(name) == `"coding"` {
					elements(value, func(c []byte) {
						system, code := pair(c, `"system"`, `"code"`)
						h.codes = append(h.codes, system+"|"+code)
					})
				}
			})
		}
	})
	return h
}

// parse reads a resource, or returns the status that refuses it.
func (s *Server) parse(resource []byte, kind string) (head, int) {
	if len(resource) == 0 {
		return head{}, 400
	}
	h := parseHead(resource)
	if h.kind == "" || kind != "" && h.kind != kind {
		return h, 400
	}
	if s.Check != nil {
		return h, s.Check(resource)
	}
	return h, 0
}

// newID is an id of the server's own.
func (st *store) newID(kind string) string {
	for {
		st.given++
		id := strconv.Itoa(st.given)
		if st.byName[kind+"/"+id] == nil {
			return id
		}
	}
}

// put stores a version.
func (st *store) put(kind, id string, h *head, body []byte) *Resource {
	if st.byName == nil {
		st.byName = make(map[string]*Resource)
		st.byIdentifier = make(map[string][]*Resource)
	}
	now := time.Now()
	name := kind + "/" + id
	r := st.byName[name]
	if r == nil {
		r = &Resource{Type: kind, ID: id, Created: now, Sequence: len(st.all) + 1}
		st.byName[name] = r
		st.all = append(st.all, r)
	}
	st.unlist(r)
	r.Version++
	r.Updated, r.Deleted = now, false
	r.JSON = body // of a request, which nobody else has
	r.Identifiers, r.codes = h.identifiers, h.codes
	if r.Patient = h.subject; r.Patient == "" {
		r.Patient = h.patient
	}
	for _, i := range r.Identifiers {
		st.byIdentifier[i] = append(st.byIdentifier[i], r)
	}
	return r
}

// remove deletes a resource; its history stays.
func (st *store) remove(r *Resource) {
	st.unlist(r)
	r.Version++
	r.Updated, r.Deleted = time.Now(), true
}

// unlist takes a resource off the index of identifiers.
func (st *store) unlist(r *Resource) {
	for _, i := range r.Identifiers {
		list := st.byIdentifier[i]
		for k := range list {
			if list[k] == r {
				st.byIdentifier[i] = append(list[:k:k], list[k+1:]...)
				break
			}
		}
	}
}

// document is the JSON of a resource with its id and meta.
func (r *Resource) document() json.RawMessage { return r.as(r.ID) }

func (r *Resource) as(id string) json.RawMessage {
	members := make(map[string]json.RawMessage)
	if json.Unmarshal(r.JSON, &members) != nil {
		return r.JSON
	}
	meta := make(map[string]json.RawMessage)
	if m := members["meta"]; m != nil {
		_ = json.Unmarshal(m, &meta) // what is no object is replaced
	}
	meta["versionId"] = quoted(strconv.Itoa(r.Version))
	meta["lastUpdated"] = quoted(r.Updated.UTC().Format("2006-01-02T15:04:05.000000Z07:00"))
	b, err := json.Marshal(meta)
	if err != nil {
		return r.JSON
	}
	members["meta"], members["id"] = b, quoted(id)
	if b, err = json.Marshal(members); err != nil {
		return r.JSON
	}
	return b
}

func quoted(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		return json.RawMessage(`""`)
	}
	return b
}
