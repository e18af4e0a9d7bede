package telemedtest

import (
	"strings"
	"testing"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/vitals"
)

// The checker of histories finds what it is there for.
func TestCheckHistory(t *testing.T) {
	id := func(n int) vitals.ReadingID { return Reading("a", n).ID() }
	record := func(p, n int) telemed.Record {
		return telemed.Record{Position: telemed.Position(p), Reading: Reading("a", n)}
	}
	final := []telemed.Record{record(1, 1), record(2, 2), record(3, 3)}
	first := operation{begin: 1, end: 4, appended: []vitals.ReadingID{id(1), id(2)}}
	second := operation{begin: 3, end: 6, appended: []vitals.ReadingID{id(3)}}
	read := func(begin, end int64, after telemed.Position, room int, records ...telemed.Record) operation {
		return operation{begin: begin, end: end, after: after, read: append(make([]telemed.Record, 0, room), records...)}
	}
	for _, tt := range []struct {
		name    string
		final   []telemed.Record
		history []operation
		want    string // part of the error
	}{
		{"a good one", final, []operation{first, second, read(2, 3, 0, 9, final[:2]...), read(7, 8, 0, 9, final...), {begin: 5, end: 6, last: 2}}, ""},
		{"a full read", final, []operation{first, second, read(7, 8, 0, 1, final[0])}, ""},
		{"lost", final[:2], []operation{first, second}, "one piece"},
		{"from nowhere", final, []operation{first}, "nobody"},
		{"torn apart", []telemed.Record{record(1, 1), record(2, 3), record(3, 2)}, []operation{first, second}, "one piece"},
		{"a gap", []telemed.Record{record(1, 1), record(3, 2)}, []operation{first}, "position 3"},
		{"out of order", final, []operation{{begin: 5, end: 6, appended: first.appended}, {begin: 1, end: 2, appended: second.appended}}, "stands before"},
		{"stale read", final, []operation{first, second, read(7, 8, 0, 9, final[:2]...)}, "record 3 was not seen"},
		{"nothing new", final, []operation{first, second, read(7, 8, 3, 9)}, ""},
		{"stale last", final, []operation{first, second, {begin: 7, end: 8, last: 2}}, "record 3 was not seen"},
		{"stale nothing", final, []operation{first, second, read(7, 8, 0, 9)}, "record 1 was not seen"},
		{"half a batch", final, []operation{first, second, {begin: 2, end: 3, last: 1}}, "middle"},
		{"from the future", final, []operation{first, second, read(1, 2, 0, 9, final...)}, "before it was appended"},
		{"another record", final, []operation{first, second, read(7, 8, 0, 9, record(1, 2))}, "another record"},
		{"beyond the end", final, []operation{first, second, {begin: 7, end: 8, last: 9}}, "never reached"},
	} {
		err := checkHistory(tt.final, tt.history)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
