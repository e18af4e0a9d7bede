package serve

import (
	"slices"
	"sync/atomic"

	"github.com/telemed-go/sdk/vitals"
)

// A bed is what is known of one patient.
type bed struct {
	reference string
	patient   vitals.PatientID // zero until a measurement has told who it is
	series    map[string]*series
	left      atomic.Bool // forgotten: events that wait to be sent are not sent
}

// A series is the resources of one type, in the order of time.
type series struct{ list []*resource }

func (s *series) find(p place) (int, bool) {
	return slices.BinarySearchFunc(s.list, p, func(r *resource, p place) int { return r.compare(p) })
}

func (s *series) insert(r *resource) {
	if n := len(s.list); n == 0 || s.list[n-1].compare(r.place()) < 0 {
		s.list = append(s.list, r)
		return
	}
	at, found := s.find(r.place())
	if found {
		s.list[at] = r
	} else {
		s.list = slices.Insert(s.list, at, r)
	}
}

func (s *series) remove(r *resource) {
	if at, found := s.find(r.place()); found {
		s.list = slices.Delete(s.list, at, at+1)
	}
}

// first takes the oldest one out.
func (s *series) first() *resource {
	r := s.list[0]
	s.list[0] = nil
	s.list = s.list[1:]
	return r
}

func (b *bed) of(kind string) *series {
	s, ok := b.series[kind]
	if !ok {
		s = new(series)
		b.series[kind] = s
	}
	return s
}

func (b *bed) list(kind string) []*resource {
	if b == nil || b.series[kind] == nil {
		return nil
	}
	return b.series[kind].list
}
