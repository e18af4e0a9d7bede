package main

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/activity"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/gatt/ghs"
	"github.com/telemed-go/sdk/device/gatt/insulin"
	"github.com/telemed-go/sdk/device/gatt/segment"
	"github.com/telemed-go/sdk/device/gatt/user"
)

// newCharacteristics are those whose layout no second source confirms.
func newCharacteristics() []characteristic {
	return []characteristic{
		ofGATT(insulin.UUIDStatusChanged, iddDecoder(insulin.ParseStatusChanged, iddStatusChanged)),
		ofGATT(insulin.UUIDStatus, iddDecoder(insulin.ParseStatus, iddStatus)),
		ofGATT(insulin.UUIDAnnunciation, iddDecoder(insulin.ParseAnnunciationStatus, iddAnnunciation)),
		gattCharacteristic(insulin.UUIDFeature, insulin.ParseFeature, iddFeature),
		ofGATT(insulin.UUIDStatusReader, iddDecoder(insulin.ParseStatusReader, iddReader)),
		ofGATT(insulin.UUIDCommand, iddDecoder(insulin.ParseCommand, iddCommand)),
		ofGATT(insulin.UUIDCommandData, iddDecoder(insulin.ParseCommandData, iddCommandData)),
		ofGATT(insulin.UUIDRecordAccess, iddDecoder(insulin.ParseRecordAccess, iddRecordAccess)),
		ofGATT(insulin.UUIDHistory, iddDecoder(insulin.ParseHistory, iddHistory)),
		gattCharacteristic(gatt.UUIDEnhancedBloodPressure, gatt.ParseEnhancedBloodPressure, enhancedBP),
		gattCharacteristic(gatt.UUIDEnhancedCuffPressure, gatt.ParseEnhancedCuffPressure, enhancedCuff),
		gattCharacteristic(gatt.UUIDBloodPressureRecord, gatt.ParseBloodPressureRecord, bpRecord),
		gattCharacteristic(user.UUIDRegistered, user.ParseRegistered, registeredUser),
		gattCharacteristic(activity.UUIDFeature, activity.ParseFeatures, activityFeatures),
		gattCharacteristic(activity.UUIDInstant, activity.ParseInstant, activityInstant),
		gattCharacteristic(activity.UUIDSummary, activity.ParseSummary, activitySummary),
		gattCharacteristic(activity.UUIDCardio, activity.ParseCardio, cardioActivity),
		gattCharacteristic(activity.UUIDCardioSummary, activity.ParseCardioSummary, cardioSummary),
		gattCharacteristic(activity.UUIDStepSummary, activity.ParseStepSummary, stepSummary),
		gattCharacteristic(activity.UUIDSleep, activity.ParseSleep, sleepActivity),
		gattCharacteristic(activity.UUIDSleepSummary, activity.ParseSleepSummary, sleepSummary),
		gattCharacteristic(activity.UUIDControl, activity.ParseControl, activityControl),
		gattCharacteristic(activity.UUIDSession, activity.ParseSession, activitySession),
		gattCharacteristic(activity.UUIDDescriptor, activity.ParseDescriptor, activityDescriptor),
		gattCharacteristic(ghs.UUIDLiveObservation, ghs.ParseLiveObservation, liveObservation),
		gattCharacteristic(clock.UUIDDeviceTimeFeature, clock.ParseDeviceTimeFeature, deviceTimeFeature),
		ofGATT(clock.UUIDDeviceTimeParameters, decodeDeviceTimeParameters),
		ofGATT(clock.UUIDDeviceTime, decodeDeviceTime),
		gattCharacteristic(ghs.UUIDStoredObservation, ghs.ParseStoredObservation, storedObservation),
		gattCharacteristic(gatt.UUIDBatteryStatus, gatt.ParseBatteryStatus, batteryStatus),
		gattCharacteristic(ghs.UUIDSchedule, ghs.ParseSchedule, ghsSchedule),
		gattCharacteristic(ghs.UUIDElapsedTime, ghs.ParseElapsedTime, currentElapsedTime),
		gattCharacteristic(ghs.UUIDFeature, ghs.ParseFeature, ghsFeature),
		ofGATT(ghs.UUIDControl, decodeGHSControl),
		gattCharacteristic(gatt.UUIDUDI, gatt.ParseUDI, udi),
	}
}

// raw appends bytes that nobody takes apart, if there are any.
func (l *layout) raw(name string, b []byte) {
	if len(b) > 0 {
		l.add(len(b), name, hex.EncodeToString(b), "")
	}
}

// framing appends a little-endian number that only says where others are.
func (l *layout) framing(n int, name, meaning string) {
	var v framing
	for i := range n {
		if l.end+i < len(l.bytes) {
			v |= framing(l.bytes[l.end+i]) << (8 * i)
		}
	}
	l.add(n, name, v, meaning)
}

func (l *layout) segment(h segment.Header) {
	var value byte
	if len(l.bytes) > 0 {
		value = l.bytes[0]
	}
	l.named(1, "segmentation_header", uint64(value), h)
}

// iddDecoder takes the E2E protection off first, if the features of the pump
// say that there is one.
func iddDecoder[M any](parse func([]byte) (M, error), lay func(*layout, M)) func([]byte, hints) (layout, error) {
	return func(b []byte, h hints) (layout, error) {
		if h.IDDFeatures == nil || insulin.Features(*h.IDDFeatures)&insulin.E2EProtection == 0 {
			m, err := parse(b)
			l := layout{bytes: b}
			lay(&l, m)
			return l, err
		}
		value, counter, err := insulin.Unprotect(b)
		if err != nil {
			return layout{bytes: b}, err
		}
		m, err := parse(value)
		l := layout{bytes: b}
		lay(&l, m)
		if err == nil {
			l.number(1, "e2e_counter", uint64(counter))
			l.crc(true)
		}
		return l, err
	}
}

func iddStatusChanged(l *layout, s insulin.StatusChanged) { l.named(2, "status_changed", uint64(s), s) }

func iddStatus(l *layout, m insulin.Status) {
	l.named(1, "therapy_control_state", uint64(m.Therapy), m.Therapy)
	l.named(1, "operational_state", uint64(m.Operational), m.Operational)
	l.sfloat("reservoir_remaining_IU", m.Reservoir)
	l.bitsAt("flags", "reservoir attached")
	l.also("reservoir_attached", m.Attached, "")
}

func iddAnnunciation(l *layout, m insulin.AnnunciationStatus) {
	l.flags("annunciation", "auxiliary 1", "auxiliary 2", "auxiliary 3", "auxiliary 4", "auxiliary 5")
	if m.HasAnnunciation {
		l.number(2, "annunciation_instance_id", uint64(m.Instance))
		l.named(2, "annunciation_type", uint64(m.Type), m.Type)
		l.named(1, "annunciation_status", uint64(m.State), m.State)
	}
	for i, v := range m.Auxiliary {
		if m.HasAuxiliary>>i&1 != 0 {
			l.number(2, "aux_info_"+strconv.Itoa(i+1), uint64(v))
		}
	}
}

func iddFeature(l *layout, m insulin.Feature) {
	l.crc(true)
	l.number(1, "e2e_counter", uint64(m.Counter))
	l.sfloat("insulin_concentration_IU_per_mL", m.Concentration)
	l.named(3, "features", uint64(m.Features), m.Features)
	l.raw("feature_extension", m.Extension)
}

func iddReader(l *layout, m insulin.StatusReader) {
	l.named(2, "opcode", uint64(m.OpCode), m.OpCode)
	if request, result, ok := m.Response(); ok {
		l.named(2, "request_opcode", uint64(request), request)
		l.named(1, "response_code", uint64(result), result)
		return
	}
	l.raw("operand", m.Operand)
}

func iddCommand(l *layout, m insulin.Command) {
	l.named(2, "opcode", uint64(m.OpCode), m.OpCode)
	if request, result, ok := m.Response(); ok {
		l.named(2, "request_opcode", uint64(request), request)
		l.named(1, "response_code", uint64(result), result)
		return
	}
	l.raw("operand", m.Operand)
}

func iddCommandData(l *layout, m insulin.CommandData) {
	l.named(2, "opcode", uint64(m.OpCode), m.OpCode)
	l.raw("command_data", m.Operand)
}

func iddRecordAccess(l *layout, m insulin.RecordAccess) {
	l.named(1, "opcode", uint64(m.OpCode), m.OpCode)
	l.named(1, "operator", uint64(m.Operator), m.Operator)
	if request, result, ok := m.Response(); ok {
		l.named(1, "request_opcode", uint64(request), request)
		l.named(1, "response_code", uint64(result), result)
		return
	}
	l.raw("operand", m.Operand)
}

func iddHistory(l *layout, m insulin.History) {
	l.named(2, "event_type", uint64(m.Event), m.Event)
	l.number(4, "sequence", uint64(m.Sequence))
	l.number(2, "relative_offset_s", uint64(m.Offset))
	l.raw("event_data", m.Data)
}

func enhancedBP(l *layout, m gatt.EnhancedBloodPressure) {
	unit := enhancedFlags(l, m.EnhancedBPDetails)
	l.sfloat("systolic_"+unit, m.Systolic)
	l.sfloat("diastolic_"+unit, m.Diastolic)
	l.sfloat("map_"+unit, m.Mean)
	enhancedDetails(l, m.EnhancedBPDetails)
}

func enhancedCuff(l *layout, m gatt.EnhancedCuffPressure) {
	l.sfloat("cuff_pressure_"+enhancedFlags(l, m.EnhancedBPDetails), m.Pressure)
	enhancedDetails(l, m.EnhancedBPDetails)
}

func enhancedFlags(l *layout, d gatt.EnhancedBPDetails) (unit string) {
	l.flags("kPa", "UTC time", "pulse rate", "user", "status", "user-facing time", "epoch 2000")
	if d.KPa {
		return "kPa"
	}
	return "mmHg"
}

func enhancedDetails(l *layout, d gatt.EnhancedBPDetails) {
	if at, ok := d.Time(); ok {
		l.add(4, "timestamp", at.Format(deviceTime), "UTC")
	}
	if d.HasPulseRate {
		l.sfloat("pulse_rate_bpm", d.PulseRate)
	}
	if d.HasUser {
		l.add(1, "user_id", d.User, unknownUser(d.User))
	}
	if d.HasStatus {
		l.named(2, "measurement_status", uint64(d.Status), d.Status)
	}
	if shown, ok := d.UserDateTime(); ok {
		l.add(4, "user_facing_time", shown.String(), "")
	}
}

func bpRecord(l *layout, m gatt.BloodPressureRecord) {
	l.segment(m.Header)
	if m.First {
		l.number(2, "sequence", uint64(m.Sequence))
		l.add(2, "uuid", m.UUID, fmt.Sprintf("%04X", m.UUID))
	}
	l.raw("recorded_data", m.Data)
}

func registeredUser(l *layout, m user.Registered) {
	l.segment(m.Header)
	l.number(1, "user_index", uint64(m.User))
	data, _ := m.Data.AppendBinary(nil)
	l.raw("data", data)
}

func activityFeatures(l *layout, f activity.Features) { l.named(8, "features", uint64(f), f) }

func activityHeader(l *layout, h activity.Head, size int, flags uint64, words fmt.Stringer) {
	l.number(1, "header", uint64(h.Header))
	l.named(size, "flags", flags, words)
	l.number(2, "session_id", uint64(h.Session))
	l.number(2, "sub_session_id", uint64(h.SubSession))
	l.number(4, "relative_timestamp", uint64(h.Timestamp))
	l.number(4, "sequence", uint64(h.Sequence))
}

func activityInstant(l *layout, m activity.Instant) {
	activityHeader(l, m.Head, 3, uint64(m.Flags), m.Flags)
	l.raw("additional_data", m.Fields)
}

func activitySummary(l *layout, m activity.Summary) {
	activityHeader(l, m.Head, 4, uint64(m.Flags), m.Flags)
	l.raw("additional_data", m.Fields)
}

func stepSummary(l *layout, m activity.StepSummary) {
	activityHeader(l, m.Head, 1, uint64(m.Flags), m.Flags)
	l.raw("additional_data", m.Fields)
}

func cardioActivity(l *layout, m activity.Cardio) {
	l.named(2, "flags", uint64(m.Flags), m.Flags)
	l.raw("additional_data", m.Fields)
}

func cardioSummary(l *layout, m activity.CardioSummary) {
	l.named(4, "flags", uint64(m.Flags), m.Flags)
	l.raw("additional_data", m.Fields)
}

func sleepActivity(l *layout, m activity.Sleep) {
	l.named(2, "flags", uint64(m.Flags), m.Flags)
	l.named(3, "sleep_stage", uint64(m.Stage), m.Stage)
	l.raw("additional_data", m.Fields)
}

func sleepSummary(l *layout, m activity.SleepSummary) {
	l.named(3, "flags", uint64(m.Flags), m.Flags)
	l.raw("additional_data", m.Fields)
}

func activityControl(l *layout, m activity.Control) {
	l.named(1, "opcode", uint64(m.OpCode), m.OpCode)
	l.raw("operand", m.Operand)
}

func activitySession(l *layout, m activity.Session) {
	l.flags("session active", "activity type")
	l.number(2, "session_id", uint64(m.Session))
	if m.HasType {
		l.named(1, "activity_type", uint64(m.Type), m.Type)
	}
}

func activityDescriptor(l *layout, m activity.Descriptor) {
	l.number(2, "session_id", uint64(m.Session))
	l.named(1, "session_status", uint64(m.Status), m.Status)
	l.named(1, "activity_type", uint64(m.Type), m.Type)
	l.raw("additional_data", m.More)
}

func deviceTimeFeature(l *layout, m clock.DeviceTimeFeature) {
	l.crc(m.HasCRC)
	l.named(2, "features", uint64(m.Features), m.Features)
}

func decodeDeviceTimeParameters(b []byte, h hints) (layout, error) {
	features := h.deviceTime()
	m, err := clock.ParseDeviceTimeParameters(b, features)
	l := layout{bytes: b}
	l.crc(features&clock.DTE2ECRC != 0)
	l.number(2, "rtc_resolution_65536s", uint64(m.Resolution))
	if features&clock.DTDriftTracking != 0 {
		l.number(2, "max_rtc_drift_limit_s", uint64(m.MaxDrift))
		l.number(2, "max_days_until_sync_loss", uint64(m.MaxDays))
	}
	if features&clock.DTChangeLogging != 0 {
		l.number(2, "non_logged_time_adjustment_limit_s", uint64(m.NonLoggedLimit))
	}
	if features&clock.DTDisplayedFormats != 0 {
		l.number(2, "displayed_formats", uint64(m.Formats))
	}
	return l, err
}

func decodeDeviceTime(b []byte, h hints) (layout, error) {
	features := h.deviceTime()
	m, err := clock.ParseDeviceTime(b, features)
	l := layout{bytes: b}
	l.crc(features&clock.DTE2ECRC != 0)
	l.add(4, "base_time", m.BaseTime, m.Base().Truncate(time.Second).Format(deviceTime))
	l.add(1, "time_zone_15min", m.Zone, "")
	l.named(1, "dst_offset", uint64(m.DST), m.DST)
	l.named(2, "status", uint64(m.Status), m.Status)
	if features&clock.DTUserTimeline != 0 {
		l.number(4, "user_time", uint64(m.UserTime))
	}
	if features&clock.DTDriftTracking != 0 {
		l.number(2, "accumulated_rtc_drift_s", uint64(m.Drift))
	}
	if features&clock.DTChangeLogging != 0 {
		l.number(2, "next_sequence", uint64(m.NextSequence))
	}
	if features&clock.DTSecondFractions != 0 {
		l.number(2, "base_time_fractions_65536", uint64(m.Fraction))
	}
	return l, err
}

// deviceTime is what the clock of the device can do; nothing if that is unknown.
func (h hints) deviceTime() clock.DeviceTimeFeatures {
	if h.DeviceTimeFeatures == nil {
		return 0
	}
	return clock.DeviceTimeFeatures(*h.DeviceTimeFeatures)
}

func batteryStatus(l *layout, m gatt.BatteryStatus) {
	l.flags("identifier", "level", "additional status")
	l.named(2, "power_state", uint64(m.Power), m.Power)
	l.also("battery_present", m.Power.Present(), "")
	if m.HasIdentifier {
		l.number(2, "identifier", uint64(m.Identifier))
	}
	if m.HasLevel {
		l.number(1, "level_pct", uint64(m.Level))
	}
	if m.HasAdditional {
		l.number(1, "additional_status", uint64(m.Additional))
	}
}

func elapsedTime(l *layout, t ghs.ElapsedTime) {
	l.bitsAt("time_flags", "ticks", "UTC", "resolution bit 0", "resolution bit 1", "offset is used", "current timeline")
	l.add(6, "time_value", t.Value, t.String())
	l.named(1, "sync_source", uint64(t.Source), t.Source)
	l.add(1, "tz_dst_offset_15min", t.Offset, "")
}

func currentElapsedTime(l *layout, m ghs.CurrentElapsedTime) {
	elapsedTime(l, m.ElapsedTime)
	if m.HasClock {
		l.named(1, "clock_status", uint64(m.Status), m.Status)
		l.named(1, "clock_capabilities", uint64(m.Capabilities), m.Capabilities)
	}
}

func udi(l *layout, m gatt.UDI) {
	l.flags("label", "device identifier", "issuer", "authority")
	for _, t := range []struct {
		name string
		text []byte
	}{
		{"udi_label", m.Label}, {"device_identifier", m.DeviceIdentifier}, {"udi_issuer", m.Issuer}, {"udi_authority", m.Authority},
	} {
		if t.text != nil {
			l.add(len(t.text)+1, t.name, string(t.text), "")
		}
	}
}
