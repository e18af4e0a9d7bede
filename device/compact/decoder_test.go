package compact_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/vitals"
)

func wireOf(t testing.TB, b compact.Batch) []byte {
	t.Helper()
	wire, err := b.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	return wire
}

// A gateway speaks for itself, and for those that it is known to stand before.
func TestDecoderBehind(t *testing.T) {
	sample := compact.Sample{Vital: compact.Vital{Kind: vitals.HeartRate, Value: number(72, 0)}, At: instant, Stamped: true}
	of := func(names ...vitals.DeviceID) (b compact.Batch) {
		for _, name := range names {
			sample.Device = name
			b.Samples = append(b.Samples, sample)
		}
		return b
	}
	own := compact.Decoder{}
	ward := compact.Decoder{Behind: func(gateway, other vitals.DeviceID) bool {
		return gateway == "hub" && strings.HasPrefix(string(other), "hub-")
	}}
	for _, tt := range []struct {
		name    string
		decoder compact.Decoder
		batch   compact.Batch
		n       int
		err     error
	}{
		{"itself", own, of("", ""), 2, nil},
		{"another", own, of("", "hub-ecg"), 0, compact.ErrForeignDevice},
		{"one behind it", ward, of("", "hub-ecg"), 2, nil},
		{"one elsewhere", ward, of("hub-ecg", "other-ecg"), 0, compact.ErrForeignDevice},
	} {
		f := frame
		f.Bytes = wireOf(t, tt.batch)
		before := []vitals.Reading{{Kind: vitals.SpO2}}
		got, err := tt.decoder.AppendReadings(before, f)
		if !errors.Is(err, tt.err) || len(got) != 1+tt.n || got[0] != before[0] {
			t.Errorf("%s: %d readings, %v; want %d, %v", tt.name, len(got)-1, err, tt.n, tt.err)
		}
	}
}

func TestDecoderRefuses(t *testing.T) {
	for _, tt := range []struct {
		name  string
		frame device.Frame
		err   error
	}{
		{"another format", device.Frame{Format: device.GATT(0x2A37), Bytes: unhex("a10001")}, device.ErrUnsupported},
		{"nothing", device.Frame{Format: device.Compact}, device.ErrTruncated},
		{"message cut short", device.Frame{Format: device.Compact, Bytes: unhex("a20001")}, device.ErrTruncated},
		{"batch cut short", device.Frame{Format: device.Compact, Bytes: unhex("8301")}, device.ErrTruncated},
		{"JSON", device.Frame{Format: device.Compact, Bytes: []byte(`{"hr":72}`)}, device.ErrSyntax},
	} {
		before := []vitals.Reading{{Kind: vitals.SpO2}}
		got, err := compact.Decoder{}.AppendReadings(before, tt.frame)
		if !errors.Is(err, tt.err) || len(got) != 1 || got[0] != before[0] {
			t.Errorf("%s: %d readings, %v; want %v", tt.name, len(got)-1, err, tt.err)
		}
	}
}

// A reading keeps nothing of the frame, whose bytes the caller uses again.
func TestReadingsBorrowNothing(t *testing.T) {
	f := frame
	f.Bytes = unhex("a20001 186d 83 1838 00 66 6d6d6f6c2f4c")
	got, err := compact.Decoder{}.AppendReadings(nil, f)
	if err != nil {
		t.Fatal(err)
	}
	before := fmt.Sprint(got)
	clear(f.Bytes)
	if after := fmt.Sprint(got); after != before {
		t.Errorf("the readings changed with the bytes: %s, was %s", after, before)
	}
}

// No error tells what was in the payload.
func TestErrorsAreSilent(t *testing.T) {
	const canary = "DOE^JANE"
	wire := wireOf(t, compact.Batch{Samples: []compact.Sample{{Vital: compact.Vital{Kind: 1, Unit: canary}, Device: canary, At: instant}}})
	frames := [][]byte{wire, append(unhex("a20001 01 83 01 00 68"), canary...), append(unhex("a20001 3818 68"), canary...)}
	n := 0
	for _, whole := range frames {
		for i := range whole {
			for _, b := range [][]byte{whole[:i], append(whole[:len(whole):len(whole)], whole[i])} {
				_, err := compact.Decoder{}.AppendReadings(nil, device.Frame{Bytes: b, Format: device.Compact, Device: canary})
				if err == nil {
					continue
				}
				n++
				if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "DOE") || strings.Contains(text, "JANE") {
					t.Fatalf("%d bytes: %s", len(b), text)
				}
			}
		}
	}
	_, err := compact.NewBatch("hub", []vitals.Reading{{Patient: vitals.NewPatientID(canary), Device: canary, Kind: vitals.BloodPressure}})
	if err == nil || strings.Contains(err.Error(), "DOE") {
		t.Errorf("NewBatch: %v", err)
	}
	if n < 100 {
		t.Errorf("%d errors, want 100: the canary was not tried", n)
	}
}
