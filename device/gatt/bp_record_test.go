package gatt_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
)

var bloodPressureRecords = []vector[gatt.BloodPressureRecord]{
	{
		name: "whole", wire: "03 0100 342b aabbcc",
		want: gatt.BloodPressureRecord{
			SegmentHeader: gatt.SegmentHeader{First: true, Last: true}, Sequence: 1, UUID: gatt.UUIDEnhancedBloodPressure,
			Data: []byte{0xAA, 0xBB, 0xCC},
		},
	},
	{
		name: "first, without data", wire: "05 0000 352b",
		want: gatt.BloodPressureRecord{SegmentHeader: gatt.SegmentHeader{First: true, Counter: 1}, UUID: gatt.UUIDEnhancedCuffPressure},
	},
	{
		name: "last", wire: "fe 0102",
		want: gatt.BloodPressureRecord{SegmentHeader: gatt.SegmentHeader{Last: true, Counter: 63}, Data: []byte{1, 2}},
	},
	{name: "nothing", wire: "", bad: "truncated @ 0 SegmentationHeader"},
	{
		name: "cut", wire: "01 0100 34", want: gatt.BloodPressureRecord{SegmentHeader: gatt.SegmentHeader{First: true}, Sequence: 1},
		bad: "truncated @ 3 UUID",
	},
}

func TestBloodPressureRecord(t *testing.T) {
	testVectors(t, gatt.ParseBloodPressureRecord, bloodPressureRecords)
	testParseAllocs(t, gatt.ParseBloodPressureRecord, bloodPressureRecords[0].wire)
	if _, err := (gatt.BloodPressureRecord{SegmentHeader: gatt.SegmentHeader{Counter: 64}}).AppendBinary(nil); !errors.Is(err, device.ErrOutOfRange) {
		t.Errorf("counter 64: %v, want out of range", err)
	}
}

func TestSegmentHeader(t *testing.T) {
	for _, tt := range []struct {
		h    gatt.SegmentHeader
		next uint8
		text string
	}{
		{gatt.SegmentHeader{First: true, Last: true, Counter: 5}, 6, "part 5, first and last"},
		{gatt.SegmentHeader{First: true, Counter: 62}, 63, "part 62, first"},
		{gatt.SegmentHeader{Last: true, Counter: 63}, 0, "part 63, last"},
		{gatt.SegmentHeader{}, 1, "part 0"},
	} {
		if tt.h.Next() != tt.next || tt.h.String() != tt.text {
			t.Errorf("%+v: next %d, %q; want %d, %q", tt.h, tt.h.Next(), tt.h, tt.next, tt.text)
		}
	}
}

func FuzzParseBloodPressureRecord(f *testing.F) {
	fuzz(f, gatt.ParseBloodPressureRecord, bloodPressureRecords)
}

var registeredUsers = []vector[gatt.RegisteredUser]{
	{name: "no data", wire: "00 01", want: gatt.RegisteredUser{User: 1}},
	{
		name: "name", wire: "03 05 416c696365",
		want: gatt.RegisteredUser{
			SegmentHeader: gatt.SegmentHeader{First: true, Last: true}, User: 5, Data: gatt.NewUserText("Alice"),
		},
	},
	{name: "cut", wire: "03", want: gatt.RegisteredUser{SegmentHeader: gatt.SegmentHeader{First: true, Last: true}}, bad: "truncated @ 1 UserIndex"},
}

func TestRegisteredUser(t *testing.T) {
	testVectors(t, gatt.ParseRegisteredUser, registeredUsers)
	testParseAllocs(t, gatt.ParseRegisteredUser, registeredUsers[1].wire)
	if s := fmt.Sprintf("%v %+v", registeredUsers[1].want, registeredUsers[1].want); strings.Contains(s, "Alice") {
		t.Error("a user prints as", s)
	}
}

func FuzzParseRegisteredUser(f *testing.F) { fuzz(f, gatt.ParseRegisteredUser, registeredUsers) }

func TestSegmentsOfRecord(t *testing.T) {
	var (
		s     gatt.Segments
		first gatt.BloodPressureRecord
	)
	for i, wire := range []string{"01 0700 352a 0a0b", "04 0c", "0a 0d"} {
		m, err := gatt.ParseBloodPressureRecord(unhex(t, wire))
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
	if _, done, err := s.Add(gatt.SegmentHeader{First: true, Last: true, Counter: 40}, nil); !done || err != nil {
		t.Errorf("after a new connection: %v, %v", done, err)
	}
}
