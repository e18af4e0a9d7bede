package fhir

import (
	models "github.com/samply/golang-fhir-models/fhir-models/fhir"

	"github.com/telemed-go/sdk/vitals"
)

// codedKind reports whether the values of k are codes that health records
// know. Those of [vitals.MealContext] are: Reading.Code is one of IEEE
// 11073-10101 with its partition, such as 8417872. For the others of
// vitals.ShapeCoded (consciousness, oxygen yes or no) no code was verified.
func codedKind(k vitals.Kind) bool { return k == vitals.MealContext }

// mealCodes are the values of MDC_CTXT_GLU_MEAL on which published tables
// agree. (They do not for bedtime, which goes without a name.)
var mealCodes = [...]struct {
	code  uint32
	refID string
}{
	{8417868, "MDC_CTXT_GLU_MEAL_PREPRANDIAL"},
	{8417872, "MDC_CTXT_GLU_MEAL_POSTPRANDIAL"},
	{8417876, "MDC_CTXT_GLU_MEAL_FASTING"},
	{8417880, "MDC_CTXT_GLU_MEAL_CASUAL"},
}

// fitCode returns the index into mealCodes, or -1 for a code that is written
// without a name. A code of another partition is none of the kind.
func fitCode(code uint32) (int, error) {
	const partition = 128 // PHD, disease management
	if code>>16 != partition {
		return 0, ErrValue
	}
	for i := range mealCodes {
		if mealCodes[i].code == code {
			return i, nil
		}
	}
	return -1, nil
}

func codingOf(code uint32) models.Coding {
	if i, err := fitCode(code); err == nil && i >= 0 {
		return MDC(code, mealCodes[i].refID)
	}
	return MDC(code, "")
}
