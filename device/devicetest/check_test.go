package devicetest_test

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/device/devicetest"
)

// Outside a test, Check says what Conforms would.
func ExampleCheck() {
	report := devicetest.Check([]devicetest.Capture{
		{Characteristic: devicetest.HeartRateMeasurement, Bytes: []byte{0x00, 0x48}},
		{Characteristic: devicetest.HeartRateMeasurement, Bytes: []byte{0x08, 0x48, 0x10, 0x00}},
		{Characteristic: devicetest.HeartRateMeasurement, Bytes: []byte{0x08, 0x48, 0x11}},
	})
	for _, f := range report.Findings {
		fmt.Printf("%v %s: %v\n", f.Severity, f.Rule, f)
	}
	// Output:
	// error truncated: frame 3, byte 2: EnergyExpended truncated (HRS 1.0, 3.1.1.3)
}

// capture makes frames of "2A37 0048" lines.
func capture(t testing.TB, text string) []devicetest.Capture {
	t.Helper()
	frames, err := devicetest.ReadCaptures(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

func TestRules(t *testing.T) {
	for _, tt := range []struct{ name, frames, want string }{
		{"good", "2A37 0048", ""},
		{"nothing", "2A37", "error truncated: frame 1, byte 0: Flags truncated (HRS 1.0, 3.1.1.1)"},
		{"reserved and surplus", "2A37 20 48 07", "error reserved_bits: frame 1, byte 0: Flags reserved bits are set (HRS 1.0, 3.1.1.1)\n" +
			"error trailing_bytes: frame 1, byte 2: trailing bytes (HRS 1.0, 3.1)"},
		{"unknown", "2AFF 00", "note unknown_characteristic: frame 1, byte 0: the kit does not know this characteristic"},
		{"contact without support", "2A37 0248", "warning contact_without_support: frame 1, byte 0: Flags report contact without support for it (HRS 1.0, 3.1.1.1)"},
		{"contact support changes", "2A37 0648\n2A37 0048", "warning contact_support_changed: frame 2, byte 0: Flags change their mind about support for contact (HRS 1.0, 3.1.1.1)"},
		{"no rate with contact", "2A37 0600", "warning zero_rate_with_contact: frame 1, byte 1: HeartRateMeasurementValue is 0 though there is contact (HRS 1.0, 3.1.1.2)"},
		{"impossible rate", "2A37 01 9001", "warning implausible_heart_rate: frame 1, byte 1: HeartRateMeasurementValue is outside what is plausible (HRS 1.0, 3.1.1.2)"},
		{"wide", "2A37 01 4800", "note wide_rate: frame 1, byte 1: HeartRateMeasurementValue has 16 bits where 8 would do (HRS 1.0, 3.1.1.2)"},
		{"no intervals", "2A37 1048", "warning rr_empty: frame 1, byte 2: RR-Interval is announced and missing (HRS 1.0, 3.1.1.4)"},
		{"short interval", "2A37 18 3c 0100 0004 0a00", "warning implausible_rr: frame 1, byte 6: RR-Interval is outside 200 ms to 4 s (HRS 1.0, 3.1.1.4)"},
		{"rate and interval", "2A37 10 b4 0004", "note rr_contradicts_rate: frame 1, byte 2: RR-Interval contradicts the rate (HRS 1.0, 3.1.1.4)"},
		{"energy falls", "2A37 0848 6400\n2A37 0848 6300", "warning energy_decreased: frame 2, byte 2: EnergyExpended has decreased (HRS 1.0, 3.1.1.3)"},
		{"energy reset", "2A37 0848 6400\n2A37 0848 0100", ""},
		{"121 kPa", "2A35 01 7900 5100 6a00", "warning implausible_pressure: frame 1, byte 1: Systolic is outside what is plausible (BLS 1.1, 3.1.1.2)\n" +
			"warning implausible_pressure: frame 1, byte 3: Diastolic is outside what is plausible (BLS 1.1, 3.1.1.2)\n" +
			"warning implausible_pressure: frame 1, byte 5: MeanArterialPressure is outside what is plausible (BLS 1.1, 3.1.1.2)"},
		{"upside down", "2A35 00 4800 5100 4000", "warning systolic_below_diastolic: frame 1, byte 1: Systolic is below Diastolic (BLS 1.1, 3.1.1.2)"},
		{"mean", "2A35 00 7800 5000 4f00", "warning mean_outside_pressures: frame 1, byte 5: MeanArterialPressure is not between Diastolic and Systolic (BLS 1.1, 3.1.1.2)"},
		{"mean is optional", "2A35 00 7800 5000 ff07", ""},
		{"half a result", "2A35 00 7800 ff07 ff07", "note some_pressures_missing: frame 1, byte 1: Systolic and Diastolic do not both have a value (BLS 1.1, 3.1.1.2)"},
		{"no reason", "2A35 00 ff07 ff07 ff07", "note failure_without_reason: frame 1, byte 1: Systolic is missing and the status does not say why (BLS 1.1, 3.1.1.2)"},
		{"reserved number", "2A35 00 0108 5000 ff07", "error reserved_number: frame 1, byte 1: Systolic is the word that IEEE 11073 reserves (BLS 1.1, 3.1.1.2)\n" +
			"note some_pressures_missing: frame 1, byte 1: Systolic and Diastolic do not both have a value (BLS 1.1, 3.1.1.2)"},
		{"pulse above and below", "2A35 10 7800 5000 5d00 1800", "error pulse_range_both: frame 1, byte 7: MeasurementStatus has the pulse above and below its range (BLS 1.1, 3.1.1.6)"},
		{"status without feature", "2A49 0000\n2A35 10 7800 5000 5d00 0100", "error status_without_feature: frame 2, byte 7: MeasurementStatus has a bit that the feature characteristic denies (BLS 1.1, 3.1.1.6)"},
		{"time goes back", "2A35 02 7800 5000 5d00 e807051f0c1e01\n2A35 02 7800 5000 5d00 e807051f0c1e00", "warning time_backwards: frame 2, byte 7: TimeStamp is earlier than that of the frame before (BLS 1.1, 3.1.1.3)"},
		{"clock", "2A35 02 7800 5000 5d00 00000000000000", "warning clock_unset: frame 1, byte 7: TimeStamp is not set (BLS 1.1, 3.1.1.3)"},
		{"future", "2024-05-29T00:00:00Z 2A35 02 7800 5000 5d00 e807051f0c1e01", "warning time_in_future: frame 1, byte 7: TimeStamp lies more than a day after the frame arrived (BLS 1.1, 3.1.1.3)"},
		{"unused", "2A36 00 7800 0000 0000", "note unused_not_nan: frame 1, byte 3: Unused is not NaN (BLS 1.1, 3.2)"},
		{"cuff", "2A36 01 7800 ff07 ff07", "warning implausible_pressure: frame 1, byte 1: CuffPressure is outside what is plausible (BLS 1.1, 3.2.1.2)"},
		{"SpO2", "2A5F 00 6e00 4800", "warning implausible_spo2: frame 1, byte 1: SpO2 is outside what is plausible (PLXS 1.0, 3.2)"},
		{"fast is denied", "2A60 0000\n2A5F 01 6000 4800 6000 4800", "error feature_mismatch: frame 2, byte 5: SpO2Fast is denied by the feature characteristic (PLXS 1.0, 3.2)"},
		{"no status bits", "2A60 0100 2000\n2A5F 04 6000 4800 4000", "error status_without_feature: frame 2, byte 5: MeasurementStatus has a bit that the feature characteristic denies (PLXS 1.0, 3.2)"},
		{"unavailable", "2A5E 02 6000 4800 0020", "note value_though_unavailable: frame 1, byte 1: SpO2 has a value though the status calls it unavailable (PLXS 1.0, 3.1.1.5)"},
		{"clock flag", "2A5E 10 6000 4800", "note clock_flag_without_time: frame 1, byte 0: Flags say that the clock is not set and there is no time stamp (PLXS 1.0, 3.1.1.1)"},
		{"IEEE 754", "2A1C 00 6666 1242", "error ieee754_float: frame 1, byte 1: TemperatureMeasurementValue makes sense as IEEE 754 only (HTS 1.0, 3.1.1.2)"},
		{"hot", "2A1C 00 900100ff\n2A1C 00 f40100ff", "warning implausible_temperature: frame 2, byte 1: TemperatureMeasurementValue is outside what is plausible (HTS 1.0, 3.1.1.2)"},
		{"battery", "2A19 65", "error battery_above_100: frame 1, byte 0: Level reserved value (BAS 1.0, 3.1)"},
		{"padded", "2A29 41 00", "note text_padded: frame 1, byte 1: Text is padded with NULs (DIS 1.1, 3)"},
		{"empty text", "2A29", "warning text_empty: frame 1, byte 0: Text is empty (DIS 1.1, 3)"},
		{"control characters", "2A29 4107", "warning text_control_character: frame 1, byte 1: Text has a control character (DIS 1.1, 3)"},
		{"system", "2A23 0000000000 0a0b0c", "warning system_id_zero: frame 1, byte 0: SystemID is 0 in one of its parts (DIS 1.1, 3.7)"},
		{"context missing", "2A18 10 0100 e807051f0c1e00\n2A18 00 0200 e807051f0c1f00", "error context_missing: frame 1, byte 0: Flags announce a context that does not follow (GLS 1.0, 3.2)"},
		{"context missing at the end", "2A18 10 0100 e807051f0c1e00", "error context_missing: frame 1, byte 0: Flags announce a context that does not follow (GLS 1.0, 3.2)"},
		{"context", "2A18 10 0100 e807051f0c1e00\n2A34 02 0100 01", ""},
		{"context of another", "2A18 00 0100 e807051f0c1e00\n2A34 02 0100 01", "error context_without_measurement: frame 2, byte 1: Sequence is that of no measurement that announced a context just before (GLS 1.0, 3.2)"},
		{"repeated", "2A18 00 0100 e807051f0c1e00\n2A18 00 0100 e807051f0c1e00", "error sequence_repeated: frame 2, byte 1: Sequence is that of the record before (GLS 1.0, 3.1.1.2)"},
		{"order", "2A18 00 0200 e807051f0c1e00\n2A18 00 0100 e807051f0c1e00", "error sequence_order: frame 2, byte 1: Sequence is below that of the record before (GLS 1.0, 3.1.1.2)"},
		{"gap", "2A18 00 0100 e807051f0c1e00\n2A18 00 0300 e807051f0c1e00", "note sequence_gap: frame 2, byte 1: Sequence leaves out records (GLS 1.0, 3.1.1.2)"},
		{"wrap", "2A18 00 ffff e807051f0c1e00\n2A18 00 0000 e807051f0c1e00", ""},
		{"number beyond", "2A18 0a 0100 e807051f0c1e00 64b0 11 2000", "warning number_though_beyond_range: frame 1, byte 10: Concentration has a number though the status says that it is beyond the range (GLS 1.0, 3.1.1.7)"},
		{"control", "2A18 02 0100 e807051f0c1e00 64b0 1a", "note control_contradiction: frame 1, byte 12: SampleLocation and Type do not both say control solution (GLS 1.0, 3.1.1.6)"},
		{"exercise", "2A18 10 0100 e807051f0c1e00\n2A34 08 0100 0a00 65", "error intensity_above_100: frame 2, byte 5: ExerciseIntensity is above 100 % (GLS 1.0, 3.2.1.8)"},
		{"BMI", "2A9D 08 b036 6400 d606", "warning bmi_inconsistent: frame 1, byte 3: BMI is not weight by height squared (WSS 1.0, 3.2.1.5)"},
		{"feature of a scale", "2A9E 00000000\n2A9D 04 b036 01", "error feature_mismatch: frame 2, byte 0: User is denied by the feature characteristic (WSS 1.0, 3.2)"},
		{"first packet alone", "2A9C 0010 c800", "error multi_packet_incomplete: frame 1, byte 0: Flags announce a second packet that does not follow (BCS 1.0, 3.2.1.1)"},
		{"same in both", "2A9C 0810 c800 0100\n2A9C 0810 c800 0100", "warning multi_packet_field_repeated: frame 2, byte 0: Flags announce a field that the first packet has (BCS 1.0, 3.2.1.1)"},
		{"CGM time", "2AA7 06 00 6400 0500\n2AA7 06 00 6400 0500", "error time_offset_order: frame 2, byte 4: TimeOffset is not above that of the record before (CGMS 1.0, 3.1.1.4)"},
		{"distance", "2A53 02 0002 50 64000000\n2A53 02 0002 50 63000000", "warning distance_decreased: frame 2, byte 4: TotalDistance has decreased (RSCS 1.0, 3.1.1.5)"},
		{"crank", "2A5B 02 0100 0004\n2A5B 02 0100 0005", "warning event_time_without_revolution: frame 2, byte 3: CrankEvent has changed without a revolution (CSCS 1.0, 3.1.1)"},
		{"quirk", "! NordicSemiconductor X\n2A19 64", "note known_quirk: frame 1, byte 0: the model is known for: CGM annunciation reversed (BAS 1.0, 3.1)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var lines []string
			for _, f := range devicetest.Check(capture(t, tt.frames)).Findings {
				lines = append(lines, fmt.Sprintf("%v %s: %v", f.Severity, f.Rule, f))
			}
			if got := strings.Join(lines, "\n"); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// Every rule says something, once, and can be found under its id.
func TestRuleTable(t *testing.T) {
	rules := devicetest.Rules()
	if len(rules) < 40 {
		t.Errorf("%d rules, want 40 or more", len(rules))
	}
	for i, r := range rules {
		if r.ID != strings.ToLower(r.ID) || strings.ContainsAny(r.ID, " -.") || r.Text == "" || !strings.HasSuffix(r.Text, ".") || r.Severity == 0 {
			t.Errorf("%+v", r)
		}
		if i > 0 && rules[i-1].ID >= r.ID {
			t.Errorf("%s is not sorted", r.ID)
		}
	}
}

// A single frame is not blamed for what stands before or behind it.
func TestCheckFrame(t *testing.T) {
	for _, line := range []string{"2A34 02 0100 01", "2A18 10 0100 e807051f0c1e00", "2A9C 0010 c800"} {
		if got := devicetest.CheckFrame(capture(t, line)[0]).Findings; len(got) > 0 {
			t.Errorf("%s: %v", line, got)
		}
	}
	if got := devicetest.CheckFrame(capture(t, "2A35 00 4800 5100 4000")[0]).IDs(); !slices.Equal(got, []string{"systolic_below_diastolic"}) {
		t.Errorf("got %v", got)
	}
}

// What a finding says does not depend on what a patient's device has measured:
// there are as many messages as there are mistakes, not as there are values.
func TestFindingsShowNoValues(t *testing.T) {
	known := map[string]bool{}
	for _, r := range devicetest.Rules() {
		known[r.ID] = true
	}
	messages := map[string]map[string]bool{}
	for _, c := range devicetest.Characteristics() {
		for seed := range uint64(200) {
			frames, _ := devicetest.Corrupt(seed, devicetest.Simulate(seed, c, 3), devicetest.Flip)
			for _, f := range devicetest.Check(frames).Findings {
				if !known[f.Rule] {
					t.Errorf("%v: rule %q is not in the list", c, f.Rule)
				}
				if messages[f.Rule] == nil {
					messages[f.Rule] = map[string]bool{}
				}
				messages[f.Rule][f.Message] = true
			}
		}
	}
	for rule, texts := range messages {
		if len(texts) > 3 {
			t.Errorf("%s has %d messages: %v", rule, len(texts), texts)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(uint16(0x2A37), []byte{0x16, 0x48, 0, 4}, []byte{0x16, 0x48, 0, 4})
	f.Add(uint16(0x2AA7), []byte{6, 0, 100, 0, 5, 0}, []byte{8, 0, 100, 0, 5, 0, 1, 2})
	f.Fuzz(func(t *testing.T, uuid uint16, a, b []byte) {
		c := devicetest.Characteristic(uuid)
		report := devicetest.Check([]devicetest.Capture{{Characteristic: c, Bytes: a}, {Characteristic: c, Bytes: b}})
		for _, finding := range report.Findings {
			if finding.Frame < 1 || finding.Frame > 2 || finding.Offset < 0 || finding.Severity == 0 || finding.Offset > max(len(a), len(b)) {
				t.Errorf("%04X %s %s: %+v", uuid, hex.EncodeToString(a), hex.EncodeToString(b), finding)
			}
		}
	})
}
