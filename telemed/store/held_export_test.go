package store

import "github.com/telemed-go/sdk/telemed"

// For tests of the formats of held_sighting.go and roster.go.

func EncodeChange(c *telemed.Change) []byte { return appendChange(nil, c) }

func DecodeChange(b []byte) (telemed.Change, error) { return new(decoder).change(b) }

func EncodeSighting(s *telemed.Sighting) []byte { return appendSighting(nil, s) }

func DecodeSighting(b []byte) (telemed.Sighting, error) { return new(decoder).sighting(b) }

// BoundHeld makes the bounds of what is held small.
func BoundHeld(l *Log, total, share int) { l.held.total, l.held.share = total, share }

// HeldWeight is what a frame weighs beside its bytes.
const HeldWeight = heldWeight
