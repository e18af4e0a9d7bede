package clock_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
)

// Many devices let a collector set their clock.
func ExampleExactTime256Of() {
	now := time.Date(2024, 5, 31, 12, 30, 0, 500_000_000, time.UTC)
	t := clock.CurrentTime{ExactTime256: clock.ExactTime256Of(now), Adjusted: clock.AdjustReference}
	b, err := t.AppendBinary(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("% x: %v, %v", b, t.DateTime, t.DayOfWeek)
	// Output: e8 07 05 1f 0c 1e 00 05 80 02: 2024-05-31T12:30:00, Friday
}

var (
	friday = clock.DayDateTime{DateTime: atttest.May31, DayOfWeek: clock.Friday}

	daysOfWeek = []atttest.Vector[clock.DayOfWeek]{
		{Name: "unknown", Wire: "00"},
		{Name: "Sunday", Wire: "07", Want: clock.Sunday},
		{Name: "reserved", Wire: "08", Want: 8, Bad: "reserved_value @ 0 DayOfWeek"},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 DayOfWeek"},
		{Name: "surplus", Wire: "0100", Want: clock.Monday, Bad: "trailing_bytes @ 1"},
	}
	dayDateTimes = []atttest.Vector[clock.DayDateTime]{
		{Name: "Friday", Wire: "e807051f0c1e00 05", Want: friday},
		{Name: "unknown", Wire: "00000000000000 00"},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 DateTime"},
		{Name: "no day", Wire: "e807051f0c1e00", Want: clock.DayDateTime{DateTime: atttest.May31}, Bad: "truncated @ 7 DayOfWeek"},
		{
			Name: "reserved day", Wire: "e807051f0c1e00 08", Want: clock.DayDateTime{DateTime: atttest.May31, DayOfWeek: 8},
			Bad: "reserved_value @ 7 DayOfWeek",
		},
		{Name: "surplus", Wire: "e807051f0c1e00 05 00", Want: friday, Bad: "trailing_bytes @ 8"},
	}
	exactTimes = []atttest.Vector[clock.ExactTime256]{
		{Name: "half a second", Wire: "e807051f0c1e00 05 80", Want: clock.ExactTime256{DayDateTime: friday, Fractions: 128}},
		{
			Name: "no fractions", Wire: "e807051f0c1e00 05", Want: clock.ExactTime256{DayDateTime: friday},
			Bad: "truncated @ 8 Fractions256",
		},
		{
			Name: "hour 24", Wire: "e807051f181e00 05 80", Bad: "out_of_range @ 4 Hour",
			Want: clock.ExactTime256{
				DayDateTime: clock.DayDateTime{DateTime: clock.DateTime{2024, 5, 31, 24, 30, 0}, DayOfWeek: clock.Friday}, Fractions: 128,
			},
		},
		{
			Name: "surplus", Wire: "e807051f0c1e00 05 80 00", Want: clock.ExactTime256{DayDateTime: friday, Fractions: 128},
			Bad: "trailing_bytes @ 9",
		},
	}
	currentTimes = []atttest.Vector[clock.CurrentTime]{
		{Name: "set by hand", Wire: "e807051f0c1e00 05 ff 01", Want: clock.CurrentTime{
			ExactTime256: clock.ExactTime256{DayDateTime: friday, Fractions: 255}, Adjusted: clock.AdjustManual,
		}},
		{Name: "reserved reasons are kept", Wire: "e807051f0c1e00 05 00 ff", Want: clock.CurrentTime{
			ExactTime256: clock.ExactTime256{DayDateTime: friday}, Adjusted: 0xFF,
		}},
		{Name: "nothing", Wire: "", Bad: "truncated @ 0 DateTime"},
		{
			Name: "no reason", Wire: "e807051f0c1e00 05 00", Want: clock.CurrentTime{ExactTime256: clock.ExactTime256{DayDateTime: friday}},
			Bad: "truncated @ 9 AdjustReason",
		},
		{
			Name: "second 60", Wire: "e807051f0c1e3c 05 00 00", Bad: "out_of_range @ 6 Second",
			Want: clock.CurrentTime{ExactTime256: clock.ExactTime256{DayDateTime: clock.DayDateTime{
				DateTime: clock.DateTime{2024, 5, 31, 12, 30, 60}, DayOfWeek: clock.Friday,
			}}},
		},
		{
			Name: "surplus", Wire: "e807051f0c1e00 05 00 00 00", Bad: "trailing_bytes @ 10",
			Want: clock.CurrentTime{ExactTime256: clock.ExactTime256{DayDateTime: friday}},
		},
	}
)

func TestCurrentTime(t *testing.T) {
	atttest.Vectors(t, clock.ParseDayOfWeek, daysOfWeek)
	atttest.Vectors(t, clock.ParseDayDateTime, dayDateTimes)
	atttest.Vectors(t, clock.ParseExactTime256, exactTimes)
	atttest.Vectors(t, clock.ParseCurrentTime, currentTimes)
	atttest.ParseAllocs(t, clock.ParseDayOfWeek, "05")
	atttest.ParseAllocs(t, clock.ParseDayDateTime, dayDateTimes[0].Wire)
	atttest.ParseAllocs(t, clock.ParseExactTime256, exactTimes[0].Wire)
	atttest.ParseAllocs(t, clock.ParseCurrentTime, currentTimes[0].Wire)
	atttest.Names(t, []atttest.Named{
		{Value: clock.DayUnknown, Name: "unknown"},
		{Value: clock.Sunday, Name: "Sunday"},
		{Value: clock.DayOfWeek(8), Name: "reserved 8"},
		{Value: clock.AdjustReason(0), Name: "none"},
		{Value: clock.AdjustTimeZone | clock.AdjustDST | 1<<4, Name: "time zone, daylight saving time, bit 4"},
	})
}

func FuzzParseDayOfWeek(f *testing.F)    { atttest.Fuzz(f, clock.ParseDayOfWeek, daysOfWeek) }
func FuzzParseDayDateTime(f *testing.F)  { atttest.Fuzz(f, clock.ParseDayDateTime, dayDateTimes) }
func FuzzParseExactTime256(f *testing.F) { atttest.Fuzz(f, clock.ParseExactTime256, exactTimes) }
func FuzzParseCurrentTime(f *testing.F)  { atttest.Fuzz(f, clock.ParseCurrentTime, currentTimes) }

func TestExactTimeOf(t *testing.T) {
	at := time.Date(2024, 6, 30, 23, 59, 59, 999_999_999, time.UTC) // a Sunday
	got := clock.ExactTime256Of(at)
	want := clock.ExactTime256{
		DayDateTime: clock.DayDateTime{DateTime: clock.DateTime{2024, 6, 30, 23, 59, 59}, DayOfWeek: clock.Sunday}, Fractions: 255,
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	back, ok := got.Time(time.UTC)
	if d := at.Sub(back); !ok || d < 0 || d > time.Second/256 {
		t.Errorf("back to %v, %v later", back, d)
	}
}

// How far the clock of a device is off.
func TestClockAhead(t *testing.T) {
	berlin := time.FixedZone("CEST", 7200)
	at := time.Date(2024, 5, 31, 12, 25, 0, 0, berlin)
	shown := clock.CurrentTime{ExactTime256: clock.ExactTime256{DayDateTime: friday, Fractions: 128}}
	if by, ok := shown.Ahead(at); !ok || by != 5*time.Minute+500*time.Millisecond {
		t.Errorf("%v ahead, %t", by, ok)
	}
	if by, ok := shown.Ahead(at.Add(time.Hour)); !ok || by != -55*time.Minute+500*time.Millisecond {
		t.Errorf("%v ahead, %t", by, ok)
	}
	if by, ok := (clock.CurrentTime{}).Ahead(at); ok {
		t.Errorf("an unset clock is %v ahead", by)
	}
}
