package serve_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

func TestSearch(t *testing.T) {
	w := newWard(t)
	w.fill()
	require.NoError(t, w.Update(t.Context(), flag(t, "alarm-1", "p1", "low")))
	for _, c := range []struct {
		query string
		total int
		first string
	}{
		{"patient=p1", 121, "Observation"},
		{"patient=Patient/p1&_count=1", 121, "Observation"},
		{"subject=Patient/p1", 121, "Observation"},
		{"subject:Patient=p1", 121, "Observation"},
		{"patient=" + base + "/Patient/p1", 121, "Observation"},
		{"patient=p2", 120, "99"},
		{"patient=unknown", 0, ""},
		{"patient=p1&code=8867-4", 60, "119"},
		{"patient=p1&code=http://loinc.org|8867-4", 60, "119"},
		{"patient=p1&code=http://snomed.info/sct|8867-4", 0, ""},
		{"patient=p1&code=|8867-4", 0, ""},
		{"patient=p1&code=8867-4,85354-9", 61, "Observation"},
		{"patient=p1&code=8867-4&code=85354-9", 0, ""},
		{"patient=p1&code=http://loinc.org|", 121, "Observation"},
		{"patient=p1&code=8480-6", 0, ""}, // a component; combo-code is not offered
		{"patient=p1&category=vital-signs", 121, "Observation"},
		{"patient=p1&category=laboratory", 0, ""},
		{"patient=p1&code=8867-4&date=2026-11-30T08:00:00%2B01:00", 1, "60"},
		{"patient=p1&code=8867-4&date=2026-11-30T07:00Z", 1, "60"},
		{"patient=p1&code=8867-4&date=ge2026-11-30T08:10:00+01:00&date=lt2026-11-30T08:20:00+01:00", 10, "79"},
		{"patient=p1&code=8867-4&date=gt2026-11-30T07:58:00Z", 1, "119"},
		{"patient=p1&code=8867-4&date=2026-11-30T07:00Z,2026-11-30T07:01Z", 2, "61"},
		{"patient=p1&code=8867-4&date=2026", 60, "119"},
		{"patient=p1&code=8867-4&date=ne2026-11", 0, ""},
		{"patient=p1&_lastUpdated=gt2020-01-01", 121, "Observation"},
		{"patient=p1&_lastUpdated=lt2020-01-01", 0, ""},
		{"patient=p1&_count=0", 121, ""},
		{"patient=p1&_sort=-date&_count=2&_format=json&_pretty=true", 121, "Observation"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			target, body := "Observation?"+c.query, ""
			if method == http.MethodPost {
				target, body = "Observation/_search", c.query
			}
			b := w.do("all", method, target, body).bundle(t)
			assert.Equal(t, "searchset", b.Type)
			assert.Equal(t, c.total, b.Total, "%s %s", method, c.query)
			got := ""
			if v := b.values(t); len(v) > 0 {
				got = v[0]
			}
			assert.Equal(t, c.first, got, "%s %s", method, c.query)
		}
	}
	require.Equal(t, 1, w.get("all", "Flag?patient=p1").bundle(t).Total)
	require.Equal(t, 0, w.get("all", "Flag?patient=p2").bundle(t).Total)
	require.Equal(t, 1, w.get("all", "Flag?patient=p1&date=ge2026-11-30").bundle(t).Total)
}

func TestSearchByID(t *testing.T) {
	w := newWard(t)
	w.fill()
	one, two := heartRate("p1", 60, t0).ID(), heartRate("p2", 61, t0.Add(time.Minute)).ID()
	b := w.get("all", fmt.Sprintf("Observation?_id=%v,%v,%v,nonsense", one, two, one)).bundle(t)
	require.Equal(t, []string{"61", "60"}, b.values(t))
	require.Len(t, w.audited(), 2, "one for each patient")
	require.Equal(t, []string{"60"}, w.get("mine", fmt.Sprintf("Observation?_id=%v,%v", one, two)).bundle(t).values(t))
	w.deny(vitals.NewPatientID("p1"), true)
	require.Equal(t, []string{"61"}, w.get("all", fmt.Sprintf("Observation?_id=%v,%v", one, two)).bundle(t).values(t))
}

func TestSearchRefuses(t *testing.T) {
	w := newWard(t)
	w.fill()
	const name = "DOE^JANE"
	long := strings.Repeat("a,", 200) + "a"
	for _, c := range []struct {
		query    string
		status   int
		code     string
		location string
	}{
		{"", 400, "too-costly", "http.patient"},
		{"patient=p1,p2", 400, "not-supported", "http.patient"},
		{"patient=p1&subject=p2", 400, "not-supported", "http.subject"},
		{"patient:identifier=" + name, 400, "not-supported", "http.patient"},
		{"patient=p1&code:text=" + name, 400, "not-supported", "http.code"},
		{"patient=p1&code=|", 400, "value", "http.code"},
		{"patient=p1&code=" + long, 400, "value", "http.code"},
		{"patient=p1&date=" + name, 400, "value", "http.date"},
		{"patient=p1&date=ap2026", 400, "value", "http.date"},
		{"patient=p1&date=2026-13", 400, "value", "http.date"},
		{"patient=p1&date=2026-02-30", 400, "value", "http.date"},
		{"patient=p1&date=2026-01-01T10", 400, "value", "http.date"},
		{"patient=p1&date=2026-01-01T10:00:00.Z", 400, "value", "http.date"},
		{"patient=p1&date=9999", 400, "value", "http.date"},
		{"patient=p1&_count=-1", 400, "value", "http._count"},
		{"patient=p1&_count=99999999999", 400, "value", "http._count"},
		{"patient=p1&_count=" + name, 400, "value", "http._count"},
		{"patient=p1&_sort=date", 400, "not-supported", "http._sort"},
		{"_page=" + name, 400, "value", "http._page"},
		{"_page=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 400, "value", "http._page"},
		{"_id=" + long, 400, "too-costly", "http._id"},
		{"patient=%zz", 400, "invalid", ""},
		{strings.Repeat("a=b&", 101), 400, "too-costly", ""},
	} {
		a := w.get("all", "Observation?"+c.query)
		h := headerOf(t, a.body)
		require.Equal(t, c.status, a.status, c.query)
		require.Len(t, h.Issue, 1)
		require.Equal(t, c.code, h.Issue[0].Code, c.query)
		require.Equal(t, c.location, strings.Join(h.Issue[0].Location, " "), c.query)
		require.NotContains(t, string(a.body), "DOE")
	}
	require.Equal(t, 414, w.get("all", "Observation?patient="+strings.Repeat("x", 9000)).status)
	require.Equal(t, 413, w.do("all", http.MethodPost, "Observation/_search", strings.Repeat("x", 70_000)).status)
	require.Equal(t, 415, w.do("all", http.MethodPost, "Observation/_search", "{}", "Content-Type", "application/fhir+json").status)
}

// A count that is too large is cut, as R4 wants it.
func TestSearchCount(t *testing.T) {
	w := newWard(t)
	w.fill()
	require.Len(t, w.get("all", "Observation?patient=p1&_count=2000000000").bundle(t).Entry, 121)
	require.Len(t, w.get("all", "Observation?patient=p1").bundle(t).Entry, 100)
}

// What nobody would count has no total, and all of it can be paged.
func TestSearchEndless(t *testing.T) {
	w := newWard(t)
	for i := range 1500 {
		w.put(heartRate("p1", 60, t0.Add(time.Duration(i)*time.Second)))
	}
	got, target := 0, "Observation?patient=p1&_count=400"
	for target != "" {
		b := w.get("all", target).bundle(t)
		require.Contains(t, []int{0, 1500}, b.Total)
		got += len(b.Entry)
		target = b.next()
	}
	require.Equal(t, 1500, got)
	require.Equal(t, 1500, w.get("all", "Observation?patient=p1&_count=0").bundle(t).Total)
}

func TestSearchHandling(t *testing.T) {
	w := newWard(t)
	w.fill()
	const query = "Observation?patient=p2&code=8867-4&DOE^JANE=1&_count=1"
	for prefer, status := range map[string]int{
		"": 200, "handling=lenient": 200, "respond-async, handling=lenient": 200, "handling=strict": 400,
		`return=minimal; handling="strict"`: 400, "handling=loose": 400,
	} {
		a := w.do("all", http.MethodGet, query, "", "Prefer", prefer)
		require.Equal(t, status, a.status, prefer)
		require.NotContains(t, string(a.body), "DOE")
		if status == 200 {
			b := a.bundle(t)
			require.Len(t, b.Entry, 2)
			require.Equal(t, "outcome", b.Entry[1].Search.Mode)
			require.Equal(t, "warning", headerOf(t, b.Entry[1].Resource).Issue[0].Severity)
			self, err := url.Parse(b.Link[0].URL)
			require.NoError(t, err)
			require.Equal(t, url.Values{"patient": {"p2"}, "code": {"8867-4"}, "_count": {"1"}}, self.Query(), "the self link says what counted")
		}
	}
}

// Pages have everything that is there all the time exactly once, whatever comes
// and changes in between.
func TestPages(t *testing.T) {
	w := newWard(t)
	w.fill()
	seen := make(map[string]int)
	target := "Observation?patient=p1&code=8867-4&_count=7"
	pages := 0
	for target != "" {
		b := w.get("all", target).bundle(t)
		for _, v := range b.values(t) {
			seen[v]++
		}
		target = b.next()
		if pages++; target != "" {
			_, token, _ := strings.Cut(target, "_page=")
			sealed, err := base64.RawURLEncoding.DecodeString(token)
			require.NoError(t, err)
			require.NotContains(t, string(sealed), "patient=")
			require.NotContains(t, string(sealed), "8867-4")
		}
		w.put(heartRate("p1", 200, t0.Add(2*time.Hour+time.Duration(pages)*time.Second)))   // newer than all pages
		w.put(heartRate("p1", int64(60+pages), t0.Add(time.Duration(pages)*time.Minute)))   // a repeat
		w.put(heartRate("p1", 300, t0.Add(time.Duration(5*pages)*time.Minute+time.Second))) // wherever
	}
	for i := range 60 {
		require.Equal(t, 1, seen[fmt.Sprint(60+i)], "value %d", 60+i)
	}
	require.GreaterOrEqual(t, pages, 9)
}

func TestPageLinks(t *testing.T) {
	w := newWard(t)
	w.fill()
	link := w.get("all", "Observation?patient=p1&_count=5").bundle(t).next()
	require.NotEmpty(t, link)
	require.Equal(t, 200, w.get("all", link).status)
	require.Equal(t, 400, w.get("doctor", link).status, "a link belongs to one principal")
	require.Equal(t, 400, w.get("all", strings.Replace(link, "Observation", "Flag", 1)).status, "and to one type")
	require.Equal(t, 400, newWard(t).get("all", link).status, "and to one server")
	for i := len(link) - 20; i < len(link); i++ {
		changed := []byte(link)
		if changed[i]++; changed[i] == '{' || changed[i] == ':' || changed[i] == '[' || changed[i] == '`' {
			changed[i] = '0'
		}
		require.Equal(t, 400, w.get("all", string(changed)).status)
		require.Equal(t, 400, w.get("all", link[:i]).status)
	}
	w.deny(vitals.NewPatientID("p1"), true)
	b := w.get("all", link).bundle(t)
	require.Empty(t, b.Entry, "consent is asked for each page")
}

func TestLastN(t *testing.T) {
	w := newWard(t)
	w.fill()
	b := w.get("all", "Observation/$lastn?patient=p1").bundle(t)
	require.Equal(t, []string{"99", "Observation", "119"}, b.values(t)) // by code: 59408-5, 85354-9, 8867-4
	require.Equal(t, 3, b.Total)
	b = w.get("all", "Observation/$lastn?patient=p1&code=8867-4&max=3").bundle(t)
	require.Equal(t, []string{"119", "118", "117"}, b.values(t))
	b = w.do("all", http.MethodPost, "Observation/$lastn", form("subject", "Patient/p1", "category", "vital-signs", "max", "2")).bundle(t)
	require.Equal(t, []string{"99", "98", "Observation", "119", "118"}, b.values(t))
	require.Empty(t, w.get("all", "Observation/$lastn?patient=unknown").bundle(t).Entry)
	for query, status := range map[string]int{"max=1": 400, "patient=p1&max=0": 400, "patient=p1&max=x": 400} {
		require.Equal(t, status, w.get("all", "Observation/$lastn?"+query).status, query)
	}
	require.Equal(t, 403, w.get("nothing", "Observation/$lastn?patient=p1").status)
}

// Every profile of the mapper gets an id and a version, and stays valid.
func TestProfiles(t *testing.T) {
	for _, profile := range []fhir.Profile{fhir.R4, fhir.PHD, fhir.USCore, fhir.HDDT, fhir.PoCD} {
		w := newWard(t)
		w.Mapper = fhir.Mapper{Profile: profile, Gateway: "Device/gateway-7"}
		r := heartRate("p1", 60, t0)
		r.Stamped = true
		w.put(append([]vitals.Reading{r, spo2("p1", 97, t0)}, pressure("p1", t0)...)...)
		b := w.get("all", "Observation?patient=p1").bundle(t)
		require.Equal(t, 3, b.Total)
		for _, e := range b.Entry {
			h := headerOf(t, e.Resource)
			require.Equal(t, base+"/Observation/"+h.ID, e.FullURL)
			a := w.get("all", "Observation/"+h.ID)
			require.JSONEq(t, string(e.Resource), string(a.body))
		}
	}
}
