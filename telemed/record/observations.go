package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// Observations is a [telemed.Sink] that writes each measurement as a FHIR Observation,
// one JSON document a line (NDJSON). Lines are written whole, a batch at once.
//
// After a crash the last measurements may be written again, with the same id:
// the last line of an id counts. Measurements that cannot become an
// Observation, as those for whose kind there is no code, are left out and
// counted: see [fhir.Supports].
type Observations struct {
	W      io.Writer
	Mapper fhir.Mapper

	mu   sync.Mutex
	buf  []byte
	left int
}

var errNoWriter = errors.New("record: nowhere to write Observations")

// Name implements [telemed.Sink].
func (o *Observations) Name() string { return "observations" }

// Put implements [telemed.Sink].
func (o *Observations) Put(_ context.Context, readings []vitals.Reading) error {
	if o.W == nil {
		return errNoWriter
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.buf = o.buf[:0]
	left := 0
	for panel := range vitals.Panels(readings) {
		b, err := o.Mapper.AppendObservation(o.buf, panel)
		if err != nil { // no code, no patient: trying again changes nothing
			left++
			continue
		}
		o.buf = append(b, '\n')
	}
	if _, err := o.W.Write(o.buf); err != nil {
		return fmt.Errorf("record: write observations: %w", err)
	}
	o.left += left
	return nil
}

// LeftOut is how many measurements could not become an Observation.
func (o *Observations) LeftOut() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.left
}
