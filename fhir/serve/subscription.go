package serve

import (
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// The topics of subscriptions, which are also in the CapabilityStatement.
const (
	// TopicObservations: an Observation is new or has changed. Its filters are
	// the parameters of a search of Observation.
	TopicObservations = "https://github.com/telemed-go/sdk/fhir/SubscriptionTopic/observations"
	// TopicAlarms: a Flag, DetectedIssue, RiskAssessment or Communication is new
	// or has changed. Its filters are patient, or those of one of the types.
	TopicAlarms = "https://github.com/telemed-go/sdk/fhir/SubscriptionTopic/alarms"
)

// topicKinds are the types of resources that a topic is about.
func topicKinds(topic string) []string {
	switch topic {
	case TopicObservations:
		return []string{"Observation"}
	case TopicAlarms:
		return []string{"Communication", "DetectedIssue", "Flag", "RiskAssessment"}
	}
	return nil
}

const backport = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"

// A payload is how much of an event is sent.
type payload string

const (
	payloadEmpty payload = "empty"
	payloadID    payload = "id-only"
	payloadFull  payload = "full-resource"
)

// A subscriptionStatus is one of R4, all but off, which is not asked for here.
type subscriptionStatus string

const (
	statusRequested subscriptionStatus = "requested"
	statusActive    subscriptionStatus = "active"
	statusError     subscriptionStatus = "error"
)

// A subscription is what somebody wants to be sent. What stands before the lock
// does not change.
type subscription struct {
	id       string
	who      Principal
	resource subscriptionResource
	interest interest
	endpoint *url.URL
	header   http.Header
	content  payload
	beat     time.Duration // 0 is none
	timeout  time.Duration
	batch    int
	end      time.Time     // zero is never
	more     chan struct{} // there are events
	deleted  chan struct{}

	mu        sync.Mutex
	busy      bool // a Run has it
	changed   moment
	status    subscriptionStatus
	ring      []numbered // the newest events, in order
	counted   uint64     // since the start
	delivered uint64     // the last one that was taken, or is not to be sent
}

// numbered is an event with its number.
type numbered struct {
	owned
	number uint64
	at     time.Time
}

// Limits of subscriptions.
const (
	maxFilters     = 10
	maxHeaders     = 10
	maxHeaderBytes = 4 << 10
	maxEndpoint    = 2 << 10
	maxBatch       = 1000
	minBeat        = time.Second
	maxTimeout     = time.Minute
)

// appendJSON is the Subscription as it stands.
func (s *subscription) appendJSON() []byte {
	s.mu.Lock()
	r := s.resource
	r.ID, r.Status, r.Meta.VersionID = s.id, string(s.status), s.changed.version()
	r.Meta.LastUpdated = string(s.changed.appendInstant(nil))
	s.mu.Unlock()
	r.Meta.Profile = []string{backport + "backport-subscription"}
	if r.Error = ""; r.Status == string(statusError) {
		r.Error = "the endpoint does not take notifications"
	}
	b, err := json.Marshal(r)
	if err != nil {
		return nil // plain strings and numbers have no error
	}
	return b
}
