package device_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/device"
)

func ExampleIdentity() {
	id := device.Identity{
		Manufacturer: "Acme", Model: "Cuff 2", Firmware: "1.4",
		Serial: device.NewUniqueID("4711-0815"),
	}
	fmt.Println(id)
	fmt.Println(id.Serial, id.SystemID)
	fmt.Println(id.Serial.Reveal())
	// Output:
	// Acme Cuff 2, firmware 1.4
	// hidden unknown
	// 4711-0815
}

// No way of printing shows the serial number, not even from inside a struct of
// the caller's.
func TestIdentityNeverPrintsNumbers(t *testing.T) {
	const canary = "SN-DOE-JANE-0815"
	id := device.Identity{Model: "m", Serial: device.NewUniqueID(canary), SystemID: device.NewUniqueID(canary)}
	holder := struct {
		Public  device.Identity
		hidden  device.Identity
		pointer *device.Identity
	}{id, id, &id}
	var out bytes.Buffer
	for _, v := range []any{id, &id, id.Serial, &id.Serial, holder, &holder, []device.Identity{id}, map[device.UniqueID]int{id.Serial: 1}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%T", "%c", "%U", "%08.3f"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	for _, leak := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary)} {
		if strings.Contains(out.String(), leak) {
			t.Errorf("a serial number was printed as %q", leak)
		}
	}
}

func TestIdentityText(t *testing.T) {
	for _, tt := range []struct {
		id   device.Identity
		want string
	}{
		{device.Identity{}, "unknown device"},
		{device.Identity{Serial: device.NewUniqueID("1")}, "unknown device"},
		{device.Identity{Model: "X"}, "X"},
		{device.Identity{Manufacturer: "A", Firmware: "2"}, "A, firmware 2"},
	} {
		if got := tt.id.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	one, same := device.NewUniqueID("a"), device.NewUniqueID("a")
	if !device.NewUniqueID("").IsZero() || one != same || one == device.NewUniqueID("b") {
		t.Error("UniqueID does not compare by name")
	}
}

func TestDecodeErrorAll(t *testing.T) {
	second := &device.DecodeError{Type: "T", Err: device.ErrTrailing}
	first := &device.DecodeError{Type: "T", Err: device.ErrReservedBits, Also: second}
	var got []*device.DecodeError
	for e := range first.All() {
		got = append(got, e)
	}
	if len(got) != 2 || got[0] != first || got[1] != second {
		t.Errorf("got %v", got)
	}
	for range (*device.DecodeError)(nil).All() {
		t.Error("no error has a fault")
	}
}
