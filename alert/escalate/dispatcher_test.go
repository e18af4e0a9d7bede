package escalate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

func TestForget(t *testing.T) {
	n := newNight(t, standard())
	n.play("21:00 raise\n21:03 pass")
	if err := n.d.Forget(vitals.NewPatientID("p2"), n.now); err != nil || n.d.Standing() != 1 {
		t.Errorf("another patient was forgotten: %v", err)
	}
	if err := n.d.Forget(vitals.NewPatientID("p1"), n.now); err != nil {
		t.Fatal(err)
	}
	out := n.play("21:30 pass")
	if strings.Count(out, "ended") != 2 || strings.Contains(out, "nurse") || n.d.Standing() != 0 {
		t.Errorf("got\n%s", out)
	}
}

// Routes change for the next round; a channel that is gone has failed.
func TestSetRoutes(t *testing.T) {
	n := newNight(t, standard())
	n.play("21:00 raise")
	nurse := Chain{Name: "nurse", Steps: []Step{{Name: "nurse", To: []Recipient{to("nurse")}}}}
	if err := n.d.SetRoutes([]Route{{Chain: nurse}}); err != nil {
		t.Fatal(err)
	}
	if out := n.play("21:02 ack\n21:20 rearm"); !strings.Contains(out, "> 21:20:00 nurse: call 1") {
		t.Errorf("got\n%s", out)
	}
	for name, rs := range map[string][]Route{"none": nil, "without a chain": {{}}} {
		if err := n.d.SetRoutes(rs); err == nil {
			t.Errorf("routes %s were taken", name)
		}
	}
}

func TestChannelIsGoneAfterARestart(t *testing.T) {
	n := newNight(t, standard())
	n.play("21:00 raise")
	delete(n.config.Notifiers, "caregiver")
	n.config.Routes = []Route{{Chain: Chain{Name: "n", Steps: []Step{{Name: "nurse", To: []Recipient{to("nurse")}}}}}}
	if out := n.play("21:01 crash\n21:01 restart\n21:03 pass"); !strings.Contains(out, "> 21:02:00 gives up caregiver: failed\n> 21:02:00 nurse: call 3") {
		t.Errorf("got\n%s", out)
	}
}

// A message to which nothing answers is given up at its deadline, and a repeat
// of events from long ago begins nothing.
func TestTheEndIsRemembered(t *testing.T) {
	var b book
	for i := range maxGone + 10 {
		var id alert.AlarmID
		binary.BigEndian.PutUint32(id[:], uint32(i))
		b.remove(id)
		b.remove(id)
	}
	if len(b.gone) != maxGone || len(b.isGone) != maxGone {
		t.Errorf("%d and %d are remembered, want %d", len(b.gone), len(b.isGone), maxGone)
	}
	var again book
	for rs := range b.records {
		again.fold(rs)
	}
	if again.gone[0] != b.gone[b.turn] || len(again.isGone) != maxGone {
		t.Error("the order was lost")
	}
}

func TestLocalClaimsAreBounded(t *testing.T) {
	var l LocalClaims
	c := l.Replica(1)
	for i := range maxClaims + 10 {
		var id MessageID
		binary.BigEndian.PutUint32(id[:], uint32(i))
		if whose, _, err := c.Claim(t.Context(), id, evening, evening.Add(time.Second)); whose != Mine || err != nil {
			t.Fatalf("claim %d: %v, %v", i, whose, err)
		}
	}
	if len(l.claims) != maxClaims {
		t.Errorf("%d claims, want %d", len(l.claims), maxClaims)
	}
	id := MessageID{0xff}
	if err := c.Settle(t.Context(), id, Delivered); err != nil {
		t.Fatal(err)
	}
	if whose, r, err := l.Replica(2).Claim(t.Context(), id, evening, evening); whose != Done || r != Delivered || err != nil {
		t.Errorf("got %v, %v, %v; want done, delivered", whose, r, err)
	}
}

func TestJournalThatIsNoJSON(t *testing.T) {
	n := newNight(t, standard())
	for _, entry := range []string{"DOE^JANE", `[{"alarm":"DOE^JANE"}]`, `{"alarm":1}`, `[{"open":{"kind":"DOE"}}]`} {
		n.journal.entries = [][]byte{[]byte(entry)}
		if _, err := New(n.config); !errors.Is(err, ErrCorrupt) || strings.Contains(err.Error(), "DOE") {
			t.Errorf("%s: got %v, want ErrCorrupt", entry, err)
		}
	}
}

// A file that was taken away under the journal fails, and is whole afterwards.
func TestFileFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, err := OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Append([]byte("[1]")); err != nil {
		t.Fatal(err)
	}
	if err := j.file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Append([]byte("[2]")); err == nil {
		t.Error("appended to a closed file")
	}
	if err := j.Replay(func([]byte) error { return nil }); err == nil {
		t.Error("read a closed file")
	}
	if got := fmt.Sprintf("%s", fileEntries(t, path)); got != "[[1]]" {
		t.Errorf("got %s", got)
	}
	if _, err := OpenFile(filepath.Join(path, "below")); err == nil {
		t.Error("a journal was made below a file")
	}
}

func TestTextForms(t *testing.T) {
	for k := Call; k <= Ended; k++ {
		b, err := k.MarshalText()
		var back Kind
		if err != nil || back.UnmarshalText(b) != nil || back != k {
			t.Errorf("%v becomes %s becomes %v", k, b, back)
		}
	}
	var k Kind
	if err := k.UnmarshalText([]byte("shout")); !errors.Is(err, ErrNotice) {
		t.Errorf("got %v, want ErrNotice", err)
	}
	id := testMessage.ID
	for _, s := range []string{"", id.String()[:31], id.String() + "0", strings.ToUpper(MessageID{0xab}.String()), "g" + id.String()[1:]} {
		if err := id.UnmarshalText([]byte(s)); !errors.Is(err, ErrNotice) || id != testMessage.ID {
			t.Errorf("%q: got %v, %v", s, id, err)
		}
	}
	for _, s := range []string{"", "[]", "{}", `{"id":"00","kind":"call"}`, `{"id":"` + id.String() + `","kind":"inhibited","to":"x"}`} {
		if n, err := ParseNotice([]byte(s)); !errors.Is(err, ErrNotice) || n != (Notice{}) {
			t.Errorf("%s: got %+v, %v", s, n, err)
		}
	}
}
