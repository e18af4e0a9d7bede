package fhir

import "errors"

// What can be wrong with something that is to become FHIR.
var (
	// ErrUnsupported: FHIR has no code or no form for this, or it is no resource.
	ErrUnsupported = errors.New("not supported")
	// ErrMissing: FHIR requires the element and there is nothing to write.
	ErrMissing = errors.New("required and missing")
	// ErrPanel: the readings are not parts of one measurement.
	ErrPanel = errors.New("readings of different measurements")
	// ErrChoice: more than one variant of a choice is set.
	ErrChoice = errors.New("more than one variant of a choice")
	// ErrStatus: the status contradicts the content, as a status that was
	// never set does.
	ErrStatus = errors.New("status \"registered\" although there is a result: was it never set?")
	// ErrValue: the value is not one that its FHIR type can have.
	ErrValue = errors.New("not a value of this type")
)

// What can be wrong with JSON.
var (
	// ErrSyntax: this is not JSON, or not UTF-8.
	ErrSyntax = errors.New("not JSON")
	// ErrDuplicate: an object has two members of this name. Readers differ in
	// which of them they believe.
	ErrDuplicate = errors.New("given twice")
	// ErrLimit: larger, deeper or more than is read.
	ErrLimit = errors.New("beyond the limit")
)

// What can be wrong with a resource that is read.
var (
	// ErrResourceType: this is a resource of another type.
	ErrResourceType = errors.New("another type of resource")
	// ErrUnknown: the type has no such element.
	ErrUnknown = errors.New("no such element")
	// ErrEmpty: null, or an empty object, array or string. FHIR has none.
	ErrEmpty = errors.New("null or empty")
	// ErrDocument: only a Document can hold this, or what a Document holds
	// beside the resource does not fit the resource.
	ErrDocument = errors.New("it takes a Document to hold this")
)

// What can be wrong with an Observation, beside what is wrong with its JSON.
var (
	// ErrInstant: a reading belongs to an instant, and this is not one: it has
	// no time, or no offset from UTC.
	ErrInstant = errors.New("not an instant: a time and its offset from UTC are needed")
	// ErrReason: there is a value and a reason why there is none (obs-6).
	ErrReason = errors.New("a reason for the absence of a value that is there")
)

// An Error says which element is wrong and why. It never contains a value or
// an identifier.
type Error struct {
	Path string // the element: "Observation.effective", "Bundle.entry[2].request"
	Err  error  // why: one of this package's errors, or one of vitals
}

// Error reads "fhir: Observation.effective: required and missing".
func (e *Error) Error() string { return "fhir: " + e.Path + ": " + e.Err.Error() }

// Unwrap gives errors.Is the reason.
func (e *Error) Unwrap() error { return e.Err }

// within returns err with its path continued upwards.
func within(path string, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		if e.Path != "" && e.Path[0] != '[' {
			path += "."
		}
		return &Error{path + e.Path, e.Err}
	}
	return &Error{path, err}
}
