package subscription_test

import (
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/fhir/subscription"
	"github.com/telemed-go/sdk/fhir/validate"
)

func TestRequest(t *testing.T) {
	for name, q := range map[string]subscription.Request{
		"least": {Topic: topic, Endpoint: "https://ward.example/hook"},
		"all": {
			Topic: topic, Filter: "Observation?category=vital-signs", Endpoint: "https://ward.example/hook", Secret: secret,
			Content: subscription.IDOnly, Heartbeat: time.Minute, MaxCount: 20, End: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		},
	} {
		resource, err := q.Resource()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, issue := range validate.Resource(resource) {
			if issue.Severity == validate.Error { // the guide's own profile is not known there
				t.Errorf("%s: %v", name, issue)
			}
		}
		if all := string(resource); name == "all" && !(strings.Contains(all, "id-only") && strings.Contains(all, "Bearer "+secret) && strings.Contains(all, `"valueUnsignedInt":60`)) {
			t.Errorf("%s: %s", name, all)
		}
	}
	for name, q := range map[string]subscription.Request{
		"zero": {}, "no topic": {Endpoint: "https://ward.example/hook"}, "no endpoint": {Topic: topic}, "no host": {Topic: topic, Endpoint: "/hook"},
	} {
		if _, err := q.Resource(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
