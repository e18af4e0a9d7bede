package house_test

import (
	"os"
	"strings"
	"testing"
)

// The program in the README is the one that is compiled and tested.
func TestReadmeProgram(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("../../examples/hello/main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, found := strings.Cut(string(readme), "```go\n")
	code, _, closed := strings.Cut(code, "```")
	if !found || !closed || !strings.HasPrefix(code, "func run(") {
		t.Fatal("the README has no program")
	}
	if !strings.Contains(string(program), code) {
		t.Error("the program in the README is not that of examples/hello")
	}
}
