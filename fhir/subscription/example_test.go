package subscription_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/telemed-go/sdk/fhir/subscription"
)

// The second of two notifications arrives, the first was lost.
func Example() {
	ctx, done := context.WithCancel(context.Background())
	receiver := &subscription.Receiver{
		Subscription: "Subscription/7",
		Authorize:    subscription.Bearer("s3cret"),
		Handle: func(_ context.Context, e subscription.Event) error {
			fmt.Println(e.Number, e.Focus)
			if e.Number == 2 {
				done()
			}
			return nil
		},
		Get:  (&server{first: 1, count: 2}).get, // a client of the server
		Load: func(context.Context) (uint64, error) { return 0, nil },
		Save: func(context.Context, uint64) error { return nil },
	}
	mux := http.NewServeMux()
	mux.Handle("POST /hook", receiver)

	notification := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(bundle("event-notification", 2, 2, 2, false)))
	notification.Header.Set("Authorization", "Bearer s3cret")
	mux.ServeHTTP(httptest.NewRecorder(), notification)

	if err := receiver.Run(ctx); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 1 Observation/o1
	// 2 Observation/o2
}

func ExampleRequest() {
	resource, err := subscription.Request{
		Topic: "https://ehr.example/topics/vital-signs", Filter: "Observation?category=vital-signs",
		Endpoint: "https://ward.example/hook", Content: subscription.IDOnly,
	}.Resource()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(resource[:60]))
	// Output: {"resourceType":"Subscription","meta":{"profile":["http://hl
}
