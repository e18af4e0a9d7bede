package alert

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// validate holds a document against the published schema and says why it is not
// valid, or nothing.
func validate(t testing.TB, text []byte) string {
	t.Helper()
	var schema, doc any
	if err := json.Unmarshal([]byte(Schema()), &schema); err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(text) || json.Unmarshal(text, &doc) != nil {
		return "not JSON"
	}
	return evaluation{schema.(obj)}.eval(schema.(obj), doc, "")
}

// An evaluation knows as much of JSON Schema 2020-12 as the schema uses, and
// says so when it meets more.
type evaluation struct{ root obj }

func (e evaluation) eval(s obj, v any, path string) string {
	for word, arg := range s {
		if why := e.keyword(s, word, arg, v, path); why != "" {
			return why
		}
	}
	return ""
}

func (e evaluation) keyword(s obj, word string, arg, v any, path string) string {
	bad := func(why string) string { return fmt.Sprintf("%s: %s %s", path, word, why) }
	object, isObject := v.(obj)
	list, isList := v.([]any)
	text, isText := v.(string)
	number, isNumber := v.(float64)
	switch word {
	case "$schema", "title", "$defs":
	case "$ref":
		name := strings.TrimPrefix(arg.(string), "#/$defs/")
		return e.eval(e.root["$defs"].(obj)[name].(obj), v, path)
	case "type":
		ok := map[string]bool{
			"object": isObject, "array": isList, "string": isText, "number": isNumber, "integer": isNumber && number == math.Trunc(number),
		}[arg.(string)]
		if !ok {
			return bad(arg.(string))
		}
	case "const":
		if !reflect.DeepEqual(arg, v) {
			return bad("")
		}
	case "enum":
		if !slices.ContainsFunc(arg.([]any), func(x any) bool { return reflect.DeepEqual(x, v) }) {
			return bad("")
		}
	case "pattern":
		if isText && !regexp.MustCompile(arg.(string)).MatchString(text) {
			return bad("")
		}
	case "minLength":
		if isText && float64(utf8.RuneCountInString(text)) < arg.(float64) {
			return bad("")
		}
	case "maxLength":
		if isText && float64(utf8.RuneCountInString(text)) > arg.(float64) {
			return bad("")
		}
	case "minimum":
		if isNumber && number < arg.(float64) {
			return bad("")
		}
	case "exclusiveMinimum":
		if isNumber && number <= arg.(float64) {
			return bad("")
		}
	case "maximum":
		if isNumber && number > arg.(float64) {
			return bad("")
		}
	case "minItems":
		if isList && float64(len(list)) < arg.(float64) {
			return bad("")
		}
	case "maxItems":
		if isList && float64(len(list)) > arg.(float64) {
			return bad("")
		}
	case "items":
		for i, item := range list {
			if why := e.eval(arg.(obj), item, fmt.Sprintf("%s[%d]", path, i)); why != "" {
				return why
			}
		}
	case "required":
		for _, name := range arg.([]any) {
			if _, ok := object[name.(string)]; isObject && !ok {
				return bad(name.(string))
			}
		}
	case "properties":
		for name, sub := range arg.(obj) {
			if member, ok := object[name]; ok {
				if why := e.eval(sub.(obj), member, path+"."+name); why != "" {
					return why
				}
			}
		}
	case "additionalProperties":
		known, _ := s["properties"].(obj)
		for name := range object {
			if _, ok := known[name]; !ok {
				return bad(name)
			}
		}
	case "propertyNames":
		for name := range object {
			if why := e.eval(arg.(obj), name, path); why != "" {
				return why
			}
		}
	case "oneOf":
		fits := 0
		for _, sub := range arg.([]any) {
			if e.eval(sub.(obj), v, path) == "" {
				fits++
			}
		}
		if fits != 1 {
			return bad(fmt.Sprint(fits))
		}
	default:
		return "the evaluation does not know " + word
	}
	return ""
}
