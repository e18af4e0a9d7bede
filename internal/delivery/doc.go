// Package delivery has no code but its tests, which hold the way of an
// Observation from a device to a health record, and back from there to a
// subscriber, against servers that lie and processes that are killed.
//
//	go test ./internal/delivery                                         half a minute
//	go test -v -tags nightly -timeout 30m -run Kill ./internal/delivery 100,000 observations for each verb
//
// What happens by chance follows from a seed, which a test prints and which
// TELEMED_SEED sets. With TELEMED_FHIR_SERVER, the folder of an installed FHIR
// server that is not ours, the client is held against that one too.
package delivery
