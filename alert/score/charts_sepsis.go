package score

import "github.com/telemed-go/sdk/vitals"

var qsofa = chart{
	name: "qSOFA", title: "quick Sequential Organ Failure Assessment", source: "Singer et al., JAMA 2016;315:801 (Sepsis-3)",
	rows: []row{
		{p: RespiratoryRate, bands: []band{{21, 0}, {noLimit, 1}}},
		{p: SystolicPressure, bands: []band{{100, 1}, {noLimit, 0}}},
		{p: Consciousness, bands: altered},
		{p: GlasgowComa, bands: []band{{14, 1}, {noLimit, 0}}, or: true, either: true},
	},
	levels: []level{
		{from: 0, band: Low, name: "not high risk"},
		{from: 2, band: High, name: "high risk", advice: "assess for organ dysfunction"},
	},
}

// altered gives a point for whoever is not alert and oriented.
var altered = []band{{int32(vitals.ACVPUAlert), 0}, {noLimit, 1}}

var sirs = chart{
	name: "SIRS", title: "systemic inflammatory response syndrome criteria", source: "Bone et al., Chest 1992;101:1644",
	rows: []row{
		{p: Temperature, bands: []band{{359, 1}, {380, 0}, {noLimit, 1}}},
		{p: Pulse, bands: []band{{90, 0}, {noLimit, 1}}},
		{p: RespiratoryRate, bands: []band{{20, 0}, {noLimit, 1}}},
		{p: ArterialCO2, bands: []band{{31, 1}, {noLimit, 0}}, or: true},
		{p: WhiteCells, bands: []band{{39, 1}, {120, 0}, {noLimit, 1}}},
		{p: ImmatureCells, bands: []band{{10, 0}, {noLimit, 1}}, or: true},
	},
	levels: []level{
		{from: 0, band: Low, name: "criteria not met"},
		{from: 2, band: High, name: "criteria met"},
	},
}

// The bands of organ failure that SOFA and its modification share.
var (
	sofaComa       = row{p: GlasgowComa, bands: []band{{5, 4}, {9, 3}, {12, 2}, {14, 1}, {noLimit, 0}}}
	sofaCreatinine = row{p: Creatinine, bands: []band{{11, 0}, {19, 1}, {34, 2}, {49, 3}, {noLimit, 4}}}
	sofaMean       = row{p: MeanPressure, bands: []band{{69, 1}, {noLimit, 0}}}
	sofaVaso       = row{
		p: Vasopressor, or: true,
		bands: []band{
			{int32(NoVasopressor), 0}, {int32(VasopressorLow), 2}, {int32(VasopressorMedium), 3}, {noLimit, 4},
		},
	}
)

var sofa = chart{
	name: "SOFA", title: "Sequential Organ Failure Assessment", source: "Vincent et al., Intensive Care Med 1996;22:707",
	rows: []row{
		{
			p:  ArterialO2,
			of: &ratio{text: "PaO2 / FiO2", num: ArterialO2, den: []Parameter{InspiredOxygen}, times: 1},
			// Below 200 mmHg more than 2 points need a ventilator.
			bands: []band{{299, 2}, {399, 1}, {noLimit, 0}},
			when:  Ventilation, is: int32(Yes), alt: []band{{99, 4}, {199, 3}, {299, 2}, {399, 1}, {noLimit, 0}},
		},
		{p: Platelets, bands: []band{{19, 4}, {49, 3}, {99, 2}, {149, 1}, {noLimit, 0}}},
		{p: Bilirubin, bands: []band{{11, 0}, {19, 1}, {59, 2}, {119, 3}, {noLimit, 4}}},
		sofaMean,
		sofaVaso,
		sofaComa,
		sofaCreatinine,
		{p: UrineOutput, bands: []band{{199, 4}, {499, 3}, {noLimit, 0}}, or: true},
	},
	levels: []level{
		{from: 0, band: Low, name: "no organ dysfunction of sepsis unless the baseline was lower"},
		{from: 2, band: High, name: "organ dysfunction, 2 points or more if the baseline was 0"},
	},
}

var msofa = chart{
	name: "mSOFA", title: "modified Sequential Organ Failure Assessment", source: "Grissom et al., Disaster Med Public Health Prep 2010;4:277",
	rows: []row{
		{
			p:     SpO2,
			of:    &ratio{text: "SpO2 / FiO2", num: SpO2, den: []Parameter{InspiredOxygen}, times: 100},
			bands: []band{{150, 4}, {235, 3}, {315, 2}, {400, 1}, {noLimit, 0}},
		},
		{p: Jaundice, bands: []band{{int32(No), 0}, {noLimit, 3}}},
		sofaMean,
		sofaVaso,
		sofaComa,
		sofaCreatinine,
	},
	levels: []level{
		{from: 0, band: Low, name: "7 or less"},
		{from: 8, band: Medium, name: "8 to 11"},
		{from: 12, band: High, name: "12 or more"},
	},
}
