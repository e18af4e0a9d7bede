package gatt_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt"
)

var userControls = []vector[gatt.UserControlPoint]{
	{name: "register", wire: "01 d204", want: gatt.UserControlPoint{OpCode: gatt.UserRegister, Consent: 1234}},
	{name: "consent", wire: "02 03 d204", want: gatt.UserControlPoint{OpCode: gatt.UserConsent, Index: 3, Consent: 1234}},
	{name: "delete data", wire: "03", want: gatt.UserControlPoint{OpCode: gatt.UserDeleteData}},
	{name: "list", wire: "04", want: gatt.UserControlPoint{OpCode: gatt.UserList}},
	{name: "delete", wire: "05 03", want: gatt.UserControlPoint{OpCode: gatt.UserDelete, Index: 3}},
	{name: "registered", wire: "20 01 01 07", want: gatt.UserControlPoint{
		OpCode: gatt.UserResponse, Request: gatt.UserRegister, Result: gatt.UserSuccess, Index: 7,
	}},
	{name: "consented", wire: "20 02 01", want: gatt.UserControlPoint{
		OpCode: gatt.UserResponse, Request: gatt.UserConsent, Result: gatt.UserSuccess,
	}},
	{name: "listed", wire: "20 04 01 03", want: gatt.UserControlPoint{
		OpCode: gatt.UserResponse, Request: gatt.UserList, Result: gatt.UserSuccess, Users: 3,
	}},
	{name: "deleted", wire: "20 05 01 ff", want: gatt.UserControlPoint{
		OpCode: gatt.UserResponse, Request: gatt.UserDelete, Result: gatt.UserSuccess, Index: 255,
	}},
	{name: "not authorized", wire: "20 01 05", want: gatt.UserControlPoint{
		OpCode: gatt.UserResponse, Request: gatt.UserRegister, Result: gatt.UserNotAuthorized,
	}},
	{name: "answer to what nobody knows", wire: "20 77 02", want: gatt.UserControlPoint{
		OpCode: gatt.UserResponse, Request: 0x77, Result: gatt.UserUnsupported,
	}},
	{name: "nothing", wire: "", bad: "truncated @ 0 OpCode"},
	{name: "no consent code", wire: "01", want: gatt.UserControlPoint{OpCode: gatt.UserRegister}, bad: "truncated @ 1 ConsentCode"},
	{
		name: "half a consent code", wire: "02 03 d2", want: gatt.UserControlPoint{OpCode: gatt.UserConsent, Index: 3},
		bad: "truncated @ 2 ConsentCode",
	},
	{name: "whom", wire: "05", want: gatt.UserControlPoint{OpCode: gatt.UserDelete}, bad: "truncated @ 1 UserIndex"},
	{
		name: "no index", wire: "20 01 01", bad: "truncated @ 3 UserIndex",
		want: gatt.UserControlPoint{OpCode: gatt.UserResponse, Request: gatt.UserRegister, Result: gatt.UserSuccess},
	},
	{
		name: "how many", wire: "20 04 01", bad: "truncated @ 3 Users",
		want: gatt.UserControlPoint{OpCode: gatt.UserResponse, Request: gatt.UserList, Result: gatt.UserSuccess},
	},
	{
		name: "reserved result", wire: "20 01 06", want: gatt.UserControlPoint{OpCode: gatt.UserResponse, Request: 1, Result: 6},
		bad: "reserved_value @ 2 ResponseCode",
	},
	{name: "surplus", wire: "03 00", want: gatt.UserControlPoint{OpCode: gatt.UserDeleteData}, bad: "trailing_bytes @ 1"},
	{name: "unknown op code", wire: "06 00", want: gatt.UserControlPoint{OpCode: 6}, bad: "unknown_opcode @ 0 OpCode"},
}

func TestUserControlPoint(t *testing.T) {
	testVectors(t, gatt.ParseUserControlPoint, userControls)
	testParseAllocs(t, gatt.ParseUserControlPoint, "02 03 d204")
	testNames(t, []named{
		{gatt.UserConsent, "consent"},
		{gatt.UserOpCode(0), "reserved 0"},
		{gatt.UserNotAuthorized, "user not authorized"},
		{gatt.UserResult(6), "reserved 6"},
	})
	if _, err := (gatt.UserControlPoint{OpCode: 6}).AppendBinary(nil); err == nil {
		t.Error("an unknown op code was encoded")
	}
	if bad := fault((gatt.UserControlPoint{OpCode: gatt.UserResponse}).CheckDirection(false)); bad != "wrong_direction @ 0 OpCode" {
		t.Errorf("a response to the device: %q", bad)
	}
	if err := (gatt.UserControlPoint{OpCode: gatt.UserConsent}).CheckDirection(false); err != nil {
		t.Error(err)
	}
}

func FuzzParseUserControlPoint(f *testing.F) { fuzz(f, gatt.ParseUserControlPoint, userControls) }
