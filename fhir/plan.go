package fhir

import (
	"fmt"
	"strconv"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// A plan is everything an Observation will say. It is made once, from a panel,
// and written by observation (samply) and append (text), which decide nothing.
type plan struct {
	// whole is a reading of the panel with the panel's kind: what all share.
	whole   vitals.Reading
	at      time.Time
	claim   claim
	test    bool // not a patient
	status  models.ObservationStatus
	remarks remark

	gateway string
	subject reference
	device  reference
	known   known

	// single is the answer of an Observation without components.
	single answer
	parts  [maxParts]answer
	count  int
}

// maxParts is above the number of components of every panel; a test says so.
const maxParts = 8

// An answer is a value or the reason why there is none.
type answer struct {
	kind   vitals.Kind
	codes  codeSet
	reason reason
	value  vitals.Quantity // if reason is present
	doubts doubt
}

func (p *plan) components() []answer { return p.parts[:p.count] }

// plan fills p.
func (m *Mapper) plan(p *plan, panel []vitals.Reading) error {
	whole, err := wholeOf(panel)
	if err != nil {
		return err
	}
	p.whole = whole
	if whole.At.IsZero() {
		return &Error{"Observation.effective", ErrMissing}
	}
	p.at = writable(whole.At)
	if year := p.at.Year(); year < 1 || year > 9999 {
		return &Error{"Observation.effective", ErrValue}
	}
	if err := p.answers(panel); err != nil {
		return err
	}

	all, some := ^vitals.Quality(0), vitals.Quality(0)
	for i := range panel {
		all &= panel[i].Quality
		some |= panel[i].Quality
	}
	p.status = statusFor(some, all)
	p.test = some.Has(vitals.TestData)
	p.remarks = remarkFor(some)

	p.gateway = m.Gateway
	p.device = m.device(whole.Device)
	if concernsDevice(whole.Kind) {
		p.subject = p.device
	} else if !whole.Patient.IsZero() {
		p.subject = m.patient(whole.Patient)
	}
	if p.subject.isZero() {
		return &Error{"Observation.subject", ErrMissing}
	}
	p.claim.vital = whole.Kind.Profile()
	if m.Profile == PHD {
		if err := p.followPHD(); err != nil {
			return err
		}
	}
	if p.claim.vital == vitals.ProfileBMI && p.single.reason != present {
		p.claim.vital = vitals.ProfileVitalSigns // bmi alone demands a value
	}
	p.known = m.identify(p)
	return nil
}

// wholeOf checks that the readings belong together and returns what they share.
func wholeOf(panel []vitals.Reading) (whole vitals.Reading, err error) {
	if len(panel) == 0 {
		return whole, &Error{"Observation", ErrMissing}
	}
	whole = panel[0]
	for i := range panel {
		if i > 0 && !whole.SamePanel(panel[i]) {
			return whole, &Error{"Observation", ErrPanel}
		}
		if k := panel[i].Kind; !Supports(k) {
			return whole, &Error{"Observation.code", fmt.Errorf("%w: kind %s", ErrUnsupported, k)}
		}
	}
	whole.Kind = wholeKind(whole.Kind)
	return whole, nil
}

// wholeKind is the kind of the Observation that a reading of kind k goes into.
func wholeKind(k vitals.Kind) vitals.Kind {
	if panel := k.Panel(); panel != vitals.KindNone {
		return panel
	}
	return k
}

// answers finds the value of the whole or of its parts, in the order of the
// kinds. Of two readings of one kind, which by their identity are the same
// measurement, the later one counts.
func (p *plan) answers(panel []vitals.Reading) (err error) {
	profile := p.whole.Kind.Profile()
	if panel[0].Kind == p.whole.Kind {
		if p.single, err = answerOf(&panel[0], profile); err != nil {
			return within("Observation.valueQuantity", err)
		}
		return nil
	}
	for _, kind := range prepared().kinds[p.whole.Kind].parts {
		part := answer{kind: kind, reason: absentUnknown}
		found := requires(kind)
		for i := len(panel) - 1; i >= 0; i-- {
			if panel[i].Kind != kind {
				continue
			}
			if part, err = answerOf(&panel[i], profile); err != nil {
				return within("Observation.component["+strconv.Itoa(p.count)+"].valueQuantity", err)
			}
			found = true
			break
		}
		if found {
			p.parts[p.count] = part
			p.count++
		}
	}
	return nil
}

func answerOf(r *vitals.Reading, profile vitals.Profile) (answer, error) {
	a := answer{kind: r.Kind, reason: reasonFor(r)}
	if a.reason != present {
		return a, nil
	}
	value, err := fit(r.Kind, r.Quantity, profile)
	if err != nil {
		return a, err
	}
	a.value = value
	a.codes = codesFor(r.Kind, value.Unit())
	a.doubts = doubtFor(r.Quality)
	return a, nil
}

// followPHD applies what the PHD guide adds.
func (p *plan) followPHD() error {
	if code, _ := p.whole.Kind.MDC(); code == 0 {
		return nil
	}
	switch {
	case p.gateway == "":
		return &Error{"Observation.extension(observation-gatewayDevice)", ErrMissing}
	case p.device.isZero():
		return &Error{"Observation.device", ErrMissing}
	}
	if p.count == 0 {
		p.claim.guide = phdNumeric
		return nil
	}
	p.claim.guide = phdCompound
	for _, part := range p.components() {
		if part.reason == present {
			return nil
		}
	}
	// A compound that failed as a whole has one reason and no components. The
	// blood pressure profile demands them, so only the general one is claimed.
	p.single = answer{kind: p.whole.Kind, reason: p.parts[0].reason}
	p.count = 0
	if p.claim.vital != vitals.ProfileNone {
		p.claim.vital = vitals.ProfileVitalSigns
	}
	return nil
}
