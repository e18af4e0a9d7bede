package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

//go:embed wall.html
var page []byte

// A wall shows the ward in a browser: a page, and a stream of what changes.
type wall struct {
	ward    *ward.Ward
	beds    map[vitals.PatientID]*bed
	now     func() time.Time // of the patients
	bedside *bedside         // to which commands go; nil: there are none

	mu     sync.Mutex
	scores map[vitals.PatientID]score.Result
}

func newWall(live *ward.Ward, beds []*bed, now func() time.Time) *wall {
	w := &wall{ward: live, now: now, beds: map[vitals.PatientID]*bed{}, scores: map[vitals.PatientID]score.Result{}}
	for _, b := range beds {
		w.beds[b.patient.ID()] = b
	}
	return w
}

func (w *wall) scored(p vitals.PatientID, r score.Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scores[p] = r
}

func (w *wall) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		rw.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'")
		rw.Header().Set("Cache-Control", "no-store")
		_, _ = rw.Write(page)
	})
	mux.HandleFunc("GET /events", w.stream)
	mux.HandleFunc("POST /alarms/{id}", w.command)
	mux.HandleFunc("POST /beds/{bed}", w.command)
	return http.NewCrossOriginProtection().Handler(mux)
}

// stream sends the beds that changed, four times a second at the most, and at
// least the time once a second.
func (w *wall) stream(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Content-Type", "text/event-stream")
	rw.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(rw)
	changes := w.ward.Subscribe()
	defer changes.Close()
	if !w.send(rw, w.empty()) || out.Flush() != nil {
		return
	}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	states := make(chan []ward.PatientState)
	go func() {
		for {
			changed, err := changes.Next(r.Context())
			if err != nil {
				return
			}
			select {
			case states <- changed:
				time.Sleep(250 * time.Millisecond) // what changes meanwhile comes together
			case <-r.Context().Done():
				return
			}
		}
	}()
	shown := map[string]int{} // how many values of a bed were shown as stale
	for {
		var changed []ward.PatientState
		aged := false
		select {
		case changed = <-states:
		case <-ticker.C: // silence changes nothing in the ward but what is stale
			changed, aged = w.ward.Patients(), true
		case <-r.Context().Done():
			return
		}
		views := make([]bedView, 0, len(changed))
		for _, s := range changed {
			b := w.beds[s.Patient]
			if b == nil {
				continue // of the ward, whose alarms go with every message
			}
			v := w.view(b, s)
			if stale := v.stale(); !aged || stale != shown[v.Bed] {
				shown[v.Bed] = stale
				views = append(views, v)
			}
		}
		if !w.send(rw, views) || out.Flush() != nil {
			return
		}
	}
}

func (w *wall) send(rw http.ResponseWriter, beds []bedView) bool {
	nobody, _ := w.ward.Patient(vitals.PatientID{})
	b, err := json.Marshal(struct {
		Beds []bedView   `json:"beds"`
		Ward []alarmView `json:"ward"` // alarms about nobody, such as of a gateway
		Now  time.Time   `json:"now"`
	}{beds, w.alarms(nobody), w.now()})
	if err != nil {
		return false
	}
	_, err = fmt.Fprintf(rw, "data: %s\n\n", b)
	return err == nil
}

// empty is the whole ward before any value, so that every bed has its place.
func (w *wall) empty() []bedView {
	views := make([]bedView, len(w.beds))
	for p, b := range w.beds {
		state, _ := w.ward.Patient(p)
		views[b.number] = w.view(b, state)
	}
	return views
}
