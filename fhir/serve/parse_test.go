package serve

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParseScopes(t *testing.T) {
	all := mayCreate | mayRead | mayUpdate | mayDelete | maySearch
	for text, want := range map[string]permission{
		"system/Observation.rs": mayRead | maySearch, "user/Observation.read": mayRead | maySearch, "user/*.*": all,
		"system/Observation.write": mayCreate | mayUpdate | mayDelete, "system/*.cruds": all, "system/Observation.cd": mayCreate | mayDelete,
		"system/Observation.sr": 0, "system/Observation.rr": 0, "system/Observation.": 0, "system/Observation": 0, "system/.rs": 0,
		"System/Observation.rs": 0, "system/observation.rs": 0, "launch/patient": 0, "openid": 0, "": 0, "system/Flag.rs": 0,
		"system/Observation.read?category=vital-signs":                  0, // version 1 has no queries
		"system/Observation.rs?status=final":                            0,
		"system/Observation.rs?":                                        0,
		"system/Observation.rs?category=%zz":                            0,
		"system/Observation.rs?category=|":                              0,
		"patient/Observation.rs":                                        0, // no patient in context
		"system/**.rs":                                                  0,
		"openid system/Observation.r offline_access user/Observation.s": mayRead | maySearch,
	} {
		p := Principal{Scopes: ParseScopes(text)}
		got := permission(0)
		for _, m := range []permission{mayCreate, mayRead, mayUpdate, mayDelete, maySearch} {
			if g := p.grants("Observation", m); !g.none() {
				got |= m
			}
		}
		require.Equal(t, want, got, text)
	}
	require.Len(t, ParseScopes(strings.Repeat("system/*.rs ", 200)).list, maxScopes)
	require.Empty(t, ParseScopes(strings.Repeat("system/*.rs ", 2000)).list)
}

func TestScopeQueries(t *testing.T) {
	const system = "http://terminology.hl7.org/CodeSystem/observation-category"
	vital := &facets{kind: "Observation", categories: []coding{{system, "vital-signs"}}, codes: []coding{{"http://loinc.org", "8867-4"}}}
	for text, want := range map[string]bool{
		"patient/Observation.rs?category=" + system + "|vital-signs":                         true,
		"patient/Observation.rs?category=" + system + "|laboratory":                          false,
		"patient/Observation.rs?category=laboratory patient/Observation.rs?code=8867-4":      true,
		"patient/Observation.rs?category=vital-signs&code=http://loinc.org%7C8867-4":         true,
		"patient/Observation.rs?category=vital-signs&code=http://loinc.org%7C59408-5":        false,
		"patient/Observation.rs?category=vital-signs&subject=Patient/p1":                     false,
		"patient/Observation.rs?category=laboratory,vital-signs":                             true,
		"patient/Observation.rs?category=laboratory&category=vital-signs patient/Flag.cruds": false,
	} {
		p := Principal{Patient: "p1", Scopes: ParseScopes(text)}
		g := p.grants("Observation", mayRead)
		require.Equal(t, want, g.allow("Patient/p1", vital), text)
		require.False(t, g.allow("Patient/p2", vital), text)
	}
}

func TestParseSpan(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	for text, want := range map[string][2]string{
		"2026":                           {"2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z"},
		"2026-02":                        {"2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z"},
		"2024-02-29":                     {"2024-02-28T23:00:00Z", "2024-02-29T23:00:00Z"},
		"2026-02-03T04:05":               {"2026-02-03T03:05:00Z", "2026-02-03T03:06:00Z"},
		"2026-02-03T04:05Z":              {"2026-02-03T04:05:00Z", "2026-02-03T04:06:00Z"},
		"2026-02-03T04:05:06-05:30":      {"2026-02-03T09:35:06Z", "2026-02-03T09:35:07Z"},
		"2026-02-03T04:05:06 01:00":      {"2026-02-03T03:05:06Z", "2026-02-03T03:05:07Z"},
		"2026-02-03T04:05:06.5Z":         {"2026-02-03T04:05:06.5Z", "2026-02-03T04:05:06.6Z"},
		"2026-02-03T04:05:06.123456789Z": {"2026-02-03T04:05:06.123456789Z", "2026-02-03T04:05:06.12345679Z"},
	} {
		got, err := parseSpan(text, berlin)
		require.NoError(t, err, text)
		for i, ns := range []int64{got.lo, got.hi} {
			require.Equal(t, want[i], time.Unix(0, ns).UTC().Format(time.RFC3339Nano), text)
		}
	}
	for _, text := range []string{
		"", "2", "20261", "2026-1", "2026-02-30", "2026-02-03T", "2026-02-03T4:05", "2026-02-03T04:05:06.Z", "2026-02-03T04:05.5Z",
		"2026-02-03T04:05:06.1234567890Z", "2026-02-03T04:05:06+15:00", "2026-02-03T04:05:06+01:60", "2026-02T04:05", "1677-01-01", "2262", "9999-12-31", "T10:00",
	} {
		_, err := parseSpan(text, berlin)
		require.Error(t, err, text)
	}
}

// The rules of FHIR R4, search, 3.1.1.4.9, for a target of a day.
func TestDatePrefixes(t *testing.T) {
	target, err := parseSpan("2026-02-03", nil)
	require.NoError(t, err)
	for text, want := range map[string]bool{
		"2026-02": true, "eq2026-02-03": true, "eq2026-02-03T10:00Z": false, "2026-03": false,
		"ne2026-02": false, "ne2026-02-03T10:00Z": true,
		"gt2026-02-02": true, "gt2026-02-03": false, "gt2026-02-03T10:00Z": true, "gt2026-02-04": false,
		"lt2026-02-04": true, "lt2026-02-03": false, "lt2026-02-03T10:00Z": true, "lt2026-02-02": false,
		"ge2026-02-03": true, "ge2026-02-03T10:00Z": true, "ge2026-02-04": false, "ge2026-02": true,
		"le2026-02-03": true, "le2026-02-02": false, "le2026": true,
		"sa2026-02-02": true, "sa2026-02-03": false, "eb2026-02-04": true, "eb2026-02-03": false,
	} {
		tests, err := parseDates(text, nil)
		require.NoError(t, err, text)
		require.Equal(t, want, tests[0].match(target), text)
	}
}

func TestParseTokens(t *testing.T) {
	for text, want := range map[string][]token{
		"8867-4":                       {{code: "8867-4", anySystem: true}},
		"s|c,|d":                       {{system: "s", code: "c"}, {code: "d"}},
		"s|":                           {{system: "s", anyOfThem: true}},
		`a\,b\|c`:                      {{code: "a,b|c", anySystem: true}},
		`s\|t|c\\d\$`:                  {{system: "s|t", code: `c\d$`}},
		`s|c|d`:                        {{system: "s", code: "c|d"}},
		`trailing\`:                    {{code: `trailing\`, anySystem: true}},
		strings.Repeat("a,", 99) + "a": nil,
	} {
		got, err := parseTokens(text)
		require.NoError(t, err, text)
		if want != nil {
			require.Equal(t, want, got, text)
		}
	}
	for _, text := range []string{"", ",", "a,", "|", strings.Repeat("a,", 100) + "a"} {
		_, err := parseTokens(text)
		require.Error(t, err, text)
	}
}

func TestPause(t *testing.T) {
	require.Equal(t, firstPause/2, pause(1, 0))
	require.Equal(t, 2*time.Second, pause(2, 1))
	for n := range 100 {
		p := pause(n, 0.5)
		require.GreaterOrEqual(t, p, firstPause/2)
		require.LessOrEqual(t, p, lastPause)
	}
	require.Equal(t, lastPause, pause(1<<62, 1))
}

func TestPageExpires(t *testing.T) {
	var p pager
	who := Principal{ID: "a"}
	issued := time.Unix(1_800_000_000, 0)
	sealed, err := p.seal(cursor{Query: "patient=p1", ID: make([]byte, 16), Issued: issued}, "Observation", &who)
	require.NoError(t, err)
	_, f := p.open(sealed, "Observation", &who, issued.Add(pageAge))
	require.Nil(t, f)
	_, f = p.open(sealed, "Observation", &who, issued.Add(pageAge+time.Second))
	require.Equal(t, http.StatusGone, f.status)
}

// What is read is bounded, and what is told of it says the same again.
func FuzzSearchParameters(f *testing.F) {
	for _, q := range []string{
		"patient=p1&code=http://loinc.org|8867-4,x&date=ge2026-01-01&_count=7", "subject:Patient=p1&_id=a,b&_lastUpdated=2026",
		"date=sa2026-01-01T10:00:00.5%2B01:00&category=%7Cx", "_sort=-date&x=1&_since=2026&_type=Flag&max=3", "a=%zz", "&&=&=x",
	} {
		f.Add(q)
	}
	names := append(searchNames("Observation"), "_since", "_type", "max")
	f.Fuzz(func(t *testing.T, query string) {
		list, fault := parseQuery(nil, query)
		if fault != nil {
			return
		}
		q, fault := reader{names: names}.read("Observation", list)
		if fault != nil {
			if len(query) > 40 && strings.Contains(fault.text+fault.where, query) {
				t.Errorf("a fault repeats the request: %s", fault.text)
			}
			return
		}
		if q.count < 0 || q.count > maxCount || q.max < 1 || q.max > maxCount || len(q.ids) > maxIDs {
			t.Errorf("count %d, max %d, %d ids: beyond the limits", q.count, q.max, len(q.ids))
		}
		list, fault = parseQuery(nil, q.self())
		if fault != nil {
			t.Fatalf("the self link cannot be read: %v", fault)
		}
		again, fault := reader{names: names, strict: true}.read("Observation", list)
		if fault != nil {
			t.Fatalf("the self link is refused: %v", fault)
		}
		if again.self() != q.self() {
			t.Errorf("self of self is another link")
		}
	})
}

// No token but the one that was sealed opens.
func FuzzPageToken(f *testing.F) {
	var p pager
	who := Principal{ID: "a"}
	now := time.Unix(1_800_000_000, 0)
	sealed, err := p.seal(cursor{Query: "patient=p1", ID: make([]byte, 16), Issued: now}, "Observation", &who)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("", sealed)
	f.Add(sealed, sealed[:10])
	f.Add("AAAA", strings.ToUpper(sealed))
	f.Fuzz(func(t *testing.T, one, two string) {
		for _, token := range []string{one, two, one + two} {
			if c, fault := p.open(token, "Observation", &who, now); fault == nil && (token != sealed || c.Query != "patient=p1") {
				t.Errorf("a token that nobody sealed opens")
			}
		}
	})
}

// Scopes never grant more than their words say.
func FuzzScopes(f *testing.F) {
	for _, s := range []string{"system/Observation.rs", "patient/*.read user/Flag.c", "system/Observation.rs?category=a|b&code=c", "user/*.cruds?x=y", "openid"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := Principal{Scopes: ParseScopes(text)}
		if g := p.grants("Observation", mayRead); g.none() {
			return
		}
		for word := range strings.FieldsSeq(text) {
			word, query, limited := strings.Cut(word, "?")
			if _, err := url.ParseQuery(query); limited && err != nil {
				continue
			}
			context, rest, _ := strings.Cut(word, "/")
			kind, actions, _ := strings.Cut(rest, ".")
			if (context == "user" || context == "system") && (kind == "*" || kind == "Observation") &&
				(actions == "read" || actions == "*" || strings.Contains(actions, "r")) {
				return
			}
		}
		t.Errorf("%q grants to read", text)
	})
}
