// Inspect is a magnifying glass for the payloads of medical devices. It takes
// the bytes of a Bluetooth health characteristic, a message or batch of package
// compact, a sensor measurement list (SenML) or a payload of Sparkplug B, and shows what every one of them means, the decoded fields,
// the readings and, with -fhir, the FHIR Observations. With -batch it answers
// JSON lines, for scripts.
//
//	go run ./examples/inspect 2A35 1e7800500064 00e8070a1f0c1e004800 01 0400
//
// The exit status is 0, 1 for bytes that do not decode, 2 for wrong usage.
package main

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/vitals"
)

const (
	exitBadBytes = 1
	exitUsage    = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("inspect", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { usage(stderr, flags) }
	batchMode := flags.Bool("batch", false, "answer JSON lines from standard input")
	observations := flags.Bool("fhir", false, "print the FHIR Observations as well")
	lint := flags.Bool("lint", false, "print the rules of package devicetest that the bytes break; with -batch add their ids as \"lint\"")
	profile := flags.String("profile", "r4", "with -fhir, the `guide` to follow: r4, phd, uscore, hddt, pocd")
	arrival := flags.String("at", "", "`time` of arrival, as 2026-05-31T12:30:00+02:00; gives device clocks their zone (with -fhir: now)")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return exitUsage
	}
	if *batchMode {
		answer := reply
		if *lint {
			answer = replyLint
		}
		if err := batchBy(answer, stdin, stdout); err != nil {
			fmt.Fprintln(stderr, "inspect:", err)
			return exitBadBytes
		}
		return 0
	}
	if flags.NArg() == 0 {
		flags.Usage()
		return exitUsage
	}
	c, frame, err := parseArgs(flags.Args(), *arrival)
	if err != nil {
		fmt.Fprintln(stderr, "inspect:", err)
		return exitUsage
	}
	var mapper *fhir.Mapper
	if *observations {
		if mapper, err = mapperOf(*profile); err != nil {
			fmt.Fprintln(stderr, "inspect:", err)
			return exitUsage
		}
		if frame.At.IsZero() {
			frame.At = time.Now() // an Observation must have a time
		}
	}
	if err := inspect(stdout, c, frame, mapper, *lint); err != nil {
		fmt.Fprintln(stderr, "inspect:", err)
		return exitBadBytes
	}
	return 0
}

// inspect prints all there is to say about a frame, and with a Mapper its
// Observations.
func inspect(w io.Writer, c characteristic, f device.Frame, mapper *fhir.Mapper, lint bool) error {
	l, err := c.decode(f.Bytes, hints{})
	fmt.Fprintf(w, "%s %s, length %d\n\n", c.name, c.title, len(f.Bytes))
	dump(w, l, err)
	if lint {
		printLint(w, c, f)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nfields\n%s\n", indented(l.fields))
	readings, err := readingsOf(c, f)
	if err != nil || len(readings) == 0 {
		return err
	}
	fmt.Fprintln(w, "\nreadings")
	printReadings(w, readings, f.At)
	if mapper != nil {
		printObservations(w, mapper, readings)
	}
	return nil
}

// parseArgs makes a frame of a characteristic and its bytes, worn by a patient
// of no consequence.
func parseArgs(args []string, arrival string) (c characteristic, f device.Frame, err error) {
	if c, err = find(args[0]); err != nil {
		return c, f, err
	}
	if f.Bytes, err = c.payload(strings.Join(args[1:], " ")); err != nil {
		return c, f, err
	}
	if arrival != "" {
		if f.At, err = time.Parse(time.RFC3339, arrival); err != nil {
			return c, f, errors.New("-at needs a time with a zone, such as 2026-05-31T12:30:00+02:00")
		}
	}
	f.Format, f.Patient, f.Device = c.format(), vitals.NewPatientID("example"), "example"
	return c, f, nil
}

// payload is the bytes that text stands for: hexadecimal digits, or SenML in JSON
// as it is.
func (c characteristic) payload(text string) ([]byte, error) {
	if c.name == senmlName && strings.HasPrefix(strings.TrimSpace(text), "[") {
		return []byte(text), nil
	}
	return unhex(text)
}

// unhex reads hexadecimal digits with or without spaces, colons, dashes and 0x.
func unhex(s string) ([]byte, error) {
	s = strings.NewReplacer(" ", "", ":", "", "-", "", "0x", "", "\t", "").Replace(s)
	if at := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }); at >= 0 {
		return nil, fmt.Errorf("the bytes are not hexadecimal: look at digit %d", at+1)
	}
	if len(s)%2 != 0 {
		return nil, errors.New("the bytes have an odd number of hexadecimal digits: one is missing")
	}
	return hex.DecodeString(s)
}

// readingsOf is what a frame means. Names and numbers mean nothing medical.
func readingsOf(c characteristic, f device.Frame) ([]vitals.Reading, error) {
	if f.Format == device.GATT(0) {
		return nil, nil
	}
	readings, err := device.Decoders{gatt.Health(), compactDecoder, senmlDecoder}.AppendReadings(nil, f)
	if device.IsUnsupported(err) {
		return nil, nil
	}
	return readings, err
}

func usage(w io.Writer, flags *flag.FlagSet) {
	fmt.Fprint(w, `usage: inspect [-lint] [-fhir [-profile GUIDE]] [-at TIME] CHARACTERISTIC HEX...
       inspect -batch [-lint] < requests.jsonl

shows what every byte of a health characteristic means. For example:

  inspect 2A37 16480004                                   heart rate with an RR interval
  inspect 2A35 1e7800500064 00e8070a1f0c1e004800 01 0400  blood pressure; spaces are ignored
  inspect 2A1C 006c0100ff                                 body temperature
  inspect SFLOAT 6cf1                                     one number
  inspect COMPACT a300010118481849c48221190e38            a message of package compact
  inspect SENML '[{"n":"hr","u":"beat/min","v":72}]'      a sensor measurement list; CBOR in HEX
  inspect SPARKPLUG 120410015048 1802                      a payload of Sparkplug B
  echo '{"id":"a","characteristic":"2A37","hex":"0048"}' | inspect -batch

`)
	flags.PrintDefaults()
	fmt.Fprint(w, "\ncharacteristics\n")
	for _, c := range characteristics {
		fmt.Fprintf(w, "  %-7s  %s\n", c.name, c.title)
	}
}
