package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/telemed-go/sdk/telemed"
)

// A family is all samples of a name.
type family struct {
	help, kind string
	samples    map[string]float64 // by labels as they stand
}

var (
	sampleLine = regexp.MustCompile(`^([a-z][a-z0-9_]*)\{((?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+)\} (\S+)$`)
	helpText   = regexp.MustCompile(`^(?:[^\\]|\\[\\n])+$`)
)

// parseText reads the text format 0.0.4 as strictly as its description allows:
// HELP, TYPE and samples of a name stand together and once.
func parseText(text string) (map[string]*family, error) {
	all := map[string]*family{}
	name := ""
	if !strings.HasSuffix(text, "\n") {
		return nil, errors.New("the last line does not end")
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch f := strings.SplitN(line, " ", 4); {
		case strings.HasPrefix(line, "# HELP "):
			if len(f) < 4 || all[f[2]] != nil || !helpText.MatchString(f[3]) {
				return nil, fmt.Errorf("bad or second HELP: %q", line)
			}
			name = f[2]
			all[name] = &family{help: f[3], samples: map[string]float64{}}
		case strings.HasPrefix(line, "# TYPE "):
			if len(f) != 4 || f[2] != name || all[name].kind != "" || len(all[name].samples) > 0 || f[3] != "counter" && f[3] != "gauge" {
				return nil, fmt.Errorf("bad TYPE: %q", line)
			}
			all[name].kind = f[3]
		default:
			m := sampleLine.FindStringSubmatch(line)
			if m == nil || m[1] != name || all[name].kind == "" {
				return nil, fmt.Errorf("bad sample below %s: %q", name, line)
			}
			v, err := strconv.ParseFloat(m[3], 64)
			if err != nil {
				return nil, err
			}
			if _, twice := all[name].samples[m[2]]; twice {
				return nil, fmt.Errorf("the sample comes twice: %q", line)
			}
			all[name].samples[m[2]] = v
		}
	}
	return all, nil
}

// some is a part with these numbers.
type some []telemed.Metric

func (s some) Metrics(yield func(telemed.Metric) bool) {
	for _, m := range s {
		if !yield(m) {
			return
		}
	}
}

func scrape(t *testing.T, h http.Handler) string {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("%d, %s", w.Code, w.Header().Get("Content-Type"))
	}
	return w.Body.String()
}

func TestExporter(t *testing.T) {
	got := scrape(t, exporter{
		"b": some{{Name: "x_total", Help: "All \\ of\nit.", Counter: true, Value: 12345678}, {Name: "a_bytes", Help: `"A".`, Part: "live", Value: 0.5}},
		"a": some{{Name: "a_bytes", Help: `"A".`, Part: "q\"uo\\te\n", Value: -1}, {Name: "a_bytes", Help: `"A".`, Part: "alarm"}},
	})
	want := `# HELP a_bytes "A".
# TYPE a_bytes gauge
a_bytes{of="a",part="alarm"} 0
a_bytes{of="a",part="q\"uo\\te\n"} -1
a_bytes{of="b",part="live"} 0.5
# HELP x_total All \\ of\nit.
# TYPE x_total counter
x_total{of="b"} 1.2345678e+07
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, err := parseText(got); err != nil {
		t.Error(err)
	}
}

// The parser of this test refuses what Prometheus would.
func TestParserIsStrict(t *testing.T) {
	const good = "# HELP a A.\n# TYPE a gauge\na{of=\"x\"} 1\n"
	if _, err := parseText(good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		strings.TrimSuffix(good, "\n"), good + good, good + "a{of=\"x\"} 2\n", good + "b{of=\"x\"} 2\n", "a{of=\"x\"} 1\n",
		"# HELP a A.\na{of=\"x\"} 1\n", "# HELP a A.\n# TYPE a thing\n", strings.Replace(good, `"x"`, `"x`, 1), strings.Replace(good, `x`, `"`, 1),
		strings.Replace(good, "} 1", "} one", 1), strings.Replace(good, "A.", `\A`, 1), good + "\n",
	} {
		if _, err := parseText(bad); err == nil {
			t.Errorf("accepted:\n%s", bad)
		}
	}
}

// The program shows its numbers, tells a probe what is wrong and since when, and
// that it is well again; and leaves no goroutine.
func TestProgram(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	defer http.DefaultClient.CloseIdleConnections()
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"-listen", "127.0.0.1:0", "-every", "10ms", "-away", "3s"}, w)
		w.Close()
	}()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	address, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	base := strings.TrimSuffix(strings.TrimSpace(address), "/metrics")

	var problems struct {
		Problems []struct{ Part, Reason, Since string }
	}
	for deadline := time.Now().Add(20 * time.Second); len(problems.Problems) == 0; time.Sleep(20 * time.Millisecond) {
		if status := get(t, base+"/readyz", &problems); (status == 503) != (len(problems.Problems) > 0) {
			t.Errorf("status %d with problems %v", status, problems.Problems)
		}
		if time.Now().After(deadline) {
			t.Fatal("the record is away and nobody says so")
		}
	}
	p := problems.Problems[0]
	since, err := time.Parse(time.RFC3339, p.Since)
	if p.Part != "record" || p.Reason != errAway.Error() || err != nil || time.Since(since) > time.Minute {
		t.Errorf("problem %+v, %v", p, err)
	}
	if status := get(t, base+"/healthz", nil); status != 200 {
		t.Errorf("healthz says %d", status)
	}
	// The pauses between attempts grow, but not beyond the time for which it is back.
	for deadline := time.Now().Add(time.Minute); get(t, base+"/readyz", nil) != 200; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the record is back and nobody says so")
		}
	}
	text := new(bytes.Buffer)
	get(t, base+"/metrics", text)
	all, err := parseText(text.String())
	if err != nil {
		t.Fatal(err)
	}
	for name, labels := range map[string]string{
		"telemed_gateway_readings_total": `of="gateway"`, "telemed_gateway_rejected_total": `of="gateway"`,
		"telemed_log_records": `of="log"`, "telemed_ward_patients": `of="ward"`,
	} {
		if f := all[name]; f == nil || f.samples[labels] <= 0 {
			t.Errorf("%s{%s} is %v", name, labels, f)
		}
	}
}

// get reads an answer as JSON, or as it is into a buffer.
func get(t *testing.T, url string, into any) (status int) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	switch into := into.(type) {
	case nil:
	case *bytes.Buffer:
		_, err = into.ReadFrom(resp.Body)
	default:
		err = json.NewDecoder(resp.Body).Decode(into)
	}
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

func TestBadFlags(t *testing.T) {
	for _, args := range [][]string{{"-every", "0s"}, {"-away", "-1s"}, {"-listen", "nonsense"}, {"-nonsense"}} {
		if err := run(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
