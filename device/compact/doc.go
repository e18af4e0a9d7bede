// Package compact is our own format for links that cost: the vital signs of
// one instant in some fifty bytes, those of a day in a few thousand. It is
// CBOR (RFC 8949) with integer keys; compact.cddl beside the code is its
// grammar and registry.tsv lists the numbers of the kinds, which never change.
//
// A [Message] is what one device measured at one instant:
//
//	a6            map of 6 pairs
//	00 01           version: 1, always first
//	01 18 48        HeartRate (1): 72 per minute, the unit of the kind
//	18 2c 18 61     SpO2 (44): 97 %
//	18 49           BodyTemperature (73):
//	   c4 82 21 19 0e38       4([-2, 3640]): 36.40 °C, every digit counts
//	20 1b 0000019c1c38a47b    instant (-1): milliseconds since 1970
//	22 11           sequence (-3): 17
//
// A value is an integer, a decimal fraction (tag 4), or null where there is
// none. Beside doubts or in another unit it is [value, quality] or
// [value, quality, unit]. Keys -25 to -256 are for extensions: they are kept
// and mean nothing here. All other keys are refused, because a later version
// may change by them what the rest means.
//
// A [Batch] is what a gateway kept while its link was down. It holds columns
// of differences, deflated.
//
// There is one encoding of each message, the deterministic one (RFC 8949,
// 4.2.1), and decoding accepts no other: no indefinite lengths, no longer forms,
// no floating point, keys in order. So bytes can be compared and signed.
//
// Neither names device or patient: those come from the transport, which has
// proved them. [Decoder] reads both for a gateway.
package compact
