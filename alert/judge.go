package alert

import "github.com/telemed-go/sdk/vitals"

// A reading is worth one of these to the rules of its kind.
type worth uint8

const (
	worthNothing worth = iota // neither raises nor ends nor shows life
	worthValue
	worthAbove // no number, but above what the device can measure
	worthBelow
)

const (
	// unusable values prove nothing.
	unusable = vitals.Invalid | vitals.NoContact | vitals.Ongoing | vitals.Calibrating |
		vitals.SensorFault | vitals.SampleFault
	// doubtful values raise alarms and do not end them.
	doubtful = vitals.Questionable | vitals.EarlyEstimate | vitals.Motion | vitals.PoorSignal |
		vitals.BadPosition | vitals.Implausible | vitals.Nonconforming
)

// zeroIsNoSignal tells the kinds of which no living patient has the value 0,
// and of which devices send it when they have lost the signal. An asystole is
// no rate of 0 here: the monitor that saw it must say so, and [Missing] tells
// that the rate has stopped to come. The rate of breathing is not one of the
// kinds: 0 is apnoea.
func zeroIsNoSignal(k vitals.Kind) bool {
	switch k {
	case vitals.HeartRate, vitals.HeartRateResting, vitals.PulseRate, vitals.PulseRateOximeter, vitals.PulseRatePleth,
		vitals.PulseRateCuff, vitals.RRInterval,
		vitals.Systolic, vitals.Diastolic, vitals.MeanPressure, vitals.AverageSystolic, vitals.AverageDiastolic,
		vitals.ArterialSystolic, vitals.ArterialDiastolic, vitals.ArterialMean,
		vitals.ABPSystolic, vitals.ABPDiastolic, vitals.ABPMean, vitals.AorticSystolic, vitals.AorticDiastolic, vitals.AorticMean,
		vitals.SpO2, vitals.SaO2, vitals.SvO2,
		vitals.BodyTemperature, vitals.Temperature, vitals.TempOral, vitals.TempAxillary, vitals.TempRectal, vitals.TempTympanic,
		vitals.TempEar, vitals.TempCore, vitals.TempGI, vitals.TempEsophageal, vitals.TempNasopharyngeal,
		vitals.TempArterialBlood, vitals.TempVenousBlood,
		vitals.BodyWeight,
		vitals.GlucoseCapillaryBlood, vitals.GlucoseCapillaryPlasma, vitals.GlucoseVenousBlood, vitals.GlucoseVenousPlasma,
		vitals.GlucoseArterialBlood, vitals.GlucoseArterialPlasma, vitals.GlucoseUndeterminedPlasma, vitals.GlucoseISF,
		vitals.GlucoseGeneric:
		return true
	}
	return false
}

func (w *watch) judge(r *vitals.Reading) worth {
	switch r.Quality & (vitals.Absent | unusable) {
	case 0:
	case vitals.AboveRange:
		return worthAbove
	case vitals.BelowRange:
		return worthBelow
	default:
		return worthNothing
	}
	if w.coded {
		if r.Code == 0 {
			return worthNothing
		}
		return worthValue
	}
	if w.lost && r.Quantity.Value().Coef == 0 {
		return worthNothing
	}
	if r.Quantity.Unit() == w.unit && w.unit != vitals.UnitNone {
		return worthValue
	}
	if _, err := w.kind.Convert(r.Quantity, w.unit); err != nil { // no quantity ends here too
		return worthNothing
	}
	return worthValue
}
