package fhir

import (
	"strconv"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// AppendTransaction appends the JSON of [Mapper.Transaction] to dst: the bytes
// that [Marshal] gives. On an error it returns dst as it was. A [BundleWriter]
// does the same measurement by measurement.
func (m Mapper) AppendTransaction(dst []byte, readings []vitals.Reading) ([]byte, error) {
	b := append(dst, transactionHead...)
	panels := Panels(readings)
	for i, panel := range panels {
		var p plan
		if err := m.plan(&p, panel); err != nil {
			return dst, within("Bundle.entry["+strconv.Itoa(i)+"].resource", err)
		}
		b = p.appendEntry(appendSeparator(b, i))
	}
	return append(b, tail(len(panels))...), nil
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
// The readings are grouped by [Panels]. One that cannot be mapped fails them
// all: leave out kinds that [Supports] denies.
func (m Mapper) Transaction(readings []vitals.Reading) (models.Bundle, error) {
	bundle := models.Bundle{Type: models.BundleTypeTransaction}
	for i, panel := range Panels(readings) {
		var p plan
		if err := m.plan(&p, panel); err != nil {
			return models.Bundle{}, within("Bundle.entry["+strconv.Itoa(i)+"].resource", err)
		}
		r := p.request()
		entry := models.BundleEntry{
			FullUrl:  &r.FullURL,
			Resource: p.append(nil),
			Request:  &models.BundleEntryRequest{Method: r.Method, Url: r.URL},
		}
		if r.IfNoneExist != "" {
			entry.Request.IfNoneExist = &r.IfNoneExist
		}
		bundle.Entry = append(bundle.Entry, entry)
	}
	return bundle, nil
}

// Panels groups readings by the Observation that they go into, in the order in
// which each is first met. The parts of a panel need not stand side by side. Of
// readings with the same identity ([vitals.Reading.ID]) the last one counts.
// The groups borrow readings.
func Panels(readings []vitals.Reading) (groups [][]vitals.Reading) {
	known := make(map[identity]int)
	for run := range vitals.Panels(readings) {
		kind := wholeKind(run[0].Kind)
		id := identityOf(&run[0], kind)
		i, again := known[id]
		switch {
		case !again:
			known[id] = len(groups)
			groups = append(groups, run)
		case run[0].Kind == kind:
			groups[i] = run
		default:
			groups[i] = append(groups[i], run...) // a copy: a run has no room to grow
		}
	}
	return groups
}

// An identity is what [vitals.Reading.ID] is a function of. Within a process it
// does as well, without the hash.
type identity struct {
	patient vitals.PatientID
	device  vitals.DeviceID
	kind    vitals.Kind
	at      time.Time
	seq     uint32
}

func identityOf(r *vitals.Reading, kind vitals.Kind) identity {
	return identity{r.Patient, r.Device, kind, r.At.Round(0).UTC(), r.Sequence}
}

func (p *plan) request() BundleRequest {
	if p.known.hasID() {
		id := p.known.id.String()
		return BundleRequest{FullURL: urnUUID + id, URL: "Observation/" + id, Method: models.HTTPVerbPUT}
	}
	system, _ := p.identifierSystem()
	return BundleRequest{
		FullURL: urnUUID + p.whole.ID().String(), URL: "Observation", Method: models.HTTPVerbPOST,
		IfNoneExist: string(appendSearch(nil, system, p.appendIdentifier(nil))),
	}
}

// appendEntry appends the entry of a Bundle: the Observation and its request.
func (p *plan) appendEntry(b []byte) []byte {
	b = append(b, `{"fullUrl":"`+urnUUID...)
	start := len(b)
	if p.known.hasID() {
		b = appendID(b, p.known.id)
	} else {
		b = appendID(b, p.whole.ID())
	}
	b = append(b, `","resource":`...)
	b = p.append(b)
	if p.known.hasID() {
		b = append(b, `,"request":{"method":"PUT","url":"Observation/`...)
		b = append(b, b[start:start+36]...) // in the same characters once more
		return append(b, `"}}`...)
	}
	b = append(b, `,"request":{"method":"POST","url":"Observation","ifNoneExist":"`...)
	var room [128]byte
	system, _ := p.identifierSystem()
	b = appendSearch(b, system, p.appendIdentifier(room[:0]))
	return append(b, `"}}`...) // a query has nothing to escape
}
