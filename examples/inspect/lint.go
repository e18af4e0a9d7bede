package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/devicetest"
)

// findings are the rules that one frame breaks by itself. Numbers such as
// SFLOAT have no rules.
func findings(c characteristic, f device.Frame) devicetest.Report {
	if c.uuid == 0 {
		return devicetest.Report{}
	}
	return devicetest.CheckFrame(devicetest.Capture{Characteristic: devicetest.Characteristic(c.uuid), Bytes: f.Bytes, At: f.At})
}

// lintOf are the ids of the rules that a frame breaks; empty, not nil, if there
// are none.
func lintOf(c characteristic, f device.Frame) []string { return findings(c, f).IDs() }

func printLint(w io.Writer, c characteristic, f device.Frame) {
	fmt.Fprintln(w, "\nlint")
	report := findings(c, f)
	if len(report.Findings) == 0 {
		fmt.Fprintln(w, "  nothing")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	for _, f := range report.Findings {
		fmt.Fprintf(t, "  %v\t%s\t%s\n", f.Severity, f.Rule, strings.TrimPrefix(f.String(), "frame 1, "))
	}
}
