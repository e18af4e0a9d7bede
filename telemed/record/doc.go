// Package record tells health records, in FHIR R4, what comes out of a gateway:
// measurements ([Observations]), alarms and scores ([Alarms]), and messages to
// people ([Communications]). It writes resources; what takes them to a server is
// not here.
package record
