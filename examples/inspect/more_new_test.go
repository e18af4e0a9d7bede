package main

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// One frame of every characteristic that no second source confirms.
var newFrames = map[string]string{
	"2B20": "8500",
	"2B21": "559617f001",
	"2B22": "2301003300" + "0f64006500",
	"2B23": "df9a0764000100808102",
	"2B24": "030330030f",
	"2B25": "ff0f0102",
	"2B26": "5a0f0102",
	"2B27": "0f0f33f0",
	"2B28": "cc000a0000000000ff",
	"2B34": "7fa0f06af07cf0487fec2d4800023f00587fec2d",
	"2B35": "7f5100487fec2d6400010600487fec2d",
	"2B36": "030100342baabbcc",
	"2B37": "0305416c696365",
	"2B3B": "0100000001000000",
	"2B3C": "c0090000010002000a000000010000000102",
	"2B3D": "c081000000010002000a00000001000000aa",
	"2B3E": "03004850",
	"2B3F": "07000000aabbcc",
	"2B40": "c005010002000a00000001000000102030",
	"2B41": "0800040000ff",
	"2B42": "030000aabb",
	"2B43": "040100",
	"2B44": "030a0002",
	"2B45": "02000107ab",
	"2B8B": "03ff1f00000002010c00010082410200a00a48000000020a0001008241020001000000",
	"2B8E": "d0da0300",
	"2B8F": "4801",
	"2B90": "4077fb27ecff1100",
	"2BDD": "0307000000070e00000001054a020001200f78000000",
	"2BED": "0701001234" + "6405",
	"2BF1": "8241020001000000050000ff",
	"2BF2": "3280510100000004080101",
	"2BF3": "0101044a020001071001",
	"2BF4": "81",
	"2BFF": "0f4c424c00444900495353004155544800",
}

// Every frame is laid out to its last byte, and every piece of it as far as it
// goes.
func TestNewCharacteristics(t *testing.T) {
	for _, c := range newCharacteristics() {
		b, err := unhex(newFrames[c.name])
		if err != nil || len(b) == 0 {
			t.Fatalf("%s: no frame (%v)", c.name, err)
		}
		l, err := c.decode(b, hints{})
		if err != nil || l.end != len(b) {
			t.Errorf("%s: %d of %d bytes laid out, %v", c.name, l.end, len(b), err)
		}
		if text, err := json.Marshal(l.fields); err != nil {
			t.Errorf("%s: %s, %v", c.name, text, err)
		}
		for n := range b {
			piece, err := c.decode(b[:n:n], hints{})
			dump(io.Discard, piece, err)
		}
	}
}

func TestNewCharacteristicsInContext(t *testing.T) {
	for _, tt := range []struct{ request, want string }{
		{
			`{"characteristic":"2B8F","hex":"ffff2c0149000a00","context":{"device_time_features":258}}`,
			`"rtc_resolution_65536s":65535,"max_rtc_drift_limit_s":300,"max_days_until_sync_loss":73,"non_logged_time_adjustment_limit_s":10`,
		},
		{`{"characteristic":"2B90","hex":"00000000000000000500","context":{"device_time_features":256}}`, `"accumulated_rtc_drift_s":5`},
		{`{"characteristic":"2B20","hex":"850007dd78","context":{"idd_features":1}}`, `"status_changed":133,"e2e_counter":7,"crc":30941`},
		{`{"characteristic":"2B20","hex":"850007dd79","context":{"idd_features":1}}`, `"code":"crc_mismatch","offset":3`},
		{`{"characteristic":"2BF4","hex":"01","direction":"from_device"}`, `"code":"wrong_direction"`},
		{`{"characteristic":"2B8B","hex":"0101ff"}`, `"segment":"01ff"`},
		{
			`{"characteristic":"2B8B","hex":"03070e00000001054a020001200f78000000"}`,
			`"components":[{"type":150021,"class":1,"unit_code":3872,"value":"120"}]`,
		},
	} {
		text, err := json.Marshal(reply([]byte(tt.request)))
		if err != nil || !strings.Contains(string(text), tt.want) {
			t.Errorf("%s\nanswers %s, %v\nwant    %s", tt.request, text, err, tt.want)
		}
	}
}
