package fhir

import (
	"bytes"
	"encoding/json"
)

// appendRaw appends the JSON of a resource that the caller encoded, without
// white space. Empty members are refused: they are the mark of a required
// choice that samply wrote, and it cannot be told here which variant was meant.
func appendRaw(b []byte, raw json.RawMessage) ([]byte, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return b, nil
	}
	out := bytes.NewBuffer(b)
	if err := json.Compact(out, raw); err != nil {
		return b, &Error{"", ErrValue} // not err: it quotes the text
	}
	start := len(b)
	b = out.Bytes()
	if b[start] != '{' || hasEmpty(b[start:]) {
		return b, &Error{"", ErrValue}
	}
	return b, nil
}

// hasEmpty reports whether compact JSON has a member that is an empty object,
// array or string, or null.
func hasEmpty(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] == '"' { // to the end of the string
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			continue
		}
		for _, empty := range [...]string{`:{}`, `:[]`, `:""`, `:null`, `[{}`, `,{}`} {
			if bytes.HasPrefix(b[i:], []byte(empty)) {
				return true
			}
		}
	}
	return false
}
