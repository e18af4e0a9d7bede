package gatt_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/internal/atttest"
	"github.com/telemed-go/sdk/device/gatt/segment"
	"github.com/telemed-go/sdk/device/gatt/user"
)

var bloodPressureRecords = []atttest.Vector[gatt.BloodPressureRecord]{
	{
		Name: "whole", Wire: "03 0100 342b aabbcc",
		Want: gatt.BloodPressureRecord{
			Header: segment.Header{First: true, Last: true}, Sequence: 1, UUID: gatt.UUIDEnhancedBloodPressure,
			Data: []byte{0xAA, 0xBB, 0xCC},
		},
	},
	{
		Name: "first, without data", Wire: "05 0000 352b",
		Want: gatt.BloodPressureRecord{Header: segment.Header{First: true, Counter: 1}, UUID: gatt.UUIDEnhancedCuffPressure},
	},
	{
		Name: "last", Wire: "fe 0102",
		Want: gatt.BloodPressureRecord{Header: segment.Header{Last: true, Counter: 63}, Data: []byte{1, 2}},
	},
	{Name: "nothing", Wire: "", Bad: "truncated @ 0 SegmentationHeader"},
	{
		Name: "cut", Wire: "01 0100 34", Want: gatt.BloodPressureRecord{Header: segment.Header{First: true}, Sequence: 1},
		Bad: "truncated @ 3 UUID",
	},
}

func TestBloodPressureRecord(t *testing.T) {
	atttest.Vectors(t, gatt.ParseBloodPressureRecord, bloodPressureRecords)
	atttest.ParseAllocs(t, gatt.ParseBloodPressureRecord, bloodPressureRecords[0].Wire)
	if _, err := (gatt.BloodPressureRecord{Header: segment.Header{Counter: 64}}).AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Errorf("counter 64: %v, want out of range", err)
	}
}

func TestSegmentHeader(t *testing.T) {
	for _, tt := range []struct {
		h    segment.Header
		next uint8
		text string
	}{
		{segment.Header{First: true, Last: true, Counter: 5}, 6, "part 5, first and last"},
		{segment.Header{First: true, Counter: 62}, 63, "part 62, first"},
		{segment.Header{Last: true, Counter: 63}, 0, "part 63, last"},
		{segment.Header{}, 1, "part 0"},
	} {
		if tt.h.Next() != tt.next || tt.h.String() != tt.text {
			t.Errorf("%+v: next %d, %q; want %d, %q", tt.h, tt.h.Next(), tt.h, tt.next, tt.text)
		}
	}
}

func FuzzParseBloodPressureRecord(f *testing.F) {
	atttest.Fuzz(f, gatt.ParseBloodPressureRecord, bloodPressureRecords)
}

var registeredUsers = []atttest.Vector[user.Registered]{
	{Name: "no data", Wire: "00 01", Want: user.Registered{User: 1}},
	{
		Name: "name", Wire: "03 05 416c696365",
		Want: user.Registered{
			Header: segment.Header{First: true, Last: true}, User: 5, Data: user.NewText("Alice"),
		},
	},
	{Name: "cut", Wire: "03", Want: user.Registered{Header: segment.Header{First: true, Last: true}}, Bad: "truncated @ 1 UserIndex"},
}

func TestRegisteredUser(t *testing.T) {
	atttest.Vectors(t, user.ParseRegistered, registeredUsers)
	atttest.ParseAllocs(t, user.ParseRegistered, registeredUsers[1].Wire)
	if s := fmt.Sprintf("%v %+v", registeredUsers[1].Want, registeredUsers[1].Want); strings.Contains(s, "Alice") {
		t.Error("a user prints as", s)
	}
}

func FuzzParseRegisteredUser(f *testing.F) { atttest.Fuzz(f, user.ParseRegistered, registeredUsers) }

func TestSegmentsOfRecord(t *testing.T) {
	var (
		s     segment.Joiner
		first gatt.BloodPressureRecord
	)
	for i, wire := range []string{"01 0700 352a 0a0b", "04 0c", "0a 0d"} {
		m, err := gatt.ParseBloodPressureRecord(atttest.Unhex(t, wire))
		if err != nil {
			t.Fatal(err)
		}
		whole, done, err := m.Join(&s, &first)
		if err != nil || done != (i == 2) {
			t.Fatalf("part %d: done %v, %v", i, done, err)
		}
		if done && (whole.Sequence != 7 || whole.UUID != 0x2A35 || !whole.Whole() || !bytes.Equal(whole.Data, []byte{10, 11, 12, 13})) {
			t.Errorf("got %+v", whole)
		}
	}
	s.Reset()
	if _, done, err := s.Add(segment.Header{First: true, Last: true, Counter: 40}, nil); !done || err != nil {
		t.Errorf("after a new connection: %v, %v", done, err)
	}
}
