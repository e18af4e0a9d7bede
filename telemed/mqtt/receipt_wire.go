package mqtt

import (
	"errors"
	"strconv"
	"strings"

	"github.com/telemed-go/sdk/telemed"
)

// A tag is the last level of the topic of a message from an outbox:
//
//	{topic}/~{epoch}.{levels}.{lane}.{base}.{sequence}
//	ward/bed-1/gatt/2A37/1770000000123-17/~Xk3J9xQ0.2.a.41.50
//
// The first levels of the topic name the sender. It counts the messages of each
// lane in the order in which it first sends them; base is the lowest that has no
// receipt yet. So whoever gets a message knows that nothing below base is
// missing, and needs no memory of before. An epoch is one run of the sender.
type tag struct {
	epoch    string
	levels   int // 0 to 9
	lane     telemed.Lane
	base     uint64
	sequence uint64
}

const (
	tagMark    = "/~"
	epochBytes = 6
	epochSize  = 8 // of epochBytes in base64url
	maxTag     = 64
	maxCount   = 1<<63 - 1
)

// laneLetters are the lanes on the wire, by lane.
const laneLetters = "lab"

var errTag = errors.New("mqtt: the tag of an outbox in the topic is malformed")

// cutTag takes the tag off a topic. The result is not tagged, and the topic
// whole, if its last level does not begin like a tag.
func cutTag(topic string) (rest string, t tag, tagged bool, err error) {
	i := strings.LastIndex(topic, "/")
	if i < 0 || !strings.HasPrefix(topic[i:], tagMark) {
		return topic, tag{}, false, nil
	}
	t, err = parseTag(topic[i+len(tagMark):])
	if err == nil && strings.Count(topic[:i], "/")+1 < t.levels {
		err = errTag
	}
	return topic[:i], t, true, err
}

// parseTag reads the canonical form only, so that a message has one topic.
func parseTag(s string) (t tag, err error) {
	if len(s) > maxTag {
		return t, errTag
	}
	f := strings.Split(s, ".")
	if len(f) != 5 || !isEpoch(f[0]) || len(f[1]) != 1 || f[1][0] < '0' || f[1][0] > '9' || len(f[2]) != 1 {
		return t, errTag
	}
	lane := strings.Index(laneLetters, f[2])
	base, ok1 := parseCount(f[3])
	sequence, ok2 := parseCount(f[4])
	if lane < 0 || !ok1 || !ok2 || base == 0 || base > sequence {
		return t, errTag
	}
	return tag{f[0], int(f[1][0] - '0'), telemed.Lane(lane), base, sequence}, nil
}

// appendTo appends the tag to a topic.
func (t tag) appendTo(b []byte) []byte {
	b = append(append(b, tagMark...), t.epoch...)
	b = append(b, '.', byte('0'+t.levels), '.', laneLetters[t.lane], '.')
	b = strconv.AppendUint(b, t.base, 10)
	return strconv.AppendUint(append(b, '.'), t.sequence, 10)
}

// sender is what the first levels of a topic name.
func (t tag) sender(topic string) string {
	end := 0
	for range t.levels {
		i := strings.IndexByte(topic[end:], '/')
		if i < 0 {
			return topic
		}
		end += i + 1
	}
	return strings.TrimSuffix(topic[:end], "/")
}

// A receipt is the payload on {sender}/receipt/{epoch}: for each lane, alarms
// first, up to which message everything is stored.
//
//	{alarm}.{live}.{backlog}
//	3.50.0
type receipt [len(laneLetters)]uint64 // by lane

const maxReceipt = 64

var errReceipt = errors.New("mqtt: the receipt is malformed")

func parseReceipt(s string) (r receipt, err error) {
	if len(s) > maxReceipt {
		return r, errReceipt
	}
	f := strings.Split(s, ".")
	if len(f) != len(r) {
		return r, errReceipt
	}
	for i, lane := range telemed.Lanes() {
		n, ok := parseCount(f[i])
		if !ok {
			return receipt{}, errReceipt
		}
		r[lane] = n
	}
	return r, nil
}

func (r receipt) appendTo(b []byte) []byte {
	for i, lane := range telemed.Lanes() {
		if i > 0 {
			b = append(b, '.')
		}
		b = strconv.AppendUint(b, r[lane], 10)
	}
	return b
}

// receiptTopic is where the receipts for an epoch of a sender go.
func receiptTopic(sender, epoch string) string {
	if sender == "" {
		return "receipt/" + epoch
	}
	return sender + "/receipt/" + epoch
}

// isReceiptTopic recognises them, for a filter may match them too.
func isReceiptTopic(topic string) bool {
	i := strings.LastIndexByte(topic, '/')
	head := strings.TrimSuffix(topic[:max(i, 0)], "receipt")
	return i >= 0 && len(head) < i && (head == "" || head[len(head)-1] == '/') && isEpoch(topic[i+1:])
}

func isEpoch(s string) bool {
	if len(s) != epochSize {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// parseCount reads a decimal number without sign and leading zeros.
func parseCount(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil && n <= maxCount && (s[0] != '0' || len(s) == 1)
}
