package bgm

import (
	"encoding/binary"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/gatt/internal/att"
	"github.com/telemed-go/sdk/device/medfloat"
	"github.com/telemed-go/sdk/vitals"
)

// Context is characteristic 0x2A34 (Glucose Service 1.0, 3.2): what the
// user noted about the [Measurement] with the same Sequence.
//
//	 0        1          3            4?        5?       7?     8?         9?         12?     13?      15?
//	+--------+----------+------------+---------+--------+------+----------+----------+-------+--------+---------+
//	| flags  | sequence | extended ? | carb. ? | kg ?   | meal?| tester ? | exercise?| med. ?| dose ? | HbA1c ? |
//	+--------+----------+------------+---------+--------+------+----------+----------+-------+--------+---------+
//	flags: 0 carbohydrate | 1 meal | 2 tester and health | 3 exercise | 4 medication | 5 litres, else kg | 6 HbA1c | 7 extended
type Context struct {
	Sequence          uint16
	ExtendedFlags     uint8 // no meaning yet; meaningful if HasExtendedFlags
	CarbohydrateID    Carbohydrate
	Carbohydrate      medfloat.SFloat // kg; with CarbohydrateID meaningful if HasCarbohydrate
	Meal              Meal            // meaningful if HasMeal
	Tester            Tester          // low half of its byte; meaningful if HasTester
	Health            HealthState     // high half; meaningful if HasTester
	ExerciseDuration  uint16          // s, 0xFFFF: longer than that; meaningful if HasExercise
	ExerciseIntensity uint8           // %; meaningful if HasExercise
	MedicationID      Medication
	Medication        medfloat.SFloat // kg, or L if Litres; with MedicationID meaningful if HasMedication
	Litres            bool
	HbA1c             medfloat.SFloat // %; meaningful if HasHbA1c

	HasExtendedFlags bool
	HasCarbohydrate  bool
	HasMeal          bool
	HasTester        bool
	HasExercise      bool
	HasMedication    bool
	HasHbA1c         bool
}

// Carbohydrate is what was eaten, as sent.
type Carbohydrate uint8

// The carbohydrates.
const (
	CarbohydrateBreakfast Carbohydrate = 1
	CarbohydrateLunch     Carbohydrate = 2
	CarbohydrateDinner    Carbohydrate = 3
	CarbohydrateSnack     Carbohydrate = 4
	CarbohydrateDrink     Carbohydrate = 5
	CarbohydrateSupper    Carbohydrate = 6
	CarbohydrateBrunch    Carbohydrate = 7
)

// Meal is how the measurement relates to a meal, as sent.
type Meal uint8

// The meals.
const (
	MealBefore  Meal = 1
	MealAfter   Meal = 2
	MealFasting Meal = 3
	MealCasual  Meal = 4
	MealBedtime Meal = 5
)

// Tester is who measured, as sent.
type Tester uint8

// The testers.
const (
	TesterSelf         Tester = 1
	TesterProfessional Tester = 2
	TesterLab          Tester = 3
	TesterNotAvailable Tester = att.NotAvailable
)

// HealthState is how the patient felt, as sent.
type HealthState uint8

// The states of health.
const (
	HealthMinorIssues  HealthState = 1
	HealthMajorIssues  HealthState = 2
	HealthMenses       HealthState = 3
	HealthStress       HealthState = 4
	HealthNoIssues     HealthState = 5
	HealthNotAvailable HealthState = att.NotAvailable
)

// Medication is a class of insulin, as sent.
type Medication uint8

// The medications.
const (
	MedicationRapid        Medication = 1
	MedicationShort        Medication = 2
	MedicationIntermediate Medication = 3
	MedicationLong         Medication = 4
	MedicationPremixed     Medication = 5
)

const (
	contextHasCarbohydrate  = 1 << 0
	contextHasMeal          = 1 << 1
	contextHasTester        = 1 << 2
	contextHasExercise      = 1 << 3
	contextHasMedication    = 1 << 4
	contextLitres           = 1 << 5
	contextHasHbA1c         = 1 << 6
	contextHasExtendedFlags = 1 << 7
)

// ParseContext decodes b.
func ParseContext(b []byte) (Context, error) {
	var m Context
	r := att.NewReader(b)
	flags := r.Uint8("Flags")
	m.Sequence = r.Uint16("Sequence")
	m.Litres = flags&contextLitres != 0
	if m.HasExtendedFlags = flags&contextHasExtendedFlags != 0; m.HasExtendedFlags {
		m.ExtendedFlags = r.Uint8("ExtendedFlags")
	}
	if m.HasCarbohydrate = flags&contextHasCarbohydrate != 0; m.HasCarbohydrate {
		m.CarbohydrateID = Carbohydrate(r.Code("CarbohydrateID", uint8(CarbohydrateBrunch)))
		m.Carbohydrate = r.SFloat("Carbohydrate")
	}
	if m.HasMeal = flags&contextHasMeal != 0; m.HasMeal {
		m.Meal = Meal(r.Code("Meal", uint8(MealBedtime)))
	}
	if m.HasTester = flags&contextHasTester != 0; m.HasTester {
		low, high := r.Nibbles("TesterHealth")
		r.NibbleCode("Tester", low, uint8(TesterLab), att.NotAvailable)
		r.NibbleCode("Health", high, uint8(HealthNoIssues), att.NotAvailable)
		m.Tester, m.Health = Tester(low), HealthState(high)
	}
	if m.HasExercise = flags&contextHasExercise != 0; m.HasExercise {
		m.ExerciseDuration = r.Uint16("ExerciseDuration")
		m.ExerciseIntensity = r.Uint8("ExerciseIntensity")
	}
	if m.HasMedication = flags&contextHasMedication != 0; m.HasMedication {
		m.MedicationID = Medication(r.Code("MedicationID", uint8(MedicationPremixed)))
		m.Medication = r.SFloat("Medication")
	}
	if m.HasHbA1c = flags&contextHasHbA1c != 0; m.HasHbA1c {
		m.HbA1c = r.SFloat("HbA1c")
	}
	return m, r.Finish(0, "GlucoseContext", "GLS 1.0, 3.2")
}

// AppendBinary implements [encoding.BinaryAppender]. It fails if Tester or
// Health has more than 4 bits.
func (m Context) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, att.Flag(m.HasCarbohydrate, contextHasCarbohydrate)|att.Flag(m.HasMeal, contextHasMeal)|
		att.Flag(m.HasTester, contextHasTester)|att.Flag(m.HasExercise, contextHasExercise)|
		att.Flag(m.HasMedication, contextHasMedication)|att.Flag(m.Litres, contextLitres)|
		att.Flag(m.HasHbA1c, contextHasHbA1c)|att.Flag(m.HasExtendedFlags, contextHasExtendedFlags))
	b = binary.LittleEndian.AppendUint16(b, m.Sequence)
	if m.HasExtendedFlags {
		b = append(b, m.ExtendedFlags)
	}
	if m.HasCarbohydrate {
		b = append(b, byte(m.CarbohydrateID))
		b = binary.LittleEndian.AppendUint16(b, uint16(m.Carbohydrate))
	}
	if m.HasMeal {
		b = append(b, byte(m.Meal))
	}
	if m.HasTester {
		if m.Tester > 0xF || m.Health > 0xF {
			return b, att.Unencodable("TesterHealth")
		}
		b = append(b, byte(m.Tester)|byte(m.Health)<<4)
	}
	if m.HasExercise {
		b = binary.LittleEndian.AppendUint16(b, m.ExerciseDuration)
		b = append(b, m.ExerciseIntensity)
	}
	if m.HasMedication {
		b = append(b, byte(m.MedicationID))
		b = binary.LittleEndian.AppendUint16(b, uint16(m.Medication))
	}
	if m.HasHbA1c {
		b = binary.LittleEndian.AppendUint16(b, uint16(m.HbA1c))
	}
	return b, nil
}

// AppendReadings appends carbohydrates in grams, the intensity of exercise and
// HbA1c, as far as they were sent. The frame has no time of its own: the
// readings carry the time of arrival, and the record number as
// [vitals.Reading.Sequence] leads to the measurement that has one. Doses are
// no vital signs; take them from the wire type.
func (m Context) AppendReadings(dst []vitals.Reading, f device.Frame) []vitals.Reading {
	r := att.Arrival(f)
	r.Sequence = uint32(m.Sequence)
	if m.HasCarbohydrate {
		value, absent := m.Carbohydrate.Decimal()
		value.Exp += 3 // kg to g
		dst = att.AppendValue(dst, &r, vitals.CarbohydrateIntake, value, absent, vitals.UnitGram)
	}
	if m.HasExercise {
		value := vitals.Decimal{Coef: int64(m.ExerciseIntensity)}
		dst = att.AppendValue(dst, &r, vitals.ExerciseIntensity, value, 0, vitals.UnitPercent)
	}
	if m.HasHbA1c {
		dst = att.AppendSFloat(dst, &r, vitals.HbA1c, m.HbA1c, vitals.UnitPercent)
	}
	return dst
}

// String is the carbohydrate in words.
func (c Carbohydrate) String() string { return att.NameOf(carbohydrates[:], uint8(c)) }

// String is the meal in words.
func (m Meal) String() string { return att.NameOf(meals[:], uint8(m)) }

// String is the tester in words.
func (t Tester) String() string { return att.NameOf(testers[:], uint8(t)) }

// String is the state in words.
func (h HealthState) String() string { return att.NameOf(healths[:], uint8(h)) }

// String is the medication in words.
func (m Medication) String() string { return att.NameOf(medications[:], uint8(m)) }

var (
	carbohydrates = [...]string{1: "breakfast", 2: "lunch", 3: "dinner", 4: "snack", 5: "drink", 6: "supper", 7: "brunch"}
	meals         = [...]string{1: "before a meal", 2: "after a meal", 3: "fasting", 4: "casual", 5: "bedtime"}
	testers       = [...]string{1: "self", 2: "health care professional", 3: "lab test", att.NotAvailable: "not available"}
	healths       = [...]string{
		1: "minor issues", 2: "major issues", 3: "during menses", 4: "under stress", 5: "no issues", att.NotAvailable: "not available",
	}
	medications = [...]string{
		1: "rapid-acting insulin", 2: "short-acting insulin", 3: "intermediate-acting insulin", 4: "long-acting insulin", 5: "pre-mixed insulin",
	}
)
