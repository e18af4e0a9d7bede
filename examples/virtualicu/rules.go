package main

import (
	"fmt"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/escalate"
	"github.com/telemed-go/sdk/vitals"
)

// rules are those of a general ward, for the demonstration only.
func rules(beds []*bed, start time.Time) alert.RuleSet {
	all := []alert.Rule{
		alert.Above(vitals.HeartRate, vitals.PerMinute(130)).For(20 * time.Second).Priority(alert.Medium).Named("tachycardia"),
		alert.Below(vitals.HeartRate, vitals.PerMinute(45)).For(20 * time.Second).Priority(alert.Medium),
		alert.Below(vitals.Systolic, vitals.MmHg(90)).Priority(alert.High).Latching(),
		alert.Above(vitals.Systolic, vitals.MmHg(180)).Priority(alert.Medium),
		alert.Above(vitals.BodyTemperature, vitals.CelsiusTenths(390)).ClearAt(vitals.CelsiusTenths(385)).Priority(alert.Low),
		alert.Above(vitals.GlucoseISF, vitals.MgPerDL(250)).Priority(alert.Low),
		alert.Missing(vitals.HeartRate, 15*time.Second).Priority(alert.Low),
		alert.Missing(vitals.SpO2, 15*time.Second).Priority(alert.Low),
		alert.Below(vitals.SpO2, vitals.Percent(90)).Family("saturation").For(10 * time.Second).Priority(alert.High).Latching().Remind(3 * time.Minute),
		alert.Below(vitals.SpO2, vitals.Percent(93)).Family("saturation").For(30 * time.Second).ClearAt(vitals.Percent(94)).Priority(alert.Medium),
		alert.Below(vitals.GlucoseISF, vitals.MgPerDL(54)).Family("glucose").Priority(alert.High).Named("severe hypoglycaemia"),
		alert.Below(vitals.GlucoseISF, vitals.MgPerDL(70)).Family("glucose").ClearAt(vitals.MgPerDL(80)).Priority(alert.Medium).Named("hypoglycaemia"),
		alert.NEWS2AtLeast(7).Family("NEWS2").Priority(alert.High).Rearm(10 * time.Minute),
		alert.NEWS2AtLeast(5).Family("NEWS2").Priority(alert.Medium).Flapping(3, 5*time.Minute),
	}
	decided := start.AddDate(0, -1, 0)
	for i := range all {
		all[i] = all[i].SetBy("alarm committee", "default of the ward", decided)
	}
	set := alert.RuleSet{Rules: all}
	if len(beds) > 2 { // whose heart fibrillates
		set.Overrides = []alert.Override{{
			Patient: beds[2].patient.ID(), By: "Dr. Sample", Why: "known atrial fibrillation", Since: start.Add(-time.Hour),
			With: alert.Above(vitals.HeartRate, vitals.PerMinute(110)).For(20 * time.Second).Priority(alert.Medium).Named("tachycardia"),
		}}
	}
	return set
}

// bedsOfGateway is how many beds send through one gateway.
const bedsOfGateway = 4

func (b *bed) gateway() vitals.DeviceID {
	return vitals.DeviceID(fmt.Sprintf("gateway-%d", b.number/bedsOfGateway+1))
}

// routes say who is called: the nurse at once, the charge nurse after a minute,
// the physician after three, for alarms of low priority the nurse alone.
func routes() []escalate.Route {
	step := func(name string, after time.Duration, reference string) escalate.Step {
		return escalate.Step{Name: name, After: after, To: []escalate.Recipient{{ID: reference, Channel: "pager"}}}
	}
	nurse := step("nurse", 0, "PractitionerRole/nurse")
	urgent := escalate.Chain{Name: "urgent", Steps: []escalate.Step{
		nurse, step("charge nurse", time.Minute, "PractitionerRole/charge-nurse"), step("physician", 3*time.Minute, "PractitionerRole/physician"),
	}}
	return []escalate.Route{
		{Priority: alert.Medium, Chain: urgent},
		{Chain: escalate.Chain{Name: "nurse", Steps: []escalate.Step{nurse}}},
	}
}
