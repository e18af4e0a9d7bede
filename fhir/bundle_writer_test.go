package fhir_test

import (
	"encoding/json"
	"fmt"
	"log"
	"slices"
	"strings"
	"testing"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

// entriesOf are the entries of a Bundle, as they are written.
func entriesOf(t *testing.T, bundle []byte) (entries []string) {
	t.Helper()
	var b struct {
		Entry []json.RawMessage `json:"entry"`
	}
	require.NoError(t, json.Unmarshal(bundle, &b))
	for _, e := range b.Entry {
		entries = append(entries, string(e))
	}
	return entries
}

// TestBundleWriter cuts a transaction at every size and demands the same
// entries, within the limits, each encoded once.
func TestBundleWriter(t *testing.T) {
	readings := slices.Concat(visit(), panelOf(vitals.BodyTemperature, 0, vitals.UnitCelsius), panelOf(vitals.RespiratoryRate, 0, vitals.UnitPerMinute))
	for name, m := range mappers {
		whole, err := m.AppendTransaction(nil, readings)
		require.NoError(t, err)
		want := entriesOf(t, whole)
		largest := len(slices.MaxFunc(want, func(a, b string) int { return len(a) - len(b) }))
		least := len(`{"resourceType":"Bundle","type":"transaction","entry":[]}`) + largest
		for _, limits := range [][2]int{
			{0, 0}, {1, 0}, {2, 0}, {len(want), 0}, {0, least}, {0, least + 1}, {0, 2 * least}, {2, 2 * least}, {0, len(whole)}, {0, len(whole) - 1},
		} {
			encoded := 0
			mapper := m
			mapper.Patient = func(p vitals.PatientID) string { encoded++; return "Patient/" + p.Reveal() }
			w := fhir.BundleWriter{MaxEntries: limits[0], MaxBytes: limits[1]}
			var got []string
			send := func() {
				b := w.Bytes()
				require.Equal(t, string(b), string(w.Bytes()))
				entries := entriesOf(t, b)
				require.Len(t, entries, w.Len())
				require.True(t, limits[0] == 0 || w.Len() <= limits[0])
				require.True(t, limits[1] == 0 || len(b) <= limits[1], "%d bytes, limit %d", len(b), limits[1])
				got = append(got, entries...)
			}
			for _, panel := range fhir.Panels(readings) {
				full, err := w.AddObservation(mapper, panel)
				require.NoError(t, err)
				if full {
					send()
					w.Next()
				}
			}
			send()
			require.Equal(t, want, got, "%s %v", name, limits)
			require.Equal(t, len(want), encoded, "an entry was encoded twice")
		}
	}
}

func TestBundleWriterRequests(t *testing.T) {
	w := fhir.BundleWriter{Batch: true}
	require.Equal(t, `{"resourceType":"Bundle","type":"batch"}`, string(w.Bytes()))
	for _, row := range []struct {
		request  fhir.BundleRequest
		resource string
		entry    string
	}{
		{
			fhir.BundleRequest{Method: models.HTTPVerbPUT, URL: "Device/d1", FullURL: `urn:"`},
			`{"resourceType":"Device","id":"d1"}`,
			`{"fullUrl":"urn:\"","resource":{"resourceType":"Device","id":"d1"},"request":{"method":"PUT","url":"Device/d1"}}`,
		},
		{
			fhir.BundleRequest{Method: models.HTTPVerbPOST, URL: "Device", IfNoneExist: `identifier=a|"`},
			`{}`,
			`{"resource":{},"request":{"method":"POST","url":"Device","ifNoneExist":"identifier=a|\""}}`,
		},
		{fhir.BundleRequest{URL: "Patient/1"}, "", `{"request":{"method":"GET","url":"Patient/1"}}`},
	} {
		full, err := w.Add(row.request, []byte(row.resource))
		require.NoError(t, err)
		require.False(t, full)
		entries := entriesOf(t, w.Bytes())
		require.Equal(t, row.entry, entries[len(entries)-1])
	}
	w.Next()
	require.Zero(t, w.Len())
	require.Equal(t, `{"resourceType":"Bundle","type":"batch"}`, string(w.Bytes()))
}

// TestBundleWriterErrors demands that what is refused leaves no trace.
func TestBundleWriterErrors(t *testing.T) {
	get := fhir.BundleRequest{URL: "Patient/1"}
	w := fhir.BundleWriter{MaxBytes: 130, MaxEntries: 1}
	refused := func(r fhir.BundleRequest, resource string, reason error) {
		t.Helper()
		before := string(w.Bytes())
		full, err := w.Add(r, []byte(resource))
		require.ErrorIs(t, err, reason)
		require.False(t, full)
		require.Equal(t, before, string(w.Bytes()))
	}
	refused(fhir.BundleRequest{}, "", fhir.ErrMissing)
	refused(get, `"name"`, fhir.ErrValue)
	refused(get, `{`, fhir.ErrValue)
	refused(get, `{"a":"`+strings.Repeat("x", 40)+`"}`, fhir.ErrLimit)
	full, err := w.Add(get, nil)
	require.NoError(t, err)
	require.False(t, full)
	refused(get, `{"a":"`+strings.Repeat("x", 40)+`"}`, fhir.ErrLimit)
	full, err = w.Add(get, []byte(`{"b":1}`))
	require.NoError(t, err)
	require.True(t, full)
	refused(get, "", fhir.ErrLimit)
	r := panelOf(vitals.HeartRate, 0, vitals.UnitPerMinute)
	_, err = w.AddObservation(fhir.Mapper{}, r)
	require.ErrorIs(t, err, fhir.ErrLimit)
	r[0].At = time.Time{}
	_, err = w.AddObservation(fhir.Mapper{}, r)
	require.EqualError(t, err, "fhir: Observation.effective: required and missing")
	require.NotContains(t, string(w.Bytes()), `"b"`)
	w.Next()
	require.Equal(t, 1, w.Len())
	require.Contains(t, string(w.Bytes()), `"entry":[{"resource":{"b":1}`)
}

func TestBundleWriterAllocations(t *testing.T) {
	panels := fhir.Panels(visit())
	for name, m := range mappers {
		w := fhir.BundleWriter{MaxEntries: 2}
		allocs := testing.AllocsPerRun(50, func() {
			for _, panel := range panels {
				if full, err := w.AddObservation(m, panel); err != nil {
					t.Fatal(err)
				} else if full {
					_ = w.Bytes()
					w.Next()
				}
			}
			_ = w.Bytes()
			w.Next()
		})
		require.Zero(t, allocs, name)
	}
}

func BenchmarkTransaction(b *testing.B) {
	var readings []vitals.Reading
	for minute := range 60 {
		for _, r := range visit() {
			r.At = r.At.Add(time.Duration(minute) * time.Minute)
			readings = append(readings, r)
		}
	}
	var buf []byte
	var err error
	b.ReportAllocs()
	for b.Loop() {
		if buf, err = (fhir.Mapper{}).AppendTransaction(buf[:0], readings); err != nil {
			b.Fatal(err)
		}
	}
}

// A backlog goes to the server in transactions of a size that it takes.
func ExampleBundleWriter() {
	var backlog []vitals.Reading
	for minute := range 5 {
		backlog = append(backlog, vitals.Reading{
			Patient: vitals.NewPatientID("17"), Device: "oximeter-2", Kind: vitals.SpO2, Quantity: vitals.Percent(97),
			At: time.Date(2024, 5, 1, 10, minute, 0, 0, time.UTC),
		})
	}
	w := fhir.BundleWriter{MaxEntries: 2, MaxBytes: 1 << 20}
	send := func() { fmt.Println("POST", w.Len(), "entries,", len(w.Bytes()), "bytes") }
	for _, panel := range fhir.Panels(backlog) {
		full, err := w.AddObservation(fhir.Mapper{}, panel)
		if err != nil {
			log.Println(err) // it would fail again: leave it out
			continue
		}
		if full {
			send()
			w.Next()
		}
	}
	send()
	// Output:
	// POST 2 entries, 2250 bytes
	// POST 2 entries, 2250 bytes
	// POST 1 entries, 1153 bytes
}
