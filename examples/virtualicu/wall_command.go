package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/escalate"
	"github.com/telemed-go/sdk/vitals"
)

// A request is what the page asks to do: "acknowledge" or "snooze" an alarm,
// "pause" or "resume" a bed.
type request struct {
	Do      string `json:"do"`
	By      string `json:"by"`      // the name that was typed, 1 to 64 bytes
	Minutes int    `json:"minutes"` // of a snooze or pause, 1 to 10
}

const (
	maxRequest = 1 << 10
	maxName    = 64
	maxMinutes = 10
)

var (
	errRequest = errors.New("not a request that this page makes")
	errName    = errors.New("who does it? a name of 1 to 64 letters, please")
)

// command does what somebody asks for before the page.
func (w *wall) command(rw http.ResponseWriter, r *http.Request) {
	var q request
	err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, maxRequest)).Decode(&q)
	q.By = strings.TrimSpace(q.By)
	switch {
	case w.bedside == nil || err != nil || q.Minutes < 0 || q.Minutes > maxMinutes:
		err = errRequest
	case q.By == "" || len(q.By) > maxName || !utf8.ValidString(q.By):
		err = errName
	case r.PathValue("bed") != "":
		err = w.atBed(r.Context(), r.PathValue("bed"), q)
	default:
		err = w.atAlarm(r.Context(), r.PathValue("id"), q)
	}
	code := http.StatusNoContent
	switch {
	case errors.Is(err, alert.ErrNoAlarm):
		code = http.StatusNotFound
	case errors.Is(err, alert.ErrNonSuppressible):
		code = http.StatusConflict
	case errors.Is(err, errRequest), errors.Is(err, errName), errors.Is(err, alert.ErrCommand):
		code = http.StatusBadRequest
	case err != nil:
		code, err = http.StatusInternalServerError, errors.New("it did not work")
	}
	if err != nil {
		http.Error(rw, err.Error(), code)
		return
	}
	rw.WriteHeader(code)
}

func (w *wall) atAlarm(ctx context.Context, id string, q request) error {
	var alarm alert.AlarmID
	if err := alarm.UnmarshalText([]byte(id)); err != nil {
		return errRequest
	}
	at := w.bedside.now()
	switch q.Do {
	case "acknowledge":
		return w.bedside.dispatcher.Acknowledge(ctx, escalate.Answer{Alarm: alarm, By: q.By, At: at})
	case "snooze":
		return w.bedside.engine.Do(ctx, alert.Command{Action: alert.Snooze, Alarm: alarm, By: q.By, At: at, For: q.length()})
	}
	return errRequest
}

func (w *wall) atBed(ctx context.Context, name string, q request) error {
	c := alert.Command{By: q.By, At: w.bedside.now(), Patient: w.patientIn(name)}
	switch {
	case c.Patient.IsZero():
		return errRequest
	case q.Do == "pause":
		c.Action, c.For = alert.Pause, q.length()
	case q.Do == "resume":
		c.Action = alert.Resume
	default:
		return errRequest
	}
	return w.bedside.engine.Do(ctx, c)
}

func (q request) length() time.Duration { return time.Duration(q.Minutes) * time.Minute }

func (w *wall) patientIn(name string) vitals.PatientID {
	for p, b := range w.beds {
		if b.name == name {
			return p
		}
	}
	return vitals.PatientID{}
}
