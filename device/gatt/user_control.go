package gatt

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device/gatt/internal/att"
)

// UUIDUserControlPoint is how a collector says for whom it acts.
const UUIDUserControlPoint = 0x2A9F

// UserControlPoint is characteristic 0x2A9F (User Data Service 1.1, 3.3): a
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
type UserControlPoint struct {
	OpCode  UserOpCode
	Index   uint8      // of UserConsent and UserDelete, and of the response to UserRegister and UserDelete; 0xFF: unknown user
	Consent uint16     // a secret of the user, keep it out of logs; of UserRegister and UserConsent
	Request UserOpCode // what is answered, as sent; of UserResponse
	Result  UserResult // of UserResponse
	Users   uint8      // how many there are; of the response to UserList
}

// UserOpCode is what a command is, as sent.
type UserOpCode uint8

// The op codes. Only the last comes from the device.
const (
	UserRegister   UserOpCode = 0x01
	UserConsent    UserOpCode = 0x02
	UserDeleteData UserOpCode = 0x03
	UserList       UserOpCode = 0x04
	UserDelete     UserOpCode = 0x05
	UserResponse   UserOpCode = 0x20
)

// UserResult is how a command ended, as sent.
type UserResult uint8

// The results.
const (
	UserSuccess          UserResult = 1
	UserUnsupported      UserResult = 2 // the device does not know the op code
	UserInvalidParameter UserResult = 3
	UserFailed           UserResult = 4
	UserNotAuthorized    UserResult = 5
)

// ParseUserControlPoint decodes b.
func ParseUserControlPoint(b []byte) (UserControlPoint, error) {
	r := att.NewReader(b)
	c := UserControlPoint{OpCode: UserOpCode(r.Uint8("OpCode"))}
	switch c.OpCode {
	case UserRegister:
		c.Consent = r.Uint16("ConsentCode")
	case UserConsent:
		c.Index, c.Consent = r.Uint8("UserIndex"), r.Uint16("ConsentCode")
	case UserDeleteData, UserList:
	case UserDelete:
		c.Index = r.Uint8("UserIndex")
	case UserResponse:
		c.Request = UserOpCode(r.Uint8("RequestOpCode"))
		c.Result = UserResult(r.Code("ResponseCode", uint8(UserNotAuthorized)))
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

func (c UserControlPoint) answersIndex() bool {
	return c.Result == UserSuccess && (c.Request == UserRegister || c.Request == UserDelete)
}

func (c UserControlPoint) answersUsers() bool {
	return c.Result == UserSuccess && c.Request == UserList
}

// CheckDirection reports a command that came from the device, or a response
// that went to it, with [device.ErrDirection].
func (c UserControlPoint) CheckDirection(fromDevice bool) error {
	return att.CheckDirection(c.OpCode == UserResponse, fromDevice, "UserControlPoint", userControlRef)
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if the op code is
// unknown.
func (c UserControlPoint) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, byte(c.OpCode))
	switch c.OpCode {
	case UserRegister:
		b = binary.LittleEndian.AppendUint16(b, c.Consent)
	case UserConsent:
		b = binary.LittleEndian.AppendUint16(append(b, c.Index), c.Consent)
	case UserDeleteData, UserList:
	case UserDelete:
		b = append(b, c.Index)
	case UserResponse:
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
func (o UserOpCode) String() string { return att.NameOf(userOpCodes[:], uint8(o)) }

var userOpCodes = [...]string{
	0x01: "register new user", 0x02: "consent", 0x03: "delete user data", 0x04: "list all users", 0x05: "delete user", 0x20: "response",
}

// String is the result in words.
func (u UserResult) String() string { return att.NameOf(userResults[:], uint8(u)) }

var userResults = [...]string{
	1: "success", 2: "op code not supported", 3: "invalid parameter", 4: "operation failed", 5: "user not authorized",
}
