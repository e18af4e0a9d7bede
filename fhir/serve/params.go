package serve

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of a request.
const (
	maxURL        = 8 << 10
	maxBody       = 64 << 10
	maxParameters = 100
	maxIDs        = 50
	defaultCount  = 100
	maxCount      = 1000
)

// A parameter is one of a request, in its order.
type parameter struct{ name, value string }

// parameters reads those of the URL and, for a POST, of the form in the body.
func parameters(w http.ResponseWriter, r *http.Request) (list []parameter, f *fault) {
	list, f = parseQuery(nil, r.URL.RawQuery)
	if f != nil || r.Method != http.MethodPost {
		return list, f
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/x-www-form-urlencoded" {
		return nil, faultMedia
	}
	body, f := readBody(w, r)
	if f != nil {
		return nil, f
	}
	return parseQuery(list, string(body))
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *fault) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, faultLarge
	}
	return body, nil
}

func parseQuery(list []parameter, query string) ([]parameter, *fault) {
	if len(query) > maxBody {
		return nil, faultLarge
	}
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		if len(list) == maxParameters {
			return nil, faultMany
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, faultForm
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return nil, faultForm
		}
		if value != "" { // FHIR R4: a parameter without a value is no parameter
			list = append(list, parameter{name, value})
		}
	}
	return list, nil
}

// A search is what a request asks for, read once.
type search struct {
	kind        string
	patient     string // the reference
	ids         []string
	tokens      tokens
	date        [][]dateTest
	lastUpdated [][]dateTest
	count       int
	max         int        // of $lastn
	since       moment     // of $stream
	types       []string   // of $stream
	page        string     // the sealed link
	used        url.Values // what the self link says
	ignored     int        // parameters that are not known
}

// A reader reads parameters into a search.
type reader struct {
	zone   *time.Location
	base   string // of absolute references to patients
	strict bool
	names  []string // the parameters that the request may have
}

// searchNames are the parameters of a search of a type.
func searchNames(kind string) []string {
	common := []string{"patient", "_id", "_lastUpdated", "_count", "_sort", "_page"}
	switch kind {
	case "Observation":
		return append(common, "subject", "code", "category", "date")
	case "Flag", "RiskAssessment":
		return append(common, "subject", "date")
	case "DetectedIssue":
		return append(common, "identified")
	case "Communication":
		return append(common, "subject", "sent")
	}
	return nil
}

func (rd reader) read(kind string, list []parameter) (*search, *fault) {
	s := &search{kind: kind, count: defaultCount, max: 1, used: url.Values{}}
	for _, p := range list {
		name, modifier, modified := strings.Cut(p.name, ":")
		switch name {
		case "_format", "_pretty":
			continue
		}
		if !slices.Contains(rd.names, name) {
			if rd.strict {
				return nil, &fault{status: http.StatusBadRequest, code: "not-supported", where: "http", text: "a parameter is not known (handling=strict)"}
			}
			s.ignored++
			continue
		}
		if modified && (name != "subject" || modifier != "Patient") {
			return nil, badParameter(name, "not-supported", "the modifier is not offered")
		}
		if f := rd.set(s, name, p.value); f != nil {
			return nil, f
		}
		s.used.Add(p.name, p.value)
	}
	return s, nil
}

func (rd reader) set(s *search, name, value string) *fault {
	var err error
	switch name {
	case "patient", "subject":
		return rd.setPatient(s, name, value)
	case "_id":
		if s.ids != nil {
			return badParameter(name, "not-supported", "this may be given once, with commas between the ids")
		}
		if s.ids = strings.Split(value, ","); len(s.ids) > maxIDs {
			return badParameter(name, "too-costly", "too many ids")
		}
	case "code", "category":
		var list []token
		if list, err = parseTokens(value); err != nil {
			return badParameter(name, "value", "not a token: "+err.Error())
		}
		s.tokens.add(name, list)
	case "date", "identified", "sent", "_lastUpdated":
		var list []dateTest
		if list, err = parseDates(value, rd.zone); err != nil {
			return badParameter(name, "value", "the date cannot be read: "+err.Error())
		}
		if name == "_lastUpdated" {
			s.lastUpdated = append(s.lastUpdated, list)
		} else {
			s.date = append(s.date, list)
		}
	case "_count", "max":
		n, err := strconv.ParseUint(value, 10, 31)
		if err != nil || n == 0 && name == "max" {
			return badParameter(name, "value", "not a count")
		}
		if n := min(int(n), maxCount); name == "max" {
			s.max = n
		} else {
			s.count = n
		}
	case "_sort":
		if value != "-date" {
			return badParameter(name, "not-supported", "the only order is -date")
		}
	case "_page":
		s.page = value
	case "_since":
		at, err := parseSpan(value, time.UTC)
		if err != nil {
			return badParameter(name, "value", "not an instant")
		}
		s.since = moment(at.lo / int64(time.Microsecond))
	case "_type":
		if s.types = strings.Split(value, ","); slices.ContainsFunc(s.types, func(t string) bool { return !isKind(t) }) {
			return badParameter(name, "not-supported", "a type is not offered")
		}
	}
	return nil
}

func (rd reader) setPatient(s *search, name, value string) *fault {
	value = unescape(strings.TrimPrefix(value, rd.base))
	if strings.Contains(value, ",") {
		return badParameter(name, "not-supported", "one patient at a time")
	}
	reference := patientReference(value)
	if s.patient != "" && s.patient != reference {
		return badParameter(name, "not-supported", "one patient at a time")
	}
	s.patient = reference
	return nil
}

// match reports whether a resource is what is searched for, apart from the
// patient.
func (s *search) match(r *resource) bool { return s.tokens.match(r.facets) && s.matchOne(r) }

// matchOne looks at what differs within a kind.
func (s *search) matchOne(r *resource) bool {
	if s.ids != nil && !slices.Contains(s.ids, r.name()) || s.date != nil && !matchDates(s.date, r.at()) {
		return false
	}
	if s.lastUpdated == nil {
		return true
	}
	at := int64(r.moment) * int64(time.Microsecond)
	return matchDates(s.lastUpdated, span{at, at + int64(time.Microsecond)})
}

func matchDates(all [][]dateTest, t span) bool {
	for _, list := range all {
		if !slices.ContainsFunc(list, func(d dateTest) bool { return d.match(t) }) {
			return false
		}
	}
	return true
}

// handling is what the client prefers to happen to parameters that are not
// known (FHIR R4, search, 3.1.1.1.1; RFC 7240): lenient, unless it says strict.
func handling(r *http.Request) (strict bool, f *fault) {
	for _, line := range r.Header.Values("Prefer") {
		for part := range strings.FieldsFuncSeq(line, func(c rune) bool { return c == ',' || c == ';' }) {
			switch name, value, _ := strings.Cut(strings.TrimSpace(part), "="); {
			case !strings.EqualFold(name, "handling"):
			case strings.Trim(value, `"`) == "strict":
				strict = true
			case strings.Trim(value, `"`) != "lenient":
				return false, &fault{status: http.StatusBadRequest, code: "value", where: "http.Prefer", text: "handling is strict or lenient"}
			}
		}
	}
	return strict, nil
}
