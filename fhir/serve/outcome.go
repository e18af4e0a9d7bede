package serve

import (
	"net/http"
	"strconv"
)

// A fault is why a request is refused: an OperationOutcome with one issue. It
// is made of constants, and never of what the request said.
type fault struct {
	status int
	code   string // of issue-type
	where  string // the parameter, as "http.date", or the element; "" if there is no one place
	text   string
	header [2]string // a header that belongs to the status
}

func (f *fault) Error() string { return "serve: " + f.text }

// The faults without a place.
var (
	faultUnauthorized = &fault{
		status: http.StatusUnauthorized, code: "login", text: "a valid token is needed",
		header: [2]string{"WWW-Authenticate", `Bearer`},
	}
	faultScope    = &fault{status: http.StatusForbidden, code: "forbidden", text: "the scopes of the token do not cover this"}
	faultNotFound = &fault{status: http.StatusNotFound, code: "not-found", text: "there is no such resource, or not for you"}
	faultAudit    = &fault{status: http.StatusServiceUnavailable, code: "transient", text: "the access could not be recorded and was not given", header: [2]string{"Retry-After", "5"}}
	faultFormat   = &fault{status: http.StatusNotAcceptable, code: "not-supported", text: "only application/fhir+json is offered"}
	faultMedia    = &fault{status: http.StatusUnsupportedMediaType, code: "not-supported", text: "the body has a type that is not taken here"}
	faultLong     = &fault{status: http.StatusRequestURITooLong, code: "too-long", text: "the URL is too long"}
	faultLarge    = &fault{status: http.StatusRequestEntityTooLarge, code: "too-long", text: "the body is too long"}
	faultMany     = &fault{status: http.StatusBadRequest, code: "too-costly", text: "too many parameters"}
	faultForm     = &fault{status: http.StatusBadRequest, code: "invalid", text: "the parameters cannot be read"}
	faultStopped  = &fault{status: http.StatusServiceUnavailable, code: "transient", text: "the server does not run", header: [2]string{"Retry-After", "5"}}
	faultCrowd    = &fault{status: http.StatusTooManyRequests, code: "throttled", text: "there are too many of these", header: [2]string{"Retry-After", "60"}}
)

// badParameter is about one parameter with a name that this package knows.
func badParameter(name, code, text string) *fault {
	return &fault{status: http.StatusBadRequest, code: code, where: "http." + name, text: text}
}

// notAllowed says what is possible with a resource.
func notAllowed(allow string) *fault {
	return &fault{
		status: http.StatusMethodNotAllowed, code: "not-supported", text: "the method is not offered here",
		header: [2]string{"Allow", allow},
	}
}

func (f *fault) appendOutcome(b []byte) []byte {
	return appendOutcome(b, "error", f.code, f.where, f.text)
}

func appendOutcome(b []byte, severity, code, where, text string) []byte {
	b = append(b, `{"resourceType":"OperationOutcome","issue":[{"severity":"`...)
	b = append(b, severity...)
	b = append(b, `","code":"`...)
	b = append(b, code...)
	b = append(b, `","diagnostics":`...)
	b = appendString(b, text)
	if where != "" {
		b = append(b, `,"location":[`...) // FHIR R4: "http." and the name for a parameter
		b = appendString(b, where)
		b = append(b, ']')
	}
	return append(b, `}]}`...)
}

// fail answers with a fault.
func fail(w http.ResponseWriter, f *fault) {
	if f.header[0] != "" {
		w.Header().Set(f.header[0], f.header[1])
	}
	w.Header().Set("Cache-Control", "no-store")
	write(w, f.status, f.appendOutcome(nil))
}

// write answers with a resource.
func write(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/fhir+json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Content-Type-Options", "nosniff")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // who has left does not need it
}
