package fhir_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

func visit() []vitals.Reading {
	return slices.Concat(
		panelOf(vitals.Systolic, 0, vitals.UnitMmHg),
		panelOf(vitals.HeartRate, 0, vitals.UnitPerMinute),
		panelOf(vitals.SpO2, vitals.NotANumber, 0))
}

func TestTransaction(t *testing.T) {
	for name, m := range mappers {
		got, err := m.AppendTransaction(nil, visit())
		require.NoError(t, err)
		bundle, err := m.Transaction(visit())
		require.NoError(t, err)
		want, err := fhir.Marshal(bundle)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), name)

		entries := parse(t, got)["entry"].([]any)
		require.Len(t, entries, 3)
		for _, e := range entries {
			e := e.(map[string]any)
			resource, request := e["resource"].(map[string]any), e["request"].(map[string]any)
			if name != "PHD" {
				require.Equal(t, "PUT", request["method"])
				require.Equal(t, "Observation/"+resource["id"].(string), request["url"])
				require.Equal(t, "urn:uuid:"+resource["id"].(string), e["fullUrl"])
				continue
			}
			require.Equal(t, "POST", request["method"])
			require.NotContains(t, resource, "id")
			query, err := url.ParseQuery(request["ifNoneExist"].(string))
			require.NoError(t, err)
			identifier := resource["identifier"].([]any)[0].(map[string]any)
			require.Equal(t, identifier["system"].(string)+"|"+identifier["value"].(string), query.Get("identifier"))
		}
	}
}

// TestTransactionAnyOrder mixes the readings and repeats some: it is the same
// set of resources.
func TestTransactionAnyOrder(t *testing.T) {
	r := visit()
	first := r[3]
	first.Quantity = vitals.PerMinute(1)
	mixed := []vitals.Reading{r[0], first, r[1], r[4], r[2], r[3], r[0]}
	got, err := fhir.Mapper{}.AppendTransaction(nil, mixed)
	require.NoError(t, err)
	want, err := fhir.Mapper{}.AppendTransaction(nil, r)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func TestTransactionOfNothing(t *testing.T) {
	b, err := fhir.Mapper{}.AppendTransaction(nil, nil)
	require.NoError(t, err)
	require.Equal(t, `{"resourceType":"Bundle","type":"transaction"}`, string(b))
}

func TestTransactionError(t *testing.T) {
	r := visit()
	r[4].At = time.Time{}
	b, err := fhir.Mapper{}.AppendTransaction([]byte("keep"), r)
	require.ErrorIs(t, err, fhir.ErrMissing)
	require.EqualError(t, err, "fhir: Bundle.entry[2].resource.Observation.effective: required and missing")
	require.Equal(t, "keep", string(b))
	_, err = fhir.Mapper{}.Transaction(r)
	require.EqualError(t, err, "fhir: Bundle.entry[2].resource.Observation.effective: required and missing")
}

func TestSearchToken(t *testing.T) {
	m := mappers["PHD"]
	r := panelOf(vitals.HeartRate, 0, vitals.UnitPerMinute)
	r[0].Patient = vitals.NewPatientID(`a|b,c$d\e&f ü`)
	b, err := m.AppendTransaction(nil, r)
	require.NoError(t, err)
	request := parse(t, b)["entry"].([]any)[0].(map[string]any)["request"].(map[string]any)
	query := request["ifNoneExist"].(string)
	require.True(t, strings.HasSuffix(query, `-a%5C%7Cb%5C%2Cc%5C%24d%5C%5Ce%26f%20%C3%BC-147842-767873472%2B8`), query)
	m = fhir.Mapper{Identifier: func(vitals.Reading) (system, value string) { return "", "v" }}
	b, err = m.AppendTransaction(nil, r)
	require.NoError(t, err)
	require.Contains(t, string(b), `"identifier":[{"value":"v"}]`)
	require.Contains(t, string(b), `"ifNoneExist":"identifier=|v"`)
}
