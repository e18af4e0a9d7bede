package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/fhir/validate"
	"github.com/telemed-go/sdk/vitals"
)

// A normaliser turns measurements into lines and counts what it cannot turn.
type normaliser struct {
	settings
	out *bufio.Writer

	glucose []vitals.Reading // of a continuous sensor, kept for chunks (HDDT)
	dropped map[loss]int

	inputs, readings, written int
}

// A loss is where something was dropped and why. Neither is about a patient.
type loss struct{ path, why string }

func newNormaliser(s settings) *normaliser {
	return &normaliser{settings: s, dropped: make(map[loss]int)}
}

// write writes readings, each measurement an Observation.
func (n *normaliser) write(readings []vitals.Reading) {
	for panel := range n.measurements(readings) {
		if n.mapper.Profile == fhir.HDDT && panel[0].Kind == vitals.GlucoseISF {
			n.glucose = append(n.glucose, panel...)
			continue
		}
		n.line(n.mapperFor(panel[0].Patient, panel[0].Device).AppendObservation(nil, panel))
	}
}

// measurements are panels and, in US Core, an oxygen saturation with the
// oxygen that was given.
func (n *normaliser) measurements(readings []vitals.Reading) func(func([]vitals.Reading) bool) {
	return func(yield func([]vitals.Reading) bool) {
		for len(readings) > 0 {
			size := 1
			for n.mapper.Profile == fhir.USCore && size < len(readings) && withOxygen(&readings[0], &readings[size]) {
				size++
			}
			if size == 1 {
				for panel := range vitals.Panels(readings) {
					size = len(panel)
					break
				}
			}
			if !yield(readings[:size:size]) {
				return
			}
			readings = readings[size:]
		}
	}
}

func withOxygen(saturation, oxygen *vitals.Reading) bool {
	return saturation.Kind == vitals.SpO2 && (oxygen.Kind == vitals.InspiredO2 || oxygen.Kind == vitals.O2Flow) &&
		saturation.Patient == oxygen.Patient && saturation.Device == oxygen.Device && saturation.At.Equal(oxygen.At)
}

// waveforms writes signals, the leads of one electrocardiogram together.
func (n *normaliser) waveforms(waves []vitals.Waveform) {
	for len(waves) > 0 {
		size := 1
		for size < len(waves) && waves[size].Patient == waves[0].Patient && waves[size].Device == waves[0].Device &&
			waves[size].Start.Equal(waves[0].Start) {
			size++
		}
		m := n.mapperFor(waves[0].Patient, waves[0].Device)
		b, err := m.AppendWaveform(nil, waves[:size]...)
		if err != nil && size > 1 { // not leads
			size = 1
			b, err = m.AppendWaveform(nil, waves[0])
		}
		n.line(b, err)
		waves = waves[size:]
	}
}

// finish writes what had to wait for the end of the input.
func (n *normaliser) finish() error {
	for len(n.glucose) > 0 {
		patient := n.glucose[0].Patient
		others := n.glucose[:0:0]
		own := slices.DeleteFunc(n.glucose, func(r vitals.Reading) bool {
			if r.Patient != patient {
				others = append(others, r)
			}
			return r.Patient != patient
		})
		chunks, err := n.mapperFor(patient, own[0].Device).GlucoseChunks(own, fhir.GlucoseChunks{})
		if err != nil {
			n.dropError(err)
		}
		for _, chunk := range chunks {
			n.line(fhir.Marshal(chunk))
		}
		n.glucose = others
	}
	return n.out.Flush()
}

// line validates and writes a resource.
func (n *normaliser) line(b []byte, err error) {
	if err == nil {
		err = validate.Resource(b).Err()
	}
	if err != nil {
		n.dropError(err)
		return
	}
	n.written++
	_, _ = n.out.Write(append(b, '\n')) // Flush tells of errors
}

// mapperFor keeps references that FHIR input had to other servers and to
// DeviceMetrics.
func (n *normaliser) mapperFor(p vitals.PatientID, d vitals.DeviceID) fhir.Mapper {
	m := n.mapper
	if ref := p.Reveal(); isReference(ref) {
		m.Patient = func(vitals.PatientID) string { return ref }
	}
	if isReference(string(d)) {
		m.Device = func(d vitals.DeviceID) string { return string(d) }
	}
	return m
}

func isReference(s string) bool {
	return !strings.Contains(s, "|") && (strings.Contains(s, "/") || strings.HasPrefix(s, "urn:"))
}

// drop counts what a fhir.Reader leaves out.
func (n *normaliser) drop(e *fhir.Error) { n.count(e.Path, e.Err.Error()) }

func (n *normaliser) dropError(err error) {
	if e, ok := errors.AsType[*fhir.Error](err); ok {
		n.drop(e)
		return
	}
	if e, ok := errors.AsType[*device.DecodeError](err); ok {
		n.count(strings.TrimSuffix(e.Type+"."+e.Field, "."), e.Err.Error())
		return
	}
	n.count("input", err.Error())
}

// indices and offsets differ from one place to the next and would hide that
// the reason is the same.
var (
	indices = regexp.MustCompile(`\[\d+\]`)
	offsets = regexp.MustCompile(`: byte \d+|after byte \d+`)
)

func (n *normaliser) count(path, why string) {
	n.dropped[loss{indices.ReplaceAllString(path, "[]"), offsets.ReplaceAllString(why, "")}]++
}

// summary tells what became of the input.
func (n *normaliser) summary(w io.Writer) {
	fmt.Fprintf(w, "%d inputs, %d readings, %d resources written\n", n.inputs, n.readings, n.written)
	losses := make([]loss, 0, len(n.dropped))
	total := 0
	for l, count := range n.dropped {
		losses = append(losses, l)
		total += count
	}
	if total == 0 {
		return
	}
	slices.SortFunc(losses, func(a, b loss) int {
		if d := n.dropped[b] - n.dropped[a]; d != 0 {
			return d
		}
		return strings.Compare(a.path+a.why, b.path+b.why)
	})
	fmt.Fprintf(w, "%d dropped:\n", total)
	for _, l := range losses {
		fmt.Fprintf(w, "%6d  %s: %s\n", n.dropped[l], l.path, l.why)
	}
}
