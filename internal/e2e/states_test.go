package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Two beds in every state that the page must not get wrong. The second stands
// before the first, and its name is markup.
const twoBeds = `{"now":"2026-01-01T12:00:00.5Z","beds":[
{"bed":"bed-10","name":"Ada Sample","age":64,"scenario":"sepsis","vitals":{
	"HeartRate":{"value":"72","unit":"/min","at":"2026-01-01T11:57:00Z","stale":true,"quality":"good"},
	"SpO2":{"value":"91","unit":"%","at":"2026-01-01T12:00:00Z","stale":false,"quality":"motion|poor-signal|test-data"},
	"Systolic":{"value":"","unit":"mmHg","at":"2026-01-01T12:00:00Z","stale":false,"quality":"not-a-number"},
	"GlucoseISF":{"value":"","unit":"mg/dL","at":"2026-01-01T12:00:00Z","stale":false,"quality":"below-range"},
	"PerfusionIndex":{"value":"2.1","unit":"%","at":"2026-01-01T12:00:00Z","stale":false,"quality":"no-contact"},
	"RespiratoryRate":{"value":"15","unit":"/min","at":"2026-01-01T12:00:00Z","stale":false,"quality":"manual"}},
 "news2":{"total":7,"band":"high","complete":false,"missing":["consciousness","temperature"]},
 "alarms":[
	{"id":"1","priority":"low","technical":true,"reason":"HeartRate: no usable data for 30s","since":"2026-01-01T11:58:00Z"},
	{"id":"2","priority":"high","technical":false,"reason":"SpO2 <b>86</b> % below 90 %","since":"2026-01-01T11:59:00Z"}]},
{"bed":"bed-2","name":"<img src=x onerror=document.title='owned'>","age":30,"scenario":"rest","vitals":{
	"HeartRate":{"value":"64","unit":"/min","at":"2026-01-01T12:00:00Z","stale":false,"quality":"good"},
	"BodyTemperature":{"value":"36.8","unit":"°C","at":"2026-01-01T09:00:00Z","stale":false,"quality":"good"}},
 "news2":{"total":0,"band":"low","complete":true,"missing":[]},
 "alarms":[{"id":"1","priority":"medium","technical":false,"reason":"RespiratoryRate 26 /min above 24 /min","since":"2026-01-01T12:00:00Z"}]}]}`

// The page alone, on a stream that this test writes.
func TestWallStates(t *testing.T) {
	b := open(t)
	next := make(chan string)
	b.do("open the wall", chromedp.Navigate(stream(t, next)))
	b.wait("the page waits for beds", `document.querySelector(".waiting").checkVisibility()`)
	stop := keep(next, twoBeds)
	b.wait("both beds stand", `document.querySelectorAll("article").length === 2`)

	for _, c := range []struct{ what, expression, want string }{
		{"order of beds", `[...document.querySelectorAll("article")].map((a) => a.id)`, "bed-bed-2,bed-bed-10"},
		{"a name is text", `document.querySelector("#bed-bed-2 .who").textContent`, "<img src=x onerror=document.title='owned'>, 30"},
		{"a reason is text", `document.querySelector("#alarms .reason").textContent`, "SpO2 <b>86</b> % below 90 %"},
		{"no markup came in", `document.querySelectorAll("img, .reason b").length + document.title`, "0Virtual ICU: bed wall"},
		{"order of alarms", `[...document.querySelectorAll("#alarms a")].map((a) => a.dataset.priority)`, "high,medium,low"},
		{"a technical alarm says so", `document.querySelector('#alarms [data-technical="true"] .technical').checkVisibility()`, "true"},
		{"the others do not", `document.querySelector('#alarms [data-technical="false"] .technical').checkVisibility()`, "false"},
		{"the banner is the most urgent alarm", `document.querySelector('#bed-bed-10 [data-testid="banner"]').dataset.priority`, "high"},
		{"a high alarm is announced", `document.querySelector('[aria-live="assertive"]').textContent`, "High priority alarm. bed-10: SpO2 <b>86</b> % below 90 %"},
		{"stale", vital("bed-10", "HeartRate"), "stale —"},
		{"the age of what is stale", note("bed-10", "HeartRate"), "3 min old"},
		{"doubtful", vital("bed-10", "SpO2"), "doubtful 91"},
		{"the reasons to doubt", note("bed-10", "SpO2"), "motion, poor signal"},
		{"a doubt has its mark", `getComputedStyle(document.querySelector('#bed-bed-10 [data-kind="SpO2"]'), "::after").content`, `"?"`},
		{"no number", vital("bed-10", "Systolic"), "absent –?–"},
		{"below the device", vital("bed-10", "GlucoseISF"), "ok LO"},
		{"a number without contact", vital("bed-10", "PerfusionIndex"), "absent –?–"},
		{"entered by hand is no doubt", vital("bed-10", "RespiratoryRate"), "ok 15"},
		{"never seen", vital("bed-10", "BodyTemperature"), "none –"},
		{"measured now and then", vital("bed-2", "BodyTemperature"), "ok 36.8"},
		{"its time", note("bed-2", "BodyTemperature"), "09:00"},
		{"an incomplete score", `document.querySelector("#bed-bed-10 .news2 b").textContent`, "≥ 7?"},
		{"a warning stays", `document.querySelector("#bed-bed-10 .news2").dataset.band`, "high"},
		{"what it lacks", `document.querySelector("#bed-bed-10 .news2").title`, "NEWS2 7; at least, because not known: consciousness, temperature; not current, because stale: HeartRate"},
		{"a complete score", `document.querySelector("#bed-bed-2 .news2").dataset.band + document.querySelector("#bed-bed-2 .news2 b").textContent`, "low0"},
		{"ward time", `document.getElementById("now").textContent`, "2026-01-01 12:00:00"},
		{"live", `document.body.dataset.live`, "true"},
	} {
		b.is(c.what, c.expression, c.want)
	}
	for _, width := range []int64{360, 390, 844, 1600, 1920, 3840} {
		b.picture(filepath.Join(t.TempDir(), "states.png"), width, 800)
		b.is(fmt.Sprintf("%d pixels need no scrolling aside", width), `document.documentElement.scrollWidth <= innerWidth`, "true")
	}

	// The server only sends beds that change. One that fell silent must not
	// keep its number, and its score must not keep its calm.
	stop()
	stop = keep(next, `{"now":"2026-01-01T12:01:00Z","beds":[]}`)
	b.wait("the silent bed grows stale", `document.querySelector('#bed-bed-2 [data-kind="HeartRate"]').textContent === "—"`)
	b.is("its temperature is still good", vital("bed-2", "BodyTemperature"), "ok 36.8")
	b.is("its score no longer reassures", `document.querySelector("#bed-bed-2 .news2").dataset.band + document.querySelector("#bed-bed-2 .news2 b").textContent`, "0?")
	b.is("live all the same", `document.body.dataset.live`, "true")
	b.clean()

	// The connection is open and nothing comes.
	stop()
	b.wait("silence is noticed", `document.body.dataset.live === "false" && document.getElementById("lost").checkVisibility()`)
	stop = keep(next, `{"now":"2026-01-01T12:02:00Z","beds":[]}`)
	b.wait("the stream is back", `document.body.dataset.live === "true" && document.getElementById("lost").hidden`)
	stop()
	b.clean()
}

// vital is the expression for the state and the text of a value.
func vital(bed, kind string) string {
	return fmt.Sprintf(`(({ dataset, textContent }) => dataset.state + " " + textContent)(document.querySelector('#bed-%s [data-kind="%s"]'))`, bed, kind)
}

// note is the expression for the small text beside a value.
func note(bed, kind string) string {
	return fmt.Sprintf(`document.querySelector('#bed-%s [data-kind="%s"]').closest("div").querySelector(".note").textContent`, bed, kind)
}

// stream serves the page, and as events what comes through next.
func stream(t *testing.T, next <-chan string) (address string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		// The policy of the example's server: nothing from elsewhere.
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'")
		http.ServeFile(w, r, filepath.Join(root, "examples", "virtualicu", "wall.html"))
	})
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		out := http.NewResponseController(w)
		_ = out.Flush()
		for {
			select {
			case message := <-next:
				fmt.Fprintf(w, "data: %s\n\n", strings.ReplaceAll(message, "\n", " "))
				if out.Flush() != nil {
					return
				}
			case <-r.Context().Done():
				return
			}
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return server.URL + "/"
}

// keep sends a message again and again, until stop is called.
func keep(next chan<- string, message string) (stop func()) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(300 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-end:
				return
			}
			select {
			case next <- message:
			case <-end:
				return
			}
		}
	}()
	return func() { close(end); <-ended }
}
