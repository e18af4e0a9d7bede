package fhirtest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzMembers compares with encoding/json.
func FuzzMembers(f *testing.F) {
	f.Add([]byte(` { "a" : "x\"}" , "b":[1,{"c":"]"}],"d":{},"e":1.5e3,"f":null}`))
	f.Add([]byte(`{"a":1}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := map[string]string{}
		if !json.Valid(b) {
			members(b, func([]byte, []byte) {})
			return
		}
		members(b, func(name, value []byte) {
			var key string
			require.NoError(t, json.Unmarshal(name, &key))
			got[key] = string(value)
		})
		var want map[string]json.RawMessage
		if json.Unmarshal(b, &want) != nil {
			want = nil
		}
		require.Equal(t, len(want), len(got))
		for key, value := range want {
			require.Equal(t, string(value), got[key])
		}
	})
}
