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
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/body"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/fitness"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/racp"
	"github.com/telemed-go/sdk/device/gatt/user"
)

// parsers gives back the encoding of what each characteristic decodes.
var parsers = map[string]func([]byte) (back []byte, err error){
	"2A08": roundTrip(clock.ParseDateTime),
	"2A09": roundTrip(clock.ParseDayOfWeek),
	"2A0A": roundTrip(clock.ParseDayDateTime),
	"2A0C": roundTrip(clock.ParseExactTime256),
	"2A0D": roundTrip(clock.ParseDSTOffset),
	"2A0E": roundTrip(clock.ParseTimeZone),
	"2A0F": roundTrip(clock.ParseLocalTimeInformation),
	"2A12": roundTrip(clock.ParseTimeAccuracy),
	"2A13": roundTrip(clock.ParseTimeSource),
	"2A14": roundTrip(clock.ParseReferenceTimeInformation),
	"2A16": roundTrip(clock.ParseTimeUpdateControl),
	"2A17": roundTrip(clock.ParseTimeUpdateState),
	"2A18": roundTrip(bgm.ParseMeasurement),
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
	"2A2B": roundTrip(clock.ParseCurrentTime),
	"2A34": roundTrip(bgm.ParseContext),
	"2A35": roundTrip(gatt.ParseBloodPressureMeasurement),
	"2A36": roundTrip(gatt.ParseIntermediateCuffPressure),
	"2A37": roundTrip(gatt.ParseHeartRateMeasurement),
	"2A38": roundTrip(gatt.ParseBodySensorLocation),
	"2A39": roundTrip(gatt.ParseHeartRateControl),
	"2A49": roundTrip(gatt.ParseBloodPressureFeature),
	"2A50": roundTrip(gatt.ParsePnPID),
	"2A51": roundTrip(bgm.ParseFeature),
	"2A52": roundTrip(racp.Parse),
	"2A53": roundTrip(fitness.ParseRSCMeasurement),
	"2A54": roundTrip(fitness.ParseRSCFeature),
	"2A55": roundTrip(fitness.ParseSCControlPoint),
	"2A5B": roundTrip(fitness.ParseCSCMeasurement),
	"2A5C": roundTrip(fitness.ParseCSCFeature),
	"2A5D": roundTrip(fitness.ParseSensorLocation),
	"2A5E": roundTrip(gatt.ParsePLXSpotCheck),
	"2A5F": roundTrip(gatt.ParsePLXContinuous),
	"2A60": roundTrip(gatt.ParsePLXFeatures),
	"2A7E": roundTrip(user.AerobicHeartRateLowerLimit.Parse),
	"2A80": roundTrip(user.ParseAge),
	"2A81": roundTrip(user.AnaerobicHeartRateLowerLimit.Parse),
	"2A84": roundTrip(user.AerobicHeartRateUpperLimit.Parse),
	"2A85": roundTrip(user.ParseDateOfBirth),
	"2A86": roundTrip(user.ParseDate),
	"2A87": roundTrip(user.ParseText),
	"2A88": roundTrip(user.FatBurnHeartRateLowerLimit.Parse),
	"2A89": roundTrip(user.FatBurnHeartRateUpperLimit.Parse),
	"2A8A": roundTrip(user.ParseText),
	"2A8B": roundTrip(user.FiveZones.Parse),
	"2A8C": roundTrip(user.ParseGender),
	"2A8D": roundTrip(user.HeartRateMax.Parse),
	"2A8E": roundTrip(user.Height.Parse),
	"2A8F": roundTrip(user.HipCircumference.Parse),
	"2A90": roundTrip(user.ParseText),
	"2A91": roundTrip(user.MaxRecommendedHeartRate.Parse),
	"2A92": roundTrip(user.RestingHeartRate.Parse),
	"2A93": roundTrip(user.ParseSportType),
	"2A94": roundTrip(user.ThreeZones.Parse),
	"2A95": roundTrip(user.TwoZoneHeartRateLimit.Parse),
	"2A96": roundTrip(user.VO2Max.Parse),
	"2A97": roundTrip(user.WaistCircumference.Parse),
	"2A98": roundTrip(user.Weight.Parse),
	"2A99": roundTrip(user.ParseChangeIncrement),
	"2A9A": roundTrip(user.ParseIndex),
	"2A9B": roundTrip(body.ParseFeature),
	"2A9C": roundTrip(body.ParseComposition),
	"2A9D": roundTrip(gatt.ParseWeightMeasurement),
	"2A9E": roundTrip(gatt.ParseWeightScaleFeature),
	"2A9F": roundTrip(user.ParseControlPoint),
	"2AA2": roundTrip(user.ParseText),
	"2AED": roundTrip(user.ParseDateUTC),
	"2B4C": roundTrip(user.FourZones.Parse),
	"2AA7": roundTrip(cgm.ParseMeasurement),
	"2AA8": roundTrip(cgm.ParseFeature),
	"2AA9": roundTrip(cgm.ParseStatus),
	"2AAA": roundTrip(cgm.ParseSessionStart),
	"2AAB": roundTrip(cgm.ParseSessionRunTime),
	"2AAC": roundTrip(cgm.ParseControl),
}

func roundTrip[M atttest.Encoder](parse func([]byte) (M, error)) func([]byte) ([]byte, error) {
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
		m, _ := racp.Parse(b)
		return m.CheckDirection(fromDevice)
	case "2AAC":
		m, _ := cgm.ParseControl(b)
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
		wire := atttest.Unhex(t, v.Hex)
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
