package alert

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

var update = flag.Bool("update", false, "rewrite rules.schema.json")

// The published schema says what the document types and the table of conditions
// say.
func TestSchemaIsCurrent(t *testing.T) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(buildSchema()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("rules.schema.json", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if b.String() != Schema() {
		t.Errorf("rules.schema.json is out of date: run go test ./alert -run TestSchemaIsCurrent -update")
	}
}

type obj = map[string]any

func buildSchema() obj {
	defs := obj{}
	for name, part := range map[string]bool{"rule": false, "part": true} {
		var branches []any
		for _, when := range slices.Sorted(maps.Keys(conditions)) {
			branches = append(branches, branch(when, part))
		}
		defs[name] = obj{"$ref": "#/$defs/members", "required": []string{"when"}, "oneOf": branches}
	}
	members := object(reflect.TypeFor[ruleDoc]())
	defs["members"] = obj{"type": "object", "properties": members["properties"]}
	kinds := []string{}
	for k := range vitals.Kinds() {
		kinds = append(kinds, k.String())
	}
	defs["kind"] = obj{"enum": kinds}
	units := []string{}
	for u := vitals.Unit(1); u.UCUM() != ""; u++ {
		units = append(units, strings.NewReplacer(
			"[", `\[`, "]", `\]`, "{", `\{`, "}", `\}`, ".", `\.`, "/", "/").Replace(u.UCUM()))
	}
	defs["quantity"] = obj{"type": "string", "pattern": `^-?[0-9]+(\.[0-9]+)? (` + strings.Join(units, "|") + `)$`}
	defs["duration"] = obj{"type": "string", "pattern": spanText.String()}
	defs["time"] = obj{"type": "string", "pattern": `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$`}
	defs["clock"] = obj{"type": "string", "pattern": `^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$`}
	top := object(reflect.TypeFor[setDoc]())
	top["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	top["title"] = "Alarm rules"
	top["$defs"] = defs
	return top
}

// branch is the schema of a rule with one condition.
func branch(when string, part bool) obj {
	required, optional, _ := strings.Cut(conditions[when], "|")
	names := strings.Fields(required + " " + optional + " " + commonMembers)
	if !part {
		names = append(names, strings.Fields(lifeMembers)...)
	}
	return obj{
		"properties": obj{"when": obj{"const": when}}, "required": strings.Fields(required), "propertyNames": obj{"enum": names},
	}
}

// narrower says what the type of a member does not.
func narrower(name string) obj {
	enum := func(words ...string) obj { return obj{"enum": words} }
	text := obj{"type": "string", "minLength": 1, "maxLength": maxName}
	positive := func(most float64) obj { return obj{"type": "number", "exclusiveMinimum": 0, "maximum": most} }
	count := func(least, most int) obj { return obj{"type": "integer", "minimum": least, "maximum": most} }
	switch name {
	case "ruleDoc.direction":
		return enum("up", "down", "either")
	case "ruleDoc.priority":
		return enum("information", "low", "medium", "high")
	case "ruleDoc.score":
		words := []string{}
		for c := range score.Charts() {
			words = append(words, c.String())
		}
		return enum(words...)
	case "ageDoc.input":
		words := []string{}
		for p := range score.Parameter(score.ParameterCount) {
			words = append(words, p.String())
		}
		return enum(words...)
	case "ruleDoc.name", "ruleDoc.family", "ruleDoc.model", "cohortDoc.name", "quietDoc.event", "overrideDoc.rule", "overrideDoc.cohort":
		return text
	case "ruleDoc.weight":
		return positive(1)
	case "ruleDoc.sigmas":
		return obj{"type": "number", "minimum": -5, "maximum": 10}
	case "ruleDoc.slack":
		return positive(10)
	case "ruleDoc.decision":
		return positive(100)
	case "ruleDoc.warmup":
		return count(5, 1000)
	case "ruleDoc.fast", "ruleDoc.slow", "ruleDoc.readings":
		return count(1, 1000)
	case "countDoc.n":
		return count(1, maxCount)
	case "countDoc.of":
		return count(2, maxCount)
	case "flappingDoc.n":
		return count(2, maxFlaps)
	case "setDoc.version":
		return obj{"const": documentVersion}
	case "setDoc.rules":
		return obj{"minItems": 1, "maxItems": maxRules}
	case "setDoc.overrides":
		return obj{"maxItems": maxOverrides}
	case "ruleDoc.parts":
		return obj{"minItems": 2, "maxItems": maxParts}
	case "duringDoc.windows":
		return obj{"minItems": 1, "maxItems": 32} // see week.Schedule
	case "ruleDoc.quietAfter":
		return obj{"maxItems": maxQuiet}
	case "windowDoc.days":
		return obj{"items": enum("sun", "mon", "tue", "wed", "thu", "fri", "sat")}
	}
	return nil
}

func object(t reflect.Type) obj {
	properties := obj{}
	required := []string{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if options == "" {
			required = append(required, name)
		}
		s := typeSchema(f.Type, name)
		maps.Copy(s, narrower(t.Name()+"."+name))
		properties[name] = s
	}
	return obj{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func typeSchema(t reflect.Type, name string) obj {
	ref := func(name string) obj { return obj{"$ref": "#/$defs/" + name} }
	switch t {
	case reflect.TypeFor[vitals.Quantity]():
		return ref("quantity")
	case reflect.TypeFor[vitals.Kind]():
		return ref("kind")
	case reflect.TypeFor[vitals.Decimal]():
		return obj{"type": "number"}
	case reflect.TypeFor[span]():
		return ref("duration")
	case reflect.TypeFor[clock]():
		return ref("clock")
	case reflect.TypeFor[moment]():
		return ref("time")
	case reflect.TypeFor[ruleDoc]():
		if slices.Contains([]string{"parts", "part", "first", "second"}, name) {
			return ref("part")
		}
		return ref("rule")
	}
	switch t.Kind() {
	case reflect.Pointer:
		return typeSchema(t.Elem(), name)
	case reflect.Slice:
		return obj{"type": "array", "items": typeSchema(t.Elem(), name)}
	case reflect.Struct:
		return object(t)
	case reflect.Bool:
		return obj{"const": true}
	case reflect.Int:
		return obj{"type": "integer"}
	case reflect.Float64:
		return obj{"type": "number"}
	}
	return obj{"type": "string", "minLength": 1, "maxLength": maxText}
}
