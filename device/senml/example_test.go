package senml_test

import (
	"fmt"
	"log"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/senml"
	"github.com/telemed-go/sdk/vitals"
)

// A sensor that knows nothing of medicine sends a list; a gateway reads it.
func Example() {
	pack := []byte(`[{"bn":"urn:dev:mac:0024befffe804ff1:","bt":1777622400,"n":"HeartRate","u":"beat/min","v":72},
		{"n":"chest","u":"Cel","v":36.40,"t":-30}, {"n":"light","u":"lx","v":210}]`)
	decoder := senml.Decoder{Names: map[string]vitals.Kind{"chest": vitals.BodyTemperature}}
	readings, err := decoder.AppendReadings(nil, device.Frame{
		Bytes: pack, Format: device.SenML, Device: "patch-1", Patient: vitals.NewPatientID("p1"),
		At: time.Date(2026, 5, 1, 8, 0, 1, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range readings {
		fmt.Println(r.At.Format(time.TimeOnly), r.Kind, r.Quantity)
	}
	// Output:
	// 07:59:30 BodyTemperature 36.40 °C
	// 08:00:00 HeartRate 72 /min
}

// What measurements have in common goes into base fields.
func ExampleCompact() {
	at := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	pack, err := senml.Compact([]senml.Measurement{
		{Name: "urn:dev:x:SpO2", Unit: "%", At: at, Has: senml.HasValue, Value: vitals.Decimal{Coef: 97}},
		{Name: "urn:dev:x:SpO2", Unit: "%", At: at.Add(1500 * time.Millisecond), Has: senml.HasValue, Value: vitals.Decimal{Coef: 965, Exp: -1}},
	})
	if err != nil {
		log.Fatal(err)
	}
	text, err := pack.AppendJSON(nil)
	if err != nil {
		log.Fatal(err)
	}
	binary, err := pack.AppendCBOR(nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n%d bytes of CBOR\n", text, len(binary))
	// Output:
	// [{"bn":"urn:dev:x:SpO2","bt":1777622400,"bu":"%","v":97},{"v":96.5,"t":1.5}]
	// 43 bytes of CBOR
}
