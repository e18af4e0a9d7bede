package user

import (
	"encoding/binary"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// redacted is what is printed in place of what identifies a person.
const redacted = "[redacted]"

// Text is a text of the User Data Service 1.1 (3.2) about a person: first
// name (0x2A8A), last name (0x2A90), e-mail address (0x2A87), language
// (0x2AA2). Printing it in any way shows nothing of it: see
// [Text.Reveal].
//
// single-source layout: 0x2A8A, 0x2A87 and 0x2AA2, the XML of the Bluetooth SIG
type Text struct{ raw []byte }

// NewText makes a text, for encoding.
func NewText(text string) Text { return Text{[]byte(text)} }

// ParseText decodes b, which must be UTF-8. The result borrows b.
func ParseText(b []byte) (Text, error) {
	t := Text{b[:len(b):len(b)]}
	if utf8.Valid(b) {
		return t, nil
	}
	return t, &device.DecodeError{Type: "UserText", Field: "Text", Offset: att.InvalidUTF8(b), Ref: userRef, Err: device.ErrText}
}

// AppendBinary implements [encoding.BinaryAppender].
func (t Text) AppendBinary(b []byte) ([]byte, error) { return append(b, t.raw...), nil }

// Reveal discloses the text, without the NULs that some devices pad it with.
// Every call is a disclosure that a reviewer should be able to justify.
func (t Text) Reveal() string { return strings.TrimRight(string(t.raw), "\x00") }

// String hides the text.
func (t Text) String() string { return redacted }

// GoString implements [fmt.GoStringer] and hides the text.
func (t Text) GoString() string { return redacted }

// Format implements [fmt.Formatter]: every verb hides the text.
func (t Text) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue implements [slog.LogValuer] and hides the text.
func (t Text) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements [encoding.TextMarshaler] and hides the text.
func (t Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Date is a day of the calendar, and characteristic 0x2A86 (Date of Threshold
// Assessment; User Data Service 1.1, 3.2).
//
//	 0      2       3
//	+------+-------+-----+
//	| year | month | day |
//	+------+-------+-----+
//
// Each may be 0 for "not known".
//
// single-source layout: 0x2A86, the XML of the Bluetooth SIG
type Date struct {
	Year  uint16 // 1582 to 9999, or 0
	Month uint8  // 1 to 12, or 0
	Day   uint8  // 1 to 31, or 0
}

// ParseDate decodes b.
func ParseDate(b []byte) (Date, error) {
	r := att.NewReader(b)
	d := readDate(&r)
	return d, r.Finish(0, "Date", userRef)
}

func readDate(r *att.Reader) Date {
	at := r.Offset()
	b := r.Bytes("Date", 4)
	if b == nil {
		return Date{}
	}
	d := Date{binary.LittleEndian.Uint16(b), b[2], b[3]}
	if part, offset, bad := (att.DateTime{Year: d.Year, Month: d.Month, Day: d.Day}).OutOfRange(); bad {
		r.Reject(device.ErrOutOfRange, part, at+offset)
	}
	return d
}

// AppendBinary implements [encoding.BinaryAppender].
func (d Date) AppendBinary(b []byte) ([]byte, error) {
	return append(binary.LittleEndian.AppendUint16(b, d.Year), d.Month, d.Day), nil
}

// String is "2024-05-31"; unknown parts are zero.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// DateOfBirth is characteristic 0x2A85 (User Data Service 1.1, 3.2), a [Date].
// Printing it in any way shows nothing of it: see [DateOfBirth.Reveal].
type DateOfBirth struct{ date Date }

// NewDateOfBirth makes a date of birth, for encoding.
func NewDateOfBirth(d Date) DateOfBirth { return DateOfBirth{d} }

// ParseDateOfBirth decodes b.
func ParseDateOfBirth(b []byte) (DateOfBirth, error) {
	r := att.NewReader(b)
	d := DateOfBirth{readDate(&r)}
	return d, r.Finish(0, "DateOfBirth", userRef)
}

// AppendBinary implements [encoding.BinaryAppender].
func (d DateOfBirth) AppendBinary(b []byte) ([]byte, error) { return d.date.AppendBinary(b) }

// Reveal discloses the date. Every call is a disclosure that a reviewer should
// be able to justify.
func (d DateOfBirth) Reveal() Date { return d.date }

// String hides the date.
func (d DateOfBirth) String() string { return redacted }

// GoString implements [fmt.GoStringer] and hides the date.
func (d DateOfBirth) GoString() string { return redacted }

// Format implements [fmt.Formatter]: every verb hides the date.
func (d DateOfBirth) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue implements [slog.LogValuer] and hides the date.
func (d DateOfBirth) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements [encoding.TextMarshaler] and hides the date.
func (d DateOfBirth) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// DateUTC is characteristic 0x2AED (Date UTC; GSS): 24 bits, the days since 1
// January 1970 in UTC. Zero is "not known".
//
// single-source layout: bluetooth-sig-python
type DateUTC uint32

// ParseDateUTC decodes b.
func ParseDateUTC(b []byte) (DateUTC, error) {
	r := att.NewReader(b)
	d := DateUTC(r.Uint24("DateUTC"))
	return d, r.Finish(0, "DateUTC", "GSS, Date UTC")
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if d has more
// than 24 bits.
func (d DateUTC) AppendBinary(b []byte) ([]byte, error) {
	if d>>24 != 0 {
		return b, att.Unencodable("DateUTC")
	}
	return append(b, byte(d), byte(d>>8), byte(d>>16)), nil
}

// Date is the day, if it is known and a [Date] can hold it.
func (d DateUTC) Date() (day Date, ok bool) {
	t := time.Unix(0, 0).UTC().AddDate(0, 0, int(d))
	if d == 0 || t.Year() > 9999 {
		return Date{}, false
	}
	return Date{uint16(t.Year()), uint8(t.Month()), uint8(t.Day())}, true
}
