package fhir_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// FuzzObservation maps any reading: the result is JSON that both writers agree
// on, with a value or a reason and never both, and no number with an exponent;
// or an error that gives nothing away.
func FuzzObservation(f *testing.F) {
	f.Add("p1", "d1", uint16(vitals.HeartRate), uint64(0), int64(72), int8(0), uint8(vitals.UnitPerMinute), int64(1714551072), int32(7200), uint32(0), true)
	f.Add("DOE^JANE", "\xff\"", uint16(vitals.Systolic), uint64(vitals.NotANumber), int64(-1), int8(-128), uint8(vitals.UnitKPa), int64(-1), int32(3208), uint32(9), false)
	f.Add("", "", uint16(vitals.BatteryLevel), uint64(vitals.Invalid|vitals.Manual), int64(0), int8(127), uint8(255), int64(1)<<40, int32(-90000), uint32(1), true)
	f.Fuzz(func(t *testing.T, patient, device string, kind uint16, quality uint64, coef int64, exp int8, unit uint8, at int64, zone int32, sequence uint32, stamped bool) {
		r := vitals.Reading{
			Patient: vitals.NewPatientID("DOE^JANE" + patient), Device: vitals.DeviceID(device), Kind: vitals.Kind(kind), Quality: vitals.Quality(quality),
			Quantity: vitals.Unit(unit).Of(vitals.Decimal{Coef: coef, Exp: exp}),
			At:       time.Unix(at%1e13, 0).In(time.FixedZone("", int(zone))), Stamped: stamped, Sequence: sequence,
		}
		for _, m := range mappers {
			b, err := m.AppendObservation(nil, []vitals.Reading{r})
			if err != nil {
				require.NotContains(t, err.Error(), "DOE^JANE")
				continue
			}
			require.Equal(t, string(both(t, m, []vitals.Reading{r})), string(b))
			var o struct {
				ValueQuantity    *struct{ Value json.RawMessage }
				DataAbsentReason any
				Component        []struct {
					ValueQuantity    *struct{ Value json.RawMessage }
					DataAbsentReason any
				}
			}
			require.NoError(t, json.Unmarshal(b, &o))
			if len(o.Component) == 0 {
				require.NotEqual(t, o.ValueQuantity == nil, o.DataAbsentReason == nil, "obs-6: %s", b)
			}
			for _, c := range o.Component {
				require.NotEqual(t, c.ValueQuantity == nil, c.DataAbsentReason == nil, "obs-6: %s", b)
				if c.ValueQuantity != nil {
					require.False(t, bytes.ContainsAny(c.ValueQuantity.Value, "eE"))
				}
			}
			if o.ValueQuantity != nil {
				require.False(t, bytes.ContainsAny(o.ValueQuantity.Value, "eE"))
			}
			if _, err := m.AppendTransaction(nil, []vitals.Reading{r, r}); err != nil {
				t.Fatal(err)
			}
		}
		_ = fhir.Supports(r.Kind)
	})
}
