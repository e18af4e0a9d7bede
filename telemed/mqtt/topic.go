package mqtt

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/sparkplug"
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
//	{anything}/{device}/senml[/{milliseconds}[-{sequence}]]
//	clinic/patch-1/senml
//	spBv1.0/{group}/{message}/{node}[/{device}]
//	spBv1.0/Ward9/DDATA/gw9/bp-0007
//
// Milliseconds count from 1970 and are the instant at which the gateway near
// the device received the frame; sequence tells apart frames of one
// millisecond. With them a repeated message is recognised. Without them the
// frame keeps the time of arrival, and a repeat counts as a new measurement
// unless the device stamps its measurements itself.
//
// The device of the last form is named {group}/{node}[/{device}]; see package
// sparkplug.
func ParseTopic(topic string, f *device.Frame) error {
	if strings.HasPrefix(topic, sparkplug.Namespace+"/") {
		if !sparkplug.ParseTopic(topic, f) {
			return ErrTopic
		}
		return nil
	}
	head, tail, ok := strings.Cut(topic, "/gatt/")
	if !ok {
		return parseNamedTopic(topic, f)
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

// namedFormats are the formats that topics name by a word.
var namedFormats = [...]device.Format{device.Compact, device.SenML}

// parseNamedTopic is [ParseTopic] of a topic that names no characteristic. The
// format is the last level or the one before the stamp.
func parseNamedTopic(topic string, f *device.Frame) error {
	head, level := cutLast(topic)
	format, ok := namedFormat(level)
	if !ok {
		stamp := level
		head, level = cutLast(head)
		if format, ok = namedFormat(level); !ok {
			return ErrTopic
		}
		if err := stampFrame(stamp, f); err != nil {
			return err
		}
	}
	_, name := cutLast(head)
	if name == "" {
		return ErrTopic
	}
	f.Device, f.Format = vitals.DeviceID(name), format
	return nil
}

// cutLast splits off the last level of a topic.
func cutLast(topic string) (head, level string) {
	i := strings.LastIndexByte(topic, '/')
	return topic[:max(i, 0)], topic[i+1:]
}

func namedFormat(level string) (device.Format, bool) {
	for _, f := range namedFormats {
		if level == f.String() {
			return f, true
		}
	}
	return 0, false
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
// Bluetooth characteristic, of [device.Compact] or of [device.SenML].
func Topic(prefix string, f device.Frame) (string, error) {
	if f.Device == "" || strings.ContainsAny(string(f.Device), "/+#\x00") {
		return "", ErrTopic
	}
	if uuid, ok := f.Format.Characteristic(); ok {
		return fmt.Sprintf("%s/%s/gatt/%04X/%d-%d", prefix, f.Device, uuid, f.At.UnixMilli(), f.Sequence), nil
	}
	if _, ok := namedFormat(f.Format.String()); ok {
		return fmt.Sprintf("%s/%s/%v/%d-%d", prefix, f.Device, f.Format, f.At.UnixMilli(), f.Sequence), nil
	}
	return "", ErrTopic
}
