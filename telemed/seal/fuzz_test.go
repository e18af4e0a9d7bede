package seal

import (
	"bytes"
	"testing"
)

// fuzzKeys are the same in every run, so that finds can be repeated.
func fuzzKeys(t testing.TB) []*Key {
	t.Helper()
	var keys []*Key
	for _, a := range fast {
		k, err := SecretKey([]byte{byte(a)}, a, bytes.Repeat([]byte{7}, max(a.spec().key, 16)))
		must(t, err)
		keys = append(keys, k)
	}
	return keys
}

// What is sealed opens to the same, and no change of it opens.
func FuzzSeal(f *testing.F) {
	f.Add([]byte("72 bpm"), "ward/bed-1/gatt/2A37", 0, uint16(3), byte(1))
	f.Add([]byte{}, "", 1, uint16(0), byte(0x80))
	keys := fuzzKeys(f)
	f.Fuzz(func(t *testing.T, payload []byte, topic string, which int, at uint16, flip byte) {
		p := &pair{key: keys[uint(which)%uint(len(keys))], keys: new(Keyring)}
		must(t, p.keys.Add(Grant{Key: p.key, Device: "bed-1"}))
		p.restart(t)
		b, err := p.sealer.Seal(nil, topic, payload)
		if err != nil {
			return // too long
		}
		changed := bytes.Clone(b)
		changed[int(at)%len(b)] ^= flip
		for _, other := range [][]byte{changed, b[:int(at)%len(b)], append(bytes.Clone(b), flip)} {
			if _, _, err := p.opener.Open(now, "bed-1", topic, other); err == nil && !bytes.Equal(other, b) {
				t.Fatal("a change opened")
			}
		}
		if flip == 0 {
			return // it was opened above
		}
		got, _, err := p.opener.Open(now, "bed-1", topic, b)
		if err != nil || !bytes.Equal(got, payload) {
			t.Fatalf("%d bytes came back of %d: %v", len(got), len(payload), err)
		}
	})
}

// No bytes panic or take much more memory than they have; no bytes but those that
// were sealed open.
func FuzzOpen(f *testing.F) {
	keys := fuzzKeys(f)
	ring := new(Keyring)
	sealed := map[string]bool{}
	for _, k := range keys {
		must(f, ring.Add(Grant{Key: k, Device: "bed-1"}))
		s, err := NewSealer(f.Context(), k, new(memory))
		must(f, err)
		b, err := s.Seal(nil, topic, []byte("72 bpm"))
		must(f, err)
		sealed[string(b)] = true
		f.Add(b)
	}
	for _, v := range vectorSeeds() {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := NewOpener(t.Context(), ring, new(memory))
		must(t, err)
		payload, info, err := o.Open(now, "bed-1", topic, b)
		if err == nil && (string(payload) != "72 bpm" || info.Sequence != 1) {
			t.Fatal("opened what nobody sealed")
		}
		// What has an IV differs between the processes of a run.
		if err == nil && info.Algorithm.spec().structure == Mac0 && !sealed[string(b)] {
			t.Fatal("opened a message that was written anew")
		}
		for want := range Structure(19) {
			m, err := Parse(b, want)
			if err == nil && len(m.content)+len(m.tag)+len(m.protected) > len(b) {
				t.Fatal("a message has more than its bytes")
			}
		}
		if k, err := ParseKey(b); err == nil {
			again, err := k.AppendSecret(nil)
			if err != nil {
				again, err = k.AppendPublic(nil)
			}
			must(t, err)
			back, err := ParseKey(again)
			if err != nil || back.id != k.id || back.algorithm != k.algorithm {
				t.Fatalf("another key came back: %v", err)
			}
		}
	})
}

func vectorSeeds() [][]byte {
	return [][]byte{
		[]byte("\xd1\x84\x43\xa1\x01\x05\xa0\x54This is the content.\x58\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
		[]byte("\xd2\x84\x41\xa0\xa2\x01\x26\x04\x42\x31\x31\x40\x41\x00"),
		[]byte("\xa4\x01\x04\x02\x41\x31\x03\x05\x20\x58\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
	}
}
