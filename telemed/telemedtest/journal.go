package telemedtest

import (
	"context"
	"slices"
	"sync"

	"github.com/telemed-go/sdk/telemed"
)

// A Journal keeps entries in memory. The zero Journal is empty and ready; it is
// safe for concurrent use.
type Journal struct {
	// Err, if not nil, refuses entries. It must not change during use.
	Err error

	mu      sync.Mutex
	entries map[string][]telemed.Entry
}

// AppendEntry implements [telemed.Journal]. It forgets nothing.
func (j *Journal) AppendEntry(_ context.Context, journal string, e telemed.Entry, _ uint64) error {
	if j.Err != nil {
		return j.Err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.entries == nil {
		j.entries = make(map[string][]telemed.Entry)
	}
	e.Content = slices.Clone(e.Content)
	j.entries[journal] = append(j.entries[journal], e)
	return nil
}

// Entries implements [telemed.Journal].
func (j *Journal) Entries(_ context.Context, journal string) ([]telemed.Entry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.entries[journal]), nil
}
