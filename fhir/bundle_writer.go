package fhir

import (
	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// A BundleRequest is what a server is asked to do with an entry of a Bundle
// (FHIR R4, 2.36, Bundle.entry).
type BundleRequest struct {
	Method models.HTTPVerb
	URL    string // below the base of the server: "Observation/7"
	// FullURL is the name by which other entries refer to this one, such as
	// "urn:uuid:…"; "" if none does.
	FullURL string
	// IfNoneExist is a query: nothing is created if there is a match. "" is none.
	IfNoneExist string
}

// A BundleWriter writes a transaction or a batch entry by entry and says when
// it has as much as one request may have. The entry that no longer fits waits,
// encoded, for the next Bundle:
//
//	for _, panel := range fhir.Panels(readings) {
//		full, err := w.AddObservation(mapper, panel)
//		if err != nil {
//			continue // left out: sending it again would not help
//		}
//		if full {
//			send(w.Bytes())
//			w.Next()
//		}
//	}
//
// The zero BundleWriter writes a transaction without limits. It is not safe for
// concurrent use. It keeps its buffers and allocates nothing once they are large
// enough.
type BundleWriter struct {
	// Batch makes a batch, whose entries succeed or fail one by one. A
	// transaction is stored as a whole or not at all.
	Batch bool
	// MaxEntries and MaxBytes, of the JSON, limit a Bundle; 0 is no limit.
	MaxEntries, MaxBytes int

	text    []byte // of the Bundle, without its end
	entries int
	waiting []byte // the entry that did not fit
}

const (
	transactionHead = `{"resourceType":"Bundle","type":"transaction"`
	batchHead       = `{"resourceType":"Bundle","type":"batch"`
)

// Add adds an entry: the JSON of a resource as [Marshal] and the Append
// functions give it, or nil for a request without one, and what to do with it.
// It copies resource and looks no further than at its braces.
//
// When the entry does not fit beside the others, full is true: send Bytes and
// call Next, which begins with it. Until then Add refuses more ([ErrLimit]). It
// also refuses an entry that is larger than MaxBytes by itself, and one without
// a URL ([ErrMissing]). After an error the Bundle is as it was.
func (w *BundleWriter) Add(r BundleRequest, resource []byte) (full bool, err error) {
	switch n := len(resource); {
	case r.URL == "":
		return false, &Error{"Bundle.entry.request.url", ErrMissing}
	case n > 0 && (resource[0] != '{' || resource[n-1] != '}'):
		return false, &Error{"Bundle.entry.resource", ErrValue}
	}
	b, err := w.begin()
	if err != nil {
		return false, err
	}
	b = append(b, '{')
	if r.FullURL != "" {
		b = append(b, `"fullUrl":`...)
		b = append(appendString(b, r.FullURL), ',')
	}
	if len(resource) > 0 {
		b = append(b, `"resource":`...)
		b = append(append(b, resource...), ',')
	}
	b = append(b, `"request":{"method":"`...)
	b = append(b, r.Method.Code()...)
	b = append(b, `","url":`...)
	b = appendString(b, r.URL)
	if r.IfNoneExist != "" {
		b = append(b, `,"ifNoneExist":`...)
		b = appendString(b, r.IfNoneExist)
	}
	return w.finish(append(b, `}}`...))
}

// AddObservation adds a measurement as [Mapper.Transaction] does. The readings
// are those of one Observation; [Panels] groups them. On full and on errors see
// Add; a measurement that cannot be mapped is an error of
// [Mapper.AppendObservation].
func (w *BundleWriter) AddObservation(m Mapper, panel []vitals.Reading) (full bool, err error) {
	var p plan
	if err := m.plan(&p, panel); err != nil {
		return false, err
	}
	b, err := w.begin()
	if err != nil {
		return false, err
	}
	return w.finish(p.appendEntry(b))
}

// Len is the number of entries, without the one that waits.
func (w *BundleWriter) Len() int { return w.entries }

// Bytes returns the JSON of the Bundle. It is valid until the next call of Add,
// AddObservation or Next.
func (w *BundleWriter) Bytes() []byte {
	if len(w.text) == 0 {
		w.text = append(w.text, w.head()...)
	}
	b := append(w.text, tail(w.entries)...)
	w.text = b[:len(w.text)]
	return b
}

// Next begins a new Bundle, with the entry that waits if there is one.
func (w *BundleWriter) Next() {
	w.text, w.entries = w.text[:0], 0
	if len(w.waiting) > 0 {
		w.text = append(appendSeparator(append(w.text, w.head()...), 0), w.waiting...)
		w.waiting, w.entries = w.waiting[:0], 1
	}
}

func (w *BundleWriter) head() string {
	if w.Batch {
		return batchHead
	}
	return transactionHead
}

// begin returns the text up to the next entry. The writer keeps it as it is
// until finish.
func (w *BundleWriter) begin() ([]byte, error) {
	if len(w.waiting) > 0 {
		return nil, &Error{"Bundle.entry", ErrLimit}
	}
	if len(w.text) == 0 {
		w.text = append(w.text, w.head()...)
	}
	return appendSeparator(w.text, w.entries), nil
}

// finish takes the text with one more entry, or lets that entry wait.
func (w *BundleWriter) finish(b []byte) (full bool, err error) {
	end := len(w.text)
	w.text = b[:end]
	entry := b[end+len(separator(w.entries)):]
	switch {
	case w.MaxBytes > 0 && len(w.head())+len(separator(0))+len(entry)+len(tail(1)) > w.MaxBytes:
		return false, &Error{"Bundle.entry", ErrLimit}
	case w.MaxBytes > 0 && len(b)+len(tail(1)) > w.MaxBytes, w.MaxEntries > 0 && w.entries >= w.MaxEntries:
		w.waiting = append(w.waiting, entry...)
		return true, nil
	}
	w.text = b
	w.entries++
	return false, nil
}

// separator stands before entry i, and tail behind the last of n.
func separator(i int) string {
	if i == 0 {
		return `,"entry":[`
	}
	return ","
}

func appendSeparator(b []byte, i int) []byte { return append(b, separator(i)...) }

func tail(n int) string {
	if n == 0 {
		return "}"
	}
	return "]}"
}
