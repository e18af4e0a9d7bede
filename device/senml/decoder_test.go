package senml_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/senml"
	"github.com/telemed-go/sdk/vitals"
)

var arrival = time.Date(2026, 5, 1, 8, 0, 0, 123, time.UTC)

func frame(pack string) device.Frame {
	return device.Frame{Bytes: wireOf(pack), Format: device.SenML, Device: "bed-1", Patient: vitals.NewPatientID("p1"), At: arrival, Sequence: 7}
}

// lines are the readings of a pack, one text each.
func lines(t *testing.T, d senml.Decoder, pack string) []string {
	t.Helper()
	readings, err := d.AppendReadings(nil, frame(pack))
	if err != nil {
		t.Errorf("%s: %v", pack, err)
	}
	var out []string
	for _, r := range readings {
		if r.Patient != vitals.NewPatientID("p1") || r.Device != "bed-1" {
			t.Errorf("%s: a reading of %s", pack, r.Device)
		}
		out = append(out, fmt.Sprint(r.Kind, " ", r.Quantity, " ", r.Quality, " ", r.At.Sub(arrival), " ", r.Stamped, " ", r.Sequence))
	}
	return out
}

func TestReadings(t *testing.T) {
	named := senml.Decoder{Names: map[string]vitals.Kind{"temp": vitals.BodyTemperature, "room:hr": vitals.KindNone}}
	for pack, want := range map[string][]string{
		`[{"n":"a:hr","u":"beat/min","v":72}]`:                                 {"HeartRate 72 /min good 0s false 7"},
		`[{"n":"a:SpO2","u":"%","v":97.0,"t":-2.5}]`:                           {"SpO2 97.0 % good -2.5s false 7"},
		`[{"n":"a:SpO2","u":"/","v":0.97}]`:                                    {"SpO2 0.97 1 good 0s false 7"},
		`[{"n":"x","u":"beat/min","v":60}]`:                                    {"HeartRate 60 /min good 0s false 7"},
		`[{"n":"x/temp","u":"Cel","v":36.40}]`:                                 {"BodyTemperature 36.40 °C good 0s false 7"},
		`[{"n":"x/systolic","u":"mm[Hg]","v":120}]`:                            {"Systolic 120 mmHg good 0s false 7"},
		`[{"n":"x/systolic","u":"Pa","v":16000}]`:                              {"Systolic 16000 Pa good 0s false 7"},
		`[{"n":"x/systolic","u":"Cel","v":120}]`:                               {"Systolic no value reserved-number 0s false 7"},
		`[{"n":"x/systolic","v":120}]`:                                         {"Systolic no value reserved-number 0s false 7"},
		`[{"n":"x/systolic","u":"furlong","v":120}]`:                           {"Systolic no value reserved-number 0s false 7"},
		`[{"n":"room:hr","u":"beat/min","v":72}]`:                              nil,
		`[{"n":"room/temperature","u":"Cel","v":21}]`:                          nil,
		`[{"n":"room/Temperature","u":"Cel","v":21}]`:                          nil,
		`[{"n":"hr","vs":"72"},{"n":"hr","s":72}]`:                             nil,
		`[{"n":"ECG","u":"mV","v":1}]`:                                         nil,
		`[{"n":"hr","u":"beat/min","v":72,"t":946684799}]`:                     {"HeartRate 72 /min clock-unset 0s false 7"},
		`[{"bt":1777622400.000000123,"n":"hr","u":"beat/min","v":72,"t":301}]`: {"HeartRate 72 /min clock-unset 0s false 7"},
		`[{"bt":1777622400.000000123,"n":"hr","u":"beat/min","v":72,"t":300},{"n":"hr","u":"beat/min","v":70,"t":-0.000000001},{"n":"hr","u":"beat/min","v":71,"t":-0.000000001}]`: {
			"HeartRate 70 /min good -1ns true 0", "HeartRate 71 /min good -1ns true 1", "HeartRate 72 /min good 5m0s true 0",
		},
		"81 a3 00626872 0168626561742f6d696e 02f95480": {"HeartRate 72 /min good 0s false 7"},
	} {
		if got := lines(t, named, pack); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s:\n got %q\nwant %q", pack, got, want)
		}
	}
}

// A record that is refused takes no other with it, and is told of.
func TestRefusedRecord(t *testing.T) {
	const pack = `[{"n":"a b","v":1},{"n":"hr","u":"beat/min","v":72},{"n":"hr"},{"n":"spo2","u":"%","v":97,"vs":"x"},{"n":"spo2","vd":"@"}]`
	var told error
	d := senml.Decoder{Refused: func(_ device.Frame, err error) { told = err }}
	if got := lines(t, d, pack); len(got) != 1 {
		t.Errorf("got %q", got)
	}
	first, ok := errors.AsType[*device.DecodeError](told)
	if !ok {
		t.Fatalf("told of %v", told)
	}
	var fields []string
	for e := range first.All() {
		fields = append(fields, fmt.Sprint(e.Field, " ", e.Offset))
	}
	if want := "[[0].n 1 [2] 52 [3].v,vs 63 [4].vd 117]"; fmt.Sprint(fields) != want {
		t.Errorf("refused %v, want %s", fields, want)
	}
	before := make([]vitals.Reading, 1)
	got, err := d.AppendReadings(before, frame(`[{"n":"a b","v":1}]`))
	if !errors.Is(err, device.ErrSyntax) || len(got) != 1 {
		t.Errorf("alone it gives %v, %v", got, err)
	}
}

func TestForeignDevices(t *testing.T) {
	const two = `[{"n":"x:hr","u":"beat/min","v":72},{"n":"y:hr","u":"beat/min","v":40}]`
	if got, err := (senml.Decoder{}).AppendReadings(nil, frame(two)); !errors.Is(err, senml.ErrForeignDevice) || len(got) > 0 {
		t.Errorf("two heart rates: %v, %v", got, err)
	}
	behind := senml.Decoder{Device: func(f device.Frame, name string) (vitals.DeviceID, bool) {
		return vitals.DeviceID(name[:1]), f.Device == "bed-1" && name != "z:hr"
	}}
	got, err := behind.AppendReadings(nil, frame(two))
	if err != nil || len(got) != 2 || got[0].Device != "x" || got[1].Device != "y" || got[1].Sequence != 7 {
		t.Errorf("behind a gateway: %v, %v", got, err)
	}
	if got, err := behind.AppendReadings(nil, frame(`[{"n":"z:hr","u":"beat/min","v":72}]`)); !errors.Is(err, senml.ErrForeignDevice) || len(got) > 0 {
		t.Errorf("of a device that may not: %v, %v", got, err)
	}
}

func TestDecoderErrors(t *testing.T) {
	f := frame(`[{"n":"hr","v":72}]`)
	f.Format = device.Compact
	if _, err := (senml.Decoder{}).AppendReadings(nil, f); !device.IsUnsupported(err) {
		t.Errorf("another format: %v", err)
	}
	if _, err := (senml.Decoder{}).AppendReadings(nil, frame(`[{"n":"hr","v":72,"x_":1}]`)); !errors.Is(err, senml.ErrMustUnderstand) || device.IsUnsupported(err) {
		t.Errorf("must understand: %v", err)
	}
}

// A name can be 255 bytes long, in two parts or one; more is refused before it
// is put together.
func TestLongNames(t *testing.T) {
	for n, want := range map[int]bool{254: true, 255: false} {
		base := make([]byte, n)
		for i := range base {
			base[i] = 'a'
		}
		p, err := senml.Parse(fmt.Appendf(nil, `[{"bn":%q,"n":"x","v":1}]`, base))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Resolve(arrival); (err == nil) != want {
			t.Errorf("%d bytes: %v", n+1, err)
		}
	}
}

func TestTimesOutOfRange(t *testing.T) {
	for _, at := range []string{"1e15", "253402300800", "9e18", "1e100", "-1e15", "-99999999999"} {
		p, err := senml.Parse([]byte(`[{"n":"a","v":1,"t":` + at + `}]`))
		if err != nil {
			t.Fatal(err)
		}
		if m, err := p.Resolve(arrival); !errors.Is(err, device.ErrOutOfRange) {
			t.Errorf("%s is %v, %v", at, m, err)
		}
	}
}

func TestCompactRefuses(t *testing.T) {
	good := senml.Measurement{Name: "a", Has: senml.HasValue, At: arrival}
	for name, spoil := range map[string]func(*senml.Measurement){
		"name": func(m *senml.Measurement) { m.Name = "_a" }, "no name": func(m *senml.Measurement) { m.Name = "" },
		"no value": func(m *senml.Measurement) { m.Has = senml.HasUpdateTime }, "two values": func(m *senml.Measurement) { m.Has |= senml.HasBool },
		"time": func(m *senml.Measurement) { m.At = time.Unix(1<<28-1, 0) }, "late": func(m *senml.Measurement) { m.At = arrival.AddDate(9000, 0, 0) },
	} {
		m := good
		spoil(&m)
		if p, err := senml.Compact([]senml.Measurement{good, m}); err == nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if _, err := senml.Compact(nil); err == nil {
		t.Error("a pack without records")
	}
}
