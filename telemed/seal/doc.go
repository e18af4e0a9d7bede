// Package seal makes the messages of devices trustworthy whatever the broker
// between them and the gateway does: nobody can change them, send them again,
// send them under another topic, or send them in the name of another device.
//
// A [Sealer] on the device wraps any payload, a batch as well as one
// notification, into a COSE message (RFC 9052): COSE_Sign1 with a signature,
// COSE_Mac0 with a shared secret, or COSE_Encrypt0, which hides it too. Which of
// them follows from the algorithm of the [Key]; a key is for one algorithm. An
// [Opener] at the gateway finds the key in a [Keyring], checks whose it is, and
// refuses what it has had before, even after a restart. [Source] does that for
// every frame of another source, so that a gateway opens before it decodes. The
// form of the messages is described in seal.md beside the code.
//
//	key, err := seal.GenerateKey(seal.ES256)             // on the device
//	sealer, err := seal.NewSealer(ctx, key, journal)
//	message, err := sealer.Seal(nil, topic, payload)
//
//	err = keys.Add(seal.Grant{Key: public, Device: "bed-1"}) // at the gateway
//	opener, err := seal.NewOpener(ctx, &keys, journal)
//	gateway.Source = &seal.Source{Source: devices, Opener: opener}
//
// [Parse] and [Message.Open] are the layer below: COSE messages of any other
// origin, without topic and sequence.
//
// A seal costs 90 to 101 bytes with ES256 or EdDSA, 58 to 69 with HS256, 33 to 44
// with HS256/64 and 55 to 67 with AES-GCM, whatever it holds. Of a batch of a
// hundred readings that is a byte for each or less: seal batches where bytes count.
// The time of a signature (some 50 µs to verify) is shared in the same way. Messages for several recipients
// (COSE_Sign, COSE_Mac, COSE_Encrypt), detached payloads, Ed448 and
// ChaCha20-Poly1305 are refused.
package seal
