package fhir_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// midnight begins a window of a day.
var midnight = time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC)

// sensor makes readings of a glucose sensor, minutes after midnight.
func sensor(device string, values map[int]int64) (readings []vitals.Reading) {
	for minute, mg := range values {
		readings = append(readings, vitals.Reading{
			Patient: vitals.NewPatientID("p1"), Device: vitals.DeviceID(device), Kind: vitals.GlucoseISF, Quantity: vitals.MgPerDL(mg),
			At: midnight.Add(time.Duration(minute)*time.Minute + 13*time.Second).In(noon.Location()),
		})
	}
	return readings
}

var hddt = fhir.Mapper{Profile: fhir.HDDT, Metric: metric}

func TestGlucoseChunks(t *testing.T) {
	readings := sensor("d1", map[int]int64{0: 100, 5: 101, 15: 103, 20: 400, 25: 39})
	for i := range readings {
		switch v := readings[i].Quantity.Value().Coef; {
		case v == 400:
			readings[i].Quantity, readings[i].Quality = vitals.Quantity{}, vitals.AboveRange
		case v == 39:
			readings[i].Quantity, readings[i].Quality = vitals.Quantity{}, vitals.BelowRange
		}
	}
	c := fhir.GlucoseChunks{Unit: vitals.UnitMgPerDL, Low: vitals.MgPerDL(40), High: vitals.MgPerDL(400)}
	chunks, err := hddt.GlucoseChunks(readings, c)
	require.NoError(t, err)
	require.Len(t, chunks, 1)
	o := chunks[0]
	require.Equal(t, "preliminary", o.Status.Code(), "the day has not ended")
	require.Equal(t, "2024-05-01T00:00:00.000Z", *o.EffectivePeriod.Start)
	require.Equal(t, "2024-05-02T00:00:00.000Z", *o.EffectivePeriod.End, "the full span")
	require.Equal(t, "99504-3", *o.Code.Coding[0].Code)
	require.Equal(t, "DeviceMetric/d1", *o.Device.Reference)
	require.Equal(t, "100 101 E 103 U L", *o.ValueSampledData.Data)
	require.Equal(t, "300000", o.ValueSampledData.Period.String())
	require.Equal(t, "40", o.ValueSampledData.LowerLimit.String())
	require.Equal(t, "400", o.ValueSampledData.UpperLimit.String())
	require.Equal(t, "mg/dL", *o.ValueSampledData.Origin.Code)
	id := *o.Id

	// The rest of the day makes it final, with the same id.
	c.Until = midnight.Add(24 * time.Hour)
	chunks, err = hddt.GlucoseChunks(readings, c)
	require.NoError(t, err)
	require.Len(t, chunks, 1)
	require.Equal(t, id, *chunks[0].Id)
	require.Equal(t, "final", chunks[0].Status.Code())
	require.Len(t, strings.Fields(*chunks[0].ValueSampledData.Data), 24*12)

	// In the other unit it is another code, and without limits L is E.
	chunks, err = hddt.GlucoseChunks(readings, fhir.GlucoseChunks{Unit: vitals.UnitMmolPerL})
	require.NoError(t, err)
	require.Equal(t, "105272-9", *chunks[0].Code.Coding[0].Code)
	require.Equal(t, "5.55 5.61 E 5.72 E E", *chunks[0].ValueSampledData.Data)
	require.Nil(t, chunks[0].ValueSampledData.LowerLimit)
}

func TestGlucoseChunksWithoutData(t *testing.T) {
	readings := sensor("d1", map[int]int64{10: 100, 2*24*60 + 10: 120})
	chunks, err := hddt.GlucoseChunks(readings, fhir.GlucoseChunks{Until: midnight.Add(4 * 24 * time.Hour)})
	require.NoError(t, err)
	require.Len(t, chunks, 4)
	for i, status := range []string{"final", "preliminary", "final", "preliminary"} {
		o := chunks[i]
		require.Equal(t, status, o.Status.Code(), i)
		if status == "final" {
			require.Nil(t, o.DataAbsentReason)
			continue
		}
		require.Nil(t, o.ValueSampledData)
		require.Equal(t, "temp-unknown", *o.DataAbsentReason.Coding[0].Code)
	}
}

// TestGlucoseChunksSensorChange ends a chunk early where the sensor changes.
func TestGlucoseChunksSensorChange(t *testing.T) {
	readings := append(sensor("d1", map[int]int64{0: 100, 5: 101}), sensor("d2", map[int]int64{15: 110, 20: 111})...)
	chunks, err := hddt.GlucoseChunks(readings, fhir.GlucoseChunks{Until: midnight.Add(24 * time.Hour)})
	require.NoError(t, err)
	require.Len(t, chunks, 2)
	require.Equal(t, *chunks[0].EffectivePeriod.End, *chunks[1].EffectivePeriod.Start)
	require.Equal(t, "2024-05-01T00:15:00.000Z", *chunks[0].EffectivePeriod.End)
	require.Equal(t, "100 101 E", *chunks[0].ValueSampledData.Data)
	require.Equal(t, "110 111 E", (*chunks[1].ValueSampledData.Data)[:9])
	require.Equal(t, "DeviceMetric/d2", *chunks[1].Device.Reference)
	require.Equal(t, "final", chunks[0].Status.Code())
	require.NotEqual(t, *chunks[0].Id, *chunks[1].Id)
}

// TestGlucoseChunksAreStable cuts the same stream in pieces that arrive at
// different times: what is complete is the same.
func TestGlucoseChunksAreStable(t *testing.T) {
	values := make(map[int]int64)
	for minute := 0; minute < 3*24*60; minute += 5 {
		values[minute] = int64(80 + minute%90)
	}
	all := sensor("d1", values)
	c := fhir.GlucoseChunks{Span: 6 * time.Hour, From: midnight, Until: midnight.Add(72 * time.Hour)}
	want, err := hddt.GlucoseChunks(all, c)
	require.NoError(t, err)
	require.Len(t, want, 12)
	for _, from := range []int{0, 7, 30} {
		c.From = midnight.Add(time.Duration(from) * time.Hour)
		got, err := hddt.GlucoseChunks(all, c)
		require.NoError(t, err)
		require.Equal(t, want[from/6:], got, "from hour "+strconv.Itoa(from))
	}
}

func TestGlucoseChunksRefusals(t *testing.T) {
	good := sensor("d1", map[int]int64{0: 100})
	for _, row := range []struct {
		mapper   fhir.Mapper
		readings []vitals.Reading
		c        fhir.GlucoseChunks
		path     string
		err      error
	}{
		{hddt, nil, fhir.GlucoseChunks{}, "Observation", fhir.ErrMissing},
		{hddt, panelOf(vitals.SpO2, 0, 0), fhir.GlucoseChunks{}, "Observation.code", fhir.ErrUnsupported},
		{hddt, good, fhir.GlucoseChunks{Span: time.Hour, Period: 7 * time.Minute}, "Observation.valueSampledData.period", fhir.ErrValue},
		{hddt, good, fhir.GlucoseChunks{Until: midnight.AddDate(90, 0, 0)}, "Observation.effectivePeriod", fhir.ErrLimit},
		{hddt, good, fhir.GlucoseChunks{Unit: vitals.UnitKg}, "Observation.valueSampledData.data", vitals.ErrUnit},
		{hddt, sensor("", map[int]int64{0: 100}), fhir.GlucoseChunks{}, "Observation.device", fhir.ErrMissing},
	} {
		_, err := row.mapper.GlucoseChunks(row.readings, row.c)
		require.ErrorIs(t, err, row.err, row.path)
		var e *fhir.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, row.path, e.Path)
	}
}
