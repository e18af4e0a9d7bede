package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What somebody does before one wall is seen on every other. The first bed of
// seed 1 has a high alarm that lasts.
func TestAlarmsAreAnsweredInTheBrowser(t *testing.T) {
	here := open(t)
	address, _ := virtualICU(t, "-seed", "1", "-beds", "8", "-speed", "2", "-outage", "30s")
	here.do("open the wall", chromedp.Navigate(address))
	there := here.tab()
	there.do("open the wall again", chromedp.Navigate(address))

	const item = `[...document.querySelectorAll("#alarms li")].find((li) => li.innerText.includes("Systolic") && li.innerText.includes("bed-1"))`
	for _, b := range []*browser{here, there} {
		b.wait("the alarm stands", item+`?.firstElementChild.dataset.quiet === "false"`)
	}
	here.is("a high alarm has its sign", item+`.querySelector(".mark").textContent`, "!!!")
	here.is("and its words", item+`.firstElementChild.ariaLabel.startsWith("bed-1, high priority, ")`, "true")

	// Without a name nothing happens but that one is asked for.
	here.do("acknowledge without a name", chromedp.Evaluate(item+`.querySelector(".ack").click()`, nil))
	here.is("the name is asked for", `document.activeElement.id + " " + document.getElementById("said").textContent`, "me Type your name first: it is shown with what you do.")
	here.do("type the name, once", chromedp.SendKeys("#me", "Kim <b>"))
	here.do("acknowledge by keyboard", chromedp.Evaluate(item+`.querySelector(".ack").focus()`, nil), chromedp.KeyEvent(kb.Enter))
	here.wait("it is acknowledged here", item+`?.innerText.includes("✓ acknowledged by Kim <b>")`)
	there.wait("and on the other wall", item+`?.innerText.includes("✓ acknowledged by Kim <b>")`)
	there.is("it does not flash any more", `getComputedStyle(`+item+`.firstElementChild).animationName`, "none")
	there.is("nothing is left to acknowledge", item+`.querySelector(".ack").disabled`, "true")

	// Why, by keyboard, in the other tab, which has no name yet.
	there.do("ask why", chromedp.Evaluate(item+`.querySelector(".more").focus()`, nil), chromedp.KeyEvent(kb.Enter))
	there.wait("the dialog is open", `document.getElementById("why").open`)
	there.is("what was measured", `/^Systolic\t\d+ mmHg\tat \d\d:\d\d:\d\d\tbed-1/.test(document.getElementById("why-inputs").innerText)`, "true")
	there.is("the limit and who set it", `["90 mmHg", "alarm committee; default of the ward"].every((s) => document.getElementById("why-state").innerText.includes(s))`, "true")
	there.is("the path", `[...document.querySelectorAll("#why-path tr")].map((tr) => tr.cells[1].textContent + " " + tr.cells[2].textContent).join()`, "active condition,acknowledged Kim <b>")
	there.is("who was called", `document.getElementById("why-calls").innerText.includes("nurse")`, "true")
	there.is("the dialog has a name", `document.getElementById(document.getElementById("why").getAttribute("aria-labelledby")).textContent`, "bed-1: high priority, acknowledged")
	if folder := os.Getenv("SCREENSHOTS"); folder != "" {
		there.picture(filepath.Join(folder, "why.png"), 1600, 1000)
		there.picture(filepath.Join(folder, "why-phone.png"), 390, 844)
	}
	there.do("leave it", chromedp.KeyEvent(kb.Escape))
	there.is("the dialog is closed", `document.getElementById("why").open`, "false")

	// A gateway that falls silent is one alarm, not one for each device.
	here.wait("the storm is one alarm", `[...document.querySelectorAll("#alarms li")].filter((li) => li.innerText.includes("gateway silent")).length === 1`)
	here.is("its beds have none for missing data, but bed-6, which was silent before",
		`[...document.querySelectorAll("#alarms li")].filter((li) => li.innerText.includes("no usable data") && /bed-[578]/.test(li.innerText)).length`, "0")
	here.wait("the cards of its beds say so", `[5, 6, 7, 8].every((n) => document.querySelector("#bed-bed-" + n + " .banner").innerText.includes("gateway-2 is silent") || n === 6)`)
	if folder := os.Getenv("SCREENSHOTS"); folder != "" {
		here.picture(filepath.Join(folder, "desktop.png"), 1600, 1000)
		here.picture(filepath.Join(folder, "tablet.png"), 1024, 768)
		here.picture(filepath.Join(folder, "phone.png"), 390, 844)
	}

	// A pause of the audio silences the bed, on both walls.
	here.do("look at the bed's first alarm", chromedp.Evaluate(`document.querySelector("#bed-bed-1 .banner").click()`, nil))
	here.wait("the dialog is open", `document.getElementById("why").open`)
	here.do("pause the audio", chromedp.Evaluate(`document.querySelector('[data-do="pause"]').click()`, nil))
	there.wait("every alarm of the bed is silent", `[...document.querySelectorAll("#alarms li")].filter((li) => li.innerText.includes("bed-1")).every((li) => li.firstElementChild.dataset.quiet === "true")`)
	here.clean()
	there.clean()
}
