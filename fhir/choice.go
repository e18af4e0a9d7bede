package fhir

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// A choice such as value[x] is a set of fields that share a prefix and end in
// the name of their FHIR type: ValueQuantity Quantity, ValueString string.

// primitives are the FHIR types that samply writes as Go types, longer names
// before those they end in.
var primitives = [...]struct {
	name string
	kind reflect.Kind
}{
	{"Base64Binary", reflect.String},
	{"UnsignedInt", reflect.Int},
	{"PositiveInt", reflect.Int},
	{"Canonical", reflect.String},
	{"DateTime", reflect.String},
	{"Markdown", reflect.String},
	{"Boolean", reflect.Bool},
	{"Decimal", reflect.String}, // json.Number
	{"Instant", reflect.String},
	{"Integer", reflect.Int},
	{"String", reflect.String},
	{"Code", reflect.String},
	{"Date", reflect.String},
	{"Time", reflect.String},
	{"Uuid", reflect.String},
	{"Oid", reflect.String},
	{"Uri", reflect.String},
	{"Url", reflect.String},
	{"Id", reflect.String},
}

// A layout is what Marshal and Unmarshal must know about a struct.
type layout struct {
	fields  []field
	choices []choice
	index   map[string]int // of the fields by name
	domain  bool           // a DomainResource, which may contain others
}

type field struct {
	member    string // `,"name":`
	name      string
	optional  bool
	primitive bool // in FHIR, so that there may be a _name
	choice    int  // index of the choice that the field is a variant of, or -1
}

// A choice names a choice within a struct. Its variants are alike in being
// required or not, which tells choices from elements that only look like one
// (PaymentReconciliation.paymentDate and paymentIdentifier).
type choice struct {
	prefix   string
	optional bool
}

// layouts is a cache: layoutOf is a function of the type alone.
var layouts sync.Map // of reflect.Type to *layout

func layoutOf(t reflect.Type) *layout {
	if l, ok := layouts.Load(t); ok {
		return l.(*layout)
	}
	l := layout{index: make(map[string]int, t.NumField())}
	variants := make(map[choice]int)
	keys := make([]choice, t.NumField())
	for i := range keys {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		optional := options == "omitempty"
		l.fields = append(l.fields, field{`,"` + name + `":`, name, optional, isPrimitive(f.Type), -1})
		l.index[name] = i
		keys[i] = choice{prefixOf(name, f.Type), optional}
		variants[keys[i]]++
	}
	if t.Name() == "Task" || t.Name() == "ClinicalImpressionFinding" {
		clear(variants) // instantiates and item: elements side by side in R4
	}
	for i, key := range keys {
		if key.prefix == "" || variants[key] < 2 {
			continue
		}
		j := slices.Index(l.choices, key)
		if j < 0 {
			j = len(l.choices)
			l.choices = append(l.choices, key)
		}
		l.fields[i].choice = j
	}
	_, narrative := l.index["text"]
	_, extension := l.index["modifierExtension"]
	l.domain = narrative && extension && isResource(reflect.Zero(t))
	layouts.Store(t, &l)
	return &l
}

// isPrimitive reports whether t is how samply writes a primitive type of FHIR,
// or a list of them.
func isPrimitive(t reflect.Type) bool {
	if t == reflect.TypeFor[json.RawMessage]() {
		return false
	}
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t.Kind() != reflect.Struct
}

// prefixOf is the name without the FHIR type at its end, or "".
func prefixOf(name string, t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct {
		return cutSuffix(name, t.Name())
	}
	for _, p := range primitives {
		if p.kind == t.Kind() && strings.HasSuffix(name, p.name) {
			return cutSuffix(name, p.name)
		}
	}
	return ""
}

func cutSuffix(name, suffix string) string {
	prefix, ok := strings.CutSuffix(name, suffix)
	if !ok {
		return ""
	}
	return prefix
}

// check reports a choice of v with more than one variant, or with none where
// one is required.
func (l *layout) check(v reflect.Value, o *overlay) error {
	for j, c := range l.choices {
		chosen := 0
		for i := range l.fields {
			if l.fields[i].choice == j && (!v.Field(i).IsZero() || o.has(l.fields[i].name)) {
				chosen++
			}
		}
		if err := c.judge(chosen); err != nil {
			return &Error{c.prefix + "[x]", err}
		}
	}
	return nil
}

// judge says what is wrong with so many variants.
func (c choice) judge(chosen int) error {
	switch {
	case chosen > 1:
		return ErrChoice
	case chosen == 0 && !c.optional:
		return ErrMissing
	}
	return nil
}
