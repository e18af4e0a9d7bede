package segment_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/segment"
)

// A value comes in three parts.
func ExampleJoiner() {
	var s segment.Joiner
	for _, part := range [][]byte{{0b000001_01, 'a', 'b'}, {0b000010_00, 'c'}, {0b000011_10, 'd', 'e'}} {
		h := segment.Header{First: part[0]&1 != 0, Last: part[0]&2 != 0, Counter: part[0] >> 2}
		whole, done, err := s.Add(h, part[1:])
		if err != nil {
			fmt.Println(err)
		}
		if done {
			fmt.Printf("%s\n", whole)
		}
	}
	// Output: abcde
}

// header is a segmentation header as the tables write it: "5[", "6", "7]".
func header(t *testing.T, s string) (h segment.Header) {
	t.Helper()
	fmt.Sscanf(s, "%d", &h.Counter)
	h.First = bytes.ContainsRune([]byte(s), '[')
	h.Last = bytes.ContainsRune([]byte(s), ']')
	return h
}

func TestSegments(t *testing.T) {
	type step struct{ header, part, want string }
	const gap, long = "sequence_gap @ 0 Counter", "out_of_range @ 0 Data"
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"one part", []step{{"0[]", "a", "a"}, {"1[]", "b", "b"}}},
		{"nothing in it", []step{{"0[]", "", "-"}}},
		{"three", []step{{"5[", "a", ""}, {"6", "b", ""}, {"7]", "c", "abc"}}},
		{"around the corner", []step{{"62[", "a", ""}, {"63", "b", ""}, {"0]", "c", "abc"}, {"1[]", "d", "d"}}},
		{"lost in the middle", []step{{"1[", "a", ""}, {"3]", "c", gap}, {"4[]", "d", "d"}}},
		{"lost, and more of it", []step{{"1[", "a", ""}, {"3", "c", gap}, {"4", "d", ""}, {"5]", "e", ""}, {"6[]", "f", "f"}}},
		{"lost the end", []step{{"1[", "a", ""}, {"3[", "c", gap}, {"4]", "d", "cd"}}},
		{"lost a whole value", []step{{"1[]", "a", "a"}, {"3[]", "c", "c " + gap}}},
		{"lost the beginning", []step{{"1[]", "a", "a"}, {"3", "c", gap}, {"4]", "d", ""}}},
		{"joined in the middle", []step{{"7", "a", gap}, {"8]", "b", ""}, {"9[]", "c", "c"}}},
		{"given up", []step{{"1[", "a", ""}, {"2[", "b", gap}, {"3]", "c", "bc"}}},
		{"no beginning", []step{{"1[]", "a", "a"}, {"2]", "b", ""}, {"3[]", "c", "c"}}},
		{"twice", []step{{"1[", "a", ""}, {"2", "b", ""}, {"2", "b", ""}, {"3]", "c", "abc"}}},
		{"same counter, other bytes", []step{{"1[", "a", ""}, {"2", "b", ""}, {"2", "x", gap}, {"3]", "c", ""}}},
		{"too long", []step{{"1[", "abcde", ""}, {"2", "fgh", ""}, {"3", "i", long}, {"4]", "j", ""}, {"5[]", "k", "k"}}},
		{"too long at once", []step{{"1[]", "abcdefghi", long}, {"2[]", "b", "b"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := segment.Joiner{Limit: 8}
			for _, step := range tt.steps {
				whole, done, err := s.Add(header(t, step.header), []byte(step.part))
				got := string(whole)
				if done && got == "" {
					got = "-"
				}
				if err != nil && done {
					got += " "
				}
				if got += atttest.Fault(err); got != step.want {
					t.Errorf("%s %q: %q, want %q", step.header, step.part, got, step.want)
				}
			}
		})
	}
}

// With parts lost, doubled or exchanged, what comes out is what was sent, in
// order, and never a mixture.
func TestSegmentsOverBadRadio(t *testing.T) {
	type part struct {
		h segment.Header
		b []byte
	}
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 2))
		var air []part
		counter := uint8(rng.IntN(64))
		values := 1 + rng.IntN(10)
		for v := range values {
			n := 1 + rng.IntN(5)
			for i := range n {
				air = append(air, part{segment.Header{First: i == 0, Last: i == n-1, Counter: counter}, []byte{byte(v), byte(i), byte(n)}})
				counter = (counter + 1) % 64
			}
		}
		var s segment.Joiner
		last, faults, lost := -1, 0, 0
		for i := 0; i < len(air); i++ {
			times := 1
			switch p := rng.IntN(20); {
			case p == 0 && i < len(air)-1: // a loss behind the last part leaves no trace
				lost++
				continue
			case p == 1 && !air[i].h.Last:
				times = 2
			}
			for range times {
				whole, done, err := s.Add(air[i].h, air[i].b)
				if err != nil {
					faults++
				}
				if !done {
					continue
				}
				v := int(whole[0])
				for j := 0; j < len(whole); j += 3 {
					if int(whole[j]) != v || int(whole[j+1]) != j/3 || int(whole[j+2]) != len(whole)/3 {
						t.Fatalf("seed %d: mixture % x", seed, whole)
					}
				}
				if v <= last {
					t.Fatalf("seed %d: value %d after %d", seed, v, last)
				}
				last = v
			}
		}
		if lost > 0 && faults == 0 && lost != 1 { // one lost at the very start cannot be seen
			t.Errorf("seed %d: %d parts lost and no fault", seed, lost)
		}
		if lost == 0 && (faults > 0 || last != values-1) {
			t.Errorf("seed %d: %d faults, last value %d of %d", seed, faults, last, values)
		}
	}
}

func FuzzSegments(f *testing.F) {
	f.Add([]byte{1, 1, 'a', 6, 1, 'b'})
	f.Fuzz(func(t *testing.T, b []byte) {
		s := segment.Joiner{Limit: 64}
		for len(b) >= 2 {
			n := min(int(b[1]), len(b)-2)
			whole, done, _ := s.Add(segment.Header{First: b[0]&1 != 0, Last: b[0]&2 != 0, Counter: b[0] >> 2}, b[2:2+n])
			if len(whole) > 64 || !done && whole != nil {
				t.Errorf("%d bytes, done %v", len(whole), done)
			}
			b = b[2+n:]
		}
	})
}
