package telemedtest_test

import (
	"fmt"

	"github.com/telemed-go/sdk/telemed/telemedtest"
)

// A test of a log of one's own calls telemedtest.Log with a function that
// opens it. Readings for other tests come from the same place.
func ExampleReading() {
	first, second := telemedtest.Reading("p1", 0), telemedtest.Reading("p1", 1)
	fmt.Println(first.Kind, first.Quantity, "then", second.Quantity, "after", second.At.Sub(first.At))
	// Output: HeartRate 40 /min then 41 /min after 1s
}
