package fhir

import (
	"strconv"

	"github.com/telemed-go/sdk/vitals"
)

// followCore claims the profiles of US Core that add something to R4 and that
// were checked.
func (p *plan) followCore() {
	switch p.whole.Kind {
	case vitals.SpO2:
		p.claim.guide = coreOximetry
		for _, part := range p.components() {
			if part.reason == present && !isCommonUnit(part.unit) {
				p.claim = claim{} // see USCore
			}
		}
	case vitals.BloodPressure:
		p.claim.guide = corePressure
	}
}

// oximetry returns the index of the oxygen saturation in a panel of pulse
// oximetry in the sense of US Core, or -1. The later of two counts.
func oximetry(panel []vitals.Reading) (whole int) {
	whole = -1
	for i := range panel {
		switch panel[i].Kind {
		case vitals.SpO2:
			whole = i
		case vitals.InspiredO2, vitals.O2Flow:
		default:
			return -1
		}
		if panel[i].Patient != panel[0].Patient || !panel[i].At.Equal(panel[0].At) {
			return -1
		}
	}
	return whole
}

// oximetry finds the answers of such a panel.
func (p *plan) oximetry(panel []vitals.Reading) (err error) {
	if p.single, err = answerOf(&p.whole, vitals.ProfileOxygenSat); err != nil {
		return within("Observation.valueQuantity", err)
	}
	for _, kind := range [...]vitals.Kind{vitals.O2Flow, vitals.InspiredO2} {
		for i := len(panel) - 1; i >= 0; i-- {
			if panel[i].Kind != kind {
				continue
			}
			part, err := answerOf(&panel[i], vitals.ProfileOxygenSat) // which allows percent and the usual unit
			if err != nil {
				return within("Observation.component["+strconv.Itoa(p.count)+"].valueQuantity", err)
			}
			p.parts[p.count] = part
			p.count++
			break
		}
	}
	return nil
}
