package client_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/fhirtest"
)

// Resources of two types with one id are two, also where the server gives the ids.
func TestUpdateOfTwoTypes(t *testing.T) {
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			s := &fhirtest.Server{Lacks: w.lacks}
			c := open(t, s)
			for range 2 {
				for _, kind := range []string{"Flag", "DetectedIssue"} {
					require.NoError(t, c.Update(t.Context(), []byte(`{"resourceType":"`+kind+`","id":"6fa459ea-ee8a-3ca4-894e-db77e160355e"}`)))
				}
			}
			require.Len(t, s.Resources("Flag"), 1)
			require.Len(t, s.Resources("DetectedIssue"), 1)
		})
	}
}
