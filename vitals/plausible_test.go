package vitals_test

import (
	"strings"
	"testing"

	. "github.com/telemed-go/sdk/vitals"
)

func TestPlausible(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		in   string
		want bool
	}{
		{HeartRate, "72 /min", true},
		{HeartRate, "0 /min", true}, // asystole is plausible
		{HeartRate, "390 /min", true},
		{HeartRate, "390.1 /min", false},
		{HeartRate, "-1 /min", false},
		{HeartRate, "6.5 Hz", true},
		{HeartRate, "7 Hz", false},
		{HeartRate, "72 mm[Hg]", false}, // no heart beats in mmHg
		{Systolic, "375 mm[Hg]", true},
		{Systolic, "121 kPa", false}, // mmHg under the wrong flag
		{Systolic, "16.0 kPa", true},
		{MeanPressure, "376 mm[Hg]", false},
		{SpO2, "100 %", true},
		{SpO2, "101 %", false},
		{SpO2, "0.97 1", true},
		{SpO2, "127 %", false},
		{InspiredO2, "20.9 %", true}, // room air
		{InspiredO2, "0.21 %", false},
		{RespiratoryRate, "0 /min", true}, // apnoea
		{RespiratoryRate, "121 /min", false},
		{BodyTemperature, "36.40 Cel", true},
		{BodyTemperature, "14.2 Cel", true},
		{BodyTemperature, "14.1 Cel", false},
		{BodyTemperature, "98.6 Cel", false}, // Fahrenheit under the wrong flag
		{BodyTemperature, "98.6 [degF]", true},
		{BodyTemperature, "116.6 [degF]", true},
		{BodyTemperature, "116.8 [degF]", false},
		{TempFinger, "5 Cel", true}, // a cold finger: no limits
		{BodyWeight, "1101 kg", false},
		{BodyWeight, "180 [lb_av]", true},
		{BodyHeight, "1.75 m", true},
		{BodyHeight, "17500 cm", false},
		{GlucoseCapillaryBlood, "2200 mg/dL", true},
		{GlucoseCapillaryBlood, "2201 mg/dL", false},
		{GlucoseCapillaryBlood, "5.5 mmol/L", true},
		{GlucoseCapillaryBlood, "122 mmol/L", true},
		{GlucoseCapillaryBlood, "123 mmol/L", false},
		{GlucoseControl, "9999 mg/dL", true}, // nobody's blood
		{GCS, "2 {score}", false},
		{GCS, "3 {score}", true},
		{EarlyWarningScore, "20 {score}", true},
		{EarlyWarningScore, "21 {score}", false},
		{BatteryLevel, "101 %", false},
		{PerfusionIndex, "250 %", true}, // no limits published
		{KindNone, "1 K", true},
		{Kind(60000), "1 K", true},
	} {
		q, err := ParseQuantity(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if got := c.kind.Plausible(q); got != c.want {
			t.Errorf("%v %s: %v, want %v", c.kind, c.in, got, c.want)
		}
	}
	if !HeartRate.Plausible(Quantity{}) {
		t.Error("no value is implausible")
	}
}

func TestPlausibleRange(t *testing.T) {
	n := 0
	for k := range Kinds() {
		low, high, source, ok := k.PlausibleRange()
		if !ok {
			if !low.IsZero() || !high.IsZero() || source != "" {
				t.Errorf("%v has no limits and %v-%v", k, low, high)
			}
			continue
		}
		n++
		if c, err := low.Cmp(high); err != nil || c >= 0 {
			t.Errorf("%v: %v-%v, %v", k, low, high, err)
		}
		if source == "" || low.Unit() != k.Unit() || high.Unit() != k.Unit() {
			t.Errorf("%v: %v-%v by %q", k, low, high, source)
		}
		if !k.Plausible(low) || !k.Plausible(high) {
			t.Errorf("%v: the limits themselves are refused", k)
		}
	}
	if n < 50 {
		t.Errorf("%d kinds with limits", n)
	}
	low, high, source, ok := BodyTemperature.PlausibleRange()
	if !ok || low.String() != "14.2 °C" || high.String() != "47 °C" || !strings.Contains(source, "mimic3-benchmarks") {
		t.Errorf("%v-%v by %q, %v", low, high, source, ok)
	}
	if _, _, _, ok := KindNone.PlausibleRange(); ok {
		t.Error("KindNone has limits")
	}
}
