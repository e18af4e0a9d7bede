package senml

import "github.com/telemed-go/sdk/device"

// A reader walks over a pack and remembers the first fault that spoils all of
// it. After it, it stands at the end, so that everything else fails quickly.
type reader struct {
	b   []byte
	s   string // b, of which the texts are parts: one copy for all of them
	off int

	record  int    // that is being read
	field   Fields // of the record
	version uint8  // of the records so far; 0 before the first
	keys    []key  // of the maps around, for duplicates

	err   device.Fault
	fault *device.DecodeError
}

// A key is a label that is not one of the fields: text, or an integer of CBOR.
type key struct {
	text  string
	major byte
	arg   uint64
}

func (r *reader) fail(at int, why device.Fault) {
	if r.err == "" {
		r.err, r.fault = why, refusal(r.record, r.field, at, why)
	}
	r.off = len(r.b)
}

// spoil refuses the record alone, unless the field holds for others as well.
func (r *reader) spoil(rec *Record, at int, why device.Fault) {
	if r.field.Has(baseFields) {
		r.fail(at, why)
	} else if rec.bad == nil {
		rec.bad = refusal(r.record, r.field, at, why)
	}
}

// begin appends a record to p.
func (r *reader) begin(p Pack) Pack {
	r.record, r.field = len(p), 0
	if len(p) == MaxRecords {
		r.fail(r.off, device.ErrOutOfRange)
		return p
	}
	return append(p, Record{at: r.off})
}

// enter counts a pair of the record and notes the field, if k is one.
func (r *reader) enter(rec *Record, f Fields, k key, at int) {
	r.field = f
	switch {
	case f != 0 && rec.Has.Has(f):
		r.fail(at, device.ErrSyntax)
	case f != 0:
		rec.Has |= f
	case len(k.text) > 0 && k.text[len(k.text)-1] == '_':
		r.fail(at, ErrMustUnderstand)
	default:
		r.unique(0, k, at)
	}
}

// unique refuses a key that is among those from a place on, or one too many.
func (r *reader) unique(from int, k key, at int) {
	if len(r.keys)-from >= maxPairs {
		r.fail(at, device.ErrOutOfRange)
		return
	}
	for _, other := range r.keys[from:] {
		if other == k {
			r.fail(at, device.ErrSyntax)
			return
		}
	}
	r.keys = append(r.keys, k)
}

// end closes a record. All of a pack have one version; one that is not given is
// that of the RFC, or the one before.
func (r *reader) end(rec *Record) {
	r.keys = r.keys[:0]
	v := r.version
	if v == 0 {
		v = version
	}
	if rec.Has.Has(HasBaseVersion) {
		if r.version != 0 && rec.BaseVersion != v {
			r.field = HasBaseVersion
			r.fail(rec.at, ErrVersion)
		}
		v = rec.BaseVersion
	}
	r.version = v
}

// setVersion checks and sets the version of a record.
func (r *reader) setVersion(rec *Record, at int, v uint64) {
	switch {
	case v == 0:
		r.fail(at, device.ErrOutOfRange)
	case v > version:
		r.fail(at, ErrVersion)
	}
	rec.BaseVersion = uint8(v)
}
