package serve

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// A moment is when a resource changed, in microseconds of Unix time. No two
// changes have the same: it orders them, and is the version of the resource and
// the id of the event.
type moment int64

func (m moment) time() time.Time { return time.UnixMicro(int64(m)).UTC() }

func (m moment) appendInstant(b []byte) []byte {
	return m.time().AppendFormat(b, "2006-01-02T15:04:05.000000Z07:00")
}

func (m moment) version() string { return strconv.FormatInt(int64(m), 10) }

// etag is weak: a server that reads its log again has other moments for the
// same values.
func (m moment) etag() string { return `W/"` + m.version() + `"` }

// A resource is one version of one resource. It never changes, so that it may
// be used without the lock of the store. An Observation of a measurement is kept
// as readings, a third of its JSON, and encoded when it is asked for.
type resource struct {
	id       vitals.ReadingID // of a measurement
	moment   moment
	facets   *facets
	readings []vitals.Reading // of a measurement
	document *document        // of everything else
}

// facets are what a search looks at, and who shows it in which queue. Those of
// measurements are shared by all of one kind and unit.
type facets struct {
	kind       string // the type of the resource
	codes      []coding
	categories []coding
}

// A document is a resource that came as JSON.
type document struct {
	id   string
	json []byte // with id and meta of this version
	at   span   // when it applies
}

// name is the id of the resource.
func (r *resource) name() string {
	if r.document != nil {
		return r.document.id
	}
	return r.id.String()
}

func (r *resource) reference() string { return string(r.appendReference(nil)) }

// appendReference needs no escapes in JSON or in a URL.
func (r *resource) appendReference(b []byte) []byte {
	b = append(b, r.facets.kind...)
	b = append(b, '/')
	if r.document != nil {
		return append(b, r.document.id...)
	}
	b, _ = r.id.AppendText(b)
	return b
}

// at is when it applies: of a measurement the instant, to the millisecond that
// the JSON tells.
func (r *resource) at() span {
	if r.document != nil {
		return r.document.at
	}
	lo := r.readings[0].At.UnixMilli() * int64(time.Millisecond)
	return span{lo, lo + int64(time.Millisecond)}
}

// compare orders by time and then by id, which are the same in all versions.
func (r *resource) compare(p place) int {
	switch lo := r.at().lo; {
	case lo < p.at:
		return -1
	case lo > p.at:
		return 1
	case r.id != p.id:
		return bytes.Compare(r.id[:], p.id[:])
	case r.document == nil || r.document.id == p.name:
		return 0
	case r.document.id < p.name:
		return -1
	}
	return 1
}

// A place is where a resource stands in the order of compare.
type place struct {
	at   int64
	id   vitals.ReadingID
	name string // of a document
}

func (r *resource) place() place {
	p := place{r.at().lo, r.id, ""}
	if r.document != nil {
		p.name = r.document.id
	}
	return p
}

// appendJSON appends the resource with its id and version. What is in a store
// was encoded once before, so that there is no error.
func (r *resource) appendJSON(b []byte, m *fhir.Mapper) []byte {
	if r.document != nil {
		return append(b, r.document.json...)
	}
	at := len(b)
	b, err := m.AppendObservation(b, r.readings)
	if err != nil {
		return b
	}
	return stamp(b, at, r.id, r.moment)
}

const observationHead = `{"resourceType":"Observation"`

// stamp gives the Observation at the end of b an id, if the mapper gave it none,
// and a version. It relies on the order of members that the mapper has.
func stamp(b []byte, at int, id vitals.ReadingID, m moment) []byte {
	var buf [160]byte
	head := append(buf[:0], `,"id":"`...)
	head, _ = id.AppendText(head)
	head = append(head, '"')
	end := at + len(observationHead) // of what stays
	rest := end
	if bytes.HasPrefix(b[rest:], []byte(`,"id":"`)) {
		rest += len(`,"id":"`)
		rest += bytes.IndexByte(b[rest:], '"') + 1
	}
	head = append(head, `,"meta":{`...)
	head = m.appendMeta(head)
	if meta := []byte(`,"meta":{`); bytes.HasPrefix(b[rest:], meta) {
		rest += len(meta)
		head = append(head, ',')
	} else {
		head = append(head, '}')
	}
	return splice(b, end, rest, head)
}

func (m moment) appendMeta(b []byte) []byte {
	b = append(b, `"versionId":"`...)
	b = strconv.AppendInt(b, int64(m), 10)
	b = append(b, `","lastUpdated":"`...)
	b = m.appendInstant(b)
	return append(b, '"')
}

// splice puts text in the place of b[from:to].
func splice(b []byte, from, to int, text []byte) []byte {
	tail := len(b) - to
	n := from + len(text) + tail
	for cap(b) < n {
		b = append(b[:cap(b)], 0)
	}
	old := b[to : to+tail]
	b = b[:n]
	copy(b[n-tail:], old)
	copy(b[from:], text)
	return b
}

// facetsOf reads the facets of an Observation that the mapper wrote, so that a
// search finds the very codes that the JSON has.
func facetsOf(observation []byte) (f *facets, subject string, err error) {
	var o struct {
		Code     codeableConcept   `json:"code"`
		Category []codeableConcept `json:"category"`
		Subject  reference         `json:"subject"`
	}
	if err := json.Unmarshal(observation, &o); err != nil {
		return nil, "", err
	}
	f = &facets{kind: "Observation", codes: o.Code.Coding}
	for _, c := range o.Category {
		f.categories = append(f.categories, c.Coding...)
	}
	return f, o.Subject.Reference, nil
}

type codeableConcept struct {
	Coding []coding `json:"coding"`
}

type reference struct {
	Reference string `json:"reference"`
}
