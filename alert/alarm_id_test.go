package alert_test

import (
	"errors"
	"testing"

	"github.com/telemed-go/sdk/alert"
)

func TestAlarmIDText(t *testing.T) {
	id := alert.AlarmID{0: 0xab, 6: 0x5c, 15: 0xff}
	b, err := id.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var back alert.AlarmID
	if err := back.UnmarshalText(b); err != nil || back != id {
		t.Errorf("%s becomes %v, %v", b, back, err)
	}
	for n := range len(b) {
		if err := back.UnmarshalText(b[:n]); !errors.Is(err, alert.ErrSyntax) {
			t.Errorf("%q: got %v, want ErrSyntax", b[:n], err)
		}
	}
	for _, s := range []string{
		"AB000000-0000-5c00-0000-0000000000ff", "ab0000000000-5c00-0000-0000000000ff-", "ab000000-0000-5c00-0000-0000000000fg",
		"ab00000000005c0000000000000000ff", "ab000000-0000-5c00-0000-0000000000ff00",
	} {
		if err := back.UnmarshalText([]byte(s)); !errors.Is(err, alert.ErrSyntax) || back != id {
			t.Errorf("%q: got %v, %v", s, back, err)
		}
	}
}
