package fhir

import "github.com/telemed-go/sdk/vitals"

// categoryFor is the code of observation-category for a kind, or "" where none
// fits, as for a battery.
func categoryFor(k vitals.Kind) string {
	if k.Profile() != vitals.ProfileNone {
		return "vital-signs"
	}
	switch k {
	case vitals.ArterialPressure, vitals.ABP,
		vitals.AorticSystolic, vitals.AorticDiastolic, vitals.AorticMean,
		vitals.PulmonarySystolic, vitals.PulmonaryDiastolic, vitals.PulmonaryMean, vitals.PulmonaryWedge,
		vitals.CentralVenousPressure, vitals.CentralVenousMean, vitals.LeftAtrialMean, vitals.RightAtrialMean,
		vitals.IntracranialPressure, vitals.IntracranialMean, vitals.CerebralPerfusionPressure,
		vitals.CardiacOutput, vitals.CardiacOutputContinuous, vitals.CardiacIndex, vitals.StrokeVolume, vitals.SystemicVascularResistance,
		vitals.SvO2, vitals.PerfusionIndex, vitals.InspiredO2, vitals.O2Flow,
		vitals.EndTidalCO2, vitals.EndTidalCO2Concentration, vitals.InspiredCO2,
		vitals.PeakInspiratoryPressure, vitals.PEEP, vitals.TidalVolume, vitals.MinuteVolumeExpired,
		vitals.TempSkin, vitals.TempFinger, vitals.TempToe, vitals.TempGI, vitals.TempEsophageal, vitals.TempNasopharyngeal,
		vitals.TempArterialBlood, vitals.TempVenousBlood, vitals.TempAirway, vitals.TempDifference:
		return "vital-signs"
	case vitals.GlucoseCapillaryBlood, vitals.GlucoseCapillaryPlasma, vitals.GlucoseVenousBlood, vitals.GlucoseVenousPlasma,
		vitals.GlucoseArterialBlood, vitals.GlucoseArterialPlasma, vitals.GlucoseUndeterminedPlasma, vitals.GlucoseISF,
		vitals.GlucoseControl, vitals.GlucoseGeneric, vitals.HbA1c, vitals.INR, vitals.ProthrombinTime:
		return "laboratory"
	case vitals.ECG, vitals.ECGLeadI, vitals.ECGLeadII, vitals.ECGLeadIII, vitals.ECGLeadAVR, vitals.ECGLeadAVL, vitals.ECGLeadAVF,
		vitals.ECGLeadV1, vitals.ECGLeadV2, vitals.ECGLeadV3, vitals.ECGLeadV4, vitals.ECGLeadV5, vitals.ECGLeadV6,
		vitals.RRInterval, vitals.HRVSDNN, vitals.QTInterval, vitals.QTcInterval, vitals.PVCRate,
		vitals.STLevelI, vitals.STLevelII, vitals.STLevelIII, vitals.STLevelV5,
		vitals.PeakFlow, vitals.PeakFlowPersonalBest, vitals.FEV1, vitals.FEV1Predicted, vitals.FEV1PercentPredicted,
		vitals.FEV6, vitals.FVC:
		return "procedure" // electrodiagnostics and spirometry
	case vitals.WaistCircumference, vitals.BodySurfaceArea, vitals.BodyFat, vitals.BodyWaterMass, vitals.LeanBodyMass, vitals.FatFreeMass:
		return "exam"
	case vitals.GCS, vitals.EarlyWarningScore:
		return "survey"
	case vitals.Steps, vitals.EnergyExpended, vitals.Speed, vitals.ExerciseIntensity:
		return "activity"
	}
	return ""
}
