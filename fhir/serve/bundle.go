package serve

import "strconv"

// A bundle is a Bundle that is written member by member.
type bundle struct {
	b       []byte
	base    string
	mode    string
	links   bool
	entries bool
}

// newBundle begins a Bundle of a store that has come to a moment. The base
// makes its references absolute; without one they are relative and there are no
// full URLs.
func newBundle(base, kind string, at moment, size int) *bundle {
	u := &bundle{base: base, b: make([]byte, 0, size+1024)}
	u.b = append(u.b, `{"resourceType":"Bundle","meta":{"lastUpdated":"`...)
	u.b = at.appendInstant(u.b)
	u.b = append(u.b, `"},"type":"`...)
	u.b = append(u.b, kind...)
	u.b = append(u.b, '"')
	return u
}

func (u *bundle) total(n int) {
	u.b = append(u.b, `,"total":`...)
	u.b = strconv.AppendInt(u.b, int64(n), 10)
}

// link comes before all entries.
func (u *bundle) link(relation, url string) {
	if u.links {
		u.b = append(u.b, ',')
	} else {
		u.b = append(u.b, `,"link":[`...)
		u.links = true
	}
	u.b = append(u.b, `{"relation":"`...)
	u.b = append(u.b, relation...)
	u.b = append(u.b, `","url":`...)
	u.b = appendString(u.b, u.base+url)
	u.b = append(u.b, '}')
}

// entry begins an entry; the resource and close follow. r is nil for what has
// no URL.
func (u *bundle) entry(r *resource, mode string) {
	u.open()
	u.b = append(u.b, '{')
	if u.mode = mode; r != nil {
		u.b = appendFullURL(u.b, u.base, r)
	}
	u.b = append(u.b, `"resource":`...)
}

// appendFullURL appends the member fullUrl, if there is a base.
func appendFullURL(b []byte, base string, r *resource) []byte {
	if base == "" {
		return b
	}
	b = append(b, `"fullUrl":`...)
	b = appendString(b, base)
	b = r.appendReference(b[:len(b)-1]) // behind the base, in its quotation marks
	return append(b, `",`...)
}

func (u *bundle) open() {
	if u.entries {
		u.b = append(u.b, ',')
		return
	}
	if u.links {
		u.b = append(u.b, ']')
		u.links = false
	}
	u.b = append(u.b, `,"entry":[`...)
	u.entries = true
}

func (u *bundle) close() {
	u.b = append(u.b, `,"search":{"mode":"`...)
	u.b = append(u.b, u.mode...)
	u.b = append(u.b, `"}}`...)
}

func (u *bundle) end() []byte {
	if u.links || u.entries {
		u.b = append(u.b, ']')
	}
	return append(u.b, '}')
}
