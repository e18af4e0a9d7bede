package devicetest

import (
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/ghs"
	"github.com/telemed-go/sdk/device/gatt/segment"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// since2000 is the clock of the simulator as these services count it.
func (s *simulator) since2000() uint32 {
	const unix2000 = 946684800
	return uint32(s.tick().Unix() - unix2000)
}

func (s *simulator) enhanced() gatt.EnhancedBPDetails {
	d := gatt.EnhancedBPDetails{HasTimestamp: true, Epoch2000: true, Timestamp: s.since2000()}
	if d.HasPulseRate = s.every(1); d.HasPulseRate {
		d.PulseRate = sfloat(s.between(50, 120), 0)
	}
	if d.HasStatus = s.every(2); d.HasStatus {
		d.Status = gatt.BPBodyMovement
	}
	if d.HasUserTime = s.every(4); d.HasUserTime {
		d.UserTime = d.Timestamp + 7200
	}
	return d
}

func simulateEnhanced(s *simulator) { s.add(gatt.UUIDEnhancedBloodPressure, s.enhancedBloodPressure()) }

func (s *simulator) enhancedBloodPressure() gatt.EnhancedBloodPressure {
	systolic, diastolic := s.between(100, 180), s.between(55, 95)
	return gatt.EnhancedBloodPressure{
		Systolic: sfloat(systolic, 0), Diastolic: sfloat(diastolic, 0), Mean: sfloat((systolic+2*diastolic)/3, 0),
		EnhancedBPDetails: s.enhanced(),
	}
}

func simulateEnhancedCuff(s *simulator) {
	s.add(gatt.UUIDEnhancedCuffPressure, gatt.EnhancedCuffPressure{Pressure: sfloat(180-10*(s.round%15), 0), EnhancedBPDetails: s.enhanced()})
}

// simulateRecord sends a stored measurement in two segments.
func simulateRecord(s *simulator) {
	value, err := s.enhancedBloodPressure().AppendBinary(nil)
	if err != nil {
		return
	}
	counter := uint8(2*s.round) % 64
	s.add(gatt.UUIDBloodPressureRecord, gatt.BloodPressureRecord{
		Header: segment.Header{First: true, Counter: counter}, Sequence: uint16(s.round), UUID: gatt.UUIDEnhancedBloodPressure,
		Data: value[:5],
	})
	s.add(gatt.UUIDBloodPressureRecord, gatt.BloodPressureRecord{
		Header: segment.Header{Last: true, Counter: counter + 1}, Data: value[5:],
	})
}

// observation is an oxygen saturation or a temperature.
func (s *simulator) observation() ghs.Observation {
	kind, unit, value := vitals.SpO2, vitals.UnitPercent, vitals.Decimal{Coef: int64(s.between(88, 100))}
	if s.every(3) {
		kind, unit, value = vitals.BodyTemperature, vitals.UnitCelsius, vitals.Decimal{Coef: int64(s.between(360, 400)), Exp: -1}
	}
	code, _ := kind.MDC()
	word, _ := medfloat.NewFloat(value)
	return ghs.Observation{
		Flags: ghs.HasType, Type: code, Value: ghs.Numeric{Unit: uint16(unit.MDC()), Value: word}.GHSValue(),
	}
}

func simulateLive(s *simulator) {
	s.tick()
	o, counter := s.observation(), uint8(3*s.round)%64
	s.add(ghs.UUIDLiveObservation, ghs.LiveObservation{
		Header: segment.Header{First: true, Last: true, Counter: counter}, Observation: o,
	})
	b, err := o.AppendBinary(nil)
	if err != nil {
		return
	}
	for i, part := range [][]byte{b[:7], b[7:]} { // the same in two segments
		s.add(ghs.UUIDLiveObservation, ghs.LiveObservation{
			Header: segment.Header{First: i == 0, Last: i == 1, Counter: (counter + 1 + uint8(i)) % 64}, Part: part,
		})
	}
}

func simulateStored(s *simulator) {
	s.tick()
	s.add(ghs.UUIDStoredObservation, ghs.StoredObservation{
		Header: segment.Header{First: true, Last: true, Counter: uint8(s.round) % 64}, Record: uint32(s.round), Observation: s.observation(),
	})
}
