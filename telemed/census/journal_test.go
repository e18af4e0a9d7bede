package census_test

import (
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed/census"
	"github.com/telemed-go/sdk/vitals"
)

var someChange = census.Change{
	Op: census.Merge, At: time.Date(2026, 3, 1, 8, 0, 0, 17, time.FixedZone("", 3600)),
	Patient: vitals.NewPatientID("p\xff"), Into: vitals.NewPatientID("q"), Device: "cuff", Bed: "b",
	Ahead: -time.Hour, Cancels: 300, By: "n", Said: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC),
}

func encode(tb testing.TB, c census.Change) []byte {
	tb.Helper()
	b, err := census.EncodeChange(&c)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// sameChange compares with the instants and not with the names of zones.
func sameChange(a, b census.Change) bool {
	ok := a.At.Equal(b.At) && a.Said.Equal(b.Said)
	a.At, a.Said = b.At, b.Said
	return ok && a == b
}

func TestChangeCutShort(t *testing.T) {
	b := encode(t, someChange)
	if c, err := census.DecodeChange(b); err != nil || !sameChange(c, someChange) {
		t.Fatalf("%+v, %v, want %+v", c, err, someChange)
	}
	if c, err := census.DecodeChange(encode(t, census.Change{})); err != nil || !c.Said.IsZero() {
		t.Errorf("a change that was said at no known time: %+v, %v", c, err)
	}
	for n := range b {
		if _, err := census.DecodeChange(b[:n]); err == nil {
			t.Errorf("%d bytes of a change were accepted", n)
		}
	}
	if _, err := census.DecodeChange(append(b, 0)); err == nil {
		t.Error("a byte too many was accepted")
	}
}

// What decodes encodes to what decodes to the same.
func FuzzChange(f *testing.F) {
	f.Add(encode(f, someChange))
	f.Add(encode(f, census.Change{Op: census.Admit}))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := census.DecodeChange(b)
		if err != nil {
			return
		}
		again, err := census.DecodeChange(encode(t, c))
		if err != nil || !sameChange(again, c) {
			t.Errorf("%+v became %+v, %v", c, again, err)
		}
	})
}
