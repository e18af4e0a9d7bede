package week_test

import (
	"fmt"
	"log"
	"time"

	"github.com/telemed-go/sdk/alert/week"
)

// In the night in which summer time begins, the hour from two to three is left out.
func Example() {
	night := week.Schedule{Zone: "Europe/Berlin", Windows: []week.Window{{From: 22 * 60, To: 6 * 60}}}
	hours, err := night.Hours()
	if err != nil {
		log.Fatal(err)
	}
	open, until := hours.Open(time.Date(2026, 3, 29, 3, 30, 0, 0, time.UTC))
	fmt.Println(night, open, until)
	// Output: 22:00-06:00 (Europe/Berlin) true 2026-03-29 04:00:00 +0000 UTC
}
