package racp_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/racp"
)

// Ask a meter for all records from number 42 on, and read its answer.
func ExampleControlPoint() {
	request := racp.ControlPoint{OpCode: racp.Report, Operator: racp.AtLeast}.ByNumber(42)
	b, err := request.AppendBinary(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("% x\n", b)

	answer, err := racp.Parse([]byte{0x06, 0x00, 0x01, 0x06})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Request, "-", answer.Response)
	// Output:
	// 01 03 01 2a 00
	// report records - no records found
}

var racps = []atttest.Vector[racp.ControlPoint]{
	{Name: "all", Wire: "01 01", Want: racp.ControlPoint{OpCode: racp.Report, Operator: racp.All}},
	{Name: "oldest", Wire: "02 05", Want: racp.ControlPoint{OpCode: racp.Delete, Operator: racp.First}},
	{Name: "newest", Wire: "07 06", Want: racp.ControlPoint{OpCode: racp.CombinedReport, Operator: racp.Last}},
	{Name: "abort", Wire: "03 00", Want: racp.ControlPoint{OpCode: racp.Abort}},
	{
		Name: "number at least", Wire: "01 03 01 2a00",
		Want: racp.ControlPoint{OpCode: racp.Report, Operator: racp.AtLeast}.ByNumber(42),
	},
	{
		Name: "number at most", Wire: "04 02 01 ffff",
		Want: racp.ControlPoint{OpCode: racp.ReportCount, Operator: racp.AtMost}.ByNumber(0xFFFF),
	},
	{
		Name: "range", Wire: "01 04 01 0100 0500",
		Want: racp.ControlPoint{OpCode: racp.Report, Operator: racp.Range}.ByNumber(1, 5),
	},
	{
		Name: "time", Wire: "01 03 02 e807051f0c1e00",
		Want: racp.ControlPoint{OpCode: racp.Report, Operator: racp.AtLeast}.ByTime(atttest.May31),
	},
	{
		Name: "range of time", Wire: "01 04 02 e807051f0c1e00 e807051f0c1e00",
		Want: racp.ControlPoint{OpCode: racp.Report, Operator: racp.Range}.ByTime(atttest.May31, atttest.May31),
	},
	{
		Name: "filter of a maker", Wire: "01 03 04 ffff",
		Want: racp.ControlPoint{OpCode: racp.Report, Operator: racp.AtLeast, Operand: []byte{4, 0xFF, 0xFF}},
	},
	{Name: "count", Wire: "05 00 ffff", Want: racp.ControlPoint{OpCode: racp.Count, Count: 0xFFFF}},
	{Name: "combined", Wire: "08 00 0700", Want: racp.ControlPoint{OpCode: racp.CombinedResponse, Count: 7}},
	{
		Name: "response", Wire: "06 00 01 06",
		Want: racp.ControlPoint{OpCode: racp.ResponseCode, Request: racp.Report, Response: racp.NoRecords},
	},
	{
		Name: "response to nonsense", Wire: "06 00 63 02",
		Want: racp.ControlPoint{OpCode: racp.ResponseCode, Request: 99, Response: racp.OpCodeNotSupported},
	},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 OpCode"},
	{Name: "no operator", Wire: "01", Want: racp.ControlPoint{OpCode: racp.Report}, Bad: "truncated @ 1 Operator"},
	{Name: "op code 0 alone", Wire: "00", Bad: "unknown_opcode @ 0 OpCode"},
	{Name: "op code 0", Wire: "00 01", Want: racp.ControlPoint{Operator: 1}, Bad: "unknown_opcode @ 0 OpCode"},
	{
		Name: "op code of a maker", Wire: "11 00 ffff", Bad: "unknown_opcode @ 0 OpCode",
		Want: racp.ControlPoint{OpCode: 17, Operand: []byte{0xFF, 0xFF}},
	},
	{Name: "report without operator", Wire: "01 00", Want: racp.ControlPoint{OpCode: racp.Report}, Bad: "bad_operator @ 1 Operator"},
	{
		Name: "operator 7", Wire: "01 07 01 0100", Bad: "bad_operator @ 1 Operator",
		Want: racp.ControlPoint{OpCode: racp.Report, Operator: 7, Operand: []byte{1, 1, 0}},
	},
	{Name: "abort all", Wire: "03 01", Want: racp.ControlPoint{OpCode: racp.Abort, Operator: 1}, Bad: "bad_operator @ 1 Operator"},
	{
		Name: "response with operator", Wire: "06 01 01 01", Bad: "bad_operator @ 1 Operator",
		Want: racp.ControlPoint{OpCode: racp.ResponseCode, Operator: 1, Request: 1, Response: 1},
	},
	{
		Name: "count with operator", Wire: "05 01 0100", Bad: "bad_operator @ 1 Operator",
		Want: racp.ControlPoint{OpCode: racp.Count, Operator: 1, Count: 1},
	},
	{Name: "no filter", Wire: "01 03", Want: racp.ControlPoint{OpCode: racp.Report, Operator: 3}, Bad: "truncated @ 2 FilterType"},
	{Name: "half a bound", Wire: "01 03 01 2a", Want: racp.ControlPoint{OpCode: 1, Operator: 3, Operand: []byte{1}}, Bad: "truncated @ 3 FilterMinimum"},
	{
		Name: "no second bound", Wire: "01 04 01 2a00", Bad: "truncated @ 5 FilterMaximum",
		Want: racp.ControlPoint{OpCode: 1, Operator: 4, Operand: []byte{1, 42, 0}},
	},
	{
		Name: "filter 0", Wire: "01 03 00 2a00", Want: racp.ControlPoint{OpCode: 1, Operator: 3, Operand: []byte{0, 42, 0}},
		Bad: "reserved_value @ 2 FilterType",
	},
	{
		Name: "month 13", Wire: "01 03 02 e8070d1f0c1e00", Bad: "out_of_range @ 5 Month",
		Want: racp.ControlPoint{OpCode: 1, Operator: 3}.ByTime(clock.DateTime{Year: 2024, Month: 13, Day: 31, Hour: 12, Minute: 30, Second: 0}),
	},
	{Name: "surplus", Wire: "01 01 00", Want: racp.ControlPoint{OpCode: 1, Operator: 1}, Bad: "trailing_bytes @ 2"},
	{Name: "surplus count", Wire: "05 00 0100 00", Want: racp.ControlPoint{OpCode: 5, Count: 1}, Bad: "trailing_bytes @ 4"},
	{Name: "half a count", Wire: "05 00 01", Want: racp.ControlPoint{OpCode: 5}, Bad: "truncated @ 2 RecordCount"},
	{Name: "no response", Wire: "06 00 01", Want: racp.ControlPoint{OpCode: 6, Request: 1}, Bad: "truncated @ 3 ResponseCode"},
	{Name: "response 0", Wire: "06 00 01 00", Want: racp.ControlPoint{OpCode: 6, Request: 1}, Bad: "reserved_value @ 3 ResponseCode"},
	{
		Name: "response 11", Wire: "06 00 01 0b", Want: racp.ControlPoint{OpCode: 6, Request: 1, Response: 11},
		Bad: "reserved_value @ 3 ResponseCode",
	},
}

func TestRACP(t *testing.T) { atttest.Vectors(t, racp.Parse, racps) }

func FuzzParseRACP(f *testing.F) { atttest.Fuzz(f, racp.Parse, racps) }

// The widths of operands are those of the service.
func TestRACPServices(t *testing.T) {
	atttest.Vectors(t, racp.HealthSensor.Parse, []atttest.Vector[racp.ControlPoint]{
		{
			Name: "number", Wire: "01 04 01 01000000 00000100",
			Want: racp.ControlPoint{Service: racp.HealthSensor, OpCode: 1, Operator: 4}.ByNumber(1, 0x10000),
		},
		{Name: "count", Wire: "08 00 00000100", Want: racp.ControlPoint{Service: racp.HealthSensor, OpCode: 8, Count: 0x10000}},
		{
			Name: "narrow count", Wire: "05 00 0001", Want: racp.ControlPoint{Service: racp.HealthSensor, OpCode: 5},
			Bad: "truncated @ 2 RecordCount",
		},
	})
	atttest.Vectors(t, racp.BloodPressure.Parse, []atttest.Vector[racp.ControlPoint]{
		{
			Name: "number", Wire: "01 03 01 0100",
			Want: racp.ControlPoint{Service: racp.BloodPressure, OpCode: 1, Operator: 3}.ByNumber(1),
		},
		{
			Name: "time", Wire: "01 03 02 00000100",
			Want: racp.ControlPoint{Service: racp.BloodPressure, OpCode: 1, Operator: 3, Operand: []byte{2, 0, 0, 1, 0}},
		},
	})
	for s := range racp.HealthSensor + 1 {
		for _, v := range racps {
			b := atttest.Unhex(t, v.Wire)
			m, err := s.Parse(b)
			if back, _ := m.AppendBinary(nil); err == nil && string(back) != string(b) {
				t.Errorf("service %d, %s: encodes to % x", s, v.Wire, back)
			}
		}
	}
	if _, err := (racp.ControlPoint{OpCode: racp.Count, Count: 0x10000}).AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Errorf("a count of 17 bits: %v, want %v", err, device.ErrOutOfRange)
	}
}

func TestRACPBounds(t *testing.T) {
	for _, tt := range []struct {
		wire      string
		low, high uint32
		ok        bool
	}{
		{"01 03 01 2a00", 42, 42, true},
		{"01 04 01 0100 0500", 1, 5, true},
		{"01 01", 0, 0, false},
		{"01 03 04 ffff", 0, 0, false},
	} {
		m, err := racp.Parse(atttest.Unhex(t, tt.wire))
		low, high, ok := m.Numbers()
		if err != nil || low != tt.low || high != tt.high || ok != tt.ok {
			t.Errorf("%s: %d to %d, %v, %v", tt.wire, low, high, ok, err)
		}
	}
	m, _ := racp.Parse(atttest.Unhex(t, "01 04 02 e807051f0c1e00 e807051f0c1e01"))
	if low, high, ok := m.Times(); low != atttest.May31 || high.Second != 1 || !ok {
		t.Errorf("%v to %v, %v", low, high, ok)
	}
}

func TestRACPDirection(t *testing.T) {
	for op := racp.Report; op <= racp.CombinedResponse; op++ {
		answer := op == racp.Count || op == racp.ResponseCode || op == racp.CombinedResponse
		for _, fromDevice := range []bool{false, true} {
			err := racp.ControlPoint{OpCode: op}.CheckDirection(fromDevice)
			if bad := atttest.Fault(err); (bad == "") != (answer == fromDevice) || bad != "" && bad != "wrong_direction @ 0 OpCode" {
				t.Errorf("%v, from the device %v: %q", op, fromDevice, bad)
			}
		}
	}
}

func TestRACPAllocs(t *testing.T) {
	b := atttest.Unhex(t, "01 04 01 0100 0500")
	if n := testing.AllocsPerRun(100, func() { _, _ = racp.Parse(b) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
