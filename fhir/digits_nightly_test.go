//go:build nightly

package fhir_test

const digits = 1_000_000
