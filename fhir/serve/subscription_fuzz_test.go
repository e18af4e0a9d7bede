package serve

import (
	"encoding/json"
	"strings"
	"testing"
)

// Whatever is accepted as a subscription has a bounded appetite, goes to https
// or to this machine, and is told without its secrets.
func FuzzSubscription(f *testing.F) {
	const good = `{"resourceType":"Subscription","status":"requested","reason":"r","end":"2030-01-01T00:00:00Z","criteria":"` + TopicObservations +
		`","_criteria":{"extension":[{"url":"` + backport + `backport-filter-criteria","valueString":"Observation?patient=p1&code=x"}]},` +
		`"channel":{"type":"rest-hook","endpoint":"https://a.example/x","payload":"application/fhir+json","header":["Authorization: DOE^JANE"],` +
		`"extension":[{"url":"` + backport + `backport-heartbeat-period","valueUnsignedInt":60}]}}`
	f.Add([]byte(good))
	f.Add([]byte(strings.ReplaceAll(good, "https", "http")))
	f.Add([]byte(strings.ReplaceAll(good, TopicObservations, TopicAlarms)))
	f.Add([]byte(`{"resourceType":"Subscription"}`))
	f.Add([]byte(`null`))
	who := Principal{ID: "a", Scopes: ParseScopes("system/*.cruds")}
	f.Fuzz(func(t *testing.T, body []byte) {
		s, fault := parseSubscription(body, who, reader{})
		if fault != nil {
			if b := fault.appendOutcome(nil); !json.Valid(b) {
				t.Errorf("the outcome is no JSON")
			}
			return
		}
		if s.batch < 1 || s.batch > maxBatch || s.timeout <= 0 || s.timeout > maxTimeout || s.beat != 0 && s.beat < minBeat || len(s.header) > maxHeaders {
			t.Errorf("batch %d, timeout %v, heartbeat %v, %d headers: beyond the limits", s.batch, s.timeout, s.beat, len(s.header))
		}
		if s.endpoint.Scheme != "https" && !isLoopback(s.endpoint.Hostname()) || s.endpoint.User != nil {
			t.Errorf("the endpoint is %s", s.endpoint.Scheme)
		}
		text := s.appendJSON()
		if !json.Valid(text) || strings.Contains(string(text), `"header"`) {
			t.Errorf("the resource is %s", text)
		}
		if _, fault := parseSubscription(text, who, reader{}); fault != nil {
			t.Errorf("what was accepted is refused when it is sent again: %v", fault)
		}
	})
}
