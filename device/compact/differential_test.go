package compact_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/vitals"
)

// peer is fxamacker/cbor, strict and deterministic.
type peer struct {
	enc cbor.EncMode
	dec cbor.DecMode
}

func newPeer(t testing.TB) peer {
	t.Helper()
	enc, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		t.Fatal(err)
	}
	dec, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, MaxNestedLevels: 8, MaxMapPairs: 128,
		IntDec: cbor.IntDecConvertSignedOrBigInt, NaN: cbor.NaNDecodeForbidden, Inf: cbor.InfDecodeForbidden,
	}.DecMode()
	if err != nil {
		t.Fatal(err)
	}
	return peer{enc, dec}
}

// model is a message as any CBOR library would see it.
func model(m compact.Message) map[int64]any {
	pairs := map[int64]any{0: 1}
	for _, v := range m.Vitals {
		var value any = v.Value.Coef
		switch {
		case v.NoValue:
			value = nil
		case v.Value.Exp != 0:
			value = cbor.Tag{Number: 4, Content: []any{v.Value.Exp, v.Value.Coef}}
		}
		switch {
		case v.Unit != "":
			value = []any{value, uint64(v.Quality), v.Unit}
		case v.Quality != 0:
			value = []any{value, uint64(v.Quality)}
		}
		pairs[int64(v.Kind)] = value
	}
	if !m.At.IsZero() {
		pairs[-1] = m.At.UnixMilli()
		if ns := m.At.Nanosecond() % 1e6; ns != 0 {
			pairs[-2] = ns
		}
	}
	if m.Sequence != 0 {
		pairs[-3] = m.Sequence
	}
	if m.Quality != 0 {
		pairs[-4] = uint64(m.Quality)
	}
	if m.Arrival {
		pairs[-5] = true
	}
	for key, value := range m.Extensions.All() {
		pairs[int64(key)] = cbor.RawMessage(value)
	}
	return pairs
}

// agree checks that the peer writes m as we do, accepts what we write and,
// reading it without knowing the format and writing it again, changes nothing.
func (p peer) agree(m compact.Message, wire []byte) error {
	theirs, err := p.enc.Marshal(model(m))
	if err != nil {
		return fmt.Errorf("the peer cannot encode the model: %w", err)
	}
	if !bytes.Equal(theirs, wire) {
		return fmt.Errorf("ours %x\ntheirs %x", wire, theirs)
	}
	var generic any
	if err := p.dec.Unmarshal(wire, &generic); err != nil {
		return fmt.Errorf("the peer refuses %x: %w", wire, err)
	}
	again, err := p.enc.Marshal(generic)
	if err != nil || !bytes.Equal(again, wire) {
		return fmt.Errorf("the peer reads and writes %x as %x, %w", wire, again, err)
	}
	return nil
}

func TestPeerAgrees(t *testing.T) {
	p := newPeer(t)
	for _, tt := range messages {
		if err := p.agree(tt.want, unhex(tt.hex)); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// Whatever is accepted is written again as the same bytes and means the same to
// the peer; whatever is refused leaves no panic.
func FuzzMessage(f *testing.F) {
	for _, tt := range messages {
		f.Add(unhex(tt.hex))
	}
	for _, tt := range refusals {
		f.Add(unhex(tt.hex))
	}
	p := newPeer(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := compact.Parse(b)
		m.AppendReadings(nil, frame)
		if err != nil {
			return
		}
		back, err := m.AppendBinary(nil)
		if err != nil || !bytes.Equal(back, b) {
			t.Fatalf("%x is written as %x, %v", b, back, err)
		}
		if err := p.agree(m, b); err != nil {
			t.Fatal(err)
		}
	})
}

// A tape makes values of a fuzzer's bytes.
type tape []byte

func (p *tape) uint64() uint64 {
	var b [9]byte
	*p = (*p)[copy(b[:], *p):]
	return binary.LittleEndian.Uint64(b[1:]) >> (b[0] & 63)
}

func (p *tape) vital() compact.Vital {
	v := compact.Vital{Kind: vitals.Kind(p.uint64()%200 + 1), Quality: vitals.Quality(p.uint64())}
	switch choice := p.uint64(); {
	case choice&7 == 0:
		v.NoValue = true
	default:
		v.Value = number(int64(p.uint64()), int8(p.uint64()))
		v.Unit = []string{"", "", "/h", "furlong", "mmol/L"}[choice>>3%5]
	}
	return v
}

// Whatever the model has, the peer and we encode to the same bytes, which we
// read as the model.
func FuzzModel(f *testing.F) {
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0x11, 0x93, 0x27}, 60))
	p := newPeer(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		from := tape(b)
		var m compact.Message
		if when := from.uint64(); when != 0 {
			m.At = time.Unix(int64(from.uint64()%253402300800), int64(when%1e9)).UTC()
			m.Arrival = when&1 != 0
		}
		m.Sequence, m.Quality = uint32(from.uint64()), vitals.Quality(from.uint64())
		known := map[vitals.Kind]bool{}
		for len(from) > 0 && len(m.Vitals) < compact.MaxVitals {
			if v := from.vital(); !known[v.Kind] {
				known[v.Kind] = true
				m.Vitals = append(m.Vitals, v)
			}
		}
		theirs, err := p.enc.Marshal(model(m))
		if err != nil {
			t.Fatal(err)
		}
		ours, err := m.AppendBinary(nil)
		if err != nil || !bytes.Equal(ours, theirs) {
			t.Fatalf("%+v\nours %x, %v\ntheirs %x", m, ours, err, theirs)
		}
		back, err := compact.Parse(theirs)
		if err != nil || !reflect.DeepEqual(model(back), model(m)) {
			t.Fatalf("%x is read as %+v, %v", theirs, back, err)
		}
	})
}

// What the peer reads of the message of the benchmark: the same eleven fields.
type elevenFields struct {
	Version     int      `cbor:"0,keyasint"`
	HeartRate   int      `cbor:"1,keyasint"`
	Pulse       int      `cbor:"4,keyasint"`
	Systolic    int      `cbor:"10,keyasint"`
	Diastolic   int      `cbor:"11,keyasint"`
	SpO2        int      `cbor:"44,keyasint"`
	Respiration int      `cbor:"52,keyasint"`
	Temperature fraction `cbor:"73,keyasint"`
	Glucose     doubtful `cbor:"109,keyasint"`
	At          int64    `cbor:"-1,keyasint"`
	Sequence    uint32   `cbor:"-3,keyasint"`
}

type fraction struct {
	_    struct{} `cbor:",toarray"`
	Exp  int8
	Coef int64
}

type doubtful struct {
	_       struct{} `cbor:",toarray"`
	Value   int64
	Quality uint64
}
