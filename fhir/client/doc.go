// Package client delivers Observations to a FHIR server and never loses or
// doubles one.
//
// The one idea: every measurement has an identity that does not depend on the
// attempt, so the only question after a lost answer is how to ask the server
// again. A [Client] reads the CapabilityStatement and takes the safest way that
// the server has:
//
//   - where clients may choose ids, PUT Observation/id, which may be repeated;
//   - else a conditional create, from this one writer, never two with one
//     identifier at a time, because such creates race on many servers;
//   - else a search, and a create of what is not there.
//
// A server that claims more than it can do is found out and gets the next way.
// After an outcome that nobody knows (a time-out, a reset, a 5xx, a page of a
// proxy, a restart of this process) what would be created is searched for, and
// searched for again when the server must have settled ([Settle]).
//
// Observations go in Bundles, of which each entry has its own outcome: what
// failed is sent again, what the server will never take goes to [Quarantine].
// Alarms overtake: [Client.Update] does not queue behind [Client.Put].
//
// The package shows no identifier and no value in errors, and none in URLs but
// for the ids that FHIR wants there. It sends to https only, follows no redirect
// and reads no answer beyond 16 MiB. One client at a time may write for a
// patient: nothing in FHIR can keep two of them apart.
package client
