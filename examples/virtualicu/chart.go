package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
	"github.com/telemed-go/sdk/vitals/vitalstest"
)

// A chart is what a nurse enters at the bed: what no Bluetooth sensor tells.
// It shows how a program adds a format of its own to those of the SDK.
type chart struct {
	RespiratoryRate int64  `json:"respiratoryRate"`
	Consciousness   string `json:"consciousness"` // A, C, V, P or U
	Oxygen          bool   `json:"oxygen"`
}

var (
	formatChart = device.Private(1)
	formatEnd   = device.Private(2) // the simulation is over
)

func chartMessage(bed string, t time.Time, s vitalstest.State) message {
	entry := chart{RespiratoryRate: int64(s.RespiratoryRate), Consciousness: s.Consciousness.String(), Oxygen: s.OnOxygen}
	payload, err := json.Marshal(entry)
	if err != nil {
		return message{}
	}
	return message{fmt.Sprintf("ward/%s/chart/%d", bed, t.UnixMilli()), payload}
}

// chartDecoder implements [device.Decoder].
type chartDecoder struct{}

func (chartDecoder) AppendReadings(dst []vitals.Reading, f device.Frame) ([]vitals.Reading, error) {
	if f.Format != formatChart {
		return dst, &device.DecodeError{Type: f.Format.String(), Err: device.ErrUnsupported}
	}
	var entry chart
	if err := json.Unmarshal(f.Bytes, &entry); err != nil {
		return dst, &device.DecodeError{Type: "Chart", Err: device.ErrTruncated} // err quotes the input
	}
	level, ok := levels[entry.Consciousness]
	if !ok {
		return dst, &device.DecodeError{Type: "Chart", Field: "consciousness", Err: device.ErrReservedValue}
	}
	oxygen := vitals.BreathesAir
	if entry.Oxygen {
		oxygen = vitals.BreathesOxygen
	}
	r := vitals.Reading{Patient: f.Patient, Device: f.Device, At: f.At, Quality: vitals.Manual}
	rate, consciousness, breathing := r, r, r
	rate.Kind, rate.Quantity = vitals.RespiratoryRate, vitals.PerMinute(entry.RespiratoryRate)
	consciousness.Kind, consciousness.Code = vitals.Consciousness, uint32(level)
	breathing.Kind, breathing.Code = vitals.SupplementalOxygen, uint32(oxygen)
	if entry.RespiratoryRate <= 0 {
		return append(dst, consciousness, breathing), nil // not counted
	}
	return append(dst, rate, consciousness, breathing), nil
}

var levels = map[string]vitals.ACVPU{
	"A": vitals.ACVPUAlert, "C": vitals.ACVPUConfused, "V": vitals.ACVPUVoice, "P": vitals.ACVPUPain, "U": vitals.ACVPUUnresponsive,
}
