package serve_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/serve"
	"github.com/telemed-go/sdk/vitals"
)

// An endpoint takes notifications, as a transport of the server, so that a test
// can stand in a bubble of time.
type endpoint struct {
	t *testing.T

	mu     sync.Mutex
	fails  func(n int) bool // whether attempt n, from 1, fails
	calls  int
	taken  []notification
	header http.Header
	raw    func([]byte) // sees every body, if set
}

func (e *endpoint) RoundTrip(r *http.Request) (*http.Response, error) {
	body := readAll(e.t, r.Body)
	valid(e.t, body)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls++
	e.header = r.Header
	if e.raw != nil {
		e.raw(body)
	}
	answer := &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("")), Header: make(http.Header), Request: r}
	if e.fails != nil && e.fails(e.calls) {
		answer.StatusCode = 500
		return answer, nil
	}
	e.taken = append(e.taken, parseNotification(e.t, body))
	return answer, nil
}

// take returns what came since the last time.
func (e *endpoint) take() []notification {
	synctest.Wait()
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.taken
	e.taken = nil
	return list
}

func (e *endpoint) failing(f func(int) bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fails, e.calls = f, 0
}

// A notification is what tests read of one.
type notification struct {
	kind, status, topic, subscription string
	since                             string
	numbers, focus                    []string
	resources                         []json.RawMessage
}

func parseNotification(t testing.TB, body []byte) (n notification) {
	t.Helper()
	type parameter struct {
		Name           string
		ValueCode      string
		ValueString    string
		ValueCanonical string
		ValueReference struct{ Reference string }
		Part           []struct {
			Name           string
			ValueString    string
			ValueReference struct{ Reference string }
		}
	}
	var b struct {
		Type  string
		Entry []struct{ Resource json.RawMessage }
	}
	require.NoError(t, json.Unmarshal(body, &b))
	require.NotEmpty(t, b.Entry)
	var status struct {
		ResourceType string
		Parameter    []parameter
	}
	require.NoError(t, json.Unmarshal(b.Entry[0].Resource, &status))
	require.Equal(t, "Parameters", status.ResourceType)
	for _, p := range status.Parameter {
		switch p.Name {
		case "type":
			n.kind = p.ValueCode
		case "status":
			n.status = p.ValueCode
		case "topic":
			n.topic = p.ValueCanonical
		case "subscription":
			n.subscription = p.ValueReference.Reference
		case "events-since-subscription-start":
			n.since = p.ValueString
		case "notification-event":
			for _, part := range p.Part {
				switch part.Name {
				case "event-number":
					n.numbers = append(n.numbers, part.ValueString)
				case "focus":
					n.focus = append(n.focus, part.ValueReference.Reference)
				}
			}
		}
	}
	for _, e := range b.Entry[1:] {
		if e.Resource != nil {
			n.resources = append(n.resources, e.Resource)
		}
	}
	return n
}

const ext = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"

// subscriptionOf is a Subscription; change changes its members.
func subscriptionOf(t testing.TB, topic, filter, content string, change ...func(map[string]any)) string {
	t.Helper()
	channel := map[string]any{
		"type": "rest-hook", "endpoint": "https://hook.example/in", "payload": "application/fhir+json",
		"_payload":  map[string]any{"extension": []any{map[string]any{"url": ext + "backport-payload-content", "valueCode": content}}},
		"extension": []any{map[string]any{"url": ext + "backport-heartbeat-period", "valueUnsignedInt": 60}},
		"header":    []string{"Authorization: Bearer hook-secret"},
	}
	s := map[string]any{"resourceType": "Subscription", "status": "requested", "reason": "test", "criteria": topic, "channel": channel}
	if filter != "" {
		s["_criteria"] = map[string]any{"extension": []any{map[string]any{"url": ext + "backport-filter-criteria", "valueString": filter}}}
	}
	for _, c := range change {
		c(s)
	}
	b, err := json.Marshal(s)
	require.NoError(t, err)
	return string(b)
}

const fhirJSON = "application/fhir+json"

func (w *ward) subscribe(who, body string) answer {
	w.t.Helper()
	return w.do(who, http.MethodPost, "Subscription", body, "Content-Type", fhirJSON)
}

// hooked is a ward in a bubble with an endpoint, that runs.
func hooked(t *testing.T) (*ward, *endpoint, func()) {
	w := newWard(t)
	e := &endpoint{t: t}
	w.Notifications = serve.Notifications{
		Transport: e,
		Endpoint:  func(_ context.Context, _ serve.Principal, u *url.URL) bool { return u.Host == "hook.example" },
	}
	return w, e, run(t, w)
}

func TestSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, stop := hooked(t)
		defer stop()
		a := w.subscribe("all", subscriptionOf(t, serve.TopicObservations, "Observation?patient=Patient/p1&code=8867-4", "full-resource"))
		require.Equal(t, 201, a.status, "%s", a.body)
		id := headerOf(t, a.body).ID
		require.Equal(t, base+"/Subscription/"+id, a.header.Get("Location"))
		require.NotContains(t, string(a.body), "hook-secret")

		list := e.take()
		require.Len(t, list, 1)
		require.Equal(t, notification{kind: "handshake", status: "requested", topic: serve.TopicObservations, subscription: base + "/Subscription/" + id, since: "0"}, list[0])
		require.Equal(t, "Bearer hook-secret", e.header.Get("Authorization"))
		require.Equal(t, "active", headerOf(t, w.get("all", "Subscription/"+id).body).Status)

		w.put(heartRate("p1", 60, t0), spo2("p1", 97, t0), heartRate("p2", 80, t0))
		w.put(heartRate("p1", 61, t0.Add(time.Second)))
		var numbers, values []string
		for _, n := range e.take() {
			require.Equal(t, "event-notification", n.kind)
			require.Equal(t, n.numbers[len(n.numbers)-1], n.since)
			numbers = append(numbers, n.numbers...)
			for i, r := range n.resources {
				values = append(values, value(t, string(r)))
				require.Equal(t, base+"/Observation/"+headerOf(t, r).ID, n.focus[i])
			}
		}
		require.Equal(t, []string{"1", "2"}, numbers)
		require.Equal(t, []string{"60", "61"}, values)

		time.Sleep(60 * time.Second)
		list = e.take()
		require.Len(t, list, 1)
		require.Equal(t, "heartbeat", list[0].kind)
		require.Equal(t, "2", list[0].since)

		require.Equal(t, 404, w.get("doctor", "Subscription/"+id).status, "of somebody else")
		status := w.get("all", "Subscription/"+id+"/$status").bundle(t)
		require.Equal(t, "searchset", status.Type)
		require.Equal(t, 204, w.do("all", http.MethodDelete, "Subscription/"+id, "").status)
		require.Equal(t, 404, w.get("all", "Subscription/"+id).status)
		w.put(heartRate("p1", 62, t0.Add(2*time.Second)))
		time.Sleep(5 * time.Minute)
		require.Empty(t, e.take())
		require.Zero(t, w.Stats().Subscriptions)
	})
}

func TestSubscriptionContent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for content, want := range map[string][2]int{"empty": {0, 0}, "id-only": {4, 0}, "full-resource": {4, 4}} {
			w, e, stop := hooked(t)
			a := w.subscribe("all", subscriptionOf(t, serve.TopicAlarms, "patient=p1", content))
			require.Equal(t, 201, a.status, "%s", a.body)
			e.take()
			w.put(heartRate("p1", 60, t0))
			for i := range 4 {
				require.NoError(t, w.Update(t.Context(), flag(t, fmt.Sprint("a-", i), "p1", "low")))
				require.NoError(t, w.Update(t.Context(), flag(t, fmt.Sprint("b-", i), "p2", "low")))
			}
			var numbers, focus, resources int
			for _, n := range e.take() {
				numbers, focus, resources = numbers+len(n.numbers), focus+len(n.focus), resources+len(n.resources)
			}
			require.Equal(t, 4, numbers)
			require.Equal(t, want, [2]int{focus, resources}, content)
			stop()
		}
	})
}

// An endpoint that fails half of the time gets every event in order; the pauses
// grow, the status says error and recovers.
func TestSubscriptionRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, stop := hooked(t)
		defer stop()
		e.failing(func(n int) bool { return n%2 == 1 })
		a := w.subscribe("all", subscriptionOf(t, serve.TopicObservations, "patient=p1", "full-resource"))
		id := headerOf(t, a.body).ID
		time.Sleep(time.Minute)
		var values []string
		for i := range 200 {
			w.put(heartRate("p1", int64(i+1), t0.Add(time.Duration(i)*time.Second)))
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(5 * time.Minute)
		next := 1
		for _, n := range e.take() {
			for i, number := range n.numbers {
				require.Equal(t, strconv.Itoa(next), number)
				values = append(values, value(t, string(n.resources[i])))
				next++
			}
		}
		require.Len(t, values, 200)
		require.True(t, slices.IsSortedFunc(values, func(a, b string) int {
			x, _ := strconv.Atoi(a)
			y, _ := strconv.Atoi(b)
			return x - y
		}))

		e.failing(func(int) bool { return true })
		w.put(heartRate("p1", 300, t0.Add(time.Hour)))
		time.Sleep(time.Hour)
		e.mu.Lock()
		calls := e.calls
		e.mu.Unlock()
		require.Greater(t, calls, 12)
		require.Less(t, calls, 40, "pauses grow")
		read := w.get("all", "Subscription/"+id)
		require.Equal(t, "error", headerOf(t, read.body).Status)
		require.Contains(t, string(read.body), `"error":`)
		e.failing(nil)
		time.Sleep(5 * time.Minute)
		require.Equal(t, []string{"201"}, e.take()[0].numbers)
		require.Equal(t, "active", headerOf(t, w.get("all", "Subscription/"+id).body).Status)
	})
}

// What no room was left for is a gap in the numbers; the rest can be fetched.
func TestSubscriptionEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, stop := hooked(t)
		defer stop()
		w.Notifications.Events = 100
		id := headerOf(t, w.subscribe("all", subscriptionOf(t, serve.TopicObservations, "patient=p1", "full-resource")).body).ID
		e.take()
		e.failing(func(int) bool { return true })
		for i := range 250 {
			w.put(heartRate("p1", int64(i+1), t0.Add(time.Duration(i)*time.Second)))
			synctest.Wait()
		}
		fetch := func(query string) notification {
			a := w.get("all", "Subscription/"+id+"/$events"+query)
			require.Equal(t, 200, a.status)
			return parseNotification(t, a.body)
		}
		all := fetch("")
		require.Equal(t, "query-event", all.kind)
		require.Len(t, all.numbers, 100)
		require.Equal(t, "151", all.numbers[0])
		require.Equal(t, "250", all.since)
		require.Equal(t, []string{"200", "201", "202"}, fetch("?eventsSinceNumber=200&eventsUntilNumber=202").numbers)
		require.Empty(t, fetch("?eventsSinceNumber=5&eventsUntilNumber=7").numbers)
		require.Empty(t, fetch("?eventsSinceNumber=251").numbers)
		require.Empty(t, fetch("?content=empty").focus)
		require.Equal(t, 400, w.get("all", "Subscription/"+id+"/$events?eventsSinceNumber=DOE").status)
		require.Equal(t, 404, w.get("doctor", "Subscription/"+id+"/$events").status)
		posted := w.do("all", http.MethodPost, "Subscription/"+id+"/$events", "eventsSinceNumber=249")
		require.Equal(t, []string{"249", "250"}, parseNotification(t, posted.body).numbers)

		w.deny(vitals.NewPatientID("p1"), true)
		require.Empty(t, fetch("").numbers, "consent is asked again")
		w.deny(vitals.NewPatientID("p1"), false)
		e.failing(nil)
		time.Sleep(10 * time.Minute)
		list := slices.DeleteFunc(e.take(), func(n notification) bool { return n.kind == "heartbeat" })
		require.Equal(t, "151", list[0].numbers[0])
		require.Equal(t, "250", list[0].numbers[len(list[0].numbers)-1])
		w.Forget(vitals.NewPatientID("p1"))
		require.Empty(t, fetch("").numbers, "nothing is left of who was forgotten")
	})
}

// Of patients who do not agree nothing is counted, so that no gap tells of them.
func TestSubscriptionConsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, stop := hooked(t)
		defer stop()
		p1 := vitals.NewPatientID("p1")
		w.deny(p1, true)
		require.Equal(t, 201, w.subscribe("all", subscriptionOf(t, serve.TopicObservations, "", "full-resource")).status)
		e.take()
		w.put(heartRate("p1", 60, t0), heartRate("p2", 80, t0))
		w.put(heartRate("p1", 61, t0.Add(time.Second)), heartRate("p2", 81, t0.Add(time.Second)))
		var numbers []string
		for _, n := range e.take() {
			numbers = append(numbers, n.numbers...)
			for _, r := range n.resources {
				require.NotContains(t, string(r), "Patient/p1")
			}
		}
		require.Equal(t, []string{"1", "2"}, numbers)
		for _, a := range w.audited() {
			require.Equal(t, vitals.NewPatientID("p2"), a.Patient)
		}
		w.setDeaf(true)
		w.put(heartRate("p2", 82, t0.Add(2*time.Second)))
		require.Empty(t, e.take(), "what cannot be recorded is not sent")
		w.setDeaf(false)
		time.Sleep(time.Minute)
		require.Equal(t, []string{"3"}, e.take()[0].numbers)
	})
}

func TestSubscriptionRefuses(t *testing.T) {
	w := newWard(t)
	asked := 0
	w.Notifications.Endpoint = func(_ context.Context, _ serve.Principal, u *url.URL) bool {
		asked++
		return u.Host == "hook.example"
	}
	set := func(path, v any) func(map[string]any) {
		return func(s map[string]any) {
			parts := strings.Split(path.(string), ".")
			for _, p := range parts[:len(parts)-1] {
				s = s[p].(map[string]any)
			}
			s[parts[len(parts)-1]] = v
		}
	}
	one := func(url string, key string, v any) any { return []any{map[string]any{"url": ext + url, key: v}} }
	for name, c := range map[string]struct {
		change func(map[string]any)
		status int
		where  string
	}{
		"another topic":  {set("criteria", "http://evil.example/DOE^JANE"), 422, "Subscription.criteria"},
		"classic":        {set("criteria", "Observation?code=8867-4"), 422, "Subscription.criteria"},
		"email":          {set("channel.type", "email"), 422, "Subscription.channel.type"},
		"xml":            {set("channel.payload", "application/fhir+xml"), 422, "Subscription.channel.payload"},
		"plain http":     {set("channel.endpoint", "http://hook.example/in"), 422, "Subscription.channel.endpoint"},
		"another host":   {set("channel.endpoint", "https://169.254.169.254/DOE"), 422, "Subscription.channel.endpoint"},
		"file":           {set("channel.endpoint", "file:///etc/passwd"), 422, "Subscription.channel.endpoint"},
		"credentials":    {set("channel.endpoint", "https://a:b@hook.example/"), 422, "Subscription.channel.endpoint"},
		"no endpoint":    {set("channel.endpoint", ""), 422, "Subscription.channel.endpoint"},
		"long endpoint":  {set("channel.endpoint", "https://hook.example/"+strings.Repeat("x", 3000)), 422, "Subscription.channel.endpoint"},
		"hostile header": {set("channel.header", []string{"Host: DOE"}), 422, "Subscription.channel.header"},
		"split header":   {set("channel.header", []string{"X-A: b\r\nHost: c"}), 422, "Subscription.channel.header"},
		"many headers":   {set("channel.header", slices.Repeat([]string{"X-A: b"}, 11)), 422, "Subscription.channel.header"},
		"wrong content":  {set("channel._payload", map[string]any{"extension": one("backport-payload-content", "valueCode", "everything")}), 422, "Subscription.channel.payload.extension"},
		"negative beat":  {set("channel.extension", one("backport-heartbeat-period", "valueUnsignedInt", -1)), 422, "Subscription.channel.extension"},
		"long timeout":   {set("channel.extension", one("backport-timeout", "valueUnsignedInt", 3600)), 422, "Subscription.channel.extension"},
		"unknown":        {set("channel.extension", one("DOE", "valueString", "x")), 422, "Subscription.channel.extension"},
		"bad filter":     {set("_criteria", map[string]any{"extension": one("backport-filter-criteria", "valueString", "Observation?value=DOE")}), 422, "Subscription.criteria.extension"},
		"foreign filter": {set("_criteria", map[string]any{"extension": one("backport-filter-criteria", "valueString", "Encounter?patient=DOE")}), 422, "Subscription.criteria.extension"},
		"wrong date":     {set("_criteria", map[string]any{"extension": one("backport-filter-criteria", "valueString", "date=DOE")}), 422, "Subscription.criteria.extension"},
		"no reason":      {set("reason", ""), 422, "Subscription.reason"},
		"wrong end":      {set("end", "tomorrow"), 422, "Subscription.end"},
		"off":            {set("status", "off"), 422, "Subscription.status"},
		"modifier":       {set("modifierExtension", one("x", "valueString", "y")), 422, "Subscription.modifierExtension"},
		"wrong type":     {set("resourceType", "Flag"), 400, ""},
	} {
		a := w.subscribe("all", subscriptionOf(t, serve.TopicObservations, "", "id-only", c.change))
		require.Equal(t, c.status, a.status, "%s: %s", name, a.body)
		require.Equal(t, c.where, strings.Join(headerOf(t, a.body).Issue[0].Location, ""), name)
		require.NotContains(t, string(a.body), "DOE")
	}
	require.Equal(t, 1, asked, "the caller is asked for what could be permitted only")
	good := subscriptionOf(t, serve.TopicObservations, "", "id-only")
	require.Equal(t, 415, w.do("all", http.MethodPost, "Subscription", good).status)
	require.Equal(t, 400, w.subscribe("all", "{").status)
	require.Equal(t, 413, w.subscribe("all", strings.Repeat(" ", 70_000)).status)
	require.Equal(t, 403, w.subscribe("doctor", good).status, "who may read may not subscribe")
	require.Equal(t, 403, w.subscribe("writer", good).status, "who may subscribe may not read")
	w.Notifications.Endpoint = nil
	require.Equal(t, 422, w.subscribe("all", good).status, "nobody is the default")
	require.Zero(t, w.Stats().Subscriptions)
}

// Thousands of subscriptions are refused, and those of others stay possible.
func TestManySubscriptions(t *testing.T) {
	w := newWard(t)
	w.Notifications = serve.Notifications{
		MaxSubscriptions: 30, MaxSubscriptionsEach: 20,
		Endpoint: func(context.Context, serve.Principal, *url.URL) bool { return true },
	}
	made := 0
	for range 3000 {
		if a := w.subscribe("all", subscriptionOf(t, serve.TopicObservations, "", "empty")); a.status == 201 {
			made++
		} else {
			require.Equal(t, 429, a.status)
		}
	}
	require.Equal(t, 20, made)
	require.Equal(t, 201, w.subscribe("mine", subscriptionOf(t, serve.TopicObservations, "", "empty")).status)
}

func TestSubscriptionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, stop := hooked(t)
		defer stop()
		end := time.Now().Add(time.Minute).UTC().Format(time.RFC3339)
		a := w.subscribe("mine", subscriptionOf(t, serve.TopicObservations, "", "id-only", func(s map[string]any) { s["end"] = end }))
		require.Equal(t, 201, a.status)
		require.Equal(t, "handshake", e.take()[0].kind)
		w.put(heartRate("p1", 61, t0.Add(time.Second)), heartRate("p2", 61, t0.Add(time.Second)))
		require.Equal(t, []string{"1"}, e.take()[0].numbers, "of the launch patient only")
		time.Sleep(2 * time.Minute)
		e.take()
		w.put(heartRate("p1", 62, t0.Add(2*time.Second)))
		time.Sleep(2 * time.Minute)
		require.Empty(t, e.take())
		require.Zero(t, w.Stats().Subscriptions)
	})
}

func TestCapabilities(t *testing.T) {
	w := newWard(t)
	a := w.get("", "metadata")
	require.Equal(t, 200, a.status)
	var c struct {
		Rest []struct {
			Resource []struct {
				Type        string
				Interaction []struct{ Code string }
				SearchParam []struct{ Name string }
			}
		}
	}
	require.NoError(t, json.Unmarshal(a.body, &c))
	require.Len(t, c.Rest[0].Resource, 6)
	w.fill()
	values := map[string]string{"patient": "p1", "_id": "x", "_lastUpdated": "2026", "date": "2026", "identified": "2026", "sent": "2026", "code": "x", "category": "x", "subject": "p1"}
	for _, r := range c.Rest[0].Resource { // what it says is there
		for _, p := range r.SearchParam {
			query := r.Type + "?" + p.Name + "=" + values[p.Name]
			if p.Name != "patient" && p.Name != "subject" && p.Name != "_id" {
				query += "&patient=p1"
			}
			require.Equal(t, 200, w.do("all", http.MethodGet, query, "", "Prefer", "handling=strict").status, query)
		}
	}
	w.Patient = patientStub
	require.Contains(t, string(w.get("", "metadata").body), `"Patient"`)
}
