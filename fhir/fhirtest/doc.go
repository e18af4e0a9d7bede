// Package fhirtest is a FHIR server in memory for the tests of whoever talks to
// one. It stores, searches and answers as R4 says, and misbehaves as real servers
// do: on request, by a script or by chance, and the same way each time.
//
// The one idea: a [Fault] says what goes wrong with one request, in four
// independent parts: whether the work is done nevertheless, which status is
// answered, after what time, and what becomes of the answer on its way. A reply
// that is lost after the commit is Fault{Commit: true, Reply: Reset}.
// [Server.Script] lines faults up, [Rates] draw them.
//
// What happened is in the ledger: [Server.Copies] of an identifier,
// [Server.Resources] and [Server.Order], [Server.Requests].
//
// The server keeps everything in memory, checks resources only as far as it has
// to and is no place for data of patients.
package fhirtest
