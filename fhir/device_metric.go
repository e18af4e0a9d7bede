package fhir

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// A Metric is one thing that a device measures: [Mapper.DeviceMetric].
type Metric struct {
	// ID is the id of the resource. If it is empty, it is a UUID of version 5 made
	// from device and kind.
	ID     string
	Device vitals.DeviceID
	Kind   vitals.Kind
	Unit   vitals.Unit // what the device measures in; UnitNone is that of Kind
	// Category is measurement unless it is set.
	Category models.DeviceMetricCategory
	// Status is whether it works, if known.
	Status *models.DeviceMetricOperationalStatus
	// Period is the time between two measurements, 0 if there is no rule.
	Period time.Duration
	// Calibration is the state of the calibration and when that was told, if
	// known.
	Calibration *models.DeviceMetricCalibrationState
	Calibrated  time.Time
	// Accuracy is the largest deviation, in the unit of the metric; zero if unknown.
	Accuracy vitals.Quantity
	TestData bool
}

// DeviceMetric makes a DeviceMetric, which [PHD] calls PhdDeviceMetric. The
// kind must have a code; in PHD one of MDC.
func (m Mapper) DeviceMetric(d Metric) (models.DeviceMetric, error) {
	mk := making{kind: "DeviceMetric"}
	unit := d.Unit
	if unit == vitals.UnitNone {
		unit = d.Kind.Unit()
	}
	metric := models.DeviceMetric{
		Meta: mk.security(d.TestData), Type: codeOf(d.Kind, codesFor(d.Kind, unit)),
		Source: mk.device(&m, d.Device), OperationalStatus: d.Status, Category: d.Category,
	}
	if metric.Id = mk.id(d.ID); d.ID == "" {
		metric.Id = ptr(string(idSpace.name("DeviceMetric|" + string(d.Device) + "|" + d.Kind.String()).append(nil)))
	}
	metric.Identifier = mk.identifier(metric.Id)
	mk.need("source", metric.Source != nil)
	mdc, _ := d.Kind.MDC()
	if !given(metric.Type) || m.Profile == PHD && mdc == 0 {
		mk.fail("type", ErrUnsupported)
	}
	if m.Profile == PHD {
		metric.Meta = withProfile(metric.Meta, "PhdDeviceMetric")
	}
	if code := unit.UCUM(); code != "" {
		metric.Unit = ptr(concept(coding(systemUCUM, code, "")))
	}
	if d.Period != 0 {
		if d.Period < 0 {
			mk.fail("measurementPeriod", ErrValue)
		}
		metric.MeasurementPeriod = every(d.Period)
	}
	if d.Calibration != nil {
		metric.Calibration = []models.DeviceMetricCalibration{{State: d.Calibration, Time: mk.time("calibration[0].time", d.Calibrated)}}
	}
	if !d.Accuracy.IsZero() {
		if d.Accuracy.Unit() != unit || strings.HasPrefix(d.Accuracy.Value().String(), "-") {
			mk.fail("extension[0].valueQuantity", ErrValue)
		}
		metric.Extension = []models.Extension{{Url: phdDefinition + "Accuracy", ValueQuantity: amount(d.Accuracy)}}
	}
	if mk.err != nil {
		return models.DeviceMetric{}, mk.err
	}
	return metric, nil
}

// every is a Timing of once in each period, in the largest unit without a
// fraction.
func every(d time.Duration) *models.Timing {
	unit, n := "s", ticks(d, "s", -9).Value
	for _, u := range [...]struct {
		code string
		d    time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"min", time.Minute}} {
		if d%u.d == 0 {
			unit, n = u.code, ptr(json.Number(strconv.FormatInt(int64(d/u.d), 10)))
			break
		}
	}
	return &models.Timing{Repeat: &models.TimingRepeat{Frequency: ptr(1), Period: n, PeriodUnit: &unit}}
}
