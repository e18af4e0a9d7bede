package subscription

import (
	"encoding/json"
	"errors"
	"net/url"
	"time"
)

// A Content says how much of what has changed a notification carries.
type Content string

// The contents of the backport guide.
const (
	Empty        Content = "empty"         // that something happened
	IDOnly       Content = "id-only"       // and to which resource
	FullResource Content = "full-resource" // and the resource itself
)

// A Request is what to ask a server for.
type Request struct {
	// Topic is the canonical URL of the topic, one that the server has.
	Topic string
	// Filter narrows it down, in the form of a search: "Observation?category=vital-signs".
	Filter string
	// Endpoint is the URL of the [Receiver].
	Endpoint string
	// Secret is sent along with each notification, for [Bearer]. It is part of
	// the resource: whoever may read the subscription can read it.
	Secret string
	// Content is FullResource if it is not set.
	Content Content
	// Heartbeat is the period of heartbeats, in whole seconds; 0 asks for none.
	Heartbeat time.Duration
	// MaxCount is how many events may share a notification, 0: as the server
	// likes.
	MaxCount int
	// End, if set, is when the subscription ends by itself.
	End time.Time
}

const backport = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-"

type extension struct {
	URL      string `json:"url"`
	String   string `json:"valueString,omitempty"`
	Code     string `json:"valueCode,omitempty"`
	Unsigned int64  `json:"valueUnsignedInt,omitempty"`
	Positive int    `json:"valuePositiveInt,omitempty"`
}

type extended struct {
	Extension []extension `json:"extension"`
}

// Resource is the Subscription to create at the server, JSON of FHIR R4 with the
// extensions of the backport guide (backport-subscription, R4).
func (q Request) Resource() ([]byte, error) {
	if endpoint, err := url.Parse(q.Endpoint); err != nil || endpoint.Host == "" || q.Topic == "" {
		return nil, errors.New("subscription: Request needs Topic and Endpoint")
	}
	type channel struct {
		Extension []extension `json:"extension,omitempty"`
		Type      string      `json:"type"`
		Endpoint  string      `json:"endpoint"`
		Payload   string      `json:"payload"`
		Content   extended    `json:"_payload"`
		Header    []string    `json:"header,omitempty"`
	}
	type meta struct {
		Profile []string `json:"profile"`
	}
	r := struct {
		Type     string    `json:"resourceType"`
		Meta     meta      `json:"meta"`
		Status   string    `json:"status"`
		End      string    `json:"end,omitempty"`
		Reason   string    `json:"reason"`
		Criteria string    `json:"criteria"`
		Filter   *extended `json:"_criteria,omitempty"`
		Channel  channel   `json:"channel"`
	}{
		Type: "Subscription", Meta: meta{[]string{backport + "subscription"}}, Status: "requested", Reason: "telemonitoring", Criteria: q.Topic,
		Channel: channel{Type: "rest-hook", Endpoint: q.Endpoint, Payload: "application/fhir+json"},
	}
	if q.Filter != "" {
		r.Filter = &extended{[]extension{{URL: backport + "filter-criteria", String: q.Filter}}}
	}
	if !q.End.IsZero() {
		r.End = q.End.Format(time.RFC3339)
	}
	if seconds := int64(q.Heartbeat / time.Second); seconds > 0 {
		r.Channel.Extension = append(r.Channel.Extension, extension{URL: backport + "heartbeat-period", Unsigned: seconds})
	}
	if q.MaxCount > 0 {
		r.Channel.Extension = append(r.Channel.Extension, extension{URL: backport + "max-count", Positive: q.MaxCount})
	}
	content := q.Content
	if content == "" {
		content = FullResource
	}
	r.Channel.Content.Extension = []extension{{URL: backport + "payload-content", Code: string(content)}}
	if q.Secret != "" {
		r.Channel.Header = []string{"Authorization: Bearer " + q.Secret}
	}
	return json.Marshal(r)
}
