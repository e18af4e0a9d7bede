package racp

import (
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// A Fetch asks a device for its stored records through the Record Access
// Control Point, and knows when it has them all: it counts the records, has
// them sent, drops those that come twice, and compares. Records are told apart
// by the 16-bit number that the filter of the service counts: the sequence
// number of a glucose meter, the time offset of a CGM session.
//
// It talks to nobody: what it returns is to be written to the control point,
// what the device sends is handed to it, with the time at which it came. The
// zero Fetch is ready. It is not safe for concurrent use, and takes
// 16 KiB.
//
//	Begin --count--> Counting --answer--> Reporting --records, success--> Done
//	                                                 |                   \--some missing--> Settling
//	                                              Abort, Tick
type Fetch struct {
	// Timeout is how long the device may stay silent; 0 means 30 s.
	//
	// unverified: the figure is from memory of GLS 1.0 and CGMS 1.0.
	Timeout time.Duration
	// Settle is how long to wait for records that are still on their way when
	// the device says that it has sent all; 0 means 2 s. Notifications and
	// indications come over different paths in many a radio stack.
	Settle time.Duration

	state    State
	from     uint16 // the filter of this run
	filtered bool
	deadline time.Time
	expected int // in this run; -1 unknown
	response Response
	answered time.Time // when the run ended

	run     att.NumberSet // in this run
	all     att.NumberSet // in all runs since Begin
	last    uint16        // highest number of the run
	ordered bool          // the run came in ascending order
	again   int           // records that came twice
	epoch   int           // how often all was cleared
}

// State is where a fetch stands.
type State uint8

// The states.
const (
	Idle      State = iota
	Counting        // asked how many records there are
	Reporting       // asked for the records
	Settling        // all were sent, some have not arrived
	Aborting        // asked to stop
	Done            // the device has said that it is finished
	Aborted         // stopped on request
	Failed          // the device refused: see Result.Response
	TimedOut        // the device fell silent
)

// Active reports whether the device is expected to send something.
func (s State) Active() bool { return s >= Counting && s <= Aborting }

// String is the state in words.
func (s State) String() string { return att.NameOf(fetchStates[:], uint8(s)) }

var fetchStates = [...]string{
	"idle", "counting", "reporting", "settling", "aborting", "done", "aborted", "failed", "timed out",
}

// Result is what came of a fetch.
type Result struct {
	State    State
	Response Response // what the device said last
	Expected int      // records that the device said it has; -1 if it did not say
	Received int      // of them
	Repeated int      // records that came more than once
	// FirstMissing: the record from which on records were asked for has not
	// come. Its memory was erased, or it is another device: fetch all.
	FirstMissing bool
}

// Complete reports whether every record is there. No records at all are
// complete too.
func (r Result) Complete() bool { return r.State == Done && r.Received >= r.Expected }

// Begin asks for every record, and forgets what was fetched before. It returns
// what to write.
func (f *Fetch) Begin(now time.Time) []byte {
	f.forget()
	return f.ask(0, false, now)
}

// BeginFrom asks for the record with a number and all after it: the last that
// is known from an earlier fetch. That one comes again, to show that the memory
// is still the same; its readings have the identity that they had before. It
// returns what to write.
func (f *Fetch) BeginFrom(number uint16, now time.Time) []byte {
	f.forget()
	return f.ask(number, true, now)
}

// Resume goes on after a time-out or a lost connection: it asks for what is
// not certain to be here, and drops what comes again. After a complete fetch it
// is BeginFrom with the last record. It returns what to write.
func (f *Fetch) Resume(now time.Time) []byte {
	from, filtered := f.From()
	if f.Result().Complete() {
		f.forget()
	}
	return f.ask(from, filtered, now)
}

func (f *Fetch) forget() {
	f.all.Clear()
	f.epoch++
}

// From is the number to begin from next time; ok is false if that is all
// records. It moves on when a fetch is complete or, as long as records come in
// ascending order, with every record.
func (f *Fetch) From() (number uint16, ok bool) {
	sure := f.Result().Complete() || f.ordered && f.state != Done
	if sure && f.run.Len() > 0 {
		return f.last, true
	}
	return f.from, f.filtered
}

func (f *Fetch) ask(from uint16, filtered bool, now time.Time) []byte {
	f.from, f.filtered = from, filtered
	f.run.Clear()
	f.expected, f.response, f.last, f.ordered, f.again = -1, 0, 0, true, 0
	return f.request(Counting, ReportCount, now)
}

// request enters a state and is what to write for it.
func (f *Fetch) request(s State, c OpCode, now time.Time) []byte {
	f.state, f.deadline = s, now.Add(f.timeout())
	m := ControlPoint{OpCode: c, Operator: All}
	if f.filtered {
		m.Operator = AtLeast
		m = m.ByNumber(uint32(f.from))
	}
	b, _ := m.AppendBinary(nil) // requests of this kind always have a place on air
	return b
}

// Abort stops the device. It returns what to write; nil if nothing is going on.
func (f *Fetch) Abort(now time.Time) []byte {
	if !f.state.Active() {
		return nil
	}
	f.state, f.deadline = Aborting, now.Add(f.timeout())
	return []byte{byte(Abort), byte(Null)}
}

// Record takes the number of a record that came, and reports whether it is new
// since Begin. Records may come at any time, also when none were asked for.
func (f *Fetch) Record(number uint16, now time.Time) (fresh bool) {
	if f.run.Add(number) {
		f.ordered = f.ordered && (f.run.Len() == 1 || number > f.last)
		f.last = max(f.last, number)
	} else {
		f.again++
	}
	switch f.state {
	case Reporting, Aborting, Counting:
		f.deadline = now.Add(f.timeout())
	case Settling:
		if f.run.Len() >= f.expected && f.expected >= 0 {
			f.end(Done, now)
		}
	}
	return f.all.Add(number)
}

// Indication takes what the device says on the control point, and returns what
// to write next, if anything. An answer to something that was not asked is an
// error that wraps [device.ErrSequence] and changes nothing.
func (f *Fetch) Indication(b []byte, now time.Time) (write []byte, err error) {
	m, err := Parse(b)
	if err != nil {
		return nil, err
	}
	if err := m.CheckDirection(true); err != nil {
		return nil, err
	}
	switch {
	case m.OpCode == Count && f.state == Counting:
		return f.counted(int(m.Count), now), nil
	case m.OpCode == ResponseCode && m.Request == ReportCount && f.state == Counting:
		f.response = m.Response
		if m.Response == NoRecords {
			return f.counted(0, now), nil
		}
		if m.Response == Busy {
			f.end(Failed, now)
			return nil, nil
		}
		return f.request(Reporting, Report, now), nil // it does not count: the records may come all the same
	case m.OpCode == ResponseCode && m.Request == Report && (f.state == Reporting || f.state == Aborting):
		f.reported(m.Response, now)
		return nil, nil
	case m.OpCode == ResponseCode && m.Request == Abort && f.state == Aborting:
		f.response = m.Response
		f.end(Aborted, now)
		return nil, nil
	case m.OpCode == ResponseCode && m.Request == Abort && !f.state.Active():
		return nil, nil // the records were faster than the abort
	}
	return nil, &device.DecodeError{Type: "RACP", Field: "OpCode", Ref: racpRef, Err: device.ErrSequence}
}

func (f *Fetch) counted(n int, now time.Time) (write []byte) {
	f.expected = n
	if n == 0 {
		f.end(Done, now)
		return nil
	}
	return f.request(Reporting, Report, now)
}

// reported deals with the answer to the request for records.
func (f *Fetch) reported(code Response, now time.Time) {
	f.response = code
	switch {
	case code != Success && code != NoRecords:
		f.end(Failed, now)
	case f.expected >= 0 && f.run.Len() >= f.expected || code == NoRecords:
		f.end(Done, now)
	default:
		f.state, f.deadline = Settling, now.Add(f.settle())
	}
}

func (f *Fetch) end(s State, now time.Time) { f.state, f.answered = s, now }

// Tick lets time pass: call it at [Fetch.Deadline] or later.
func (f *Fetch) Tick(now time.Time) {
	if !f.state.Active() || now.Before(f.deadline) {
		return
	}
	if f.state == Settling {
		f.end(Done, now)
		return
	}
	f.end(TimedOut, now)
}

// Deadline is when to call Tick; zero if there is no need.
func (f *Fetch) Deadline() time.Time {
	if f.state.Active() {
		return f.deadline
	}
	return time.Time{}
}

// State is where the fetch stands.
func (f *Fetch) State() State { return f.state }

// Result is what came of the fetch so far.
func (f *Fetch) Result() Result {
	return Result{
		State: f.state, Response: f.response, Expected: f.expected, Received: f.run.Len(), Repeated: f.again,
		FirstMissing: f.state == Done && f.filtered && !f.run.Has(f.from),
	}
}

// Epoch goes up when the fetch forgets what it has, as [Fetch.Begin] does.
// From then on a number may belong to another record than before.
func (f *Fetch) Epoch() int { return f.epoch }

// Expiry is until when to wait for what belongs to a record that came at a
// time: as long as for records that are still on their way, since it came or,
// if that was later, since the device said that it has sent all.
func (f *Fetch) Expiry(came time.Time) time.Time {
	if f.answered.After(came) {
		came = f.answered
	}
	return came.Add(f.settle())
}

func (f *Fetch) timeout() time.Duration { return att.OrDefault(f.Timeout, 30*time.Second) }

func (f *Fetch) settle() time.Duration { return att.OrDefault(f.Settle, 2*time.Second) }
