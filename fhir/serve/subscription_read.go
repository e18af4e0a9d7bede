package serve

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// subscriptionResource is a Subscription as the backport guide (1.1.0) has it
// for R4.
type subscriptionResource struct {
	ResourceType string `json:"resourceType"`
	ID           string `json:"id,omitempty"`
	Meta         struct {
		VersionID   string   `json:"versionId,omitempty"`
		LastUpdated string   `json:"lastUpdated,omitempty"`
		Profile     []string `json:"profile,omitempty"`
	} `json:"meta"`
	ModifierExtension json.RawMessage `json:"modifierExtension,omitempty"`
	Status            string          `json:"status"`
	Reason            string          `json:"reason"`
	End               string          `json:"end,omitempty"`
	Criteria          string          `json:"criteria"`
	CriteriaMore      *extended       `json:"_criteria,omitempty"`
	Error             string          `json:"error,omitempty"`
	Channel           channel         `json:"channel"`
}

type channel struct {
	Extension   []extension `json:"extension,omitempty"`
	Type        string      `json:"type"`
	Endpoint    string      `json:"endpoint,omitempty"`
	Payload     string      `json:"payload,omitempty"`
	PayloadMore *extended   `json:"_payload,omitempty"`
	Header      []string    `json:"header,omitempty"`
}

type extended struct {
	Extension []extension `json:"extension"`
}

type extension struct {
	URL     string `json:"url"`
	String  string `json:"valueString,omitempty"`
	Code    string `json:"valueCode,omitempty"`
	Integer *int64 `json:"valueUnsignedInt,omitempty"`
	Count   *int64 `json:"valuePositiveInt,omitempty"`
}

func badSubscription(where, code, text string) *fault {
	return &fault{status: http.StatusUnprocessableEntity, code: code, where: where, text: text}
}

// parseSubscription reads a resource and refuses what could not be done.
func parseSubscription(b []byte, who Principal, rd reader) (*subscription, *fault) {
	s := &subscription{who: who, status: statusRequested, content: payloadEmpty, batch: 100, timeout: 10 * time.Second}
	r := &s.resource
	if json.Unmarshal(b, r) != nil || r.ResourceType != "Subscription" {
		return nil, &fault{status: http.StatusBadRequest, code: "structure", text: "the body is no Subscription that can be read"}
	}
	switch {
	case r.ModifierExtension != nil:
		return nil, badSubscription("Subscription.modifierExtension", "not-supported", "it would change the meaning in an unknown way")
	case r.Status != string(statusRequested) && r.Status != string(statusActive):
		return nil, badSubscription("Subscription.status", "value", "a new subscription has the status requested")
	case r.Reason == "":
		return nil, badSubscription("Subscription.reason", "required", "required and missing")
	case r.Channel.Type != "rest-hook":
		return nil, badSubscription("Subscription.channel.type", "not-supported", "the only channel is rest-hook")
	case r.Channel.Payload != "" && r.Channel.Payload != "application/fhir+json" && r.Channel.Payload != "application/json":
		return nil, badSubscription("Subscription.channel.payload", "not-supported", "the only payload is application/fhir+json")
	}
	if r.End != "" {
		end, err := time.Parse(time.RFC3339, r.End)
		if err != nil {
			return nil, badSubscription("Subscription.end", "value", "not an instant")
		}
		s.end = end
	}
	for _, part := range []func(reader) *fault{s.readTopic, s.readChannel, s.readHeader} {
		if f := part(rd); f != nil {
			return nil, f
		}
	}
	return s, nil
}

// readTopic finds what is wanted and granted.
func (s *subscription) readTopic(rd reader) *fault {
	types := topicKinds(s.resource.Criteria)
	if types == nil {
		return badSubscription("Subscription.criteria", "not-supported", "the topic is not offered; see the CapabilityStatement")
	}
	s.interest = interest{wanted: make(map[string]*search), granted: make(map[string]grants)}
	filters, f := s.filters(types, rd)
	if f != nil {
		return f
	}
	patients := make(map[string]bool)
	for kind, q := range filters {
		g := s.who.grants(kind, mayRead|maySearch)
		if g.none() {
			continue
		}
		if q.patient == "" && g.oneOnly() {
			q.patient = g.launch
		}
		s.interest.wanted[kind], s.interest.granted[kind] = q, g
		patients[q.patient] = true
	}
	if len(patients) == 0 {
		return faultScope
	}
	if len(patients) == 1 {
		for s.interest.patient = range patients { // to be found by it
		}
	}
	return nil
}

// filters reads the filters: "Observation?code=8867-4", or "patient=7" for all
// types of the topic. With filters for types, other types are not wanted.
func (s *subscription) filters(types []string, rd reader) (map[string]*search, *fault) {
	bad := badSubscription("Subscription.criteria.extension", "not-supported", "the filter is not one of this topic")
	given := make(map[string][]parameter)
	if s.resource.CriteriaMore != nil {
		if len(s.resource.CriteriaMore.Extension) > maxFilters {
			return nil, bad
		}
		for _, e := range s.resource.CriteriaMore.Extension {
			kind, query, typed := strings.Cut(e.String, "?")
			if !typed {
				kind, query = "", e.String
			}
			if e.URL != backport+"backport-filter-criteria" || typed && !slices.Contains(types, kind) {
				return nil, bad
			}
			list, f := parseQuery(given[kind], query)
			if f != nil {
				return nil, bad
			}
			given[kind] = list
		}
	}
	general := given[""]
	if delete(given, ""); len(given) == 0 {
		for _, kind := range types {
			given[kind] = nil
		}
	}
	all := make(map[string]*search, len(given))
	for kind, list := range given {
		rd.strict, rd.names = true, slices.DeleteFunc(searchNames(kind), func(n string) bool { return n[0] == '_' && n != "_id" })
		q, f := rd.read(kind, slices.Concat(general, list))
		if f != nil {
			return nil, badSubscription("Subscription.criteria.extension", f.code, f.text)
		}
		all[kind] = q
	}
	return all, nil
}

func (s *subscription) readChannel(reader) *fault {
	c := &s.resource.Channel
	if c.PayloadMore != nil {
		for _, e := range c.PayloadMore.Extension {
			if e.URL == backport+"backport-payload-content" {
				s.content = payload(e.Code)
			}
		}
	}
	if s.content != payloadEmpty && s.content != payloadID && s.content != payloadFull {
		return badSubscription("Subscription.channel.payload.extension", "not-supported", "the content is empty, id-only or full-resource")
	}
	for _, e := range c.Extension {
		where := "Subscription.channel.extension"
		switch e.URL {
		case backport + "backport-heartbeat-period":
			if e.Integer == nil || *e.Integer < 0 || *e.Integer > 1<<31 {
				return badSubscription(where, "value", "not a period")
			}
			if s.beat = time.Duration(*e.Integer) * time.Second; s.beat > 0 {
				s.beat = max(s.beat, minBeat)
			}
		case backport + "backport-timeout":
			if e.Integer == nil || *e.Integer < 1 || *e.Integer > int64(maxTimeout/time.Second) {
				return badSubscription(where, "value", "a timeout is between 1 s and 60 s")
			}
			s.timeout = time.Duration(*e.Integer) * time.Second
		case backport + "backport-max-count":
			if e.Count == nil || *e.Count < 1 {
				return badSubscription(where, "value", "not a count")
			}
			s.batch = int(min(*e.Count, maxBatch))
		default:
			return badSubscription(where, "not-supported", "the extension is not known")
		}
	}
	u, err := url.Parse(c.Endpoint)
	if err != nil || len(c.Endpoint) > maxEndpoint || !u.IsAbs() || u.Host == "" || u.User != nil || u.Fragment != "" {
		return badSubscription("Subscription.channel.endpoint", "value", "not the URL of an endpoint")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return badSubscription("Subscription.channel.endpoint", "security", "an endpoint has https")
	}
	s.endpoint = u
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// readHeader takes what the endpoint wants to be sent: Authorization, and names
// that begin with X-.
func (s *subscription) readHeader(reader) *fault {
	bad := badSubscription("Subscription.channel.header", "value", "headers are Authorization or begin with X-")
	if len(s.resource.Channel.Header) > maxHeaders {
		return bad
	}
	s.header = make(http.Header)
	for _, line := range s.resource.Channel.Header {
		name, value, ok := strings.Cut(line, ":")
		name = http.CanonicalHeaderKey(strings.TrimSpace(name))
		value = strings.TrimSpace(value)
		unprintable := func(c rune) bool { return c < ' ' || c > '~' }
		if !ok || len(line) > maxHeaderBytes || name != "Authorization" && !strings.HasPrefix(name, "X-") ||
			strings.ContainsFunc(value, unprintable) || strings.ContainsFunc(name, func(c rune) bool { return unprintable(c) || c == ' ' }) {
			return bad
		}
		s.header.Add(name, value)
	}
	s.resource.Channel.Header = nil // a secret of the endpoint; nobody reads it here
	return nil
}
