package seal

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// Headers and frames that are wrong, or right but seldom seen, by RFC 9052 and
// RFC 8949. The key is never asked.
func TestParse(t *testing.T) {
	deep := strings.Repeat("81", 5) + "00"
	for _, tt := range []struct {
		name, hex string
		offset    int
		err       Fault // "" if it is read
	}{
		{"the smallest", "d28440a04040", 0, ""},
		{"empty map in the protected headers", "d28441a0a04040", 0, ""},
		{"Mac0", "d18443a10105a04040", 0, ""},
		{"Encrypt0", "d08343a10101a040", 0, ""},
		{"unknown labels", "d28440a2 6178 820102 1863 a1 01 02 4040", 0, ""},
		{"content type by name", "d28440a1 03 6378 2f79 4040", 0, ""},
		{"longer forms of numbers", "d812 9804 5800 b800 5800 590000", 0, ""},
		{"number of an algorithm in the longest form", "d2844ba1 1b0000000000000001 26 a04040", 0, ""},
		{"critical and understood", "d28446a2 0126 028101 a04040", 0, ""},

		{"nothing", "", 0, ErrTag},
		{"no tag", "8440a04040", 0, ErrTag},
		{"Sign, several signers", "d862 8440a04080", 0, ErrTag},
		{"Mac, several recipients", "d861 8540a0404080", 0, ErrTag},
		{"Encrypt, several recipients", "d860 8440a04080", 0, ErrTag},
		{"CWT tag around it", "d83d d28440a04040", 0, ErrTag},
		{"self-described CBOR around it", "d9d9f7 d28440a04040", 0, ErrTag},
		{"tag that is 18 modulo 256", "d90112 8440a04040", 0, ErrTag},
		{"no array", "d2a0", 1, ErrSyntax},
		{"array of three", "d28340a040", 1, ErrSyntax},
		{"array of five", "d28540a0404040", 1, ErrSyntax},
		{"Encrypt0 of four", "d08440a04040", 1, ErrSyntax},
		{"array of indefinite length", "d29f40a04040ff", 1, ErrSyntax},
		{"protected is no string", "d284a0a04040", 2, ErrSyntax},
		{"protected is text", "d28461a0a04040", 2, ErrSyntax},
		{"protected of indefinite length", "d2845f41a0ffa04040", 2, ErrSyntax},
		{"protected holds no map", "d2844101a04040", 3, ErrSyntax},
		{"protected holds more than a map", "d28442a000a04040", 4, ErrSyntax},
		{"map of indefinite length in it", "d28445bf0126ffa04040", 3, ErrSyntax},
		{"map cut off", "d28442a101a04040", 5, ErrSyntax},
		{"label twice, protected", "d28445a201260126a04040", 6, ErrSyntax},
		{"label twice, in another form", "d28446a20126180126a04040", 6, ErrSyntax},
		{"label twice, unprotected", "d28440a2044131044132 4040", 7, ErrSyntax},
		{"label twice, in both", "d28443a10126a101264040", 7, ErrSyntax},
		{"text label twice", "d28440a2 6178 00 6178 00 4040", 7, ErrSyntax},
		{"label twice inside a value", "d28440a1 1863 a2 01000100 4040", 9, ErrSyntax},
		{"label of bytes", "d28440a1 4131 00 4040", 4, ErrSyntax},
		{"label beyond 64 bits", "d28440a1 3bffffffffffffffff 00 4040", 4, ErrSyntax},
		{"too many labels", "d28440 b819" + labelsFrom(32, 25) + "4040", 77, ErrSyntax},
		{"unprotected is no map", "d28440804040", 3, ErrSyntax},
		{"nested too deep", "d28440a1 1863" + deep + "4040", 10, ErrSyntax},
		{"algorithm by name", "d2844aa10167756e6b6e6f776ea04040", 5, ErrAlgorithm},
		{"algorithm of bytes", "d28444a1014126a04040", 5, ErrSyntax},
		{"key identifier as text", "d28440a1046131 4040", 5, ErrSyntax},
		{"IV as number", "d28440a10500 4040", 5, ErrSyntax},
		{"partial IV", "d28440a1064101 4040", 5, ErrSyntax},
		{"content type of bytes", "d28440a10341 014040", 5, ErrSyntax},
		{"critical, unknown number", "d28448a2 1863 00 02811863 a04040", 9, ErrCritical},
		{"critical, unknown text", "d28448a2 6178 00 02816178 a04040", 9, ErrCritical},
		{"critical, absent", "d28444a1028104a04040", 6, ErrSyntax},
		{"critical, nothing", "d28443a10280a04040", 5, ErrSyntax},
		{"critical, no array", "d28443a10200a04040", 5, ErrSyntax},
		{"critical, unprotected", "d28440a1028101 4040", 4, ErrSyntax},
		{"payload elsewhere", "d28440a0f640", 4, ErrSyntax},
		{"payload is text", "d28440a06040", 4, ErrSyntax},
		{"payload of indefinite length", "d28440a05f40ff40", 4, ErrSyntax},
		{"payload longer than everything", "d28440a05bffffffffffffffff40", 4, ErrSyntax},
		{"signature is no string", "d28440a04000", 5, ErrSyntax},
		{"signature cut off", "d28440a0404240", 5, ErrSyntax},
		{"trailing byte", "d28440a0404000", 6, ErrSyntax},
		{"invalid UTF-8", "d28440a1 61ff 00 4040", 4, ErrSyntax},
		{"reserved length", "d28440a1 1c 00 4040", 4, ErrSyntax},
	} {
		b := unhex(t, strings.ReplaceAll(tt.hex, " ", ""))
		_, err := Parse(b, Tagged)
		if tt.err == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		var where *Error
		if !errors.As(err, &where) || where.Err != tt.err || where.Offset != tt.offset {
			t.Errorf("%s: %v, want byte %d, %v", tt.name, err, tt.offset, tt.err)
		}
	}
}

// labelsFrom is the text of n pairs with labels of two bytes.
func labelsFrom(first, n int) string {
	var b []byte
	for i := range n {
		b = append(b, 0x18, byte(first+i), 0)
	}
	return hexOf(string(b))
}

// Every prefix is refused, and so is every message with something behind it.
func TestTruncations(t *testing.T) {
	for _, a := range all {
		p := newPair(t, a)
		b := p.seal(t, "72 bpm")
		for n := range b {
			_, _, err := p.open(b[:n])
			if !errors.Is(err, ErrSyntax) && !errors.Is(err, ErrTag) {
				t.Errorf("%v: %d of %d bytes: %v", a, n, len(b), err)
			}
		}
		_, _, err := p.open(append(bytes.Clone(b), 0))
		wantFault(t, "trailing", err, ErrSyntax)
		if _, _, err := p.open(b); err != nil {
			t.Error(err)
		}
	}
}

// What RFC 9052 allows and seal.md does not: no sealed message can be written in
// two ways.
func TestOneForm(t *testing.T) {
	p := newPair(t, HS256)
	b := p.seal(t, "x")
	m, err := Parse(b, Tagged)
	must(t, err)
	head := appendHead(nil, majorBytes, uint64(len(m.protected)))
	rest := b[2+len(head)+len(m.protected):] // behind the protected headers
	for name, other := range map[string][]byte{
		"longer tag":      append([]byte{0xd8, 17}, b[1:]...),
		"longer array":    append([]byte{0xd1, 0x98, 4}, b[2:]...),
		"longer length":   append(appendBytesLong([]byte{0xd1, 0x84}, m.protected), rest...),
		"header not ours": append(append(bytes.Clone(b[:len(b)-len(rest)]), 0xa1, 0x18, 99, 0), rest[1:]...),
	} {
		again, err := Parse(other, Tagged)
		must(t, err)
		if _, err := again.Open(nil, p.key, appendExternal(nil, topic, 1)); err != nil {
			t.Errorf("%s: right by RFC 9052: %v", name, err)
		}
		_, _, err = p.open(other)
		wantFault(t, name, err, ErrSyntax)
	}
	if _, _, err := p.open(b); err != nil {
		t.Error(err)
	}
}

func appendBytesLong(dst, s []byte) []byte {
	return append(append(dst, majorBytes<<5|25, byte(len(s)>>8), byte(len(s))), s...)
}

// A protected header that nobody knows is covered by the signature, and harmless.
func TestFurtherHeaders(t *testing.T) {
	p := newPair(t, HS256)
	protected := appendHead(nil, majorMap, 4)
	protected = appendInt(appendInt(protected, labelAlgorithm), int64(HS256))
	protected = appendBytes(appendInt(protected, labelKeyID), p.key.id)
	protected = appendInt(appendInt(protected, 99), 1)
	protected = appendInt(appendInt(protected, labelSequence), 7)
	proven := appendProven(nil, Mac0, protected, appendExternal(nil, topic, 7), []byte("x"))
	b := append(appendBytes([]byte{0xd1, 0x84}, protected), 0xa0)
	b, err := p.key.appendTag(appendHead(appendBytes(b, "x"), majorBytes, 32), proven)
	must(t, err)
	payload, info, err := p.open(b)
	if err != nil || string(payload) != "x" || info.Sequence != 7 {
		t.Errorf("%q, %+v, %v", payload, info, err)
	}
}

// A length that is not there takes no memory.
func TestHugeClaims(t *testing.T) {
	for _, text := range []string{"d2845a7fffffff", "d29b7fffffffffffffff", "d28440bb7fffffffffffffff", "d28440a1639b7fffffffffffffff"} {
		b := unhex(t, text)
		if n := testing.AllocsPerRun(100, func() { _, _ = Parse(b, Tagged) }); n > 2 { // the error
			t.Errorf("%s: %v allocations", text, n)
		}
	}
	_, err := Parse(make([]byte, MaxMessage+1), Tagged)
	wantFault(t, "too long", err, ErrSyntax)
}
