package seal_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/telemed-go/sdk/telemed/seal"
	"github.com/telemed-go/sdk/telemed/store"
)

// A device signs, the gateway opens, and refuses what does not come from the
// device under this topic for the first time.
func Example() {
	dir, err := os.MkdirTemp("", "seal")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()

	// On the device: a key of its own, and the public half to hand over.
	flash, err := store.Open(filepath.Join(dir, "device.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer flash.Close()
	key, err := seal.GenerateKey(seal.ES256)
	if err != nil {
		log.Fatal(err)
	}
	handover, err := key.AppendPublic(nil)
	if err != nil {
		log.Fatal(err)
	}
	sealer, err := seal.NewSealer(ctx, key, flash)
	if err != nil {
		log.Fatal(err)
	}
	const topic = "ward/bed-1/gatt/2A37"
	message, err := sealer.Seal(nil, topic, []byte{0x00, 72})
	if err != nil {
		log.Fatal(err)
	}

	// At the gateway.
	disk, err := store.Open(filepath.Join(dir, "gateway.db"))
	if err != nil {
		log.Fatal(err)
	}
	defer disk.Close()
	public, err := seal.ParseKey(handover)
	if err != nil {
		log.Fatal(err)
	}
	keys := seal.NewKeyring(seal.ES256)
	if err := keys.Add(seal.Grant{Key: public, Device: "bed-1"}); err != nil {
		log.Fatal(err)
	}
	opener, err := seal.NewOpener(ctx, keys, disk)
	if err != nil {
		log.Fatal(err)
	}
	_, _, err = opener.Open(time.Now(), "bed-1", "ward/bed-1/gatt/2A5E", message)
	fmt.Println(err)
	payload, info, err := opener.Open(time.Now(), "bed-1", topic, message)
	fmt.Println(payload, info.Device, info.Sequence, err)
	_, _, err = opener.Open(time.Now(), "bed-1", topic, message)
	fmt.Println(errors.Is(err, seal.ErrReplay))
	// Output:
	// seal: not sealed by this key for this topic
	// [0 72] bed-1 1 <nil>
	// true
}

// A COSE message of another origin: no topic, no sequence, no replay.
func ExampleParse() {
	key, err := seal.SecretKey([]byte("demo"), seal.HS256, []byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		log.Fatal(err)
	}
	m, err := seal.Parse([]byte("\xd1\x84\x43\xa1\x01\x05\xa0\x42hi\x41\x00"), seal.Tagged)
	fmt.Println(m.Structure, m.Algorithm, err)
	_, err = m.Open(nil, key, nil)
	fmt.Println(err)
	_, err = seal.Parse([]byte("\xd1\x84\x45\xa2\x01\x05\x01\x05\xa0\x42hi\x41\x00"), seal.Tagged)
	fmt.Println(err)
	// Output:
	// COSE_Mac0 HS256 <nil>
	// seal: not sealed by this key for this topic
	// seal: byte 6, protected: not allowed here by the grammar (RFC 9052, 3)
}
