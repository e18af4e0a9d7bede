package main

import (
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

// The shapes that the page reads.
type (
	bedView struct {
		Bed      string               `json:"bed"`
		Gateway  string               `json:"gateway"`
		Name     string               `json:"name"`
		Age      int                  `json:"age"`
		Scenario string               `json:"scenario"`
		Vitals   map[string]vitalView `json:"vitals"`
		NEWS2    *scoreView           `json:"news2,omitempty"`
		Alarms   []alarmView          `json:"alarms"`
	}
	vitalView struct {
		Value   string         `json:"value"`
		Unit    string         `json:"unit"`
		At      time.Time      `json:"at"`
		Stale   bool           `json:"stale"`
		Quality vitals.Quality `json:"quality"`
	}
	scoreView struct {
		Total    int      `json:"total"`
		Band     string   `json:"band"`
		Complete bool     `json:"complete"`
		Missing  []string `json:"missing"`
	}
	alarmView struct {
		alert.EventDocument        // with the explanation
		Technical           bool   `json:"technical"`
		About               string `json:"about,omitempty"` // the gateway, if it is about no patient
		Calls               []call `json:"calls"`
	}
)

// stale counts the values that are too old to pass for the present.
func (v bedView) stale() (n int) {
	for _, vital := range v.Vitals {
		if vital.Stale {
			n++
		}
	}
	return n
}

func (w *wall) view(b *bed, s ward.PatientState) bedView {
	v := bedView{
		Bed: b.name, Gateway: string(b.gateway()), Name: b.label, Age: b.patient.Age(), Scenario: b.patient.Scenario().String(),
		Vitals: map[string]vitalView{}, Alarms: w.alarms(s),
	}
	now := w.now()
	for _, r := range s.Latest {
		value, unit := display(r)
		v.Vitals[r.Kind.String()] = vitalView{value, unit, r.At, ward.Stale(r, now), r.Quality}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if r, ok := w.scores[s.Patient]; ok {
		v.NEWS2 = &scoreView{Total: r.Total, Band: r.Band.String(), Complete: r.Complete(), Missing: []string{}}
		for p := range r.Missing.All() {
			v.NEWS2.Missing = append(v.NEWS2.Missing, p.String())
		}
	}
	return v
}

// alarms are the standing alarms of a patient, or of nobody.
func (w *wall) alarms(s ward.PatientState) []alarmView {
	views := []alarmView{}
	for _, e := range s.Alarms {
		d, err := e.Document()
		if err != nil {
			continue // a score that does not exist
		}
		v := alarmView{EventDocument: d, Technical: e.Category == alert.Technical, Calls: []call{}}
		if s.Patient.IsZero() {
			v.About = string(e.Device)
		}
		if w.bedside != nil {
			v.Calls = append(v.Calls, w.bedside.pager.of(e.ID)...)
		}
		views = append(views, v)
	}
	return views
}
