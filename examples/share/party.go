package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// tell lets every party search and stream, and prints what each gets.
func tell(ctx context.Context, out io.Writer, base string, r *rights, half time.Duration) error {
	if err := sleep(ctx, half/4); err != nil { // something to see
		return err
	}
	fmt.Fprintln(out, "search, by patient:       p1   p2   p3   p4")
	for _, token := range []string{"desk", "doctor", "app", "stranger"} {
		fmt.Fprintf(out, "  %-20s", token)
		for _, patient := range names {
			answer, err := search(ctx, base, token, patient)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%7s", answer)
		}
		fmt.Fprintln(out)
	}

	doctor := &listener{seen: map[string]int{}}
	streaming, stop := context.WithCancel(ctx)
	var stream sync.WaitGroup
	stream.Go(func() { doctor.listen(streaming, base, "doctor") })
	defer stream.Wait()
	defer stop()
	if err := sleep(ctx, half/2); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nstream of the doctor:     %s\n", doctor.take())
	r.withdraw("family-doctor", "p2")
	fmt.Fprintln(out, "p2 withdraws the consent")
	if err := sleep(ctx, half/8); err != nil {
		return err
	}
	doctor.take() // what was on its way
	if err := sleep(ctx, half/2); err != nil {
		return err
	}
	fmt.Fprintf(out, "stream of the doctor:     %s\n", doctor.take())
	<-ctx.Done()
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(out, "\naudit: uses %v, refusals %d\n", r.uses, r.refusals)
	return nil
}

// search asks for a patient's heart rates and returns how many there are, or the
// status of a refusal. The identifier is in the body, not in the address.
func search(ctx context.Context, base, token, patient string) (string, error) {
	body := strings.NewReader("patient=" + patient + "&code=8867-4")
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/Observation/_search", body)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Sprint(res.StatusCode), nil
	}
	var found struct{ Entry []json.RawMessage }
	if err := json.NewDecoder(res.Body).Decode(&found); err != nil {
		return "", err
	}
	return fmt.Sprint(len(found.Entry)), nil
}

// A listener counts the Observations of a stream by patient.
type listener struct {
	mu   sync.Mutex
	seen map[string]int
}

// listen reads Server-Sent Events until the context ends.
func (l *listener) listen(ctx context.Context, base, token string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/$stream", nil)
	if err != nil {
		return
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var o struct{ Subject struct{ Reference string } }
		if json.Unmarshal([]byte(data), &o) == nil {
			l.mu.Lock()
			l.seen[strings.TrimPrefix(o.Subject.Reference, "Patient/")]++
			l.mu.Unlock()
		}
	}
}

// take returns whom there were Observations of since it was called last.
func (l *listener) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	who := slices.Sorted(maps.Keys(l.seen))
	clear(l.seen)
	return strings.Join(who, " ")
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
