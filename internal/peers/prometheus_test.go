package peers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/telemed-go/sdk/vitals"
)

// prometheus is a rule group of Prometheus over its own store.
type prometheus struct {
	db     *tsdb.DB
	group  *rules.Group
	ids    map[string]vitals.PatientID
	series map[vitals.PatientID]series
}

type series struct {
	ref    storage.SeriesRef
	labels labels.Labels
}

// The hysteresis goes by the alarm that the previous evaluation stored.
func lowQuery(l limit) string {
	return fmt.Sprintf(`spo2 < %d or (spo2 < %d and on (patient) ALERTS{alertname=%q, alertstate="firing"})`, l.below, l.clear, l.name)
}

func missingQuery() string { return fmt.Sprintf(`time() - timestamp(spo2) >= %g`, dataAfter.Seconds()) }

func newPrometheus(tb testing.TB, limits []limit, changed tell) (*prometheus, error) {
	opts := tsdb.DefaultOptions()
	opts.WALSegmentSize = -1 // no log
	db, err := tsdb.Open(tb.TempDir(), nil, nil, opts, nil)
	if err != nil {
		return nil, err
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error("closing the store:", err)
		}
	})
	db.DisableCompactions()
	p := &prometheus{db: db, ids: make(map[string]vitals.PatientID), series: make(map[vitals.PatientID]series)}
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e7, Timeout: time.Minute})
	quiet := slog.New(slog.DiscardHandler)
	all, err := promRules(limits, quiet)
	if err != nil {
		return nil, err
	}
	p.group = rules.NewGroup(rules.GroupOptions{
		Name: "ward", Interval: cadence, Rules: all,
		Opts: &rules.ManagerOptions{
			Context: context.Background(), Logger: quiet, ResendDelay: 24 * time.Hour,
			QueryFunc: rules.EngineQueryFunc(engine, db), Appendable: db, Queryable: db,
			NotifyFunc: func(_ context.Context, _ string, alerts ...*rules.Alert) { p.notify(alerts, changed) },
		},
	})
	return p, nil
}

func promRules(limits []limit, log *slog.Logger) ([]rules.Rule, error) {
	missing, err := promRule(missingRule, missingQuery(), 0, log)
	if err != nil {
		return nil, err
	}
	all := []rules.Rule{missing}
	for _, l := range limits {
		r, err := promRule(l.name, lowQuery(l), lowDelay, log)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

func promRule(name, query string, hold time.Duration, log *slog.Logger) (*rules.AlertingRule, error) {
	e, err := parser.ParseExpr(query)
	if err != nil {
		return nil, err
	}
	none := labels.EmptyLabels()
	return rules.NewAlertingRule(name, e, hold, 0, none, none, none, "", true, log), nil
}

func (p *prometheus) notify(alerts []*rules.Alert, changed tell) {
	for _, a := range alerts {
		at, raised := a.FiredAt, true
		if a.State == rules.StateInactive {
			at, raised = a.ResolvedAt, false
		}
		changed(p.ids[a.Labels.Get("patient")], a.Labels.Get(labels.AlertName), raised, at)
	}
}

// put stores the readings as a scrape would; an exporter leaves out what is no
// value.
func (p *prometheus) put(batch []vitals.Reading) error {
	app := p.db.Appender(context.Background())
	for i := range batch {
		r := &batch[i]
		if r.Quality.Has(vitals.NoContact) {
			continue
		}
		s, ok := p.series[r.Patient]
		if !ok {
			name := r.Patient.Reveal()
			p.ids[name] = r.Patient
			s.labels = labels.FromStrings(labels.MetricName, "spo2", "patient", name)
		}
		ref, err := app.Append(s.ref, s.labels, r.At.UnixMilli(), r.Quantity.Value().Float64())
		switch {
		case errors.Is(err, storage.ErrOutOfOrderSample), errors.Is(err, storage.ErrDuplicateSampleForTimestamp):
			continue
		case err != nil:
			return errors.Join(err, app.Rollback())
		}
		s.ref = ref
		p.series[r.Patient] = s
	}
	return app.Commit()
}

func (p *prometheus) advance(now time.Time) error {
	p.group.Eval(context.Background(), now)
	for _, r := range p.group.Rules() {
		if err := r.LastError(); err != nil {
			return fmt.Errorf("rule %s: %w", r.Name(), err)
		}
	}
	return nil
}
