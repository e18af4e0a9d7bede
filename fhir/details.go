package fhir

import (
	"encoding/json"
	"strconv"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

const (
	coincidentExtension = phdDefinition + "CoincidentTimeStampReference"
	accuracyExtension   = phdDefinition + "Accuracy"
	confidenceExtension = phdDefinition + "Confidence95"
	alertingExtension   = phdDefinition + "SimpleAlerting"
	systemAlertState    = "http://hl7.org/fhir/uv/phd/CodeSystem/SimpleAlertOperationalStatesCS"
)

// maxDetails bounds each list of a [Details].
const maxDetails = 64

// Details are facts about a measurement that its readings do not have and that
// an Observation can tell. The zero Details add nothing. References are
// literal: "Observation/7", "urn:uuid:…".
type Details struct {
	// Stamp is the device's own time stamp before any correction. The
	// identifier of [PHD] is made of it, so that two gateways with different
	// clocks find the same one. Without it, it is made of Reading.At.
	Stamp Stamp
	// Coincident refers to the coincident timestamp by which the time was corrected.
	Coincident string
	// Duration makes a period of the effective time, which then begins at Reading.At.
	Duration time.Duration
	// Setting says that this is what the device was set to: its subject is the device.
	Setting bool

	Performers []string // who measured, if that is known
	Encounter  string
	Specimen   string
	// BodySite and Method are the codings of one concept each.
	BodySite, Method []models.Coding
	// Supplemental has the supplemental types of 11073: the modality "spot",
	// the model of an algorithm. Each becomes a component.
	Supplemental []models.Coding
	// Interpretation goes beside the measurement status that follows from
	// Quality: high, low, normal. [PHD] allows measurement status alone.
	Interpretation []models.Coding
	HasMember      []string
	DerivedFrom    []string
	Notes          []string
	// Values tells more about the value, or about those of the components.
	Values []ValueDetails
	// Context has further components: a meal, the state of a patient.
	Context []Part
}

// ValueDetails are facts about one value.
type ValueDetails struct {
	// Kind says which component of a panel is meant. Zero means the value of
	// the Observation itself.
	Kind vitals.Kind
	// Accuracy is the greatest deviation to be expected.
	Accuracy       vitals.Quantity
	Confidence95   Interval
	ReferenceRange Interval
	Alerting       *Alerting
}

// An Interval is a range of quantities of one unit. One end may be missing.
type Interval struct{ Low, High vitals.Quantity }

// Alerting are the limits at which a device gives an alarm (PHD,
// SimpleAlerting). InAlarm interprets the value as in-alarm, and limits that
// are off as alarm-inhibited; both leave a note.
type Alerting struct {
	Type    *models.Coding // of the alert, if it has one (MDC)
	Limits  Interval       // both ends
	State   LimitState
	InAlarm bool
	// Text describes the state, Notification the alarm: "SpO2 is below 80%".
	Text, Notification string
}

// A LimitState says which of a device's limits are watched.
type LimitState uint8

// The states of alert limits.
const (
	LimitsOn LimitState = iota
	LimitsOff
	LimitsLowOff
	LimitsHighOff
)

func (s LimitState) code() string {
	if s > LimitsHighOff {
		return ""
	}
	return [...]string{"Limits-On", "Limits-Off", "Limits-Low-Off", "Limits-High-Off"}[s]
}

// ObservationWith is [Mapper.Observation] with details. It is not for the hot
// path: what many measurements of a stream need is in the Mapper and in the
// readings.
func (m Mapper) ObservationWith(panel []vitals.Reading, d Details) (models.Observation, error) {
	var p plan
	p.details = &d
	if err := m.plan(&p, panel); err != nil {
		return models.Observation{}, err
	}
	o := p.observation()
	if err := d.add(&o, &p); err != nil {
		return models.Observation{}, err
	}
	return o, nil
}

// add completes o, which p made.
func (d *Details) add(o *models.Observation, p *plan) error {
	for _, list := range [...]struct {
		path string
		n    int
	}{
		{"performer", len(d.Performers)},
		{"bodySite.coding", len(d.BodySite)},
		{"method.coding", len(d.Method)},
		{"component", max(len(d.Supplemental), len(d.Context))},
		{"interpretation", len(d.Interpretation)},
		{"hasMember", len(d.HasMember)},
		{"derivedFrom", len(d.DerivedFrom)},
		{"note", len(d.Notes)},
		{"value", len(d.Values)},
	} {
		if list.n > maxDetails {
			return &Error{"Observation." + list.path, ErrLimit}
		}
	}
	if d.Coincident != "" {
		o.Extension = append(o.Extension, models.Extension{Url: coincidentExtension, ValueReference: &models.Reference{Reference: &d.Coincident}})
	}
	o.Performer = referencesTo(d.Performers)
	o.HasMember = referencesTo(d.HasMember)
	o.DerivedFrom = referencesTo(d.DerivedFrom)
	o.Encounter = referenceTo(d.Encounter)
	o.Specimen = referenceTo(d.Specimen)
	o.BodySite = conceptOf(d.BodySite)
	o.Method = conceptOf(d.Method)
	if len(d.Interpretation) > 0 && p.claim.guide.isPHD() {
		return &Error{"Observation.interpretation", ErrUnsupported}
	}
	for i := range d.Interpretation {
		o.Interpretation = append(o.Interpretation, concept(d.Interpretation[i]))
	}
	for _, text := range d.Notes {
		o.Note = append(o.Note, models.Annotation{Text: text})
	}
	for i := range d.Values {
		if err := d.Values[i].add(o, p); err != nil {
			return err
		}
	}
	d.disclaim(&p.claim)
	o.Meta = metaOf(p.claim, p.labels)
	for i := range d.Context {
		c, err := d.Context[i].component()
		if err != nil {
			return within("Observation.component["+strconv.Itoa(len(o.Component))+"]", err)
		}
		o.Component = append(o.Component, c)
	}
	for i := range d.Supplemental {
		o.Component = append(o.Component, models.ObservationComponent{
			Code:                 concept(MDC(68193, "MDC_ATTR_SUPPLEMENTAL_TYPES")),
			ValueCodeableConcept: ptr(concept(d.Supplemental[i])),
		})
	}
	return nil
}

// disclaim gives up the profiles that do not allow the components that d adds:
// every vital sign of R4 wants those in its own units, and a compound of
// numbers in PHD has numbers alone.
func (d *Details) disclaim(c *claim) {
	numbers, common, truth := len(d.Supplemental) == 0, len(d.Supplemental) == 0, false
	for i := range d.Context {
		part := &d.Context[i]
		if part.reason() != present {
			continue
		}
		truth = truth || part.Boolean != nil
		numbers = numbers && !part.Quantity.IsZero()
		common = common && isCommonUnit(part.Quantity.Unit())
	}
	switch {
	case truth && (c.guide == phdCompound || c.guide == phdMixed):
		c.guide = phdAny // compounds have no truth values
	case !numbers && c.guide == phdCompound:
		c.guide = phdMixed
	}
	if !common {
		c.vital = vitals.ProfileNone
		if !c.guide.isPHD() {
			c.guide = noGuide
		}
	}
}

// add completes the element that v is about. One that is not there needs
// nothing.
func (v *ValueDetails) add(o *models.Observation, p *plan) error {
	path := "Observation"
	extension, interpretation, ranges := &o.Extension, &o.Interpretation, &o.ReferenceRange
	present := p.count == 0 && p.single.reason == present
	if v.Kind != vitals.KindNone && v.Kind != p.whole.Kind {
		found := false
		for i := range p.components() {
			if p.parts[i].kind == v.Kind {
				c := &o.Component[i]
				path += ".component[" + strconv.Itoa(i) + "]"
				extension, interpretation, ranges = &c.Extension, &c.Interpretation, &c.ReferenceRange
				found, present = true, p.parts[i].reason == 0
			}
		}
		if !found {
			return nil
		}
	}
	if !v.Accuracy.IsZero() {
		*extension = append(*extension, models.Extension{Url: accuracyExtension, ValueQuantity: quantity(v.Accuracy)})
	}
	if v.Confidence95 != (Interval{}) {
		*extension = append(*extension, models.Extension{Url: confidenceExtension, ValueRange: v.Confidence95.model()})
	}
	if v.ReferenceRange != (Interval{}) {
		r := v.ReferenceRange.model()
		*ranges = append(*ranges, models.ObservationReferenceRange{Low: r.Low, High: r.High})
	}
	if v.Alerting == nil {
		return nil
	}
	e, err := v.Alerting.extension()
	if err != nil {
		return within(path+".extension(SimpleAlerting)", err)
	}
	*extension = append(*extension, e)
	v.Alerting.interpret(o, interpretation, present)
	return nil
}

func (a *Alerting) extension() (models.Extension, error) {
	low, high := a.Limits.Low, a.Limits.High
	switch {
	case low.IsZero() || high.IsZero():
		return models.Extension{}, &Error{"currentLimits", ErrMissing}
	case low.Unit() != high.Unit():
		return models.Extension{}, &Error{"currentLimits", ErrValue}
	case a.State.code() == "":
		return models.Extension{}, &Error{"alertOperationalState", ErrValue}
	}
	e := models.Extension{Url: alertingExtension}
	if a.Type != nil {
		e.Extension = append(e.Extension, models.Extension{Url: "alertType", ValueCodeableConcept: ptr(concept(*a.Type))})
	}
	e.Extension = append(
		e.Extension,
		models.Extension{Url: "currentLimits", ValueRange: a.Limits.model()},
		models.Extension{Url: "alertOperationalState", ValueCodeableConcept: ptr(concept(coding(systemAlertState, a.State.code(), "")))},
	)
	if a.Text != "" {
		e.Extension = append(e.Extension, models.Extension{Url: "alertOperationalText", ValueString: &a.Text})
	}
	if a.Notification != "" {
		e.Extension = append(e.Extension, models.Extension{Url: "thresholdNotificationText", ValueString: &a.Notification})
	}
	return e, nil
}

// interpret tells what the alarm means for a value that is present.
func (a *Alerting) interpret(o *models.Observation, interpretation *[]models.CodeableConcept, present bool) {
	add := func(code, note string) {
		if present {
			*interpretation = append(*interpretation, concept(coding(systemStatus, code, "")))
		}
		o.Note = append(o.Note, models.Annotation{Text: note})
	}
	if a.InAlarm {
		note := a.Notification
		if note == "" {
			note = "The value was beyond an alarm limit of the device."
		}
		add("in-alarm", note)
	}
	if a.State == LimitsOff {
		add("alarm-inhibited", "The alarm limits of the device were switched off.")
	}
}

// A Part is a code and one value: a quantity, a coding, a text or a truth
// value. With none of them, Quality says why.
type Part struct {
	Code     models.Coding
	Quantity vitals.Quantity
	Coding   *models.Coding
	Text     string
	Boolean  *bool
	Quality  vitals.Quality
}

// answers counts the variants that are set.
func (v *Part) answers() int {
	return bit(!v.Quantity.IsZero()) + bit(v.Coding != nil) + bit(v.Text != "") + bit(v.Boolean != nil)
}

// reason says why v has no value.
func (v *Part) reason() reason {
	return reasonOfQuality(v.Quality, v.answers() > 0)
}

func (v *Part) component() (models.ObservationComponent, error) {
	c := models.ObservationComponent{Code: concept(v.Code)}
	switch {
	case v.Code.Code == nil:
		return c, &Error{"code", ErrMissing}
	case v.answers() > 1:
		return c, &Error{"value[x]", ErrChoice}
	}
	if r := v.reason(); r != present {
		c.DataAbsentReason = reasonOf(r)
		return c, nil
	}
	if !v.Quantity.IsZero() {
		c.ValueQuantity = quantity(v.Quantity)
	}
	if v.Coding != nil {
		c.ValueCodeableConcept = ptr(concept(*v.Coding))
	}
	if v.Text != "" {
		c.ValueString = &v.Text
	}
	c.ValueBoolean = v.Boolean
	c.Interpretation = interpretationsOf(doubtFor(v.Quality))
	return c, nil
}

// quantity is q as FHIR has it.
func quantity(q vitals.Quantity) *models.Quantity {
	m := quantityOf(q.Unit())
	m.Value = ptr(json.Number(q.Value().String()))
	return &m
}

func (i Interval) model() *models.Range {
	var r models.Range
	if !i.Low.IsZero() {
		r.Low = quantity(i.Low)
	}
	if !i.High.IsZero() {
		r.High = quantity(i.High)
	}
	return &r
}

func conceptOf(codings []models.Coding) *models.CodeableConcept {
	if len(codings) == 0 {
		return nil
	}
	return &models.CodeableConcept{Coding: codings}
}

func referenceTo(s string) *models.Reference {
	if s == "" {
		return nil
	}
	return &models.Reference{Reference: &s}
}

func referencesTo(list []string) (references []models.Reference) {
	for _, s := range list {
		if s != "" {
			references = append(references, *referenceTo(s))
		}
	}
	return references
}
