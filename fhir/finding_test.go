package fhir_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// findings has one of each shape, by the PHD profile that it claims.
func findings() map[string]fhir.Finding {
	f := func(code uint32, p fhir.Part) fhir.Finding {
		p.Code = fhir.MDC(code, "")
		return fhir.Finding{Part: p, Patient: vitals.NewPatientID("p1"), Device: "d1", At: noon, Stamped: true}
	}
	yes := true
	meal := fhir.MDC(8417872, "MDC_CTXT_GLU_MEAL_POSTPRANDIAL")
	status := f(150604, fhir.Part{})
	status.Bits = &fhir.Bits{Size: 16, Set: 0x0118, Events: 0x0118, States: 0x8000, Unsupported: 0x0001}
	compound, numbers := f(8452097, fhir.Part{}), f(150020, fhir.Part{})
	compound.Parts = []fhir.Part{
		{Code: fhir.MDC(160184, ""), Quantity: vitals.UnitMmolPerL.Of(vitals.Decimal{Coef: 63, Exp: -1})},
		{Code: fhir.MDC(8417864, ""), Coding: &meal},
	}
	numbers.Parts = []fhir.Part{
		{Code: fhir.MDC(150021, ""), Quantity: vitals.MmHg(120)}, {Code: fhir.MDC(150022, ""), Quality: vitals.NotANumber},
	}
	return map[string]fhir.Finding{
		"PhdNumericObservation":          f(150320, fhir.Part{Quantity: vitals.Percent(102)}),
		"PhdCodedEnumerationObservation": f(8417864, fhir.Part{Coding: &meal}),
		"PhdStringObservation":           f(8454252, fhir.Part{Text: "Endurance run"}),
		"PhdBaseObservation":             f(8454253, fhir.Part{Boolean: &yes}),
		"PhdBitsEnumerationObservation":  status,
		"PhdCompoundObservation":         compound,
		"PhdCompoundNumericObservation":  numbers,
	}
}

func TestFinding(t *testing.T) {
	for guide, f := range findings() {
		for name, m := range mappers {
			finding, err := m.Finding(f, fhir.Details{})
			require.NoError(t, err, "%s %s", guide, name)
			b, err := fhir.Marshal(finding)
			require.NoError(t, err, "%s %s", guide, name)
			o := parse(t, b)
			if name != "PHD" {
				require.Contains(t, o, "id")
				continue
			}
			require.Equal(t, []any{"http://hl7.org/fhir/uv/phd/StructureDefinition/" + guide}, o["meta"].(map[string]any)["profile"])
			value := o["identifier"].([]any)[0].(map[string]any)["value"]
			require.Equal(t, "d1-p1-"+*f.Code.Code+"-767873472+8", value)
		}
		failed := f
		failed.Quality = vitals.Invalid
		o, err := mappers["PHD"].Finding(failed, fhir.Details{})
		require.NoError(t, err)
		require.Equal(t, "error", *o.DataAbsentReason.Coding[0].Code)
		require.Equal(t, "entered-in-error", o.Status.Code())
		require.Empty(t, o.Component)
	}
}

// TestBits counts bits from the most significant one, as ASN.1 does.
func TestBits(t *testing.T) {
	f := findings()["PhdBitsEnumerationObservation"]
	o, err := fhir.Mapper{}.Finding(f, fhir.Details{})
	require.NoError(t, err)
	var got []string
	for _, c := range o.Component {
		text := *c.Code.Coding[0].Code
		switch {
		case c.DataAbsentReason != nil:
			text += " " + *c.DataAbsentReason.Coding[0].Code
		case *c.ValueBoolean:
			text += " true"
		default:
			text += " false"
		}
		got = append(got, text)
	}
	require.Equal(t, []string{"150604.0 false", "150604.7 true", "150604.11 true", "150604.12 true", "150604.15 unsupported"}, got)
}

func TestFindingRefusals(t *testing.T) {
	for path, change := range map[string]func(*fhir.Finding){
		"Observation.code":      func(f *fhir.Finding) { f.Code = coding{} },
		"Observation.subject":   func(f *fhir.Finding) { f.Patient = vitals.PatientID{} },
		"Observation.value[x]":  func(f *fhir.Finding) { f.Text = "and a text" },
		"Observation.component": func(f *fhir.Finding) { f.Quantity, f.Bits = vitals.Quantity{}, &fhir.Bits{Size: 7} },
	} {
		f := findings()["PhdNumericObservation"]
		change(&f)
		_, err := fhir.Mapper{}.Finding(f, fhir.Details{})
		var e *fhir.Error
		require.ErrorAs(t, err, &e, path)
		require.Equal(t, path, e.Path)
	}
}

func TestMealContext(t *testing.T) {
	r := panelOf(vitals.MealContext, 0, 0)
	for _, row := range []struct {
		code    uint32
		display any
	}{{8417868, "MDC_CTXT_GLU_MEAL_PREPRANDIAL"}, {8417876, "MDC_CTXT_GLU_MEAL_FASTING"}, {8417908, nil}} {
		r[0].Code = row.code
		for _, m := range mappers {
			value := parse(t, both(t, m, r))["valueCodeableConcept"].(map[string]any)["coding"].([]any)[0].(map[string]any)
			require.Equal(t, row.display, value["display"])
		}
	}
	r[0].Code = 3 // the number that a Bluetooth meter has for it
	_, err := fhir.Mapper{}.AppendObservation(nil, r)
	require.ErrorIs(t, err, fhir.ErrValue)
	require.ErrorContains(t, err, "Observation.valueCodeableConcept")
	r[0].Code = 0
	o, err := mappers["PHD"].Observation(r)
	require.NoError(t, err)
	require.Equal(t, "unknown", *o.DataAbsentReason.Coding[0].Code)
}
