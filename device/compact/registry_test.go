package compact_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/vitals"
)

var update = flag.Bool("update", false, "add new kinds to registry.tsv")

const registryHead = "# The keys of a compact message: number, kind, the unit that a number without one is in. A row never changes once released.\n" +
	"key\tkind\tunit\tvalue\n"

// The registry is what device makers build on: a kind keeps its number, its
// meaning and its unit for ever. -update adds rows for new kinds and changes
// none.
func TestRegistry(t *testing.T) {
	const path = "registry.tsv"
	old, err := os.ReadFile(path)
	if err != nil && !*update {
		t.Fatal(err)
	}
	listed := make(map[vitals.Kind]string)
	for s := bufio.NewScanner(bytes.NewReader(old)); s.Scan(); {
		row := s.Text()
		number, _, _ := strings.Cut(row, "\t")
		if n, err := strconv.ParseUint(number, 10, 16); err == nil {
			listed[vitals.Kind(n)] = row
		}
	}
	out := []byte(registryHead)
	for k := vitals.Kind(1); k.String() != "" && k.Display() != ""; k++ {
		if shape := k.Shape(); shape != vitals.ShapeNumeric && shape != vitals.ShapeCoded {
			continue
		}
		value := "number"
		if k.Shape() == vitals.ShapeCoded {
			value = "code"
		}
		row := fmt.Sprintf("%d\t%v\t%s\t%s", k, k, k.Unit().UCUM(), value)
		switch was, ok := listed[k]; {
		case !ok && !*update:
			t.Errorf("%v is not in registry.tsv: run go test ./device/compact -run Registry -update", k)
		case ok && was != row:
			t.Errorf("registry.tsv has %q, package vitals says %q: devices in the field have the former", was, row)
		}
		delete(listed, k)
		out = append(append(out, row...), '\n')
	}
	for k, row := range listed {
		t.Errorf("registry.tsv has %q, package vitals no longer has kind %d", row, k)
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(path, out, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(out, old) && !t.Failed() {
		t.Error("registry.tsv is not as -update writes it")
	}
}

// The bits of the quality are on the wire as well.
func TestQualityBits(t *testing.T) {
	for bit, name := range map[int]string{
		0: "not-a-number", 1: "not-at-resolution", 2: "above-range", 3: "below-range", 4: "reserved-number", 5: "not-available",
		8: "invalid", 9: "questionable", 10: "early-estimate", 11: "ongoing", 12: "calibrating", 13: "no-contact", 14: "motion",
		15: "poor-signal", 16: "bad-position", 17: "sensor-fault", 18: "sample-fault", 19: "low-battery", 20: "irregular-pulse",
		32: "clock-unset", 33: "test-data", 34: "stored", 35: "validated", 36: "derived", 37: "manual", 38: "implausible",
		39: "nonconforming",
	} {
		if got := vitals.Quality(1 << bit).String(); got != name {
			t.Errorf("bit %d of vitals.Quality is now %q, on the wire it is %q", bit, got, name)
		}
	}
}
