// Package device holds what every device protocol shares: the [Frame] as it
// was received, the [Decoder] that turns it into readings, and the
// [DecodeError] that says which byte was wrong.
//
// Each protocol has its package below this one and two layers in it. The wire
// type says what the bytes say: ParseX and AppendBinary are each other's
// inverse and decide nothing medical. AppendReadings says what it means.
//
// No package below device opens a radio, a port or a connection: transports
// belong to the caller or to telemed, and hand over frames.
package device
