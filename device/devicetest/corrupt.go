package devicetest

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/telemed-go/sdk/device"
)

// A Fault is something that goes wrong with frames.
type Fault uint8

// The faults.
const (
	Truncate     Fault = iota + 1 // a frame loses its last byte
	Flip                          // a bit of a frame turns over
	Drop                          // a frame does not arrive
	Duplicate                     // a frame arrives twice
	Reorder                       // two neighbours arrive in the wrong order
	ReservedBits                  // a frame has a flag that the specification reserves
	WrongCRC                      // the checksum of a frame is wrong
)

// Faults are all of them.
func Faults() []Fault {
	return []Fault{Truncate, Flip, Drop, Duplicate, Reorder, ReservedBits, WrongCRC}
}

// String is the fault in words.
func (f Fault) String() string {
	if f < Truncate || f > WrongCRC {
		return "no fault"
	}
	return [...]string{
		Truncate: "truncate", Flip: "flip", Drop: "drop", Duplicate: "duplicate", Reorder: "reorder", ReservedBits: "reserved bits",
		WrongCRC: "wrong CRC",
	}[f]
}

// Corrupt returns a copy of frames in which one frame has suffered a fault, and
// its index. The seed decides which; the same seed chooses the same. If no
// frame can have the fault, the index is -1. Among several frames, one that is
// the only one of its characteristic, such as a feature, is spared.
func Corrupt(seed uint64, frames []Capture, f Fault) (spoiled []Capture, at int) {
	r := rand.New(rand.NewPCG(seed, uint64(f))) //nolint:gosec // reproducible on purpose
	spoiled = make([]Capture, len(frames))
	for i, c := range frames {
		c.Bytes = bytes.Clone(c.Bytes)
		spoiled[i] = c
	}
	counts := map[Characteristic]int{}
	for _, c := range frames {
		counts[c.Characteristic]++
	}
	var candidates []int
	for i := range spoiled {
		if f.possible(spoiled, i, counts) {
			candidates = append(candidates, i)
		}
	}
	if len(candidates) == 0 {
		return spoiled, -1
	}
	at = candidates[r.IntN(len(candidates))]
	switch c := &spoiled[at]; f {
	case Truncate:
		c.Bytes = c.Bytes[:len(c.Bytes)-1]
	case Flip:
		bit := r.IntN(8 * len(c.Bytes))
		c.Bytes[bit/8] ^= 1 << (bit % 8)
	case Drop:
		spoiled = slices.Delete(spoiled, at, at+1)
	case Duplicate:
		twin := *c
		twin.Bytes = bytes.Clone(c.Bytes)
		spoiled = slices.Insert(spoiled, at+1, twin)
	case Reorder:
		spoiled[at], spoiled[at+1] = spoiled[at+1], spoiled[at]
	case ReservedBits:
		flags := find(c.Characteristic).reserved
		c.Bytes[flags.at] |= flags.bits & -flags.bits
	case WrongCRC:
		c.Bytes[len(c.Bytes)-1-r.IntN(2)] ^= 1 << r.IntN(8)
	}
	return spoiled, at
}

// possible reports whether frame i can have the fault. counts says how often
// each characteristic occurs.
func (f Fault) possible(frames []Capture, i int, counts map[Characteristic]int) bool {
	c := frames[i]
	row := find(c.Characteristic)
	if counts[c.Characteristic] == 1 && len(frames) > 1 || len(c.Bytes) == 0 {
		return false
	}
	switch f {
	case Truncate, Flip, Drop, Duplicate:
		return true
	case Reorder:
		return i+1 < len(frames) && c.Characteristic == frames[i+1].Characteristic
	case ReservedBits:
		return row != nil && row.reserved.bits != 0 && len(c.Bytes) > row.reserved.at
	case WrongCRC:
		return row != nil && row.crc && hasCRC(row, c.Bytes)
	}
	return false
}

// hasCRC reports whether the last byte of a frame is that of a checksum.
func hasCRC(row *row, b []byte) bool {
	b = bytes.Clone(b)
	b[len(b)-1] ^= 1
	_, err := row.parse(b)
	return errors.Is(err, device.ErrChecksum)
}
