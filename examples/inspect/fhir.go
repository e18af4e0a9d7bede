package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// printObservations prints the FHIR Observation of every measurement, or why
// there is none.
func printObservations(w io.Writer, readings []vitals.Reading) {
	var mapper fhir.Mapper
	for panel := range vitals.Panels(readings) {
		text, err := mapper.AppendObservation(nil, panel)
		if err != nil {
			fmt.Fprintf(w, "\nno FHIR Observation of %v: %v\n", panel[0].Kind, err)
			continue
		}
		fmt.Fprintf(w, "\nFHIR Observation\n%s\n", indented(json.RawMessage(text)))
	}
}
