package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/alarms"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

// A pager calls somebody. The key is the same when a page comes twice.
type pager func(ctx context.Context, key string, p vitals.PatientID, text string) error

// monitoring is what the service adds to itself.
type monitoring struct {
	db      database
	log     *store.Log
	ward    ward.Ward
	alarms  *alarms.Engine
	pager   alert.Queue
	gateway telemed.Gateway
	parts   []telemed.Measured
}

// newMonitoring opens the log. It does not wait for the broker.
func newMonitoring(ctx context.Context, broker, file string, db database, page pager, logger *slog.Logger) (*monitoring, error) {
	source, err := mqtt.NewSource(broker, mqtt.Subscribe("ward/+/gatt/#"), mqtt.Logger(logger))
	if err != nil {
		return nil, err
	}
	m := &monitoring{db: db}
	m.pager.To = alert.NotifyFunc(func(ctx context.Context, e alert.Event) error {
		if !e.Announce {
			return nil // only what is shown has changed
		}
		return page(ctx, fmt.Sprintf("%s-%d", e.ID, e.Number), e.Patient, e.String())
	})
	engine, err := alert.NewEngine(alert.Notifiers{&m.ward, &m.pager},
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(10*time.Second).Priority(alert.High),
		alert.Above(vitals.HeartRate, vitals.PerMinute(130)).For(30*time.Second).Priority(alert.Medium),
		alert.Missing(vitals.SpO2, 5*time.Minute))
	if err != nil {
		return nil, err
	}
	if m.log, err = store.Open(file); err != nil {
		return nil, err
	}
	if m.alarms, err = alarms.Open(ctx, engine, m.log); err != nil {
		return nil, errors.Join(err, m.log.Close())
	}
	m.gateway = telemed.Gateway{
		Source: source, Decoder: gatt.Health(), Log: m.log, Roster: telemed.RosterFunc(db.wears),
		Sinks: []telemed.Sink{&m.ward, m.alarms}, Logger: logger,
	}
	m.parts = []telemed.Measured{&m.gateway, source, m.log, &m.ward}
	return m, nil
}

// run ends with the context, after what was received is stored.
func (m *monitoring) run(ctx context.Context) error {
	var paging sync.WaitGroup
	defer paging.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	paging.Go(func() { _ = m.pager.Run(ctx) }) // it ends with the context only
	return errors.Join(m.gateway.Run(ctx), m.log.Close())
}

func (m *monitoring) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /patients/{patient}/live", m.allowed(m.live))
	mux.HandleFunc("GET /patients/{patient}/events", m.allowed(m.events))
	mux.HandleFunc("POST /patients/{patient}/alarms/{alarm}/acknowledge", m.allowed(m.acknowledge))
	mux.HandleFunc("GET /metrics", m.metrics)
	mux.HandleFunc("GET /readyz", m.ready)
}

func (m *monitoring) live(w http.ResponseWriter, _ *http.Request, p vitals.PatientID, _ string) {
	state, _ := m.ward.Patient(p) // empty if nothing has come yet
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(state)
}

func (m *monitoring) events(w http.ResponseWriter, r *http.Request, p vitals.PatientID, _ string) {
	w.Header().Set("Content-Type", "text/event-stream")
	changes := m.ward.SubscribeTo(p)
	defer changes.Close()
	for {
		states, err := changes.Next(r.Context())
		if err != nil {
			return // the page was closed, or the service ends
		}
		for _, state := range states {
			text, err := json.Marshal(state)
			if err != nil {
				return
			}
			fmt.Fprintf(w, "data: %s\n\n", text)
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
	}
}

func (m *monitoring) acknowledge(w http.ResponseWriter, r *http.Request, p vitals.PatientID, who string) {
	var id alert.AlarmID
	err := id.UnmarshalText([]byte(r.PathValue("alarm")))
	state, _ := m.ward.Patient(p)
	if err != nil || !slices.ContainsFunc(state.Alarms, func(e alert.Event) bool { return e.ID == id }) {
		http.Error(w, "no such alarm of this patient", http.StatusNotFound)
		return
	}
	err = m.alarms.Do(r.Context(), alert.Command{Action: alert.Acknowledge, At: time.Now(), By: who, Alarm: id})
	switch {
	case err == nil, errors.Is(err, alert.ErrUndelivered): // the pager hears of it later
		w.WriteHeader(http.StatusNoContent)
	case errors.Is(err, alert.ErrNoAlarm):
		http.Error(w, "the alarm has ended", http.StatusNotFound)
	default:
		http.Error(w, "try again", http.StatusServiceUnavailable)
	}
}

func (m *monitoring) metrics(w http.ResponseWriter, _ *http.Request) {
	for _, part := range m.parts {
		for n := range part.Metrics {
			fmt.Fprintf(w, "%s{part=%q} %v\n", n.Name, n.Part, n.Value)
		}
	}
}

func (m *monitoring) ready(w http.ResponseWriter, _ *http.Request) {
	problems := m.gateway.Health()
	if len(problems) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(problems)
}

// allowed asks the database who is there, and whom they may see. It believes the
// name as it comes; a real service has a login.
func (m *monitoring) allowed(h func(http.ResponseWriter, *http.Request, vitals.PatientID, string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, _, _ := r.BasicAuth()
		number := r.PathValue("patient")
		if !slices.Contains(m.db.staff[who], number) {
			http.Error(w, "not yours to see", http.StatusForbidden)
			return
		}
		h(w, r, vitals.NewPatientID(number), who)
	}
}

func (db database) wears(d vitals.DeviceID, _ time.Time) (vitals.PatientID, bool) {
	number, ok := db.wearer[d]
	return vitals.NewPatientID(number), ok
}
