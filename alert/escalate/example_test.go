package escalate_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/escalate"
	"github.com/telemed-go/sdk/vitals"
)

// An alarm at night: nobody answers at first, then the caregiver does.
func Example() {
	evening := time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC)
	var now time.Time
	show := escalate.NotifyFunc(func(_ context.Context, m escalate.Message) (escalate.Receipt, error) {
		fmt.Printf("%s %s: %s\n", now.Format("15:04"), m.To.ID, m.Text)
		return escalate.Delivered, nil
	})
	d, err := escalate.New(escalate.Config{
		Notifiers: map[string]escalate.Notifier{"watch": show, "phone": show, "pager": show},
		Routes: []escalate.Route{{Priority: alert.Medium, Chain: escalate.Standard(
			escalate.Recipient{ID: "Device/watch-1", Channel: "watch"},
			escalate.Recipient{ID: "RelatedPerson/1", Channel: "phone"},
			escalate.Recipient{ID: "Practitioner/nurse", Channel: "pager"},
			escalate.Recipient{ID: "Practitioner/physician", Channel: "pager"},
		)}},
		// Journal: the result of escalate.OpenFile("escalations.journal"),
	})
	if err != nil {
		log.Fatal(err)
	}
	alarms, err := alert.NewEngine(d, alert.Below(vitals.SpO2, vitals.Percent(90)).Priority(alert.High))
	if err != nil {
		log.Fatal(err)
	}

	// A program calls d.Run; here time is our own.
	ctx := context.Background()
	oximeter := func(percent int64) {
		err := alarms.Put(ctx, []vitals.Reading{{Patient: vitals.NewPatientID("p1"), Kind: vitals.SpO2, Quantity: vitals.Percent(percent), At: now}})
		if err != nil {
			log.Fatal(err)
		}
	}
	for minute := range 10 {
		now = evening.Add(time.Duration(minute) * time.Minute)
		switch minute {
		case 0:
			oximeter(86)
		case 6:
			err := d.Acknowledge(ctx, escalate.Answer{Alarm: alarms.Active(nil)[0].ID, By: "caregiver", At: now})
			if err != nil {
				log.Fatal(err)
			}
		}
		if err := d.Advance(ctx, now); err != nil {
			log.Fatal(err)
		}
	}
	// Unordered output:
	// 23:00 Device/watch-1: Alarm 2a376a65, high priority: please respond
	// 23:02 RelatedPerson/1: Alarm 2a376a65, high priority: please respond
	// 23:05 Practitioner/nurse: Alarm 2a376a65, high priority: please respond
	// 23:06 Device/watch-1: Alarm 2a376a65, high priority: acknowledged by caregiver
	// 23:06 RelatedPerson/1: Alarm 2a376a65, high priority: acknowledged by caregiver
	// 23:06 Practitioner/nurse: Alarm 2a376a65, high priority: acknowledged by caregiver
}

// A receiver of webhooks checks the signature and confirms.
func ExampleWebhook() {
	key := escalate.Key{ID: "2026-03", Secret: []byte("32 random bytes from a vault ...")}
	verifier := escalate.Verifier{Keys: func(id string) []byte {
		if id == key.ID {
			return key.Secret
		}
		return nil
	}}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		notice, err := verifier.Verify(r, time.Now())
		if err != nil {
			http.Error(w, "not signed", http.StatusUnauthorized)
			return
		}
		fmt.Printf("to %s: %s\n", notice.To, notice.Text) // once for each notice.ID
		w.Header().Set(escalate.ReceiptHeader, notice.ID.String())
	}))
	defer receiver.Close()

	hook, err := escalate.NewWebhook(receiver.URL, key, escalate.InsecurePlainHTTP()) // in life: https
	if err != nil {
		log.Fatal(err)
	}
	defer hook.Close()
	receipt, err := hook.Notify(context.Background(), escalate.Message{
		ID: escalate.MessageID{1}, Kind: escalate.Call, To: escalate.Recipient{ID: "RelatedPerson/1"}, Text: "please respond",
	})
	fmt.Println(receipt, err)
	// Output:
	// to RelatedPerson/1: please respond
	// delivered <nil>
}
