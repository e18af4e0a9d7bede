package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestLint(t *testing.T) {
	for args, want := range map[string]string{
		"-lint 2A35 00480051004000":                         "lint\n  warning  systolic_below_diastolic  byte 1: Systolic is below Diastolic (BLS 1.1, 3.1.1.2)\n",
		"-lint 2A37 0048":                                   "lint\n  nothing\n",
		"-lint 2A37 084810":                                 "lint\n  error  truncated  byte 2: EnergyExpended truncated (HRS 1.0, 3.1.1.3)\n",
		"-lint SFLOAT 6cf1":                                 "lint\n  nothing\n",
		"-lint 2A34 020100 01":                              "lint\n  nothing\n", // its measurement may have come before
		"-lint 2A1C 0066661242":                             "lint\n  error  ieee754_float  byte 1: TemperatureMeasurementValue makes sense as IEEE 754 only",
		"-lint 2A35 1f790051006a00e40705150a1e2d4800010600": "implausible_pressure",
	} {
		var out bytes.Buffer
		if run(strings.Fields(args), nil, &out, &out); !strings.Contains(out.String(), want) {
			t.Errorf("inspect %s: without %q:\n%s", args, want, out.String())
		}
	}
}

func TestBatchLint(t *testing.T) {
	for in, want := range map[string]string{
		`{"characteristic":"2A35","hex":"00480051004000"}`: `"lint":["systolic_below_diastolic"]}`,
		`{"characteristic":"2A19","hex":"64"}`:             `"lint":[]}`,
		`{"characteristic":"2A19","hex":"65"}`:             `"lint":["battery_above_100"]}`,
	} {
		var out bytes.Buffer
		if err := batchBy(replyLint, strings.NewReader(in), &out); err != nil || !strings.HasSuffix(strings.TrimSpace(out.String()), want) {
			t.Errorf("%s: %v, %s; want %s", in, err, out.String(), want)
		}
		out.Reset()
		if err := batch(strings.NewReader(in), &out); err != nil || strings.Contains(out.String(), "lint") {
			t.Errorf("%s, without -lint: %v, %s", in, err, out.String())
		}
	}
}
