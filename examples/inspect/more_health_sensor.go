package main

import (
	"encoding/hex"
	"slices"

	"github.com/telemed-go/sdk/device/gatt/ghs"
	"github.com/telemed-go/sdk/vitals"
)

func liveObservation(l *layout, m ghs.LiveObservation) {
	l.segment(m.Header)
	if !m.Whole() {
		l.raw("segment", m.Part)
		return
	}
	observation(l, m.Observation)
}

func storedObservation(l *layout, m ghs.StoredObservation) {
	l.segment(m.Header)
	if !m.Whole() {
		l.raw("segment", m.Part)
		return
	}
	l.number(4, "record_number", uint64(m.Record))
	observation(l, m.Observation)
}

func observation(l *layout, o ghs.Observation) {
	l.named(1, "class", uint64(o.Value.Class), o.Value.Class)
	l.framing(2, "length", "bytes that follow")
	l.named(2, "flags", uint64(o.Flags), o.Flags)
	if o.Flags.Has(ghs.HasType) {
		l.add(4, "observation_type", o.Type, kindName(o.Type))
	}
	if o.Flags.Has(ghs.HasTimestamp) {
		elapsedTime(l, o.Timestamp)
	}
	if o.Flags.Has(ghs.HasDuration) {
		l.float("measurement_duration_s", o.Duration)
	}
	if o.Flags.Has(ghs.HasStatus) {
		l.named(2, "measurement_status", uint64(o.Status), o.Status)
	}
	if o.Flags.Has(ghs.HasObject) {
		l.number(4, "object_id", uint64(o.Object))
	}
	if o.Flags.Has(ghs.HasUser) {
		l.number(1, "user_id", uint64(o.User))
	}
	if o.Flags.Has(ghs.HasSupplemental) {
		l.codes("supplemental_information", o.Supplemental)
	}
	if o.Flags.Has(ghs.HasDerivedFrom) {
		l.codes("derived_from", o.DerivedFrom)
	}
	if o.Flags.Has(ghs.HasMembers) {
		l.codes("has_member", o.Members)
	}
	if o.Flags.Has(ghs.HasExtra) {
		l.tlvs(o.Extra)
	}
	observationValue(l, o.Value)
}

// kindName is what readings call an MDC code, if they have a kind for it.
func kindName(code uint32) string {
	if k, ok := vitals.KindByMDC(code); ok {
		return k.Display()
	}
	return ""
}

// unitName is the unit with a code of partition 4, if the SDK knows it.
func unitName(term uint16) string {
	for u := vitals.Unit(1); u.UCUM() != ""; u++ {
		if u.MDC() == 4<<16|uint32(term) {
			return u.String()
		}
	}
	return ""
}

// codes appends a list with its count.
func (l *layout) codes(name string, c ghs.Codes) {
	l.add(1+4*c.Len(), name, slices.AppendSeq([]uint32{}, c.All()), "")
}

func (l *layout) tlvs(list ghs.TLVs) {
	l.framing(1, "tlv_count", "")
	records, start := []fields{}, l.end
	for t := range list.All() {
		record := layout{bytes: l.bytes, end: l.end}
		record.add(4, "type", t.Type, "")
		record.framing(2, "length", "bytes")
		record.number(1, "format", uint64(t.Format))
		record.raw("value", t.Value)
		records = append(records, record.fields)
		l.end = record.end
	}
	l.fields = append(l.fields, field{"tlvs", start, l.end - start, records, ""})
}

func observationValue(l *layout, v ghs.Value) {
	switch v.Class {
	case ghs.NumericClass:
		n, _ := v.Numeric()
		l.add(2, "unit_code", n.Unit, unitName(n.Unit))
		l.float("value", n.Value)
	case ghs.DiscreteClass:
		code, _ := v.Code()
		l.number(4, "code", uint64(code))
	case ghs.TextClass:
		text, _ := v.Text()
		l.framing(2, "text_length", "bytes")
		l.add(len(text), "text", text, "")
	case ghs.SamplesClass:
		samples(l, v)
	case ghs.EventsClass:
		l.codes("events", v.Events())
	case ghs.StatesClass:
		s, _ := v.States()
		l.framing(1, "state_size", "bytes")
		l.raw("supported_mask", s.Supported)
		l.raw("state_or_event_mask", s.Lasting)
		l.raw("state_bits", s.Bits)
	case ghs.CompoundClass:
		components(l, v)
	case ghs.TLVClass:
		l.tlvs(v.TLVs())
	case ghs.BundleClass:
		bundle(l, v)
	default:
		l.raw("value", v.Raw())
	}
}

func samples(l *layout, v ghs.Value) {
	s, _ := v.Samples()
	l.add(2, "unit_code", s.Unit, unitName(s.Unit))
	l.float("scale_factor", s.Scale)
	l.float("scale_offset", s.Offset)
	l.add(4, "scaled_min", s.Min, "")
	l.add(4, "scaled_max", s.Max, "")
	l.float("sample_period_s", s.Period)
	l.number(1, "samples_per_period", uint64(s.PerPeriod))
	l.number(1, "bytes_per_sample", uint64(s.Width))
	l.number(4, "sample_count", uint64(s.Count))
	l.add(len(s.Data), "samples", hex.EncodeToString(s.Data), "")
}

func components(l *layout, v ghs.Value) {
	records := []fields{}
	l.framing(1, "component_count", "")
	start := l.end
	for c := range v.Components() {
		record := layout{bytes: l.bytes, end: l.end}
		record.add(4, "type", c.Type, kindName(c.Type))
		record.named(1, "class", uint64(c.Value.Class), c.Value.Class)
		observationValue(&record, c.Value)
		records = append(records, record.fields)
		l.end = record.end
	}
	l.fields = append(l.fields, field{"components", start, l.end - start, records, ""})
}

func bundle(l *layout, v ghs.Value) {
	records := []fields{}
	l.framing(1, "observation_count", "")
	start := l.end
	for o := range v.Bundle() {
		record := layout{bytes: l.bytes, end: l.end}
		observation(&record, o)
		records = append(records, record.fields)
		l.end = record.end
	}
	l.fields = append(l.fields, field{"observations", start, l.end - start, records, ""})
}

func ghsFeature(l *layout, m ghs.Feature) {
	l.flags("device specializations")
	l.codes("observation_types", m.Types)
	if !m.HasSpecializations {
		return
	}
	list := []fields{}
	l.framing(1, "specialization_count", "")
	start := l.end
	for i := range m.Specializations.Len() {
		term, version := m.Specializations.At(i)
		record := layout{bytes: l.bytes, end: l.end}
		record.number(2, "term", uint64(term))
		record.number(1, "version", uint64(version))
		list = append(list, record.fields)
		l.end = record.end
	}
	l.fields = append(l.fields, field{"device_specializations", start, l.end - start, list, ""})
}

func decodeGHSControl(b []byte, h hints) (layout, error) {
	c, err := ghs.ParseControl(b)
	l := layout{bytes: b}
	l.named(1, "opcode", uint64(c), c)
	return l, checkDirection(b, h, c.CheckDirection, err)
}

func ghsSchedule(l *layout, m ghs.Schedule) {
	l.add(4, "observation_type", m.Type, kindName(m.Type))
	l.float("measurement_period_s", m.Period)
	l.float("update_interval_s", m.Interval)
}
