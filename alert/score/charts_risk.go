package score

var cart = chart{
	name: "CART", title: "Cardiac Arrest Risk Triage", source: "Churpek et al., Crit Care Med 2012;40:2102",
	rows: []row{
		{p: RespiratoryRate, bands: []band{{20, 0}, {23, 8}, {25, 12}, {29, 15}, {noLimit, 22}}},
		{p: Pulse, bands: []band{{109, 0}, {139, 4}, {noLimit, 13}}},
		{p: DiastolicPressure, bands: []band{{34, 13}, {39, 6}, {49, 4}, {noLimit, 0}}},
		{p: AgeYears, bands: []band{{54, 0}, {69, 4}, {noLimit, 9}}},
	},
	levels: []level{
		{from: 0, band: Low, name: "low risk of cardiac arrest within 48 hours"},
		{from: 21, band: High, name: "high risk of cardiac arrest within 48 hours"},
	},
}

var qcsi = chart{
	name: "qCSI", title: "quick COVID-19 severity index", source: "Haimovich et al., Ann Emerg Med 2020;76:442",
	rows: []row{
		{p: RespiratoryRate, bands: []band{{22, 0}, {28, 1}, {noLimit, 2}}},
		{p: SpO2, bands: []band{{88, 5}, {92, 2}, {noLimit, 0}}},
		{p: OxygenFlow, bands: []band{{2, 0}, {4, 4}, {noLimit, 5}}},
	},
	levels: []level{
		{from: 0, band: Low, name: "low risk"},
		{from: 4, band: LowMedium, name: "low to intermediate risk"},
		{from: 7, band: Medium, name: "high to intermediate risk"},
		{from: 10, band: High, name: "high risk"},
	},
}

// The publication gives a mortality for each total and no bands.
var rems = chart{
	name: "REMS", title: "Rapid Emergency Medicine Score", source: "Olsson et al., J Intern Med 2004;255:579",
	rows: []row{
		{p: Pulse, bands: []band{{39, 4}, {54, 3}, {69, 2}, {109, 0}, {139, 2}, {179, 3}, {noLimit, 4}}},
		{p: MeanPressure, bands: []band{{49, 4}, {69, 2}, {109, 0}, {129, 2}, {159, 3}, {noLimit, 4}}},
		{p: RespiratoryRate, bands: []band{{5, 4}, {9, 2}, {11, 1}, {24, 0}, {34, 1}, {49, 3}, {noLimit, 4}}},
		{p: SpO2, bands: []band{{74, 4}, {85, 3}, {89, 1}, {noLimit, 0}}},
		{p: GlasgowComa, bands: []band{{4, 4}, {7, 3}, {10, 2}, {13, 1}, {noLimit, 0}}},
		{p: AgeYears, bands: []band{{44, 0}, {54, 2}, {64, 3}, {74, 5}, {noLimit, 6}}},
	},
}

var rts = chart{
	name: "RTS", title: "Revised Trauma Score", source: "Champion et al., J Trauma 1989;29:623",
	lowIsWorse: true,
	rows: []row{
		{p: GlasgowComa, weight: 9368, bands: []band{{3, 0}, {5, 1}, {8, 2}, {12, 3}, {noLimit, 4}}},
		{p: SystolicPressure, weight: 7326, bands: []band{{0, 0}, {49, 1}, {75, 2}, {89, 3}, {noLimit, 4}}},
		{p: RespiratoryRate, weight: 2908, bands: []band{{0, 0}, {5, 1}, {9, 2}, {29, 4}, {noLimit, 3}}},
	},
	levels: []level{
		{from: 0, band: Critical, name: "triage total 0 to 2"},
		{from: 3, band: High, name: "triage total 3 to 10, immediate"},
		{from: 11, band: Medium, name: "triage total 11, urgent"},
		{from: 12, band: Low, name: "triage total 12, delayed"},
	},
}

// The rows of the pneumonia scores. A new confusion, and every lower level of
// consciousness, is confusion.
var (
	crbConfusion = row{p: Consciousness, bands: altered}
	crbRate      = row{p: RespiratoryRate, bands: []band{{29, 0}, {noLimit, 1}}}
	crbSystolic  = row{p: SystolicPressure, bands: []band{{89, 1}, {noLimit, 0}}}
	crbDiastolic = row{p: DiastolicPressure, bands: []band{{60, 1}, {noLimit, 0}}, or: true}
	crbAge       = row{p: AgeYears, bands: []band{{64, 0}, {noLimit, 1}}}
)

var crb65 = chart{
	name: "CRB-65", title: "pneumonia severity without laboratory", source: "Lim et al., Thorax 2003;58:377",
	rows: []row{crbConfusion, crbRate, crbSystolic, crbDiastolic, crbAge},
	levels: []level{
		{from: 0, band: Low, name: "low risk", advice: "consider home treatment"},
		{from: 1, band: Medium, name: "moderate risk", advice: "consider hospital care"},
		{from: 3, band: High, name: "severe risk", advice: "urgent hospital admission"},
	},
}

var curb65 = chart{
	name: "CURB-65", title: "pneumonia severity", source: "Lim et al., Thorax 2003;58:377",
	rows: []row{
		crbConfusion,
		{p: Urea, bands: []band{{70, 0}, {noLimit, 1}}},
		crbRate, crbSystolic, crbDiastolic, crbAge,
	},
	levels: []level{
		{from: 0, band: Low, name: "low risk", advice: "consider home treatment"},
		{from: 2, band: Medium, name: "moderate risk", advice: "consider hospital care"},
		{from: 3, band: High, name: "severe risk", advice: "urgent hospital admission"},
	},
}

var bap65 = chart{
	name: "BAP-65", title: "exacerbation of COPD", source: "Shorr et al., Chest 2011;140:1177",
	rows: []row{
		{p: Urea, bands: []band{{88, 0}, {noLimit, 1}}},
		crbConfusion,
		{p: Pulse, bands: []band{{108, 0}, {noLimit, 1}}},
	},
	levels: []level{
		{from: 0, band: Low, name: "class I", advice: routineCOPD},
		{from: 0, band: LowMedium, name: "class II", advice: routineCOPD, ages: [2]int32{65, 130}},
		{from: 1, band: Medium, name: "class III"},
		{from: 2, band: High, name: "class IV"},
		{from: 3, band: Critical, name: "class V", advice: "consider early non-invasive ventilation or intensive care"},
	},
}

const routineCOPD = "routine management of the exacerbation"
