package subscription

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Why a notification was not taken.
var (
	// ErrSyntax: it is no notification Bundle of the backport.
	ErrSyntax = errors.New("subscription: not a notification")
	// ErrOther: it belongs to another subscription or topic.
	ErrOther = errors.New("subscription: of another subscription")
)

// A kind is the type of a notification (SubscriptionStatus.type).
type kind string

const (
	handshake kind = "handshake"
	heartbeat kind = "heartbeat"
	event     kind = "event-notification"
	status    kind = "query-status"
	query     kind = "query-event"
)

// An Event is something that happened at the server.
type Event struct {
	// Number counts the events since the subscription began, from 1.
	Number uint64
	// At is when it happened by the server's clock, zero if it does not tell.
	At time.Time
	// Focus is the reference to what has changed: "Observation/7", or an absolute
	// URL. It is empty if the subscription has no content.
	Focus string
	// Resource is the JSON of the focus, if the subscription has full resources.
	// It belongs to the receiver of the event.
	Resource []byte
	// Missing says that this event took place and that the server cannot tell of
	// it any more. Whoever keeps a copy of the server's data has to search for
	// what has changed since the event before.
	Missing bool
}

// A notification is what one Bundle says.
type notification struct {
	kind         kind
	subscription string
	topic        string
	state        string // of the subscription: "active", "error", "off"
	count        uint64 // events since the subscription began
	events       []Event
}

// A parameter is an element of Parameters in any of the forms that occur.
type parameter struct {
	Name      string      `json:"name"`
	String    string      `json:"valueString"`
	Code      string      `json:"valueCode"`
	Canonical string      `json:"valueCanonical"`
	URI       string      `json:"valueUri"`
	Instant   string      `json:"valueInstant"`
	Integer   json.Number `json:"valueInteger"`
	Unsigned  json.Number `json:"valueUnsignedInt"`
	Decimal   json.Number `json:"valueDecimal"`
	Reference reference   `json:"valueReference"`
	Part      []parameter `json:"part"`
}

type reference struct {
	Reference string `json:"reference"`
}

// key is the name without its hyphens: versions of the guide differ in
// "events-since-subscription-start" and "eventsSinceSubscriptionStart".
func (p parameter) key() string { return strings.ToLower(strings.ReplaceAll(p.Name, "-", "")) }

func (p parameter) text() string {
	for _, s := range []string{p.Canonical, p.URI, p.Code, p.String} {
		if s != "" {
			return s
		}
	}
	return ""
}

// number is a count. R4 has no integer of 64 bits, so it is a string there.
func (p parameter) number() (uint64, error) {
	for _, s := range []string{p.String, string(p.Integer), string(p.Unsigned), string(p.Decimal)} {
		if s != "" {
			return parseNumber(s)
		}
	}
	return 0, ErrSyntax
}

// maxNumber bounds event numbers, so that arithmetic on them cannot overflow.
const maxNumber = 1 << 53

func parseNumber(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > maxNumber {
		return 0, fmt.Errorf("%w: event number", ErrSyntax)
	}
	return n, nil
}

// bundle is a notification as it comes: a history Bundle whose first entry is
// the status, as Parameters (R4) or SubscriptionStatus (R4B).
type bundle struct {
	Type  string `json:"resourceType"`
	Entry []struct {
		FullURL  string          `json:"fullUrl"`
		Resource json.RawMessage `json:"resource"`
	} `json:"entry"`
}

// subscriptionStatus is the resource of R4B, whose numbers are strings in JSON.
type subscriptionStatus struct {
	Type         string      `json:"resourceType"`
	Status       string      `json:"status"`
	Kind         string      `json:"type"`
	Count        json.Number `json:"eventsSinceSubscriptionStart"`
	Subscription reference   `json:"subscription"`
	Topic        string      `json:"topic"`
	Events       []struct {
		Number  json.Number `json:"eventNumber"`
		At      string      `json:"timestamp"`
		Focus   reference   `json:"focus"`
		Context []reference `json:"additionalContext"`
	} `json:"notificationEvent"`
	Parameters []parameter `json:"parameter"`
}

// parseNotification reads a notification, or an answer to $status or $events.
func parseNotification(body []byte) (notification, error) {
	var b bundle
	if json.Unmarshal(body, &b) != nil || b.Type != "Bundle" || len(b.Entry) == 0 {
		return notification{}, ErrSyntax
	}
	var s subscriptionStatus
	if json.Unmarshal(b.Entry[0].Resource, &s) != nil {
		return notification{}, fmt.Errorf("%w: Bundle.entry[0].resource", ErrSyntax)
	}
	var n notification
	var err error
	switch s.Type {
	case "Parameters":
		n, err = fromParameters(s.Parameters)
	case "SubscriptionStatus":
		n, err = fromStatus(s)
	default:
		err = fmt.Errorf("%w: Bundle.entry[0].resource.resourceType", ErrSyntax)
	}
	if err != nil {
		return notification{}, err
	}
	for i := range n.events {
		e := &n.events[i]
		if e.Number == 0 || e.Number > n.count {
			return notification{}, fmt.Errorf("%w: an event beyond the count of events", ErrSyntax)
		}
		if e.Focus == "" {
			continue
		}
		for _, entry := range b.Entry[1:] {
			if len(entry.Resource) > 0 && sameReference(entry.FullURL, e.Focus) {
				e.Resource = []byte(entry.Resource)
				break
			}
		}
	}
	return n, nil
}

func fromParameters(ps []parameter) (n notification, err error) {
	counted := false
	for _, p := range ps {
		switch p.key() {
		case "subscription":
			n.subscription = p.Reference.Reference
		case "topic":
			n.topic = p.text()
		case "status":
			n.state = p.text()
		case "type":
			n.kind = kind(p.text())
		case "eventssincesubscriptionstart":
			if n.count, err = p.number(); err != nil {
				return n, err
			}
			counted = true
		case "notificationevent":
			e, err := fromParts(p.Part)
			if err != nil {
				return n, err
			}
			n.events = append(n.events, e)
		}
	}
	return n, n.complete(counted)
}

func fromParts(ps []parameter) (e Event, err error) {
	for _, p := range ps {
		switch p.key() {
		case "eventnumber":
			if e.Number, err = p.number(); err != nil {
				return e, err
			}
		case "timestamp":
			e.At = instant(p.Instant)
		case "focus":
			e.Focus = p.Reference.Reference
		}
	}
	return e, nil
}

func fromStatus(s subscriptionStatus) (n notification, err error) {
	n = notification{kind: kind(s.Kind), subscription: s.Subscription.Reference, topic: s.Topic, state: s.Status}
	if s.Count != "" {
		if n.count, err = parseNumber(string(s.Count)); err != nil {
			return n, err
		}
	}
	for _, from := range s.Events {
		e := Event{At: instant(from.At), Focus: from.Focus.Reference}
		if e.Number, err = parseNumber(string(from.Number)); err != nil {
			return n, err
		}
		n.events = append(n.events, e)
	}
	return n, n.complete(s.Count != "")
}

// complete checks that there is what every notification has. An answer to
// $events may leave the count out.
func (n *notification) complete(counted bool) error {
	switch n.kind {
	case handshake, heartbeat, event, status:
		if !counted {
			return fmt.Errorf("%w: eventsSinceSubscriptionStart is missing", ErrSyntax)
		}
	case query:
		for _, e := range n.events {
			if !counted {
				n.count = max(n.count, e.Number)
			}
		}
	default:
		return fmt.Errorf("%w: unknown type", ErrSyntax)
	}
	if n.subscription == "" {
		return fmt.Errorf("%w: subscription is missing", ErrSyntax)
	}
	return nil
}

func instant(s string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}
	}
	return at
}

// sameReference reports whether two references, absolute or not and with a
// version or not, name the same resource.
func sameReference(a, b string) bool {
	a, _, _ = strings.Cut(a, "/_history/")
	b, _, _ = strings.Cut(b, "/_history/")
	if a == b {
		return a != ""
	}
	absolute := func(s string) bool { return strings.Contains(s, "://") || strings.HasPrefix(s, "urn:") }
	if absolute(a) == absolute(b) {
		return false
	}
	return strings.HasSuffix(a, "/"+b) && strings.Count(b, "/") == 1 || strings.HasSuffix(b, "/"+a) && strings.Count(a, "/") == 1
}
