//go:build !nightly

package fhir_test

// digits is how many random numbers TestDigits tries; a million with -tags nightly.
const digits = 20_000
