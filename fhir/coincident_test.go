package fhir_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
)

// coincidents are looks at clocks, one of each sort.
func coincidents() map[string]fhir.CoincidentTimestamp {
	wall := fhir.Stamp{Type: fhir.ClockLocal, Elapsed: elapsed("2024-05-01T10:11:02")}
	base := fhir.Stamp{Type: fhir.ClockUTC, Elapsed: elapsed("2024-05-01T08:11:02"), HasOffset: true, Offset: time.Hour}
	ticks := fhir.Stamp{Type: fhir.ClockTicks, Elapsed: 12345678 * time.Microsecond, Resolution: time.Millisecond}
	fine := fhir.Stamp{Type: fhir.ClockTicks, Elapsed: 12345678 * time.Microsecond, Resolution: time.Microsecond}
	look := func(s fhir.Stamp) fhir.CoincidentTimestamp {
		return fhir.CoincidentTimestamp{Device: "d1", Clock: fhir.Clock{Now: s, Gateway: noon}}
	}
	all := map[string]fhir.CoincidentTimestamp{"67975": look(wall), "68226": look(base), "67983": look(ticks), "68072": look(fine)}
	fault, better := look(base), look(base)
	fault.Fault, fault.Sync = true, fhir.SyncNone
	better.DeviceBetter, better.Sync = true, fhir.SyncGPS
	all["fault"], all["better"] = fault, better
	return all
}

func TestCoincidentTimestamp(t *testing.T) {
	m := mappers["PHD"]
	ids := make(map[string]bool)
	for name, c := range coincidents() {
		o, err := m.CoincidentTimestamp(c)
		require.NoError(t, err, name)
		ids[*o.Id] = true
		require.Equal(t, "Device/d1", *o.Subject.Reference)
		require.Equal(t, "Device/gateway-1", *o.Device.Reference)
		require.Nil(t, o.Performer)
		switch name {
		case "67975":
			require.Equal(t, "2024-05-01T10:11:02.000+02:00", *o.ValueDateTime, "the gateway's offset")
		case "68226":
			require.Equal(t, "2024-05-01T09:11:02.000+01:00", *o.ValueDateTime)
		case "67983":
			require.Equal(t, "12345 ms", o.ValueQuantity.Value.String()+" "+*o.ValueQuantity.Code)
		case "68072":
			require.Equal(t, "12345678 us", o.ValueQuantity.Value.String()+" "+*o.ValueQuantity.Code)
		case "fault":
			require.Nil(t, o.ValueDateTime)
			require.Equal(t, "unknown", *o.DataAbsentReason.Coding[0].Code)
			require.Equal(t, "532224", *o.Component[0].ValueCodeableConcept.Coding[0].Code)
		case "better":
			require.Nil(t, o.EffectiveDateTime)
			require.Equal(t, "532238", *o.Component[0].ValueCodeableConcept.Coding[0].Code)
			continue
		}
		if len(name) == 5 && name[0] == '6' {
			require.Equal(t, name, *o.Code.Coding[0].Code)
		}
		require.Equal(t, "2024-05-01T10:11:12.000+02:00", *o.EffectiveDateTime)
	}
	require.Len(t, ids, 1, "the id is a function of the device and the gateway's time")
}

func TestCoincidentTimestampRefusals(t *testing.T) {
	good := coincidents()["67975"]
	for path, change := range map[string]func(*fhir.CoincidentTimestamp, *fhir.Mapper){
		"Observation.device":                            func(_ *fhir.CoincidentTimestamp, m *fhir.Mapper) { m.Gateway = "" },
		"Observation.subject":                           func(c *fhir.CoincidentTimestamp, _ *fhir.Mapper) { c.Device = "" },
		"Observation.code":                              func(c *fhir.CoincidentTimestamp, _ *fhir.Mapper) { c.Clock.Now.Type = fhir.NoClock },
		"Observation.effective":                         func(c *fhir.CoincidentTimestamp, _ *fhir.Mapper) { c.Clock.Gateway = time.Time{} },
		"Observation.component[0].valueCodeableConcept": func(c *fhir.CoincidentTimestamp, _ *fhir.Mapper) { c.Sync = 1 },
	} {
		c, m := good, mappers["PHD"]
		change(&c, &m)
		_, err := m.CoincidentTimestamp(c)
		var e *fhir.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, path, e.Path)
	}
}
