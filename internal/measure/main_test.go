package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/internal/measure/source"
)

func TestReport(t *testing.T) {
	out := report([]source.Package{
		{
			Dir: "a", Code: 200, Test: 150, Methods: 2, Docs: 3, Names: source.Names{Funcs: 1, Consts: 1},
			Funcs: []source.Span{{Name: "T.Long", File: "a/a.go", Lines: 61}, {Name: "f", File: "a/a.go", Lines: 60}},
			Files: []source.Span{{Name: "a.go", File: "a/a.go", Lines: 601}},
		},
		{Dir: "b"},
	})
	require.Equal(t, `  code  test/code  functions  over 60  files  over 600  exported  funcs  types  vars  consts  methods  documented  package
   200       0.75          2        1      1         1         2      1      0     0       1        2         75%  a
     0          -          0        0      0         0         0      0      0     0       0        0           -  b
   200       0.75          2        1      1         1         2      1      0     0       1        2         75%  total

Functions over 60 lines: 1
   61  a/a.go T.Long

Files over 600 lines: 1
  601  a/a.go
`, string(out))
}
