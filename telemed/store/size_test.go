//go:build !nightly

package store_test

// flipStride is how many bytes apart the flipped ones are.
const flipStride = 101

// openSize is how large the log is that is opened after a kill.
const openSize = 64 << 20
