// Normalise makes one thing of many: whatever it knows of payloads of health
// devices and of FHIR, it turns into FHIR Observations that follow one guide,
// one a line (NDJSON). Nothing is written that our validator refuses.
//
//	echo 2A37 16480004 | normalise -patient p1
//	normalise -profile uscore -o out.ndjson export.ndjson
//
// Inputs, told apart by what they look like, or by -format:
//
//	hex    lines of a Bluetooth characteristic and its bytes: 2A37 16480004
//	batch  the JSON lines of examples/inspect: {"characteristic":"2A37","hex":"16480004"}
//	fhir   Observations and Bundles, one JSON document or one a line
//
// Profiles are r4 (the vital signs of FHIR R4), phd (HL7 Personal Health
// Device), uscore, hddt (gematik; continuous glucose becomes chunks) and pocd.
//
// At the end, standard error tells what was read, what was written, and what
// was dropped: how often, where and why, and nothing about any patient. Other
// resources of a Bundle count as dropped. The exit status is 0; it is 1 when an
// input could not be read or nothing could be written, and 2 for wrong usage.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

const (
	exitFailed = 1
	exitUsage  = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// settings are the choices of the command line.
type settings struct {
	format, output string
	mapper         fhir.Mapper
	patient        vitals.PatientID
	device         vitals.DeviceID
	arrival        time.Time
	zone           *time.Location
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s, files, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "normalise:", err)
		return exitUsage
	}
	n := newNormaliser(s)
	if err := n.all(files, stdin, stdout); err != nil {
		fmt.Fprintln(stderr, "normalise:", err)
		n.summary(stderr)
		return exitFailed
	}
	n.summary(stderr)
	if n.written == 0 && len(n.dropped) > 0 {
		return exitFailed
	}
	return 0
}

func parse(args []string, stderr io.Writer) (s settings, files []string, err error) {
	flags := flag.NewFlagSet("normalise", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, "usage: normalise [options] [FILE...]\n\nwrites device payloads and FHIR as validated FHIR NDJSON\n\n")
		flags.PrintDefaults()
	}
	format := flags.String("format", "auto", "of the input: auto, hex, batch or fhir")
	profile := flags.String("profile", "r4", "r4, phd, uscore, hddt or pocd")
	output := flags.String("o", "", "write to this `file` and not to standard output")
	patient := flags.String("patient", "example", "`id` of the patient who wears a device (hex, batch)")
	device := flags.String("device", "example", "`id` of the device (hex, batch)")
	gateway := flags.String("gateway", "Device/gateway", "`reference` to this gateway (phd)")
	at := flags.String("at", "", "`time` of arrival, 2026-05-31T12:30:00+02:00, where the payload has none (default now)")
	zone := flags.String("zone", "", "`zone` of dates without a time in FHIR, such as Europe/Berlin; without it they are dropped")
	if err := flags.Parse(args); err != nil {
		return s, nil, err
	}
	s = settings{
		format: *format, output: *output,
		patient: vitals.NewPatientID(*patient), device: vitals.DeviceID(*device), arrival: time.Now(),
	}
	if s.mapper.Profile, err = profileOf(*profile); err != nil {
		return s, nil, err
	}
	if s.mapper.Profile == fhir.PHD {
		s.mapper.Gateway = *gateway
	}
	if _, ok := readers[*format]; !ok && *format != "auto" {
		return s, nil, fmt.Errorf("unknown -format %q", *format)
	}
	if *at != "" {
		if s.arrival, err = time.Parse(time.RFC3339, *at); err != nil {
			return s, nil, errors.New("-at needs a time with a zone, such as 2026-05-31T12:30:00+02:00")
		}
	}
	if *zone != "" {
		if s.zone, err = time.LoadLocation(*zone); err != nil {
			return s, nil, err
		}
	}
	return s, flags.Args(), nil
}

func profileOf(name string) (fhir.Profile, error) {
	switch strings.ToLower(name) {
	case "r4":
		return fhir.R4, nil
	case "phd":
		return fhir.PHD, nil
	case "uscore":
		return fhir.USCore, nil
	case "hddt":
		return fhir.HDDT, nil
	case "pocd":
		return fhir.PoCD, nil
	}
	return 0, fmt.Errorf("unknown -profile %q: r4, phd, uscore, hddt or pocd", name)
}

// all reads the files, or standard input, and writes what they hold.
func (n *normaliser) all(files []string, stdin io.Reader, stdout io.Writer) (err error) {
	if n.output != "" {
		file, createErr := os.Create(n.output)
		if createErr != nil {
			return createErr
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		stdout = file
	}
	out := bufio.NewWriter(stdout)
	n.out = out
	defer func() { err = errors.Join(err, out.Flush()) }()
	if len(files) == 0 {
		return n.read(stdin)
	}
	for _, name := range files {
		if err := n.file(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (n *normaliser) file(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return errors.Unwrap(err) // the caller has the name
	}
	defer file.Close()
	return n.read(file)
}
