package insulin_test

import (
	"fmt"

	"github.com/telemed-go/sdk/device/gatt/insulin"
)

// A pump that runs, with 100 units left.
func ExampleParseStatus() {
	s, err := insulin.ParseStatus([]byte{0x55, 0x96, 0x64, 0x00, 0x01})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("therapy:", s.Therapy)
	fmt.Println("pump:", s.Operational)
	fmt.Println("reservoir:", s.Reservoir, "IU")
	// Output:
	// therapy: run
	// pump: ready
	// reservoir: 100 IU
}
