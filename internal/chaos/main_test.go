package chaos

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
)

// gatewayEnv turns the test binary into a gateway, set up by its value.
const gatewayEnv = "TELEMED_CHAOS_GATEWAY"

func TestMain(m *testing.M) {
	setup := os.Getenv(gatewayEnv)
	if setup == "" {
		os.Exit(m.Run())
	}
	var c child
	err := json.Unmarshal([]byte(setup), &c)
	if err == nil {
		err = c.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gateway:", err)
		os.Exit(1)
	}
}
