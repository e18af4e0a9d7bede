package validate

import (
	"errors"

	"github.com/telemed-go/sdk/fhir"
)

// A Severity is one of the codes of OperationOutcome.issue.severity.
type Severity string

// The severities. A resource with Fatal or Error is not valid FHIR.
const (
	Fatal       Severity = "fatal"
	Error       Severity = "error"
	Warning     Severity = "warning"
	Information Severity = "information"
)

// The codes of issues, from the value set of OperationOutcome.issue.code.
const (
	codeInvalid      = "invalid"      // not JSON
	codeStructure    = "structure"    // an element that is unknown, or of another form
	codeRequired     = "required"     // missing
	codeValue        = "value"        // not a value of the type, or not the one that is fixed
	codeInvariant    = "invariant"    // a rule of the definition is broken
	codeCode         = "code-invalid" // not a code of the set
	codeExtension    = "extension"    // not what the extension's definition says
	codeNotFound     = "not-found"    // a reference leads nowhere
	codeDuplicate    = "duplicate"    // twice
	codeNotSupported = "not-supported"
	codeTooLong      = "too-long"
	codeTooCostly    = "too-costly"
)

// An Issue is one thing that is wrong with a resource. It can be logged: it
// contains nothing that the resource says, only what the definitions say.
type Issue struct {
	Severity Severity
	// Path is the element in FHIRPath with the name that JSON has for it, such
	// as Observation.component[1].valueQuantity.code. If an element is missing
	// it is the path that it would have. It is $ for a text that is no resource.
	Path string
	// Code is the kind of the problem, from the value set of
	// OperationOutcome.issue.code: structure, required, value, invariant,
	// code-invalid, and others.
	Code string
	// Message says what is wrong. If an invariant is broken it begins with the
	// invariant's key and says what the definition says: "obs-6: ...".
	Message string
	// Profile is the canonical URL of the profile that asks for it, or empty if
	// every resource of the type must obey.
	Profile string
	// Offset is the byte of the text at which the element, or what should
	// contain it, begins.
	Offset int
}

// String reads "Observation.valueQuantity.code: must be "/min"", with the
// profile behind it in brackets.
func (i Issue) String() string {
	s := i.Path + ": " + i.Message
	if i.Severity != Error && i.Severity != Fatal {
		s = string(i.Severity) + ": " + s
	}
	if i.Profile != "" {
		s += " [" + i.Profile + "]"
	}
	return s
}

// Issues are what is wrong with one resource. None are good news.
type Issues []Issue

// Valid reports whether there is no error. Warnings do not count.
func (s Issues) Valid() bool { return s.first() < 0 }

func (s Issues) first() int {
	for i := range s {
		if s[i].Severity == Error || s[i].Severity == Fatal {
			return i
		}
	}
	return -1
}

// ErrInvalid is the reason in the error of [Issues.Err], for errors.Is.
var ErrInvalid = errors.New("not valid FHIR")

// Err returns nil if the resource is valid, and otherwise the first error as an
// [*fhir.Error].
func (s Issues) Err() error {
	i := s.first()
	if i < 0 {
		return nil
	}
	return &fhir.Error{Path: s[i].Path, Err: issueError{s[i]}}
}

// issueError is the reason of an issue as an error.
type issueError struct{ issue Issue }

func (e issueError) Error() string { return e.issue.Message }

// Unwrap gives errors.Is ErrInvalid.
func (e issueError) Unwrap() error { return ErrInvalid }
