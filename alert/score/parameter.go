package score

import (
	"fmt"
	"iter"
	"math/bits"

	"github.com/telemed-go/sdk/vitals"
)

// A Parameter is an input of scores. Neither its number nor its name ever
// changes, so both may be stored.
type Parameter uint8

// The parameters. The first seven are those of NEWS2 in the order of its chart.
const (
	RespiratoryRate   Parameter = iota
	SpO2                        // by pulse oximeter, on the scale that the patient was assigned
	Breathing                   // vitals.AirOrOxygen
	SystolicPressure            //
	Pulse                       //
	Consciousness               // vitals.ACVPU
	Temperature                 //
	DiastolicPressure           //
	MeanPressure                //
	OxygenFlow                  // L/min
	InspiredOxygen              // FiO2 in %
	GlasgowComa                 // 3 to 15
	AgeYears                    // of the patient, completed years
	UrineOutput                 // mL in 24 h
	ArterialO2                  // PaO2
	ArterialCO2                 // PaCO2
	WhiteCells                  // 10⁹/L
	ImmatureCells               // bands, % of the white cells
	Platelets                   // 10⁹/L
	Bilirubin                   // mg/dL
	Creatinine                  // mg/dL
	Urea                        // mmol/L
	Ventilation                 // [No] or [Yes]: mechanical
	Vasopressor                 // [NoVasopressor] to [VasopressorHigh]
	Jaundice                    // [No] or [Yes]: scleral icterus or jaundice
	Behaviour                   // PEWS grade 0 to 3
	Cardiovascular              // PEWS grade 0 to 3
	RespiratoryEffort           // PEWS grade 0 to 3
	Nebuliser                   // [No] or [Yes]: every quarter of an hour
	Vomiting                    // [No] or [Yes]: persistent, after surgery

	// ParameterCount is the number of parameters.
	ParameterCount = iota
)

// The codes of a finding that is there or not.
const (
	No  uint32 = 0
	Yes uint32 = 1
)

// The codes of [Vasopressor]; doses in µg/kg/min for at least an hour.
const (
	NoVasopressor     uint32 = iota
	VasopressorLow           // dopamine to 5, or dobutamine in any dose
	VasopressorMedium        // dopamine above 5, or epinephrine or norepinephrine to 0.1
	VasopressorHigh          // dopamine above 15, or epinephrine or norepinephrine above 0.1
)

// A form is how a parameter is entered.
type form uint8

const (
	measured form = iota // a quantity: Inputs.Measure
	coded                // a code: Inputs.SetCode
	counted              // cells in 10⁹/L: Inputs.SetCells
	aged                 // Inputs.SetAge
)

// parameterInfo is what is known of a parameter. Values are kept as whole
// numbers of 10^exp of the unit, the precision in which charts print it.
type parameterInfo struct {
	name   string
	form   form
	unit   vitals.Unit
	ucum   string // of what Table and Explain print
	exp    int8
	lo, hi int32 // of codes and of the Glasgow coma score; both 0: any

	// other is a second unit that does not convert by itself: one of other is
	// factor of unit.
	other  vitals.Unit
	factor vitals.Decimal

	codes []string // names of lo, lo+1, ...
}

var (
	yesNo  = []string{"no", "yes"}
	grades = []string{"0", "1", "2", "3"}
)

// The molar masses are 584.66 g/mol (bilirubin) and 113.12 g/mol (creatinine);
// of urea the two nitrogen atoms count, 28.0134 g/mol, as in "BUN".
var parameters = [ParameterCount]parameterInfo{
	RespiratoryRate: {name: "respiratory rate", unit: vitals.UnitPerMinute, ucum: "/min"},
	SpO2:            {name: "SpO2", unit: vitals.UnitPercent, ucum: "%"},
	Breathing: {
		name: "air or oxygen", form: coded,
		lo: int32(vitals.BreathesAir), hi: int32(vitals.BreathesOxygen), codes: []string{"air", "oxygen"},
	},
	SystolicPressure: {name: "systolic pressure", unit: vitals.UnitMmHg, ucum: "mmHg"},
	Pulse:            {name: "pulse", unit: vitals.UnitPerMinute, ucum: "/min"},
	Consciousness: {
		name: "consciousness", form: coded, lo: int32(vitals.ACVPUAlert), hi: int32(vitals.ACVPUUnresponsive),
		codes: []string{"alert", "new confusion", "voice", "pain", "unresponsive"},
	},
	Temperature:       {name: "temperature", unit: vitals.UnitCelsius, ucum: "°C", exp: -1},
	DiastolicPressure: {name: "diastolic pressure", unit: vitals.UnitMmHg, ucum: "mmHg"},
	MeanPressure:      {name: "mean pressure", unit: vitals.UnitMmHg, ucum: "mmHg"},
	OxygenFlow:        {name: "oxygen flow", unit: vitals.UnitLPerMin, ucum: "L/min"},
	InspiredOxygen:    {name: "inspired oxygen", unit: vitals.UnitPercent, ucum: "%"},
	GlasgowComa:       {name: "Glasgow coma score", unit: vitals.UnitScore, lo: 3, hi: 15},
	AgeYears:          {name: "age", form: aged, ucum: "years", hi: 130},
	UrineOutput:       {name: "urine output", ucum: "mL/d", other: vitals.UnitMLPerHour, factor: vitals.Decimal{Coef: 24}},
	ArterialO2:        {name: "PaO2", unit: vitals.UnitMmHg, ucum: "mmHg", exp: -2},
	ArterialCO2:       {name: "PaCO2", unit: vitals.UnitMmHg, ucum: "mmHg"},
	WhiteCells:        {name: "white cells", form: counted, ucum: "10⁹/L", exp: -1},
	ImmatureCells:     {name: "immature white cells", unit: vitals.UnitPercent, ucum: "%"},
	Platelets:         {name: "platelets", form: counted, ucum: "10⁹/L"},
	Bilirubin: {
		name: "bilirubin", unit: vitals.UnitMgPerDL, ucum: "mg/dL", exp: -1,
		other: vitals.UnitUmolPerL, factor: vitals.Decimal{Coef: 58466, Exp: -6},
	},
	Creatinine: {
		name: "creatinine", unit: vitals.UnitMgPerDL, ucum: "mg/dL", exp: -1,
		other: vitals.UnitUmolPerL, factor: vitals.Decimal{Coef: 11312, Exp: -6},
	},
	Urea: {
		name: "urea", unit: vitals.UnitMmolPerL, ucum: "mmol/L", exp: -1,
		other: vitals.UnitMgPerDL, factor: vitals.Decimal{Coef: 356972, Exp: -6},
	},
	Ventilation: {name: "mechanical ventilation", form: coded, hi: 1, codes: yesNo},
	Vasopressor: {
		name: "vasopressor", form: coded, hi: int32(VasopressorHigh), codes: []string{"none", "low dose", "medium dose", "high dose"},
	},
	Jaundice:          {name: "jaundice", form: coded, hi: 1, codes: yesNo},
	Behaviour:         {name: "behaviour", form: coded, hi: 3, codes: grades},
	Cardiovascular:    {name: "cardiovascular", form: coded, hi: 3, codes: grades},
	RespiratoryEffort: {name: "respiratory", form: coded, hi: 3, codes: grades},
	Nebuliser:         {name: "nebuliser", form: coded, hi: 1, codes: yesNo},
	Vomiting:          {name: "vomiting", form: coded, hi: 1, codes: yesNo},
}

// String is a short English name: "systolic pressure".
func (p Parameter) String() string {
	if int(p) < len(parameters) {
		return parameters[p].name
	}
	return fmt.Sprintf("Parameter(%d)", uint8(p))
}

// MarshalText implements [encoding.TextMarshaler] with the name.
func (p Parameter) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Parameters is a set of parameters.
type Parameters uint64

// Has reports whether p is in the set.
func (s Parameters) Has(p Parameter) bool { return s>>p&1 != 0 }

// All yields the parameters of the set in their order.
func (s Parameters) All() iter.Seq[Parameter] {
	return func(yield func(Parameter) bool) {
		for ; s != 0; s &= s - 1 {
			if !yield(Parameter(bits.TrailingZeros64(uint64(s)))) {
				return
			}
		}
	}
}

// first and last are the lowest and the highest parameter of a set that is not empty.
func (s Parameters) first() Parameter { return Parameter(bits.TrailingZeros64(uint64(s))) }
func (s Parameters) last() Parameter  { return Parameter(bits.Len64(uint64(s)) - 1) }

// String joins the names with ", ".
func (s Parameters) String() string {
	var b []byte
	for p := range s.All() {
		if len(b) > 0 {
			b = append(b, ", "...)
		}
		b = append(b, p.String()...)
	}
	return string(b)
}
