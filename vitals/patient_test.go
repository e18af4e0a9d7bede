package vitals

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"log"
	"log/slog"
	"regexp"
	"strings"
	"testing"
)

// secret is what no output may contain, in any spelling.
const secret = "DOE^JANE"

var secretForms = []string{
	secret, "DOE", "JANE", strings.ToLower(secret), `\x44\x4f`, "68 79 69",
	hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))),
	"44 4f 45", "44 4F 45", "0x44 0x4f", "0X44 0X4F", "0x44, 0x4f", "1000100 1001111",
}

func mustNotLeak(t *testing.T, how, out string) {
	t.Helper()
	for _, form := range secretForms {
		if strings.Contains(out, form) {
			t.Errorf("%s discloses the patient as %q: %s", how, form, out)
			return
		}
	}
}

// The ways to hide a patient in a struct. fmt calls no method on an
// unexported field.
type (
	unexported struct {
		p PatientID
		n int
	}
	exported   struct{ P PatientID }
	pointer    struct{ p *PatientID }
	iface      struct{ v any }
	embedded   struct{ PatientID }
	deep       struct{ r *Reading }
	collection struct {
		list  []PatientID
		byID  map[PatientID]Reading
		array [2]PatientID
		next  *collection
		fn    func() PatientID
		ch    chan PatientID
		inner unexported
		wave  *Waveform
	}
)

type stringer struct{ p PatientID }

func (s stringer) String() string { return fmt.Sprintf("patient %v", s.p) }

type wrapped struct{ p PatientID }

func (w wrapped) Error() string { return "no bed for " + w.p.String() }

// holders wraps one patient in everything.
func holders() []any {
	p := NewPatientID(secret)
	r := Reading{Patient: p, Kind: HeartRate, Quantity: PerMinute(72)}
	c := collection{
		list: []PatientID{p}, byID: map[PatientID]Reading{p: r}, array: [2]PatientID{p, p}, next: &collection{list: []PatientID{p}},
		fn: func() PatientID { return p }, ch: make(chan PatientID, 1), inner: unexported{p, 1}, wave: &Waveform{Patient: p},
	}
	c.ch <- p
	pp := &p
	return []any{
		p, pp, &pp,
		unexported{p, 1},
		&unexported{p, 1},
		exported{p},
		&exported{p},
		pointer{pp},
		&pointer{pp},
		iface{p},
		iface{pp},
		iface{unexported{p, 1}},
		&iface{&r},
		embedded{p},
		&embedded{p},
		deep{&r},
		&deep{&r}, r, &r, c, &c,
		stringer{p},
		&stringer{p},
		wrapped{p},
		&wrapped{p},
		[]PatientID{p},
		&[]PatientID{p},
		[1]PatientID{p},
		[]*PatientID{pp},
		[]any{p, pp, unexported{p, 1}},
		[]Reading{r},
		[]*Reading{&r},
		map[PatientID]int{p: 1},
		map[string]PatientID{"a": p},
		map[string]any{"a": unexported{p, 1}},
		map[unexported]*Reading{{p, 1}: &r},
		struct{ E error }{wrapped{p}},
		struct{ e error }{&wrapped{p}},
		p.id, &p.id,
		iface{p.id},
	}
}

func TestPatientIDNeverPrints(t *testing.T) {
	const verbs = "vTtbcdoOqxXUeEfFgGspwz!"
	wrap := "bed: %w" // a variable: vet would object, rightly
	for _, v := range holders() {
		for _, verb := range verbs {
			for _, flags := range []string{"", "+", "#", "+#", "# ", "-20", "020", ".3", "30.2", "[1]"} {
				format := "%" + flags + string(verb)
				mustNotLeak(t, fmt.Sprintf("fmt %q of %T", format, v), fmt.Sprintf(format, v))
			}
		}
		for _, format := range []string{"", "%", "%d %d", "%[5]d", "%*d", "%.*d", "%!", "%-"} {
			mustNotLeak(t, fmt.Sprintf("fmt %q of %T", format, v), fmt.Sprintf(format, v))
			mustNotLeak(t, fmt.Sprintf("fmt %q of %T twice", format, v), fmt.Sprintf(format, v, v))
		}
		mustNotLeak(t, fmt.Sprintf("fmt.Sprint of %T", v), fmt.Sprint(v, v)+fmt.Sprintln(v))
		mustNotLeak(t, fmt.Sprintf("an error around %T", v), errors.Join(fmt.Errorf("bed: %v", v), fmt.Errorf(wrap, v)).Error())
	}
}

func TestPatientIDNeverLogs(t *testing.T) {
	var out bytes.Buffer
	level := &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, level), slog.NewJSONHandler(&out, level), slog.DiscardHandler, slog.NewMultiHandler(slog.NewTextHandler(&out, nil))} {
		l := slog.New(h)
		for _, v := range holders() {
			l.Info("reading", "patient", v)
			l.Info("reading", "patient", slog.AnyValue(v), slog.Group("g", "v", v))
			l.With("patient", v).WithGroup("g").LogAttrs(context.Background(), slog.LevelDebug, fmt.Sprint(v), slog.Any("v", v))
			l.Info("reading", v, "no key")
			mustNotLeak(t, fmt.Sprintf("slog %T of %T", h, v), out.String())
			out.Reset()
		}
	}
	l := log.New(&out, "", log.LstdFlags)
	for _, v := range holders() {
		l.Print(v)
		l.Printf("%s", v)
		mustNotLeak(t, fmt.Sprintf("log of %T", v), out.String())
		out.Reset()
	}
}

func TestPatientIDNeverMarshals(t *testing.T) {
	tmpl := template.Must(template.New("").Parse(`<p title="{{.}}">{{.}}{{printf "%d" .}}</p><script>var p = {{.}}</script>`))
	for _, v := range holders() {
		how := fmt.Sprintf("%T", v)
		if b, err := json.Marshal(v); err == nil {
			mustNotLeak(t, "json.Marshal of "+how, string(b))
		} else {
			mustNotLeak(t, "the error of json.Marshal of "+how, err.Error())
		}
		if b, err := xml.Marshal(v); err == nil {
			mustNotLeak(t, "xml.Marshal of "+how, string(b))
		} else {
			mustNotLeak(t, "the error of xml.Marshal of "+how, err.Error())
		}
		var out bytes.Buffer
		if err := gob.NewEncoder(&out).Encode(v); err != nil {
			mustNotLeak(t, "the error of gob of "+how, err.Error())
		}
		mustNotLeak(t, "gob of "+how, out.String())
		out.Reset()
		if err := tmpl.Execute(&out, v); err != nil {
			mustNotLeak(t, "the error of html/template of "+how, err.Error())
		}
		mustNotLeak(t, "html/template of "+how, out.String())
	}
	b, err := json.Marshal(map[PatientID]PatientID{NewPatientID(secret): NewPatientID(secret)})
	if err != nil || !regexp.MustCompile(`^\{"(patient-[0-9a-f]{12})":"(patient-[0-9a-f]{12})"\}$`).Match(b) {
		t.Errorf("json.Marshal = %s, %v; want pseudonyms", b, err)
	}
}

func TestPatientIDNeverPanicsItsName(t *testing.T) {
	defer func() { mustNotLeak(t, "a recovered panic", fmt.Sprint(recover())) }()
	panic(NewPatientID(secret))
}

func TestPatientIDPseudonym(t *testing.T) {
	p, q := NewPatientID(secret), NewPatientID("ROE^RICHARD")
	pattern := regexp.MustCompile(`^patient-[0-9a-f]{12}$`)
	if !pattern.MatchString(p.String()) {
		t.Errorf("the pseudonym is %q, want %v", p, pattern)
	}
	if p.String() != NewPatientID(strings.Clone(secret)).String() || p.String() == q.String() {
		t.Errorf("pseudonyms %v, %v, %v: the first two must be equal, the third another", p, NewPatientID(secret), q)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%30s"} {
		if s := fmt.Sprintf(format, p); s != p.String() {
			t.Errorf("%s prints %q, want %q", format, s, p)
		}
	}
	if s := p.LogValue().String() + p.GoString(); s != p.String()+p.String() {
		t.Errorf("LogValue and GoString are %q", s)
	}
	if b, err := p.MarshalText(); err != nil || string(b) != p.String() {
		t.Errorf("MarshalText = %q, %v", b, err)
	}
	for _, unknown := range []PatientID{{}, NewPatientID("")} {
		if s := fmt.Sprintf("%v|%#v|%d", unknown, unknown, unknown); s != "patient-unknown|patient-unknown|patient-unknown" {
			t.Errorf("the unknown patient prints %q", s)
		}
	}
}

func TestPatientIDIdentity(t *testing.T) {
	buf := []byte(secret)
	p := NewPatientID(string(buf))
	buf[0] = 'X'
	same, other, zero := NewPatientID(strings.Clone(secret)), NewPatientID("DOE^JOHN"), PatientID{}
	if p != same || p == other || p == zero || NewPatientID("") != zero {
		t.Error("PatientIDs must be == exactly if their identifiers are")
	}
	if m := map[PatientID]int{p: 1}; m[same] != 1 || m[other] != 0 {
		t.Errorf("as a map key: %v", m)
	}
	if got := p.Reveal(); got != secret {
		mustNotLeak(t, "this test", got)
		t.Error("Reveal is not what NewPatientID was given")
	}
	if zero.Reveal() != "" || !zero.IsZero() || p.IsZero() {
		t.Error("the zero PatientID is the unknown patient, without identifier")
	}
	if n := testing.AllocsPerRun(100, func() { _ = p.Reveal(); _ = p == same }); n != 0 {
		t.Errorf("Reveal and == allocate %v times, want 0", n)
	}
	if n := testing.AllocsPerRun(100, func() { p = NewPatientID(secret) }); n != 0 {
		t.Errorf("NewPatientID of a known patient allocates %v times, want 0", n)
	}
	// A pseudonym is not read back: it would look like a patient.
	//lint:ignore SA9005 that it does not work is the point
	if err := json.Unmarshal([]byte(`"`+p.String()+`"`), &zero); err == nil || !zero.IsZero() {
		t.Errorf("json.Unmarshal of a pseudonym: %v, %v; want an error", zero, err)
	}
}

func BenchmarkNewPatientID(b *testing.B) {
	for b.Loop() {
		_ = NewPatientID(secret)
	}
}

func BenchmarkPatientIDString(b *testing.B) {
	p := NewPatientID(secret)
	for b.Loop() {
		_ = p.String()
	}
}
