package gatt_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
)

// Ask a meter for all records from number 42 on, and read its answer.
func ExampleRACP() {
	request := gatt.RACP{OpCode: gatt.RACPReport, Operator: gatt.RACPAtLeast}.ByNumber(42)
	b, err := request.AppendBinary(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("% x\n", b)

	answer, err := gatt.ParseRACP([]byte{0x06, 0x00, 0x01, 0x06})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(answer.Request, "-", answer.Response)
	// Output:
	// 01 03 01 2a 00
	// report records - no records found
}

var racps = []vector[gatt.RACP]{
	{name: "all", wire: "01 01", want: gatt.RACP{OpCode: gatt.RACPReport, Operator: gatt.RACPAll}},
	{name: "oldest", wire: "02 05", want: gatt.RACP{OpCode: gatt.RACPDelete, Operator: gatt.RACPFirst}},
	{name: "newest", wire: "07 06", want: gatt.RACP{OpCode: gatt.RACPCombinedReport, Operator: gatt.RACPLast}},
	{name: "abort", wire: "03 00", want: gatt.RACP{OpCode: gatt.RACPAbort}},
	{
		name: "number at least", wire: "01 03 01 2a00",
		want: gatt.RACP{OpCode: gatt.RACPReport, Operator: gatt.RACPAtLeast}.ByNumber(42),
	},
	{
		name: "number at most", wire: "04 02 01 ffff",
		want: gatt.RACP{OpCode: gatt.RACPReportCount, Operator: gatt.RACPAtMost}.ByNumber(0xFFFF),
	},
	{
		name: "range", wire: "01 04 01 0100 0500",
		want: gatt.RACP{OpCode: gatt.RACPReport, Operator: gatt.RACPRange}.ByNumber(1, 5),
	},
	{
		name: "time", wire: "01 03 02 e807051f0c1e00",
		want: gatt.RACP{OpCode: gatt.RACPReport, Operator: gatt.RACPAtLeast}.ByTime(may31),
	},
	{
		name: "range of time", wire: "01 04 02 e807051f0c1e00 e807051f0c1e00",
		want: gatt.RACP{OpCode: gatt.RACPReport, Operator: gatt.RACPRange}.ByTime(may31, may31),
	},
	{
		name: "filter of a maker", wire: "01 03 04 ffff",
		want: gatt.RACP{OpCode: gatt.RACPReport, Operator: gatt.RACPAtLeast, Operand: []byte{4, 0xFF, 0xFF}},
	},
	{name: "count", wire: "05 00 ffff", want: gatt.RACP{OpCode: gatt.RACPCount, Count: 0xFFFF}},
	{name: "combined", wire: "08 00 0700", want: gatt.RACP{OpCode: gatt.RACPCombinedResponse, Count: 7}},
	{
		name: "response", wire: "06 00 01 06",
		want: gatt.RACP{OpCode: gatt.RACPResponseCode, Request: gatt.RACPReport, Response: gatt.RACPNoRecords},
	},
	{
		name: "response to nonsense", wire: "06 00 63 02",
		want: gatt.RACP{OpCode: gatt.RACPResponseCode, Request: 99, Response: gatt.RACPOpCodeNotSupported},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 OpCode"},
	{name: "no operator", wire: "01", want: gatt.RACP{OpCode: gatt.RACPReport}, bad: "truncated @ 1 Operator"},
	{name: "op code 0 alone", wire: "00", bad: "unknown_opcode @ 0 OpCode"},
	{name: "op code 0", wire: "00 01", want: gatt.RACP{Operator: 1}, bad: "unknown_opcode @ 0 OpCode"},
	{
		name: "op code of a maker", wire: "11 00 ffff", bad: "unknown_opcode @ 0 OpCode",
		want: gatt.RACP{OpCode: 17, Operand: []byte{0xFF, 0xFF}},
	},
	{name: "report without operator", wire: "01 00", want: gatt.RACP{OpCode: gatt.RACPReport}, bad: "bad_operator @ 1 Operator"},
	{
		name: "operator 7", wire: "01 07 01 0100", bad: "bad_operator @ 1 Operator",
		want: gatt.RACP{OpCode: gatt.RACPReport, Operator: 7, Operand: []byte{1, 1, 0}},
	},
	{name: "abort all", wire: "03 01", want: gatt.RACP{OpCode: gatt.RACPAbort, Operator: 1}, bad: "bad_operator @ 1 Operator"},
	{
		name: "response with operator", wire: "06 01 01 01", bad: "bad_operator @ 1 Operator",
		want: gatt.RACP{OpCode: gatt.RACPResponseCode, Operator: 1, Request: 1, Response: 1},
	},
	{
		name: "count with operator", wire: "05 01 0100", bad: "bad_operator @ 1 Operator",
		want: gatt.RACP{OpCode: gatt.RACPCount, Operator: 1, Count: 1},
	},
	{name: "no filter", wire: "01 03", want: gatt.RACP{OpCode: gatt.RACPReport, Operator: 3}, bad: "truncated @ 2 FilterType"},
	{name: "half a bound", wire: "01 03 01 2a", want: gatt.RACP{OpCode: 1, Operator: 3, Operand: []byte{1}}, bad: "truncated @ 3 FilterMinimum"},
	{
		name: "no second bound", wire: "01 04 01 2a00", bad: "truncated @ 5 FilterMaximum",
		want: gatt.RACP{OpCode: 1, Operator: 4, Operand: []byte{1, 42, 0}},
	},
	{
		name: "filter 0", wire: "01 03 00 2a00", want: gatt.RACP{OpCode: 1, Operator: 3, Operand: []byte{0, 42, 0}},
		bad: "reserved_value @ 2 FilterType",
	},
	{
		name: "month 13", wire: "01 03 02 e8070d1f0c1e00", bad: "out_of_range @ 5 Month",
		want: gatt.RACP{OpCode: 1, Operator: 3}.ByTime(gatt.DateTime{2024, 13, 31, 12, 30, 0}),
	},
	{name: "surplus", wire: "01 01 00", want: gatt.RACP{OpCode: 1, Operator: 1}, bad: "trailing_bytes @ 2"},
	{name: "surplus count", wire: "05 00 0100 00", want: gatt.RACP{OpCode: 5, Count: 1}, bad: "trailing_bytes @ 4"},
	{name: "half a count", wire: "05 00 01", want: gatt.RACP{OpCode: 5}, bad: "truncated @ 2 RecordCount"},
	{name: "no response", wire: "06 00 01", want: gatt.RACP{OpCode: 6, Request: 1}, bad: "truncated @ 3 ResponseCode"},
	{name: "response 0", wire: "06 00 01 00", want: gatt.RACP{OpCode: 6, Request: 1}, bad: "reserved_value @ 3 ResponseCode"},
	{
		name: "response 11", wire: "06 00 01 0b", want: gatt.RACP{OpCode: 6, Request: 1, Response: 11},
		bad: "reserved_value @ 3 ResponseCode",
	},
}

func TestRACP(t *testing.T) { testVectors(t, gatt.ParseRACP, racps) }

func FuzzParseRACP(f *testing.F) { fuzz(f, gatt.ParseRACP, racps) }

// The widths of operands are those of the service.
func TestRACPServices(t *testing.T) {
	testVectors(t, gatt.RACPHealthSensor.Parse, []vector[gatt.RACP]{
		{
			name: "number", wire: "01 04 01 01000000 00000100",
			want: gatt.RACP{Service: gatt.RACPHealthSensor, OpCode: 1, Operator: 4}.ByNumber(1, 0x10000),
		},
		{name: "count", wire: "08 00 00000100", want: gatt.RACP{Service: gatt.RACPHealthSensor, OpCode: 8, Count: 0x10000}},
		{
			name: "narrow count", wire: "05 00 0001", want: gatt.RACP{Service: gatt.RACPHealthSensor, OpCode: 5},
			bad: "truncated @ 2 RecordCount",
		},
	})
	testVectors(t, gatt.RACPBloodPressure.Parse, []vector[gatt.RACP]{
		{
			name: "number", wire: "01 03 01 0100",
			want: gatt.RACP{Service: gatt.RACPBloodPressure, OpCode: 1, Operator: 3}.ByNumber(1),
		},
		{
			name: "time", wire: "01 03 02 00000100",
			want: gatt.RACP{Service: gatt.RACPBloodPressure, OpCode: 1, Operator: 3, Operand: []byte{2, 0, 0, 1, 0}},
		},
	})
	for s := range gatt.RACPHealthSensor + 1 {
		for _, v := range racps {
			b := unhex(t, v.wire)
			m, err := s.Parse(b)
			if back, _ := m.AppendBinary(nil); err == nil && string(back) != string(b) {
				t.Errorf("service %d, %s: encodes to % x", s, v.wire, back)
			}
		}
	}
	if _, err := (gatt.RACP{OpCode: gatt.RACPCount, Count: 0x10000}).AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
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
		m, err := gatt.ParseRACP(unhex(t, tt.wire))
		low, high, ok := m.Numbers()
		if err != nil || low != tt.low || high != tt.high || ok != tt.ok {
			t.Errorf("%s: %d to %d, %v, %v", tt.wire, low, high, ok, err)
		}
	}
	m, _ := gatt.ParseRACP(unhex(t, "01 04 02 e807051f0c1e00 e807051f0c1e01"))
	if low, high, ok := m.Times(); low != may31 || high.Second != 1 || !ok {
		t.Errorf("%v to %v, %v", low, high, ok)
	}
}

func TestRACPDirection(t *testing.T) {
	for op := gatt.RACPReport; op <= gatt.RACPCombinedResponse; op++ {
		answer := op == gatt.RACPCount || op == gatt.RACPResponseCode || op == gatt.RACPCombinedResponse
		for _, fromDevice := range []bool{false, true} {
			err := gatt.RACP{OpCode: op}.CheckDirection(fromDevice)
			if bad := fault(err); (bad == "") != (answer == fromDevice) || bad != "" && bad != "wrong_direction @ 0 OpCode" {
				t.Errorf("%v, from the device %v: %q", op, fromDevice, bad)
			}
		}
	}
}

func TestRACPAllocs(t *testing.T) {
	b := unhex(t, "01 04 01 0100 0500")
	if n := testing.AllocsPerRun(100, func() { _, _ = gatt.ParseRACP(b) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
