package mqtt_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/vitals"
)

func patientOf(f device.Frame) vitals.PatientID { return vitals.NewPatientID(string(f.Device)) }

func ExampleParseTopic() {
	var f device.Frame
	if err := mqtt.ParseTopic("ward/bed-1/gatt/2A37/1770000000123-17", &f); err != nil {
		panic(err)
	}
	fmt.Println(f.Device, f.Format, f.At.UTC().Format(time.RFC3339Nano), f.Sequence)
	// Output: bed-1 gatt/2A37 2026-02-02T02:40:00.123Z 17
}

func TestTopicBothWays(t *testing.T) {
	at := time.UnixMilli(1770000000123).UTC()
	for _, f := range []device.Frame{
		{Device: "bed-1", Format: device.GATT(0x2A37), At: at, Sequence: 17},
		{Device: "AA:BB", Format: device.GATT(0x2A9D), At: time.UnixMilli(0).UTC()},
		{Device: "bed-1", Format: device.Compact, At: at, Sequence: 17},
		{Device: "compact", Format: device.Compact, At: at},
		{Device: "patch-1", Format: device.SenML, At: at, Sequence: 17},
		{Device: "senml", Format: device.Compact, At: at},
	} {
		name, err := mqtt.Topic("a/b", f)
		if err != nil {
			t.Fatal(err)
		}
		got := device.Frame{At: time.Unix(5, 0).UTC()}
		if err := mqtt.ParseTopic(name, &got); err != nil || got.Device != f.Device || got.Format != f.Format ||
			!got.At.Equal(f.At) || got.Sequence != f.Sequence {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, f := range []device.Frame{{Device: "a/b", Format: device.GATT(1)}, {Device: "a"}, {Format: device.GATT(1)}, {Device: "#", Format: device.GATT(1)}} {
		if name, err := mqtt.Topic("w", f); !errors.Is(err, mqtt.ErrTopic) {
			t.Errorf("%+v became %q, %v", f, name, err)
		}
	}
}

func TestTopicWithoutTime(t *testing.T) {
	arrived := time.Unix(1770000000, 5)
	f := device.Frame{At: arrived}
	if err := mqtt.ParseTopic("ward/bed-2/gatt/2a5f", &f); err != nil || !f.At.Equal(arrived) || f.Format != device.GATT(0x2A5F) {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestSenMLTopic(t *testing.T) {
	arrived := time.Unix(1770000000, 5)
	for topic, want := range map[string]device.Frame{
		"clinic/patch-1/senml":       {Device: "patch-1", At: arrived},
		"patch-1/senml/1770000-17":   {Device: "patch-1", At: time.UnixMilli(1770000), Sequence: 17},
		"a/compact/patch-1/senml/17": {Device: "patch-1", At: time.UnixMilli(17)},
	} {
		f := device.Frame{At: arrived}
		err := mqtt.ParseTopic(topic, &f)
		if err != nil || f.Device != want.Device || f.Format != device.SenML || !f.At.Equal(want.At) || f.Sequence != want.Sequence {
			t.Errorf("%s: %+v, %v; want %+v", topic, f, err, want)
		}
	}
	for _, topic := range []string{"senml", "/senml", "clinic//senml/5", "patch-1/senml/", "patch-1/SenML", "patch-1/senml/cbor/1"} {
		if err := mqtt.ParseTopic(topic, &device.Frame{}); !errors.Is(err, mqtt.ErrTopic) {
			t.Errorf("%s: %v, want ErrTopic", topic, err)
		}
	}
}

func TestSparkplugTopic(t *testing.T) {
	f := device.Frame{At: time.Unix(1770000000, 5)}
	if err := mqtt.ParseTopic("spBv1.0/Ward9/DDATA/gw9/bp-7", &f); err != nil || f.Device != "Ward9/gw9/bp-7" || f.Format != device.Sparkplug(6) {
		t.Errorf("%+v, %v", f, err)
	}
	for _, topic := range []string{"spBv1.0/Ward9/DDATA/gw9", "spBv1.0/bed-1/gatt/2A37", "spBv1.0/STATE/host"} {
		if err := mqtt.ParseTopic(topic, &device.Frame{}); !errors.Is(err, mqtt.ErrTopic) {
			t.Errorf("%s: %v, want ErrTopic", topic, err)
		}
	}
}

func TestCompactTopic(t *testing.T) {
	arrived := time.Unix(1770000000, 5)
	for topic, want := range map[string]device.Frame{
		"clinic/bed-2/compact":                    {Device: "bed-2", At: arrived},
		"bed-2/compact/1770000000123":             {Device: "bed-2", At: time.UnixMilli(1770000000123)},
		"clinic/compact/bed-2/compact/1770000-17": {Device: "bed-2", At: time.UnixMilli(1770000), Sequence: 17},
	} {
		f := device.Frame{At: arrived}
		err := mqtt.ParseTopic(topic, &f)
		if err != nil || f.Device != want.Device || f.Format != device.Compact || !f.At.Equal(want.At) || f.Sequence != want.Sequence {
			t.Errorf("%s: %+v, %v; want %+v", topic, f, err, want)
		}
	}
	for _, topic := range []string{"compact", "/compact", "clinic//compact", "bed-2/compacter", "bed-2/compact/", "bed-2/compact/x", "bed-2/compact/1/2", "bed-2"} {
		if err := mqtt.ParseTopic(topic, &device.Frame{}); !errors.Is(err, mqtt.ErrTopic) {
			t.Errorf("%s: %v, want ErrTopic", topic, err)
		}
	}
}

func FuzzParseTopic(f *testing.F) {
	f.Add("clinic/bed-1/compact/1770000000123-17")
	f.Add("ward/bed-1/gatt/2A37/1770000000123-17")
	f.Add("ward/bed-1/gatt/2A37")
	f.Fuzz(func(t *testing.T, name string) {
		frame := device.Frame{At: time.UnixMilli(42).UTC()}
		if mqtt.ParseTopic(name, &frame) != nil {
			return
		}
		again, err := mqtt.Topic("x", frame)
		if err != nil {
			return // a device name that cannot be a topic level
		}
		var back device.Frame
		if err := mqtt.ParseTopic(again, &back); err != nil || back.Device != frame.Device || back.Format != frame.Format ||
			back.At.UnixMilli() != frame.At.UnixMilli() || back.Sequence != frame.Sequence {
			t.Fatalf("%q -> %+v -> %q -> %+v, %v", name, frame, again, back, err)
		}
	})
}
