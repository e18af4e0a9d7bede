package house_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/telemed-go/sdk"

// pkg is what `go list` says of a package of this module.
type pkg struct {
	Dir          string
	ImportPath   string
	Name         string
	Doc          string
	GoFiles      []string
	TestGoFiles  []string
	XTestGoFiles []string
	Imports      []string
	Deps         []string
}

// short is the path below the module: "device/gatt".
func (p pkg) short() string { return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/") }

var packages = sync.OnceValues(func() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-json=Dir,ImportPath,Name,Doc,GoFiles,TestGoFiles,XTestGoFiles,Imports,Deps", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
})

func list(t *testing.T) []pkg {
	t.Helper()
	all, err := packages()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	if len(all) < 10 {
		t.Fatalf("go list found %d packages: the rules below would pass for the wrong reason", len(all))
	}
	return all
}

// rules says what a package of this module may import of this module. The
// first pattern that matches counts. "self" stands for the package's own
// directory at the top.
var rules = []struct{ who, may, why string }{
	{"internal/wire", "", "wire is the first of all"},
	{"vitals", "", "vitals is a leaf: standard library only"},
	{"vitals/*", "vitals", "below vitals only vitals is known"},
	{"device", "vitals", "device knows vitals only"},
	{"device/devicetest", "vitals device device/gatt device/gatt/* device/medfloat", "the kit holds frames against the decoders of device/gatt; it is for tests, no protocol imports it"},
	{"device/gatt", "vitals device device/medfloat device/gatt/* device/gatt/internal/att", "gatt.Health decodes what the packages below it know"},
	{"device/gatt/internal/att", "vitals device internal/wire device/medfloat", "what the characteristics share knows none of them"},
	{"device/gatt/internal/atttest", "vitals device device/gatt device/gatt/clock", "only tests import it"},
	{"device/gatt/clock", "vitals device device/gatt/internal/att", "the base of its siblings knows none of them"},
	{"device/gatt/segment", "vitals device device/gatt/internal/att", "the base of its siblings knows none of them"},
	{"device/gatt/racp", "vitals device device/gatt/internal/att device/gatt/clock", "requests for records have bounds of time"},
	{"device/gatt/bgm", "vitals device device/medfloat device/gatt/internal/att device/gatt/clock device/gatt/racp", "a meter's memory is fetched by record access"},
	{"device/gatt/cgm", "vitals device device/medfloat device/gatt/internal/att device/gatt/clock device/gatt/bgm", "a sensor names what it sits in as a meter names its sample"},
	{"device/gatt/*", "vitals device device/medfloat device/gatt/internal/att device/gatt/clock device/gatt/segment", "a service knows no other, save stamps and parts, which many have in common"},
	{"device/*", "vitals device internal/wire device/medfloat device/mdc", "a protocol knows no other protocol"},
	{"device/*/*", "vitals device internal/wire device/medfloat device/mdc", "a protocol knows no other protocol"},
	{"alert/score", "vitals", "scores know values, not alarms"},
	{"alert/forecast", "vitals", "forecasts know values, not alarms"},
	{"alert/week", "", "a week has neither values nor alarms"},
	{"alert", "vitals alert/score alert/forecast alert/week", "alert knows neither devices nor records nor video"},
	{"alert/*", "vitals alert alert/score alert/forecast alert/week", "alert knows neither devices nor records nor video"},
	{"fhir", "vitals", "fhir knows values, not devices, alarms or video"},
	{"fhir/*", "vitals fhir", "siblings below fhir do not import each other"},
	{"video", "vitals", "video knows values, not devices, alarms or records"},
	{"video/*", "vitals video", "siblings below video do not import each other"},
	{"telemed", "vitals vitals/* device device/* device/gatt/* alert alert/* fhir fhir/* video video/*", "telemed joins the parts below it"},
	{"telemed/*", "telemed vitals vitals/* device device/* device/gatt/* alert alert/* fhir fhir/* video video/*", "siblings below telemed do not import each other"},
	{"examples/*", "vitals vitals/* device device/* device/gatt/* alert alert/* fhir fhir/* video video/* telemed telemed/*", "examples are users: they see what users see"},
	{"internal/measure", "internal/measure/source", "the command prints what its one package measures"},
	{"internal/measure/source", "", "source is measured as text, by whatever it holds"},
	{"internal/*", "vitals", "internal packages serve tests and tables"},
}

func TestImportDirection(t *testing.T) {
	for _, p := range list(t) {
		for _, r := range rules {
			if ok, _ := path.Match(r.who, p.short()); !ok {
				continue
			}
			for _, imported := range p.Imports {
				if below, ours := strings.CutPrefix(imported, module+"/"); ours && !allowed(r.may, below) {
					t.Errorf("%s imports %s: %s", p.short(), below, r.why)
				}
			}
			break
		}
	}
}

func allowed(list, short string) bool {
	for pattern := range strings.FieldsSeq(list) {
		if ok, _ := path.Match(pattern, short); ok {
			return true
		}
	}
	return false
}

// Every package has a rule, so that a new one cannot stand outside.
func TestEveryPackageHasARule(t *testing.T) {
	for _, p := range list(t) {
		matched := false
		for _, r := range rules {
			ok, _ := path.Match(r.who, p.short())
			matched = matched || ok
		}
		if !matched {
			t.Errorf("no import rule for %s", p.short())
		}
	}
}

// fences keeps every dependency in its place.
var fences = []struct{ dependency, where string }{
	{"github.com/eclipse/paho.mqtt.golang", "telemed/mqtt"},
	{"github.com/pion/", "video"},
	{"github.com/fxamacker/cbor", "device/senml device/compact telemed/seal telemed/store"},
	{"github.com/samply/golang-fhir-models", "fhir fhir/*"},
	{"go.etcd.io/bbolt", "telemed/store"},
	{"github.com/coder/websocket", "fhir/serve video video/*"},
	{"github.com/mochi-mqtt/server", "examples/*"},
	{"github.com/stretchr/testify", ""},
	{"github.com/chromedp", ""},
	{"go.uber.org/goleak", ""},
}

func TestFences(t *testing.T) {
	for _, p := range list(t) {
		for _, imported := range p.Imports {
			for _, f := range fences {
				if strings.HasPrefix(imported, f.dependency) && !allowed(f.where, p.short()) {
					t.Errorf("%s imports %s, which is allowed only in %q", p.short(), imported, f.where)
				}
			}
		}
	}
}

// A gateway needs neither alarms nor records: who has only a log and a sink of its
// own compiles nothing else.
func TestGatewayIsLight(t *testing.T) {
	for _, p := range list(t) {
		if p.short() != "telemed" {
			continue
		}
		for _, d := range p.Deps {
			below, ours := strings.CutPrefix(d, module+"/")
			if ours && !allowed("vitals device", below) || strings.HasPrefix(d, "github.com/") && !ours {
				t.Errorf("telemed needs %s: it must do with vitals, device and the standard library", d)
			}
		}
	}
}

// Who decodes a heart rate compiles the standard library and our own code.
func TestLightPackages(t *testing.T) {
	for _, p := range list(t) {
		switch s := p.short(); {
		case s == "vitals", strings.HasPrefix(s, "vitals/"), s == "device", s == "device/gatt", strings.HasPrefix(s, "device/gatt/"), s == "device/medfloat", s == "device/compact", s == "device/senml", s == "device/sparkplug",
			s == "alert", s == "alert/score", s == "alert/week":
		default:
			continue
		}
		for _, d := range p.Deps {
			if strings.Contains(strings.SplitN(d, "/", 2)[0], ".") && !strings.HasPrefix(d, module) && !strings.HasPrefix(d, "vendor/") {
				t.Errorf("%s needs %s: it must do with the standard library", p.short(), d)
			}
		}
	}
}
