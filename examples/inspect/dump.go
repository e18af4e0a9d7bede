package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// dump prints one row per field: where, which bytes, what they are called and
// what they mean. Where err is about one of them, that byte is in brackets and
// the row says what is wrong.
func dump(w io.Writer, l layout, err error) {
	d := dumper{Writer: w, bytes: l.bytes, bad: -1}
	if e, ok := errors.AsType[*device.DecodeError](err); ok {
		d.bad, d.why = e.Offset, e.Err.Error()
	}
	d.line("offset", "bytes", "field", "value")
	for _, f := range l.fields.rows("") {
		if f.at+f.len > len(l.bytes) { // the frame ends inside the field
			d.row(f.at, len(l.bytes)-f.at, f.name, d.blame(f.at))
			return
		}
		meaning := show(f.value)
		if f.meaning != "" {
			meaning += "  " + f.meaning
		}
		if d.bad >= f.at && d.bad < f.at+f.len {
			meaning += "  " + d.blame(d.bad)
		}
		if f.len == 0 {
			d.line("", "", f.name, meaning)
			continue
		}
		d.row(f.at, f.len, f.name, meaning)
	}
	if l.end < len(l.bytes) {
		d.row(l.end, len(l.bytes)-l.end, "", d.blame(l.end))
	}
}

// dumper writes rows and remembers the byte at fault.
type dumper struct {
	io.Writer
	bytes []byte
	bad   int // -1: none
	why   string
}

// blame is what is wrong, if it is wrong at byte at.
func (d dumper) blame(at int) string {
	if d.bad != at {
		return ""
	}
	return fmt.Sprintf("<- byte %d: %s", at, d.why)
}

const perRow = 8

// row writes a field of n bytes.
func (d dumper) row(at, n int, name, meaning string) {
	d.line(strconv.Itoa(at), d.hex(at, min(n, perRow)), name, meaning)
	for i := perRow; i < n; i += perRow {
		d.line(strconv.Itoa(at+i), d.hex(at+i, min(perRow, n-i)), "", "")
	}
}

func (d dumper) line(offset, bytes, name, meaning string) {
	line := fmt.Sprintf("%6s  %-26s%-26s  %s", offset, bytes, name, meaning)
	fmt.Fprintln(d, strings.TrimRight(line, " "))
}

// hex writes bytes with the one at fault in brackets: "e8 07[0d]1f".
func (d dumper) hex(at, n int) string {
	var b strings.Builder
	for i := at; i < at+n; i++ {
		switch {
		case i == d.bad:
			fmt.Fprintf(&b, "[%02x]", d.bytes[i])
		case i-1 == d.bad && i > at:
			fmt.Fprintf(&b, "%02x", d.bytes[i])
		default:
			fmt.Fprintf(&b, " %02x", d.bytes[i])
		}
	}
	if n == 0 && at == d.bad { // the byte that should have been there
		return "[  ]"
	}
	return b.String()
}

func show(value any) string {
	if value == nil {
		return "unknown"
	}
	return fmt.Sprint(value)
}

// deviceTime is how the clock of a device is shown when its zone is unknown.
const deviceTime = "2006-01-02T15:04:05"

// printReadings prints one line per reading of a frame that arrived at a time,
// zero if that is unknown.
func printReadings(w io.Writer, readings []vitals.Reading, arrival time.Time) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	for _, r := range readings {
		fmt.Fprintf(t, "  %v\t%v\t%v\t%s\n", r.Kind, r.Quantity, r.Quality, when(r, arrival))
	}
}

// when says what the time of a reading is worth.
func when(r vitals.Reading, arrival time.Time) string {
	switch {
	case arrival.IsZero() && r.Stamped:
		return r.At.Format(deviceTime) + " by the device's clock"
	case arrival.IsZero():
		return "on arrival"
	case r.Stamped:
		return r.At.Format(time.RFC3339) + " by the device's clock"
	}
	return r.At.Format(time.RFC3339Nano) + " on arrival"
}

// indented is v as JSON for people.
func indented(v any) []byte {
	var b bytes.Buffer
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Indent(&b, text, "", "  ")
	}
	if err != nil {
		return []byte(err.Error()) // a field of a type that JSON lacks: a mistake in this program
	}
	return b.Bytes()
}
