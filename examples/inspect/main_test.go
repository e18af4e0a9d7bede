package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// What people see, whole.
func TestGolden(t *testing.T) {
	for name, tt := range map[string]struct {
		args string
		exit int
	}{
		"heart_rate":     {"2A37 16480004", 0},
		"blood_pressure": {"-at 2024-11-01T08:00:00+01:00 0x2a35 1e7800500064 00e8070a1f0c1e004800 01 0400", 0},
		"glucose":        {"2A18 1f02:00e4:0705:150a:1e2d:c4ff:37c0:f1:0600", 0},
		"model":          {"2A24 506978656c203850000000000000", 0},
		"sfloat":         {"SFLOAT 6cf1", 0},
		"truncated":      {"2A35 010203040506", 1},
		"out_of_range":   {"2A35 02 780050005d00 e8070d1f0c1e00", 1},
		"reserved_flag":  {"2A37 2048", 1},
		"trailing":       {"2A19 666c", 1},
		"empty":          {"2A37", 1},
		"compact":        {"-at 2026-05-01T10:00:01+02:00 compact a8 0001 011848 182c821861194000 1849c48221190e38 186d83183800666d6d6f6c2f4c 201b0000019de28d3c00 2211 3818f5", 0},
		"compact_value":  {"COMPACT a4 0001 011848 182cf97e00", 1},
		"compact_short":  {"COMPACT a4 0001 011848 182c", 1},
		"senml":          {`-at 2026-05-01T10:00:01+02:00 SENML [{"bn":"x:","bt":1777622400,"n":"hr","u":"beat/min","v":72},{"n":"door","vb":true,"t":1},{"n":"a","vd":"@"}]`, 0},
		"senml_cbor":     {"senml 82 a4 2162783a 0062 6872 0168 62656174 2f6d696e 021848 a3 0064 73706f32 0161 25 02c482 201903cb", 0},
		"senml_value":    {"SENML 81 a2 006161 02 c4", 1},
		"sparkplug":      {"SPARKPLUG 08a0a3f6e4be38 1216 0a0b566974616c732f53704f32 1004 2009 650000c342 1209 1004 2801 650000c042 1801", 0},
		"sparkplug_bad":  {"SPARKPLUG 12ffffffff0f", 1},
		"compact_batch":  {"COMPACT 8301005830060980bbd1cf063c010d746865726d6f6d657465722d31020001000149000602020306060601030490010202f0380202", 0},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if exit := run(strings.Fields(tt.args), nil, &out, &out); exit != tt.exit {
				t.Errorf("exit status %d, want %d", exit, tt.exit)
			}
			path := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(out.Bytes(), want) {
				t.Errorf("got\n%s\nwant (-update rewrites)\n%s", out.Bytes(), want)
			}
		})
	}
}

// With -fhir every measurement is followed by its Observation, or by the reason
// why there is none. What is in it is the business of package fhir.
func TestFHIR(t *testing.T) {
	for args, want := range map[string]string{
		"-fhir 2A1C 006c0100ff":                               "\"valueQuantity\": {\n    \"value\": 36.4,",
		"-fhir -at 2024-11-01T08:00:00+01:00 2A1C 006c0100ff": "\"effectiveDateTime\": \"2024-11-01T08:00:00.000+01:00\"",
		"-fhir 2A36 00 7800 0000 0000":                        "no FHIR Observation of CuffPressure",
	} {
		var out bytes.Buffer
		if exit := run(strings.Fields(args), nil, &out, &out); exit != 0 || !strings.Contains(out.String(), want) {
			t.Errorf("inspect %s: exit status %d, without %q:\n%s", args, exit, want, out.String())
		}
	}
}

func TestUsageErrors(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"", "For example"},
		{"2AFF 00", `unknown characteristic "2AFF"`},
		{"2A37 004", "odd number"},
		{"2A37 00 4g", "digit 4"},
		{"-at noon 2A37 0048", "-at needs a time"},
		{"-x", "-x"},
	} {
		var out, problems bytes.Buffer
		exit := run(strings.Fields(tt.args), nil, &out, &problems)
		if exit != 2 || out.Len() > 0 || !strings.Contains(problems.String(), tt.want) {
			t.Errorf("inspect %s: exit status %d, %q; want 2 and something with %q", tt.args, exit, problems.String(), tt.want)
		}
	}
}
