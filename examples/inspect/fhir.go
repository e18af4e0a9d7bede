package main

import (
	"errors"
	"io"

	"github.com/telemed-go/sdk/vitals"
)

func printObservations(w io.Writer, readings []vitals.Reading) error {
	_, _ = w, readings
	return errors.New("no FHIR yet")
}
