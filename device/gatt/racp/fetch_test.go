package racp_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/racp"
)

// Fetch all records of a CGM session from minute 60 on. The program writes to
// the control point what the fetch returns.
func ExampleFetch() {
	now := time.Date(2024, 6, 30, 12, 0, 0, 0, time.UTC)
	var fetch racp.Fetch
	fmt.Printf("write % x\n", fetch.BeginFrom(60, now))

	write, err := fetch.Indication([]byte{0x05, 0x00, 0x02, 0x00}, now) // two records
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("write % x\n", write)
	fmt.Println(fetch.Record(60, now), fetch.Record(65, now), fetch.Record(65, now))
	if _, err := fetch.Indication([]byte{0x06, 0x00, 0x01, 0x01}, now); err != nil { // success
		fmt.Println(err)
		return
	}
	result := fetch.Result()
	fmt.Println(result.State, result.Complete(), "with", result.Received)
	next, _ := fetch.From()
	fmt.Println("next time from", next)
	// Output:
	// write 04 03 01 3c 00
	// write 01 03 01 3c 00
	// true true false
	// done true with 2
	// next time from 65
}

// script plays a conversation: "> 0401" what is written, "< 0500…" what the
// control point says, "#5" a record, "+3s" time, "abort", and then what state.
func TestRecordFetch(t *testing.T) {
	for _, tt := range []struct {
		name   string
		script []string
		want   racp.Result
	}{
		{
			"empty",
			[]string{"begin", "> 0401", "< 05000000"},
			racp.Result{State: racp.Done},
		},
		{
			"nothing to count",
			[]string{"begin", "> 0401", "< 06000406"},
			racp.Result{State: racp.Done, Response: racp.NoRecords},
		},
		{
			"cannot count, and nothing there",
			[]string{"begin", "> 0401", "< 06000402", "> 0101", "< 06000106"},
			racp.Result{State: racp.Done, Response: racp.NoRecords, Expected: -1},
		},
		{
			"cannot count",
			[]string{"begin", "> 0401", "< 06000402", "> 0101", "#1", "< 06000101", "#2", "+2s"},
			racp.Result{State: racp.Done, Response: racp.Success, Expected: -1, Received: 2},
		},
		{
			"all",
			[]string{"begin", "> 0401", "< 05000200", "> 0101", "#1", "#2", "< 06000101"},
			racp.Result{State: racp.Done, Response: racp.Success, Expected: 2, Received: 2},
		},
		{
			"the answer overtakes",
			[]string{"begin", "> 0401", "< 05000200", "> 0101", "#1", "< 06000101", "+1s", "#2"},
			racp.Result{State: racp.Done, Response: racp.Success, Expected: 2, Received: 2},
		},
		{
			"lost",
			[]string{"begin", "> 0401", "< 05000200", "> 0101", "#1", "< 06000101", "+2s"},
			racp.Result{State: racp.Done, Response: racp.Success, Expected: 2, Received: 1},
		},
		{
			"still on the way",
			[]string{"begin", "> 0401", "< 05000200", "> 0101", "#1", "< 06000101", "+1s"},
			racp.Result{State: racp.Settling, Response: racp.Success, Expected: 2, Received: 1},
		},
		{
			"twice is once",
			[]string{"begin", "> 0401", "< 05000200", "> 0101", "#1", "#1", "< 06000101", "+2s"},
			racp.Result{State: racp.Done, Response: racp.Success, Expected: 2, Received: 1, Repeated: 1},
		},
		{
			"a new one meanwhile",
			[]string{"begin", "> 0401", "< 05000100", "> 0101", "#1", "#2", "< 06000101"},
			racp.Result{State: racp.Done, Response: racp.Success, Expected: 1, Received: 2},
		},
		{
			"from 65535",
			[]string{"from 65535", "> 040301ffff", "< 05000100", "> 010301ffff", "#65535", "< 06000101"},
			racp.Result{State: racp.Done, Response: racp.Success, Expected: 1, Received: 1},
		},
		{
			"erased",
			[]string{"from 7", "> 0403010700", "< 05000000"},
			racp.Result{State: racp.Done, FirstMissing: true},
		},
		{
			"silent",
			[]string{"begin", "> 0401", "+29s", "+1s"},
			racp.Result{State: racp.TimedOut, Expected: -1},
		},
		{
			"records keep it alive",
			[]string{"begin", "> 0401", "< 05000300", "> 0101", "+29s", "#1", "+29s", "#2", "+29s"},
			racp.Result{State: racp.Reporting, Expected: 3, Received: 2},
		},
		{
			"resumed in order",
			[]string{
				"begin", "> 0401", "< 05000300", "> 0101", "#1", "#2", "+30s",
				"resume", "> 0403010200", "< 05000200", "> 0103010200", "#2 again", "#3", "< 06000101",
			},
			racp.Result{State: racp.Done, Response: racp.Success, Expected: 2, Received: 2},
		},
		{
			"resumed out of order",
			[]string{
				"begin", "> 0401", "< 05000300", "> 0101", "#3", "#1", "+30s",
				"resume", "> 0401", "< 05000300", "> 0101", "#1 again", "#2", "#3 again", "< 06000101",
			},
			racp.Result{State: racp.Done, Response: racp.Success, Expected: 3, Received: 3},
		},
		{
			"resumed after a loss",
			[]string{
				"begin", "> 0401", "< 05000300", "> 0101", "#1", "#3", "< 06000101", "+2s",
				"resume", "> 0401", "< 05000300", "> 0101", "#1 again", "#2", "#3 again", "< 06000101",
			},
			racp.Result{State: racp.Done, Response: racp.Success, Expected: 3, Received: 3},
		},
		{
			"once more after all, in a memory that began anew",
			[]string{
				"begin", "> 0401", "< 05000100", "> 0101", "#1", "< 06000101",
				"resume", "> 0403010100", "< 05000100", "> 0103010100", "#1", "< 06000101",
			},
			racp.Result{State: racp.Done, Response: racp.Success, Expected: 1, Received: 1},
		},
		{
			"aborted",
			[]string{"begin", "> 0401", "< 05000900", "> 0101", "#1", "abort", "> 0300", "#2", "< 06000301"},
			racp.Result{State: racp.Aborted, Response: racp.Success, Expected: 9, Received: 2},
		},
		{
			"aborted too late",
			[]string{"begin", "> 0401", "< 05000100", "> 0101", "abort", "> 0300", "#1", "< 06000101", "< 06000307"},
			racp.Result{State: racp.Done, Response: racp.Success, Expected: 1, Received: 1},
		},
		{
			"abort without answer",
			[]string{"begin", "> 0401", "abort", "> 0300", "+30s"},
			racp.Result{State: racp.TimedOut, Expected: -1},
		},
		{
			"busy",
			[]string{"begin", "> 0401", "< 0600040a"},
			racp.Result{State: racp.Failed, Response: racp.Busy, Expected: -1},
		},
		{
			"refused",
			[]string{"begin", "> 0401", "< 05000100", "> 0101", "< 06000108"},
			racp.Result{State: racp.Failed, Response: racp.NotCompleted, Expected: 1},
		},
		{
			"not asked",
			[]string{"begin", "> 0401", "< 06000101 sequence_gap @ 0 OpCode", "< 0101 wrong_direction @ 0 OpCode", "< 05 truncated @ 1 Operator"},
			racp.Result{State: racp.Counting, Expected: -1},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var f racp.Fetch
			play(t, &f, tt.script)
			if got := f.Result(); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if !f.State().Active() != f.Deadline().IsZero() {
				t.Errorf("%v with deadline %v", f.State(), f.Deadline())
			}
		})
	}
}

func play(t *testing.T, f *racp.Fetch, script []string) {
	t.Helper()
	now := atttest.Noon
	var write []byte
	for _, step := range script {
		var n uint16
		var text, bad string
		switch {
		case step == "begin":
			write = f.Begin(now)
		case step == "resume":
			write = f.Resume(now)
		case step == "abort":
			write = f.Abort(now)
		case step[0] == 'f':
			fmt.Sscanf(step, "from %d", &n)
			write = f.BeginFrom(n, now)
		case step[0] == '>':
			if want := atttest.Unhex(t, step[2:]); !bytes.Equal(write, want) {
				t.Errorf("%s: writes % x", step, write)
			}
			write = nil
		case step[0] == '<':
			fmt.Sscanf(step, "< %s", &text)
			if len(step) > len(text)+2 {
				bad = step[len(text)+3:]
			}
			var err error
			if write, err = f.Indication(atttest.Unhex(t, text), now); atttest.Fault(err) != bad {
				t.Errorf("%s: %q", step, atttest.Fault(err))
			}
		case step[0] == '#':
			fmt.Sscanf(step, "#%d %s", &n, &text)
			before := f.Result().Repeated
			if fresh := f.Record(n, now); fresh != (text == "" && f.Result().Repeated == before) {
				t.Errorf("%s: new %v", step, fresh)
			}
		case step[0] == '+':
			d, err := time.ParseDuration(step[1:])
			if err != nil {
				t.Fatal(err)
			}
			now = now.Add(d)
			f.Tick(now)
		}
	}
	if write != nil {
		t.Errorf("wants to write % x", write)
	}
}
