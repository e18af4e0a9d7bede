package fhir

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

const (
	maxReadings   = 1 << 17 // of one call
	maxComponents = 256     // of one Observation
)

// A Reader reads Observations, those of a [Mapper] and those of others, as
// readings and waveforms. The zero Reader works. A Reader is a value and safe
// for concurrent use if its functions are.
//
// # What is read
//
// The kind comes from the device code (MDC), and without one from LOINC, of
// whose codes the most specific one counts. Values keep their digits and their
// unit. Components become readings of their own. SampledData with a period
// below a second becomes a waveform, and otherwise a reading for each sample
// that is there. An Observation with members (hasMember) and nothing else is
// no reading and no fault.
//
// # What is understood
//
//   - dataAbsentReason becomes the Quality that [Mapper] would write so:
//     "error" is NotAtResolution, or Invalid in an Observation that was entered
//     in error, and what people decided ("masked", "asked-declined", ...) is
//     NotAvailable. "unknown" is a reading without a value and without a
//     Quality, and nothing at all for a systolic or diastolic pressure beside
//     another one that is known: [Mapper] writes such a component for a
//     part that never was.
//   - The interpretations of the PoCD guide become Quality. Those of HL7 v3
//     (high, low, normal) are judgements and are not read.
//   - status: "preliminary" is EarlyEstimate, unless an interpretation or a
//     reason says that the measurement goes on; "entered-in-error" is Invalid;
//     "cancelled" is NotAvailable, or Invalid if there is a value; "unknown" is
//     Questionable. "registered" with a value is [ErrStatus].
//   - A comparator makes a value AboveRange or BelowRange; the bound is not kept.
//   - meta.security: HTEST is TestData. Unless a value says more about itself,
//     UNCERTREL is Questionable and HRELIABLE Validated. UNRELIABLE makes
//     Invalid what failed, or else everything. derivedFrom is Derived.
//   - Of a Period the start counts, or the end if there is no start.
//
// What changes the meaning of an Observation and is not understood is refused:
// modifierExtension, implicitRules, focus, a subject that is not one person, a
// whole whose code is unknown.
//
// # There and back
//
// What [Mapper] writes is read back as it was, with these exceptions. Not
// written at all are Stored, Derived, LowBattery, the fraction of a millisecond,
// Patient beside a battery level, and of a value that is absent the number and every
// doubt. Only the guide's identifier of [PHD] tells Stamped and Sequence. All
// doubts without a code of their own are Questionable, and ReservedNumber
// is NotAtResolution. TestData, Manual, ClockUnset and, without a value,
// EarlyEstimate are said of the whole, as are the labels of [PoCD]: one part of a panel shares them with
// the others. A unit that the profile forbids was converted. Identifiers that
// are no FHIR ids come back as the UUID that stands for them.
type Reader struct {
	// Patient gives the patient of a reference, as the resource has it, or of
	// an identifier ("system|value") if there is no reference. If it is nil,
	// "Patient/7" is the patient "7" and everything else, such as the URL of a
	// patient on another server, stands for itself. An Observation without a subject
	// has the zero PatientID.
	Patient func(reference string) vitals.PatientID
	// Device gives the device of a reference; nil means as for Patient, with
	// "Device/". A contained device and one that has but a name are unknown: "".
	Device func(reference string) vitals.DeviceID
	// Location is the zone of a date without a time, which then means its
	// midnight. If it is nil, such an Observation is refused ([ErrInstant]). A
	// time without an offset is always refused.
	Location *time.Location
	// MaxBytes is the size in bytes above which a resource is refused
	// ([ErrLimit]); 0 means [MaxBytes].
	MaxBytes int
	// Skip is called with what is left out and why: an entry of a Bundle that is
	// no Observation or a faulty one, a component that is no reading. If it is
	// nil, a faulty entry or an unknown component fails the whole, and resources of
	// other types are passed over. JSON that is broken anywhere always fails
	// the whole.
	Skip func(*Error)
}

// Measurements are what Observations hold.
type Measurements struct {
	Readings  []vitals.Reading
	Waveforms []vitals.Waveform
}

// AppendReadings appends the readings of an Observation, or of the Observations
// in a Bundle, to dst. See [Reader], whose zero value it uses. On an error, an
// [*Error], it returns dst as it was.
func AppendReadings(dst []vitals.Reading, resource []byte) ([]vitals.Reading, error) {
	return Reader{}.AppendReadings(dst, resource)
}

// AppendReadings is the function of the same name with the options of r. A
// waveform is [ErrUnsupported] here.
func (r Reader) AppendReadings(dst []vitals.Reading, resource []byte) ([]vitals.Reading, error) {
	m, err := r.read(Measurements{Readings: dst}, resource, false)
	if err != nil {
		return dst, err
	}
	return m.Readings, nil
}

// Append appends what an Observation, or the Observations in a Bundle, hold to
// m. On an error, an [*Error], m is as it was.
func (r Reader) Append(m *Measurements, resource []byte) error {
	out, err := r.read(*m, resource, true)
	if err != nil {
		return err
	}
	*m = out
	return nil
}

func (r Reader) read(m Measurements, resource []byte, waveforms bool) (Measurements, error) {
	limit := r.MaxBytes
	if limit <= 0 {
		limit = MaxBytes
	}
	if len(resource) > limit {
		return m, &Error{"resource", fmt.Errorf("%w: more than %d bytes", ErrLimit, limit)}
	}
	d := decoder{jsonReader: jsonReader{b: resource}, Reader: r, out: m, waveforms: waveforms, limit: len(m.Readings) + maxReadings}
	d.names = d.room.names[:0]
	name, err := d.resource()
	if err != nil {
		return m, within(name, err)
	}
	if d.space(); d.i < len(d.b) {
		return m, &Error{name, fmt.Errorf("%w: more after byte %d", ErrSyntax, d.i)}
	}
	return d.out, nil
}

// A decoder is a Reader at work.
type decoder struct {
	jsonReader
	Reader
	out       Measurements
	waveforms bool
	limit     int
	entries   []int // the places of the entry that is read, in Bundles within one another

	// room is enough for most Observations.
	room struct {
		names [28]jsonName
		parts [4]part
	}
	// Of Observations side by side, most have the same subject and device.
	patient, device last
	patientID       vitals.PatientID
	deviceID        vitals.DeviceID
}

type last struct {
	text  string
	known bool
}

// resource reads an Observation or a Bundle and says which it was. At the top
// nothing else will do; in a Bundle everything else is passed over.
func (d *decoder) resource() (name string, err error) {
	d.space()
	t, err := d.typeOf()
	if err != nil {
		return "resource", err
	}
	switch string(t) {
	case "Observation":
		return "Observation", d.observation()
	case "Bundle":
		return "Bundle", d.bundle()
	case "":
		return "resource", &Error{"resourceType", ErrMissing}
	}
	if len(d.entries) == 0 {
		return "resource", &Error{"resourceType", ErrUnsupported}
	}
	if d.Skip != nil {
		d.Skip(&Error{d.path() + ".resourceType", ErrUnsupported})
	}
	return "resource", d.skip()
}

// typeOf finds the type of the resource that comes next and reads nothing.
// Some writers put it at the end.
func (d *decoder) typeOf() (t []byte, err error) {
	ahead := d.jsonReader // its names go behind those of d
	if ahead.take('{') {
		ahead.space()
		if name, err := ahead.name(len(d.names)); err == nil && string(name) == "resourceType" {
			return ahead.text()
		}
	}
	ahead = d.jsonReader
	err = ahead.object(func(name []byte) (err error) {
		if string(name) == "resourceType" {
			t, err = ahead.text()
			return err
		}
		return ahead.skip()
	})
	return t, err
}

// bundle reads the entries of a Bundle. A history is refused: it also holds
// what is no longer true.
func (d *decoder) bundle() error {
	return d.object(func(name []byte) error {
		switch string(name) {
		case "type":
			if t, err := d.text(); err != nil || string(t) != "history" {
				return err
			}
			return &Error{"", ErrUnsupported}
		case "implicitRules":
			return &Error{"", ErrUnsupported}
		case "entry":
			d.entries = append(d.entries, 0)
			err := d.array(func(i int) error {
				d.entries[len(d.entries)-1] = i
				return d.entry()
			})
			d.entries = d.entries[:len(d.entries)-1]
			return err
		}
		return d.skip()
	})
}

func (d *decoder) entry() error {
	return d.object(func(name []byte) error {
		if string(name) != "resource" {
			return d.skip()
		}
		before, out := d.jsonReader, d.out
		entries := len(d.entries)
		_, err := d.resource()
		if err == nil || d.Skip == nil {
			return err
		}
		d.jsonReader, d.out, d.entries = before, out, d.entries[:entries]
		if broken := d.jsonReader.skip(); broken != nil {
			return broken
		}
		d.leaveOut("", err)
		return nil
	})
}

// leaveOut tells Skip what is left out of the resource that is read, if it wants
// to know. Otherwise it returns the error.
func (d *decoder) leaveOut(path string, err error) error {
	if path != "" {
		err = within(path, err)
	}
	if d.Skip == nil {
		return err
	}
	if e, ok := errors.AsType[*Error](within(d.path(), err)); ok {
		d.Skip(e)
	}
	return nil
}

// path is that of the resource that is read.
func (d *decoder) path() string {
	if len(d.entries) == 0 {
		return "Observation"
	}
	path := "Bundle"
	for _, i := range d.entries {
		path += ".entry[" + strconv.Itoa(i) + "].resource"
	}
	return path
}
