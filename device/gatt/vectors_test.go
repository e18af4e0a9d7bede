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
	"2A09": roundTrip(gatt.ParseDayOfWeek),
	"2A0A": roundTrip(gatt.ParseDayDateTime),
	"2A0C": roundTrip(gatt.ParseExactTime256),
	"2A0D": roundTrip(gatt.ParseDSTOffset),
	"2A0E": roundTrip(gatt.ParseTimeZone),
	"2A0F": roundTrip(gatt.ParseLocalTimeInformation),
	"2A12": roundTrip(gatt.ParseTimeAccuracy),
	"2A13": roundTrip(gatt.ParseTimeSource),
	"2A14": roundTrip(gatt.ParseReferenceTimeInformation),
	"2A16": roundTrip(gatt.ParseTimeUpdateControl),
	"2A17": roundTrip(gatt.ParseTimeUpdateState),
	"2A18": roundTrip(gatt.ParseGlucoseMeasurement),
	"2A19": roundTrip(gatt.ParseBatteryLevel),
	"2A1C": roundTrip(gatt.ParseTemperatureMeasurement),
	"2A1D": roundTrip(gatt.ParseTemperatureType),
	"2A1E": roundTrip(gatt.ParseIntermediateTemperature),
	"2A21": roundTrip(gatt.ParseMeasurementInterval),
	"2A23": roundTrip(gatt.ParseSystemID),
	"2A24": roundTrip(gatt.ParseDeviceText),
	"2A25": roundTrip(gatt.ParseDeviceText),
	"2A26": roundTrip(gatt.ParseDeviceText),
	"2A27": roundTrip(gatt.ParseDeviceText),
	"2A28": roundTrip(gatt.ParseDeviceText),
	"2A29": roundTrip(gatt.ParseDeviceText),
	"2A2A": roundTrip(gatt.ParseRegulatoryData),
	"2A2B": roundTrip(gatt.ParseCurrentTime),
	"2A34": roundTrip(gatt.ParseGlucoseContext),
	"2A35": roundTrip(gatt.ParseBloodPressureMeasurement),
	"2A36": roundTrip(gatt.ParseIntermediateCuffPressure),
	"2A37": roundTrip(gatt.ParseHeartRateMeasurement),
	"2A38": roundTrip(gatt.ParseBodySensorLocation),
	"2A39": roundTrip(gatt.ParseHeartRateControl),
	"2A49": roundTrip(gatt.ParseBloodPressureFeature),
	"2A50": roundTrip(gatt.ParsePnPID),
	"2A51": roundTrip(gatt.ParseGlucoseFeature),
	"2A52": roundTrip(gatt.ParseRACP),
	"2A53": roundTrip(gatt.ParseRSCMeasurement),
	"2A54": roundTrip(gatt.ParseRSCFeature),
	"2A55": roundTrip(gatt.ParseSCControlPoint),
	"2A5B": roundTrip(gatt.ParseCSCMeasurement),
	"2A5C": roundTrip(gatt.ParseCSCFeature),
	"2A5D": roundTrip(gatt.ParseSensorLocation),
	"2A5E": roundTrip(gatt.ParsePLXSpotCheck),
	"2A5F": roundTrip(gatt.ParsePLXContinuous),
	"2A60": roundTrip(gatt.ParsePLXFeatures),
	"2A7E": roundTrip(gatt.AerobicHeartRateLowerLimit.Parse),
	"2A80": roundTrip(gatt.ParseUserAge),
	"2A81": roundTrip(gatt.AnaerobicHeartRateLowerLimit.Parse),
	"2A84": roundTrip(gatt.AerobicHeartRateUpperLimit.Parse),
	"2A85": roundTrip(gatt.ParseDateOfBirth),
	"2A86": roundTrip(gatt.ParseDate),
	"2A87": roundTrip(gatt.ParseUserText),
	"2A88": roundTrip(gatt.FatBurnHeartRateLowerLimit.Parse),
	"2A89": roundTrip(gatt.FatBurnHeartRateUpperLimit.Parse),
	"2A8A": roundTrip(gatt.ParseUserText),
	"2A8B": roundTrip(gatt.FiveZones.Parse),
	"2A8C": roundTrip(gatt.ParseUserGender),
	"2A8D": roundTrip(gatt.HeartRateMax.Parse),
	"2A8E": roundTrip(gatt.UserHeight.Parse),
	"2A8F": roundTrip(gatt.HipCircumference.Parse),
	"2A90": roundTrip(gatt.ParseUserText),
	"2A91": roundTrip(gatt.MaxRecommendedHeartRate.Parse),
	"2A92": roundTrip(gatt.RestingHeartRate.Parse),
	"2A93": roundTrip(gatt.ParseSportType),
	"2A94": roundTrip(gatt.ThreeZones.Parse),
	"2A95": roundTrip(gatt.TwoZoneHeartRateLimit.Parse),
	"2A96": roundTrip(gatt.VO2Max.Parse),
	"2A97": roundTrip(gatt.UserWaistCircumference.Parse),
	"2A98": roundTrip(gatt.UserWeight.Parse),
	"2A99": roundTrip(gatt.ParseChangeIncrement),
	"2A9A": roundTrip(gatt.ParseUserIndex),
	"2A9B": roundTrip(gatt.ParseBodyCompositionFeature),
	"2A9C": roundTrip(gatt.ParseBodyComposition),
	"2A9D": roundTrip(gatt.ParseWeightMeasurement),
	"2A9E": roundTrip(gatt.ParseWeightScaleFeature),
	"2A9F": roundTrip(gatt.ParseUserControlPoint),
	"2AA2": roundTrip(gatt.ParseUserText),
	"2AED": roundTrip(gatt.ParseDateUTC),
	"2B4C": roundTrip(gatt.FourZones.Parse),
	"2AA7": roundTrip(gatt.ParseCGMMeasurement),
	"2AA8": roundTrip(gatt.ParseCGMFeature),
	"2AA9": roundTrip(gatt.ParseCGMStatus),
	"2AAA": roundTrip(gatt.ParseCGMSessionStart),
	"2AAB": roundTrip(gatt.ParseCGMSessionRunTime),
	"2AAC": roundTrip(gatt.ParseCGMControl),
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

// checkDirection holds a good frame of a control point against its direction.
func checkDirection(characteristic string, b []byte, fromDevice bool) error {
	switch characteristic {
	case "2A52":
		m, _ := gatt.ParseRACP(b)
		return m.CheckDirection(fromDevice)
	case "2AAC":
		m, _ := gatt.ParseCGMControl(b)
		return m.CheckDirection(fromDevice)
	}
	return nil
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
		if err == nil && v.Direction != "" {
			err = checkDirection(v.Characteristic, wire, v.Direction == "from_device")
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
	ID, Characteristic, Status, Hex, Direction string

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
