package gatt_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/activity"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/ghs"
	"github.com/telemed-go/sdk/device/gatt/insulin"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/user"
)

// uncheckedParsers are those of layouts without a second source.
var uncheckedParsers = map[string]func([]byte) (back []byte, err error){
	"2B20": roundTrip(insulin.ParseStatusChanged),
	"2B21": roundTrip(insulin.ParseStatus),
	"2B22": roundTrip(insulin.ParseAnnunciationStatus),
	"2B23": roundTrip(insulin.ParseFeature),
	"2B24": roundTrip(insulin.ParseStatusReader),
	"2B25": roundTrip(insulin.ParseCommand),
	"2B26": roundTrip(insulin.ParseCommandData),
	"2B27": roundTrip(insulin.ParseRecordAccess),
	"2B28": roundTrip(insulin.ParseHistory),
	"2B34": roundTrip(gatt.ParseEnhancedBloodPressure),
	"2B35": roundTrip(gatt.ParseEnhancedCuffPressure),
	"2B36": roundTrip(gatt.ParseBloodPressureRecord),
	"2B37": roundTrip(user.ParseRegistered),
	"2B3B": roundTrip(activity.ParseFeatures),
	"2B3C": roundTrip(activity.ParseInstant),
	"2B3D": roundTrip(activity.ParseSummary),
	"2B3E": roundTrip(activity.ParseCardio),
	"2B3F": roundTrip(activity.ParseCardioSummary),
	"2B40": roundTrip(activity.ParseStepSummary),
	"2B41": roundTrip(activity.ParseSleep),
	"2B42": roundTrip(activity.ParseSleepSummary),
	"2B43": roundTrip(activity.ParseControl),
	"2B44": roundTrip(activity.ParseSession),
	"2B45": roundTrip(activity.ParseDescriptor),
	"2B8E": roundTrip(clock.ParseDeviceTimeFeature),
	"2B8F": roundTrip(func(b []byte) (clock.DeviceTimeParameters, error) { return clock.ParseDeviceTimeParameters(b, 0) }),
	"2B90": roundTrip(func(b []byte) (clock.DeviceTime, error) { return clock.ParseDeviceTime(b, 0) }),
	"2BED": roundTrip(gatt.ParseBatteryStatus),
	"2BF2": roundTrip(ghs.ParseElapsedTime),
	"2BFF": roundTrip(gatt.ParseUDI),
}

// refusedSamples are those that their peer accepts and we refuse, with the
// reason.
var refusedSamples = map[string]string{
	"sigpy-2b8f-41-ok": "trailing_bytes @ 2", // the features that make it longer are not told
}

// The samples of one peer that nobody confirms: what is accepted encodes to
// itself, and what is refused is so for a reason that we know.
func TestUncheckedVectors(t *testing.T) {
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
		var v struct{ ID, Characteristic, Status, Hex, Kind string }
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		parse, ours := uncheckedParsers[v.Characteristic]
		if !ours || v.Status != "unchecked" {
			continue
		}
		seen++
		wire := atttest.Unhex(t, v.Hex)
		back, err := parse(wire)
		if want := refusedSamples[v.ID]; v.Kind == "valid" && code(err) != want {
			t.Errorf("%s, %s: %v, want %q", v.ID, v.Hex, err, want)
		}
		if err == nil && (v.Kind != "valid" || !bytes.Equal(back, wire)) {
			t.Errorf("%s, %s: encodes to %x", v.ID, v.Hex, back)
		}
	}
	if seen < 60 {
		t.Errorf("%d unconfirmed vectors in %s, want 60 or more", seen, path)
	}
}
