package fhir

import (
	"strconv"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// AppendTransaction appends the JSON of [Mapper.Transaction] to dst: the bytes
// that [Marshal] gives. On an error it returns dst as it was.
func (m Mapper) AppendTransaction(dst []byte, readings []vitals.Reading) ([]byte, error) {
	b := append(dst, `{"resourceType":"Bundle","type":"transaction"`...)
	for i, panel := range measurements(readings) {
		var p plan
		if err := m.plan(&p, panel); err != nil {
			return dst, within("Bundle.entry["+strconv.Itoa(i)+"].resource", err)
		}
		if i == 0 {
			b = append(b, `,"entry":[`...)
		} else {
			b = append(b, ',')
		}
		r := p.request()
		b = append(b, `{"fullUrl":"`...)
		b = append(b, r.fullURL...)
		b = append(b, `","resource":`...)
		b = p.append(b)
		b = append(b, `,"request":{"method":"`...)
		b = append(b, r.method.Code()...)
		b = append(b, `","url":"`...)
		b = append(b, r.url...)
		b = append(b, '"')
		if r.ifNoneExist != "" {
			b = append(b, `,"ifNoneExist":`...)
			b = appendString(b, r.ifNoneExist)
		}
		b = append(b, `}}`...)
	}
	if len(readings) > 0 {
		b = append(b, ']')
	}
	return append(b, '}'), nil
}

// Transaction maps readings to a Bundle that a server stores as a whole or not
// at all. Sending it again changes nothing.
//
// An Observation that is known by its id is put there (PUT Observation/<id>).
// That verb is idempotent on every server, also for two senders at once, and
// a final value replaces its early estimate. The server must let clients give
// ids. One that is known by an identifier is created unless it exists (POST
// with ifNoneExist), as the [PHD] guide wants it. Several servers have a race
// there: let one sender at a time write for a patient. A later, better value
// of the same measurement is not stored in this way.
//
// The parts of a panel need not stand side by side. Of readings with the same
// identity the last one counts. One reading that cannot be mapped fails them
// all: leave out kinds that [Supports] denies.
func (m Mapper) Transaction(readings []vitals.Reading) (models.Bundle, error) {
	bundle := models.Bundle{Type: models.BundleTypeTransaction}
	for i, panel := range measurements(readings) {
		path := "Bundle.entry[" + strconv.Itoa(i) + "].resource"
		var p plan
		if err := m.plan(&p, panel); err != nil {
			return models.Bundle{}, within(path, err)
		}
		resource, err := Marshal(p.observation())
		if err != nil {
			return models.Bundle{}, within(path, err)
		}
		r := p.request()
		entry := models.BundleEntry{
			FullUrl:  &r.fullURL,
			Resource: resource,
			Request:  &models.BundleEntryRequest{Method: r.method, Url: r.url},
		}
		if r.ifNoneExist != "" {
			entry.Request.IfNoneExist = &r.ifNoneExist
		}
		bundle.Entry = append(bundle.Entry, entry)
	}
	return bundle, nil
}

type request struct {
	fullURL, url string
	method       models.HTTPVerb
	ifNoneExist  string
}

func (p *plan) request() request {
	if p.known.hasID() {
		id := p.known.id.String()
		return request{fullURL: urnUUID + id, url: "Observation/" + id, method: models.HTTPVerbPUT}
	}
	system, _ := p.identifierSystem()
	return request{
		fullURL: urnUUID + p.whole.ID().String(), url: "Observation", method: models.HTTPVerbPOST,
		ifNoneExist: searchToken(system, string(p.appendIdentifier(nil))),
	}
}

// measurements groups readings by the Observation that they go into, in the
// order in which each is first met. The groups borrow readings.
func measurements(readings []vitals.Reading) (groups [][]vitals.Reading) {
	known := make(map[vitals.ReadingID]int)
	for run := range vitals.Panels(readings) {
		whole := run[0]
		whole.Kind = wholeKind(whole.Kind)
		id := whole.ID()
		i, again := known[id]
		switch {
		case !again:
			known[id] = len(groups)
			groups = append(groups, run)
		case run[0].Kind == whole.Kind:
			groups[i] = run
		default:
			groups[i] = append(groups[i], run...) // a copy: a run has no room to grow
		}
	}
	return groups
}
