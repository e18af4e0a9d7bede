package seal

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
)

// all are the algorithms that a Sealer has.
var all = []Algorithm{
	ES256, ES384, ES512, EdDSA, HS256x64, HS256, HS384, HS512, A128GCM, A192GCM, A256GCM,
	AESCCM16x64x128, AESCCM16x64x256, AESCCM16x128x128, AESCCM16x128x256,
}

// fast are those whose messages can be opened by the hundred thousand.
var fast = []Algorithm{HS256, A128GCM, A256GCM, HS256x64, AESCCM16x64x128}

var now = time.Unix(1770000000, 0)

const topic = "ward/bed-1/gatt/2A37/1770000000123-17"

// A memory is a journal that outlasts a restart, and fails when told to.
type memory struct {
	mu       sync.Mutex
	journals map[string][]telemed.Entry
	fail     error
	// lands says that an entry is kept though its writer is told of a failure.
	lands bool
}

func (m *memory) AppendEntry(_ context.Context, journal string, e telemed.Entry, oldest uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil && !m.lands {
		return m.fail
	}
	all := m.journals[journal]
	if n := len(all); n > 0 && all[n-1].Number >= e.Number {
		return errors.New("the numbers of a journal grow")
	}
	if m.journals == nil {
		m.journals = make(map[string][]telemed.Entry)
	}
	e.Content = slices.Clone(e.Content)
	m.journals[journal] = slices.DeleteFunc(append(all, e), func(e telemed.Entry) bool { return e.Number < oldest })
	return m.fail
}

func (m *memory) Entries(_ context.Context, journal string) ([]telemed.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.journals[journal]), nil
}

// A pair is a device and its gateway.
type pair struct {
	key           *Key
	keys          *Keyring
	sealer        *Sealer
	opener        *Opener
	device, store memory
}

func newPair(t testing.TB, a Algorithm) *pair {
	t.Helper()
	k, err := GenerateKey(a)
	must(t, err)
	p := &pair{key: k, keys: new(Keyring)}
	must(t, p.keys.Add(Grant{Key: k, Device: "bed-1"}))
	p.restart(t)
	return p
}

// restart begins both anew with what they have written down.
func (p *pair) restart(t testing.TB) {
	t.Helper()
	var err error
	p.sealer, err = NewSealer(t.Context(), p.key, &p.device)
	must(t, err)
	p.opener, err = NewOpener(t.Context(), p.keys, &p.store)
	must(t, err)
}

func (p *pair) seal(t testing.TB, payload string) []byte {
	t.Helper()
	b, err := p.sealer.Seal(nil, topic, []byte(payload))
	must(t, err)
	return b
}

func (p *pair) open(b []byte) ([]byte, Info, error) { return p.opener.Open(now, "bed-1", topic, b) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantFault(t testing.TB, what string, err error, want Fault) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestSealAndOpen(t *testing.T) {
	for _, a := range all {
		t.Run(a.String(), func(t *testing.T) {
			p := newPair(t, a)
			for i, payload := range []string{"", "x", strings.Repeat("p", 23), strings.Repeat("p", 24), strings.Repeat("p", 300), strings.Repeat("p", 65000)} {
				prefix := []byte("before")
				b, err := p.sealer.Seal(prefix, topic, []byte(payload))
				must(t, err)
				b, kept := bytes.CutPrefix(b, prefix)
				if over := len(b) - len(payload); !kept || over > p.sealer.Overhead() {
					t.Errorf("%d bytes around %d, at most %d", over, len(payload), p.sealer.Overhead())
				}
				got, info, err := p.open(b)
				if err != nil || string(got) != payload {
					t.Fatalf("payload of %d bytes: got %d, %v", len(payload), len(got), err)
				}
				if want := (Info{p.key.id, "bed-1", uint64(i + 1), a}); info != want {
					t.Errorf("info %+v, want %+v", info, want)
				}
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for _, a := range all {
		p := newPair(t, a)
		b := p.seal(t, "72 bpm")
		_, _, err := p.opener.Open(now, "bed-1", "ward/bed-1/gatt/2A37/1770000000123-18", b)
		wantFault(t, "another topic", err, ErrSignature)
		_, _, err = p.opener.Open(now, "bed-2", topic, b)
		wantFault(t, "another device", err, ErrForeignKey)
		wantFault(t, "another device", err, ErrKey)

		stranger := newPair(t, a)
		_, _, err = stranger.open(b)
		wantFault(t, "unknown key", err, ErrUnknownKey)

		twin, err := GenerateKey(a) // with the identifier of the right one
		must(t, err)
		twin.id = p.key.id
		forger, err := NewSealer(t.Context(), twin, new(memory))
		must(t, err)
		forged, err := forger.Seal(nil, topic, []byte("180 bpm"))
		must(t, err)
		_, _, err = p.open(forged)
		wantFault(t, "forged", err, ErrSignature)

		if _, _, err := p.open(b); err != nil {
			t.Errorf("%v: nothing of that may use up the message: %v", a, err)
		}
		_, _, err = p.open(b)
		wantFault(t, "again", err, ErrReplay)
	}
}

// A key is for one algorithm, whatever the message says of itself.
func TestAlgorithmConfusion(t *testing.T) {
	p := newPair(t, ES256)
	// The public key as the secret of HMAC, which everybody can compute.
	public, err := p.key.AppendPublic(nil)
	must(t, err)
	for _, a := range []Algorithm{HS256, HS256x64, HS384, A256GCM} {
		k, err := SecretKey([]byte(p.key.id), a, public[:max(a.spec().key, 32)])
		must(t, err)
		forger, err := NewSealer(t.Context(), k, new(memory))
		must(t, err)
		b, err := forger.Seal(nil, topic, []byte("x"))
		must(t, err)
		_, _, err = p.open(b)
		wantFault(t, a.String(), err, ErrAlgorithm)
	}
	// The same secret for the whole code and a part of it.
	p = newPair(t, HS256)
	short, err := SecretKey([]byte(p.key.id), HS256x64, p.key.secret)
	must(t, err)
	forger, err := NewSealer(t.Context(), short, new(memory))
	must(t, err)
	b, err := forger.Seal(nil, topic, []byte("x"))
	must(t, err)
	_, _, err = p.open(b)
	wantFault(t, "a short code for a long one", err, ErrAlgorithm)
}

func TestValidity(t *testing.T) {
	p := newPair(t, HS256)
	old, err := GenerateKey(HS256)
	must(t, err)
	for name, g := range map[string]Grant{
		"not yet":  {Key: old, Device: "bed-1", From: now.Add(time.Nanosecond)},
		"no more":  {Key: old, Device: "bed-1", Until: now},
		"in time":  {Key: old, Device: "bed-1", From: now, Until: now.Add(time.Nanosecond)},
		"no bound": {Key: old, Device: "bed-1"},
	} {
		p.keys = new(Keyring)
		must(t, p.keys.Add(g))
		p.key = old
		p.store, p.device = memory{}, memory{}
		p.restart(t)
		_, _, err := p.open(p.seal(t, "x"))
		if right := name == "in time" || name == "no bound"; right != (err == nil) || !right && !errors.Is(err, ErrExpiredKey) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A key is replaced without a gap: both are valid until the old one ends.
func TestRotation(t *testing.T) {
	p := newPair(t, EdDSA)
	next, err := GenerateKey(EdDSA)
	must(t, err)
	must(t, p.keys.Add(Grant{Key: next, Device: "bed-1", From: now}))
	must(t, p.keys.Retire(p.key.id, now.Add(time.Hour)))
	must(t, p.keys.Retire(p.key.id, now.Add(2*time.Hour))) // does not prolong it
	sealer, err := NewSealer(t.Context(), next, &p.device)
	must(t, err)
	for _, after := range []time.Duration{0, time.Hour - 1, time.Hour} {
		fresh, err := sealer.Seal(nil, topic, []byte("x"))
		must(t, err)
		_, _, err = p.opener.Open(now.Add(after), "bed-1", topic, fresh)
		must(t, err)
		_, _, err = p.opener.Open(now.Add(after), "bed-1", topic, p.seal(t, "x"))
		if late := after == time.Hour; late != errors.Is(err, ErrExpiredKey) || !late && err != nil {
			t.Errorf("old key after %v: %v", after, err)
		}
	}
}

func TestKeyring(t *testing.T) {
	k, err := GenerateKey(HS256)
	must(t, err)
	r := NewKeyring(ES256, HS256)
	for _, g := range []Grant{
		{Device: "bed-1"},
		{Key: k},
		{Key: k, Device: "bed-1", From: now, Until: now},
	} {
		wantFault(t, "incomplete grant", r.Add(g), ErrKey)
	}
	must(t, r.Add(Grant{Key: k, Device: "bed-1"}))
	wantFault(t, "twice", r.Add(Grant{Key: k, Device: "bed-2"}), ErrKey)
	weak, err := GenerateKey(HS256x64)
	must(t, err)
	wantFault(t, "not allowed", r.Add(Grant{Key: weak, Device: "bed-1"}), ErrAlgorithm)
	wantFault(t, "retire", r.Retire("nobody", now), ErrUnknownKey)
}

func TestSealerLimits(t *testing.T) {
	k, err := GenerateKey(A128GCM)
	must(t, err)
	var journal memory
	must(t, journal.AppendEntry(t.Context(), "seal.sent."+hexOf(k.id), telemed.Entry{Number: maxRandomIV - 1}, 0))
	s, err := NewSealer(t.Context(), k, &journal)
	must(t, err)
	for i := range reserved { // one block past the end at most
		if _, err := s.Seal(nil, topic, nil); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	_, err = s.Seal(nil, topic, nil)
	wantFault(t, "one key for ever", err, ErrExhausted)
	_, err = s.Seal(nil, topic, make([]byte, MaxMessage))
	wantFault(t, "too long", err, ErrSyntax)

	short, err := GenerateKey(AESCCM64x64x128)
	must(t, err)
	_, err = NewSealer(t.Context(), short, &journal)
	wantFault(t, "short IV", err, ErrAlgorithm)
	signing, err := GenerateKey(ES256)
	must(t, err)
	public, err := PublicKey([]byte("x"), ES256, signing.public)
	must(t, err)
	_, err = NewSealer(t.Context(), public, &journal)
	wantFault(t, "public half", err, ErrKey)
	if _, err := NewSealer(t.Context(), k, nil); err == nil {
		t.Error("a sealer without a journal")
	}
	if _, err := NewOpener(t.Context(), nil, nil); err == nil {
		t.Error("an opener without anything")
	}
}

// What a seal costs, first and last message of a key, with an identifier of 8 bytes.
func TestOverhead(t *testing.T) {
	for a, want := range map[Algorithm][2]int{
		ES256: {90, 101}, EdDSA: {90, 101}, ES384: {123, 134}, HS256: {58, 69}, HS256x64: {33, 44},
		A128GCM: {55, 67}, A256GCM: {55, 67}, AESCCM16x64x128: {48, 60},
	} {
		p := newPair(t, a)
		first := len(p.seal(t, ""))
		payload := make([]byte, 1<<16-1)
		b, err := p.key.seal(nil, topic, 1<<63-1, payload)
		must(t, err)
		if got := [2]int{first, len(b) - len(payload)}; got != want {
			t.Errorf("%v: %v bytes, want %v", a, got, want)
		}
	}
}
