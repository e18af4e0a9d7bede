package main

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/clock"
)

// timeCharacteristics are those of clocks, and the list of certifications.
func timeCharacteristics() []characteristic {
	return []characteristic{
		gattCharacteristic(clock.UUIDDayOfWeek, clock.ParseDayOfWeek, dayOfWeek),
		gattCharacteristic(clock.UUIDDayDateTime, clock.ParseDayDateTime, dayDateTime),
		gattCharacteristic(clock.UUIDExactTime256, clock.ParseExactTime256, exactTime),
		gattCharacteristic(clock.UUIDDSTOffset, clock.ParseDSTOffset, dstOffset),
		gattCharacteristic(clock.UUIDTimeZone, clock.ParseTimeZone, timeZone),
		gattCharacteristic(clock.UUIDLocalTimeInformation, clock.ParseLocalTimeInformation, localTime),
		gattCharacteristic(clock.UUIDTimeAccuracy, clock.ParseTimeAccuracy, timeAccuracy),
		gattCharacteristic(clock.UUIDTimeSource, clock.ParseTimeSource, timeSource),
		gattCharacteristic(clock.UUIDReferenceTime, clock.ParseReferenceTimeInformation, referenceTime),
		ofGATT(clock.UUIDTimeUpdateControl, decodeTimeUpdateControl),
		gattCharacteristic(clock.UUIDTimeUpdateState, clock.ParseTimeUpdateState, timeUpdateState),
		gattCharacteristic(gatt.UUIDRegulatoryData, gatt.ParseRegulatoryData, regulatoryData),
		gattCharacteristic(clock.UUIDCurrentTime, clock.ParseCurrentTime, currentTime),
	}
}

func dayOfWeek(l *layout, d clock.DayOfWeek) { l.named(1, "day_of_week", uint64(d), d) }

func dayDateTime(l *layout, d clock.DayDateTime) {
	l.dateTime("timestamp", d.DateTime)
	dayOfWeek(l, d.DayOfWeek)
}

func exactTime(l *layout, t clock.ExactTime256) {
	dayDateTime(l, t.DayDateTime)
	l.number(1, "fractions_256", uint64(t.Fractions))
}

func currentTime(l *layout, t clock.CurrentTime) {
	exactTime(l, t.ExactTime256)
	l.named(1, "adjust_reason", uint64(t.Adjusted), t.Adjusted)
}

func dstOffset(l *layout, d clock.DSTOffset) { l.named(1, "dst_offset", uint64(d), d) }

func timeZone(l *layout, z clock.TimeZone) {
	l.add(1, "time_zone_15min", int8(z), "")
	var minutes any
	if east, ok := z.Offset(); ok {
		minutes = int(east.Minutes())
	}
	l.also("offset_min", minutes, "")
}

func localTime(l *layout, i clock.LocalTimeInformation) {
	timeZone(l, i.Zone)
	dstOffset(l, i.DST)
}

func timeAccuracy(l *layout, a clock.TimeAccuracy) {
	l.named(1, "accuracy_8th_s", uint64(a), a)
	var seconds any
	if q, ok := a.Drift(); ok {
		seconds = shortest(q.Value())
	}
	l.also("accuracy_s", seconds, "")
}

func timeSource(l *layout, s clock.TimeSource) { l.named(1, "time_source", uint64(s), s) }

func referenceTime(l *layout, i clock.ReferenceTimeInformation) {
	timeSource(l, i.Source)
	timeAccuracy(l, i.Accuracy)
	l.number(1, "days_since_update", uint64(i.Days))
	l.number(1, "hours_since_update", uint64(i.Hours))
}

func decodeTimeUpdateControl(b []byte, h hints) (layout, error) {
	c, err := clock.ParseTimeUpdateControl(b)
	l := layout{bytes: b}
	l.named(1, "command", uint64(c), c)
	return l, checkDirection(b, h, c.CheckDirection, err)
}

func timeUpdateState(l *layout, s clock.TimeUpdateState) {
	l.named(1, "current_state", uint64(s.State), s.State)
	l.named(1, "result", uint64(s.Result), s.Result)
}

// regulatoryData shows the entries one by one, or all bytes if they are not
// the expected list.
func regulatoryData(l *layout, d gatt.RegulatoryData) {
	raw := d.Raw()
	l.also("certification_data", hex.EncodeToString(raw), "")
	tree := layout{bytes: raw}
	if len(raw) >= 4 {
		tree.number(2, "count", uint64(binary.BigEndian.Uint16(raw)))
		tree.number(2, "length", uint64(binary.BigEndian.Uint16(raw[2:])))
	}
	n := 0
	for c, err := range d.All() {
		if err != nil {
			l.add(len(raw), "unparsed", len(raw), "bytes: "+err.Error())
			return
		}
		n++
		certification(&tree, c, strconv.Itoa(n))
	}
	l.fields, l.end = append(l.fields, tree.fields...), tree.end
}

func certification(l *layout, c gatt.Certification, n string) {
	l.named(1, "authorizing_body_"+n, uint64(c.Body), c.Body)
	l.add(1, "type_"+n, c.Type, "")
	l.number(2, "length_"+n, uint64(len(c.Data)))
	l.add(len(c.Data), "data_"+n, hex.EncodeToString(c.Data), "")
	if major, minor, classes, ok := c.ContinuaVersion(); ok {
		l.also("version_"+n, fmt.Sprintf("%d.%d", major, minor), "")
		l.also("device_classes_"+n, hex.EncodeToString(classes), "")
	}
	if bits, ok := c.ContinuaRegulation(); ok {
		l.also("regulation_"+n, bits, "")
	}
}
