package score

import "github.com/telemed-go/sdk/vitals"

// charts are the tables, all of them read-only.
var charts = [chartCount]chart{
	NEWS2:          news2,
	NEWS2Scale2:    news2Scale2,
	NEWS:           news,
	MEWS:           mews,
	PEWS:           pews,
	QSOFA:          qsofa,
	SIRS:           sirs,
	SOFA:           sofa,
	MSOFA:          msofa,
	CART:           cart,
	QCSI:           qcsi,
	REMS:           rems,
	RTS:            rts,
	CRB65:          crb65,
	CURB65:         curb65,
	BAP65:          bap65,
	ShockIndex:     shockIndex,
	SIPA:           sipa,
	ROX:            rox,
	Horowitz:       horowitz,
	BPACCAHA2017:   bpACCAHA2017,
	BPESC2024:      bpESC2024,
	BPESC2024Home:  bpESC2024Home,
	BPESC2024Day24: bpESC2024Day24,
	BPESC2024Night: bpESC2024Night,
}

// The rows that NEWS and NEWS2 share.
var (
	newsRespiratoryRate = row{p: RespiratoryRate, bands: []band{{8, 3}, {11, 1}, {20, 0}, {24, 2}, {noLimit, 3}}}
	newsSpO2            = row{p: SpO2, bands: []band{{91, 3}, {93, 2}, {95, 1}, {noLimit, 0}}}
	newsBreathing       = row{p: Breathing, bands: []band{{int32(vitals.BreathesAir), 0}, {noLimit, 2}}}
	newsSystolic        = row{p: SystolicPressure, bands: []band{{90, 3}, {100, 2}, {110, 1}, {219, 0}, {noLimit, 3}}}
	newsPulse           = row{p: Pulse, bands: []band{{40, 3}, {50, 1}, {90, 0}, {110, 1}, {130, 2}, {noLimit, 3}}}
	newsTemperature     = row{p: Temperature, bands: []band{{350, 3}, {360, 1}, {380, 0}, {390, 1}, {noLimit, 2}}}

	// news2Consciousness scores new confusion like V, P and U.
	news2Consciousness = row{p: Consciousness, bands: []band{{int32(vitals.ACVPUAlert), 0}, {noLimit, 3}}}
	// newsConsciousness is of the first NEWS, which did not know new confusion.
	newsConsciousness = row{p: Consciousness, bands: []band{{int32(vitals.ACVPUConfused), 0}, {noLimit, 3}}}
)

const (
	every12h   = "at least every 12 hours"
	every4h    = "at least every 4 to 6 hours"
	hourly     = "at least hourly"
	continuous = "continuous monitoring of vital signs"
)

var news2Levels = []level{
	{from: 0, band: Low, name: "low risk", advice: every12h},
	{from: 1, band: Low, name: "low risk", advice: every4h},
	{from: 5, band: Medium, name: "medium risk, urgent response threshold", advice: hourly},
	{from: 7, band: High, name: "high risk, emergency response threshold", advice: continuous},
}

var news2Single = level{band: LowMedium, name: "low to medium risk, one parameter scores 3", advice: hourly}

var news2Parts = []partCode{
	{RespiratoryRate, "1104301000000104"},
	{SpO2, "1104311000000102"},
	{Breathing, "1104331000000105"},
	{SystolicPressure, "1104341000000101"},
	{Pulse, "1104351000000103"},
	{Consciousness, "1104361000000100"},
	{Temperature, "1104371000000107"},
}

var news2 = chart{
	name: "NEWS2", title: "National Early Warning Score 2, SpO2 scale 1", source: "Royal College of Physicians, 2017",
	loinc: "88330-6", snomed: "1104051000000101", parts: news2Parts,
	rows: []row{
		newsRespiratoryRate, newsSpO2, newsBreathing, newsSystolic, newsPulse, news2Consciousness, newsTemperature,
	},
	levels: news2Levels, single: &news2Single,
}

var news2Scale2 = chart{
	name: "NEWS2 scale 2", title: "National Early Warning Score 2, SpO2 scale 2", source: "Royal College of Physicians, 2017",
	loinc: "88330-6", snomed: "1104051000000101",
	parts: []partCode{
		news2Parts[0], {SpO2, "1104321000000108"}, news2Parts[2], news2Parts[3], news2Parts[4], news2Parts[5], news2Parts[6],
	},
	rows: []row{
		newsRespiratoryRate,
		{
			p: SpO2, bands: []band{{83, 3}, {85, 2}, {87, 1}, {noLimit, 0}},
			when: Breathing, is: int32(vitals.BreathesOxygen),
			alt: []band{{83, 3}, {85, 2}, {87, 1}, {92, 0}, {94, 1}, {96, 2}, {noLimit, 3}},
		},
		newsBreathing, newsSystolic, newsPulse, news2Consciousness, newsTemperature,
	},
	levels: news2Levels, single: &news2Single,
}

var news = chart{
	name: "NEWS", title: "National Early Warning Score", source: "Royal College of Physicians, 2012",
	rows: []row{
		newsRespiratoryRate, newsSpO2, newsBreathing, newsSystolic, newsPulse, newsConsciousness, newsTemperature,
	},
	levels: []level{
		{from: 0, band: Low, name: "low risk", advice: every12h},
		{from: 1, band: Low, name: "low risk", advice: every4h},
		{from: 5, band: Medium, name: "medium risk", advice: hourly},
		{from: 7, band: High, name: "high risk", advice: continuous},
	},
	single: &level{band: Medium, name: "medium risk, one parameter scores 3", advice: hourly},
}

// Urine output, which some versions of MEWS add, is left out: they disagree.
var mews = chart{
	name: "MEWS", title: "Modified Early Warning Score", source: "Subbe et al., QJM 2001;94:521, in the version of GDL MEWS.v1",
	rows: []row{
		{p: RespiratoryRate, bands: []band{{8, 2}, {14, 0}, {20, 1}, {29, 2}, {noLimit, 3}}},
		{p: Pulse, bands: []band{{40, 2}, {50, 1}, {100, 0}, {110, 1}, {129, 2}, {noLimit, 3}}},
		{p: SystolicPressure, bands: []band{{70, 3}, {80, 2}, {100, 1}, {199, 0}, {noLimit, 2}}},
		{p: Temperature, bands: []band{{349, 2}, {384, 0}, {noLimit, 2}}},
		{p: Consciousness, bands: []band{
			{int32(vitals.ACVPUAlert), 0}, {int32(vitals.ACVPUVoice), 1}, {int32(vitals.ACVPUPain), 2}, {noLimit, 3},
		}},
	},
	levels: []level{
		{from: 0, band: Low, name: "below the critical score"},
		{from: 5, band: High, name: "critical score"},
	},
}

var pews = chart{
	name: "PEWS", title: "Paediatric Early Warning Score (Brighton)", source: "Monaghan, Paediatric Nursing 2005;17(1):32",
	rows: []row{
		{p: Behaviour, bands: grade0to3},
		{p: Cardiovascular, bands: grade0to3},
		{p: RespiratoryEffort, bands: grade0to3},
		{p: Nebuliser, bands: []band{{int32(No), 0}, {noLimit, 2}}},
		{p: Vomiting, bands: []band{{int32(No), 0}, {noLimit, 2}}},
	},
	levels: []level{
		{from: 0, band: Low, name: "low risk", advice: "reassess as needed"},
		{from: 3, band: Medium, name: "intermediate risk"},
		{from: 7, band: High, name: "high risk", advice: "initiate the rapid response team"},
	},
}

var grade0to3 = []band{{0, 0}, {1, 1}, {2, 2}, {noLimit, 3}}
