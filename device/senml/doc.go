// Package senml reads and writes Sensor Measurement Lists (RFC 8428) in JSON and
// CBOR: what sensors, gateways and LwM2M clients send that know nothing of
// medicine.
//
//	[{"bn":"urn:dev:mac:0024befffe804ff1:","bt":1770000000,"n":"HeartRate","u":"beat/min","v":72},
//	 {"n":"SpO2","u":"%","v":97,"t":-5}]
//
// A [Pack] is the list of records as sent. Fields that begin with "Base" hold for
// their record and all that follow, until they change. [Pack.Resolve] makes
// [Measurement] values of it, which stand alone; [Compact] is its inverse.
// [Decoder] makes readings of those measurements whose name or unit tells what
// they are.
//
// Numbers keep their digits: they are decimals from the first byte to the last,
// and those that come as binary floating point are read as the shortest decimal
// that is the same number. NaN and the infinities are no numbers.
//
// A record that is wrong in itself (a bad name, two values, none) is refused and
// the others stay. Refused as a whole are packs that do not follow the grammar of
// JSON or CBOR, whose base fields are wrong, of a version above 10 or of two
// versions, and those with a label ending in "_", which says that the rest must
// not be used by who does not know it (RFC 8428, 4.4). Other labels that are not
// known are passed over. XML and EXI are not read.
package senml
