package mqtt

import (
	"container/list"
	"strings"
)

const (
	maxStreams = 16384 // senders whose receipts are remembered
	maxAhead   = 4096  // messages that may be stored behind one that is missing
	maxSender  = 256   // bytes of the topic that names a sender
	earlyAfter = 64    // messages that are worth a receipt at once
)

// streams follows what of every sender is stored. It remembers the senders
// heard last; of one that it has forgotten, or never known because the gateway
// has restarted, the next message tells with its base where to begin.
//
// It holds at most maxStreams senders, each with some 200 bytes, and 512 more
// for each lane in which a message is missing.
type streams struct {
	known map[streamKey]*list.Element // of *stream
	order list.List                   // heard last in front
	dirty []*stream                   // those with news
}

type streamKey struct{ sender, epoch string }

// A stream is one run of a sender.
type stream struct {
	key   streamKey
	lanes [len(laneLetters)]progress
	news  int // messages stored since the last receipt
}

// A progress is up to where a lane is stored without a gap, and what is stored
// behind the first gap.
type progress struct {
	through uint64
	ahead   *[maxAhead / 64]uint64 // a ring of bits: at most through+maxAhead
	behind  int                    // bits that are set
}

// stored notes a message. It returns whether a receipt should not wait.
func (s *streams) stored(sender string, t tag) (urgent bool) {
	if len(sender) > maxSender || len(s.dirty) >= maxStreams {
		return false // it will come again
	}
	st := s.stream(streamKey{sender, t.epoch})
	st.lanes[t.lane].stored(t.base, t.sequence)
	if st.news++; st.news == 1 {
		s.dirty = append(s.dirty, st)
	}
	return st.news == earlyAfter
}

func (s *streams) stream(key streamKey) *stream {
	if e := s.known[key]; e != nil {
		s.order.MoveToFront(e)
		return e.Value.(*stream)
	}
	if len(s.known) >= maxStreams {
		delete(s.known, s.order.Remove(s.order.Back()).(*stream).key)
	}
	if s.known == nil {
		s.known = make(map[streamKey]*list.Element)
	}
	key = streamKey{strings.Clone(key.sender), strings.Clone(key.epoch)} // not the whole topic
	st := &stream{key: key}
	s.known[key] = s.order.PushFront(st)
	return st
}

// take returns the streams with news, whose receipts are now due.
func (s *streams) take() []*stream {
	due := s.dirty
	s.dirty = nil
	for _, st := range due {
		st.news = 0
	}
	return due
}

// receipt is what the sender may forget.
func (st *stream) receipt() (r receipt) {
	for lane := range st.lanes {
		r[lane] = st.lanes[lane].through
	}
	return r
}

// stored notes a message whose base and sequence were checked: 1 <= base <= sequence.
func (p *progress) stored(base, sequence uint64) {
	for p.ahead != nil && p.through < base-1 && base-p.through <= maxAhead {
		p.step() // over what has its receipt, message by message for the sake of the ring
	}
	if p.through < base-1 {
		p.through, p.ahead, p.behind = base-1, nil, 0
	}
	switch {
	case sequence <= p.through, sequence-p.through > maxAhead:
		return // known, or so far ahead that it has to come again
	case sequence == p.through+1 && p.ahead == nil:
		p.through++
		return
	case p.ahead == nil:
		p.ahead = new([maxAhead / 64]uint64)
	}
	if word, bit := &p.ahead[sequence%maxAhead/64], uint64(1)<<(sequence%64); *word&bit == 0 {
		*word |= bit
		p.behind++
	}
	for p.behind > 0 && p.has(p.through+1) {
		p.step()
	}
	if p.behind == 0 {
		p.ahead = nil
	}
}

func (p *progress) has(n uint64) bool { return p.ahead[n%maxAhead/64]&(1<<(n%64)) != 0 }

// step moves on by one message, stored or not.
func (p *progress) step() {
	p.through++
	if p.has(p.through) {
		p.ahead[p.through%maxAhead/64] &^= 1 << (p.through % 64)
		p.behind--
	}
}
