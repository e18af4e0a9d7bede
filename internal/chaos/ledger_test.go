package chaos

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// A sum is the fingerprint of a message: what was measured, of whom, and when.
type sum [sha256.Size]byte

func sumOf(device vitals.DeviceID, sequence uint32, at time.Time, bpm int64) sum {
	return sha256.Sum256(fmt.Appendf(nil, "%s %d %d %d", device, sequence, at.UnixMilli(), bpm))
}

// A mark is a message as it was found in the log.
type mark struct {
	device   vitals.DeviceID
	sequence uint32
	sum      sum
}

// A ledger knows what was given to every outbox.
type ledger map[vitals.DeviceID]*account

// An account is one device. Its messages are numbered from 1.
type account struct {
	sent []sum
	lane []telemed.Lane
	// waiting is what is still in the outbox.
	waiting map[uint32]bool
	// transmitted counts all attempts to send, first ones and repeats.
	transmitted uint64
}

func (a *account) add(s sum, lane telemed.Lane) {
	a.sent, a.lane = append(a.sent, s), append(a.lane, lane)
}

// check holds the log against the ledger: every message is in the log, or else in
// its outbox; none is there twice or changed; and those of one lane of one device
// are in the order in which they were given. A broker that is killed loses some of
// what it has confirmed: what fills the gap comes late. Each of these must have been
// sent at least twice, and no other may be late.
func (l ledger) check(log []mark) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	found := make(map[vitals.DeviceID]map[uint32]bool)
	newest, late := make(map[vitals.DeviceID][3]uint32), make(map[vitals.DeviceID]uint64)
	for i, m := range log {
		a := l[m.device]
		if a == nil || m.sequence == 0 || int(m.sequence) > len(a.sent) {
			fault("record %d: %s/%d was never sent", i+1, m.device, m.sequence)
			continue
		}
		if m.sum != a.sent[m.sequence-1] {
			fault("record %d: %s/%d is not what was sent", i+1, m.device, m.sequence)
		}
		if found[m.device] == nil {
			found[m.device] = make(map[uint32]bool)
		}
		if found[m.device][m.sequence] {
			fault("record %d: %s/%d is there twice", i+1, m.device, m.sequence)
			continue
		}
		found[m.device][m.sequence] = true
		heads, lane := newest[m.device], a.lane[m.sequence-1]
		if m.sequence < heads[lane] {
			late[m.device]++
		}
		heads[lane] = max(heads[lane], m.sequence)
		newest[m.device] = heads
	}
	for device, a := range l {
		for i := range a.sent {
			if n := uint32(i + 1); !found[device][n] && !a.waiting[n] {
				fault("%s/%d is neither in the log nor in its outbox", device, n)
			}
		}
		if n := uint64(len(found[device])); late[device] > 0 && late[device] > a.transmitted-min(n, a.transmitted) {
			fault("%s: %d messages are late, and only %d were sent again", device, late[device], a.transmitted-min(n, a.transmitted))
		}
	}
	slices.Sort(faults)
	return faults
}

// The ledger finds what it is there for.
func TestChaosLedger(t *testing.T) {
	const device = "strap-1"
	at := time.UnixMilli(1770000000000)
	all := make([]mark, 6)
	sent := &account{transmitted: 6}
	for i := range all {
		n := uint32(i + 1)
		all[i] = mark{device, n, sumOf(device, n, at.Add(time.Duration(i)*time.Second), 70)}
		sent.add(all[i].sum, []telemed.Lane{telemed.LaneLive, telemed.LaneAlarm}[i%2])
	}
	changed, foreign := all[2], mark{"strap-2", 1, all[0].sum}
	changed.sum[5]++
	with := func(i int, m ...mark) []mark { return slices.Concat(all[:i], m, all[i+1:]) }
	for name, tt := range map[string]struct {
		log     []mark
		waiting map[uint32]bool
		again   uint64
		want    string // part of the only fault; empty for none
	}{
		"all":                   {log: all},
		"lost":                  {log: with(3), want: "strap-1/4 is neither"},
		"waiting":               {log: with(3), waiting: map[uint32]bool{4: true}},
		"doubled":               {log: with(3, all[3], all[3]), want: "strap-1/4 is there twice"},
		"reordered":             {log: []mark{all[2], all[1], all[0], all[3], all[4], all[5]}, want: "1 messages are late"},
		"late, for it was lost": {log: []mark{all[2], all[1], all[0], all[3], all[4], all[5]}, again: 1},
		"overtaken by an alarm": {log: []mark{all[1], all[0], all[2], all[3], all[4], all[5]}},
		"changed":               {log: with(2, changed), want: "strap-1/3 is not what was sent"},
		"another's":             {log: append(slices.Clone(all), foreign), want: "strap-2/1 was never sent"},
		"never sent":            {log: append(slices.Clone(all), mark{device, 7, all[0].sum}), want: "strap-1/7 was never sent"},
	} {
		a := *sent
		a.waiting, a.transmitted = tt.waiting, a.transmitted+tt.again
		faults := ledger{device: &a}.check(tt.log)
		if tt.want == "" && len(faults) != 0 || tt.want != "" && (len(faults) != 1 || !strings.Contains(faults[0], tt.want)) {
			t.Errorf("%s: got %q, want %q", name, faults, tt.want)
		}
	}
}
