package user_test

import (
	"testing"

	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/user"
)

var userControls = []atttest.Vector[user.ControlPoint]{
	{Name: "register", Wire: "01 d204", Want: user.ControlPoint{OpCode: user.Register, Consent: 1234}},
	{Name: "consent", Wire: "02 03 d204", Want: user.ControlPoint{OpCode: user.Consent, Index: 3, Consent: 1234}},
	{Name: "delete data", Wire: "03", Want: user.ControlPoint{OpCode: user.DeleteData}},
	{Name: "list", Wire: "04", Want: user.ControlPoint{OpCode: user.List}},
	{Name: "delete", Wire: "05 03", Want: user.ControlPoint{OpCode: user.Delete, Index: 3}},
	{Name: "registered", Wire: "20 01 01 07", Want: user.ControlPoint{
		OpCode: user.Response, Request: user.Register, Result: user.Success, Index: 7,
	}},
	{Name: "consented", Wire: "20 02 01", Want: user.ControlPoint{
		OpCode: user.Response, Request: user.Consent, Result: user.Success,
	}},
	{Name: "listed", Wire: "20 04 01 03", Want: user.ControlPoint{
		OpCode: user.Response, Request: user.List, Result: user.Success, Users: 3,
	}},
	{Name: "deleted", Wire: "20 05 01 ff", Want: user.ControlPoint{
		OpCode: user.Response, Request: user.Delete, Result: user.Success, Index: 255,
	}},
	{Name: "not authorized", Wire: "20 01 05", Want: user.ControlPoint{
		OpCode: user.Response, Request: user.Register, Result: user.NotAuthorized,
	}},
	{Name: "answer to what nobody knows", Wire: "20 77 02", Want: user.ControlPoint{
		OpCode: user.Response, Request: 0x77, Result: user.Unsupported,
	}},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 OpCode"},
	{Name: "no consent code", Wire: "01", Want: user.ControlPoint{OpCode: user.Register}, Bad: "truncated @ 1 ConsentCode"},
	{
		Name: "half a consent code", Wire: "02 03 d2", Want: user.ControlPoint{OpCode: user.Consent, Index: 3},
		Bad: "truncated @ 2 ConsentCode",
	},
	{Name: "whom", Wire: "05", Want: user.ControlPoint{OpCode: user.Delete}, Bad: "truncated @ 1 UserIndex"},
	{
		Name: "no index", Wire: "20 01 01", Bad: "truncated @ 3 UserIndex",
		Want: user.ControlPoint{OpCode: user.Response, Request: user.Register, Result: user.Success},
	},
	{
		Name: "how many", Wire: "20 04 01", Bad: "truncated @ 3 Users",
		Want: user.ControlPoint{OpCode: user.Response, Request: user.List, Result: user.Success},
	},
	{
		Name: "reserved result", Wire: "20 01 06", Want: user.ControlPoint{OpCode: user.Response, Request: 1, Result: 6},
		Bad: "reserved_value @ 2 ResponseCode",
	},
	{Name: "surplus", Wire: "03 00", Want: user.ControlPoint{OpCode: user.DeleteData}, Bad: "trailing_bytes @ 1"},
	{Name: "unknown op code", Wire: "06 00", Want: user.ControlPoint{OpCode: 6}, Bad: "unknown_opcode @ 0 OpCode"},
}

func TestUserControlPoint(t *testing.T) {
	atttest.Vectors(t, user.ParseControlPoint, userControls)
	atttest.ParseAllocs(t, user.ParseControlPoint, "02 03 d204")
	atttest.Names(t, []atttest.Named{
		{Value: user.Consent, Name: "consent"},
		{Value: user.OpCode(0), Name: "reserved 0"},
		{Value: user.NotAuthorized, Name: "user not authorized"},
		{Value: user.Result(6), Name: "reserved 6"},
	})
	if _, err := (user.ControlPoint{OpCode: 6}).AppendBinary(nil); err == nil {
		t.Error("an unknown op code was encoded")
	}
	if bad := atttest.Fault((user.ControlPoint{OpCode: user.Response}).CheckDirection(false)); bad != "wrong_direction @ 0 OpCode" {
		t.Errorf("a response to the device: %q", bad)
	}
	if err := (user.ControlPoint{OpCode: user.Consent}).CheckDirection(false); err != nil {
		t.Error(err)
	}
}

func FuzzParseUserControlPoint(f *testing.F) { atttest.Fuzz(f, user.ParseControlPoint, userControls) }
