package score

var shockRatio = ratio{text: "pulse / systolic pressure", num: Pulse, den: []Parameter{SystolicPressure}, times: 100, digits: 2}

var shockIndex = chart{
	name: "shock index", title: "shock index", source: "Allgöwer and Burri, Dtsch Med Wochenschr 1967;92:1947",
	index: &shockRatio,
	levels: []level{
		{from: 0, band: Low, name: "not raised"},
		{from: 71, band: Medium, name: "raised, above 0.7"},
	},
}

var sipa = chart{
	name: "SIPA", title: "shock index, paediatric age-adjusted", source: "Acker et al., J Pediatr Surg 2015;50:331",
	index: &shockRatio,
	levels: []level{
		{from: 0, band: Low, name: "normal", ages: [2]int32{4, 16}},
		{from: 91, band: High, name: "raised, above 0.90", ages: [2]int32{13, 16}},
		{from: 101, band: High, name: "raised, above 1.00", ages: [2]int32{7, 12}},
		{from: 123, band: High, name: "raised, above 1.22", ages: [2]int32{4, 6}},
	},
}

var rox = chart{
	name: "ROX", title: "ROX index of high-flow oxygen", source: "Roca et al., J Crit Care 2016;35:200 and Am J Respir Crit Care Med 2019;199:1368",
	index:      &ratio{text: "SpO2 / FiO2 / respiratory rate", num: SpO2, den: []Parameter{InspiredOxygen, RespiratoryRate}, times: 10000, digits: 2},
	lowIsWorse: true,
	levels: []level{
		{from: 0, band: High, name: "high risk at 12 h, below 3.85"},
		{from: 385, band: Medium, name: "undecided, reassess"},
		{from: 488, band: Low, name: "low risk, 4.88 or more at 2, 6 or 12 h"},
	},
}

var horowitz = chart{
	name: "P/F", title: "Horowitz index", source: "ARDS Definition Task Force, JAMA 2012;307:2526",
	index:      &ratio{text: "PaO2 / FiO2", num: ArterialO2, den: []Parameter{InspiredOxygen}, times: 10, digits: 1},
	lowIsWorse: true,
	levels: []level{
		{from: 0, band: Critical, name: "100 mmHg or less, severe"},
		{from: 1001, band: High, name: "above 100 to 200 mmHg, moderate"},
		{from: 2001, band: Medium, name: "above 200 to 300 mmHg, mild"},
		{from: 3001, band: Low, name: "above 300 mmHg"},
	},
}
