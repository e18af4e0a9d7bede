package user

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// UUIDControlPoint is how a collector says for whom it acts.
const UUIDControlPoint = 0x2A9F

// ControlPoint is characteristic 0x2A9F (User Data Service 1.1, 3.3): a
// command about the users of a shared device, or its response. Which fields
// are meaningful says OpCode.
//
//	 0    1                   to the device
//	+----+------------------+
//	| 1  | consent (16)     |  register new user
//	| 2  | index, consent   |  consent: act for this user
//	| 3  |                  |  delete the data of this user
//	| 4  |                  |  list all users
//	| 5  | index            |  delete a user
//	+----+------------------+
//	 0    1         2        3                from the device
//	+----+---------+--------+---------------+
//	| 32 | request | result | index, users? |
//	+----+---------+--------+---------------+
//
// single-source layout: op codes of bluetooth-sig-python, operands of Stanford
// Spezi (both MIT); the XML of the Bluetooth SIG lists no fields
type ControlPoint struct {
	OpCode  OpCode
	Index   uint8  // of Consent and Delete, and of the response to Register and Delete; 0xFF: unknown user
	Consent uint16 // a secret of the user, keep it out of logs; of Register and Consent
	Request OpCode // what is answered, as sent; of Response
	Result  Result // of Response
	Users   uint8  // how many there are; of the response to List
}

// OpCode is what a command is, as sent.
type OpCode uint8

// The op codes. Only the last comes from the device.
const (
	Register   OpCode = 0x01
	Consent    OpCode = 0x02
	DeleteData OpCode = 0x03
	List       OpCode = 0x04
	Delete     OpCode = 0x05
	Response   OpCode = 0x20
)

// Result is how a command ended, as sent.
type Result uint8

// The results.
const (
	Success          Result = 1
	Unsupported      Result = 2 // the device does not know the op code
	InvalidParameter Result = 3
	Failed           Result = 4
	NotAuthorized    Result = 5
)

// ParseControlPoint decodes b.
func ParseControlPoint(b []byte) (ControlPoint, error) {
	r := att.NewReader(b)
	c := ControlPoint{OpCode: OpCode(r.Uint8("OpCode"))}
	switch c.OpCode {
	case Register:
		c.Consent = r.Uint16("ConsentCode")
	case Consent:
		c.Index, c.Consent = r.Uint8("UserIndex"), r.Uint16("ConsentCode")
	case DeleteData, List:
	case Delete:
		c.Index = r.Uint8("UserIndex")
	case Response:
		c.Request = OpCode(r.Uint8("RequestOpCode"))
		c.Result = Result(r.Code("ResponseCode", uint8(NotAuthorized)))
		switch {
		case c.answersIndex():
			c.Index = r.Uint8("UserIndex")
		case c.answersUsers():
			c.Users = r.Uint8("Users")
		}
	default:
		r.UnknownOpCode()
	}
	return c, r.Finish(0, "UserControlPoint", userControlRef)
}

const userControlRef = "UDS 1.1, 3.3"

func (c ControlPoint) answersIndex() bool {
	return c.Result == Success && (c.Request == Register || c.Request == Delete)
}

func (c ControlPoint) answersUsers() bool {
	return c.Result == Success && c.Request == List
}

// CheckDirection reports a command that came from the device, or a response
// that went to it, with [device.ErrDirection].
func (c ControlPoint) CheckDirection(fromDevice bool) error {
	return att.CheckDirection(c.OpCode == Response, fromDevice, "UserControlPoint", userControlRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if the op code is
// unknown.
func (c ControlPoint) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, byte(c.OpCode))
	switch c.OpCode {
	case Register:
		b = binary.LittleEndian.AppendUint16(b, c.Consent)
	case Consent:
		b = binary.LittleEndian.AppendUint16(append(b, c.Index), c.Consent)
	case DeleteData, List:
	case Delete:
		b = append(b, c.Index)
	case Response:
		b = append(b, byte(c.Request), byte(c.Result))
		switch {
		case c.answersIndex():
			b = append(b, c.Index)
		case c.answersUsers():
			b = append(b, c.Users)
		}
	default:
		return b, att.Unencodable("OpCode")
	}
	return b, nil
}

// String is the op code in words.
func (o OpCode) String() string { return att.NameOf(userOpCodes[:], uint8(o)) }

var userOpCodes = [...]string{
	0x01: "register new user", 0x02: "consent", 0x03: "delete user data", 0x04: "list all users", 0x05: "delete user", 0x20: "response",
}

// String is the result in words.
func (u Result) String() string { return att.NameOf(userResults[:], uint8(u)) }

var userResults = [...]string{
	1: "success", 2: "op code not supported", 3: "invalid parameter", 4: "operation failed", 5: "user not authorized",
}
