package main

import (
	"bytes"
	"strings"
	"testing"
)

// The dump shows every byte of every record; the direction decides who may
// send a command.
func TestInspectCGM(t *testing.T) {
	var out bytes.Buffer
	if exit := run(strings.Fields("2AA7 06000c100500 0d4373002c010324001a003e04"), nil, &out, &out); exit != 0 {
		t.Errorf("exit status %d", exit)
	}
	for _, want := range []string{
		"     0   06                       records[0].size             6  bytes\n",
		"     6   0d                       records[1].size             13  bytes\n",
		"    17   3e 04                    records[1].crc              1086\n",
		"GlucoseISF  115 mg/dL",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	for _, tt := range []struct{ line, want string }{
		{`{"characteristic":"2AA7","hex":"0600ff070500"}`, `"fields":{"records":[{"flags":0,"glucose_mg_per_dL":"NaN","time_offset_min":5}]}`},
		{`{"characteristic":"2AA7","hex":"06000c10050005"}`, `"code":"truncated","offset":7,"field":"flags"`},
		{`{"characteristic":"2A52","hex":"0101","direction":"from_device"}`, `"code":"wrong_direction","offset":0`},
		{`{"characteristic":"2A52","hex":"06000101","direction":"to_device"}`, `"code":"wrong_direction","offset":0`},
		{`{"characteristic":"2A52","hex":"11","direction":"from_device"}`, `"code":"unknown_opcode","offset":0`},
		{`{"characteristic":"2A52","hex":"1100","direction":"from_device"}`, `"code":"unknown_opcode","offset":0`},
		{`{"characteristic":"2A52","hex":"0101"}`, `"fields":{"opcode":1,"operator":1}`},
		{`{"characteristic":"2A52","hex":"050000000100","context":{"service":"1840"}}`, `"record_count":65536`},
		{`{"characteristic":"2AAC","hex":"1a","direction":"from_device"}`, `"code":"wrong_direction","offset":0`},
		{`{"characteristic":"2AAC","hex":"15feff","direction":"from_device"}`, `"alert_rate_mg_per_dL_per_min":"-0.2"`},
		{`{"characteristic":"CRC16-MCRF4XX","hex":""}`, `"crc":65535`},
	} {
		out.Reset()
		if err := batch(strings.NewReader(tt.line), &out); err != nil || !strings.Contains(out.String(), tt.want) {
			t.Errorf("%s gives %s, %v; want %s", tt.line, out.String(), err, tt.want)
		}
	}
}
