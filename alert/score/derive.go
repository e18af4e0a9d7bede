package score

import (
	"fmt"

	"github.com/telemed-go/sdk/vitals"
)

// MeanArterialPressure estimates the mean pressure from a systolic and a
// diastolic one, (systolic + 2 × diastolic) / 3, in tenths of a mmHg. A cuff
// measures the mean itself; where it sends that, it is better.
func MeanArterialPressure(systolic, diastolic vitals.Quantity) (vitals.Quantity, error) {
	s, err := thousandths(systolic, vitals.UnitMmHg)
	if err != nil {
		return vitals.Quantity{}, fmt.Errorf("score: %v: %w", SystolicPressure, err)
	}
	d, err := thousandths(diastolic, vitals.UnitMmHg)
	if err != nil {
		return vitals.Quantity{}, fmt.Errorf("score: %v: %w", DiastolicPressure, err)
	}
	return vitals.UnitMmHg.Of(vitals.Decimal{Coef: divide(s+2*d, 300), Exp: -1}), nil
}

// GlasgowComaScale adds up the best eye (1 to 4), verbal (1 to 5) and motor
// (1 to 6) response. It returns [ErrCode] for another grade.
func GlasgowComaScale(eye, verbal, motor int) (vitals.Quantity, error) {
	if eye < 1 || eye > 4 || verbal < 1 || verbal > 5 || motor < 1 || motor > 6 {
		return vitals.Quantity{}, fmt.Errorf("score: %v: %w", GlasgowComa, ErrCode)
	}
	return vitals.UnitScore.Of(vitals.Decimal{Coef: int64(eye + verbal + motor)}), nil
}

// EstimatedAverageGlucose is the mean glucose, in tenths of a mg/dL, that goes
// with an HbA1c: 28.7 × HbA1c (%) - 46.7 (ADAG, Nathan et al., Diabetes Care
// 2008;31:1473). An HbA1c in mmol/mol (IFCC) is converted to % (NGSP) by
// 0.09148 × HbA1c + 2.152. It returns [vitals.ErrUnit] for another unit and
// [ErrCode] for an HbA1c so low that no glucose is left.
func EstimatedAverageGlucose(hba1c vitals.Quantity) (vitals.Quantity, error) {
	ifcc, err := thousandths(hba1c, vitals.UnitMmolPerMol)
	percent := divide(ifcc*9148, 100_000) + 2152
	if err != nil {
		if percent, err = thousandths(hba1c, vitals.UnitPercent); err != nil {
			return vitals.Quantity{}, fmt.Errorf("score: HbA1c: %w", err)
		}
	}
	tenths := divide(percent*287-467_000, 1000)
	if tenths <= 0 {
		return vitals.Quantity{}, fmt.Errorf("score: HbA1c: %w", ErrCode)
	}
	return vitals.UnitMgPerDL.Of(vitals.Decimal{Coef: tenths, Exp: -1}), nil
}

// thousandths is q in thousandths of u, cut to ±extreme.
func thousandths(q vitals.Quantity, u vitals.Unit) (int64, error) {
	if q.IsZero() {
		return 0, vitals.ErrUnit
	}
	if q.Unit() != u {
		q = fine(q)
	}
	q, err := q.In(u)
	return int64(whole(q.Value(), -3)), err
}

// divide rounds half away from zero; d is positive.
func divide(n, d int64) int64 {
	if n < 0 {
		return -((-n + d/2) / d)
	}
	return (n + d/2) / d
}
