package gatt_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
)

// parsers gives back the encoding of what each characteristic decodes.
var parsers = map[string]func([]byte) (back []byte, err error){
	"2A08": roundTrip(gatt.ParseDateTime),
	"2A18": roundTrip(gatt.ParseGlucoseMeasurement),
	"2A19": roundTrip(gatt.ParseBatteryLevel),
	"2A1C": roundTrip(gatt.ParseTemperatureMeasurement),
	"2A1E": roundTrip(gatt.ParseIntermediateTemperature),
	"2A23": roundTrip(gatt.ParseSystemID),
	"2A24": roundTrip(gatt.ParseDeviceText),
	"2A25": roundTrip(gatt.ParseDeviceText),
	"2A26": roundTrip(gatt.ParseDeviceText),
	"2A27": roundTrip(gatt.ParseDeviceText),
	"2A28": roundTrip(gatt.ParseDeviceText),
	"2A29": roundTrip(gatt.ParseDeviceText),
	"2A34": roundTrip(gatt.ParseGlucoseContext),
	"2A35": roundTrip(gatt.ParseBloodPressureMeasurement),
	"2A36": roundTrip(gatt.ParseIntermediateCuffPressure),
	"2A37": roundTrip(gatt.ParseHeartRateMeasurement),
	"2A50": roundTrip(gatt.ParsePnPID),
	"2A5E": roundTrip(gatt.ParsePLXSpotCheck),
	"2A5F": roundTrip(gatt.ParsePLXContinuous),
	"2A9D": roundTrip(gatt.ParseWeightMeasurement),
}

func roundTrip[M encoder](parse func([]byte) (M, error)) func([]byte) ([]byte, error) {
	return func(b []byte) ([]byte, error) {
		m, err := parse(b)
		if err != nil {
			return nil, err
		}
		return m.AppendBinary(nil)
	}
}

// parseWeight also holds the frame against the feature characteristic.
func parseWeight(b []byte, feature *uint32) error {
	m, err := gatt.ParseWeightMeasurement(b)
	if err == nil && feature != nil {
		err = m.CheckFeature(*feature)
	}
	return err
}

// The vectors of third parties: whether a frame is accepted, what is wrong with
// it and where, and that it encodes to itself. The values are checked in
// examples/inspect, which speaks the vocabulary of the file.
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
		var v thirdParty
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("line %d: %v", seen+1, err)
		}
		parse, ours := parsers[v.Characteristic]
		if !ours || v.Status == "unchecked" {
			continue
		}
		seen++
		wire := unhex(t, v.Hex)
		back, err := parse(wire)
		if err == nil && v.Context.Feature != nil {
			err = parseWeight(wire, v.Context.Feature)
		}
		if got, want := code(err), v.Expect.Error.String(); got != want {
			t.Errorf("%s, %s: %q, want %q", v.ID, v.Hex, got, want)
		}
		if err == nil && !bytes.Equal(back, wire) {
			t.Errorf("%s, %s: encodes to %x", v.ID, v.Hex, back)
		}
	}
	if seen < 90 {
		t.Errorf("%d vectors in %s, want 90 or more", seen, path)
	}
}

// thirdParty is what matters here of a line of the file.
type thirdParty struct {
	ID, Characteristic, Status, Hex string

	Context struct {
		Feature *uint32 `json:"weight_scale_feature"`
	}
	Expect struct{ Error *place }
}

// place is the expected error; nil for a good frame.
type place struct {
	Code   string
	Offset int
}

func (p *place) String() string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf("%s @ %d", p.Code, p.Offset)
}

func code(err error) string {
	e, ok := errors.AsType[*device.DecodeError](err)
	if !ok {
		return ""
	}
	fault, _ := errors.AsType[device.Fault](err)
	return (&place{fault.Code(), e.Offset}).String()
}
