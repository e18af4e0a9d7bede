package fhirtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

const base = "http://ehr.example"

func observation(id, value, patient string) string {
	known := ""
	if id != "" {
		known = `"id":"` + id + `",`
	}
	return `{"resourceType":"Observation",` + known + `"identifier":[{"system":"urn:s","value":"` + value + `"}],"status":"final",` +
		`"code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/` + patient + `"}}`
}

type response struct {
	status int
	header http.Header
	body   string
	json   struct {
		ResourceType, Type string
		ID                 string
		Meta               struct{ VersionID, LastUpdated string }
		Link               []struct{ Relation, URL string }
		Entry              []struct {
			Resource struct{ ID string }
			Response struct{ Status string }
		}
	}
}

// send sends in memory. Header lines are "Name: value".
func send(t *testing.T, s *Server, method, path, body string, header ...string) (response, error) {
	t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = base + path
	}
	req, err := http.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	require.NoError(t, err)
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := s.RoundTrip(req)
	if err != nil {
		return response{}, err
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	r := response{status: resp.StatusCode, header: resp.Header, body: string(b)}
	if json.Valid(b) {
		require.NoError(t, json.Unmarshal(b, &r.json))
	}
	return r, err
}

func must(t *testing.T, s *Server, want int, method, path, body string, header ...string) response {
	t.Helper()
	r, err := send(t, s, method, path, body, header...)
	require.NoError(t, err)
	require.Equal(t, want, r.status, "%s %s: %s", method, path, r.body)
	return r
}

func TestLifeOfAResource(t *testing.T) {
	s := new(Server)
	must(t, s, 404, "GET", "/Observation/a", "")
	must(t, s, 201, "PUT", "/Observation/a", observation("a", "1", "p"))
	must(t, s, 200, "PUT", "/Observation/a", observation("a", "2", "p"))
	must(t, s, 400, "PUT", "/Observation/a", observation("b", "2", "p"))
	must(t, s, 201, "PUT", "/ValueSet/v", `{"resourceType":"ValueSet","id":"v","code":"x","identifier":[{"value":"y"}]}`) // code is no concept here
	require.Equal(t, 1, s.Copies("", "y"))
	must(t, s, 400, "PUT", "/Flag/a", observation("a", "2", "p"))
	require.Zero(t, s.Copies("urn:s", "1"))
	require.Equal(t, 1, s.Copies("urn:s", "2"))
	got := must(t, s, 200, "GET", "/fhir/r4/Observation/a", "")
	require.Equal(t, "2", got.json.Meta.VersionID)
	require.Equal(t, `W/"2"`, got.header.Get("ETag"))
	must(t, s, 204, "DELETE", "/Observation/a", "")
	must(t, s, 410, "GET", "/Observation/a", "")
	require.Zero(t, s.Copies("urn:s", "2"))
	must(t, s, 200, "PUT", "/Observation/a", observation("a", "3", "p"))

	created := must(t, s, 201, "POST", "/Observation", observation("mine", "4", "q"))
	require.Contains(t, created.header.Get("Location"), base+"/Observation/1/_history/1")
	require.Len(t, s.Order("Patient/q"), 1)
	require.Equal(t, "1", s.Order("Patient/q")[0].ID)
}

func TestSearch(t *testing.T) {
	s := &Server{PageSize: 2}
	for i := range 5 {
		must(t, s, 201, "POST", "/Observation", observation("", fmt.Sprintf("v,%d", i), fmt.Sprintf("p%d", i%2)))
	}
	ids := func(r response) (ids []string) {
		for _, e := range r.json.Entry {
			ids = append(ids, e.Resource.ID)
		}
		return ids
	}
	for query, want := range map[string][]string{
		`identifier=urn:s|v%5C,1`:            {"2"},
		`identifier=v%5C,1`:                  {"2"},
		`identifier=|v%5C,1`:                 nil,
		`identifier=urn:s|v%5C,4,urn:s|xx`:   {"5"},
		`identifier=urn:other|`:              nil,
		`_id=3,4`:                            {"3", "4"},
		`subject=Patient/p1`:                 {"2", "4"},
		`patient=p1&_id=4`:                   {"4"},
		`code=http://loinc.org|8867-4&_id=1`: {"1"},
		`code=http://loinc.org|1`:            nil,
	} {
		require.Equal(t, want, ids(must(t, s, 200, "GET", "/Observation?"+query, "")), query)
		posted := must(t, s, 200, "POST", "/Observation/_search", query, "Content-Type: application/x-www-form-urlencoded")
		require.Equal(t, want, ids(posted), query)
	}
	must(t, s, 400, "GET", "/Observation?flavour=mint", "", "Prefer: handling=strict")

	first := must(t, s, 200, "GET", "/Observation?patient=p0", "")
	require.Equal(t, []string{"1", "3"}, ids(first))
	require.Equal(t, []string{"5"}, ids(must(t, s, 200, "GET", first.json.Link[0].URL, "")))

	s.Script(Fault{On: Search, Matches: 3}, Fault{On: Search, Matches: -1}, Fault{On: Search, Twice: true})
	s.PageSize = 100
	require.Len(t, ids(must(t, s, 200, "GET", "/Observation?_id=1", "")), 3)
	require.Empty(t, ids(must(t, s, 200, "GET", "/Observation?_id=1", "")))
	require.Equal(t, []string{"1", "1"}, ids(must(t, s, 200, "GET", "/Observation?_id=1", "")))
}

// TestConditionalCreate shows the race that real servers have, and what lag of
// the index does.
func TestConditionalCreate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{Window: 50 * time.Millisecond, Lag: time.Second}
		const once = "If-None-Exist: identifier=urn:s|1"
		finished := make(chan int, 8)
		for range cap(finished) {
			go func() { finished <- must(t, s, 201, "POST", "/Observation", observation("", "1", "p"), once).status }()
		}
		for range cap(finished) {
			<-finished
		}
		require.Equal(t, 8, s.Copies("urn:s", "1"))
		time.Sleep(2 * time.Second)
		must(t, s, 412, "POST", "/Observation", observation("", "1", "p"), once)

		const other = "If-None-Exist: identifier=urn:s|2"
		must(t, s, 201, "POST", "/Observation", observation("", "2", "p"), other)
		must(t, s, 201, "POST", "/Observation", observation("", "2", "p"), other) // not yet visible
		require.Equal(t, 2, s.Copies("urn:s", "2"))

		const third = "If-None-Exist: identifier=urn:s|3"
		must(t, s, 201, "POST", "/Observation", observation("", "3", "p"), third)
		time.Sleep(time.Second)
		must(t, s, 200, "POST", "/Observation", observation("", "3", "p"), third)
		require.Equal(t, 1, s.Copies("urn:s", "3"))
	})
}

func entry(method, url, ifNoneExist, resource string) string {
	condition := ""
	if ifNoneExist != "" {
		condition = `,"ifNoneExist":"` + ifNoneExist + `"`
	}
	return `{"fullUrl":"urn:uuid:` + url + `","resource":` + resource + `,"request":{"method":"` + method + `","url":"` + url + `"` + condition + `}}`
}

func bundleOf(kind string, entries ...string) string {
	return `{"resourceType":"Bundle","type":"` + kind + `","entry":[` + strings.Join(entries, ",") + `]}`
}

func TestBundles(t *testing.T) {
	s := &Server{Check: func(b []byte) int {
		if strings.Contains(string(b), "poison") {
			return 422
		}
		return 0
	}}
	good, bad := entry("PUT", "Observation/a", "", observation("a", "1", "p")), entry("PUT", "Observation/b", "", observation("b", "poison", "p"))
	must(t, s, 422, "POST", "/", bundleOf("transaction", good, bad))
	require.Empty(t, s.Resources(""))
	must(t, s, 400, "POST", "", bundleOf("transaction", good, good))
	mixed := must(t, s, 200, "POST", "", bundleOf("batch", bad, good))
	require.Equal(t, "422 Unprocessable Entity", mixed.json.Entry[0].Response.Status)
	require.Equal(t, "201 Created", mixed.json.Entry[1].Response.Status)
	require.Len(t, s.Resources(""), 1)
	requests := s.Requests(Bundle)
	require.Equal(t, []Entry{
		{"PUT", "Observation/b", "", "urn:s|poison", 422},
		{"PUT", "Observation/a", "", "urn:s|1", 201},
	}, requests[len(requests)-1].Entries)

	// One conditional create twice makes two, as on a real server.
	twice := entry("POST", "Observation", "identifier=urn:s|9", observation("", "9", "p"))
	must(t, s, 200, "POST", "", bundleOf("transaction", twice, twice))
	require.Equal(t, 2, s.Copies("urn:s", "9"))

	flag := `{"resourceType":"Flag","id":"f","subject":{"reference":"urn:uuid:Observation/a"}}`
	must(t, s, 200, "POST", "", bundleOf("transaction", good, entry("PUT", "Flag/f", "", flag)))
	require.Equal(t, "Observation/a", s.Resources("Flag")[0].Patient)

	device := `{"fullUrl":"urn:uuid:d","resource":{"resourceType":"Device"},"request":{"method":"POST","url":"Device"}}`
	must(t, s, 200, "POST", "", bundleOf("transaction", entry("PUT", "Flag/g", "", `{"resourceType":"Flag","id":"g","subject":{"reference":"urn:uuid:d"}}`), device))
	require.Equal(t, "Device/"+s.Resources("Device")[0].ID, s.Resources("Flag")[1].Patient)

	s.MaxEntries = 1
	must(t, s, 413, "POST", "", bundleOf("batch", good, good))
	must(t, s, 400, "POST", "", `{"resourceType":"Bundle","type":"history"}`)
}

func TestLies(t *testing.T) {
	s := &Server{Lacks: everything, Boasts: UpdateCreate | ConditionalCreate | Batch}
	statement := must(t, s, 200, "GET", "/metadata", "").body
	require.Contains(t, statement, `"updateCreate":true`)
	require.Contains(t, statement, `"batch"`)
	require.NotContains(t, statement, `"transaction"`)
	must(t, s, 405, "PUT", "/Observation/a", observation("a", "1", "p"))
	must(t, s, 501, "POST", "/", bundleOf("batch"))
	for range 2 { // If-None-Exist is not looked at
		must(t, s, 201, "POST", "/Observation", observation("", "1", "p"), "If-None-Exist: identifier=urn:s|1")
	}
	s.Refusal = 404
	must(t, s, 404, "PUT", "/Observation/a", observation("a", "1", "p"))
	must(t, s, 404, "POST", "/Observation", observation("", "2", "p"), "If-None-Exist: identifier=urn:s|2")
	require.NotContains(t, string((&Server{Hides: UpdateCreate}).statement()), `"updateCreate":true`)
}

func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{Skew: time.Hour}
		s.Script(
			Fault{Reply: Reset}, Fault{Commit: true, Reply: Reset},
			Fault{Status: 503, RetryAfter: 1500 * time.Millisecond}, Fault{Status: 429, RetryAfter: time.Minute, AsDate: true},
			Fault{Status: 503, Commit: true}, Fault{Reply: Truncated}, Fault{Reply: HTML}, Fault{Reply: Loop}, Fault{Reply: Huge},
			Fault{Delay: time.Minute})
		put := func(id string) (response, error) {
			return send(t, s, "PUT", "/Observation/"+id, observation(id, id, "p"))
		}
		stored := func(id string) bool { return s.Copies("urn:s", id) == 1 }

		_, err := put("a")
		require.Error(t, err)
		require.False(t, stored("a"))
		_, err = put("b")
		require.Error(t, err)
		require.True(t, stored("b"))
		r, err := put("c")
		require.NoError(t, err)
		require.Equal(t, "2", r.header.Get("Retry-After"))
		r, err = put("c")
		require.NoError(t, err)
		at, err := http.ParseTime(r.header.Get("Retry-After"))
		require.NoError(t, err)
		require.WithinRange(t, at, time.Now().Add(time.Hour+time.Minute-time.Second), time.Now().Add(time.Hour+time.Minute+time.Second))
		require.False(t, stored("c"))
		r, err = put("d")
		require.NoError(t, err)
		require.Equal(t, 503, r.status)
		require.True(t, stored("d"))
		_, err = put("e")
		require.True(t, errors.Is(err, io.ErrUnexpectedEOF) || err == nil, err)
		require.True(t, stored("e"))
		r, err = put("f")
		require.NoError(t, err)
		require.Contains(t, r.body, "<!DOCTYPE")
		r, err = put("f")
		require.NoError(t, err)
		require.Equal(t, base+"/Observation/f", r.header.Get("Location"))
		require.False(t, stored("f"))
		r, err = put("f")
		require.NoError(t, err)
		require.Len(t, r.body, 1<<20)
		start := time.Now()
		_, err = put("g")
		require.NoError(t, err)
		require.Equal(t, time.Minute, time.Since(start))
	})
}

// TestRates draws the same faults from the same seed.
func TestRates(t *testing.T) {
	draw := func(seed uint64) (list []Fault) {
		s := &Server{Seed: seed, Rates: Rates{LostReply: 0.1, Unavailable: 0.1, RetryAfter: time.Second, EntryTooMany: 0.5, DelayUpTo: time.Second}}
		for range 1000 {
			list = append(list, s.next(Bundle))
		}
		return list
	}
	require.Equal(t, draw(1), draw(1))
	require.NotEqual(t, draw(1), draw(2))
	lost, unavailable := 0, 0
	for _, f := range draw(3) {
		if f.Reply == Reset && f.Commit {
			lost++
		}
		if f.Status == 503 {
			unavailable++
		}
	}
	require.InDelta(t, 100, lost, 40)
	require.InDelta(t, 100, unavailable, 40)
}

// TestOverTheNetwork sees the same faults through a socket.
func TestOverTheNetwork(t *testing.T) {
	s := &Server{Authorize: func(token string) bool { return token == "good" }}
	web := s.Start()
	defer web.Close()
	s.Script(Fault{Commit: true, Reply: Reset}, Fault{Commit: true, Reply: Truncated}, Fault{})
	for i, want := range []bool{false, false, true} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, web.URL+"/fhir/Observation/a", strings.NewReader(observation("a", "1", "p")))
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer good")
		resp, err := web.Client().Do(req)
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			require.NoError(t, resp.Body.Close())
		}
		require.Equal(t, want, err == nil, "%d: %v", i, err)
	}
	require.Equal(t, 3, s.Resources("")[0].Version)
	resp, err := web.Client().Get(web.URL + "/Observation/a")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 401, resp.StatusCode)
	require.Equal(t, "good", s.Requests(Update)[0].Token)
}
