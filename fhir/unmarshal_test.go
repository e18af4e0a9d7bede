package fhir_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
)

// A reader reads a resource of one type into a Document and into samply's type,
// and gives what is to be marshalled.
type reader struct {
	document, plain func(data []byte) (any, error)
}

func read[T any]() reader {
	return reader{
		func(data []byte) (any, error) {
			var d fhir.Document[T]
			err := fhir.Unmarshal(data, &d)
			return d, err
		},
		func(data []byte) (any, error) {
			var r T
			err := fhir.Unmarshal(data, &r)
			return &r, err
		},
	}
}

var readers = map[string]reader{
	"Appointment":              read[models.Appointment](),
	"AuditEvent":               read[models.AuditEvent](),
	"Bundle":                   read[models.Bundle](),
	"Communication":            read[models.Communication](),
	"DetectedIssue":            read[models.DetectedIssue](),
	"Device":                   read[models.Device](),
	"DeviceMetric":             read[models.DeviceMetric](),
	"Encounter":                read[models.Encounter](),
	"Flag":                     read[models.Flag](),
	"Location":                 read[models.Location](),
	"Medication":               read[models.Medication](),
	"MedicationAdministration": read[models.MedicationAdministration](),
	"MedicationStatement":      read[models.MedicationStatement](),
	"Observation":              read[models.Observation](),
	"Parameters":               read[models.Parameters](),
	"Patient":                  read[models.Patient](),
	"Practitioner":             read[models.Practitioner](),
	"Provenance":               read[models.Provenance](),
	"Questionnaire":            read[models.Questionnaire](),
	"RiskAssessment":           read[models.RiskAssessment](),
	"StructureDefinition":      read[models.StructureDefinition](),
	"Subscription":             read[models.Subscription](),
}

func typeOf(t testing.TB, data []byte) string {
	t.Helper()
	var r struct{ ResourceType string }
	require.NoError(t, json.Unmarshal(data, &r))
	return r.ResourceType
}

// TestExamplesRoundTrip: no official example, no resource within one and no
// contained resource loses anything, and what is written can be read again.
func TestExamplesRoundTrip(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(data(t, "fhir", "examples"), "*", "*.json"))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 74)
	var ndjson []byte
	var count int
	var check func(t *testing.T, example []byte, top bool)
	check = func(t *testing.T, example []byte, top bool) {
		name := typeOf(t, example)
		require.Contains(t, readers, name)
		d, err := readers[name].document(example)
		require.NoError(t, err)
		got, err := fhir.Marshal(d)
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(got, []byte(`{"resourceType":"`+name+`"`)))
		require.Equal(t, parse(t, example), parse(t, got))
		d, err = readers[name].document(got)
		require.NoError(t, err)
		again, err := fhir.Marshal(d)
		require.NoError(t, err)
		require.Equal(t, string(got), string(again))

		all := parse(t, example)
		p, err := readers[name].plain(example)
		if all["contained"] != nil {
			require.ErrorIs(t, err, fhir.ErrDocument)
			require.ErrorContains(t, err, name+".contained: ")
		} else {
			require.NoError(t, err)
			plain, err := fhir.Marshal(p)
			require.NoError(t, err)
			require.Equal(t, string(got), string(plain), "a Document writes what the resource alone does")
		}
		count++
		if top {
			ndjson = append(append(ndjson, got...), '\n')
		}
		entries, _ := all["entry"].([]any)
		contained, _ := all["contained"].([]any)
		for _, e := range append(entries, contained...) {
			e := e.(map[string]any)
			if e["resource"] != nil {
				e = e["resource"].(map[string]any)
			}
			if e["resourceType"] != nil {
				b, err := json.Marshal(e)
				require.NoError(t, err)
				check(t, b, false)
			}
		}
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			example, err := os.ReadFile(file)
			require.NoError(t, err)
			base := filepath.Base(file)
			check(t, example, base != "DeviceMetric-example.json" && base != "observation-satO2-fiO2.json" && base != "rtsa-example.json")
		})
	}
	t.Logf("%d resources", count)
	t.Run("validator", func(t *testing.T) { validate(t, ndjson) })
}

const patient = `{"resourceType":"Patient","id":"p1",
	"contained":[{"resourceType":"Organization","id":"o","name":"A <B> & C"}],
	"extension":[{"url":"u","_valueString":{"extension":[{"url":"v","valueDecimal":1.50}]}}],
	"active":true,"_active":{"id":"a"},
	"name":[{"family":"Doe"},{"_family":{"extension":[{"url":"why","valueCode":"masked"}]},
		"given":["J",null,"K"],"_given":[null,{"id":"g"},null]}],
	"gender":"other","_birthDate":{"extension":[{"url":"absent","valueCode":"unknown"}]},
	"deceasedBoolean":false,"multipleBirthInteger":0,
	"communication":[{"language":{"_text":{"id":"t"}}}],
	"managingOrganization":{"reference":"#o"}}`

func TestDocument(t *testing.T) {
	var d fhir.Document[models.Patient]
	require.NoError(t, fhir.Unmarshal([]byte(patient), &d))
	require.Equal(t, "Doe", *d.Resource.Name[0].Family)
	require.Equal(t, []string{"J", "", "K"}, d.Resource.Name[1].Given)
	require.False(t, *d.Resource.DeceasedBoolean)
	require.Nil(t, d.Resource.BirthDate)
	require.Len(t, d.Contained, 1)
	paths := make([]string, 0, len(d.Rest))
	for _, m := range d.Rest {
		paths = append(paths, m.Path)
	}
	require.Equal(t, []string{
		"extension[0]._valueString", "_active", "name[1]._family", "name[1]._given", "_birthDate", "communication[0].language._text",
	}, paths)
	for m := range d.Unknown() {
		t.Errorf("%s is known", m.Path)
	}
	got, err := fhir.Marshal(&d)
	require.NoError(t, err)
	require.Equal(t, parse(t, []byte(patient)), parse(t, got))
	require.Contains(t, string(got), `"active":true,"_active":{"id":"a"},`, "in its place")
	require.Contains(t, string(got), `"id":"p1","contained":[{"resourceType":"Organization","id":"o","name":"A <B> & C"}],"extension":`)
	require.Contains(t, string(got), `{"extension":[{"url":"v","valueDecimal":1.50}]}`, "digits stay")

	// encoding/json goes the same way.
	var e fhir.Document[models.Patient]
	require.NoError(t, json.Unmarshal([]byte(patient), &e))
	require.Equal(t, d, e)
	b, err := json.Marshal(e)
	require.NoError(t, err)
	require.Equal(t, parse(t, got), parse(t, b))

	// The Document can be changed, and still says all the rest.
	d.Resource.BirthDate, d.Resource.Active = ptr("1970"), nil
	d.Rest = append(d.Rest, fhir.Member{Path: "name[0]._family", JSON: json.RawMessage(` {"id" : "f"} `)})
	d.Contained = nil
	got, err = fhir.Marshal(d)
	require.NoError(t, err)
	require.Contains(t, string(got), `"birthDate":"1970","_birthDate":{"extension"`)
	require.Contains(t, string(got), `"_active":{"id":"a"},"name":[{"family":"Doe","_family":{"id":"f"}},`)
	require.NotContains(t, string(got), "contained")
}

// TestDocumentHidden: what samply's types cannot tell from nothing.
func TestDocumentHidden(t *testing.T) {
	for name, text := range map[string]string{
		"a false in a required choice": `{"resourceType":"Questionnaire","status":"active","item":[{"linkId":"1","type":"boolean","initial":[{"valueBoolean":false}]}]}`,
		"a 0 in a required choice":     `{"resourceType":"Questionnaire","status":"active","item":[{"linkId":"1","type":"choice","answerOption":[{"valueInteger":0}]}]}`,
		"no status, with a reason":     `{"resourceType":"Observation","_status":{"extension":[{"url":"why","valueCode":"unknown"}]},"code":{"text":"x"},"valueString":"y"}`,
		"the first status, extended":   `{"resourceType":"Observation","status":"registered","_status":{"id":"s"},"code":{"text":"x"}}`,
		"registered with a result":     `{"resourceType":"Observation","status":"registered","code":{"text":"x"},"valueString":"y"}`,
		"a false, extended":            `{"resourceType":"AuditEvent","type":{"code":"rest"},"recorded":"2024-05-01T10:11:12Z","agent":[{"requestor":false,"_requestor":{"id":"r"}}],"source":{"observer":{"display":"x"}}}`,
		"a choice without a value":     `{"resourceType":"MedicationAdministration","status":"unknown","medicationCodeableConcept":{"_text":{"id":"t"}},"subject":{"display":"x"},"_effectiveDateTime":{"id":"e"}}`,
		"a list of codes with a null":  `{"resourceType":"Patient","name":[{"family":"x"}],"contact":[{"name":{"given":["x"],"_given":[{"id":"g"}]}}]}`,
		"nulls among enumerations":     `{"resourceType":"Practitioner","qualification":[{"code":{"text":"x"}}],"communication":[{"text":"x"}],"telecom":[{"value":"1","rank":1}]}`,
		"an extension for each":        `{"resourceType":"Patient","name":[{"_given":[{"id":"g"},null]}]}`,
		"elements of a later version":  `{"resourceType":"Encounter","status":"planned","class":{"code":"VR"},"plannedStartDate":"2024-05-01","virtualService":[{"channelType":{"code":"x"},"list":["a",null],"_list":[null,{"id":"1"}]}]}`,
		"an empty Bundle":              `{"resourceType":"Bundle","type":"searchset","total":0}`,
		"a Bundle":                     `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"id":"1","resourceType":"Patient","name":[{"given":["a",null],"_given":[null,{"id":"g"}]}]}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			d, err := readers[typeOf(t, []byte(text))].document([]byte(text))
			require.NoError(t, err)
			got, err := fhir.Marshal(d)
			require.NoError(t, err)
			require.Equal(t, parse(t, []byte(text)), parse(t, got))
		})
	}
	var d fhir.Document[models.Encounter]
	require.NoError(t, fhir.Unmarshal([]byte(`{"resourceType":"Encounter","status":"planned","_status":{"id":"s"},"class":{"code":"VR"},"plannedStartDate":"2024-05-01"}`), &d))
	var unknown []string
	for m := range d.Unknown() {
		unknown = append(unknown, m.Path)
	}
	require.Equal(t, []string{"plannedStartDate"}, unknown)
}

func TestDocumentMarshalRefuses(t *testing.T) {
	p := models.Patient{Name: []models.HumanName{{Given: []string{"a", "b"}}}}
	for name, row := range map[string]struct {
		document any
		path     string
		err      error
	}{
		"an element that is gone": {fhir.Document[models.Patient]{Resource: p, Rest: []fhir.Member{{"name[1]._family", []byte(`{"id":"1"}`)}}}, "Document.Rest[0]", fhir.ErrDocument},
		"nothing to lead through": {fhir.Document[models.Patient]{Resource: p, Rest: []fhir.Member{{"maritalStatus._text", []byte(`{"id":"1"}`)}}}, "Document.Rest[0]", fhir.ErrDocument},
		"a list that grew":        {fhir.Document[models.Patient]{Resource: p, Rest: []fhir.Member{{"name[0]._given", []byte(`[{"id":"1"}]`)}}}, "Patient.name[0].given", fhir.ErrDocument},
		"no path":                 {fhir.Document[models.Patient]{Resource: p, Rest: []fhir.Member{{"", []byte(`1`)}}}, "Document.Rest[0]", fhir.ErrDocument},
		"a path of text":          {fhir.Document[models.Patient]{Resource: p, Rest: []fhir.Member{{`x":1,"y`, []byte(`1`)}}}, "Document.Rest[0]", fhir.ErrDocument},
		"a strange index":         {fhir.Document[models.Patient]{Resource: p, Rest: []fhir.Member{{"name[01]._family", []byte(`1`)}}}, "Document.Rest[0]", fhir.ErrDocument},
		"twice": {
			fhir.Document[models.Patient]{Resource: p, Rest: []fhir.Member{{"x", []byte(`1`)}, {"x", []byte(`2`)}}}, "Document.Rest[1]", fhir.ErrDuplicate,
		},
		"another type":        {fhir.Document[models.Patient]{Rest: []fhir.Member{{"resourceType", []byte(`"X"`)}}}, "Document.Rest[0]", fhir.ErrDuplicate},
		"no JSON":             {fhir.Document[models.Patient]{Rest: []fhir.Member{{"x", []byte(`{]`)}}}, "Document.Rest[0]", fhir.ErrValue},
		"null":                {fhir.Document[models.Patient]{Rest: []fhir.Member{{"x", []byte(`null`)}}}, "Document.Rest[0]", fhir.ErrValue},
		"two values":          {fhir.Document[models.Patient]{Rest: []fhir.Member{{"x", []byte(`1 2`)}}}, "Document.Rest[0]", fhir.ErrValue},
		"contained in Bundle": {fhir.Document[models.Bundle]{Contained: []json.RawMessage{[]byte(`{"resourceType":"Patient"}`)}}, "Document.Contained", fhir.ErrDocument},
		"contained nonsense":  {fhir.Document[models.Patient]{Contained: []json.RawMessage{[]byte(`{"a":{}}`)}}, "Patient.contained[0]", fhir.ErrValue},
		"contained twice": {
			fhir.Document[models.Patient]{Contained: []json.RawMessage{[]byte(`{"a":1}`)}, Rest: []fhir.Member{{"contained", []byte(`1`)}}}, "Document.Contained", fhir.ErrDuplicate,
		},
		"two variants":       {fhir.Document[models.Patient]{Resource: models.Patient{DeceasedBoolean: ptr(true)}, Rest: []fhir.Member{{"_deceasedDateTime", []byte(`{"id":"1"}`)}}}, "Patient.deceased[x]", fhir.ErrChoice},
		"of no resource":     {fhir.Document[models.Quantity]{}, "resource", fhir.ErrUnsupported},
		"of nothing":         {fhir.Document[any]{}, "resource", fhir.ErrUnsupported},
		"the nil Document":   {(*fhir.Document[models.Patient])(nil), "resource", fhir.ErrUnsupported},
		"too much beside it": {fhir.Document[models.Patient]{Rest: make([]fhir.Member, 10_001)}, "Document.Rest", fhir.ErrLimit},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := fhir.Marshal(row.document)
			require.Nil(t, b)
			require.ErrorIs(t, err, row.err)
			var e *fhir.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, row.path, e.Path)
		})
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	// DOE^JANE stands for what must not get into an error.
	for name, row := range map[string]struct {
		text string
		err  error
		want string
	}{
		"nothing":               {``, fhir.ErrSyntax, "Observation: not JSON: byte 0"},
		"no object":             {`["DOE^JANE"]`, fhir.ErrValue, "Observation: not a value of this type"},
		"a cut":                 {`{"resourceType":"Observation","id":"DOE^JANE`, fhir.ErrSyntax, "Observation.id: not JSON: byte 44"},
		"something after":       {`{"resourceType":"Observation","status":"final","code":{"text":"x"}} DOE^JANE`, fhir.ErrSyntax, "Observation: not JSON: byte 68"},
		"another type":          {`{"id":"DOE^JANE","resourceType":"Patient"}`, fhir.ErrResourceType, "Observation.resourceType: another type of resource"},
		"no type":               {`{"status":"final","code":{"text":"DOE^JANE"}}`, fhir.ErrMissing, "Observation.resourceType: required and missing"},
		"a type that is none":   {`{"resourceType":7}`, fhir.ErrValue, "Observation.resourceType: not a value of this type"},
		"an escaped type":       {`{"resource\u0054ype":"Observation"}`, fhir.ErrSyntax, "Observation: not JSON: byte 10"},
		"unknown":               {`{"resourceType":"Observation","DOE^JANE":1}`, fhir.ErrUnknown, "Observation.*: no such element: byte 41"},
		"unknown below":         {`{"resourceType":"Observation","code":{"text":"x","doeJane":1}}`, fhir.ErrUnknown, "Observation.code.*: no such element: byte 59"},
		"a nameless member":     {`{"resourceType":"Observation","":1}`, fhir.ErrUnknown, "Observation.*: no such element: byte 33"},
		"another's element":     {`{"resourceType":"Observation","code":{"text":"x","resourceType":"Observation"}}`, fhir.ErrUnknown, "Observation.code.*: no such element: byte 64"},
		"twice":                 {`{"resourceType":"Observation","status":"final","status":"amended"}`, fhir.ErrDuplicate, "Observation.status: given twice"},
		"twice below":           {`{"resourceType":"Observation","component":[{"code":{"text":"x","text":"y"}}]}`, fhir.ErrDuplicate, "Observation.component[0].code.text: given twice"},
		"null":                  {`{"resourceType":"Observation","issued":null}`, fhir.ErrEmpty, "Observation.issued: null or empty"},
		"null in a list":        {`{"resourceType":"Observation","category":[null]}`, fhir.ErrEmpty, "Observation.category[0]: null or empty"},
		"null in a simple list": {`{"resourceType":"Observation","meta":{"profile":["a",null]}}`, fhir.ErrEmpty, "Observation.meta.profile[1]: null or empty"},
		"an empty object":       {`{"resourceType":"Observation","code":{}}`, fhir.ErrEmpty, "Observation.code: null or empty"},
		"an empty list":         {`{"resourceType":"Observation","component":[ ]}`, fhir.ErrEmpty, "Observation.component: null or empty"},
		"an empty string":       {`{"resourceType":"Observation","id":""}`, fhir.ErrEmpty, "Observation.id: null or empty"},
		"an empty decimal":      {`{"resourceType":"Observation","valueQuantity":{"value":""}}`, fhir.ErrValue, "Observation.valueQuantity.value: not a value of this type"},
		"no list":               {`{"resourceType":"Observation","category":{"text":"x"}}`, fhir.ErrValue, "Observation.category: not a value of this type"},
		"a list":                {`{"resourceType":"Observation","code":[{"text":"x"}]}`, fhir.ErrValue, "Observation.code: not a value of this type"},
		"a number as a string":  {`{"resourceType":"Observation","valueQuantity":{"value":"DOE^JANE"}}`, fhir.ErrValue, "Observation.valueQuantity.value: not a value of this type"},
		"a fraction":            {`{"resourceType":"Observation","valueInteger":1.0}`, fhir.ErrValue, "Observation.valueInteger: not a value of this type"},
		"a minus zero":          {`{"resourceType":"Observation","valueInteger":-0}`, fhir.ErrValue, "Observation.valueInteger: not a value of this type"},
		"a large integer":       {`{"resourceType":"Observation","valueInteger":2147483648}`, fhir.ErrValue, "Observation.valueInteger: not a value of this type"},
		"no boolean":            {`{"resourceType":"Observation","valueBoolean":"true"}`, fhir.ErrValue, "Observation.valueBoolean: not a value of this type"},
		"no code":               {`{"resourceType":"Observation","status":"DOE^JANE"}`, fhir.ErrValue, "Observation.status: not a value of this type"},
		"a code in quotes":      {`{"resourceType":"Observation","status":"\"final\""}`, fhir.ErrValue, "Observation.status: not a value of this type"},
		"half a character":      {`{"resourceType":"Observation","id":"\ud800"}`, fhir.ErrSyntax, "Observation.id: not JSON: byte 36"},
		"not UTF-8":             {"{\"resourceType\":\"Observation\",\"id\":\"\xff\"}", fhir.ErrSyntax, "Observation.id: not JSON: byte 36"},
		"two values": {
			`{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueString":"DOE^JANE","valueInteger":1}`,
			fhir.ErrChoice, "Observation.value[x]: more than one variant of a choice",
		},
		"two values below": {
			`{"resourceType":"Observation","status":"final","code":{"text":"x"},"component":[{"code":{"text":"x"}},{"code":{"text":"x"},"valueString":"y","valueTime":"z"}]}`,
			fhir.ErrChoice, "Observation.component[1].value[x]: more than one variant of a choice",
		},
		"no status":           {`{"resourceType":"Observation","code":{"text":"x"}}`, fhir.ErrMissing, "Observation.status: required and missing"},
		"no code of a part":   {`{"resourceType":"Observation","component":[{"valueString":"x"}]}`, fhir.ErrMissing, "Observation.component[0].code: required and missing"},
		"contained":           {`{"resourceType":"Observation","contained":[{"resourceType":"Patient"}]}`, fhir.ErrDocument, "Observation.contained: it takes a Document to hold this"},
		"beside a primitive":  {`{"resourceType":"Observation","_status":{"id":"1"}}`, fhir.ErrDocument, "Observation._status: it takes a Document to hold this"},
		"beside no primitive": {`{"resourceType":"Observation","_code":{"id":"1"}}`, fhir.ErrUnknown, "Observation.*: no such element: byte 38"},
		"deep": {
			`{"resourceType":"Observation",` + strings.Repeat(`"extension":[{`, 40), fhir.ErrLimit, "",
		},
		"many objects": {
			`{"resourceType":"Observation","extension":[` + strings.Repeat(`{"url":"u"},`, 100_000) + `{"url":"u"}]}`, fhir.ErrLimit, "",
		},
		"large": {`{"resourceType":"Observation","id":"` + strings.Repeat("x", fhir.MaxBytes) + `"}`, fhir.ErrLimit, "Observation: beyond the limit: more than 16777216 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			before := models.Observation{Id: ptr("before")}
			after := before
			err := fhir.Unmarshal([]byte(row.text), &after)
			require.ErrorIs(t, err, row.err)
			if row.want != "" {
				require.EqualError(t, err, "fhir: "+row.want)
			}
			require.NotContains(t, strings.ToUpper(strings.ReplaceAll(err.Error(), "^", "")), "DOEJANE")
			require.Equal(t, before, after, "no partial result")

			// A Document refuses the same, but for what it is made for.
			d := fhir.Document[models.Observation]{Resource: before}
			err = fhir.Unmarshal([]byte(row.text), &d)
			require.Error(t, err)
			require.NotContains(t, strings.ToUpper(strings.ReplaceAll(err.Error(), "^", "")), "DOEJANE")
			require.Equal(t, fhir.Document[models.Observation]{Resource: before}, d)
		})
	}
	for name, resource := range map[string]any{
		"nil": nil, "nil pointer": (*models.Patient)(nil), "a value": models.Patient{}, "a datatype": &models.Quantity{}, "any": new(any),
		"nil Document": (*fhir.Document[models.Patient])(nil), "a Document's value": fhir.Document[models.Patient]{},
		"a Document of a datatype": &fhir.Document[models.Quantity]{}, "a Document of a pointer": &fhir.Document[*models.Patient]{},
	} {
		require.ErrorIs(t, fhir.Unmarshal([]byte(patient), resource), fhir.ErrUnsupported, name)
	}
}

// TestDocumentRefuses has what only a Document gets to see.
func TestDocumentRefuses(t *testing.T) {
	for name, row := range map[string]struct {
		text string
		err  error
		want string
	}{
		"a strange name":            {`{"resourceType":"Patient","DOE^JANE":1}`, fhir.ErrUnknown, "Patient.*: no such element: byte 37"},
		"null unknown":              {`{"resourceType":"Patient","x":null}`, fhir.ErrEmpty, "Patient.*: null or empty"},
		"empty within the unknown":  {`{"resourceType":"Patient","x":{"y":{}}}`, fhir.ErrEmpty, "Patient.*: null or empty"},
		"lists of lists":            {`{"resourceType":"Patient","x":[["y"]]}`, fhir.ErrValue, "Patient.*: not a value of this type"},
		"a lonely null":             {`{"resourceType":"Patient","x":{"y":["a",null]}}`, fhir.ErrEmpty, "Patient.*: null or empty"},
		"contained without type":    {`{"resourceType":"Patient","contained":[{"id":"1"}]}`, fhir.ErrMissing, "Patient.contained[0].resourceType: required and missing"},
		"contained text":            {`{"resourceType":"Patient","contained":["x"]}`, fhir.ErrValue, "Patient.contained[0]: not a value of this type"},
		"contained nothing":         {`{"resourceType":"Patient","contained":[]}`, fhir.ErrEmpty, "Patient.contained: null or empty"},
		"contained twice the same":  {`{"resourceType":"Patient","contained":[{"resourceType":"Patient","id":"1","id":"2"}]}`, fhir.ErrDuplicate, "Patient.contained[0].id: given twice"},
		"no element beside":         {`{"resourceType":"Patient","_active":"x"}`, fhir.ErrValue, "Patient._active: not a value of this type"},
		"strange things beside":     {`{"resourceType":"Patient","_active":{"value":true}}`, fhir.ErrUnknown, ""},
		"two values beside":         {`{"resourceType":"Patient","_active":{"extension":[{"url":"u","valueString":"x","valueCode":"y"}]}}`, fhir.ErrChoice, "Patient._active.extension[0].value[x]: more than one variant of a choice"},
		"no url beside":             {`{"resourceType":"Patient","_active":{"extension":[{"valueString":"x"}]}}`, fhir.ErrMissing, "Patient._active.extension[0].url: required and missing"},
		"too few beside":            {`{"resourceType":"Patient","name":[{"given":["a","b"],"_given":[{"id":"1"}]}]}`, fhir.ErrValue, "Patient.name[0]._given: not a value of this type"},
		"nothing in both":           {`{"resourceType":"Patient","name":[{"given":["a",null],"_given":[{"id":"1"},null]}]}`, fhir.ErrEmpty, "Patient.name[0].given[1]: null or empty"},
		"null without beside":       {`{"resourceType":"Patient","name":[{"given":["a",null]}]}`, fhir.ErrEmpty, "Patient.name[0].given[1]: null or empty"},
		"all null":                  {`{"resourceType":"Patient","name":[{"_given":[null]}]}`, fhir.ErrEmpty, "Patient.name[0]._given: null or empty"},
		"a variant and one beside":  {`{"resourceType":"Patient","deceasedBoolean":true,"_deceasedDateTime":{"id":"1"}}`, fhir.ErrChoice, "Patient.deceased[x]: more than one variant of a choice"},
		"a list beside no list":     {`{"resourceType":"Patient","_active":[{"id":"1"}]}`, fhir.ErrValue, "Patient._active: not a value of this type"},
		"too much beside":           {`{"resourceType":"Patient","name":[` + strings.Repeat(`{"x":1},`, 10_000) + `{"x":1}]}`, fhir.ErrLimit, ""},
		"deep within the contained": {`{"resourceType":"Patient","contained":[{"resourceType":"X",` + strings.Repeat(`"a":{`, 70), fhir.ErrLimit, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var d fhir.Document[models.Patient]
			err := fhir.Unmarshal([]byte(row.text), &d)
			require.ErrorIs(t, err, row.err)
			if row.want != "" {
				require.EqualError(t, err, "fhir: "+row.want)
			}
			require.True(t, reflect.ValueOf(d).IsZero())
		})
	}
}

// TestUnmarshalPrefixes: no beginning of a resource is a resource, and none
// makes it panic.
func TestUnmarshalPrefixes(t *testing.T) {
	for i := range len(patient) {
		var d fhir.Document[models.Patient]
		require.Error(t, fhir.Unmarshal([]byte(patient[:i]), &d), "%d bytes", i)
	}
}

// TestUnmarshalBorrowsNothing overwrites the text of a small and of a large
// resource after it was read.
func TestUnmarshalBorrowsNothing(t *testing.T) {
	for _, filler := range []int{0, 100_000} {
		text := []byte(strings.Replace(patient, `{`, `{"language":"x`+strings.Repeat("y", filler)+`",`, 1))
		var d, want fhir.Document[models.Patient]
		require.NoError(t, fhir.Unmarshal(bytes.Clone(text), &want))
		require.NoError(t, fhir.Unmarshal(text, &d))
		clear(text)
		require.Equal(t, want, d)
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(patient))
	f.Add([]byte(`{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50e3},"x":[1,null],"_x":[null,{"y":"\u00e9\ud83d\ude00"}]}`))
	f.Add([]byte(`{"resourceType":"MedicationAdministration","contained":[{"resourceType":"Medication","id":"1"}],"status":"completed","medicationReference":{"reference":"#1"},"subject":{"display":"x"},"effectivePeriod":{"_start":{"id":"1"}}}`))
	f.Add([]byte(`{"resourceType":"AuditEvent","type":{"code":"rest"},"recorded":"2024","agent":[{"requestor":false,"_requestor":{"id":"r"}}],"source":{"observer":{"display":"x"}},"entity":[{"detail":[{"type":"t","valueString":"x"}]}]}`))
	f.Add([]byte(`{"resourceType":"Questionnaire","status":"active","item":[{"linkId":"1","type":"boolean","initial":[{"valueBoolean":false}]}]}`))
	f.Add([]byte(`{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"1"}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, r := range readers {
			document, err := r.document(b)
			if err != nil {
				checkError(t, err)
			} else {
				roundTrip(t, name, b, document, r.document)
			}
			plain, err := r.plain(b)
			if err != nil {
				checkError(t, err)
				continue
			}
			if _, err = fhir.Marshal(plain); !errors.Is(err, fhir.ErrStatus) {
				roundTrip(t, name, b, plain, r.plain)
			}
		}
	})
}

func checkError(t *testing.T, err error) {
	t.Helper()
	var e *fhir.Error
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Path)
}

func roundTrip(t *testing.T, name string, b []byte, resource any, read func([]byte) (any, error)) {
	t.Helper()
	got, err := fhir.Marshal(resource)
	require.NoError(t, err, "%s: %s", name, b)
	require.Equal(t, parse(t, b), parse(t, got), "%s", b)
	again, err := read(got)
	require.NoError(t, err, "%s", got)
	twice, err := fhir.Marshal(again)
	require.NoError(t, err)
	require.Equal(t, string(got), string(twice))
}

func BenchmarkUnmarshal(b *testing.B) {
	panel, err := os.ReadFile(data(b, "fhir", "bench-bp-panel.json"))
	require.NoError(b, err)
	for name, unmarshal := range map[string]func() error{
		"fhir":     func() error { var o models.Observation; return fhir.Unmarshal(panel, &o) },
		"document": func() error { var d fhir.Document[models.Observation]; return fhir.Unmarshal(panel, &d) },
		"samply":   func() error { var o models.Observation; return json.Unmarshal(panel, &o) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := unmarshal(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func ExampleDocument() {
	var d fhir.Document[models.Patient]
	err := fhir.Unmarshal([]byte(`{
		"resourceType": "Patient", "gender": "female",
		"_birthDate": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]}
	}`), &d)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Rest[0].Path)
	text, err := fhir.Marshal(d)
	fmt.Println(string(text), err)
	// Output:
	// _birthDate
	// {"resourceType":"Patient","gender":"female","_birthDate":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"}]}} <nil>
}

func ExampleUnmarshal() {
	var o models.Observation
	err := fhir.Unmarshal([]byte(`{"resourceType": "Observation", "status": "final", "code": {"text": "pulse"}, "valueQuanity": {"value": 72}}`), &o)
	fmt.Println(err)
	// Output:
	// fhir: Observation.*: no such element: byte 94
}
