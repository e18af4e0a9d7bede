package main

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/cgm"
	"github.com/telemed-go/sdk/device/gatt/racp"
)

// cgmCharacteristics are those of the record access control point and of
// continuous glucose monitoring.
func cgmCharacteristics() []characteristic {
	return []characteristic{
		ofGATT(racp.UUID, decodeRACP),
		gattCharacteristic(cgm.UUIDMeasurement, cgm.ParseMeasurement, cgmMeasurement),
		gattCharacteristic(cgm.UUIDFeature, cgm.ParseFeature, cgmFeature),
		gattCharacteristic(cgm.UUIDStatus, cgm.ParseStatus, cgmStatus),
		gattCharacteristic(cgm.UUIDSessionStart, cgm.ParseSessionStart, cgmSessionStart),
		gattCharacteristic(cgm.UUIDSessionRunTime, cgm.ParseSessionRunTime, cgmSessionRunTime),
		ofGATT(cgm.UUIDControl, decodeCGMControl),
		{"CRC16-MCRF4XX", "E2E-CRC of all bytes", 0, decodeCRC},
	}
}

// checkDirection holds the op code of a control point against the direction of
// the request, if it gives one. Without an op code there is nothing to hold.
func checkDirection(b []byte, h hints, check func(fromDevice bool) error, err error) error {
	if h.Direction == "" || len(b) == 0 || codeIs(err, device.ErrOpCode) {
		return err
	}
	if wrong := check(h.Direction == "from_device"); wrong != nil {
		return wrong
	}
	return err
}

func codeIs(err error, code device.Fault) bool { return err != nil && faultOf(err).Code == code.Code() }

// decodeRACP knows the service by its UUID.
func decodeRACP(b []byte, h hints) (layout, error) {
	service := racp.Plain
	switch h.Service {
	case "1810":
		service = racp.BloodPressure
	case "1840":
		service = racp.HealthSensor
	}
	m, err := service.Parse(b)
	l := layout{bytes: b}
	recordAccess(&l, m)
	return l, checkDirection(b, h, m.CheckDirection, err)
}

func recordAccess(l *layout, m racp.ControlPoint) {
	l.named(1, "opcode", uint64(m.OpCode), m.OpCode)
	l.named(1, "operator", uint64(m.Operator), m.Operator)
	switch m.OpCode {
	case racp.ResponseCode:
		l.named(1, "request_opcode", uint64(m.Request), m.Request)
		l.named(1, "response_code", uint64(m.Response), m.Response)
	case racp.Count, racp.CombinedResponse:
		size := 2
		if m.Service == racp.HealthSensor {
			size = 4
		}
		l.number(size, "record_count", uint64(m.Count))
	default:
		if len(m.Operand) > 0 {
			l.add(len(m.Operand), "operand", hex.EncodeToString(m.Operand), bounds(m))
		}
	}
}

// bounds is what a request asks for, in words.
func bounds(m racp.ControlPoint) string {
	if low, high, ok := m.Numbers(); ok {
		return fmt.Sprintf("%v: %d to %d", m.Filter(), low, high)
	}
	if low, high, ok := m.Times(); ok {
		return fmt.Sprintf("%v: %v to %v", m.Filter(), low, high)
	}
	return m.Filter().String()
}

func cgmMeasurement(l *layout, m cgm.Measurement) {
	records := []fields{}
	start := l.end
	for c := range m.Records() {
		record := layout{bytes: l.bytes, end: l.end}
		record.add(1, "size", framing(l.bytes[l.end]), "bytes")
		cgmRecord(&record, c)
		records = append(records, record.fields)
		l.end = record.end
	}
	l.fields = append(l.fields, field{"records", start, l.end - start, records, ""})
}

func cgmRecord(l *layout, c cgm.Record) {
	l.bitsAt("flags", "trend", "quality", "", "", "", "warning octet", "cal/temp octet", "status octet")
	l.sfloat("glucose_mg_per_dL", c.Glucose)
	l.number(2, "time_offset_min", uint64(c.TimeOffset))
	if c.HasStatus {
		l.named(1, "status_octet", uint64(c.Annunciation.Status()), c.Annunciation&0xFF)
	}
	if c.HasCalTemp {
		l.named(1, "cal_temp_octet", uint64(c.Annunciation.CalTemp()), c.Annunciation&0xFF00)
	}
	if c.HasWarning {
		l.named(1, "warning_octet", uint64(c.Annunciation.Warning()), c.Annunciation&0xFF0000)
	}
	if c.HasTrend {
		l.sfloat("trend_mg_per_dL_per_min", c.Trend)
	}
	if c.HasQuality {
		l.sfloat("quality_pct", c.Quality)
	}
	l.crc(c.HasCRC)
}

// bitsAt appends the next byte, with a meaning for each of its bits.
func (l *layout) bitsAt(name string, meanings ...string) {
	sub := layout{bytes: l.bytes[min(l.end, len(l.bytes)):]}
	sub.flags(meanings...)
	l.add(1, name, sub.fields[0].value, sub.fields[0].meaning)
}

// crc appends the checksum of which the frame has one.
func (l *layout) crc(has bool) {
	if !has {
		return
	}
	var sum uint16
	if l.end+2 <= len(l.bytes) {
		sum = binary.LittleEndian.Uint16(l.bytes[l.end:])
	}
	l.number(2, "crc", uint64(sum))
}

func cgmFeature(l *layout, m cgm.Feature) {
	l.named(3, "features", uint64(m.Features), m.Features)
	l.also("crc_supported", m.Features.HasCRC(), "")
	l.named(1, "cgm_type", uint64(m.Type), m.Type)
	l.named(0, "sample_location", uint64(m.Location), m.Location)
	l.crc(true)
}

func cgmStatus(l *layout, m cgm.Status) {
	l.number(2, "time_offset_min", uint64(m.TimeOffset))
	l.named(1, "status_octet", uint64(m.Annunciation.Status()), m.Annunciation&0xFF)
	l.named(1, "cal_temp_octet", uint64(m.Annunciation.CalTemp()), m.Annunciation&0xFF00)
	l.named(1, "warning_octet", uint64(m.Annunciation.Warning()), m.Annunciation&0xFF0000)
	l.crc(m.HasCRC)
}

func cgmSessionStart(l *layout, m cgm.SessionStart) {
	l.dateTime("session_start", m.Start)
	zone := "unknown"
	if east, ok := m.TimeZone.Offset(); ok {
		zone = east.String()
	}
	l.add(1, "time_zone_15min", int8(m.TimeZone), zone)
	l.named(1, "dst_offset", uint64(m.DST), m.DST)
	l.crc(m.HasCRC)
}

func cgmSessionRunTime(l *layout, m cgm.SessionRunTime) {
	l.number(2, "run_time_h", uint64(m.Hours))
	l.crc(m.HasCRC)
}

func decodeCGMControl(b []byte, h hints) (layout, error) {
	m, err := cgm.ParseControl(b)
	l := layout{bytes: b}
	cgmControl(&l, m)
	return l, checkDirection(b, h, m.CheckDirection, err)
}

func cgmControl(l *layout, m cgm.Control) {
	l.named(1, "opcode", uint64(m.OpCode), m.OpCode)
	switch c := m.OpCode; {
	case c == cgm.SetInterval || c == cgm.Interval:
		l.number(1, "communication_interval_min", uint64(m.Interval))
	case c == cgm.SetCalibration || c == cgm.CalibrationValue:
		cgmCalibration(l, m.Calibration)
	case c == cgm.GetCalibration:
		l.number(2, "calibration_record", uint64(m.Calibration.Record))
	case c == cgm.ResponseCode:
		l.named(1, "request_opcode", uint64(m.Request), m.Request)
		l.named(1, "response_code", uint64(m.Response), m.Response)
	case c.HasLevel() && c.IsRate():
		l.sfloat("alert_rate_mg_per_dL_per_min", m.Level)
	case c.HasLevel():
		l.sfloat("alert_level_mg_per_dL", m.Level)
	}
	l.crc(m.HasCRC)
}

func cgmCalibration(l *layout, c cgm.Calibration) {
	l.sfloat("calibration_mg_per_dL", c.Glucose)
	l.number(2, "calibration_time_min", uint64(c.Time))
	l.named(1, "sample_type", uint64(c.Type), c.Type)
	l.named(0, "sample_location", uint64(c.Location), c.Location)
	l.number(2, "next_calibration_time_min", uint64(c.Next))
	l.number(2, "calibration_record", uint64(c.Record))
	l.named(1, "calibration_status", uint64(c.Status), c.Status)
}

func decodeCRC(b []byte, _ hints) (layout, error) {
	l := layout{bytes: b}
	l.add(len(b), "covered", len(b), "bytes")
	l.also("crc", gatt.CRC16(b), fmt.Sprintf("0x%04X, little-endian on air", gatt.CRC16(b)))
	return l, nil
}
