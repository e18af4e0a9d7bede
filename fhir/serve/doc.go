// Package serve offers the measurements and alarms of a ward to other systems
// as a FHIR R4 server: to every authorised party, in real time, and to nobody
// else.
//
// The one idea: a [Server] is at once a sink and an [net/http.Handler]. Readings
// come in by [Server.Put], alarms and other resources as JSON by
// [Server.Update]; both stay in a bounded [Window] in memory and are searched,
// streamed and sent to subscribers from there. The record of the hospital is
// elsewhere: what leaves the window is gone from here only.
//
//	GET  Observation?patient=..&code=..&date=..   search; also POST Observation/_search
//	GET  Observation/<id>                         read, with ETag
//	GET  Observation/$lastn?patient=..            the newest of each code
//	GET  Flag?patient=..                          likewise DetectedIssue, RiskAssessment, Communication
//	GET  $stream?patient=..                       Server-Sent Events, or WebSocket
//	POST Subscription                             topic-based, rest-hook (Subscriptions R5 Backport 1.1)
//	GET  metadata                                 what is there, exactly
//
// # Who sees what
//
// Three functions of the caller stand before every patient: Authorize says who
// asks and with which SMART scopes, Consent whether this patient agrees, Audit
// writes it down. Without any one of them nobody sees anything: the zero Server
// refuses. Consent is asked again for each batch of a stream and for each
// notification, so that it should answer from memory; who revokes it is not
// sent any more. A patient without consent looks exactly like one who does not
// exist. What cannot be written down is not given out.
//
// # Versions
//
// Each change of a resource has a moment in microseconds, which no other change
// of the server has. It is meta.lastUpdated, in digits the versionId and the
// id of an event in a stream, so that whoever has seen one can go on from
// there. Only the current version can be read.
//
// Subscriptions live as long as the Server: after a restart clients ask for
// them again.
//
// No error, and no OperationOutcome, repeats what a request said, and the links
// to next pages are sealed. Identifiers need not be in URLs: searches can be
// posted.
package serve
