package gatt_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device/gatt"
)

// Many devices let a collector set their clock.
func ExampleExactTime256Of() {
	now := time.Date(2024, 5, 31, 12, 30, 0, 500_000_000, time.UTC)
	t := gatt.CurrentTime{ExactTime256: gatt.ExactTime256Of(now), Adjusted: gatt.AdjustReference}
	b, err := t.AppendBinary(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("% x: %v, %v", b, t.DateTime, t.DayOfWeek)
	// Output: e8 07 05 1f 0c 1e 00 05 80 02: 2024-05-31T12:30:00, Friday
}

var (
	friday = gatt.DayDateTime{DateTime: may31, DayOfWeek: gatt.Friday}

	daysOfWeek = []vector[gatt.DayOfWeek]{
		{name: "unknown", wire: "00"},
		{name: "Sunday", wire: "07", want: gatt.Sunday},
		{name: "reserved", wire: "08", want: 8, bad: "reserved_value @ 0 DayOfWeek"},
		{name: "nothing", wire: "", bad: "truncated @ 0 DayOfWeek"},
		{name: "surplus", wire: "0100", want: gatt.Monday, bad: "trailing_bytes @ 1"},
	}
	dayDateTimes = []vector[gatt.DayDateTime]{
		{name: "Friday", wire: "e807051f0c1e00 05", want: friday},
		{name: "unknown", wire: "00000000000000 00"},
		{name: "nothing", wire: "", bad: "truncated @ 0 DateTime"},
		{name: "no day", wire: "e807051f0c1e00", want: gatt.DayDateTime{DateTime: may31}, bad: "truncated @ 7 DayOfWeek"},
		{
			name: "reserved day", wire: "e807051f0c1e00 08", want: gatt.DayDateTime{DateTime: may31, DayOfWeek: 8},
			bad: "reserved_value @ 7 DayOfWeek",
		},
		{name: "surplus", wire: "e807051f0c1e00 05 00", want: friday, bad: "trailing_bytes @ 8"},
	}
	exactTimes = []vector[gatt.ExactTime256]{
		{name: "half a second", wire: "e807051f0c1e00 05 80", want: gatt.ExactTime256{DayDateTime: friday, Fractions: 128}},
		{
			name: "no fractions", wire: "e807051f0c1e00 05", want: gatt.ExactTime256{DayDateTime: friday},
			bad: "truncated @ 8 Fractions256",
		},
		{
			name: "hour 24", wire: "e807051f181e00 05 80", bad: "out_of_range @ 4 Hour",
			want: gatt.ExactTime256{
				DayDateTime: gatt.DayDateTime{DateTime: gatt.DateTime{2024, 5, 31, 24, 30, 0}, DayOfWeek: gatt.Friday}, Fractions: 128,
			},
		},
		{
			name: "surplus", wire: "e807051f0c1e00 05 80 00", want: gatt.ExactTime256{DayDateTime: friday, Fractions: 128},
			bad: "trailing_bytes @ 9",
		},
	}
	currentTimes = []vector[gatt.CurrentTime]{
		{name: "set by hand", wire: "e807051f0c1e00 05 ff 01", want: gatt.CurrentTime{
			ExactTime256: gatt.ExactTime256{DayDateTime: friday, Fractions: 255}, Adjusted: gatt.AdjustManual,
		}},
		{name: "reserved reasons are kept", wire: "e807051f0c1e00 05 00 ff", want: gatt.CurrentTime{
			ExactTime256: gatt.ExactTime256{DayDateTime: friday}, Adjusted: 0xFF,
		}},
		{name: "nothing", wire: "", bad: "truncated @ 0 DateTime"},
		{
			name: "no reason", wire: "e807051f0c1e00 05 00", want: gatt.CurrentTime{ExactTime256: gatt.ExactTime256{DayDateTime: friday}},
			bad: "truncated @ 9 AdjustReason",
		},
		{
			name: "second 60", wire: "e807051f0c1e3c 05 00 00", bad: "out_of_range @ 6 Second",
			want: gatt.CurrentTime{ExactTime256: gatt.ExactTime256{DayDateTime: gatt.DayDateTime{
				DateTime: gatt.DateTime{2024, 5, 31, 12, 30, 60}, DayOfWeek: gatt.Friday,
			}}},
		},
		{
			name: "surplus", wire: "e807051f0c1e00 05 00 00 00", bad: "trailing_bytes @ 10",
			want: gatt.CurrentTime{ExactTime256: gatt.ExactTime256{DayDateTime: friday}},
		},
	}
)

func TestCurrentTime(t *testing.T) {
	testVectors(t, gatt.ParseDayOfWeek, daysOfWeek)
	testVectors(t, gatt.ParseDayDateTime, dayDateTimes)
	testVectors(t, gatt.ParseExactTime256, exactTimes)
	testVectors(t, gatt.ParseCurrentTime, currentTimes)
	testParseAllocs(t, gatt.ParseDayOfWeek, "05")
	testParseAllocs(t, gatt.ParseDayDateTime, dayDateTimes[0].wire)
	testParseAllocs(t, gatt.ParseExactTime256, exactTimes[0].wire)
	testParseAllocs(t, gatt.ParseCurrentTime, currentTimes[0].wire)
	testNames(t, []named{
		{gatt.DayUnknown, "unknown"},
		{gatt.Sunday, "Sunday"},
		{gatt.DayOfWeek(8), "reserved 8"},
		{gatt.AdjustReason(0), "none"},
		{gatt.AdjustTimeZone | gatt.AdjustDST | 1<<4, "time zone, daylight saving time, bit 4"},
	})
}

func FuzzParseDayOfWeek(f *testing.F)    { fuzz(f, gatt.ParseDayOfWeek, daysOfWeek) }
func FuzzParseDayDateTime(f *testing.F)  { fuzz(f, gatt.ParseDayDateTime, dayDateTimes) }
func FuzzParseExactTime256(f *testing.F) { fuzz(f, gatt.ParseExactTime256, exactTimes) }
func FuzzParseCurrentTime(f *testing.F)  { fuzz(f, gatt.ParseCurrentTime, currentTimes) }

func TestExactTimeOf(t *testing.T) {
	at := time.Date(2024, 6, 30, 23, 59, 59, 999_999_999, time.UTC) // a Sunday
	got := gatt.ExactTime256Of(at)
	want := gatt.ExactTime256{
		DayDateTime: gatt.DayDateTime{DateTime: gatt.DateTime{2024, 6, 30, 23, 59, 59}, DayOfWeek: gatt.Sunday}, Fractions: 255,
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
	shown := gatt.CurrentTime{ExactTime256: gatt.ExactTime256{DayDateTime: friday, Fractions: 128}}
	if by, ok := shown.Ahead(at); !ok || by != 5*time.Minute+500*time.Millisecond {
		t.Errorf("%v ahead, %t", by, ok)
	}
	if by, ok := shown.Ahead(at.Add(time.Hour)); !ok || by != -55*time.Minute+500*time.Millisecond {
		t.Errorf("%v ahead, %t", by, ok)
	}
	if by, ok := (gatt.CurrentTime{}).Ahead(at); ok {
		t.Errorf("an unset clock is %v ahead", by)
	}
}
