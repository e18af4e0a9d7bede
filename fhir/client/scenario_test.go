package client_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/fhir/fhirtest"
	"github.com/telemed-go/sdk/vitals"
)

// A scenario is a row of delivery_scenarios.jsonl: what a server does, in order,
// and how it must end.
type scenario struct {
	ID         string                     `json:"id"`
	Category   string                     `json:"cat"`
	Capability string                     `json:"capability"`
	Script     []string                   `json:"server_script"`
	Final      map[string]json.RawMessage `json:"final_state"`
}

// TestDeliveryScenarios plays the rows of the test data, which is not part of the
// module: $TELEMED_DATA says where it is. With TELEMED_REQUIRE=all its absence
// fails.
func TestDeliveryScenarios(t *testing.T) {
	dir := os.Getenv("TELEMED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, "ehr", "vectors", "delivery_scenarios.jsonl"))
	if err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skipf("test data is not here: %v", err)
	}
	defer func() { require.NoError(t, f.Close()) }()
	rows := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var row scenario
		require.NoError(t, json.Unmarshal(lines.Bytes(), &row))
		rows++
		t.Run(row.ID, func(t *testing.T) {
			if row.Category == "sub" {
				t.Skip("is for the receiver of subscriptions")
			}
			synctest.Test(t, func(t *testing.T) { newStage(t, row).play() })
		})
	}
	require.Positive(t, rows)
}

// A stage is a scenario being played.
type stage struct {
	*testing.T
	row        scenario
	server     *fhirtest.Server
	client     *client.Client
	tokens     tokens
	readings   []vitals.Reading
	poison     atomic.Int32 // the reading that the server refuses with status
	status     int
	entries    int
	patients   int
	skip       int // requests before the curtain
	mu         sync.Mutex
	quarantine []client.Quarantined
	duplicates int
}

func newStage(t *testing.T, row scenario) *stage {
	s := &stage{T: t, row: row, entries: 1, patients: 1}
	s.server = &fhirtest.Server{Lacks: map[string]fhirtest.Feature{
		"batch": putWay, "updateCreate": putWay, "conditionalCreate": createWay, "search": searchWay,
		"transaction": fhirtest.ConditionalCreate | fhirtest.Batch,
	}[row.Capability]}
	s.server.Check = func(b []byte) int {
		if n := int(s.poison.Load()); n > 0 && strings.Contains(string(b), s.readings[n].ID().String()) {
			return s.status
		}
		return 0
	}
	connections := 1
	if row.Category == "lane" {
		connections, s.patients = 4, 7
	}
	s.client = open(t, s.server, client.Connections(connections), client.Authorize(&s.tokens),
		client.Quarantine(func(_ context.Context, q client.Quarantined) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.quarantine = append(s.quarantine, q)
			return nil
		}),
		client.Duplicates(func(context.Context, client.Duplicate) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.duplicates++
		}))
	return s
}

// warmUp is more than a client searches for after its start.
const warmUp = 2100

// play begins after a while of quiet service, so that the script meets no search
// for what a predecessor may have left.
func (s *stage) play() {
	warm := beats(1_000_000, warmUp, 50)
	require.NoError(s, s.client.Put(s.Context(), warm))
	time.Sleep(time.Hour)
	s.skip = len(s.server.Requests(fhirtest.Write))
	if s.row.Capability == "search" {
		s.server.Script(fhirtest.Fault{On: fhirtest.Search}) // the search before any create
	}
	for _, step := range s.row.Script {
		s.step(step)
	}
	s.readings = beats(0, s.entries, s.patients)
	put := s.readings
	switch s.row.ID {
	case "same-id-twice":
		put = slices.Concat(put, put, put[:1])
	}
	done := make(chan error, 1)
	go func() {
		err := s.client.Put(s.Context(), put)
		if err == nil && s.row.Category == "race" { // the device sends again
			err = s.client.Put(s.Context(), put)
		}
		done <- err
	}()
	time.Sleep(5 * time.Second)
	parked := s.client.Stats().Parked
	require.NoError(s, <-done)
	for key, value := range s.row.Final {
		s.check(key, value, parked)
	}
}

// step adds a step of the script to what the server will do.
func (s *stage) step(step string) {
	words := strings.Fields(step)
	status, _ := strconv.Atoi(words[0])
	f := fhirtest.Fault{}
	switch commit, is := strings.CutPrefix(words[0], "commit-then-"); {
	case is:
		f.Commit = true
		if f.Status, _ = strconv.Atoi(commit); f.Status == 0 {
			f.Reply = s.reply(commit)
		}
	case strings.HasPrefix(step, "200 entries:"):
		for text := range strings.SplitSeq(strings.TrimSpace(strings.TrimPrefix(step, "200 entries:")), ",") {
			n, err := strconv.Atoi(text)
			require.NoError(s, err)
			if n < 300 {
				n = 0
			}
			f.Entries = append(f.Entries, n)
		}
		s.entries = max(s.entries, len(f.Entries))
	case strings.HasPrefix(step, "search:"):
		n, err := strconv.Atoi(strings.TrimPrefix(step, "search:"))
		require.NoError(s, err)
		if f.On, f.Matches = fhirtest.Search, n; n == 0 {
			f.Matches = -1
		}
	case s.row.Capability == "transaction" && status >= 400 && status < 500 && status != 429:
		s.entries = 64
		s.status = status
		s.poison.Store(37)
		return
	case status >= 300:
		if f.Status = status; len(words) > 2 && words[1] == "Retry-After:" {
			n, err := strconv.Atoi(words[2])
			require.NoError(s, err)
			f.RetryAfter = time.Duration(n) * time.Second
		}
	case status > 0, step == "token", step == "bisect", step == "halves":
		return
	case step == "any":
		s.entries = 10
		return
	case strings.HasPrefix(step, "random delays 0.."):
		n, err := strconv.Atoi(strings.Fields(strings.TrimPrefix(step, "random delays 0.."))[0])
		require.NoError(s, err)
		s.server.Rates.DelayUpTo = time.Duration(n) * time.Millisecond
		s.entries = 500
		return
	default:
		f.Reply = s.reply(step)
		s.entries = max(s.entries, 8)
	}
	s.server.Script(f)
}

func (s *stage) reply(name string) fhirtest.Reply {
	r, ok := map[string]fhirtest.Reply{
		"reset": fhirtest.Reset, "timeout": fhirtest.Silence, "truncated": fhirtest.Truncated, "html": fhirtest.HTML,
		"huge": fhirtest.Huge, "redirect": fhirtest.Loop,
	}[name]
	require.True(s, ok, "what is the step %q?", name)
	return r
}

func (s *stage) requests() []fhirtest.Request { return s.server.Requests(fhirtest.Write)[s.skip:] }

func (s *stage) indexes(value json.RawMessage) (list []int) {
	require.NoError(s, json.Unmarshal(value, &list))
	return list
}

func (s *stage) number(value json.RawMessage) (n int) {
	require.NoError(s, json.Unmarshal(value, &n))
	return n
}

// check holds one statement about the end against what happened.
func (s *stage) check(key string, value json.RawMessage, parked bool) {
	text := strings.Trim(string(value), `"`)
	switch key {
	case "note":
	case "copies", "delivered", "others_delivered", "lost":
		s.checkCopies(key, value)
	case "quarantined":
		s.checkQuarantine(value)
	case "parked":
		assert.Equal(s, text, fmt.Sprint(parked), key)
	case "token_requests":
		assert.Equal(s, s.number(value), s.tokens.requests(), key)
	case "reported":
		assert.Equal(s, "duplicate", text)
		assert.Equal(s, len(s.readings), s.duplicates, key)
	case "created":
		assert.Len(s, s.server.Resources(""), warmUp+s.number(value), key)
	case "max_requests":
		limit, err := strconv.ParseFloat(text, 64)
		if err != nil {
			require.Equal(s, "2*log2(n)+2", text)
			limit = 2*math.Log2(float64(len(s.readings))) + 2
		}
		assert.LessOrEqual(s, float64(len(s.requests())), limit, key)
	case "resent_entries":
		s.checkEntries(value)
	case "min_wait_s":
		r := s.requests()
		assert.GreaterOrEqual(s, r[1].At.Sub(r[0].At), time.Duration(s.number(value))*time.Second, key)
	case "backoff":
		r := s.requests()
		for i := 1; i < len(r); i++ { // full jitter: anything up to a bound that doubles
			assert.LessOrEqual(s, r[i].At.Sub(r[i-1].At), 100*time.Millisecond<<i, key)
		}
	case "per_patient_order_violations":
		assert.Equal(s, s.number(value), s.disorder(), key)
	case "never_twice_in_one_bundle":
		s.checkTwice()
	case "bundle_halved":
		r := s.requests()
		assert.LessOrEqual(s, len(r[1].Entries), len(r[0].Entries)/2, key)
	default:
		s.Errorf("what does %q mean?", key)
	}
}

func (s *stage) checkCopies(key string, value json.RawMessage) {
	locked := map[vitals.ReadingID]bool{}
	for _, q := range s.quarantine {
		locked[q.Reading] = true
	}
	var each []int
	switch {
	case value[0] == '[' && key == "copies":
		each = s.indexes(value)
	case value[0] == '[': // the indexes of what is there
		each = make([]int, len(s.readings))
		for _, i := range s.indexes(value) {
			each[i] = 1
		}
	}
	for i, r := range s.readings {
		want := 1
		if each != nil {
			want = each[i]
		} else if locked[r.ID()] && key == "others_delivered" {
			want = 0
		}
		assert.Equal(s, want, copies(s.server, r), "%s: reading %d", key, i)
	}
}

func (s *stage) checkQuarantine(value json.RawMessage) {
	if value[0] != '[' {
		assert.Len(s, s.quarantine, s.number(value))
		return
	}
	var got []int
	for _, q := range s.quarantine {
		got = append(got, slices.IndexFunc(s.readings, func(r vitals.Reading) bool { return r.ID() == q.Reading }))
	}
	assert.Equal(s, s.indexes(value), got)
}

func (s *stage) checkEntries(value json.RawMessage) {
	var want, got [][]int
	require.NoError(s, json.Unmarshal(value, &want))
	for _, r := range s.requests() {
		var entries []int
		for _, e := range r.Entries {
			entries = append(entries, slices.IndexFunc(s.readings, func(r vitals.Reading) bool { return strings.Contains(e.URL+e.Identifier, r.ID().String()) }))
		}
		got = append(got, entries)
	}
	assert.Equal(s, want, got)
}

func (s *stage) checkTwice() {
	for _, r := range s.requests() {
		seen := map[string]bool{}
		for _, e := range r.Entries {
			assert.False(s, seen[e.Identifier], "twice in one Bundle")
			seen[e.Identifier] = true
		}
	}
}

// disorder counts the Observations that were created after a later one of their
// patient.
func (s *stage) disorder() (n int) {
	at := make(map[string]int)
	for i, r := range s.readings {
		at[r.ID().String()] = i
	}
	last := make(map[string]int)
	for _, r := range s.server.Resources("Observation")[warmUp:] {
		if at[r.ID] < last[r.Patient] {
			n++
		}
		last[r.Patient] = at[r.ID]
	}
	return n
}
