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
	at, end moment // end is set for a period
	claim   claim
	labels  label
	status  models.ObservationStatus
	remarks remark

	gateway string
	subject reference
	device  reference
	setting bool // the subject is the device
	known   known

	// single is the answer of an Observation without components, or beside them.
	single answer
	valued bool // there is an answer although there are components
	parts  [maxParts]answer
	count  int

	elsewhere bool     // the answers are not here
	foreign   string   // the code of a Finding, which has no kind
	details   *Details // nil on the hot path
}

// maxParts is above the number of components of every panel; a test says so.
const maxParts = 8

// An answer is a value or the reason why there is none.
type answer struct {
	kind   vitals.Kind
	codes  codeSet
	reason reason
	doubts doubt
	unit   vitals.Unit    // if reason is present
	code   uint32         // of a coded kind
	value  vitals.Decimal // of others
}

func (p *plan) components() []answer { return p.parts[:p.count] }

// plan fills p.
func (m *Mapper) plan(p *plan, panel []vitals.Reading) error {
	if err := m.together(p, panel); err != nil {
		return err
	}
	all, some := ^vitals.Quality(0), vitals.Quality(0)
	for i := range panel {
		all &= panel[i].Quality
		some |= panel[i].Quality
	}
	if err := m.frame(p, some, all); err != nil {
		return err
	}
	if err := m.answers(p, panel); err != nil {
		return err
	}
	p.claim.vital = p.whole.Kind.Profile()
	switch m.Profile {
	case PHD:
		if err := p.followPHD(); err != nil {
			return err
		}
	case USCore:
		p.followCore()
	}
	if p.claim.vital == vitals.ProfileBMI && p.single.reason != present {
		p.claim.vital = vitals.ProfileVitalSigns // bmi alone demands a value
	}
	m.identify(p)
	return nil
}

// together checks that the readings belong together and finds what they share.
func (m *Mapper) together(p *plan, panel []vitals.Reading) error {
	if len(panel) == 0 {
		return &Error{"Observation", ErrMissing}
	}
	for i := range panel {
		if k := panel[i].Kind; !Supports(k) {
			return &Error{"Observation.code", fmt.Errorf("%w: kind %s", ErrUnsupported, k)}
		}
	}
	if m.Profile == USCore && len(panel) > 1 {
		if i := oximetry(panel); i >= 0 {
			p.whole, p.valued = panel[i], true
			return nil
		}
	}
	for i := 1; i < len(panel); i++ {
		if !samePanel(&panel[0], &panel[i]) {
			return &Error{"Observation", ErrPanel}
		}
	}
	p.whole = panel[0]
	p.whole.Kind = wholeKind(p.whole.Kind)
	return nil
}

// samePanel is [vitals.Reading.SamePanel] without copies.
func samePanel(r, o *vitals.Reading) bool {
	p := r.Kind.Panel()
	return p != vitals.KindNone && p == o.Kind.Panel() && r.Patient == o.Patient && r.Device == o.Device &&
		r.Sequence == o.Sequence && r.At.Equal(o.At)
}

// frame fills in what does not depend on the answer: time, status, who and
// by what. The qualities are those that some and that all values have.
func (m *Mapper) frame(p *plan, some, all vitals.Quality) error {
	if p.whole.At.IsZero() {
		return &Error{"Observation.effective", ErrMissing}
	}
	var ok bool
	if p.at, ok = momentOf(p.whole.At); !ok {
		return &Error{"Observation.effective", ErrValue}
	}
	p.status = statusFor(some, all)
	p.labels = labelsFor(m.Profile, some)
	p.remarks = remarkFor(some)
	p.setting = concernsDevice(p.whole.Kind)
	if p.details != nil {
		if err := p.extend(p.details); err != nil {
			return err
		}
	}

	p.gateway = m.Gateway
	p.device = m.source(p.whole.Device, p.whole.Kind)
	switch {
	case p.setting:
		p.subject = m.device(p.whole.Device)
	case !p.whole.Patient.IsZero():
		p.subject = m.patient(p.whole.Patient)
	}
	switch {
	case p.subject.isZero():
		return &Error{"Observation.subject", ErrMissing}
	case m.Profile == HDDT && p.device.isZero():
		return &Error{"Observation.device", ErrMissing}
	}
	return nil
}

// extend applies what details say about the frame.
func (p *plan) extend(d *Details) error {
	p.setting = p.setting || d.Setting
	if d.Duration < 0 {
		return &Error{"Observation.effectivePeriod", ErrValue}
	}
	if d.Duration > 0 {
		return p.until(p.whole.At.Add(d.Duration))
	}
	return nil
}

// until makes a period of the effective time.
func (p *plan) until(end time.Time) (err error) {
	var ok bool
	if p.end, ok = momentOf(end); !ok {
		return &Error{"Observation.effectivePeriod.end", ErrValue}
	}
	return nil
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
func (m *Mapper) answers(p *plan, panel []vitals.Reading) (err error) {
	profile := p.whole.Kind.Profile()
	if p.valued {
		return p.oximetry(panel)
	}
	if panel[0].Kind == p.whole.Kind {
		if p.single, err = answerOf(&panel[0], profile); err != nil {
			return within("Observation."+valueName(panel[0].Kind), err)
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
				return within("Observation.component["+strconv.Itoa(p.count)+"]."+valueName(kind), err)
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
	a.doubts = doubtFor(r.Quality)
	if codedKind(r.Kind) {
		a.code = r.Code
		_, err := fitCode(r.Code)
		return a, err
	}
	value, err := fit(r.Kind, r.Quantity, profile)
	if err != nil {
		return a, err
	}
	a.value, a.unit = value.Value(), value.Unit()
	a.codes = codesFor(r.Kind, a.unit)
	return a, nil
}

func valueName(k vitals.Kind) string {
	if codedKind(k) {
		return "valueCodeableConcept"
	}
	return "valueQuantity"
}

// requirePHD checks what every Observation of PHD must refer to.
func (p *plan) requirePHD() error {
	switch {
	case p.gateway == "":
		return &Error{"Observation.extension(observation-gatewayDevice)", ErrMissing}
	case p.device.isZero():
		return &Error{"Observation.device", ErrMissing}
	}
	return nil
}

// followPHD applies what the PHD guide adds.
func (p *plan) followPHD() error {
	if code, _ := p.whole.Kind.MDC(); code == 0 {
		return nil
	}
	if err := p.requirePHD(); err != nil {
		return err
	}
	switch {
	case codedKind(p.whole.Kind):
		p.claim.guide = phdCoded
		return nil
	case p.count == 0:
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
