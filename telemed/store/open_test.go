package store_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// builderPath names the variable by which the test program knows that it has to
// build a log there, and to wait until it is killed.
const builderPath = "STORE_BUILDER"

// TestOpenAfterKill opens a log again whose program was killed while it
// appended. It takes about as long as to read the file twice.
func TestOpenAfterKill(t *testing.T) {
	if path := os.Getenv(builderPath); path != "" {
		l := build(t, path, openSize)
		fmt.Println("built")
		for n := 1 << 30; ; n++ {
			if err := l.Append(t.Context(), []vitals.Reading{longReading(n)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "log.db")
	cmd := exec.Command(os.Args[0], "-test.run=^TestOpenAfterKill$", "-test.timeout=10m")
	cmd.Env = append(os.Environ(), builderPath+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // says that it was killed
	if line != "built\n" {
		t.Fatalf("the builder says %q, %v", line, err)
	}
	start := time.Now()
	l := open(t, path)
	took := time.Since(start)
	s, err := l.Stats()
	if err != nil || s.Bytes < openSize || s.Dropped != 0 {
		t.Fatalf("%+v, %v", s, err)
	}
	last := make([]telemed.Record, 1)
	if _, err := l.Read(t.Context(), telemed.Position(s.Records-1), last); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d MiB in %d records were open again after %v", s.Bytes>>20, s.Records, took)
	if took > 5*time.Second {
		t.Errorf("it took %v, want at most 5 s", took)
	}
}
