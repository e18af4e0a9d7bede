package smart

import (
	"strings"
	"testing"
)

func TestCovered(t *testing.T) {
	for _, c := range []struct {
		granted, scope string
		want           bool
	}{
		{"system/Observation.cu", "system/Observation.cu", true},
		{"system/Observation.cruds", "system/Observation.cu", true},
		{"system/*.cruds", "system/Observation.cu", true},
		{"system/Observation.*", "system/Observation.cu", true},
		{"system/Observation.write", "system/Observation.cu", true},
		{"system/Observation.read system/Observation.write", "system/Observation.rs", true},
		{"system/Observation.rs", "system/Observation.cu", false},
		{"patient/Observation.cruds", "system/Observation.cu", false},
		{"system/Patient.cruds", "system/Observation.cu", false},
		{"system/Observation.cu?category=vital-signs", "system/Observation.cu", false},
		{"system/Observation.cu?category=vital-signs", "system/Observation.cu?category=vital-signs", true},
		{"launch", "launch", true},
		{"launch", "openid", false},
		{"", "system/Observation.cu", false},
		{"system/.", "system/Observation.cu", false},
	} {
		if got := covered(strings.Fields(c.granted), c.scope); got != c.want {
			t.Errorf("%q covers %q: %v, want %v", c.granted, c.scope, got, c.want)
		}
	}
}

func FuzzCovered(f *testing.F) {
	f.Add("system/*.cruds", "system/Observation.cu")
	f.Fuzz(func(t *testing.T, granted, scope string) {
		if !covered([]string{scope}, scope) {
			t.Errorf("%q does not cover itself", scope)
		}
		if covered(nil, scope) {
			t.Errorf("nothing covers %q", scope)
		}
		_ = covered(strings.Fields(granted), scope)
	})
}
