package vitals

import (
	"math"
	"testing"
	"time"
)

func TestWaveformAt(t *testing.T) {
	for _, tt := range []struct {
		name          string
		scale, origin Decimal
		raw           int32
		want          string // "" for no number
	}{
		{"ECG, 2.44 µV a step", Decimal{244, -2}, Decimal{}, 100, "244.00"},
		{"negative", Decimal{244, -2}, Decimal{}, -1, "-2.44"},
		{"zero", Decimal{244, -2}, Decimal{}, 0, "0.00"},
		{"origin", Decimal{5, -1}, Decimal{-1024, 0}, 2048, "0.0"},
		{"finer origin", Decimal{1, 0}, Decimal{25, -2}, 3, "3.25"},
		{"steps of hundreds", Decimal{1, 2}, Decimal{}, 7, "700"},
		{"largest", Decimal{1, 0}, Decimal{}, math.MaxInt32, "2147483647"},
		{"smallest number", Decimal{1, 0}, Decimal{}, math.MinInt32 + 3, "-2147483645"},
		{"error", Decimal{1, 0}, Decimal{}, SampleError, ""},
		{"below", Decimal{1, 0}, Decimal{}, SampleBelow, ""},
		{"above", Decimal{1, 0}, Decimal{}, SampleAbove, ""},
		{"too large", Decimal{math.MaxInt64, 0}, Decimal{}, 2, ""},
		{"too small", Decimal{math.MinInt64, 0}, Decimal{}, -1, ""},
		{"sum too large", Decimal{1, 0}, Decimal{math.MaxInt64, 0}, 1, ""},
		{"far apart", Decimal{1, 100}, Decimal{1, 0}, 1, ""},
		{"no scale", Decimal{}, Decimal{7, 0}, 100, "7"},
	} {
		w := Waveform{Kind: ECG, Unit: UnitUV, Scale: tt.scale, Origin: tt.origin, Samples: []int32{0, tt.raw}}
		q, ok := w.At(1)
		if ok != (tt.want != "") || ok && (q.Value().String() != tt.want || q.Unit() != UnitUV) {
			t.Errorf("%s: At = %v, %v; want %q µV", tt.name, q, ok, tt.want)
		}
		if !ok && q.Value() != (Decimal{}) {
			t.Errorf("%s: no number, but %v", tt.name, q)
		}
	}
}

func TestWaveformDuration(t *testing.T) {
	for _, tt := range []struct {
		period Decimal
		n      int
		want   time.Duration
	}{
		{Decimal{4, 0}, 250, time.Second},
		{Decimal{2, 0}, 0, 0},
		{Decimal{1953125, -6}, 512, time.Second}, // 512 Hz
		{Decimal{78125, -4}, 128 * 3600, time.Hour},
		{Decimal{333333, -5}, 300, 999999 * time.Microsecond},
	} {
		w := Waveform{Period: tt.period, Samples: make([]int32, tt.n)}
		if got := w.Duration(); got != tt.want {
			t.Errorf("%d samples each %v ms last %v, want %v", tt.n, tt.period, got, tt.want)
		}
	}
}
