package compact_test

import (
	"fmt"
	"log"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/vitals"
)

// A device sends what it measured at one instant; a gateway reads it.
func Example() {
	sent := compact.Message{
		At:       time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC),
		Sequence: 17,
		Vitals: []compact.Vital{
			{Kind: vitals.HeartRate, Value: vitals.Decimal{Coef: 72}},
			{Kind: vitals.SpO2, Value: vitals.Decimal{Coef: 97}, Quality: vitals.Motion},
			{Kind: vitals.BodyTemperature, Value: vitals.Decimal{Coef: 3640, Exp: -2}},
		},
	}
	wire, err := sent.AppendBinary(nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d bytes: %x\n", len(wire), wire)

	readings, err := compact.Decoder{}.AppendReadings(nil, device.Frame{
		Bytes: wire, Format: device.Compact, Device: "monitor-1", Patient: vitals.NewPatientID("p1"),
		At: time.Date(2026, 5, 1, 8, 0, 1, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range readings {
		fmt.Println(r.At.Format(time.TimeOnly), r.Kind, r.Quantity, r.Quality)
	}
	// Output:
	// 34 bytes: a60001011848182c8218611940001849c48221190e38201b0000019de28d3c002211
	// 08:00:00 HeartRate 72 /min good
	// 08:00:00 SpO2 97 % motion
	// 08:00:00 BodyTemperature 36.40 °C good
}

// A gateway whose link was down sends an hour at once.
func ExampleBatch() {
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	patient := vitals.NewPatientID("p1")
	var kept []vitals.Reading
	for minute := range 60 {
		at := start.Add(time.Duration(minute) * time.Minute)
		kept = append(kept,
			vitals.Reading{Patient: patient, Device: "oximeter-1", Kind: vitals.SpO2, Quantity: vitals.Percent(97 - int64(minute)/30), At: at, Stamped: true},
			vitals.Reading{Patient: patient, Device: "ecg-1", Kind: vitals.HeartRate, Quantity: vitals.PerMinute(70 + int64(minute)%5), At: at, Stamped: true},
		)
	}
	batch, err := compact.NewBatch("bed-1", kept)
	if err != nil {
		log.Fatal(err)
	}
	wire, err := batch.AppendBinary(nil)
	if err != nil {
		log.Fatal(err)
	}

	// The receiver knows which devices stand at bed 1.
	decoder := compact.Decoder{Behind: func(gateway, other vitals.DeviceID) bool {
		return gateway == "bed-1" && (other == "oximeter-1" || other == "ecg-1")
	}}
	got, err := decoder.AppendReadings(nil, device.Frame{Bytes: wire, Format: device.Compact, Device: "bed-1", Patient: patient})
	if err != nil {
		log.Fatal(err)
	}
	last := len(got) - 1
	fmt.Println(len(got), "readings in fewer than 100 bytes:", len(wire) < 100)
	fmt.Println(got[last].Device, got[last].Kind, got[last].Quantity, got[last].ID() == kept[last].ID())
	// Output:
	// 120 readings in fewer than 100 bytes: true
	// ecg-1 HeartRate 74 /min true
}
