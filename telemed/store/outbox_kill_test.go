package store_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/store"
)

// TestOutboxVictim is no test: it is the program that TestKilledOutbox kills. It
// adds messages and deletes the first half of them, and says what it has done.
func TestOutboxVictim(t *testing.T) {
	path := os.Getenv("OUTBOX_VICTIM")
	if path == "" {
		t.Skip("the victim of TestKilledOutbox")
	}
	o, err := store.OpenOutbox(path)
	if err != nil {
		t.Fatal(err)
	}
	next, err := strconv.ParseUint(os.Getenv("OUTBOX_NEXT"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	for {
		batch := make([]telemed.Message, 7)
		for i := range batch {
			batch[i] = telemed.Message{Lane: telemed.LaneBacklog, Topic: "t", Payload: binary.BigEndian.AppendUint64(nil, next)}
			next++
		}
		if err := o.Add(context.Background(), batch...); err != nil {
			t.Fatal(err)
		}
		fmt.Println("added", next-1)
		if err := o.Done(context.Background(), telemed.LaneBacklog, next/2); err != nil {
			t.Fatal(err)
		}
		fmt.Println("done", next/2)
	}
}

// Of an outbox whose program is killed, everything that was added is there, whole
// batches only, and what was deleted is gone.
func TestKilledOutbox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outbox.db")
	next := uint64(1)
	for round := range 10 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestOutboxVictim$")
		cmd.Env = append(os.Environ(), "OUTBOX_VICTIM="+path, fmt.Sprint("OUTBOX_NEXT=", next))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var added, done uint64
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			var what string
			var number uint64
			if k, _ := fmt.Sscan(lines.Text(), &what, &number); k != 2 {
				t.Fatalf("the victim says %q", lines.Text())
			}
			if what == "added" {
				added = number
			} else {
				done = number
			}
			if n == 3+7*round {
				_ = cmd.Process.Kill()
			}
		}
		_ = cmd.Wait()
		o := openOutbox(t, path)
		first, last, n := uint64(0), uint64(0), uint64(0)
		for dst := make([]telemed.Queued, 100); ; {
			k, err := o.Next(telemed.LaneBacklog, last, dst)
			if err != nil {
				t.Fatal(err)
			}
			if k == 0 {
				break
			}
			for _, m := range dst[:k] {
				if m.Sequence != binary.BigEndian.Uint64(m.Payload) || n > 0 && m.Sequence != last+1 {
					t.Fatalf("round %d: message %d after %d says %x", round, m.Sequence, last, m.Payload)
				}
				if n++; first == 0 {
					first = m.Sequence
				}
				last = m.Sequence
			}
		}
		if last < added || last%7 != 0 || last > added+7 || first <= done {
			t.Fatalf("round %d: %d to %d are there; added were %d, deleted %d", round, first, last, added, done)
		}
		if w := o.Waiting(telemed.LaneBacklog); w.Messages != n {
			t.Fatalf("round %d: %d waiting, counted %d", round, w.Messages, n)
		}
		if err := o.Close(); err != nil {
			t.Fatal(err)
		}
		next = last + 1
	}
}
