package alarms_test

import (
	"context"
	"errors"
	"testing"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/alarms"
	"github.com/telemed-go/sdk/telemed/telemedtest"
	"github.com/telemed-go/sdk/vitals"
)

// badEntries is a journal with one entry, or an error.
type badEntries struct {
	telemedtest.Journal
	content []byte
	err     error
}

func (j *badEntries) Entries(context.Context, string) ([]telemed.Entry, error) {
	return []telemed.Entry{{Number: 1, Content: j.content}}, j.err
}

// What is missing or damaged is an error of the constructor and no panic later; an
// entry whose key was destroyed is passed over.
func TestOpenIncomplete(t *testing.T) {
	e, err := alert.NewEngine(alert.NotifyFunc(func(context.Context, alert.Event) error { return nil }),
		alert.Above(vitals.HeartRate, vitals.PerMinute(130)))
	if err != nil {
		t.Fatal(err)
	}
	gone := errors.New("gone")
	for name, tt := range map[string]struct {
		engine  *alert.Engine
		journal telemed.Journal
		ok      bool
	}{
		"no engine":         {nil, new(telemedtest.Journal), false},
		"no journal":        {e, nil, false},
		"a journal is gone": {e, &badEntries{err: gone}, false},
		"an empty entry":    {e, &badEntries{content: []byte{}}, false},
		"another version":   {e, &badEntries{content: make([]byte, 100)}, false},
		"a command cut off": {e, &badEntries{content: append([]byte{1}, make([]byte, 16)...)}, false},
		"a destroyed entry": {e, new(badEntries), true},
		"an empty journal":  {e, new(telemedtest.Journal), true},
	} {
		if _, err := alarms.Open(t.Context(), tt.engine, tt.journal); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		} else if tt.journal != nil && name == "a journal is gone" && !errors.Is(err, gone) {
			t.Errorf("%s: %v does not say why", name, err)
		}
	}
	if err := new(alarms.Trail).Notify(t.Context(), alert.Event{}); err == nil {
		t.Error("a trail that goes nowhere took an event")
	}
}
