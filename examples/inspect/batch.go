package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// maxLine is the longest request that is read, in bytes.
const maxLine = 1 << 20

// A request is one line of input. Direction belongs to control points.
type request struct {
	ID             json.RawMessage `json:"id"`
	Characteristic string          `json:"characteristic"`
	Hex            string          `json:"hex"`
	Context        hints           `json:"context"`
	Direction      string          `json:"direction"`
}

// An answer is one line of output.
type answer struct {
	ID       json.RawMessage `json:"id,omitempty"`
	OK       bool            `json:"ok"`
	Fields   fields          `json:"fields,omitempty"`
	Readings []reading       `json:"readings,omitempty"`
	Error    *fault          `json:"error,omitempty"`
	Lint     []string        `json:"lint,omitzero"` // ids of the rules that the frame breaks; with -lint
}

// A reading is a [vitals.Reading] with its exact number as a string.
type reading struct {
	Kind     string `json:"kind"`
	Value    string `json:"value,omitempty"`
	Unit     string `json:"unit,omitempty"`
	Quality  string `json:"quality"`
	Time     string `json:"time,omitempty"`
	Sequence uint32 `json:"sequence,omitempty"`
}

// A fault is what is wrong with the bytes, or with the request.
type fault struct {
	Code    string `json:"code"`
	Offset  *int   `json:"offset,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message,omitempty"`
}

// batch answers every line of r with a line on w.
func batch(r io.Reader, w io.Writer) error { return batchBy(reply, r, w) }

// batchBy is batch with another way to answer.
func batchBy(reply func(line []byte) answer, r io.Reader, w io.Writer) error {
	in, out := bufio.NewReaderSize(r, maxLine), bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	for {
		line, readErr := in.ReadSlice('\n')
		tooLong := errors.Is(readErr, bufio.ErrBufferFull)
		for errors.Is(readErr, bufio.ErrBufferFull) {
			_, readErr = in.ReadSlice('\n')
		}
		if tooLong {
			_ = encoder.Encode(refuse(nil, "line_too_long", "a request has at most 1 MiB"))
		} else if line = bytes.TrimSpace(line); len(line) > 0 {
			_ = encoder.Encode(reply(line))
		}
		if in.Buffered() == 0 || readErr != nil { // write errors stay in out until it is flushed
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if readErr != nil {
			if errors.Is(readErr, io.EOF) {
				return nil
			}
			return readErr
		}
	}
}

// reply answers one request.
func reply(line []byte) answer { return answerTo(line, false) }

// replyLint answers one request and adds the rules that the bytes break.
func replyLint(line []byte) answer { return answerTo(line, true) }

func answerTo(line []byte, lint bool) (a answer) {
	var q request
	if err := json.Unmarshal(line, &q); err != nil {
		return refuse(q.ID, "bad_request", "the line is not a JSON object of the expected form")
	}
	c, err := find(q.Characteristic)
	if err != nil {
		return refuse(q.ID, device.ErrUnsupported.Code(), err.Error())
	}
	b, err := c.payload(q.Hex)
	if err != nil {
		return refuse(q.ID, "bad_hex", err.Error())
	}
	if lint {
		defer func() { a.Lint = lintOf(c, device.Frame{Bytes: b}) }()
	}
	q.Context.Direction = q.Direction
	l, err := c.decode(b, q.Context)
	if err != nil {
		return answer{ID: q.ID, Error: faultOf(err)}
	}
	readings, err := readingsOf(c, device.Frame{Bytes: b, Format: c.format()})
	if err != nil {
		return answer{ID: q.ID, Error: faultOf(err)}
	}
	return answer{ID: q.ID, OK: true, Fields: l.fields, Readings: jsonReadings(readings)}
}

func refuse(id json.RawMessage, code, message string) answer {
	return answer{ID: id, Error: &fault{Code: code, Message: message}}
}

func faultOf(err error) *fault {
	e, ok := errors.AsType[*device.DecodeError](err)
	if !ok {
		return &fault{Code: "error", Message: err.Error()}
	}
	f := &fault{Offset: &e.Offset, Field: snake(e.Field), Message: err.Error()}
	if why, ok := errors.AsType[device.Fault](err); ok {
		f.Code = why.Code()
	}
	return f
}

// snake turns the name of a Go field into that of a JSON field.
func snake(name string) string {
	if known, ok := map[string]string{
		"BPM": "heart_rate", "RR": "rr_interval", "Mean": "map", "User": "user_id", "Pressure": "cuff_pressure", "Level": "level_pct",
		"Type": "sample_type",
	}[name]; ok {
		return known
	}
	name = strings.NewReplacer("SpO2", "Spo2", "HbA1c", "Hba1c", "ID", "Id", "BMI", "Bmi", "OUI", "Oui").Replace(name)
	var b strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 && name[i-1] != '.' {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func jsonReadings(readings []vitals.Reading) []reading {
	var out []reading
	for _, r := range readings {
		j := reading{Kind: r.Kind.String(), Quality: r.Quality.String(), Sequence: r.Sequence}
		if r.HasValue() {
			j.Value, j.Unit = r.Quantity.Value().String(), r.Quantity.Unit().UCUM()
		}
		if r.Stamped { // nobody knows when a line of a batch arrived
			j.Time = r.At.Format(deviceTime)
		}
		out = append(out, j)
	}
	return out
}
