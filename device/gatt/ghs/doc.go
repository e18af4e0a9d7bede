// Package ghs decodes and encodes the observations of generic health sensors,
// after drafts of the Generic Health Sensor Service before its adoption, and the
// clock of such a sensor, after the Elapsed Time Service 1.0.
//
// One [Observation] can hold any IEEE 11073-10101 measurement: a number, a code,
// samples, a compound or a bundle of others. Its readings are those that package
// vitals has a kind for.
//
// The layout is unverified: expect changes. Parts of an observation are joined
// with package segment first. Nesting is bounded. Parsing, encoding and errors
// are as package gatt describes them.
package ghs
