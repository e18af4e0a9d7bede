package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/vitals"
)

var morning = time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)

// recordsAt are one heart rate of every bed at each of the minutes.
func recordsAt(beds int, minutes ...float64) (records []telemed.Record) {
	for _, minute := range minutes {
		for i := range beds {
			records = append(records, telemed.Record{Position: telemed.Position(len(records) + 1), Reading: vitals.Reading{
				Patient: vitals.NewPatientID(string(bed(i))), Device: bed(i), Kind: vitals.HeartRate, Quantity: vitals.PerMinute(70),
				At: morning.Add(time.Duration(minute * float64(time.Minute))), Stamped: true,
			}})
		}
	}
	return records
}

func TestPack(t *testing.T) {
	for _, tt := range []struct {
		name    string
		records []telemed.Record
		now     float64 // minutes
		up      bool
		want    string // lane, device, number of readings
		took    int
	}{
		{"nothing", nil, 1, true, "", 0},
		{"now", recordsAt(2, 10), 10.1, true, "live bed-1 1, live bed-2 1", 2},
		{"two instants", recordsAt(1, 10, 10.1), 10.2, true, "live bed-1 1, live bed-1 1", 2},
		{"now, the line is down", recordsAt(2, 10), 10.1, false, "", 0},
		{"a quarter that is not over", recordsAt(1, 1, 2, 14), 14.9, false, "", 0},
		{"a quarter that is over", recordsAt(1, 1, 2, 14), 15, false, "backlog bed-1 3", 3},
		{"and the next is not", recordsAt(2, 14, 15, 16), 16, false, "backlog bed-1 1, backlog bed-2 1", 2},
		{"the line returns", recordsAt(1, 1, 2, 16, 16.9), 17, true, "backlog bed-1 2, backlog bed-1 1, live bed-1 1", 4},
		{"two quarters of two beds", recordsAt(2, 1, 2, 16), 60, false, "backlog bed-1 2, backlog bed-2 2, backlog bed-1 1, backlog bed-2 1", 6},
	} {
		messages, took, err := pack(tt.records, morning.Add(time.Duration(tt.now*float64(time.Minute))), tt.up)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got := describe(t, messages); got != tt.want || took != tt.took {
			t.Errorf("%s: %d records became %q, want %d and %q", tt.name, took, got, tt.took, tt.want)
		}
	}
}

// What does not fit into one look is cut between quarters, if it can be.
func TestPackCutsBetweenQuarters(t *testing.T) {
	var minutes []float64
	for n := range reach {
		minutes = append(minutes, float64(n)/1000) // 15,000 in the first quarter
	}
	_, took, err := pack(recordsAt(1, minutes...), morning.Add(time.Hour), true)
	if err != nil || took != 15_000 {
		t.Errorf("%d records were taken (%v), want the 15,000 of the first quarter", took, err)
	}
	for n := range minutes {
		minutes[n] /= 10
	}
	if _, took, err = pack(recordsAt(1, minutes...), morning.Add(time.Hour), true); err != nil || took != reach {
		t.Errorf("%d records were taken (%v), want all of a quarter that is too long", took, err)
	}
}

// describe decodes messages as the hospital does.
func describe(t *testing.T, messages []telemed.Message) string {
	t.Helper()
	var list []string
	for _, m := range messages {
		f := device.Frame{Bytes: m.Payload, At: morning.Add(24 * time.Hour)}
		if err := mqtt.ParseTopic(m.Topic, &f); err != nil {
			t.Fatalf("topic %s: %v", m.Topic, err)
		}
		readings, err := compact.Decoder{}.AppendReadings(nil, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range readings {
			if r.Device != f.Device {
				t.Errorf("a reading of another device in the message of %s", f.Device)
			}
		}
		list = append(list, fmt.Sprintf("%v %s %d", m.Lane, f.Device, len(readings)))
	}
	return strings.Join(list, ", ")
}
