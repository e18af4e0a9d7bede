package devicetest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// Every parser of the table takes anything: nothing at all, every beginning of
// a good frame, and far more than an attribute can hold. What it refuses is
// refused with a place inside the frame and the clause, and what could be read of
// it encodes, prints and has readings without a panic.
func TestParsersAreTotal(t *testing.T) {
	noise := rand.NewChaCha8([32]byte{1})
	huge := make([]byte, 1<<20)
	_, _ = noise.Read(huge)
	for _, r := range table() {
		frames := [][]byte{nil, {}, huge, bytes.Repeat([]byte{0xFF}, 1<<16), make([]byte, 1<<16)}
		for _, c := range Simulate(1, Characteristic(r.uuid), 3) {
			if c.Characteristic != Characteristic(r.uuid) {
				continue
			}
			for n := range c.Bytes {
				frames = append(frames, c.Bytes[:n])
			}
		}
		for _, b := range frames {
			m, err := r.parse(b)
			if m, ok := m.(interface {
				AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading
			}); ok {
				m.AppendReadings(nil, device.Frame{})
			}
			if m, ok := m.(interface {
				AppendBinary(b []byte) ([]byte, error)
			}); ok && err != nil {
				_, _ = m.AppendBinary(nil) // whatever it is, it must not panic
			}
			_ = fmt.Sprint(m)
			if err == nil {
				continue
			}
			e, ok := errors.AsType[*device.DecodeError](err)
			if !ok || e.Type == "" || e.Ref == "" || e.Offset < 0 || e.Offset > len(b) {
				t.Errorf("%04X, %d bytes: %v", r.uuid, len(b), err)
			}
			if e != nil && e.Field == "" && e.Err != device.ErrTrailing {
				t.Errorf("%04X, %d bytes: %v names no field", r.uuid, len(b), err)
			}
		}
	}
}
