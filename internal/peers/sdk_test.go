package peers

import (
	"context"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

// sdk is the engine of package alert.
type sdk struct{ engine *alert.Engine }

func newSDK(limits []limit, changed tell) (monitor, error) {
	rules := []alert.Rule{alert.Missing(vitals.SpO2, dataAfter).Named(missingRule)}
	for _, l := range limits {
		rules = append(rules,
			alert.Below(vitals.SpO2, vitals.Percent(l.below)).Named(l.name).For(lowDelay).ClearAt(vitals.Percent(l.clear)))
	}
	e, err := alert.NewEngine(
		alert.NotifyFunc(func(_ context.Context, e alert.Event) error {
			changed(e.Patient, e.Rule, e.State != alert.Ended, e.At)
			return nil
		}), rules...)
	return sdk{e}, err
}

func (s sdk) put(batch []vitals.Reading) error { return s.engine.Put(context.Background(), batch) }

func (s sdk) advance(now time.Time) error { return s.engine.Advance(context.Background(), now) }
