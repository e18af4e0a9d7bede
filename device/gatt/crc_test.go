package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

// The check value of CRC-16/MCRF4XX, and the worked example of the CGM service
// the right way round.
func TestCRC16(t *testing.T) {
	for _, tt := range []struct {
		wire string
		want uint16
	}{
		{"", 0xFFFF},
		{"313233343536373839", 0x6F91},
		{"3e 01 02 03 04 05 06 07 08 09", 0x2F01},
		{"58251f98", 0x07F1},
	} {
		if got := gatt.CRC16(atttest.Unhex(t, tt.wire)); got != tt.want {
			t.Errorf("%q: %04x, want %04x", tt.wire, got, tt.want)
		}
	}
}

// A second implementation, bit by bit as the polynomial says.
func FuzzCRC16(f *testing.F) {
	f.Add([]byte("123456789"))
	f.Fuzz(func(t *testing.T, b []byte) {
		want := uint16(0xFFFF)
		for _, v := range b {
			for bit := range 8 {
				low := want&1 != uint16(v>>bit)&1
				want >>= 1
				if low {
					want ^= 0x8408
				}
			}
		}
		if got := gatt.CRC16(b); got != want {
			t.Errorf("% x: %04x, want %04x", b, got, want)
		}
	})
}
