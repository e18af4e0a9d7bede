package devicetest

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/body"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/device/gatt/fitness"
)

// A Capture is one frame as it was seen on air.
type Capture struct {
	// Characteristic that sent the frame; 0 stands for the one under test.
	Characteristic Characteristic
	Bytes          []byte
	// At is when the frame arrived; the zero time is unknown.
	At time.Time
	// Device says who sent it, as far as the capture tells.
	Device device.Identity
	// Line of the file, from 1; 0 without a file.
	Line int
}

// A Characteristic is the 16-bit UUID of a Bluetooth characteristic.
type Characteristic uint16

// The characteristics that carry measurements of the services that most
// devices have. Any other is written as Characteristic(0x2B34).
const (
	GlucoseMeasurement         Characteristic = bgm.UUIDMeasurement
	GlucoseContext             Characteristic = bgm.UUIDContext
	BatteryLevel               Characteristic = gatt.UUIDBatteryLevel
	TemperatureMeasurement     Characteristic = gatt.UUIDTemperatureMeasurement
	IntermediateTemperature    Characteristic = gatt.UUIDIntermediateTemperature
	BloodPressureMeasurement   Characteristic = gatt.UUIDBloodPressureMeasurement
	IntermediateCuffPressure   Characteristic = gatt.UUIDIntermediateCuffPressure
	HeartRateMeasurement       Characteristic = gatt.UUIDHeartRateMeasurement
	PLXSpotCheck               Characteristic = gatt.UUIDPLXSpotCheck
	PLXContinuous              Characteristic = gatt.UUIDPLXContinuous
	WeightMeasurement          Characteristic = gatt.UUIDWeightMeasurement
	BodyCompositionMeasurement Characteristic = body.UUIDComposition
	CGMMeasurement             Characteristic = cgm.UUIDMeasurement
	RSCMeasurement             Characteristic = fitness.UUIDRSCMeasurement
	CSCMeasurement             Characteristic = fitness.UUIDCSCMeasurement
)

// String is the name, or the UUID of a characteristic that the kit does not
// know.
func (c Characteristic) String() string {
	if row := find(c); row != nil {
		return row.name
	}
	return c.UUID()
}

// Title is the name as the Bluetooth SIG writes it: "Heart Rate Measurement"; ""
// for a characteristic that the kit does not know.
func (c Characteristic) Title() string {
	if row := find(c); row != nil {
		return row.title
	}
	return ""
}

// UUID is the UUID in four digits: "2A37".
func (c Characteristic) UUID() string { return fmt.Sprintf("%04X", uint16(c)) }

// maxLine is the longest line of a capture, in bytes: far more than the 512
// bytes that an attribute can have.
const maxLine = 1 << 16

// ReadCaptures reads a capture: see the package comment for its form.
func ReadCaptures(r io.Reader) ([]Capture, error) {
	var (
		frames []Capture
		next   Capture
	)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		next.Line++
		line := strings.TrimSpace(lines.Text())
		var err error
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '!':
			next.Device.Manufacturer, next.Device.Model, err = readDevice(line[1:])
		default:
			if next, err = next.read(strings.Fields(line)); err == nil {
				frames = append(frames, next)
			}
		}
		if err != nil {
			return frames, fmt.Errorf("line %d: %w", next.Line, err)
		}
	}
	return frames, lines.Err()
}

// read is the frame of a line, whose time and characteristic stay in force.
func (c Capture) read(words []string) (Capture, error) {
	c.At, c.Bytes = time.Time{}, nil
	if at, err := time.Parse(time.RFC3339Nano, words[0]); err == nil {
		c.At, words = at, words[1:]
	} else if strings.ContainsAny(words[0], "T:") {
		return c, errors.New("the time is not of the form 2026-05-31T12:30:00+02:00")
	}
	if len(words) > 1 || c.Characteristic == 0 && len(words) > 0 {
		if uuid, ok := readUUID(words[0]); ok {
			c.Characteristic, words = uuid, words[1:]
		}
	}
	for i := range words {
		words[i] = digits(words[i])
	}
	b, err := hex.DecodeString(strings.Join(words, ""))
	if err != nil {
		return c, errors.New("not pairs of hexadecimal digits") // err shows a byte
	}
	c.Bytes = b
	return c, nil
}

// digits takes away what phones put around and between bytes: "(0x)", "0x",
// "00-61-00".
func digits(word string) string {
	word = strings.TrimPrefix(strings.TrimPrefix(word, "(0x)"), "0x")
	for pair := range strings.SplitSeq(word, "-") {
		if len(pair) != 2 {
			return word // no pairs, or not these
		}
	}
	return strings.ReplaceAll(word, "-", "")
}

// readUUID reads four digits in the range of UUIDs for characteristics. A line
// of bytes alone may begin with such digits: put the characteristic before it.
func readUUID(word string) (Characteristic, bool) {
	word = strings.TrimPrefix(strings.ToLower(word), "0x")
	n, err := strconv.ParseUint(word, 16, 16)
	return Characteristic(n), err == nil && len(word) == 4 && n >= 0x2A00 && n <= 0x2CFF
}

// readDevice reads two names, of which those with spaces are quoted.
func readDevice(text string) (manufacturer, model string, err error) {
	var names []string
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		name := text
		if text[0] == '"' {
			quoted, err := strconv.QuotedPrefix(text)
			if err != nil {
				return "", "", errors.New("a quotation mark is missing")
			}
			if name, err = strconv.Unquote(quoted); err != nil {
				return "", "", errors.New("a quoted name cannot be read")
			}
			text = text[len(quoted):]
		} else {
			name, text, _ = strings.Cut(text, " ")
		}
		names = append(names, name)
	}
	switch len(names) {
	case 1:
		return names[0], "", nil
	case 2:
		return names[0], names[1], nil
	}
	return "", "", errors.New("want manufacturer and model; names with spaces in quotation marks")
}

// Captures yields the captures of all files that match a pattern, under the
// name of the file. A test without a file, or with one that cannot be read,
// fails.
func Captures(t testing.TB, glob string) iter.Seq2[string, []Capture] {
	t.Helper()
	return func(yield func(string, []Capture) bool) {
		t.Helper()
		names, err := filepath.Glob(glob)
		if err != nil || len(names) == 0 {
			t.Errorf("devicetest: no capture matches %q", glob)
		}
		for _, name := range names {
			frames, err := readFile(name)
			if err != nil {
				t.Errorf("%s: %v", filepath.ToSlash(name), err)
				continue
			}
			if !yield(filepath.ToSlash(name), frames) {
				return
			}
		}
	}
}

func readFile(name string) ([]Capture, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	frames, err := ReadCaptures(f)
	if err == nil && len(frames) == 0 {
		err = errors.New("no frames")
	}
	return frames, err
}
