package alerttest_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/alert/alerttest"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleRun() {
	rules := alert.RuleSet{Rules: []alert.Rule{
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(10 * time.Second).Priority(alert.High).Latching(),
		alert.Missing(vitals.SpO2, time.Minute),
	}}
	transcript, err := alerttest.Run(context.Background(), rules, `
		# The oxygen falls, a nurse comes, and the sensor is forgotten.
		0s   SpO2 97 %
		5s   SpO2 86 %
		15s  SpO2 84 %
		30s  SpO2 96 %
		40s  acknowledge SpO2 below 90 % by nurse A
		+2m  advance
	`)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(transcript)
	// Output:
	// # The oxygen falls, a nurse comes, and the sensor is forgotten.
	// 0s SpO2 97 %
	// 5s SpO2 86 %
	// 15s SpO2 84 %
	// > 15s high active! SpO2 below 90 %: SpO2 84 % below 90 % for 10s
	// 30s SpO2 96 %
	// > 30s high latched SpO2 below 90 %: SpO2 96 % no longer below 90 %, after 25s
	// 40s acknowledge SpO2 below 90 % by nurse A
	// > 40s high ended SpO2 below 90 %: SpO2 96 % no longer below 90 %, after 25s; by nurse A
	// +2m advance
	// > 1m30s low active! SpO2 missing for 1m0s: SpO2: no usable data for 1m0s
}
