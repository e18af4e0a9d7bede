package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/telemed-go/sdk/alert/escalate"
)

// people are those who are told, and the ways to them.
type people struct {
	timeline *timeline
	clock    func() time.Time
	station  *httptest.Server // of the nurse
	hook     *escalate.Webhook

	mu                 sync.Mutex
	latest             map[string]escalate.Notice // calls
	known              map[escalate.MessageID]bool
	phoneOff, lineDown bool
}

// key signs what goes to the nurse's station. A program gets it from a vault.
var key = escalate.Key{ID: "simulated", Secret: []byte("no secret at all, as a simulation")}

// notifiers are the channels: the wearable by a broker, the nurse's station by a
// webhook, and two telephones.
func (p *people) notifiers() (map[string]escalate.Notifier, error) {
	if p.station == nil {
		p.latest, p.known = make(map[string]escalate.Notice), make(map[escalate.MessageID]bool)
		p.station = httptest.NewServer(http.HandlerFunc(p.nurse))
	}
	var err error
	if p.hook == nil {
		// On the loopback interface only; elsewhere the address is https.
		p.hook, err = escalate.NewWebhook(p.station.URL, key, escalate.InsecurePlainHTTP())
	}
	return map[string]escalate.Notifier{
		"wearable": escalate.Wearable{
			Publisher: publisher(p.wearable), Topic: func(escalate.Recipient) string { return "home/1/wearable" },
		},
		"daughter":  escalate.NotifyFunc(p.daughter),
		"nurse":     p.hook,
		"physician": escalate.NotifyFunc(p.physician),
	}, err
}

func (p *people) close() {
	_ = p.hook.Close()
	p.station.Close()
}

// publisher stands for the connection to the broker, which would be an
// mqtt.Publisher.
type publisher func(payload []byte) error

// Publish implements [escalate.Publisher].
func (f publisher) Publish(_ context.Context, _ string, payload []byte) error { return f(payload) }

func (p *people) wearable(payload []byte) error {
	n, err := escalate.ParseNotice(payload)
	if err != nil {
		return err
	}
	p.told("wearable", 3, n, "buzzes")
	return nil
}

func (p *people) daughter(_ context.Context, m escalate.Message) (escalate.Receipt, error) {
	p.mu.Lock()
	off := p.phoneOff
	p.mu.Unlock()
	if off {
		return escalate.Failed, errors.New("the telephone is off")
	}
	p.told("daughter", 4, m.Notice(), "rings")
	return escalate.Delivered, nil
}

func (p *people) physician(_ context.Context, m escalate.Message) (escalate.Receipt, error) {
	p.told("physician", 6, m.Notice(), "rings")
	return escalate.Delivered, nil
}

// nurse is the server of the nurse's station.
func (p *people) nurse(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	down := p.lineDown
	p.mu.Unlock()
	if down {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	verifier := escalate.Verifier{Keys: func(string) []byte { return key.Secret }}
	n, err := verifier.Verify(r, time.Now())
	if err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	p.told("nurse", 5, n, "shows")
	w.Header().Set(escalate.ReceiptHeader, n.ID.String())
}

// told prints what somebody gets, and drops repeats as a receiver has to.
func (p *people) told(who string, rank int, n escalate.Notice, how string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[n.ID] {
		return
	}
	p.known[n.ID] = true
	if n.Kind == escalate.Call {
		p.latest[who] = n
	} else {
		how = "shows"
	}
	now, since := p.clock(), ""
	if late := now.Sub(n.At); late >= time.Minute {
		since = ", waiting since " + n.At.In(p.timeline.zone).Format("15:04")
	}
	p.timeline.say(now, rank, "  → %-9s  %s “%s”%s", who, how, n.Text, since)
}
