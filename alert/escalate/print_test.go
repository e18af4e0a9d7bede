package escalate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// What logs show of a message tells neither patient nor recipient nor values.
func TestMessagesAreNotShown(t *testing.T) {
	for name, v := range map[string]any{
		"message": testMessage, "pointer": &testMessage, "slice": []Message{testMessage}, "recipient": testMessage.To,
		"delivery error": &DeliveryError{Message: testMessage.ID, Channel: "phone", Attempt: 1, Err: errPanic},
	} {
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v)
		if name != "slice" { // a handler asks no element for its LogValue
			slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&log, verb, v)
		}
		for _, form := range []string{"JANE", "4a414e45", "SpO2"} {
			if strings.Contains(log.String(), form) {
				t.Errorf("%s shows %q: %s", name, form, log.String())
			}
		}
	}
	b, err := json.Marshal(testMessage.Notice())
	if err != nil {
		t.Fatal(err)
	}
	if s := string(b); strings.Contains(s, "DOE") || strings.Contains(s, "86") {
		t.Errorf("the notice tells too much: %s", s)
	}
}

func TestTexts(t *testing.T) {
	m := testMessage
	if got, want := Brief(m), "Alarm a1a2a3a4, high priority: please respond"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := Explained(m), "Alarm a1a2a3a4, high priority: please respond. SpO2 86 %"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	m.Kind, m.By = Acknowledged, "nurse A"
	if got, want := Brief(m), "Alarm a1a2a3a4, high priority: acknowledged by nurse A"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
