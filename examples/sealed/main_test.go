package main

import (
	"bytes"
	"context"
	"testing"
	"time"
)

// What arrives, what is refused and why, before and after a restart.
const want = `the gateway starts
  the strap sends                              HeartRate 72 /min
  the same once more                           refused: seal: received before, or too old to tell
  the next one, changed on the way             refused: seal: not sealed by this key for this topic
  the next one, under the topic of the first   refused: seal: not sealed by this key for this topic
  the next one, cut off                        refused: seal: byte 26, signature: not allowed here by the grammar (RFC 9052, 2)
  a reading that nobody sealed                 refused: seal: byte 0, message: wrong or missing tag (RFC 9052, 2)
  sealed by the device of bed 2                refused: seal: key of another device
  sealed with a key of last month              refused: seal: key not valid at this time
  sealed with a key that nobody granted        refused: seal: unknown key
  the next one, at last                        HeartRate 73 /min
the gateway starts again
  the first message again                      refused: seal: received before, or too old to tell
  the second message again                     refused: seal: received before, or too old to tell
  the strap goes on                            HeartRate 74 /min
`

func TestStory(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var out bytes.Buffer
	if err := run(ctx, &out); err != nil {
		t.Fatalf("%v after\n%s", err, &out)
	}
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}
