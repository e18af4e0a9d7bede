package vitals

import (
	"encoding/json"
	"math/bits"
	"strings"
	"testing"
)

// TestQualityBits keeps every doubt at its bit: qualities are stored.
func TestQualityBits(t *testing.T) {
	for _, tt := range []struct {
		q    Quality
		bit  int
		text string
	}{
		{NotANumber, 0, "not-a-number"},
		{NotAtResolution, 1, "not-at-resolution"},
		{AboveRange, 2, "above-range"},
		{BelowRange, 3, "below-range"},
		{ReservedNumber, 4, "reserved-number"},
		{NotAvailable, 5, "not-available"},
		{Invalid, 8, "invalid"},
		{Questionable, 9, "questionable"},
		{EarlyEstimate, 10, "early-estimate"},
		{Ongoing, 11, "ongoing"},
		{Calibrating, 12, "calibrating"},
		{NoContact, 13, "no-contact"},
		{Motion, 14, "motion"},
		{PoorSignal, 15, "poor-signal"},
		{BadPosition, 16, "bad-position"},
		{SensorFault, 17, "sensor-fault"},
		{SampleFault, 18, "sample-fault"},
		{LowBattery, 19, "low-battery"},
		{IrregularPulse, 20, "irregular-pulse"},
		{ClockUnset, 32, "clock-unset"},
		{TestData, 33, "test-data"},
		{Stored, 34, "stored"},
		{Validated, 35, "validated"},
		{Derived, 36, "derived"},
		{Manual, 37, "manual"},
		{Implausible, 38, "implausible"},
		{Nonconforming, 39, "nonconforming"},
	} {
		if tt.q != 1<<tt.bit {
			t.Errorf("%s is %#x, want bit %d", tt.text, uint64(tt.q), tt.bit)
		}
		if s := tt.q.String(); s != tt.text {
			t.Errorf("bit %d prints %q, want %q", tt.bit, s, tt.text)
		}
		if absent := tt.bit < 8; tt.q.Has(Absent) != absent {
			t.Errorf("%s.Has(Absent) = %v, want %v", tt.text, !absent, absent)
		}
	}
}

func TestQualityText(t *testing.T) {
	var q Quality
	for i := range 64 {
		q = 1 << i
		for _, q := range []Quality{q, q | NoContact, q | NotANumber | Derived, ^q} {
			b, err := q.MarshalText()
			if err != nil {
				t.Fatalf("%#x: %v", uint64(q), err)
			}
			if n := strings.Count(string(b), "|") + 1; n != bits.OnesCount64(uint64(q)) {
				t.Errorf("%#x prints %q: %d names for %d bits", uint64(q), b, n, bits.OnesCount64(uint64(q)))
			}
			back := Quality(1)
			if err := back.UnmarshalText(b); err != nil || back != q {
				t.Errorf("%q reads %#x, %v; want %#x", b, uint64(back), err, uint64(q))
			}
		}
	}
	for _, tt := range []struct {
		in   string
		want Quality
	}{
		{"good", 0},
		{"", 0},
		{"motion|no-contact", Motion | NoContact},        // any order
		{"motion|motion", Motion},                        // twice
		{"motion|sneezing", Motion | Questionable},       // of a newer version: still a doubt
		{"bit-64", Questionable},                         // no such bit
		{"bit--1|bit-x|bit-", Questionable},              // nonsense
		{"Good|MOTION", Questionable},                    // case matters
		{"bit-13", NoContact},                            // of a version without the name
		{"good|test-data", TestData},                     // harmless
		{strings.Repeat("x|", 1000) + "x", Questionable}, // bounded
	} {
		var q Quality
		if err := q.UnmarshalText([]byte(tt.in)); err != nil || q != tt.want {
			t.Errorf("%q reads %v, %v; want %v", tt.in, q, err, tt.want)
		}
	}
	if s := (NoContact | Derived).String(); s != "no-contact|derived" {
		t.Errorf("two doubts print %q", s)
	}
	if b, err := Motion.AppendText([]byte("q=")); err != nil || string(b) != "q=motion" {
		t.Errorf("AppendText = %q, %v", b, err)
	}
	if b, err := json.Marshal(map[string]Quality{"q": Motion | TestData}); err != nil || string(b) != `{"q":"motion|test-data"}` {
		t.Errorf("json.Marshal = %s, %v", b, err)
	}
}

func TestQualityHas(t *testing.T) {
	q := Motion | TestData
	for mask, want := range map[Quality]bool{Motion: true, Motion | NoContact: true, NoContact: false, Absent: false, 0: false} {
		if q.Has(mask) != want {
			t.Errorf("(%v).Has(%v) = %v, want %v", q, mask, !want, want)
		}
	}
}
