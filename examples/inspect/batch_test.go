package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestBatch(t *testing.T) {
	long := strings.Repeat("0", maxLine)
	for _, tt := range []struct{ name, in, want string }{
		{
			"readings", `{"id":"a","characteristic":"2A37","hex":"1648 0004"}`,
			`{"id":"a","ok":true,"fields":{"flags":22,"contact_supported":true,"contact_detected":true,"heart_rate_bpm":72,"rr_1024s":[1024]},` +
				`"readings":[{"kind":"HeartRate","value":"72","unit":"/min","quality":"good"},` +
				`{"kind":"RRInterval","value":"1000.0","unit":"ms","quality":"good"}]}`,
		},
		{
			"contact unknown", `{"id":1,"characteristic":"0x2a37","hex":"0048"}`,
			`{"id":1,"ok":true,"fields":{"flags":0,"contact_supported":false,"contact_detected":null,"heart_rate_bpm":72},` +
				`"readings":[{"kind":"HeartRate","value":"72","unit":"/min","quality":"good"}]}`,
		},
		{
			"no value", `{"characteristic":"2A1C","hex":"00ffff7f00"}`,
			`{"ok":true,"fields":{"flags":0,"temperature_Cel":"NaN"},"readings":[{"kind":"BodyTemperature","quality":"not-a-number"}]}`,
		},
		{
			"device time has no zone", `{"characteristic":"2A9D","hex":"02b036e7070c190e1e2d"}`,
			`{"ok":true,"fields":{"flags":2,"weight_kg":"70","timestamp":"2023-12-25T14:30:45"},` +
				`"readings":[{"kind":"BodyWeight","value":"70.000","unit":"kg","quality":"good","time":"2023-12-25T14:30:45"}]}`,
		},
		{
			"error", `{"id":"b","characteristic":"2A35","hex":"010203040506"}`,
			`{"id":"b","ok":false,"error":{"code":"truncated","offset":5,"field":"map",` +
				`"message":"BloodPressureMeasurement: byte 5, Mean: truncated (BLS 1.1, 3.1)"}}`,
		},
		{
			"context", `{"id":"c","characteristic":"2A9D","hex":"04881302","context":{"weight_scale_feature":0}}`,
			`{"id":"c","ok":false,"error":{"code":"feature_mismatch","offset":0,"field":"user_id",` +
				`"message":"WeightMeasurement: byte 0, User: field denied by the feature characteristic (WSS 1.0, 3.2)"}}`,
		},
		{"no JSON", `2A37 0048`, `{"ok":false,"error":{"code":"bad_request","message":"the line is not a JSON object of the expected form"}}`},
		{
			"no bytes", `{"id":"d","characteristic":"2A37","hex":""}`,
			`{"id":"d","ok":false,"error":{"code":"truncated","offset":0,"field":"flags",` +
				`"message":"HeartRateMeasurement: byte 0, Flags: truncated (HRS 1.0, 3.1)"}}`,
		},
		{
			"odd", `{"id":"d","characteristic":"2A37","hex":"004"}`,
			`{"id":"d","ok":false,"error":{"code":"bad_hex","message":"the bytes have an odd number of hexadecimal digits: one is missing"}}`,
		},
		{
			"unknown", `{"id":"e","characteristic":"2AFF","hex":"00"}`,
			`{"id":"e","ok":false,"error":{"code":"unsupported",` +
				`"message":"unknown characteristic \"2AFF\": run inspect without arguments for the list"}}`,
		},
		{"too long", long + "0", `{"ok":false,"error":{"code":"line_too_long","message":"a request has at most 1 MiB"}}`},
		{"empty lines", "\n\r\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := batch(strings.NewReader(tt.in+"\n"), &out); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSuffix(out.String(), "\n"); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// One answer per line, in order, whatever came before and however it arrives.
func TestBatchGoesOn(t *testing.T) {
	in := strings.Repeat("x", 3*maxLine) + "\n" + `{"id":"a","characteristic":"2A19","hex":"4b"}` + "\n\n" + `{"id":"b","characteristic":"2A19","hex":"4c"}`
	var out bytes.Buffer
	if err := batch(iotest.HalfReader(strings.NewReader(in)), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || !strings.Contains(lines[1], `"level_pct":75`) || !strings.Contains(lines[2], `"level_pct":76`) {
		t.Errorf("got %d answers: %s", len(lines), out.String())
	}
}

func TestBatchTransportErrors(t *testing.T) {
	if err := batch(iotest.ErrReader(io.ErrUnexpectedEOF), io.Discard); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("broken input: %v, want %v", err, io.ErrUnexpectedEOF)
	}
	r, w := io.Pipe()
	_ = r.Close()
	if err := batch(strings.NewReader("{}\n"), w); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("broken output: %v, want %v", err, io.ErrClosedPipe)
	}
}

// The vectors of third parties, with every value that they expect.
func TestThirdPartyVectors(t *testing.T) {
	path := filepath.Join(cmp.Or(os.Getenv("TELEMED_DATA"), "../../../shared/data"), "device", "vectors.jsonl")
	file, err := os.Open(path)
	if err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skipf("no vectors (TELEMED_DATA names their folder): %v", err)
	}
	defer file.Close()
	seen := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var v struct {
			ID, Characteristic, Status string

			Expect map[string]any
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if _, err := find(v.Characteristic); err != nil || v.Status == "unchecked" {
			continue
		}
		seen++
		got := answerOf(t, lines.Bytes())
		if want, bad := v.Expect["error"].(map[string]any); bad {
			problem, _ := got["error"].(map[string]any)
			if problem["code"] != want["code"] || problem["offset"] != want["offset"] || got["ok"] != false {
				t.Errorf("%s: error %v, want %v", v.ID, problem, want)
			}
			continue
		}
		fields, _ := got["fields"].(map[string]any)
		for name, want := range v.Expect {
			if value, ok := fields[name]; !ok || !reflect.DeepEqual(value, want) {
				t.Errorf("%s: %s = %v, want %v", v.ID, name, value, want)
			}
		}
	}
	if seen < 120 {
		t.Errorf("%d vectors in %s, want 120 or more", seen, path)
	}
}

func answerOf(t *testing.T, line []byte) (fields map[string]any) {
	t.Helper()
	text, err := json.Marshal(reply(line))
	if err == nil {
		err = json.Unmarshal(text, &fields)
	}
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

func FuzzReply(f *testing.F) {
	f.Add([]byte(`{"id":"a","characteristic":"2A37","hex":"16480004"}`))
	f.Add([]byte(`{"id":[{}],"characteristic":"FLOAT","hex":"6c0100ff","context":{"weight_scale_feature":7}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if text, err := json.Marshal(reply(line)); err != nil || bytes.ContainsRune(text, '\n') {
			t.Errorf("%q is answered with %q, %v", line, text, err)
		}
	})
}
