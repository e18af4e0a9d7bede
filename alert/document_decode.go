package alert

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// decode enters a node into a value of one of the document types. It knows
// every member by its tag and refuses the others, whose names it does not
// repeat: they could be anything.
func (p *parser) decode(n *node, v reflect.Value) {
	if ok, why := p.leaf(n, v); ok {
		return
	} else if why != "" {
		p.complain(n, why)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		p.decode(n, v.Elem())
	case reflect.Slice:
		if n.kind != '[' {
			p.complain(n, "not an array")
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
		for i, item := range n.items {
			p.decode(item, v.Index(i))
		}
	case reflect.Struct:
		if n.kind != '{' {
			p.complain(n, "not an object")
			return
		}
		p.decodeObject(n, v)
	}
}

func (p *parser) decodeObject(n *node, v reflect.Value) {
	fields := make(map[string]int, v.NumField())
	for i := range v.NumField() {
		name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		fields[name] = i
		if options == "" && n.get(name) == nil {
			p.complain(n, "the member "+name+" is missing")
		}
	}
	for _, m := range n.members {
		if i, ok := fields[m.name]; ok {
			p.decode(m.node, v.Field(i))
			continue
		}
		p.unknown(n, m.node)
	}
}

// unknown complains about a member without its name.
func (p *parser) unknown(object, member *node) {
	place := *object
	place.offset = member.offset
	p.complain(&place, "a member that is not known here")
}

// leaf decodes values that are not made of others. ok is false for those that
// are, and with a reason for a mistake.
func (p *parser) leaf(n *node, v reflect.Value) (ok bool, why string) {
	set := func(x any, ok bool, want string) (bool, string) {
		if !ok {
			return false, "not " + want
		}
		v.Set(reflect.ValueOf(x).Convert(v.Type()))
		return true, ""
	}
	text, isText := n.value.(string)
	number, isNumber := n.value.(json.Number)
	switch v.Interface().(type) {
	case vitals.Quantity:
		q, err := vitals.ParseQuantity(text)
		return set(q, isText && quantityText.MatchString(text) && err == nil, `a quantity in UCUM, such as "90 %"`)
	case vitals.Decimal:
		d, err := vitals.ParseDecimal(number.String())
		return set(d, isNumber && err == nil, "a number of at most 18 digits")
	case vitals.Kind:
		k, err := vitals.ParseKind(text)
		return set(k, isText && err == nil, "the name of a kind of measurement")
	case span:
		d, err := time.ParseDuration(text)
		return set(span(d), isText && spanText.MatchString(text) && err == nil && d > 0, `a duration above 0, such as "1m30s"`)
	case clock:
		c, known := parseClock(text)
		return set(c, isText && known, `a time of day, such as "22:00"`)
	case moment:
		t, err := time.Parse(time.RFC3339, text)
		return set(moment{t.UTC()}, isText && err == nil, `a time of RFC 3339, such as "2026-03-01T08:00:00Z"`)
	}
	switch v.Kind() {
	case reflect.String:
		return set(text, isText && text != "" && len(text) <= maxText, "a text of 1 to 512 bytes")
	case reflect.Bool:
		b, isBool := n.value.(bool)
		return set(b, isBool && b, "true; what is not so is left out")
	case reflect.Int:
		i, err := strconv.ParseInt(number.String(), 10, 32)
		return set(i, isNumber && err == nil, "a whole number")
	case reflect.Float64:
		f, err := number.Float64()
		return set(f, isNumber && err == nil, "a number")
	}
	return false, ""
}

// quantityText and spanText are the patterns of the schema.
var (
	quantityText = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)? \S+$`)
	spanText     = regexp.MustCompile(`^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`)
)

// parseClock reads 00:00 to 24:00.
func parseClock(s string) (clock, bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	h, err1 := strconv.ParseUint(s[:2], 10, 8)
	m, err2 := strconv.ParseUint(s[3:], 10, 8)
	total := clock(h*60 + m)
	return total, err1 == nil && err2 == nil && m < 60 && total <= 24*60
}

// conditions tells for each condition the members of its own: those it must
// have and, after a stroke, those it may have.
var conditions = map[string]string{
	"above":            "kind limit | count clearAt for clearAfter",
	"below":            "kind limit | count clearAt for clearAfter",
	"outside":          "kind low high | count for clearAfter",
	"missing":          "kind after",
	"missing-readings": "kind readings every",
	"rises-by":         "kind by within | for clearAfter",
	"falls-by":         "kind by within | for clearAfter",
	"rises-faster":     "kind by per window | for clearAfter",
	"falls-faster":     "kind by per window | for clearAfter",
	"dose-above":       "kind limit amount long | clearAt for clearAfter",
	"dose-below":       "kind limit amount long | clearAt for clearAfter",
	"drifts-ewma":      "kind direction | weight sigmas warmup for clearAfter",
	"drifts-cusum":     "kind direction | slack decision warmup for clearAfter",
	"drifts-macd":      "kind direction by | fast slow for clearAfter",
	"forecast-above":   "kind limit ahead model | sigmas clearAt for clearAfter",
	"forecast-below":   "kind limit ahead model | sigmas clearAt for clearAfter",
	"score-reaches":    "score value | maxAge maxAges complete for clearAfter",
	"all":              "parts | maxAge for clearAfter",
	"any":              "parts | maxAge for clearAfter",
	"not":              "part | maxAge for clearAfter",
	"then":             "first second within | maxAge for clearAfter",
}

// commonMembers are what every rule may have, and lifeMembers what of it of them that
// a part of a composite may not.
const (
	commonMembers = "name when"
	lifeMembers   = "priority family latching nonSuppressible advisory remind rearm flapping during quietAfter setBy"
)

// checkMembers holds the members of a rule against its condition.
func (p *parser) checkMembers(n *node, when string, part bool) bool {
	own, ok := conditions[when]
	if !ok {
		p.complain(n.at("when"), "not a condition")
		return false
	}
	required, optional, _ := strings.Cut(own, "|")
	for name := range strings.FieldsSeq(required) {
		if n.get(name) == nil {
			p.complain(n, fmt.Sprintf("the condition needs %s", name))
			ok = false
		}
	}
	allowed := required + " " + optional + " " + commonMembers
	if !part {
		allowed += " " + lifeMembers
	}
	for _, m := range n.members {
		if !hasWord(allowed, m.name) {
			p.complain(m.node, "the condition does not have this")
			ok = false
		}
	}
	return ok
}

func hasWord(words, word string) bool {
	for w := range strings.FieldsSeq(words) {
		if w == word {
			return true
		}
	}
	return false
}
