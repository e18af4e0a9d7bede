package client

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// An item is a resource that is to be at the server.
type item struct {
	kind          string
	id            string // "": the server gives one
	system, value string // the identifier, once name was asked for
	body          []byte // with the id, if there is one
	plain         []byte // without the id and with an identifier, once name was asked for

	panel []vitals.Reading // that it was made of, borrowed during Put

	suspect  time.Time // the server may have it already; a search knows from then on
	searched bool      // and did not find it
	tries    int       // that failed
	gone     bool      // delivered or in quarantine
}

const (
	systemURI = "urn:ietf:rfc:3986"
	urnUUID   = "urn:uuid:"
)

// newItem reads what tells a resource from others.
func newItem(body []byte) (*item, bool) {
	it := &item{body: body}
	ok := members(body, func(name, value []byte, _, _ int) bool {
		switch string(name) {
		case `"resourceType"`:
			it.kind = text(value)
		case `"id"`:
			it.id = text(value)
		}
		return it.kind == "" || it.id == ""
	})
	return it, ok && isType(it.kind) && (it.id == "" || isID(it.id))
}

// name finds the identifier by which the item can be searched, and the body
// that goes with it. It returns "" if the item has neither an identifier nor an
// id that can be one.
func (it *item) name() string {
	if it.plain == nil {
		it.identify()
	}
	if it.value == "" {
		return ""
	}
	return it.system + "|" + it.value
}

// key is the name among all types: a Flag and a DetectedIssue of one alarm have
// the same identifier.
func (it *item) key() string { return it.kind + "|" + it.name() }

func (it *item) identify() {
	from, to := 0, 0
	members(it.body, func(name, value []byte, start, end int) bool {
		switch string(name) {
		case `"id"`:
			from, to = start, end
		case `"identifier"`:
			for _, i := range identifiers(value) {
				if i.Value != "" && it.value == "" {
					it.system, it.value = i.System, i.Value
				}
			}
		}
		return true
	})
	it.plain = append(append(make([]byte, 0, len(it.body)+128), it.body[:from]...), it.body[to:]...)
	if it.value == "" && isUUID(it.id) {
		// Without an identifier nothing would tell one copy from another.
		it.system, it.value = systemURI, urnUUID+strings.ToLower(it.id)
		it.plain = append(it.plain[:len(it.plain)-1], `,"identifier":[{"system":"`+systemURI+`","value":"`+it.value+`"}]}`...)
	}
}

type identifier struct{ System, Value string }

func identifiers(value []byte) (list []identifier) {
	if json.Unmarshal(value, &list) != nil {
		return nil
	}
	return list
}

// token is the identifier as a search parameter (R4, search, 3.1.1.4.10, with
// its escapes), without those of a URL.
func (it *item) token() string {
	return tokenEscapes.Replace(it.system) + "|" + tokenEscapes.Replace(it.value)
}

var tokenEscapes = strings.NewReplacer(`\`, `\\`, `|`, `\|`, `,`, `\,`, `$`, `\$`)

// condition is the query of a conditional create.
func (it *item) condition() string {
	return "identifier=" + strings.ReplaceAll(url.QueryEscape(it.token()), "+", "%20")
}

func (it *item) reading() (id vitals.ReadingID) {
	if len(it.panel) == 0 {
		return id
	}
	return it.panel[0].PanelID()
}

func text(value []byte) string {
	var s string
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return s
}

// isID is the pattern of FHIR ids (R4, datatypes, id).
func isID(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.':
		default:
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func isType(s string) bool {
	for i := range len(s) {
		if c := s[i]; !('A' <= c && c <= 'Z' || i > 0 && 'a' <= c && c <= 'z') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func isUUID(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen != (s[i] == '-') || !hyphen && !('0' <= c && c <= '9' || 'a' <= c && c <= 'f') {
			return false
		}
	}
	return len(s) == 36
}
