package serve

import (
	"net/http"
	"strconv"
	"time"
)

// A notificationType is one of subscription-notification-type.
type notificationType string

const (
	notifyHandshake notificationType = "handshake"
	notifyHeartbeat notificationType = "heartbeat"
	notifyEvents    notificationType = "event-notification"
	queryStatus     notificationType = "query-status"
	queryEvents     notificationType = "query-event"
)

// notification is the Bundle of a notification: first the status as Parameters,
// as R4 has no SubscriptionStatus, then the resources (backport 1.1.0,
// backport-subscription-notification-r4).
func (s *Server) notification(sub *subscription, kind notificationType, list []numbered, content payload) []byte {
	size := 2048 + 300*len(list)
	if content == payloadFull {
		size += sizeHint * len(list)
	}
	base := s.base()
	b := append(make([]byte, 0, size), `{"resourceType":"Bundle","meta":{"profile":["`+backport+`backport-subscription-notification-r4"]},"type":"history","timestamp":"`...)
	b = moment(time.Now().UnixMicro()).appendInstant(b)
	b = append(b, `","entry":[{"fullUrl":"urn:uuid:`...)
	b = append(b, newID()...)
	b = append(b, `","resource":`...)
	b = s.appendStatus(b, sub, kind, list, content)
	b = append(b, `,"request":{"method":"GET","url":`...)
	b = appendString(b, base+"Subscription/"+sub.id+"/$status")
	b = append(b, `},"response":{"status":"200"}}`...)
	if content != payloadEmpty {
		for _, e := range list {
			b = s.appendEvent(b, e, content)
		}
	}
	return append(b, `]}`...)
}

func (s *Server) appendEvent(b []byte, e numbered, content payload) []byte {
	b = append(b, ",{"...)
	b = appendFullURL(b, s.base(), e.resource)
	if content == payloadFull {
		b = append(b, `"resource":`...)
		b = e.appendJSON(b, &s.Mapper)
		b = append(b, ',')
	}
	b = append(b, `"request":{"method":"PUT","url":"`...)
	b = e.appendReference(b)
	return append(b, `"},"response":{"status":"200"}}`...)
}

// appendStatus is the status of a subscription (backport-subscription-status-r4).
func (s *Server) appendStatus(b []byte, sub *subscription, kind notificationType, list []numbered, content payload) []byte {
	sub.mu.Lock()
	status, counted := sub.status, sub.counted
	sub.mu.Unlock()
	if kind == notifyHandshake {
		status = statusRequested
	}
	if kind == notifyEvents && len(list) > 0 {
		counted = list[len(list)-1].number // inclusive of this notification
	}
	b = append(b, `{"resourceType":"Parameters","meta":{"profile":["`+backport+`backport-subscription-status-r4"]},"parameter":[`...)
	b = append(b, `{"name":"subscription","valueReference":{"reference":`...)
	b = appendString(b, s.base()+"Subscription/"+sub.id)
	b = append(b, `}},{"name":"topic","valueCanonical":`...)
	b = appendString(b, sub.resource.Criteria)
	b = append(b, `},{"name":"status","valueCode":"`...)
	b = append(b, status...)
	b = append(b, `"},{"name":"type","valueCode":"`...)
	b = append(b, kind...)
	b = append(b, `"},{"name":"events-since-subscription-start","valueString":"`...)
	b = strconv.AppendUint(b, counted, 10)
	b = append(b, `"}`...)
	for _, e := range list {
		b = append(b, `,{"name":"notification-event","part":[{"name":"event-number","valueString":"`...)
		b = strconv.AppendUint(b, e.number, 10)
		b = append(b, `"},{"name":"timestamp","valueInstant":"`...)
		b = moment(e.at.UnixMicro()).appendInstant(b)
		b = append(b, `"}`...)
		if content != payloadEmpty {
			b = append(b, `,{"name":"focus","valueReference":{"reference":`...)
			b = appendString(b, s.base()+e.reference())
			b = append(b, `}}`...)
		}
		b = append(b, `]}`...)
	}
	return append(b, `]}`...)
}

// status answers $status with a Bundle of one status.
func (s *Server) status(v *visit, sub *subscription) *fault {
	set := newBundle(s.base(), "searchset", s.now(), 1024)
	set.total(1)
	set.entry(nil, "match")
	set.b = s.appendStatus(set.b, sub, queryStatus, nil, payloadEmpty)
	set.close()
	write(v.w, http.StatusOK, set.end())
	return nil
}

// events answers $events with those that are still kept, for whoever finds a
// gap in the numbers. Both bounds are included.
func (s *Server) events(v *visit, sub *subscription) *fault {
	list, f := parameters(v.w, v.r)
	if f != nil {
		return f
	}
	from, to, content := uint64(1), uint64(0), sub.content
	for _, p := range list {
		var err error
		switch p.name {
		case "eventsSinceNumber":
			from, err = strconv.ParseUint(p.value, 10, 63)
		case "eventsUntilNumber":
			to, err = strconv.ParseUint(p.value, 10, 63)
		case "content":
			if p.value == string(payloadEmpty) { // more than was granted at the start is not given
				content = payloadEmpty
			}
		default:
			if v.strict && p.name != "_format" {
				return &fault{status: http.StatusBadRequest, code: "not-supported", where: "http", text: "a parameter is not known (handling=strict)"}
			}
		}
		if err != nil {
			return badParameter(p.name, "value", "not the number of an event")
		}
	}
	events, ok := s.disclosed(v.r.Context(), sub, sub.between(max(from, 1), to, maxBatch), v.address())
	if !ok {
		return faultAudit
	}
	write(v.w, http.StatusOK, s.notification(sub, queryEvents, events, content))
	return nil
}
