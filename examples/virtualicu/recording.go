package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
)

// A recording is the glucose of a real person over days, moved to the time of
// the simulation.
type recording struct {
	samples []sample
}

type sample struct {
	at      time.Time
	mgPerDL int64
}

// readRecording reads the rows of one subject from a file with the columns id,
// time_unix and gl (mg/dL), in the order of time.
func readRecording(path, subject string, start time.Time) (*recording, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parseRecording(f, subject, start)
}

func parseRecording(r io.Reader, subject string, start time.Time) (*recording, error) {
	rows := csv.NewReader(r)
	header, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("glucose recording: %w", err)
	}
	column := map[string]int{}
	for i, name := range header {
		column[name] = i
	}
	for _, name := range []string{"id", "time_unix", "gl"} {
		if _, ok := column[name]; !ok {
			return nil, fmt.Errorf("glucose recording: no column %q", name)
		}
	}
	rec := new(recording)
	var first int64
	for line := 2; ; line++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("glucose recording: %w", err)
		}
		if row[column["id"]] != subject {
			continue
		}
		seconds, err1 := strconv.ParseInt(row[column["time_unix"]], 10, 64)
		glucose, err2 := strconv.ParseFloat(row[column["gl"]], 64)
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("glucose recording: line %d has no time or no glucose", line)
		}
		if len(rec.samples) == 0 {
			first = seconds
		}
		at := start.Add(time.Duration(seconds-first) * time.Second)
		if n := len(rec.samples); n > 0 && !at.After(rec.samples[n-1].at) {
			return nil, fmt.Errorf("glucose recording: line %d is out of order", line)
		}
		rec.samples = append(rec.samples, sample{at, int64(glucose + 0.5)})
	}
	if len(rec.samples) == 0 {
		return nil, errors.New("glucose recording: nothing of this -subject; the column id names them")
	}
	return rec, nil
}

// until takes the samples up to a time.
func (r *recording) until(t time.Time) []sample {
	n := 0
	for n < len(r.samples) && !r.samples[n].at.After(t) {
		n++
	}
	due := r.samples[:n]
	r.samples = r.samples[n:]
	return due
}
