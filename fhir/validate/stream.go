package validate

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
)

// A Result is what is wrong with one line of NDJSON.
type Result struct {
	Line   int // from 1
	Issues Issues
}

// NDJSON checks a stream with one resource a line, as [Resource] does.
func NDJSON(r io.Reader, profiles ...string) iter.Seq2[Result, error] {
	return Validator{Profiles: profiles}.NDJSON(r)
}

// NDJSON checks a stream with one resource a line and yields the result of each
// line that is not blank. It keeps no more than a line of MaxBytes; a longer one
// is an issue and the next line is read. Only an error of r ends it early.
func (v Validator) NDJSON(r io.Reader) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		in := bufio.NewReaderSize(r, 64<<10)
		limit := or(v.MaxBytes, DefaultMaxBytes)
		var line []byte
		for n := 1; ; n++ {
			line = line[:0]
			var err error
			for {
				var part []byte
				part, err = in.ReadSlice('\n')
				if len(line) <= limit { // one byte more, so that Resource sees it
					line = append(line, part[:min(len(part), limit+2-len(line))]...)
				}
				if !errors.Is(err, bufio.ErrBufferFull) {
					break
				}
			}
			if b := bytes.TrimSpace(line); len(b) > 0 && !yield(Result{n, v.Resource(b)}, nil) {
				return
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					yield(Result{Line: n}, err)
				}
				return
			}
		}
	}
}
