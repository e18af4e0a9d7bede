package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/telemed-go/sdk/telemed"
)

// exporter shows the numbers of parts in the text format of Prometheus, version
// 0.0.4. Its keys tell several parts of one type apart: the label "of".
type exporter map[string]telemed.Measured

// ServeHTTP implements [http.Handler].
func (e exporter) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	type sample struct {
		of string
		telemed.Metric
	}
	var all []sample
	for of, part := range e {
		for m := range part.Metrics {
			all = append(all, sample{of, m})
		}
	}
	// All samples of a name must stand together, below one HELP and one TYPE.
	slices.SortFunc(all, func(a, b sample) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.of, b.of), cmp.Compare(a.Part, b.Part))
	})
	var text bytes.Buffer
	name := ""
	for _, s := range all {
		if s.Name != name {
			name = s.Name
			kind := "gauge"
			if s.Counter {
				kind = "counter"
			}
			fmt.Fprintf(&text, "# HELP %s %s\n# TYPE %s %s\n", name, escape(s.Help, false), name, kind)
		}
		labels := `of="` + escape(s.of, true) + `"`
		if s.Part != "" {
			labels += `,part="` + escape(s.Part, true) + `"`
		}
		fmt.Fprintf(&text, "%s{%s} %s\n", name, labels, strconv.FormatFloat(s.Value, 'g', -1, 64))
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write(text.Bytes())
}

// escape writes a text as the format wants it; quotes are escaped in labels only.
func escape(s string, label bool) string {
	s = strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(s)
	if label {
		s = strings.ReplaceAll(s, `"`, `\"`)
	}
	return s
}

// ready answers 200 when nothing is wrong, and otherwise 503 with the problems.
// The process is alive in both cases: restarting it would mend none of them.
func ready(g *telemed.Gateway) http.HandlerFunc {
	type problem struct {
		Part   string `json:"part"`
		Reason string `json:"reason"`
		Since  string `json:"since"`
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		problems := []problem{}
		for _, p := range g.Health() {
			problems = append(problems, problem{p.Part, p.Reason, p.Since.UTC().Format("2006-01-02T15:04:05Z")})
		}
		w.Header().Set("Content-Type", "application/json")
		if len(problems) > 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"problems": problems})
	}
}
