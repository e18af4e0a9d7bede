// Package subscription receives the events of a FHIR server that sends them by
// itself: topic-based subscriptions as the Subscriptions R5 Backport guide
// brings them to FHIR R4, over a REST hook.
//
// The one idea: notifications may be lost, doubled and late, but the events have
// numbers. A [Receiver] hands over every event once and in order, and asks the
// server for those that are missing; so a lost notification costs time and
// nothing else. What the server itself does not have any more is handed over as
// missing and never passed over in silence, and a server that falls silent is
// reported.
//
// It refuses notifications that are not authorised or of another subscription,
// and opens no connection itself: requests to the server go through a function
// of the caller.
package subscription
