package census_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/census"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// pressure is a frame of a cuff that stamps its measurements.
func pressure(cuff vitals.DeviceID, stamp, arrived time.Time, systolic byte) device.Frame {
	return device.Frame{
		Format: device.GATT(gatt.UUIDBloodPressureMeasurement), Device: cuff, At: arrived,
		Bytes: []byte{
			2, systolic, 0, 80, 0, 93, 0,
			byte(stamp.Year()), byte(stamp.Year() >> 8), byte(stamp.Month()), byte(stamp.Day()), byte(stamp.Hour()), byte(stamp.Minute()), byte(stamp.Second()),
		},
	}
}

// A cuff goes from bed 1 to bed 2, and then sends what it had not yet sent.
func ExampleCensus() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "census")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	log, err := store.Open(filepath.Join(dir, "ward.db"))
	if err != nil {
		panic(err)
	}
	defer log.Close()
	roster, err := census.Open(ctx, log)
	if err != nil {
		panic(err)
	}

	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	at := func(hour, minute int) time.Time {
		return day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	}
	anna, berta := vitals.NewPatientID("anna"), vitals.NewPatientID("berta")
	for _, change := range []census.Change{
		{Op: census.Admit, At: at(8, 0), Patient: anna, Bed: "bed 1", By: "nurse 12"},
		{Op: census.Admit, At: at(8, 0), Patient: berta, Bed: "bed 2", By: "nurse 12"},
		{Op: census.Assign, At: at(8, 0), Device: "cuff", Patient: anna, By: "nurse 12"},
		{Op: census.Unassign, At: at(10, 0), Device: "cuff", By: "nurse 12"},
		{Op: census.Assign, At: at(10, 15), Device: "cuff", Patient: berta, By: "nurse 12"},
	} {
		if _, err := roster.Apply(ctx, change); err != nil {
			panic(err)
		}
	}

	gateway := telemed.Gateway{
		Source: telemedtest.Frames(
			pressure("cuff", at(10, 20), at(10, 20), 131),
			pressure("cuff", at(9, 55), at(10, 21), 118), // late: measured in bed 1
		),
		Decoder: gatt.Health(), Log: log, Roster: roster,
	}
	if err := gateway.Run(ctx); err != nil {
		panic(err)
	}

	records := make([]telemed.Record, 10)
	n, err := log.Read(ctx, 0, records)
	if err != nil {
		panic(err)
	}
	for _, r := range records[:n] {
		if roster.Revise(&r.Reading); r.Reading.Kind == vitals.Systolic {
			stay, _ := roster.Stay(r.Reading.Patient, r.Reading.At)
			fmt.Println(stay.Bed, r.Reading.At.Format("15:04"), r.Reading.Quantity)
		}
	}
	// Output:
	// bed 2 10:20 131 mmHg
	// bed 1 09:55 118 mmHg
}
