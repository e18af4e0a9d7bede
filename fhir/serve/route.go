package serve

import (
	"mime"
	"net/http"
	"strings"
)

// A route is what can be done at a path.
type route struct {
	allow  string // methods; HEAD goes with GET
	kind   string // the type of the resource
	open   bool   // to everybody
	stream bool   // answers events
	handle func(*visit) *fault
}

const (
	allowGet      = "GET, HEAD"
	allowGetPost  = "GET, HEAD, POST"
	allowStream   = "GET, POST"
	allowPost     = "POST"
	allowResource = "GET, HEAD, DELETE"
)

func (s *Server) route(path []string) (route, *fault) {
	switch kind := path[0]; {
	case len(path) == 1 && kind == "metadata":
		return route{allow: allowGet, open: true, handle: s.capabilities}, nil
	case len(path) == 1 && kind == "$stream":
		return route{allow: allowStream, kind: kind, stream: true, handle: s.stream}, nil
	case kind == "Patient" && len(path) == 2 && s.Patient != nil:
		return route{allow: allowGet, kind: kind, handle: func(v *visit) *fault { return s.readPatient(v, path[1]) }}, nil
	case kind == "Subscription":
		return s.routeSubscription(path[1:])
	case isKind(kind):
		return s.routeKind(kind, path[1:])
	}
	return route{}, faultNotFound
}

func (s *Server) routeKind(kind string, path []string) (route, *fault) {
	search := func(v *visit) *fault { return s.searchType(v, kind) }
	switch {
	case len(path) == 0:
		return route{allow: allowGet, kind: kind, handle: search}, nil
	case len(path) == 1 && path[0] == "_search":
		return route{allow: allowPost, kind: kind, handle: search}, nil
	case len(path) == 1 && path[0] == "$lastn" && kind == "Observation":
		return route{allow: allowGetPost, kind: kind, handle: s.lastn}, nil
	case len(path) == 1 && isID(path[0]):
		return route{allow: allowGet, kind: kind, handle: func(v *visit) *fault { return s.readOne(v, kind, path[0], "") }}, nil
	case len(path) == 3 && path[1] == "_history" && isID(path[0]) && isID(path[2]):
		return route{allow: allowGet, kind: kind, handle: func(v *visit) *fault { return s.readOne(v, kind, path[0], path[2]) }}, nil
	}
	return route{}, faultNotFound
}

// negotiate holds the wishes of the client against JSON, the only form. A
// parameter _format goes before the header Accept.
func negotiate(r *http.Request, stream bool) *fault {
	accept := r.Header.Get("Accept")
	if list, _ := parseQuery(nil, r.URL.RawQuery); list != nil {
		for _, p := range list {
			if p.name == "_format" {
				accept = strings.ReplaceAll(p.value, " ", "+") // a + that was not escaped
			}
		}
	}
	if accept == "" || stream && websocketAsked(r) {
		return nil
	}
	for part := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil || params["q"] == "0" {
			continue
		}
		switch media {
		case "*/*", "application/*", "json", "application/json", "text/json", "application/fhir+json", "application/json+fhir":
			return nil
		case "text/event-stream", "text/*":
			if stream {
				return nil
			}
		}
	}
	return faultFormat
}

// websocketAsked reports whether the client asks for a WebSocket (RFC 6455, 4.1).
func websocketAsked(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}
