package seal

import (
	"context"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/telemed-go/sdk/telemed/store"
)

func hexOf(id string) string { return hex.EncodeToString([]byte(id)) }

// The window agrees with a set that forgets nothing.
func TestWindow(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var w window
		seen, high := map[uint64]bool{}, uint64(0)
		for range 3000 {
			n := high + 1
			switch rnd.IntN(4) {
			case 0:
				n = high + rnd.Uint64N(3*windowSize)
			case 1:
				n -= min(n-1, rnd.Uint64N(2*windowSize))
			}
			if n == 0 {
				continue
			}
			want := seen[n] || high >= n && high-n >= windowSize
			if got := w.has(n); got != want {
				t.Fatalf("%d after %d: %v, want %v", n, high, got, want)
			}
			if want {
				continue
			}
			w.add(n)
			seen[n], high = true, max(high, n)
			if back, ok := parseWindow(w.append(nil)); !ok || back != w {
				t.Fatal("what was written is not what is read")
			}
		}
	}
}

// What was committed is refused after a restart; what was not is opened again,
// because its sender sends it again.
func TestReplayAfterRestart(t *testing.T) {
	p := newPair(t, HS256)
	var committed, lost [][]byte
	for i := range 300 {
		b := p.seal(t, "x")
		_, info, err := p.open(b)
		must(t, err)
		if i%3 == 0 {
			lost = append(lost, b)
			continue
		}
		must(t, p.opener.Commit(t.Context(), info))
		committed = append(committed, b)
	}
	for range 3 { // restarts
		p.restart(t)
		for _, b := range committed {
			_, _, err := p.open(b)
			wantFault(t, "after a restart", err, ErrReplay)
		}
	}
	for _, b := range lost {
		if _, _, err := p.open(b); err != nil {
			t.Errorf("sent again: %v", err)
		}
	}
	if n := len(p.store.journals[replayJournal]); n > snapshotEvery+1 {
		t.Errorf("%d entries, at most %d", n, snapshotEvery+1)
	}
}

// The sequence of a sender goes on where it was, whatever its last write did.
func TestSequenceAfterRestart(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	p := newPair(t, HS256)
	failed := 0
	for range 2000 {
		if rnd.IntN(20) == 0 {
			p.device.fail, p.device.lands = errors.New("no room"), rnd.IntN(2) == 0
		} else {
			p.device.fail = nil
		}
		if rnd.IntN(30) == 0 {
			must(t, p.opener.Commit(t.Context()))
			s, err := NewSealer(t.Context(), p.key, &p.device)
			must(t, err)
			p.sealer = s
		}
		b, err := p.sealer.Seal(nil, topic, []byte("x"))
		if err != nil {
			failed++
			continue
		}
		if _, _, err := p.open(b); err != nil {
			t.Fatalf("a new message: %v", err)
		}
	}
	if failed == 0 {
		t.Error("the journal never failed")
	}
}

// A journal that fails keeps nobody from committing later.
func TestCommitAgain(t *testing.T) {
	p := newPair(t, HS256)
	for _, lands := range []bool{false, true} {
		b := p.seal(t, "x")
		_, info, err := p.open(b)
		must(t, err)
		p.store.fail, p.store.lands = errors.New("no room"), lands
		if err := p.opener.Commit(t.Context(), info); err == nil {
			t.Fatal("the journal failed in silence")
		}
		p.store.fail = nil
		must(t, p.opener.Commit(t.Context()))
		p.restart(t)
		_, _, err = p.open(b)
		wantFault(t, "committed later", err, ErrReplay)
	}
}

// A message that 1023 newer ones overtook is taken, with one more it is not.
func TestOvertaken(t *testing.T) {
	p := newPair(t, HS256)
	slow, slower := p.seal(t, "x"), p.seal(t, "x")
	for range windowSize - 1 {
		_, _, err := p.open(p.seal(t, "x"))
		must(t, err)
	}
	_, _, err := p.open(slower)
	must(t, err)
	_, _, err = p.open(slow)
	wantFault(t, "too slow", err, ErrReplay)
}

// The log of package store is a journal for both sides.
func TestStore(t *testing.T) {
	p := newPair(t, A256GCM)
	file := filepath.Join(t.TempDir(), "log.db")
	var sealed [][]byte
	for range 3 {
		log, err := store.Open(file)
		must(t, err)
		p.sealer, err = NewSealer(t.Context(), p.key, log)
		must(t, err)
		p.opener, err = NewOpener(t.Context(), p.keys, log)
		must(t, err)
		for _, b := range sealed {
			_, _, err := p.open(b)
			wantFault(t, "after a restart", err, ErrReplay)
		}
		for range 100 {
			b := p.seal(t, "x")
			_, info, err := p.open(b)
			must(t, err)
			must(t, p.opener.Commit(t.Context(), info))
			sealed = append(sealed, b)
		}
		must(t, log.Close())
	}
}

func TestDamagedJournal(t *testing.T) {
	p := newPair(t, HS256)
	_, info, err := p.open(p.seal(t, "x"))
	must(t, err)
	must(t, p.opener.Commit(t.Context(), info))
	content := p.store.journals[replayJournal][0].Content
	for n := range len(content) {
		p.store.journals[replayJournal][0].Content = content[:n]
		_, err := NewOpener(t.Context(), p.keys, &p.store)
		wantFault(t, "cut off", err, ErrSyntax)
	}
}

// However many open one message at once, one of them has it; however many seal at
// once, no sequence is used twice.
func TestConcurrent(t *testing.T) {
	p := newPair(t, HS256)
	var sealing, opening sync.WaitGroup
	messages := make(chan []byte, 8*200)
	for range 8 {
		sealing.Go(func() {
			for range 200 {
				b, err := p.sealer.Seal(nil, topic, []byte("x"))
				if err != nil {
					t.Error(err)
				}
				messages <- b
			}
		})
	}
	sealing.Wait()
	close(messages)
	var all [][]byte
	for b := range messages {
		all = append(all, b)
	}
	slices.SortFunc(all, func(a, b []byte) int { return int(sequenceOf(a)) - int(sequenceOf(b)) })
	var opened atomic.Int64
	for range 4 {
		opening.Go(func() {
			for _, b := range all {
				_, info, err := p.open(b)
				if err != nil {
					continue
				}
				opened.Add(1)
				if err := p.opener.Commit(context.Background(), info); err != nil {
					t.Error(err)
				}
			}
		})
	}
	opening.Wait()
	// A goroutine that falls 1024 messages behind finds them taken by the others.
	if n := opened.Load(); n != int64(len(all)) {
		t.Errorf("%d of %d messages opened", n, len(all))
	}
}

func sequenceOf(b []byte) uint64 {
	m, _ := Parse(b, Tagged)
	return m.sequence
}
