package store

import "github.com/telemed-go/sdk/telemed"

// For tests of the format of held_sighting.go.

func EncodeSighting(s *telemed.Sighting) []byte { return appendSighting(nil, s) }

func DecodeSighting(b []byte) (telemed.Sighting, error) { return new(decoder).sighting(b) }

// BoundHeld makes the bounds of what is held small.
func BoundHeld(l *Log, total, share int) { l.held.total, l.held.share = total, share }

// HeldWeight is what a frame weighs beside its bytes.
const HeldWeight = heldWeight
