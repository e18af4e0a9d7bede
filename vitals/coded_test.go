package vitals_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/telemed-go/sdk/vitals"
)

func TestCodesText(t *testing.T) {
	for _, tt := range []struct {
		code fmt.Stringer
		want string
	}{
		{vitals.ACVPU(0), "?"},
		{vitals.ACVPUAlert, "A"},
		{vitals.ACVPUConfused, "C"},
		{vitals.ACVPUVoice, "V"},
		{vitals.ACVPUPain, "P"},
		{vitals.ACVPUUnresponsive, "U"},
		{vitals.ACVPU(6), "ACVPU(6)"},
		{vitals.ACVPU(math.MaxUint32), "ACVPU(4294967295)"},
		{vitals.AirOrOxygen(0), "?"},
		{vitals.BreathesAir, "air"},
		{vitals.BreathesOxygen, "oxygen"},
		{vitals.AirOrOxygen(3), "AirOrOxygen(3)"},
		{vitals.AirOrOxygen(math.MaxUint32), "AirOrOxygen(4294967295)"},
	} {
		if got := tt.code.String(); got != tt.want {
			t.Errorf("%#v is %q, want %q", tt.code, got, tt.want)
		}
	}
}
