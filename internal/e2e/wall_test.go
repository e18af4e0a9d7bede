package e2e

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

const root = "../.."

// The whole way: devices, broker, gateway, alarms, stream, page.
func TestWallOfTheVirtualICU(t *testing.T) {
	b := open(t)
	address, kill := virtualICU(t, "-seed", "1", "-beds", "8", "-speed", "20", "-outage", "1100s")
	b.do("open the wall", chromedp.Navigate(address))

	const rates = `[...document.querySelectorAll('[id^="bed-"] [data-kind="HeartRate"]')]`
	b.wait("8 beds have shown a heart rate", `(() => {
		window.seen ??= new Set();
		for (const rate of `+rates+`) if (/^[1-9]\d*$/.test(rate.textContent)) seen.add(rate.closest("article").id);
		return seen.size === 8;
	})()`)
	b.is("live", "document.body.dataset.live", "true")
	b.is("no lost banner", `document.getElementById("lost").hidden`, "true")
	b.wait("an alarm is in the strip", `document.querySelector('#alarms [data-priority]') !== null`)
	b.is("the alarm leads to its bed", `document.querySelector(decodeURIComponent(document.querySelector("#alarms a").hash)) !== null`, "true")

	before := b.text(rates + `.map((r) => r.textContent)`)
	b.wait("values change", rates+`.map((r) => r.textContent).toString() !== "`+before+`"`)
	b.wait("there is a score at every bed", `[...document.querySelectorAll('[data-testid="news2"] b')].every((score) => /\d/.test(score.textContent))`)

	// A bed's devices that fall silent leave no number behind (bed-6 of seed 1).
	b.wait("a silent bed shows no number", `document.querySelector('[data-kind="HeartRate"][data-state="stale"]')?.textContent === "—"`)
	file, seconds := filepath.Join(t.TempDir(), "wall.png"), "5"
	if os.Getenv("UPDATE_SCREENSHOT") == "1" {
		file, seconds = filepath.Join(root, "docs", "images", "wall.png"), "55"
	}
	b.do("acknowledge an alarm", chromedp.SendKeys("#me", "Kim"), chromedp.Click("#alarms .ack:enabled"))
	b.wait("it is acknowledged", `document.getElementById("alarms").innerText.includes("acknowledged by Kim")`)
	b.wait("the trends reach back", `[...beds.values()].every(({ samples }) => samples.length >= `+seconds+`)`)
	if seconds == "55" {
		b.wait("a gateway is silent", `document.getElementById("alarms").innerText.includes("gateway silent")`)
	}
	b.picture(file, 1600, 1000)
	b.clean()

	kill()
	b.wait("the page knows that it is not live", `document.body.dataset.live === "false"`)
	b.wait("the lost banner stands", `!document.getElementById("lost").hidden && document.getElementById("lost").innerText.includes("CONNECTION LOST")`)
	b.is("the banner is as wide as the page", `document.getElementById("lost").offsetWidth === innerWidth`, "true")
	b.wait("the last numbers go", rates+`.every((rate) => !rate.checkVisibility({ visibilityProperty: true }))`)
}

// virtualICU builds the example, starts it and returns the address of its wall
// and the way to kill it.
func virtualICU(t *testing.T, args ...string) (address string, kill func()) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "virtualicu")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./examples/virtualicu")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	var complaints bytes.Buffer
	icu := exec.CommandContext(t.Context(), program, append([]string{"-listen", "127.0.0.1:0"}, args...)...)
	icu.Stderr = &complaints
	out, err := icu.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := icu.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	kill = func() {
		if !killed {
			killed = true
			_ = icu.Process.Kill()
			_ = icu.Wait()
		}
	}
	t.Cleanup(kill)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if address, ok := strings.CutPrefix(lines.Text(), "wall: "); ok {
			return strings.TrimSpace(address), kill
		}
	}
	kill()
	t.Fatalf("virtualicu ended without the address of its wall:\n%s", &complaints)
	return "", nil
}
