package e2e

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium is the browser's path. The test is skipped if there is none.
func chromium(t *testing.T) string {
	t.Helper()
	candidates := []string{os.Getenv("CHROMIUM"), "/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"}
	for _, c := range candidates {
		if c == "" {
			continue
		}
		if path, err := exec.LookPath(c); err == nil {
			return path
		}
	}
	if os.Getenv("TELEMED_REQUIRE") == "all" {
		t.Fatal("no Chromium found, and TELEMED_REQUIRE=all")
	}
	t.Skip("no Chromium found; install it or set CHROMIUM")
	return ""
}

// A browser is one tab of one headless Chromium with a fresh profile.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string
}

// open starts a browser that ends with the test.
func open(t *testing.T) *browser {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(chromium(t)),
		chromedp.UserDataDir(profile(t)),
		chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck,
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.Flag("headless", "new"),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), // containers have little shared memory
		chromedp.WSURLReadTimeout(time.Minute),
	}
	ctx, stop := context.WithTimeout(t.Context(), 4*time.Minute)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	// A browser newer than the driver sends events that the driver can't
	// read, and the driver would log them.
	ctx, stop = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	b := &browser{t: t, ctx: ctx}
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits for the browser, which still writes to its profile
		stop()
	})
	chromedp.ListenTarget(ctx, b.listen)
	b.do("open a tab", chromedp.EmulateViewport(1600, 1000))
	return b
}

// tab opens a further tab of the same browser.
func (b *browser) tab() *browser {
	b.t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx)
	b.t.Cleanup(stop)
	other := &browser{t: b.t, ctx: ctx}
	chromedp.ListenTarget(ctx, other.listen)
	other.do("open another tab", chromedp.EmulateViewport(1600, 1000))
	return other
}

// profile is a folder for the browser. The browser's own children may write to
// it for a moment after the browser has ended, so t.TempDir, which fails the
// test when the folder fills again while it is removed, will not do.
func profile(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "telemed-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 50 {
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		t.Logf("the browser still holds its profile; left behind")
	})
	return dir
}

func (b *browser) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.problem("exception: " + e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning || e.Type == runtime.APITypeAssert {
			b.problem(fmt.Sprintf("console.%s in %v", e.Type, e.StackTrace))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError {
			b.problem(fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	}
}

func (b *browser) problem(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = append(b.problems, s)
}

// clean fails the test if the page has complained so far.
func (b *browser) clean() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.problems {
		b.t.Errorf("the page complains: %s", p)
	}
}

func (b *browser) do(what string, actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// wait waits until a JavaScript expression is true.
func (b *browser) wait(what, expression string) {
	b.t.Helper()
	err := chromedp.Run(b.ctx, chromedp.Poll(expression, nil, chromedp.WithPollingInterval(100*time.Millisecond), chromedp.WithPollingTimeout(time.Minute)))
	if err != nil {
		b.clean()
		b.t.Fatalf("waiting until %s: %v\nthe page says:\n%s", what, err, b.text("document.body.innerText"))
	}
}

// text is the value of a JavaScript expression, as text.
func (b *browser) text(expression string) string {
	b.t.Helper()
	var s string
	b.do(expression, chromedp.Evaluate("String("+expression+")", &s))
	return s
}

// is fails the test if a JavaScript expression has another value, as text.
func (b *browser) is(what, expression, want string) {
	b.t.Helper()
	if got := b.text(expression); got != want {
		b.t.Errorf("%s: %s = %q, want %q", what, expression, got, want)
	}
}

// picture writes what the page looks like to a PNG file.
func (b *browser) picture(file string, width, height int64) {
	b.t.Helper()
	var shot []byte
	b.do("take a picture", chromedp.EmulateViewport(width, height), chromedp.CaptureScreenshot(&shot))
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		b.t.Fatal(err)
	}
	if size := picture.Bounds().Size(); size.X != int(width) || size.Y != int(height) {
		b.t.Errorf("the picture is %v, want %dx%d", size, width, height)
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, reduce(picture)); err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(file, small.Bytes(), 0o644); err != nil {
		b.t.Fatal(err)
	}
	b.t.Logf("%s: %d bytes", filepath.Base(file), small.Len())
}

// reduce gives a picture of flat colours a palette of its most frequent ones,
// which makes the file less than half as large.
func reduce(picture image.Image) *image.Paletted {
	bounds := picture.Bounds()
	count := map[color.Color]int{}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[picture.At(x, y)]++
		}
	}
	palette := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return count[b] - count[a] })
	reduced := image.NewPaletted(bounds, palette[:min(256, len(palette))])
	index := map[color.Color]uint8{}
	for c := range count {
		index[c] = uint8(reduced.Palette.Index(c))
	}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			reduced.SetColorIndex(x, y, index[picture.At(x, y)])
		}
	}
	return reduced
}
