package telemed_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// ticking is a source of one frame a second.
type ticking []device.Frame

func (s *ticking) Receive(_ context.Context, dst []telemed.Delivery) (int, error) {
	if len(*s) == 0 {
		return 0, io.EOF
	}
	time.Sleep(time.Second)
	dst[0] = telemed.Delivery{Frame: (*s)[0]}
	*s = (*s)[1:]
	return 1, nil
}

func (s *ticking) Close() error { return nil }

// because refuses every frame for the reason that its bytes are.
type because struct{}

func (because) AppendReadings(_ []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	return nil, errors.New(string(f.Bytes))
}

// refusalsOf lists what a gateway logs: reason, frames.
func refusalsOf(t *testing.T, s telemed.Source) (lines []string, frames int) {
	t.Helper()
	var out bytes.Buffer
	g := telemed.Gateway{Source: s, Decoder: because{}, Log: newMemoryLog(), Logger: slog.New(slog.NewJSONHandler(&out, nil))}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(&out); ; {
		var line struct {
			Msg, Reason string
			Frames      int
		}
		if err := d.Decode(&line); errors.Is(err, io.EOF) {
			return lines, frames
		} else if err != nil || line.Msg != "frames refused" {
			t.Fatalf("line %+v, %v", line, err)
		}
		lines, frames = append(lines, fmt.Sprint(line.Reason, " ", line.Frames)), frames+line.Frames
	}
}

// One reason at 1 Hz is one line a minute; another is told at once; at the end no
// frame is missing from the counts.
func TestRefusalsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(ticking)
		for n := range 150 {
			reason := "unknown"
			if n == 70 {
				reason = "short"
			}
			*s = append(*s, device.Frame{Bytes: []byte(reason)})
		}
		got, frames := refusalsOf(t, s)
		want := []string{"unknown 1", "unknown 60", "short 1", "unknown 59", "unknown 29"}
		if !slices.Equal(got, want) || frames != 150 {
			t.Errorf("%d frames:\n%s\nwant\n%s", frames, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// A thousand reasons at once share the last line, and are forgotten after a
// minute.
func TestRefusalsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(telemedtest.Source)
		for n := range 1000 {
			s.Deliveries = append(s.Deliveries, telemed.Delivery{Frame: device.Frame{Bytes: fmt.Append(nil, n)}})
		}
		lines, frames := refusalsOf(t, s)
		if len(lines) != 65 || frames != 1000 || lines[64] != "other reasons 936" {
			t.Errorf("%d frames in %d lines, the last %q", frames, len(lines), lines[len(lines)-1])
		}

		slow := new(ticking)
		for n := range 1000 {
			*slow = append(*slow, device.Frame{Bytes: fmt.Append(nil, n)})
		}
		if lines, frames := refusalsOf(t, slow); frames != 1000 || !slices.Contains(lines, "999 1") {
			t.Errorf("%d frames in %d lines, the last %q", frames, len(lines), lines[len(lines)-1])
		}
	})
}
