// Package record tells health records, in FHIR R4, what comes out of a gateway:
// measurements ([Observations]), alarms and scores ([Alarms]), and messages to
// people ([Communications]). It writes resources; what takes them to a server is
// package fhir/client, which [Delivery] makes a part of a gateway.
package record
