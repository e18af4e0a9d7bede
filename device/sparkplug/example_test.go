package sparkplug_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/sparkplug"
	"github.com/telemed-go/sdk/vitals"
)

// A node and its oximeter are born and send a value; then one is missing.
func Example() {
	session := sparkplug.Session{
		Metrics: map[string]sparkplug.Measures{"Vitals/SpO2": {Kind: vitals.SpO2}},
		Rebirth: func(e *sparkplug.RebirthError) { fmt.Println("ask", e.Node, "for a birth:", errors.Unwrap(e)) },
	}
	for _, m := range []struct{ topic, payload string }{
		{"spBv1.0/Ward9/NBIRTH/gw9", "08a0a3f6e4be381800"},
		{"spBv1.0/Ward9/DBIRTH/gw9/ox-3", "08a0a3f6e4be3812160a0b566974616c732f53704f3210042009650000c3421801"},
		{"spBv1.0/Ward9/DDATA/gw9/ox-3", "08a0a3f6e4be3812071004650000c0421803"},
	} {
		payload, err := hex.DecodeString(m.payload)
		if err != nil {
			log.Fatal(err)
		}
		f := device.Frame{Bytes: payload, At: time.UnixMilli(1941000001000)}
		if !sparkplug.ParseTopic(m.topic, &f) {
			log.Fatal("no topic of Sparkplug")
		}
		readings, err := session.AppendReadings(nil, f)
		if err != nil {
			log.Fatal(err)
		}
		for _, r := range readings {
			fmt.Println(r.Device, r.Kind, r.Quantity)
		}
	}
	// Output:
	// Ward9/gw9/ox-3 SpO2 97.5 %
	// ask gw9 for a birth: something is missing before this
	// Ward9/gw9/ox-3 SpO2 96 %
}
