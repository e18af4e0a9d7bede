package score

// The higher class of the two pressures counts, and a class is not a diagnosis:
// the guidelines ask for the mean of two readings or more on two occasions or
// more, which the caller can enter with Inputs.Measure.

var bpACCAHA2017 = chart{
	name: "BP ACC/AHA 2017", title: "office blood pressure class, ACC/AHA 2017", source: "Whelton et al., Hypertension 2018;71:e13",
	highest: true,
	rows: []row{
		{p: SystolicPressure, bands: []band{{119, 0}, {129, 1}, {139, 2}, {180, 3}, {noLimit, 4}}},
		{p: DiastolicPressure, bands: []band{{79, 0}, {89, 2}, {120, 3}, {noLimit, 4}}},
	},
	levels: []level{
		{from: 0, band: Low, name: "normal"},
		{from: 1, band: LowMedium, name: "elevated"},
		{from: 2, band: Medium, name: "stage 1 hypertension"},
		{from: 3, band: High, name: "stage 2 hypertension"},
		{from: 4, band: Critical, name: "hypertensive crisis", advice: "measure again at once"},
	},
}

const escSource = "McEvoy et al., Eur Heart J 2024;45:3912"

// The guideline of 2024 knows one class of hypertension; the grades within it
// are those by which it times the confirmation.
var bpESC2024 = chart{
	name: "BP ESC 2024 office", title: "office blood pressure class, ESC 2024", source: escSource,
	highest: true,
	rows: []row{
		{p: SystolicPressure, bands: []band{{119, 0}, {139, 1}, {159, 2}, {179, 3}, {noLimit, 4}}},
		{p: DiastolicPressure, bands: []band{{69, 0}, {89, 1}, {99, 2}, {109, 3}, {noLimit, 4}}},
	},
	levels: []level{
		{from: 0, band: Low, name: "non-elevated"},
		{from: 1, band: LowMedium, name: "elevated"},
		{from: 2, band: Medium, name: "hypertension, grade 1"},
		{from: 3, band: High, name: "hypertension, grade 2", advice: "prompt confirmation"},
		{from: 4, band: Critical, name: "hypertension, grade 3", advice: "exclude a hypertensive emergency"},
	},
}

var bpESC2024Home = chart{
	name: "BP ESC 2024 home", title: "home or daytime ambulatory blood pressure class, ESC 2024", source: escSource,
	highest: true,
	rows: []row{
		{p: SystolicPressure, bands: []band{{119, 0}, {134, 1}, {noLimit, 2}}},
		{p: DiastolicPressure, bands: []band{{69, 0}, {84, 1}, {noLimit, 2}}},
	},
	levels: escLevels,
}

var bpESC2024Day24 = chart{
	name: "BP ESC 2024 24 h", title: "24-hour ambulatory blood pressure class, ESC 2024", source: escSource,
	highest: true,
	rows: []row{
		{p: SystolicPressure, bands: []band{{114, 0}, {129, 1}, {noLimit, 2}}},
		{p: DiastolicPressure, bands: []band{{64, 0}, {79, 1}, {noLimit, 2}}},
	},
	levels: escLevels,
}

var bpESC2024Night = chart{
	name: "BP ESC 2024 night", title: "night-time ambulatory blood pressure class, ESC 2024", source: escSource,
	highest: true,
	rows: []row{
		{p: SystolicPressure, bands: []band{{109, 0}, {119, 1}, {noLimit, 2}}},
		{p: DiastolicPressure, bands: []band{{59, 0}, {69, 1}, {noLimit, 2}}},
	},
	levels: escLevels,
}

var escLevels = []level{
	{from: 0, band: Low, name: "non-elevated"},
	{from: 1, band: LowMedium, name: "elevated"},
	{from: 2, band: High, name: "hypertension"},
}
