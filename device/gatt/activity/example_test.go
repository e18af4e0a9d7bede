package activity_test

import (
	"fmt"

	"github.com/telemed-go/sdk/device/gatt/activity"
)

// The wearer goes for a walk.
func ExampleParseSession() {
	s, err := activity.ParseSession([]byte{0x03, 0x01, 0x00, 0x01})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("session", s.Session, "active:", s.Active, "-", s.Type)
	// Output:
	// session 1 active: true - walking
}
