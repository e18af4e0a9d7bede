package house_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/fhir/serve"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/telemed/seal"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/ward"
	"github.com/telemed-go/sdk/vitals"
)

// canary is a patient who must never be seen in an error or a log line.
const canary = "DOE^JANE"

// cage collects everything that would be shown to an operator.
type cage struct {
	t    *testing.T
	seen int
}

// show fails the test if text tells the canary in any usual form.
func (c *cage) show(where, text string) {
	c.t.Helper()
	c.seen++
	for _, form := range []string{"DOE", "JANE", "444f45", "444F45", "44 4f 45", "RE9FXkpBTkU", "68 79 69"} {
		if strings.Contains(text, form) {
			c.t.Errorf("%s shows the patient: %.200s", where, text)
			return
		}
	}
}

// all shows a value by every verb and encoding that a program might log it with.
func (c *cage) all(where string, v any) {
	c.t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		c.show(where+" "+verb, fmt.Sprintf(verb, v))
		c.show(where+" nested "+verb, fmt.Sprintf(verb, struct{ v any }{v}))
	}
	if b, err := json.Marshal(v); err == nil {
		c.show(where+" JSON", string(b))
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
	c.show(where+" slog", log.String())
}

// failed wants an error and shows it.
func (c *cage) failed(where string, err error) {
	c.t.Helper()
	if err == nil {
		c.t.Errorf("%s: no error; the canary was not tried", where)
		return
	}
	c.all(where, err)
	for ; err != nil; err = errors.Unwrap(err) {
		c.show(where, err.Error())
	}
}

func canaryReading() vitals.Reading {
	return vitals.Reading{
		Patient: vitals.NewPatientID(canary), Device: "strap", Kind: vitals.HeartRate,
		Quantity: vitals.PerMinute(180), At: time.Unix(1770000000, 0).UTC(),
	}
}

func TestCanaryInVitals(t *testing.T) {
	c := &cage{t: t}
	c.all("Reading", canaryReading())
	c.all("*Reading", &[]vitals.Reading{canaryReading()})
	c.all("PatientID", canaryReading().Patient)
	c.all("Waveform", vitals.Waveform{Patient: vitals.NewPatientID(canary)})
	_, err := vitals.ParseDecimal(canary)
	c.failed("ParseDecimal", err)
	_, err = vitals.ParseQuantity("1 " + canary)
	c.failed("ParseQuantity", err)
	_, err = canaryReading().Quantity.In(vitals.UnitMmHg)
	c.failed("In", err)
}

func TestCanaryInDevices(t *testing.T) {
	c := &cage{t: t}
	payload := []byte(strings.Repeat(canary, 4))
	errs := 0
	for uuid := range 1 << 16 {
		for n := range len(payload) {
			f := device.Frame{
				Bytes: payload[:n], Format: device.GATT(uint16(uuid)), Device: canary, Patient: vitals.NewPatientID(canary),
			}
			_, err := gatt.Health().AppendReadings(nil, f)
			if err == nil {
				continue
			}
			if errs++; device.IsUnsupported(err) && n > 0 {
				break
			}
			c.show("gatt", err.Error())
			c.show("gatt %+v", fmt.Sprintf("%+v %#v", err, err))
		}
	}
	if errs < 1<<16 {
		t.Errorf("only %d errors", errs)
	}
	_, err := gatt.ParseDeviceText([]byte(canary + "\xff"))
	c.failed("device information", err)
	_, err = medfloat.NewSFloat(vitals.Decimal{Coef: 123456789})
	c.failed("medfloat", err)
	_, err = device.Decoders{}.AppendReadings(nil, device.Frame{Bytes: payload})
	c.failed("Decoders", err)
}

func TestCanaryInFHIR(t *testing.T) {
	c := &cage{t: t}
	var m fhir.Mapper
	timeless, kindless, stranger := canaryReading(), canaryReading(), canaryReading()
	timeless.At = time.Time{}
	kindless.Kind = vitals.Consciousness
	stranger.Patient = vitals.NewPatientID("another")
	wrong := canaryReading()
	wrong.Quantity = vitals.MmHg(3)
	for name, panel := range map[string][]vitals.Reading{
		"no time": {timeless}, "no code": {kindless}, "two patients": {canaryReading(), stranger}, "nothing": {}, "wrong unit": {wrong},
	} {
		_, err := m.AppendObservation(nil, panel)
		c.failed("AppendObservation, "+name, err)
		_, err = m.Observation(panel)
		c.failed("Observation, "+name, err)
	}
	_, err := fhir.Mapper{Profile: fhir.PHD}.AppendObservation(nil, []vitals.Reading{canaryReading()})
	c.failed("PHD without gateway", err)
	_, err = fhir.Marshal(canary)
	c.failed("Marshal", err)
}

func TestCanaryInAlarms(t *testing.T) {
	c := &cage{t: t}
	engine, err := alert.NewEngine(
		alert.NotifyFunc(func(_ context.Context, e alert.Event) error {
			c.all("Event", e)
			c.show("Reason", e.Reason)
			return errors.New("nobody home")
		}),
		alert.Above(vitals.HeartRate, vitals.PerMinute(100)), alert.Missing(vitals.HeartRate, time.Minute), alert.NEWS2AtLeast(1))
	if err != nil {
		t.Fatal(err)
	}
	c.failed("Put", engine.Put(t.Context(), []vitals.Reading{canaryReading()}))
	c.failed("Advance", engine.Advance(t.Context(), time.Unix(1770009999, 0)))
	c.all("Engine", engine)
	c.all("Active", engine.Active(nil))
	if len(engine.Active(nil)) != 3 {
		t.Errorf("%d alarms, want 3: the canary was not tried", len(engine.Active(nil)))
	}
	var in score.Inputs
	in.Set(canaryReading())
	c.all("Inputs", in)
	c.all("NEWS2", score.NEWS2.Evaluate(&in, time.Time{}, 0))
}

// once is a source of given frames.
type once struct{ frames []device.Frame }

func (s *once) Receive(_ context.Context, dst []telemed.Delivery) (int, error) {
	if len(s.frames) == 0 {
		return 0, io.EOF
	}
	dst[0].Frame, s.frames = s.frames[0], s.frames[1:]
	return 1, nil
}

func (*once) Close() error { return nil }

func TestCanaryInTelemed(t *testing.T) {
	c := &cage{t: t}
	log, err := store.Open(filepath.Join(t.TempDir(), "log.db"))
	if err != nil {
		t.Fatal(err)
	}
	good := device.Frame{Bytes: []byte{0, 180}, Format: device.GATT(gatt.UUIDHeartRateMeasurement), Device: "strap", At: time.Unix(1770000000, 0)}
	bad, timeless := good, good
	bad.Bytes = []byte(canary)
	timeless.At = time.Time{}
	unknown := good
	unknown.Device = canary
	var lines bytes.Buffer
	var ward ward.Ward
	fails := 3
	g := telemed.Gateway{
		Source: &once{[]device.Frame{good, bad, timeless, unknown}}, Decoder: gatt.Health(), Log: log,
		Roster: telemed.RosterFunc(func(d vitals.DeviceID, _ time.Time) (vitals.PatientID, bool) {
			return vitals.NewPatientID(canary), d == "strap"
		}),
		Sinks: []telemed.Sink{&ward, sinkFunc(func() error {
			if fails--; fails >= 0 {
				return errors.New("sink is down")
			}
			return nil
		})},
		Rejected: func(_ device.Frame, err error) { c.failed("Rejected", err) },
		Logger:   slog.New(slog.NewTextHandler(&lines, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true})),
	}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.show("gateway log", lines.String())
	if n := strings.Count(lines.String(), "\n"); n < 6 {
		t.Errorf("%d log lines, want 6: the canary was not tried", n)
	}
	c.all("Stats", g.Stats())
	c.all("Ward", ward.Patients())
	records := make([]telemed.Record, 1)
	if _, err := log.Read(t.Context(), 0, records); err != nil || records[0].Reading.Patient.Reveal() != canary {
		t.Errorf("the log has %v, %v", records, err)
	}
	c.all("Record", records)
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	c.failed("closed log", log.Append(t.Context(), []vitals.Reading{canaryReading()}))
	c.all("CorruptError", &store.CorruptError{Position: 1, Err: errors.New("x")})
	_, err = store.Open(filepath.Join(t.TempDir(), "no", "such", "folder"))
	c.failed("store.Open", err)
}

// sinkFunc is a sink that only fails or not.
type sinkFunc func() error

func (sinkFunc) Name() string { return "sink" }

func (f sinkFunc) Put(context.Context, []vitals.Reading) error { return f() }

func TestCanaryInMQTT(t *testing.T) {
	c := &cage{t: t}
	for _, topic := range []string{canary, "ward/" + canary + "/gatt/x", "ward/" + canary + "/gatt/2A37/" + canary} {
		c.failed("ParseTopic", mqtt.ParseTopic(topic, &device.Frame{}))
	}
	_, err := mqtt.Topic("ward", device.Frame{Device: canary})
	c.failed("Topic", err)
	_, err = mqtt.Open(t.Context(), "mqtt://user:"+canary+"@broker.ward:1", mqtt.Subscribe("#"))
	c.failed("Open", err)
	_, err = mqtt.Open(t.Context(), "gopher://"+canary, mqtt.Subscribe("#"))
	c.failed("Open, bad scheme", err)
	_, err = mqtt.Open(t.Context(), "mqtt://%zz"+canary, mqtt.Subscribe("#"))
	c.failed("Open, bad address", err)
}

// What a FHIR server answers to whoever asks for the canary and may not see it,
// and the links that it gives to whoever may.
func TestCanaryInSeal(t *testing.T) {
	c := &cage{t: t}
	key, err := seal.SecretKey([]byte(canary), seal.HS256, []byte(strings.Repeat(canary, 4)))
	if err != nil {
		t.Fatal(err)
	}
	c.all("Key", key)
	c.all("Grant", seal.Grant{Key: key})
	keys := new(seal.Keyring)
	c.failed("Add", keys.Add(seal.Grant{Key: key}))
	c.failed("Retire", keys.Retire(canary, time.Now()))
	_, err = seal.ParseKey([]byte(canary))
	c.failed("ParseKey", err)
	_, err = seal.SecretKey([]byte(canary), seal.A256GCM, []byte(canary))
	c.failed("SecretKey", err)
	log, err := store.Open(filepath.Join(t.TempDir(), "log.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	opener, err := seal.NewOpener(t.Context(), keys, log)
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.NewSealer(t.Context(), key, log)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := sealer.Seal(nil, canary, []byte(canary))
	if err != nil {
		t.Fatal(err)
	}
	for n := range sealed {
		_, _, err = opener.Open(time.Now(), canary, canary, sealed[:n])
		c.failed("Open, cut off", err)
	}
	_, _, err = opener.Open(time.Now(), canary, canary, sealed)
	c.failed("Open, unknown key", err)
	m, err := seal.Parse(sealed, seal.Tagged)
	if err != nil {
		t.Fatal(err)
	}
	c.show("Message", fmt.Sprintf("%v %+v %#v %s %x", m, m, m, m, m))
	_, err = m.Open(nil, key, nil)
	c.failed("Message.Open", err)
}

func TestCanaryInServe(t *testing.T) {
	c := &cage{t: t}
	const id = "JANE-DOE"
	pulse := canaryReading()
	pulse.Patient = vitals.NewPatientID(id)
	consent := serve.Deny
	srv := &serve.Server{Access: serve.Access{
		Authorize: func(context.Context, *http.Request) (serve.Principal, error) {
			return serve.Principal{ID: "x", Scopes: serve.ParseScopes("system/*.cruds")}, nil
		},
		Consent: func(context.Context, serve.Principal, vitals.PatientID, string) serve.Decision { return consent },
		Audit:   func(context.Context, fhir.Access) error { return nil },
	}}
	if err := srv.Put(t.Context(), []vitals.Reading{pulse}); err != nil {
		t.Fatal(err)
	}
	do := func(method, target, body, media string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "/"+target, strings.NewReader(body))
		r.Header.Set("Content-Type", media)
		w := httptest.NewRecorder()
		srv.ServeHTTP(w, r)
		return w
	}
	const form = "application/x-www-form-urlencoded"
	for _, target := range []string{
		"Observation/" + id, "Observation/DOE%5EJANE", "DOE%5EJANE", "Observation?date=" + id, "Observation?patient=x&code:" + id + "=1",
		"Observation?patient=x&" + id + "=1", "Observation?_page=" + id, "Observation?_format=" + id, "$stream?_type=" + id,
		"Subscription/" + id, "Patient/" + id, "Observation?patient=x&_count=" + id,
	} {
		w := do(http.MethodGet, target, "", "")
		c.show("GET", w.Body.String()+fmt.Sprint(w.Header()))
	}
	for _, body := range []string{"date=" + id, "_count=" + id, "patient=%" + id} {
		c.show("POST", do(http.MethodPost, "Observation/_search", body, form).Body.String())
	}
	for _, body := range []string{id, `{"resourceType":"` + id + `"}`, `{"resourceType":"Subscription","status":"requested","reason":"x","criteria":"` + id + `","channel":{"type":"rest-hook"}}`} {
		c.show("Subscription", do(http.MethodPost, "Subscription", body, "application/fhir+json").Body.String())
	}
	consent = serve.Permit
	second := pulse
	second.At = second.At.Add(time.Second)
	if err := srv.Put(t.Context(), []vitals.Reading{second}); err != nil {
		t.Fatal(err)
	}
	var bundle struct {
		Link []struct{ Relation, URL string }
	}
	if err := json.Unmarshal(do(http.MethodPost, "Observation/_search", "_count=1&patient="+id, form).Body.Bytes(), &bundle); err != nil {
		t.Fatal(err)
	}
	if len(bundle.Link) != 2 || bundle.Link[1].Relation != "next" {
		t.Fatalf("%d links, want self and next: the canary was not tried", len(bundle.Link))
	}
	if c.seen++; strings.Contains(bundle.Link[1].URL, id) { // sealed, so random: three letters of it say nothing
		t.Error("the link to the next page shows the patient")
	}
	c.failed("Update", srv.Update(t.Context(), []byte(`{"resourceType":"Flag","id":"`+canary+`"}`)))
	c.show("Stats", fmt.Sprintf("%+v", srv.Stats()))
	if c.seen < 20 {
		t.Errorf("%d texts: the canary was not tried", c.seen)
	}
}
