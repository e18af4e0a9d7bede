package devicetest_test

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/telemed-go/sdk/device/devicetest"
)

// The vectors of third parties: no rule calls a good frame wrong, every bad one
// is called so at its byte, and the remarks of the file are found.
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
	seen, remarks := 0, 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var v struct {
			ID, Characteristic, Status, Hex, Kind string

			Lint    []string
			Context map[string]any
			Expect  struct {
				Error *struct {
					Code   string
					Offset int
				}
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		uuid, err := strconv.ParseUint(v.Characteristic, 16, 16)
		if c := devicetest.Characteristic(uuid); err != nil || v.Status == "unchecked" || !slices.Contains(devicetest.Characteristics(), c) {
			continue
		}
		b, err := hex.DecodeString(v.Hex)
		if err != nil {
			t.Fatal(err)
		}
		seen++
		report := devicetest.CheckFrame(devicetest.Capture{Characteristic: devicetest.Characteristic(uuid), Bytes: b})
		for _, id := range v.Lint {
			remarks++
			if !slices.Contains(report.IDs(), id) {
				t.Errorf("%s: %v, want %s among them", v.ID, report.IDs(), id)
			}
		}
		switch {
		case v.Expect.Error == nil && report.Worst() == devicetest.Error && !slices.Contains(report.IDs(), "reserved_number"):
			t.Errorf("%s is good: %v", v.ID, report.Findings)
		case v.Expect.Error != nil && v.Context == nil && !mentions(report, v.Expect.Error.Offset) &&
			v.Expect.Error.Code != "wrong_direction": // a frame does not tell where it went
			t.Errorf("%s is bad at byte %d: %v", v.ID, v.Expect.Error.Offset, report.Findings)
		}
	}
	if seen < 200 || remarks < 2 {
		t.Errorf("%d vectors with %d remarks, want 200 and 2 or more", seen, remarks)
	}
}

func mentions(r devicetest.Report, offset int) bool {
	return slices.ContainsFunc(r.Findings, func(f devicetest.Finding) bool {
		return f.Severity == devicetest.Error && f.Offset == offset
	})
}
