package main

import (
	"fmt"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt"
	"github.com/telemed-go/sdk/device/gatt/bgm"
	"github.com/telemed-go/sdk/device/gatt/clock"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/telemed/mqtt"
	"github.com/telemed-go/sdk/vitals"
	"github.com/telemed-go/sdk/vitals/vitalstest"
)

// A bed is a synthetic patient and the devices around it, which put real
// Bluetooth bytes on the broker.
type bed struct {
	name      string // also the name of its devices: "bed-3"
	label     string
	patient   *vitalstest.Patient
	number    int
	start     time.Time
	recording *recording // replaces the glucose sensor, if not nil
	sequence  uint16     // of the glucose records
	outage    time.Time  // when its gateway is cut off, or zero
}

// message is what a device sends.
type message struct {
	topic   string
	payload []byte
}

// newBeds makes n beds. The first ones show one scenario each, so that there is
// something to see within a minute; all others rest.
func newBeds(n int, seed uint64, start time.Time) []*bed {
	plots := []struct {
		scenario vitalstest.Scenario
		options  []vitalstest.Option
	}{
		{vitalstest.Sepsis, []vitalstest.Option{vitalstest.Onset(-2 * time.Minute), vitalstest.Over(150 * time.Second)}},
		{vitalstest.Rest, nil},
		{vitalstest.AF, nil},
		{vitalstest.Artefact, nil},
		{vitalstest.Hypoglycaemia, []vitalstest.Option{vitalstest.Onset(time.Minute), vitalstest.Over(10 * time.Minute)}},
		{vitalstest.Disconnected, []vitalstest.Option{vitalstest.Onset(90 * time.Second)}},
		{vitalstest.Sepsis, []vitalstest.Option{vitalstest.Onset(2 * time.Minute), vitalstest.Over(10 * time.Minute)}},
	}
	beds := make([]*bed, n)
	for i := range beds {
		b := &bed{name: fmt.Sprintf("bed-%d", i+1), number: i, start: start}
		scenario, options := vitalstest.Rest, []vitalstest.Option(nil)
		if i < len(plots) {
			scenario, options = plots[i].scenario, plots[i].options
		}
		options = append(options, vitalstest.As(vitals.NewPatientID(fmt.Sprintf("synthetic-%d-%d", seed, i+1))))
		b.patient = vitalstest.NewPatient(scenario, seed*1000+uint64(i), start, options...)
		b.label = names[(int(seed%1000)*7+i)%len(names)]
		beds[i] = b
	}
	return beds
}

// outageLasts is how long a gateway is cut off.
const outageLasts = 5 * time.Minute

// cutOff silences the beds of the last gateway from a time on.
func cutOff(beds []*bed, at time.Time) {
	last := beds[len(beds)-1].gateway()
	for _, b := range beds {
		if b.gateway() == last {
			b.outage = at
		}
	}
}

// names are invented, as everything here.
var names = []string{
	"Ada Sample", "Ben Muster", "Chiara Prova", "Dov Dugma", "Elin Exempel", "Fumi Mihon", "Greta Beispiel", "Hugo Ejemplo",
	"Ines Amostra", "Jiri Vzorek", "Kaya Örnek", "Lars Prøve", "Mina Namuna", "Noor Voorbeeld", "Olga Obrazets", "Pia Esimerkki",
}

// appendMessages appends what the devices of the bed send in the second that
// ends at t.
func (b *bed) appendMessages(dst []message, t time.Time) []message {
	state := b.patient.At(t)
	cut := !b.outage.IsZero() && !t.Before(b.outage) && t.Before(b.outage.Add(outageLasts))
	if !state.Connected || cut {
		return dst
	}
	// Spot measurements come at a second of their own, so that beds do not
	// all inflate at once.
	second := int(t.Unix()) - b.number
	dst = b.add(dst, gatt.UUIDHeartRateMeasurement, t, b.heartRate(state, t))
	dst = b.add(dst, gatt.UUIDPLXContinuous, t, oximeter(state))
	if second%300 == 0 || t.Sub(b.start) == b.after(2) {
		dst = b.add(dst, gatt.UUIDBloodPressureMeasurement, t, cuff(state))
	}
	if second%120 == 0 || t.Sub(b.start) == b.after(3) {
		dst = b.add(dst, gatt.UUIDTemperatureMeasurement, t, thermometer(state))
	}
	if second%60 == 0 || t.Sub(b.start) == b.after(4) {
		dst = append(dst, chartMessage(b.name, t, state))
	}
	if b.recording != nil {
		for _, sample := range b.recording.until(t) {
			dst = b.add(dst, bgm.UUIDMeasurement, t, b.glucose(sample.at, sample.mgPerDL))
		}
	} else if second%300 == 60 || t.Sub(b.start) == b.after(5) {
		dst = b.add(dst, bgm.UUIDMeasurement, t, b.glucose(t, int64(state.Glucose)))
	}
	return dst
}

// after spreads the first spot measurements over the first seconds.
func (b *bed) after(n int) time.Duration { return time.Duration(n+b.number%3) * time.Second }

// encoder is a wire type.
type encoder interface {
	AppendBinary(b []byte) ([]byte, error)
}

func (b *bed) add(dst []message, uuid uint16, t time.Time, m encoder) []message {
	payload, err := m.AppendBinary(nil)
	if err != nil {
		return dst // a value that the format cannot hold is not sent
	}
	topic, err := mqtt.Topic("ward", device.Frame{Device: vitals.DeviceID(b.name), Format: device.GATT(uuid), At: t})
	if err != nil {
		return dst
	}
	return append(dst, message{topic, payload})
}

func (b *bed) heartRate(s vitalstest.State, t time.Time) gatt.HeartRateMeasurement {
	m := gatt.HeartRateMeasurement{BPM: uint16(s.HeartRate), Contact: gatt.ContactGood}
	if !s.Contact {
		m.Contact = gatt.ContactLost
		return m
	}
	var intervals []uint16
	for _, rr := range b.patient.RR(t.Add(-time.Second), t) {
		intervals = append(intervals, uint16(rr*1024/time.Second))
	}
	if len(intervals) > 0 {
		m.RR = gatt.NewRRIntervals(intervals...)
	}
	return m
}

func oximeter(s vitalstest.State) gatt.PLXContinuous {
	m := gatt.PLXContinuous{PLXDetails: gatt.PLXDetails{HasSensor: true, HasStatus: true, HasAmplitude: true}}
	if !s.Contact || s.Quality.Has(vitals.Absent) {
		m.SpO2, m.PulseRate, m.Amplitude = medfloat.SNaN, medfloat.SNaN, medfloat.SNaN
		if !s.Contact {
			m.Sensor |= gatt.PLXUnconnected
		}
		return m
	}
	m.SpO2, m.PulseRate, m.Amplitude = whole(s.SpO2), whole(s.HeartRate), word(s.PerfusionIndex)
	if s.Quality.Has(vitals.Motion | vitals.PoorSignal | vitals.Questionable) {
		m.Status |= gatt.PLXQuestionable
		m.Sensor |= gatt.PLXPoorSignal
	}
	return m
}

func cuff(s vitalstest.State) gatt.BloodPressureMeasurement {
	m := gatt.BloodPressureMeasurement{
		Systolic: whole(s.Systolic), Diastolic: whole(s.Diastolic), Mean: whole(s.Mean),
		PulseRate: whole(s.HeartRate), HasPulseRate: true, HasStatus: true,
	}
	if !s.Contact {
		m.PulseRate = medfloat.SNaN
	}
	if s.Quality.Has(vitals.Motion) {
		m.Status |= gatt.BPBodyMovement
	}
	if s.Quality.Has(vitals.IrregularPulse) {
		m.Status |= gatt.BPIrregularPulse
	}
	return m
}

func thermometer(s vitalstest.State) gatt.TemperatureMeasurement {
	value, err := medfloat.NewFloat(s.Temperature)
	if err != nil {
		value = medfloat.NaN
	}
	return gatt.TemperatureMeasurement{Value: value}
}

// glucose is a record of a sensor under the skin.
func (b *bed) glucose(at time.Time, mgPerDL int64) bgm.Measurement {
	b.sequence++
	concentration, err := medfloat.NewSFloat(vitals.Decimal{Coef: mgPerDL, Exp: -5}) // mg/dL are 10^-5 kg/L
	if err != nil {
		concentration = medfloat.SNaN
	}
	return bgm.Measurement{
		Sequence: b.sequence, BaseTime: clock.DateTimeOf(at), HasConcentration: true,
		Concentration: concentration, Type: bgm.SampleInterstitialFluid, Location: bgm.LocationNotAvailable,
	}
}

func whole(n int) medfloat.SFloat { return word(vitals.Decimal{Coef: int64(n)}) }

func word(d vitals.Decimal) medfloat.SFloat {
	s, err := medfloat.NewSFloat(d)
	if err != nil {
		return medfloat.SNaN
	}
	return s
}
