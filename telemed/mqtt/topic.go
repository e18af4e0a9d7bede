package mqtt

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// ErrTopic refuses a topic that does not name device and format.
var ErrTopic = errors.New("mqtt: the topic does not name device, format and time")

// ParseTopic fills in what a topic of one of these forms says of a frame:
//
//	{anything}/{device}/gatt/{characteristic}[/{milliseconds}[-{sequence}]]
//	ward/bed-1/gatt/2A37/1770000000123-17
//	{anything}/{device}/compact[/{milliseconds}[-{sequence}]]
//	clinic/bed-1/compact/1770000000123
//
// Milliseconds count from 1970 and are the instant at which the gateway near
// the device received the frame; sequence tells apart frames of one
// millisecond. With them a repeated message is recognised. Without them the
// frame keeps the time of arrival, and a repeat counts as a new measurement
// unless the device stamps its measurements itself.
func ParseTopic(topic string, f *device.Frame) error {
	head, tail, ok := strings.Cut(topic, "/gatt/")
	if !ok {
		return parseCompactTopic(topic, f)
	}
	f.Device = vitals.DeviceID(head[strings.LastIndexByte(head, '/')+1:])
	uuid, stamp, stamped := strings.Cut(tail, "/")
	n, err := strconv.ParseUint(uuid, 16, 16)
	if err != nil || len(uuid) != 4 || f.Device == "" {
		return ErrTopic
	}
	f.Format = device.GATT(uint16(n))
	if !stamped {
		return nil
	}
	return stampFrame(stamp, f)
}

// parseCompactTopic is [ParseTopic] of a topic that names no characteristic.
func parseCompactTopic(topic string, f *device.Frame) error {
	const level = "/compact"
	i := strings.LastIndex(topic, level)
	if i < 0 {
		return ErrTopic
	}
	head, tail := topic[:i], topic[i+len(level):]
	f.Device = vitals.DeviceID(head[strings.LastIndexByte(head, '/')+1:])
	if f.Device == "" {
		return ErrTopic
	}
	f.Format = device.Compact
	if tail == "" {
		return nil
	}
	stamp, ok := strings.CutPrefix(tail, "/")
	if !ok {
		return ErrTopic
	}
	return stampFrame(stamp, f)
}

func stampFrame(stamp string, f *device.Frame) error {
	at, sequence, ok := ParseStamp(stamp)
	if !ok {
		return ErrTopic
	}
	f.At, f.Sequence = at.In(f.At.Location()), sequence
	return nil
}

// ParseStamp reads "{milliseconds}" or "{milliseconds}-{sequence}".
func ParseStamp(s string) (at time.Time, sequence uint32, ok bool) {
	ms, number, numbered := strings.Cut(s, "-")
	n, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || n < 0 || n > maxMillis {
		return time.Time{}, 0, false
	}
	if numbered {
		q, err := strconv.ParseUint(number, 10, 32)
		if err != nil {
			return time.Time{}, 0, false
		}
		sequence = uint32(q)
	}
	return time.UnixMilli(n), sequence, true
}

const maxMillis = 253402300799999 // the end of the year 9999

// Topic is the topic that [ParseTopic] understands, for a frame of a
// Bluetooth characteristic or of [device.Compact].
func Topic(prefix string, f device.Frame) (string, error) {
	uuid, ok := f.Format.Characteristic()
	if !ok && f.Format != device.Compact || f.Device == "" || strings.ContainsAny(string(f.Device), "/+#\x00") {
		return "", ErrTopic
	}
	if !ok {
		return fmt.Sprintf("%s/%s/compact/%d-%d", prefix, f.Device, f.At.UnixMilli(), f.Sequence), nil
	}
	return fmt.Sprintf("%s/%s/gatt/%04X/%d-%d", prefix, f.Device, uuid, f.At.UnixMilli(), f.Sequence), nil
}
