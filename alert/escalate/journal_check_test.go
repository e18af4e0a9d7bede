package escalate

import (
	"encoding/json"
	"testing"
)

// checkJournal wants every message decided once and settled once, save that an
// unknown outcome may be completed. It returns the messages.
func checkJournal(t *testing.T, entries [][]byte) map[MessageID]Kind {
	t.Helper()
	opened, settled := make(map[MessageID]Kind), make(map[MessageID]Receipt)
	for i, e := range entries {
		var rs []record
		if err := json.Unmarshal(e, &rs); err != nil {
			t.Fatalf("entry %d: %v", i, err)
		}
		for _, r := range rs {
			if o := r.Open; o != nil {
				if opened[o.ID] != 0 {
					t.Errorf("entry %d decides again: %v to %s", i, o.Kind, o.To.ID)
				}
				opened[o.ID] = o.Kind
			}
			if s := r.Settle; s != nil {
				if old, ok := settled[s.ID]; ok && old != Unknown {
					t.Errorf("entry %d settles again what was %v: %v", i, old, s.Receipt)
				}
				settled[s.ID] = s.Receipt
			}
		}
	}
	return opened
}
