package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A structure is a StructureDefinition, as far as it is used here.
type structure struct {
	ResourceType   string
	URL            string
	Name           string
	Kind           string
	Type           string
	Derivation     string
	Abstract       bool
	BaseDefinition string
	Snapshot       struct{ Element []*element }

	root *node // built when it is needed
}

// An element is an ElementDefinition.
type element struct {
	ID               string
	SliceName        string
	Min              int
	Max              string
	Type             []elementType
	ContentReference string
	Binding          struct{ Strength, ValueSet string }
	Constraint       []constraint
	Slicing          *struct {
		Rules         string
		Discriminator []struct{ Type, Path string }
	}

	fixed, pattern json.RawMessage
}

type elementType struct {
	Code                   string
	Profile, TargetProfile []string
	Extension              []struct{ URL, ValueURL, ValueString string }
}

type constraint struct{ Key, Severity, Human, Expression string }

// UnmarshalJSON also takes fixed[x] and pattern[x].
func (e *element) UnmarshalJSON(b []byte) error {
	type plain element
	if err := json.Unmarshal(b, (*plain)(e)); err != nil {
		return err
	}
	if !strings.Contains(string(b), `"fixed`) && !strings.Contains(string(b), `"pattern`) {
		return nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	for key, value := range all {
		switch {
		case strings.HasPrefix(key, "fixed"):
			e.fixed = value
		case strings.HasPrefix(key, "pattern"):
			e.pattern = value
		}
	}
	return nil
}

type valueSet struct {
	URL     string
	Compose *struct {
		Include, Exclude []struct {
			System   string
			Concept  []concept
			ValueSet []string
			Filter   []json.RawMessage
		}
	}
}

type codeSystem struct {
	URL, Content string
	Concept      []concept
}

type concept struct {
	Code    string
	Concept []concept
}

// definitions is everything that was read, by canonical URL.
type definitions struct {
	structures map[string]*structure
	valueSets  map[string]*valueSet
	systems    map[string]*codeSystem
	expansions map[string]*expansion
}

// load reads the definitions in the order in which the later ones replace the
// earlier: R4, its extensions and code systems, US Core, the folder of profiles.
func load(r4, profiles string) (*definitions, error) {
	d := &definitions{map[string]*structure{}, map[string]*valueSet{}, map[string]*codeSystem{}, map[string]*expansion{}}
	for _, name := range []string{"profiles-types", "profiles-resources", "profiles-others", "extension-definitions", "valuesets", "v3-codesystems", "v2-tables"} {
		var bundle struct {
			Entry []struct{ Resource json.RawMessage }
		}
		if err := read(filepath.Join(r4, name+".json"), &bundle); err != nil {
			return nil, err
		}
		for _, e := range bundle.Entry {
			if err := d.add(e.Resource); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	var core []json.RawMessage
	if err := read(filepath.Join(r4, "testing/uscore-v5.0.1-structuredefinitions.json"), &core); err != nil {
		return nil, err
	}
	for _, r := range core {
		if err := d.add(r); err != nil {
			return nil, fmt.Errorf("US Core: %w", err)
		}
	}
	return d, filepath.WalkDir(profiles, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".json") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := d.add(b); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
}

func read(path string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (d *definitions) add(b json.RawMessage) error {
	var head struct{ ResourceType, URL string }
	if err := json.Unmarshal(b, &head); err != nil {
		return err
	}
	switch head.ResourceType {
	case "StructureDefinition":
		s := new(structure)
		if err := json.Unmarshal(b, s); err != nil {
			return err
		}
		if len(s.Snapshot.Element) > 0 {
			d.structures[head.URL] = s
		}
	case "ValueSet":
		s := new(valueSet)
		d.valueSets[head.URL] = s
		return json.Unmarshal(b, s)
	case "CodeSystem":
		s := new(codeSystem)
		d.systems[head.URL] = s
		return json.Unmarshal(b, s)
	}
	return nil
}
