package fhirtest

import (
	"bytes"
	"encoding/json"
)

// members calls f with the members of a JSON object that is known to be valid: the
// names have their quotation marks. encoding/json would take most of the time of
// the server, and a load test is about the client.
func members(b []byte, f func(name, value []byte)) {
	at := space(b, 0)
	if at >= len(b) || b[at] != '{' {
		return
	}
	for at = space(b, at+1); at < len(b) && b[at] == '"'; {
		end := after(b, at)
		value := space(b, space(b, end)+1) // behind the colon
		if value >= len(b) {
			return
		}
		f(b[at:end], b[value:after(b, value)])
		if at = space(b, after(b, value)); at < len(b) && b[at] == ',' {
			at = space(b, at+1)
		}
	}
}

func space(b []byte, at int) int {
	for at < len(b) && (b[at] == ' ' || b[at] == '\n' || b[at] == '\t' || b[at] == '\r') {
		at++
	}
	return at
}

// after is where a value ends.
func after(b []byte, at int) int {
	for depth := 0; at < len(b); at++ {
		switch b[at] {
		case '"':
			for at++; at < len(b) && b[at] != '"'; at++ {
				if b[at] == '\\' {
					at++
				}
			}
			if depth == 0 {
				return min(at+1, len(b))
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return at // of the object around a number
			}
			if depth--; depth == 0 {
				return at + 1
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return at
			}
		}
	}
	return len(b)
}

// elements calls f with the elements of an array.
func elements(b []byte, f func(value []byte)) {
	if len(b) == 0 || b[0] != '[' {
		return
	}
	for at := space(b, 1); at < len(b) && b[at] != ']'; {
		end := after(b, at)
		f(b[at:end])
		if at = space(b, end); at < len(b) && b[at] == ',' {
			at = space(b, at+1)
		}
	}
}

// pair reads two strings of an object.
func pair(b []byte, first, second string) (a, z string) {
	members(b, func(name, value []byte) {
		switch string(name) {
		case first:
			a = text(value)
		case second:
			z = text(value)
		}
	})
	return a, z
}

// text is a string, or "" for anything else.
func text(value []byte) (s string) {
	switch {
	case len(value) < 2 || value[0] != '"':
	case bytes.IndexByte(value, '\\') < 0:
		return string(value[1 : len(value)-1])
	case json.Unmarshal(value, &s) != nil:
		return ""
	}
	return s
}
