package score_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert/score"
	"github.com/telemed-go/sdk/vitals"
)

func TestBinary(t *testing.T) {
	inputs := timed(t)
	if err := inputs.SetAge(70); err != nil {
		t.Fatal(err)
	}
	if inputs.Set(vitals.Reading{Kind: vitals.Diastolic, Quality: vitals.BelowRange, At: noon.Add(-2 * time.Hour)}) == 0 {
		t.Fatal("not used")
	}
	for _, in := range []score.Inputs{{}, inputs, sick(t)} {
		b, err := in.AppendBinary([]byte("kept"))
		if err != nil || string(b[:4]) != "kept" {
			t.Fatalf("%q, %v", b, err)
		}
		b = b[4:]
		var back score.Inputs
		if err := back.UnmarshalBinary(b); err != nil || back != in {
			t.Errorf("inputs: %v, %v", back.Known(), err)
		}
		for n := range b {
			if back := in; !errors.Is(back.UnmarshalBinary(b[:n]), score.ErrBinary) || back != in {
				t.Errorf("%d of %d bytes were read", n, len(b))
			}
		}
		if err := back.UnmarshalBinary(append(b, 0)); !errors.Is(err, score.ErrBinary) {
			t.Errorf("a byte too many: %v", err)
		}
		for c := range score.Charts() {
			r := c.Evaluate(&in, noon.Add(time.Minute), time.Hour)
			b, err := r.AppendBinary(nil)
			if err != nil {
				t.Fatal(err)
			}
			var got score.Result
			if err := got.UnmarshalBinary(b); err != nil || got != r || got.String() != r.String() {
				t.Errorf("%v came back as %v, %v", r, got, err)
			}
			for n := range b {
				if got := r; !errors.Is(got.UnmarshalBinary(b[:n]), score.ErrBinary) || got != r {
					t.Errorf("%v: %d of %d bytes were read", c, n, len(b))
				}
			}
		}
	}
}

func TestBinaryRefusesUnknownFlags(t *testing.T) {
	in := sick(t)
	b, err := score.QSOFA.Evaluate(&in, noon, time.Hour).AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	name := []byte(score.RespiratoryRate.String())
	at := bytes.Index(b, name) + len(name) // of its flags: 1 missing, 2 stale
	for flags, ok := range []bool{true, true, true, true, false, false, false, false} {
		b[at] = byte(flags)
		var r score.Result
		if err := r.UnmarshalBinary(b); (err == nil) != ok || r.Missing.Has(score.RespiratoryRate) != (ok && flags&1 != 0) ||
			r.Stale.Has(score.RespiratoryRate) != (ok && flags&2 != 0) {
			t.Errorf("flags %d: %v, missing %v, stale %v", flags, err, r.Missing, r.Stale)
		}
	}
}

// What is read of any bytes is written and read again as the same, and can be shown.
func FuzzBinary(f *testing.F) {
	in := sick(f)
	b, _ := in.AppendBinary(nil)
	f.Add(b)
	for c := range score.Charts() {
		b, _ := c.Evaluate(&in, noon, time.Hour).AppendBinary(nil)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var r, back score.Result
		if r.UnmarshalBinary(b) == nil {
			_ = r.String()
			if _, err := r.MarshalJSON(); err != nil {
				t.Fatal(err)
			}
			again, err := r.AppendBinary(nil)
			if err != nil || back.UnmarshalBinary(again) != nil || back != r {
				t.Fatalf("%v, then %v, %v", r, back, err)
			}
		}
		var in, in2 score.Inputs
		if in.UnmarshalBinary(b) != nil {
			return
		}
		for c := range score.Charts() {
			if r := c.Evaluate(&in, noon, time.Hour); r.Total < 0 {
				t.Fatal(r)
			}
			_ = c.Explain(&in, noon, 0)
		}
		again, err := in.AppendBinary(nil)
		if err != nil || in2.UnmarshalBinary(again) != nil || in2 != in {
			t.Fatalf("%v, then %v, %v", in.Known(), in2.Known(), err)
		}
	})
}
