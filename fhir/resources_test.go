package fhir_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"
	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

const (
	alarmID = "6f1c0a34-9d0e-5a8b-8c31-2f6f6a1e7b10"
	jane    = "DOE^JANE"
)

var (
	onset = time.Date(2024, 5, 1, 10, 11, 12, 0, time.FixedZone("", 7200))
	later = onset.Add(5 * time.Minute)
	p1    = vitals.NewPatientID("p1")
)

func codeable(system, code, display string) models.CodeableConcept {
	return models.CodeableConcept{Coding: []models.Coding{{System: &system, Code: &code, Display: &display}}}
}

func monitor() fhir.Device {
	return fhir.Device{
		ID: "00-E5-DE-AD-77-C3", SystemID: "feedabeedead77c3", Bluetooth: "00:e5:de:ad:77:c3", Ethernet: "00e5dead77c4", ZigBee: "FEEDABEEDEAD77C5",
		USB: "0483:5740", Manufacturer: "Acme", Model: "BP <1> & more", Serial: "4711", Hardware: "A", Firmware: "1.0", Software: "2.0", Continua: "6.0",
		Specializations: []fhir.Specialization{{528391, "MDC_DEV_SPEC_PROFILE_BP", "1"}, {528413, "", "1"}},
		Interfaces:      []uint16{4, 32775}, Regulation: fhir.Regulated, Sync: fhir.SyncNone, SyncAccuracy: 1500 * time.Nanosecond,
		Resolution: time.Second, Clock: 0xE002, UDI: "(01)00844588003288", TestData: true,
	}
}

func alarm() fhir.Alarm {
	return fhir.Alarm{
		ID: alarmID, Patient: p1, Device: "d1", Rule: "SpO2 low", Reason: "SpO2 86 % below 90 % for 10s", Priority: fhir.PriorityHigh,
		Onset: onset, Values: []string{"Observation/o1", "urn:uuid:" + alarmID}, Encounter: "Encounter/e1", TestData: true,
	}
}

func dose() fhir.Dose {
	return fhir.Dose{
		ID: alarmID, Patient: p1, Device: "d1", Medication: codeable("http://www.nlm.nih.gov/research/umls/rxnorm", "243670", "aspirin 81 MG Oral Tablet"),
		Outcome: fhir.DoseTaken, At: onset, Amount: vitals.UnitMilligram.Of(vitals.Decimal{Coef: 8100, Exp: -2}), Text: "1 tablet",
		Route: codeable("http://snomed.info/sct", "26643006", "Oral route"), Request: "MedicationRequest/r1", Source: "Patient/p1", Asserted: later,
		From: []string{"Observation/o1"}, Encounter: "Encounter/e1", TestData: true,
	}
}

func consultation() fhir.Visit {
	return fhir.Visit{
		ID: alarmID, Patient: p1, State: fhir.VisitFinished, Start: onset, End: later, Began: onset.Add(time.Second), Ended: later,
		Participants: []fhir.Participant{
			{Who: "Practitioner/1", Joined: onset, Left: later},
			{Who: "PractitionerRole/2", Role: fhir.RoleConsultant, Optional: true, Pending: true},
			{Who: "Practitioner/3", Role: fhir.RoleInterpreter},
			{Who: "RelatedPerson/4", Role: fhir.RoleCompanion, Declined: true},
			{Who: "Practitioner/5", Role: fhir.RoleObserver, Optional: true},
		},
		Reason: models.CodeableConcept{Text: ptr("follow-up")}, Appointment: "Appointment/a1", Provider: "Organization/o1", TestData: true,
	}
}

func access(i fhir.Interaction) fhir.Access {
	a := fhir.Access{
		ID: alarmID, Interaction: i, Patient: p1, Data: "Observation/o1/_history/2",
		Client: fhir.Agent{System: "https://ehr.example/oauth", Value: "app-1", Address: "2001:db8::1"}, Server: fhir.Agent{Who: "Device/server", Address: "https://ehr.example/fhir"},
		User: fhir.Agent{Who: "Practitioner/7"}, Purpose: "TREAT", RequestID: "r-1", Recorded: onset, TestData: true,
	}
	if i == fhir.InteractionSearch {
		a.Data, a.Query = "", "GET https://ehr.example/fhir/Observation?patient=p1&x=<1>"
	}
	return a
}

// made yields every constructor's output, complete and as small as it goes.
func made(t *testing.T, m fhir.Mapper) (list []any) {
	t.Helper()
	add := func(resource any, err error) {
		t.Helper()
		require.NoError(t, err)
		list = append(list, resource)
	}
	one := func(resource any, err error) any {
		t.Helper()
		require.NoError(t, err)
		return resource
	}
	full := monitor()
	list = append(list, one(m.DeviceResource(full)))
	full.Regulation, full.TickCounter, full.Uploads, full.Clock = fhir.NotRegulated, true, []uint16{2, 7}, 0xFFFF
	list = append(list, one(m.GatewayResource(full)))
	small := fhir.Device{ID: "d1"}
	if m.Profile == fhir.PHD {
		small = fhir.Device{ID: "d1", Bluetooth: "00:e5:de:ad:77:c3", Manufacturer: "A", Model: "B", Software: "1", Sync: fhir.SyncNTP4}
	}
	list = append(list, one(m.GatewayResource(small)))
	if m.Profile == fhir.PHD {
		small.Specializations = []fhir.Specialization{{Code: 528388, Version: "1"}}
	}
	list = append(list, one(m.DeviceResource(small)))

	for k := range vitals.Kinds() {
		if mdc, _ := k.MDC(); fhir.Supports(k) && (mdc != 0 || m.Profile != fhir.PHD) {
			add(m.DeviceMetric(fhir.Metric{Device: "d1", Kind: k}))
		}
	}
	add(m.DeviceMetric(fhir.Metric{
		ID: alarmID, Device: "d1", Kind: vitals.GlucoseISF, Unit: vitals.UnitMmolPerL, Status: ptr(models.DeviceMetricOperationalStatusStandby),
		Period: 5 * time.Minute, Calibration: ptr(models.DeviceMetricCalibrationStateCalibrated), Calibrated: onset,
		Accuracy: vitals.UnitMmolPerL.Of(vitals.Decimal{Coef: 10, Exp: -1}), TestData: true,
	}))
	for _, d := range []time.Duration{48 * time.Hour, 90 * time.Minute, 90 * time.Second, 250 * time.Millisecond} {
		add(m.DeviceMetric(fhir.Metric{Device: "d1", Kind: vitals.HeartRate, Period: d}))
	}

	add(m.PatientResource(fhir.PatientStub{ID: p1}))
	add(m.PatientResource(fhir.PatientStub{ID: vitals.NewPatientID(jane), DiscloseIn: "urn:oid:2.999.1", TestData: true}))
	origin := fhir.Origin{
		ID: alarmID, Targets: []string{"Observation/o1"}, Digest: sha256.Sum256([]byte{1}), Format: "Bluetooth GATT 2A35", Device: "d1",
		Software: "telemed-go/sdk 1.0", Received: onset, Recorded: later, TestData: true,
	}
	add(m.Provenance(origin))
	add(m.Provenance(fhir.Origin{Targets: origin.Targets, Digest: origin.Digest, Device: "d1", Recorded: later}))
	for i := fhir.InteractionRead; i <= fhir.InteractionDelete; i++ {
		add(m.AuditEvent(access(i)))
		a := access(i)
		a.User, a.RequestID, a.ID, a.Observer, a.TestData = fhir.Agent{}, "", "not an id", "Organization/1", false
		a.Outcome, a.OutcomeText, a.Client.Address = models.AuditEventOutcome8, "no such resource", "app.example"
		add(m.AuditEvent(a))
	}
	for p := fhir.PriorityInformation; p <= fhir.PriorityHigh; p++ {
		a := alarm()
		a.Priority, a.Technical = p, p == fhir.PriorityLow
		for range 2 {
			add(m.RiskAssessment(a))
			add(m.Flag(a))
			add(m.DetectedIssue(a))
			a.End = later
		}
		c := fhir.Message{
			ID: alarmID, Patient: p1, About: []string{"Flag/" + alarmID}, Sender: "Device/page", Recipients: []string{"Practitioner/1", "Group/2"}, Text: a.Reason,
			Priority: p, Medium: codeable("http://terminology.hl7.org/CodeSystem/v3-ParticipationMode", "SMSWRIT", "SMS message"), Encounter: "Encounter/e1",
		}
		add(m.Communication(c))
		c.Sent = onset
		add(m.Communication(c))
		c.Received = later
		add(m.Communication(c))
		add(m.Communication(fhir.Message{Patient: p1, Recipients: c.Recipients, Text: "x", Failure: "no answer", TestData: true}))
	}
	for _, s := range alarmStates() {
		a := alarm()
		a.State = s
		add(m.Flag(a))
		add(m.DetectedIssue(a))
	}
	s := earlyWarning()
	add(m.Score(s))
	s.AtLeast, s.ID, s.TestData = true, alarmID, true
	add(m.Score(s))
	add(m.Score(fhir.Score{Patient: p1, At: onset, Name: "SIPA", Undefined: true}))
	forecast := fhir.Alarm{
		ID: "a", Patient: p1, Rule: "low glucose ahead", Reason: "70 mg/dL within 20 min", Onset: onset,
		Probability: vitals.Decimal{Coef: 875, Exp: -1}, Horizon: 20 * time.Minute,
	}
	add(m.RiskAssessment(forecast))
	add(m.DetectedIssue(fhir.Alarm{Device: "d1", Rule: "silent", Technical: true, Onset: onset}))
	add(m.Flag(fhir.Alarm{Patient: p1, Rule: "SpO2 low", Onset: onset}))
	for o := fhir.DoseUnknown; o <= fhir.DoseNotTaken; o++ {
		d := dose()
		if d.Outcome = o; o != fhir.DoseTaken {
			d.Why = models.CodeableConcept{Text: ptr("forgotten")}
		}
		add(m.MedicationAdministration(d))
		add(m.MedicationStatement(d))
		d.Uncertainty = 3 * time.Minute
		add(m.MedicationAdministration(d))
		add(m.MedicationStatement(d))
		d.Uncertainty, d.Until = 0, later
		add(m.MedicationAdministration(d))
		add(m.MedicationStatement(fhir.Dose{Patient: p1, MedicationRef: "Medication/1", Outcome: o}))
		add(m.MedicationAdministration(fhir.Dose{Patient: p1, MedicationRef: "#m", Outcome: o, At: onset}))
	}
	for s := fhir.VisitPlanned; s <= fhir.VisitMissed; s++ {
		v := consultation()
		if v.State = s; s >= fhir.VisitCancelled {
			v.Cancelled = models.CodeableConcept{Text: ptr("weather")}
		}
		add(m.Encounter(v))
		add(m.Appointment(v))
	}
	add(m.Encounter(fhir.Visit{Patient: p1}))
	add(m.Appointment(fhir.Visit{Patient: p1, Start: onset, End: onset}))
	add(m.Appointment(fhir.Visit{Patient: p1, State: fhir.VisitCancelled}))
	return list
}

// TestResourcesValid: whatever the constructors make passes the validator, and
// comes back from its JSON.
func TestResourcesValid(t *testing.T) {
	var ndjson []byte
	for name, m := range mappers {
		list := made(t, m)
		require.Greater(t, len(list), 200, name)
		for _, resource := range list {
			b, err := fhir.Marshal(resource)
			require.NoError(t, err, "%T", resource)
			require.NotContains(t, string(b), `:{}`)
			ndjson = append(append(ndjson, b...), '\n')
			kind := strings.TrimPrefix(fmt.Sprintf("%T", resource), "fhir.")
			if r, ok := readers[kind]; ok {
				again, err := r.plain(b)
				require.NoError(t, err, "%s", b)
				twice, err := fhir.Marshal(again)
				require.NoError(t, err)
				require.Equal(t, string(b), string(twice))
			}
		}
	}
	validate(t, ndjson, "--strict")
}

func TestResourcesRefuse(t *testing.T) {
	m, phd := mappers["R4"], mappers["PHD"]
	change := func(f func(*fhir.Device)) fhir.Device { d := monitor(); f(&d); return d }
	alarmWith := func(f func(*fhir.Alarm)) fhir.Alarm { a := alarm(); f(&a); return a }
	doseWith := func(f func(*fhir.Dose)) fhir.Dose { d := dose(); f(&d); return d }
	visitWith := func(f func(*fhir.Visit)) fhir.Visit { v := consultation(); f(&v); return v }
	accessWith := func(f func(*fhir.Access)) fhir.Access { a := access(fhir.InteractionRead); f(&a); return a }
	second := func(_ any, err error) error { return err }
	for name, row := range map[string]struct {
		got  error
		path string
		err  error
	}{
		"nobody's device":    {second(m.DeviceResource(fhir.Device{})), "Device.identifier", fhir.ErrMissing},
		"nobody's gateway":   {second(m.GatewayResource(fhir.Device{})), "Device.identifier", fhir.ErrMissing},
		"no EUI":             {second(m.DeviceResource(change(func(d *fhir.Device) { d.Bluetooth = jane }))), "Device.identifier[1].value", fhir.ErrValue},
		"no hexadecimal":     {second(m.DeviceResource(change(func(d *fhir.Device) { d.SystemID = "feedabeedead77cx" }))), "Device.identifier[0].value", fhir.ErrValue},
		"no synchronisation": {second(m.DeviceResource(change(func(d *fhir.Device) { d.Sync = 7 }))), "Device.property[3].valueCode", fhir.ErrValue},
		"negative accuracy":  {second(m.DeviceResource(change(func(d *fhir.Device) { d.SyncAccuracy = -1 }))), "Device.property[4].valueQuantity", fhir.ErrValue},
		"PHD, no address":    {second(phd.DeviceResource(fhir.Device{ID: "d1"})), "Device.identifier", fhir.ErrMissing},
		"PHD, no maker":      {second(phd.DeviceResource(change(func(d *fhir.Device) { d.Manufacturer = "" }))), "Device.manufacturer", fhir.ErrMissing},
		"PHD, no model":      {second(phd.DeviceResource(change(func(d *fhir.Device) { d.Model = "" }))), "Device.modelNumber", fhir.ErrMissing},
		"PHD, no purpose":    {second(phd.DeviceResource(change(func(d *fhir.Device) { d.Specializations = nil }))), "Device.specialization", fhir.ErrMissing},
		"PHD, odd purpose":   {second(phd.DeviceResource(change(func(d *fhir.Device) { d.Specializations[0].Code = 1 }))), "Device.specialization[0].systemType", fhir.ErrValue},
		"PHD, no version":    {second(phd.DeviceResource(change(func(d *fhir.Device) { d.Specializations[1].Version = "" }))), "Device.specialization[1].version", fhir.ErrMissing},
		"PHD, no revision": {
			second(phd.DeviceResource(change(func(d *fhir.Device) { d.Hardware, d.Firmware, d.Software, d.Continua = "", "", "", "" }))), "Device.version", fhir.ErrMissing,
		},
		"PHD gateway, no sync":    {second(phd.GatewayResource(change(func(d *fhir.Device) { d.Sync = 0 }))), "Device.property", fhir.ErrMissing},
		"a metric of no device":   {second(m.DeviceMetric(fhir.Metric{Kind: vitals.HeartRate})), "DeviceMetric.source", fhir.ErrMissing},
		"a metric of nothing":     {second(m.DeviceMetric(fhir.Metric{Device: "d1"})), "DeviceMetric.type", fhir.ErrUnsupported},
		"accuracy in other units": {second(m.DeviceMetric(fhir.Metric{Device: "d1", Kind: vitals.HeartRate, Accuracy: vitals.Percent(1)})), "DeviceMetric.extension[0].valueQuantity", fhir.ErrValue},
		"a period backwards":      {second(m.DeviceMetric(fhir.Metric{Device: "d1", Kind: vitals.HeartRate, Period: -1})), "DeviceMetric.measurementPeriod", fhir.ErrValue},
		"no patient":              {second(m.PatientResource(fhir.PatientStub{})), "Patient.id", fhir.ErrMissing},
		"no origin":               {second(phd.Provenance(fhir.Origin{Targets: []string{"Observation/1"}, Recorded: onset})), "Provenance.entity", fhir.ErrMissing},
		"no target":               {second(phd.Provenance(fhir.Origin{Digest: [32]byte{1}, Recorded: onset})), "Provenance.target", fhir.ErrMissing},
		"an empty target":         {second(phd.Provenance(fhir.Origin{Targets: []string{""}, Digest: [32]byte{1}, Recorded: onset})), "Provenance.target[0]", fhir.ErrMissing},
		"no target's type":        {second(phd.Provenance(fhir.Origin{Targets: []string{jane}, Digest: [32]byte{1}, Recorded: onset})), "Provenance.target[0]", fhir.ErrValue},
		"never recorded":          {second(phd.Provenance(fhir.Origin{Targets: []string{"Observation/1"}, Digest: [32]byte{1}})), "Provenance.recorded", fhir.ErrMissing},
		"nobody did it":           {second(m.Provenance(fhir.Origin{Targets: []string{"Observation/1"}, Digest: [32]byte{1}, Recorded: onset, Software: "x"})), "Provenance.agent", fhir.ErrMissing},
		"nothing done":            {second(m.AuditEvent(accessWith(func(a *fhir.Access) { a.Interaction = 0 }))), "AuditEvent.subtype", fhir.ErrMissing},
		"nobody's data":           {second(m.AuditEvent(accessWith(func(a *fhir.Access) { a.Patient = vitals.PatientID{} }))), "AuditEvent.entity.what", fhir.ErrMissing},
		"no data":                 {second(m.AuditEvent(accessWith(func(a *fhir.Access) { a.Data = "" }))), "AuditEvent.entity.what", fhir.ErrMissing},
		"no query":                {second(m.AuditEvent(accessWith(func(a *fhir.Access) { a.Interaction = fhir.InteractionSearch }))), "AuditEvent.entity.query", fhir.ErrMissing},
		"no client":               {second(m.AuditEvent(accessWith(func(a *fhir.Access) { a.Client = fhir.Agent{} }))), "AuditEvent.agent[0].who", fhir.ErrMissing},
		"no address":              {second(m.AuditEvent(accessWith(func(a *fhir.Access) { a.Server.Address = "" }))), "AuditEvent.agent[1].network", fhir.ErrMissing},
		"a user that is none":     {second(m.AuditEvent(accessWith(func(a *fhir.Access) { a.User.Who = "Group/1" }))), "AuditEvent.agent[2].who", fhir.ErrValue},
		"risk for nobody":         {second(m.RiskAssessment(alarmWith(func(a *fhir.Alarm) { a.Patient = vitals.PatientID{} }))), "RiskAssessment.subject", fhir.ErrMissing},
		"risk without rule":       {second(m.RiskAssessment(alarmWith(func(a *fhir.Alarm) { a.Rule = "" }))), "RiskAssessment.code", fhir.ErrMissing},
		"risk without reason":     {second(m.RiskAssessment(alarmWith(func(a *fhir.Alarm) { a.Reason = "" }))), "RiskAssessment.prediction", fhir.ErrMissing},
		"risk without onset":      {second(m.RiskAssessment(alarmWith(func(a *fhir.Alarm) { a.Onset = time.Time{} }))), "RiskAssessment.occurrencePeriod.start", fhir.ErrMissing},
		"an end before the onset": {second(m.Flag(alarmWith(func(a *fhir.Alarm) { a.End = a.Onset.Add(-1) }))), "Flag.period", fhir.ErrValue},
		"a year without digits":   {second(m.Flag(alarmWith(func(a *fhir.Alarm) { a.Onset = time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC) }))), "Flag.period.start", fhir.ErrValue},
		"more than certain":       {second(m.RiskAssessment(alarmWith(func(a *fhir.Alarm) { a.Probability.Coef = 101 }))), "RiskAssessment.prediction[0].probabilityDecimal", fhir.ErrValue},
		"no priority":             {second(m.Flag(alarmWith(func(a *fhir.Alarm) { a.Priority = 9 }))), "Flag.priority", fhir.ErrValue},
		"an issue with nothing":   {second(m.DetectedIssue(fhir.Alarm{Rule: "x", Onset: onset})), "DetectedIssue.implicated", fhir.ErrMissing},
		"a value that is none":    {second(m.DetectedIssue(alarmWith(func(a *fhir.Alarm) { a.Values[1] = jane }))), "DetectedIssue.evidence.detail[1]", fhir.ErrValue},
		"told to nobody":          {second(m.Communication(fhir.Message{Patient: p1, Text: "x"})), "Communication.recipient", fhir.ErrMissing},
		"told nothing":            {second(m.Communication(fhir.Message{Patient: p1, Recipients: []string{"Patient/p1"}})), "Communication.payload", fhir.ErrMissing},
		"received before sent": {
			second(m.Communication(fhir.Message{Patient: p1, Recipients: []string{"Patient/p1"}, Text: "x", Sent: later, Received: onset})), "Communication.received", fhir.ErrValue,
		},
		"no medication":          {second(m.MedicationAdministration(doseWith(func(d *fhir.Dose) { d.Medication = models.CodeableConcept{} }))), "MedicationAdministration.medication[x]", fhir.ErrMissing},
		"two medications":        {second(m.MedicationStatement(doseWith(func(d *fhir.Dose) { d.MedicationRef = "Medication/1" }))), "MedicationStatement.medication[x]", fhir.ErrChoice},
		"a dose at no time":      {second(m.MedicationAdministration(doseWith(func(d *fhir.Dose) { d.At = time.Time{} }))), "MedicationAdministration.effective[x]", fhir.ErrMissing},
		"a text without amount":  {second(m.MedicationAdministration(doseWith(func(d *fhir.Dose) { d.Amount = vitals.Quantity{} }))), "MedicationAdministration.dosage.dose", fhir.ErrMissing},
		"an unknown outcome":     {second(m.MedicationStatement(doseWith(func(d *fhir.Dose) { d.Outcome = 7 }))), "MedicationStatement.status", fhir.ErrValue},
		"negative uncertainty":   {second(m.MedicationStatement(doseWith(func(d *fhir.Dose) { d.Uncertainty = -1 }))), "MedicationStatement.effectivePeriod", fhir.ErrValue},
		"a request that is none": {second(m.MedicationAdministration(doseWith(func(d *fhir.Dose) { d.Request = "Patient/p1" }))), "MedicationAdministration.request", fhir.ErrValue},
		"nobody's visit":         {second(m.Encounter(visitWith(func(v *fhir.Visit) { v.Patient = vitals.PatientID{} }))), "Encounter.subject", fhir.ErrMissing},
		"finished, never begun":  {second(m.Encounter(visitWith(func(v *fhir.Visit) { v.Began = time.Time{} }))), "Encounter.period.start", fhir.ErrMissing},
		"a patient as clinician": {second(m.Encounter(visitWith(func(v *fhir.Visit) { v.Participants[1].Who = "Patient/1" }))), "Encounter.participant[1].individual", fhir.ErrValue},
		"an unknown role":        {second(m.Encounter(visitWith(func(v *fhir.Visit) { v.Participants[1].Role = 99 }))), "Encounter.participant[1].type", fhir.ErrValue},
		"no state":               {second(m.Appointment(visitWith(func(v *fhir.Visit) { v.State = 99 }))), "Appointment.status", fhir.ErrValue},
		"a window without end":   {second(m.Appointment(visitWith(func(v *fhir.Visit) { v.End = time.Time{} }))), "Appointment.end", fhir.ErrMissing},
		"a window backwards":     {second(m.Appointment(visitWith(func(v *fhir.Visit) { v.End = v.Start.Add(-1) }))), "Appointment.end", fhir.ErrValue},
		"not cancelled, but why": {second(m.Appointment(visitWith(func(v *fhir.Visit) { v.Cancelled.Text = ptr("x") }))), "Appointment.cancelationReason", fhir.ErrValue},
		"half a window":          {second(m.Appointment(visitWith(func(v *fhir.Visit) { v.State, v.Start = fhir.VisitCancelled, time.Time{} }))), "Appointment.start", fhir.ErrMissing},
		"a short key":            {second(fhir.Pseudonyms([]byte("short"))), "key", fhir.ErrValue},
	} {
		require.ErrorIs(t, row.got, row.err, name)
		var e *fhir.Error
		require.ErrorAs(t, row.got, &e, name)
		require.Equal(t, row.path, e.Path, name)
		require.NotContains(t, row.got.Error(), jane, name)
	}
}

// TestPHDDevices rebuilds the devices of the PHD guide. Texts and displays are
// free, the order of lists too.
func TestPHDDevices(t *testing.T) {
	m := fhir.Mapper{Profile: fhir.PHD, Gateway: "Device/phg-example"}
	for file, device := range map[string]fhir.Device{
		"phd-711000FEFF5F49B0.B0495F001071.json": {
			ID: "phd-711000FEFF5F49B0.B0495F001071", SystemID: "711000FEFF5F49B0", Bluetooth: "B0495F001071", Manufacturer: "OMRONHEALTHCARE",
			Model: "HEM-9200T", Serial: "20150200002A", Firmware: "C.00.7AJ-02", Software: "0000000000000101", Hardware: "0000000000000100",
			Specializations: []fhir.Specialization{{528391, "MDC_DEV_SPEC_PROFILE_BP", "1"}}, Sync: fhir.SyncNone,
		},
		"phd-74E8FFFEFF051C00.001C05FFE874.json": {
			ID: "phd-74E8FFFEFF051C00.001C05FFE874", SystemID: "74-E8-FF-FE-FF-05-1C-00", Bluetooth: "00:1C:05:FF:E8:74", Manufacturer: "Nonin_Medical_Inc.",
			Model: "Model 3230", Serial: "501900083", Firmware: "r2.1", Software: "r1.5 9.7", Hardware: "r1.0", Continua: "6.0",
			Specializations: []fhir.Specialization{{528388, "MDC_DEV_SPEC_PROFILE_PULS_OXIM", "1"}}, Sync: fhir.SyncNone,
			Interfaces: []uint16{32772, 8196, 4}, Regulation: fhir.Regulated, Clock: 0xE000, Resolution: time.Millisecond, TickCounter: true,
		},
		"phg-example.json": {
			SystemID: "ec-de-3d-4e-58-53-2d-31", Manufacturer: "Certified Medical PHGs", Software: "1.0.0", Continua: "6.0", Sync: 532233,
			Interfaces: []uint16{4}, Uploads: []uint16{2, 7}, Regulation: fhir.NotRegulated, Specializations: []fhir.Specialization{{528457, "MDC_DEV_SPEC_PROFILE_GENERIC", "2"}},
		},
	} {
		example, err := os.ReadFile(data(t, "fhir", "examples", "phd", file))
		require.NoError(t, err)
		made := m.DeviceResource
		if file == "phg-example.json" {
			made = m.GatewayResource
		}
		resource, err := made(device)
		require.NoError(t, err)
		got, err := fhir.Marshal(resource)
		require.NoError(t, err)
		want, have := codes(parse(t, example)).(map[string]any), codes(parse(t, got)).(map[string]any)
		require.ElementsMatch(t, want["property"], have["property"], file)
		delete(want, "property")
		delete(have, "property")
		require.Equal(t, want, have, file)
	}
}

// codes drops texts, displays and the assigner, and writes addresses in capitals.
func codes(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = codes(v[i])
		}
	case map[string]any:
		for _, name := range []string{"text", "display", "assigner"} {
			delete(v, name)
		}
		for name := range v {
			v[name] = codes(v[name])
		}
		if s, ok := v["value"].(string); ok && strings.Count(s, "-") > 4 {
			v["value"] = strings.ToUpper(s)
		}
	}
	return v
}

// TestBALP checks the rules of IHE BALP 1.1.4 that distinguish its profiles.
func TestBALP(t *testing.T) {
	const dcm = "http://dicom.nema.org/resources/ontology/DCM"
	for i, row := range map[fhir.Interaction]struct{ subtype, action, client, server, user, profile string }{
		fhir.InteractionRead:   {"read", "R", "110152", "110153", "IRCP", "PatientRead"},
		fhir.InteractionVRead:  {"vread", "R", "110152", "110153", "IRCP", "PatientRead"},
		fhir.InteractionSearch: {"search-type", "E", "110153", "110152", "IRCP", "PatientQuery"},
		fhir.InteractionCreate: {"create", "C", "110153", "110152", "AUT", "PatientCreate"},
		fhir.InteractionUpdate: {"update", "U", "110153", "110152", "AUT", "PatientUpdate"},
		fhir.InteractionPatch:  {"patch", "U", "110153", "110152", "AUT", "PatientUpdate"},
		fhir.InteractionDelete: {"delete", "D", "110150", "custodian", "AUT", "PatientDelete"},
	} {
		a := access(i)
		a.Claim = true
		e, err := fhir.Mapper{}.AuditEvent(a)
		require.NoError(t, err)
		require.Equal(t, []string{"https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit." + row.profile}, e.Meta.Profile)
		require.Equal(t, "rest", *e.Type.Code)
		require.Equal(t, row.subtype, *e.Subtype[0].Code)
		require.Equal(t, row.action, e.Action.Code())
		require.Equal(t, "0", e.Outcome.Code())
		require.Len(t, e.Agent, 3)
		for j, code := range []string{row.client, row.server, row.user} {
			require.Equal(t, code, *e.Agent[j].Type.Coding[0].Code)
			require.NotNil(t, e.Agent[j].Who)
			require.Equal(t, j < 2, e.Agent[j].Network != nil, "users are no network devices")
			require.Equal(t, j == 2, e.Agent[j].Requestor)
		}
		if i != fhir.InteractionDelete {
			require.Equal(t, dcm, *e.Agent[0].Type.Coding[0].System)
		}
		require.Equal(t, "2", e.Agent[0].Network.Type.Code())
		require.Equal(t, "5", e.Agent[1].Network.Type.Code())
		var types []string
		for _, entity := range e.Entity {
			types = append(types, *entity.Type.Code)
		}
		require.Equal(t, []string{"XrequestId", "2", "1"}, types)
		require.Equal(t, "Patient/p1", *e.Entity[2].What.Reference)
		require.Equal(t, "1", *e.Entity[2].Role.Code)
		if i == fhir.InteractionSearch {
			require.Nil(t, e.Entity[1].What)
			require.Equal(t, "24", *e.Entity[1].Role.Code)
			require.Equal(t, "R0VUIGh0dHBzOi8vZWhyLmV4YW1wbGUvZmhpci9PYnNlcnZhdGlvbj9wYXRpZW50PXAxJng9PDE+", *e.Entity[1].Query)
		}
		a.User, a.Outcome = fhir.Agent{}, models.AuditEventOutcome4
		e, err = fhir.Mapper{}.AuditEvent(a)
		require.NoError(t, err)
		require.True(t, e.Agent[0].Requestor, "without a person the client asks")
		require.Empty(t, e.Meta.Profile, "a failure conforms to none of the profiles")
	}
}

// TestPatientStubTellsNothing: no identifier that was not asked for.
func TestPatientStubTellsNothing(t *testing.T) {
	key := []byte("0123456789abcdef")
	pseudonyms, err := fhir.Pseudonyms(key)
	require.NoError(t, err)
	clear(key) // it was copied
	m := fhir.Mapper{Patient: pseudonyms, Gateway: "Device/g"}
	id := vitals.NewPatientID(jane)
	p, err := m.PatientResource(fhir.PatientStub{ID: id})
	require.NoError(t, err)
	b, err := fhir.Marshal(p)
	require.NoError(t, err)
	require.Equal(t, `{"resourceType":"Patient","id":"763f4507-06f9-89ac-89f9-6f646f74142e"}`, string(b))
	require.NotEqual(t, pseudonyms(id), pseudonyms(p1))
	other, err := fhir.Pseudonyms([]byte("0123456789abcdeg"))
	require.NoError(t, err)
	require.NotEqual(t, pseudonyms(id), other(id))

	a := alarm()
	a.Patient = id
	f, err := m.Flag(a)
	require.NoError(t, err)
	require.Equal(t, "Patient/"+*p.Id, *f.Subject.Reference, "it is what others refer to")
}

// FuzzResources: text of any kind makes a resource that can be written and
// read, or an error that does not repeat it.
func FuzzResources(f *testing.F) {
	f.Add("p1", "Practitioner/1", "SpO2 low", int64(1714551072), int64(300), uint8(3), int64(8100))
	f.Add("DOE^JANE|", "DOE^JANE", "\xff\u2028<&>", int64(-1)<<50, int64(-5), uint8(255), int64(-1))
	f.Fuzz(func(t *testing.T, name, ref, words string, at, length int64, n uint8, coef int64) {
		const canary = "DOE^JANE"
		id := vitals.NewPatientID(name)
		start := time.Unix(at, 0).In(time.FixedZone("", int(length%100000)))
		end := start.Add(time.Duration(length))
		alarm := fhir.Alarm{
			ID: name, Patient: id, Device: vitals.DeviceID(name), Rule: words, Reason: words, Priority: fhir.Priority(n % 5), Onset: start, End: end,
			Values: []string{ref}, Encounter: ref, Probability: vitals.Decimal{Coef: coef, Exp: int8(n)}, Horizon: time.Duration(length),
		}
		dose := fhir.Dose{
			ID: name, Patient: id, Device: vitals.DeviceID(name), MedicationRef: ref, Outcome: fhir.DoseOutcome(n % 4), At: start, Until: end,
			Amount: vitals.UnitMilligram.Of(vitals.Decimal{Coef: coef, Exp: int8(n)}), Text: words, Source: ref, From: []string{ref},
		}
		visit := fhir.Visit{
			ID: name, Patient: id, State: fhir.VisitState(n % 7), Start: start, End: end, Began: start, Ended: end, Provider: ref,
			Participants: []fhir.Participant{{Who: ref, Role: fhir.VisitRole(n % 6)}},
		}
		device := fhir.Device{
			ID: vitals.DeviceID(name), SystemID: words, USB: words, Manufacturer: words, Sync: fhir.ClockSync(at), Resolution: time.Duration(length), Clock: uint16(at),
			Specializations: []fhir.Specialization{{uint32(at), words, words}},
		}
		party := fhir.Agent{Who: ref, Value: words, Address: words}
		for _, m := range mappers {
			check := func(resource any, err error) {
				if err == nil {
					var b []byte
					if b, err = fhir.Marshal(resource); err == nil {
						kind := strings.TrimPrefix(fmt.Sprintf("%T", resource), "fhir.")
						if r, ok := readers[kind]; ok {
							_, err := r.plain(b)
							require.NoError(t, err, "%s", b)
						}
					}
				}
				if err != nil {
					require.NotContains(t, err.Error(), canary)
				}
			}
			r1, err := m.RiskAssessment(alarm)
			check(r1, err)
			r2, err := m.Flag(alarm)
			check(r2, err)
			r3, err := m.DetectedIssue(alarm)
			check(r3, err)
			r4, err := m.Communication(fhir.Message{ID: name, Patient: id, Recipients: []string{ref}, Text: words, Failure: words, Sent: start, Received: end})
			check(r4, err)
			r5, err := m.MedicationAdministration(dose)
			check(r5, err)
			r6, err := m.MedicationStatement(dose)
			check(r6, err)
			r7, err := m.Encounter(visit)
			check(r7, err)
			r8, err := m.Appointment(visit)
			check(r8, err)
			r9, err := m.DeviceResource(device)
			check(r9, err)
			r10, err := m.GatewayResource(device)
			check(r10, err)
			r11, err := m.AuditEvent(fhir.Access{Interaction: fhir.Interaction(n % 9), Patient: id, Data: ref, Query: words, Client: party, Server: party, User: party, Recorded: start})
			check(r11, err)
			r12, err := m.Provenance(fhir.Origin{Targets: []string{ref}, Digest: [32]byte{n}, Device: vitals.DeviceID(name), Recorded: start})
			check(r12, err)
			r13, err := m.PatientResource(fhir.PatientStub{ID: id, DiscloseIn: words})
			check(r13, err)
			r14, err := m.DeviceMetric(fhir.Metric{ID: name, Device: vitals.DeviceID(name), Kind: vitals.Kind(n), Unit: vitals.Unit(at), Period: time.Duration(length)})
			check(r14, err)
		}
	})
}

func ExampleMapper_RiskAssessment() {
	m := fhir.Mapper{Gateway: "Device/gateway-7"}
	r, err := m.RiskAssessment(fhir.Alarm{
		ID: "alarm-1", Patient: vitals.NewPatientID("p1"), Rule: "SpO2 low", Reason: "SpO2 86 % below 90 % for 10s", Priority: fhir.PriorityHigh,
		Onset: time.Date(2024, 5, 1, 10, 11, 12, 0, time.UTC), Values: []string{"Observation/o1"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := fhir.Marshal(r)
	fmt.Println(string(text), err)
	// Output:
	// {"resourceType":"RiskAssessment","id":"alarm-1","status":"preliminary","method":{"text":"alarm rule"},"code":{"text":"SpO2 low"},"subject":{"reference":"Patient/p1"},"occurrencePeriod":{"start":"2024-05-01T10:11:12.000Z"},"performer":{"reference":"Device/gateway-7"},"basis":[{"reference":"Observation/o1"}],"note":[{"text":"high priority: SpO2 86 % below 90 % for 10s"}]} <nil>
}

// Around an Observation stand its device, where it came from, and who read it.
func ExampleMapper_Provenance() {
	m := fhir.Mapper{Gateway: "Device/gateway-7"}
	at := time.Date(2024, 5, 1, 10, 11, 12, 0, time.UTC)
	device, err := m.DeviceResource(fhir.Device{
		ID: "cuff-3", SystemID: "FE-ED-AB-EE-DE-AD-77-C3", Manufacturer: "Example", Model: "Cuff 3",
		Specializations: []fhir.Specialization{{Code: 528391, Version: "1"}},
	})
	printResource(device, err)
	origin, err := m.Provenance(fhir.Origin{
		Targets: []string{"Observation/o1"}, Digest: sha256.Sum256([]byte{0x00, 0x78, 0x00}), Format: "Bluetooth GATT 2A35",
		Device: "cuff-3", Software: "gateway 1.0", Received: at, Recorded: at,
	})
	printResource(origin, err)
	visit, err := m.Encounter(fhir.Visit{ID: "v1", Patient: vitals.NewPatientID("p1"), State: fhir.VisitPlanned, Start: at, End: at.Add(time.Hour)})
	printResource(visit, err)
	// Output:
	// {"resourceType":"Device","id":"cuff-3","identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/ContinuaDeviceIdentifiers","code":"SYSID"}]},"system":"urn:oid:1.2.840.10004.1.1.1.0.0.1.0.0.1.2680","value":"FE-ED-AB-EE-DE-AD-77-C3"}],"manufacturer":"Example","modelNumber":"Cuff 3","type":{"coding":[{"system":"urn:iso:std:iso:11073:10101","code":"65573","display":"MDC_MOC_VMS_MDS_SIMP"}]},"specialization":[{"systemType":{"coding":[{"system":"urn:iso:std:iso:11073:10101","code":"528391"}]},"version":"1"}]} <nil>
	// {"resourceType":"Provenance","target":[{"reference":"Observation/o1"}],"occurredDateTime":"2024-05-01T10:11:12.000Z","recorded":"2024-05-01T10:11:12.000Z","activity":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-DataOperation","code":"CREATE","display":"create"}]},"agent":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/provenance-participant-type","code":"author"}]},"who":{"reference":"Device/cuff-3"}},{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/provenance-participant-type","code":"assembler"}]},"who":{"reference":"Device/gateway-7"}},{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/provenance-participant-type","code":"assembler"}]},"who":{"display":"gateway 1.0"}}],"entity":[{"role":"source","what":{"identifier":{"system":"urn:ietf:rfc:3986","value":"ni:///sha-256;BWE3TnXSETXvTfhWWp4JyTJXlE3zEcN71sKm6fb78K0"},"display":"Bluetooth GATT 2A35"}}]} <nil>
	// {"resourceType":"Encounter","id":"v1","status":"planned","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"VR","display":"virtual"},"subject":{"reference":"Patient/p1"}} <nil>
}

// printResource prints a resource or why there is none.
func printResource(resource any, err error) {
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := fhir.Marshal(resource)
	fmt.Println(string(text), err)
}

func ExampleMapper_MedicationAdministration() {
	r, err := fhir.Mapper{}.MedicationAdministration(fhir.Dose{
		Patient: vitals.NewPatientID("p1"), Device: "patch-1", Medication: models.CodeableConcept{Text: ptr("aripiprazole")}, Outcome: fhir.DoseTaken,
		At: time.Date(2024, 5, 1, 8, 3, 0, 0, time.UTC), Amount: vitals.UnitMilligram.Of(vitals.Decimal{Coef: 150, Exp: -1}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := fhir.Marshal(r)
	fmt.Println(string(text), err)
	// Output:
	// {"resourceType":"MedicationAdministration","status":"completed","medicationCodeableConcept":{"text":"aripiprazole"},"subject":{"reference":"Patient/p1"},"effectiveDateTime":"2024-05-01T08:03:00.000Z","device":[{"reference":"Device/patch-1"}],"dosage":{"dose":{"value":15.0,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}}} <nil>
}
