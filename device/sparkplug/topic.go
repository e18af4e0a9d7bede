package sparkplug

import (
	"strings"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// A Message is the kind of a message (Sparkplug 3.0, 4).
type Message uint8

// The messages. N is for nodes, D for the devices behind them.
const (
	NBirth Message = iota + 1
	NDeath
	NData
	DBirth
	DDeath
	DData
	NCmd
	DCmd
	State
)

var messageNames = [...]string{NBirth: "NBIRTH", NDeath: "NDEATH", NData: "NDATA", DBirth: "DBIRTH", DDeath: "DDEATH", DData: "DDATA", NCmd: "NCMD", DCmd: "DCMD", State: "STATE"}

// String is the message as topics have it, such as "NBIRTH".
func (m Message) String() string {
	if int(m) < len(messageNames) {
		return messageNames[m]
	}
	return ""
}

// Format is that of a frame with such a message.
func (m Message) Format() device.Format { return device.Sparkplug(uint16(m)) }

// ofDevice reports whether topics of the message name a device.
func (m Message) ofDevice() bool {
	return m == DBirth || m == DDeath || m == DData || m == DCmd
}

// Namespace is the first level of every topic.
const Namespace = "spBv1.0"

// ParseTopic fills in what a topic says of a frame: the format, which is that of
// the message, and the device: "{group}/{node}" or "{group}/{node}/{device}". It
// reports whether the topic is one of Sparkplug B.
func ParseTopic(topic string, f *device.Frame) bool {
	rest, ok := strings.CutPrefix(topic, Namespace+"/")
	if !ok {
		return false
	}
	group, rest, _ := strings.Cut(rest, "/")
	name, rest, _ := strings.Cut(rest, "/")
	node, dev, below := strings.Cut(rest, "/")
	for m := NBirth; m < State; m++ {
		if name != messageNames[m] {
			continue
		}
		if group == "" || node == "" || below != m.ofDevice() || below && (dev == "" || strings.Contains(dev, "/")) {
			return false
		}
		id := group + "/" + node
		if below {
			id += "/" + dev
		}
		f.Device, f.Format = vitals.DeviceID(id), m.Format()
		return true
	}
	return false
}
