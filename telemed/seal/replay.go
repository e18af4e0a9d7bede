package seal

import (
	"context"
	"fmt"
	"sync"

	"github.com/telemed-go/sdk/telemed"
)

// replayJournal is the journal in which an [Opener] keeps its windows.
const replayJournal = "seal.opened"

// snapshotEvery bounds how many entries a restart has to read.
const snapshotEvery = 256

// A replay knows which messages there were, by key. What was opened is known at
// once; what was committed is known after a restart too. Between the two the
// message is on its way to the disk, and after a crash its sender sends it again.
type replay struct {
	journal telemed.Journal

	mu   sync.Mutex
	keys map[string]*sequences // by the identifier of the key; guarded by mu

	// writing makes entries one after the other, and guards what follows.
	writing sync.Mutex
	number  uint64          // of the newest entry
	oldest  uint64          // entry that is needed: the newest that holds all windows
	unsaved map[string]bool // keys that are not in the journal as they are
}

// sequences are those of one key.
type sequences struct{ opened, committed window }

func newReplay(ctx context.Context, journal telemed.Journal) (*replay, error) {
	r := &replay{journal: journal, keys: make(map[string]*sequences), unsaved: make(map[string]bool)}
	entries, err := journal.Entries(ctx, replayJournal)
	if err != nil {
		return nil, fmt.Errorf("seal: what was opened before: %w", err)
	}
	for _, e := range entries {
		if err := r.read(e.Content); err != nil {
			return nil, fmt.Errorf("seal: what was opened before: entry %d: %w", e.Number, err)
		}
		r.number = e.Number
	}
	return r, nil
}

// read takes over an entry: an array of identifiers and windows.
func (r *replay) read(b []byte) error {
	c := reader{b: b, field: "window"}
	for n := c.want(majorArray); n > 0 && c.err == ""; n-- {
		id := string(c.bytes())
		w, ok := parseWindow(c.bytes())
		if !ok {
			c.fail(c.off, ErrSyntax)
		}
		r.keys[id] = &sequences{w, w}
	}
	if c.err == "" && c.off != len(b) {
		c.fail(c.off, ErrSyntax)
	}
	return c.failure("")
}

// open notes a message, and says whether it is new.
func (r *replay) open(id string, n uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.keys[id]
	if s == nil {
		s = new(sequences)
		r.keys[id] = s
	}
	if s.opened.has(n) {
		return false
	}
	s.opened.add(n)
	return true
}

// commit makes it last that messages were here, in one entry.
func (r *replay) commit(ctx context.Context, messages []Info) error {
	r.writing.Lock()
	defer r.writing.Unlock()
	r.mu.Lock()
	for _, m := range messages {
		if s := r.keys[m.KeyID]; s != nil {
			s.committed.add(m.Sequence)
			r.unsaved[m.KeyID] = true
		}
	}
	if len(r.unsaved) == 0 {
		r.mu.Unlock()
		return nil
	}
	all := r.oldest == 0 || r.number-r.oldest >= snapshotEvery
	content := r.content(all)
	r.mu.Unlock()
	r.number++ // also if it fails: nobody knows then whether the number is taken
	oldest := r.oldest
	if all {
		oldest = r.number
	}
	if err := r.journal.AppendEntry(ctx, replayJournal, telemed.Entry{Number: r.number, Content: content}, oldest); err != nil {
		return fmt.Errorf("seal: keep what was opened: %w", err)
	}
	r.oldest = oldest
	clear(r.unsaved)
	return nil
}

// content is that of an entry with the windows that are not saved, or with all.
func (r *replay) content(all bool) []byte {
	n := len(r.unsaved)
	if all {
		n = len(r.keys)
	}
	b := appendHead(nil, majorArray, uint64(n))
	for id, s := range r.keys {
		if all || r.unsaved[id] {
			b = appendBytes(b, id)
			b = s.committed.append(appendHead(b, majorBytes, windowBytes))
		}
	}
	return b
}
