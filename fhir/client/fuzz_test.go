package client

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// FuzzMembers compares with encoding/json, and takes members out.
func FuzzMembers(f *testing.F) {
	f.Add([]byte(`{"resourceType":"Flag","id":"a","identifier":[{"system":"s","value":"a\"}"}],"n":1.5e3,"t":true}`))
	f.Add([]byte(` { "id" : "x" , "a" : {} , "b" : [ ] } `))
	f.Add([]byte(`{"id":"x"}`))
	f.Add([]byte(`{"a":"\`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if !json.Valid(b) {
			members(b, func(_, value []byte, from, to int) bool { return from <= to && len(value) <= len(b) })
			newItem(b)
			return
		}
		var want map[string]json.RawMessage
		object := json.Unmarshal(b, &want) == nil && want != nil
		got := map[string]json.RawMessage{}
		ok := members(b, func(name, value []byte, from, to int) bool {
			var key string
			require.NoError(t, json.Unmarshal(name, &key))
			got[key] = value
			require.True(t, json.Valid(append(bytes.Clone(b[:from]), b[to:]...)), "without %q", key)
			return true
		})
		require.Equal(t, object, ok)
		if object {
			require.Equal(t, len(want), len(got))
			for key, value := range want {
				require.Equal(t, string(value), string(got[key]))
			}
		}
	})
}

// FuzzItem gives a resource an identifier and takes its id: it stays JSON, and the
// condition of a create says what the identifier is.
func FuzzItem(f *testing.F) {
	f.Add([]byte(`{"resourceType":"Flag","id":"c50806db-a9f1-541b-bfa2-2948037497f6"}`))
	f.Add([]byte(`{"id":"c50806db-a9f1-541b-bfa2-2948037497f6","resourceType":"Flag"}`))
	f.Add([]byte(`{"resourceType":"Flag","identifier":[{"value":"a,b|c$d\\e &=+\"f"}],"id":"1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		it, ok := newItem(b)
		if !ok || !json.Valid(b) {
			return
		}
		if it.name(); it.value == "" {
			return
		}
		require.True(t, json.Valid(it.plain), "%s", it.plain)
		var w fhir.BundleWriter
		_, err := w.Add(it.entry(conditional))
		require.NoError(t, err)
		require.True(t, json.Valid(w.Bytes()))
		q, err := url.ParseQuery(it.condition())
		require.NoError(t, err)
		require.Equal(t, it.token(), q.Get("identifier"))
		var system, value strings.Builder
		target := &system
		for text := q.Get("identifier"); text != ""; text = text[1:] {
			switch {
			case text[0] == '\\':
				text = text[1:]
			case text[0] == '|':
				target = &value
				continue
			}
			target.WriteByte(text[0])
		}
		require.Equal(t, it.system, system.String())
		require.Equal(t, it.value, value.String())
		var replaced struct{ ID string }
		require.NoError(t, json.Unmarshal(it.replace("server").body, &replaced))
	})
}

// FuzzAnswer lets a server answer anything to a Bundle of two: nothing panics, what
// counts as delivered was said to be, and no error shows more than codes.
func FuzzAnswer(f *testing.F) {
	f.Add(200, []byte(`{"resourceType":"Bundle","entry":[{"response":{"status":"201 Created"}},{"response":{"status":"200"}}]}`), "", "")
	f.Add(200, []byte(`{"resourceType":"Bundle","entry":[{"response":{"status":"201"}},{"response":{"status":"422","outcome":{"resourceType":"OperationOutcome","issue":[{"code":"x","diagnostics":"DOE"}]}}}]}`), "", "")
	f.Add(429, []byte(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"throttled","expression":["a.b[0]"]}]}`), "3", `"a";r=1;t=2`)
	f.Add(302, []byte(``), "https://elsewhere.example/DOE", "")
	f.Add(200, []byte(`<html>DOE`), "DOE", "DOE")
	f.Fuzz(func(t *testing.T, status int, body []byte, header, limit string) {
		if status < 200 || status > 599 || strings.ContainsAny(header+limit, "\r\n\x00") {
			return
		}
		asked := 0
		c, err := New("https://ehr.example", Transport(transport(func(*http.Request) *http.Response {
			asked++
			w := httptest.NewRecorder()
			w.Header()["Location"], w.Header()["Retry-After"], w.Header()["Ratelimit"] = []string{header}, []string{header}, []string{limit}
			w.WriteHeader(status)
			_, _ = w.Write(body) // a recorder takes it
			return w.Result()
		})))
		require.NoError(t, err)
		c.ways.learn(&Capabilities{Batch: true, Resources: map[string]ResourceCapabilities{"Observation": {UpdateCreate: true}}})
		items := []*item{flag("1"), flag("2")}
		l := c.lanes[0]
		l.queue = items
		pause, err := l.bundle(t.Context(), way{pack: "batch", update: true}, items)
		require.NoError(t, err)
		require.LessOrEqual(t, pause, maxPause)
		require.Equal(t, 1, asked, "followed a redirect, or asked again at once")
		b, ok := parseBundle(body)
		for i, it := range items {
			if status >= 300 || !ok || len(b.Entry) != 2 {
				require.False(t, it.gone)
				continue
			}
			s := b.Entry[i].status()
			require.Equal(t, s >= 200 && s < 300, it.gone && c.counts.quarantined.Load() == 0 || it.gone && s < 300)
		}
		if _, err := c.Probe(); err != nil {
			require.NotContains(t, err.Error(), "DOE")
		}
		require.LessOrEqual(t, c.pace.turn(time.Now(), true), maxPause)
	})
}

func flag(id string) *item {
	it, _ := newItem([]byte(`{"resourceType":"Observation","id":"` + id + `"}`))
	it.panel = make([]vitals.Reading, 1)
	return it
}

type transport func(*http.Request) *http.Response

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

// FuzzCapabilities reads statements; whatever they say, there is a way.
func FuzzCapabilities(f *testing.F) {
	f.Add([]byte(`{"resourceType":"CapabilityStatement","rest":[{"mode":"server","interaction":[{"code":"batch"}],"resource":[{"type":"Observation","updateCreate":true}]}]}`))
	f.Add([]byte(`{"resourceType":"CapabilityStatement","rest":[{"mode":"client","interaction":[{"code":"batch"}]}]}`))
	f.Add([]byte(`{"resourceType":"CapabilityStatement","rest":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, ok := parseCapabilities(b)
		if !ok {
			return
		}
		var w ways
		w.learn(&s)
		first, _ := w.of("Observation")
		require.Equal(t, s.Batch, first.pack == "batch")
		for range 5 { // a liar has no way left but one at a time, after a search
			one, _ := w.of("Observation")
			if v := one.verb("x"); v != create {
				require.True(t, w.lied("Observation", v))
			}
			w.unpack(one.pack)
		}
		last, _ := w.of("Observation")
		require.Equal(t, way{}, last)
	})
}

// FuzzIssues shows codes and paths, never words.
func FuzzIssues(f *testing.F) {
	f.Add([]byte(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"invalid","details":{"coding":[{"code":"MSG_BAD"}]},"expression":["Patient.name[0]"]}]}`))
	f.Add([]byte(`{"resourceType":"OperationOutcome","issue":[{"code":"John Doe","location":["DOE^JANE"]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		list := issues(b)
		require.LessOrEqual(t, len(list), maxIssues)
		for _, i := range list {
			require.NotContains(t, strings.ReplaceAll(i.String(), " at ", ""), "^")
			require.LessOrEqual(t, len(i.Code)+len(i.Detail)+len(i.At)+len(i.Severity), 320)
		}
	})
}
