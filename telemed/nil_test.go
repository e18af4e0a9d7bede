package telemed_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/census"
	"github.com/telemed-go/sdk/telemed/telemedtest"
)

// What is missing is an error at the start and no panic later.
func TestNilParts(t *testing.T) {
	newProcessor := func(int) (telemed.Processor, error) { return new(counter), nil }
	for name, run := range map[string]func() error{
		"a sink": func() error {
			g := telemed.Gateway{Source: telemedtest.Frames(), Decoder: gatt.Health(), Log: newMemoryLog(), Sinks: []telemed.Sink{nil}}
			return g.Run(t.Context())
		},
		"the log of Process":       func() error { return telemed.Process(t.Context(), nil, new(oneLease), newProcessor) },
		"the leases of Process":    func() error { return telemed.Process(t.Context(), newMemoryLog(), nil, newProcessor) },
		"the function of Process":  func() error { return telemed.Process(t.Context(), newMemoryLog(), new(oneLease), nil) },
		"the journal of a census":  func() error { _, err := census.Open(t.Context(), nil); return err },
		"the parts of the Gateway": func() error { return new(telemed.Gateway).Run(t.Context()) },
	} {
		if err := run(); err == nil {
			t.Errorf("%s is nil: no error", name)
		}
	}
}
