package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// mapperOf finds the Mapper of a guide. The gateway that PHD demands is one of
// no consequence.
func mapperOf(guide string) (*fhir.Mapper, error) {
	switch strings.ToLower(guide) {
	case "r4":
		return &fhir.Mapper{}, nil
	case "phd":
		return &fhir.Mapper{Profile: fhir.PHD, Gateway: "Device/gateway"}, nil
	case "uscore":
		return &fhir.Mapper{Profile: fhir.USCore}, nil
	case "hddt":
		return &fhir.Mapper{Profile: fhir.HDDT}, nil
	case "pocd":
		return &fhir.Mapper{Profile: fhir.PoCD}, nil
	}
	return nil, fmt.Errorf("unknown -profile %q: r4, phd, uscore, hddt or pocd", guide)
}

// printObservations prints the FHIR Observation of every measurement, or why
// there is none.
func printObservations(w io.Writer, mapper *fhir.Mapper, readings []vitals.Reading) {
	for panel := range vitals.Panels(readings) {
		text, err := mapper.AppendObservation(nil, panel)
		if err != nil {
			fmt.Fprintf(w, "\nno FHIR Observation of %v: %v\n", panel[0].Kind, err)
			continue
		}
		fmt.Fprintf(w, "\nFHIR Observation\n%s\n", indented(json.RawMessage(text)))
	}
}
