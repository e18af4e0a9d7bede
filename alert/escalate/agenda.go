package escalate

import (
	"container/heap"

	"github.com/telemed-go/sdk/alert"
)

// agenda orders courses by when something is to be done.
type agenda []*course

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].next < a[j].next }

func (a agenda) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	a[i].heap, a[j].heap = i, j
}

// Push implements [heap.Interface].
func (a *agenda) Push(x any) {
	if c, ok := x.(*course); ok {
		c.heap = len(*a)
		*a = append(*a, c)
	}
}

// Pop implements [heap.Interface].
func (a *agenda) Pop() any {
	last := len(*a) - 1
	c := (*a)[last]
	(*a)[last], *a = nil, (*a)[:last]
	return c
}

// book is all escalations. The zero value has none.
type book struct {
	courses map[alert.AlarmID]*course
	agenda  agenda
	gone    []alert.AlarmID // the last alarms that are over, oldest at turn
	turn    int
	isGone  map[alert.AlarmID]struct{}
}

const (
	// maxCourses bounds the escalations at one time.
	maxCourses = 1 << 20
	// maxGone is how many alarms are remembered after their end, so that a late
	// repeat of an event begins nothing.
	maxGone = 1 << 16
)

// fold applies records.
func (b *book) fold(rs []record) {
	for i := range rs {
		r := &rs[i]
		if r.Gone {
			b.remove(r.Alarm)
			continue
		}
		c := b.courses[r.Alarm]
		if c == nil {
			if r.Seen == nil || len(b.courses) >= maxCourses {
				continue
			}
			c = b.add(r.Alarm)
		}
		c.fold(r)
		b.schedule(c)
	}
}

func (b *book) add(id alert.AlarmID) *course {
	if b.courses == nil {
		b.courses = make(map[alert.AlarmID]*course)
	}
	c := &course{id: id, next: never}
	b.courses[id] = c
	heap.Push(&b.agenda, c)
	return c
}

// remove forgets a course and remembers that there was one.
func (b *book) remove(id alert.AlarmID) {
	if c := b.courses[id]; c != nil {
		heap.Remove(&b.agenda, c.heap)
		delete(b.courses, id)
	}
	if _, ok := b.isGone[id]; ok {
		return
	}
	if b.isGone == nil {
		b.isGone = make(map[alert.AlarmID]struct{})
	}
	if len(b.gone) < maxGone {
		b.gone = append(b.gone, id)
	} else {
		delete(b.isGone, b.gone[b.turn])
		b.gone[b.turn] = id
		b.turn = (b.turn + 1) % maxGone
	}
	b.isGone[id] = struct{}{}
}

// schedule puts a course, if it is one of the book, to its place in the agenda.
func (b *book) schedule(c *course) {
	if at := c.wake(); at != c.next && b.courses[c.id] == c {
		c.next = at
		heap.Fix(&b.agenda, c.heap)
	}
}

// records are some whose fold is the book, one slice for each alarm.
func (b *book) records(yield func([]record) bool) {
	for i := range b.gone {
		id := b.gone[(b.turn+i)%len(b.gone)]
		if !yield([]record{{Alarm: id, Gone: true}}) {
			return
		}
	}
	for _, c := range b.agenda {
		if !yield(c.records()) {
			return
		}
	}
}
