package serve

import "sync/atomic"

// Stats counts what a [Server] did since it was made, and what it holds now. It
// names nobody.
type Stats struct {
	Patients, Resources int // held
	Streams             int // open
	Subscriptions       int
	Requests            uint64
	Faults              uint64 // requests answered with an OperationOutcome
	Refusals            uint64 // accesses refused, or to what does not exist
	Unaudited           uint64 // records that Audit did not take
	Refused             uint64 // readings that are no Observation
	Skipped             uint64 // states that slow streams did not get, and events that subscriptions were too slow for
	Notified            uint64 // notifications that were taken
	Unnotified          uint64 // attempts that failed
}

type counts struct {
	requests, faults, refusals, unaudited, refused, skipped, notified, unnotified atomic.Uint64
}

// Stats returns the present counts.
func (s *Server) Stats() Stats {
	c := &s.counts
	st := Stats{
		Requests: c.requests.Load(), Faults: c.faults.Load(), Refusals: c.refusals.Load(), Unaudited: c.unaudited.Load(),
		Refused: c.refused.Load(), Skipped: c.skipped.Load(), Notified: c.notified.Load(), Unnotified: c.unnotified.Load(),
		Streams: s.running.streamCount(), Subscriptions: s.subs.count(),
	}
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	st.Patients, st.Resources = len(s.store.patients), len(s.store.measurements)+len(s.store.documents)
	return st
}
