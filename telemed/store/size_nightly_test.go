//go:build nightly

package store_test

const flipStride = 1

const openSize = 1 << 30
