package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/fhir"
)

// maxLine is the longest line that is read, and the largest document.
const maxLine = fhir.MaxBytes

// readers read the formats, line by line.
var readers = map[string]func(n *normaliser, line []byte){
	"hex":   (*normaliser).hexLine,
	"batch": (*normaliser).batchLine,
	"fhir":  (*normaliser).resource,
}

// read reads an input to its end. FHIR that is one document over several
// lines is read as a whole.
func (n *normaliser) read(r io.Reader) error {
	in := bufio.NewReaderSize(r, 64<<10)
	format, document, err := n.detect(in)
	if err != nil {
		return err
	}
	if document {
		b, err := io.ReadAll(io.LimitReader(in, maxLine+1)) // one byte more is too large, and said to be
		if err != nil {
			return err
		}
		n.resource(b)
		return n.finish()
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if line := bytes.TrimSpace(lines.Bytes()); len(line) > 0 && line[0] != '#' {
			readers[format](n, line)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return errors.New("a line of more than 16 MiB")
	}
	return errors.Join(lines.Err(), n.finish())
}

// detect looks at the beginning of the input and reads nothing of it.
func (n *normaliser) detect(in *bufio.Reader) (format string, document bool, err error) {
	head, err := in.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, err
	}
	text := bytes.TrimSpace(head)
	first, _, more := bytes.Cut(text, []byte("\n"))
	var request struct {
		Characteristic string `json:"characteristic"`
	}
	switch {
	case n.format != "auto":
		format = n.format
	case len(text) == 0 || text[0] != '{':
		format = "hex"
	case json.Unmarshal(first, &request) == nil && request.Characteristic != "":
		format = "batch"
	default:
		format = "fhir"
	}
	// A first line that is no JSON by itself begins a document, unless
	// the line is longer than what can be seen of it.
	cut := !more && err == nil
	return format, format == "fhir" && !cut && !json.Valid(first), nil
}

// resource reads an Observation or a Bundle.
func (n *normaliser) resource(b []byte) {
	n.inputs++
	reader := fhir.Reader{Location: n.zone, Skip: n.drop}
	m := fhir.Measurements{}
	if err := reader.Append(&m, b); err != nil {
		n.dropError(err)
		return
	}
	n.readings += len(m.Readings)
	n.write(m.Readings)
	n.waveforms(m.Waveforms)
}

// hexLine reads a characteristic and its bytes.
func (n *normaliser) hexLine(line []byte) {
	name, digits, _ := strings.Cut(strings.ReplaceAll(string(line), "\t", " "), " ")
	n.frame(name, digits)
}

func (n *normaliser) batchLine(line []byte) {
	var request struct {
		Characteristic string `json:"characteristic"`
		Hex            string `json:"hex"`
	}
	if err := json.Unmarshal(line, &request); err != nil {
		n.inputs++
		n.count("line", "not a JSON object of the expected form")
		return
	}
	n.frame(request.Characteristic, request.Hex)
}

// frame reads the bytes of a characteristic.
func (n *normaliser) frame(name, digits string) {
	n.inputs++
	uuid, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimPrefix(name, "gatt/"), "0x"), 16, 16)
	if err != nil {
		n.count("characteristic", "not a UUID of four hexadecimal digits")
		return
	}
	b, err := hex.DecodeString(strings.NewReplacer(" ", "", ":", "", "-", "", "0x", "").Replace(digits))
	if err != nil {
		n.count("bytes", "not hexadecimal digits in pairs")
		return
	}
	readings, err := gatt.Health().AppendReadings(nil, device.Frame{
		Bytes: b, Format: device.GATT(uint16(uuid)), Patient: n.patient, Device: n.device, At: n.arrival,
	})
	if err != nil {
		n.dropError(err)
		return
	}
	n.readings += len(readings)
	n.write(readings)
}
