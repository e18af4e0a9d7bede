package alert_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

func ExampleEngine() {
	page := func(_ context.Context, e alert.Event) error {
		fmt.Println(e.At.Format(time.TimeOnly), e)
		return nil
	}
	alarms, err := alert.NewEngine(alert.NotifyFunc(page),
		alert.Below(vitals.SpO2, vitals.Percent(90)).For(10*time.Second).Priority(alert.High),
		alert.Missing(vitals.SpO2, time.Minute),
		alert.NEWS2AtLeast(7).Priority(alert.High))
	if err != nil {
		log.Fatal(err)
	}
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	oximeter := func(seconds int, percent int64) vitals.Reading {
		return vitals.Reading{
			Patient: vitals.NewPatientID("12345"), Device: "oximeter", Kind: vitals.SpO2,
			Quantity: vitals.Percent(percent), At: start.Add(time.Duration(seconds) * time.Second),
		}
	}
	ctx := context.Background()
	err = alarms.Put(ctx, []vitals.Reading{oximeter(0, 96), oximeter(5, 88), oximeter(10, 87), oximeter(15, 86)})
	if err != nil {
		log.Fatal(err)
	}
	// The oximeter falls silent, and that does not end the alarm.
	if err = alarms.Advance(ctx, start.Add(5*time.Minute)); err != nil {
		log.Fatal(err)
	}
	if err = alarms.Put(ctx, []vitals.Reading{oximeter(600, 97)}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 08:00:15 high active: SpO2 86 % below 90 % for 10s
	// 08:01:15 low active: SpO2: no usable data for 1m0s
	// 08:10:00 high ended: SpO2 97 % no longer below 90 %, after 9m55s
	// 08:10:00 low ended: SpO2: data again after 9m45s
}

func ExampleEngine_Do() {
	show := func(_ context.Context, e alert.Event) error {
		fmt.Printf("%s %v, announce %v, by %q\n", e.At.Format(time.TimeOnly), e.State, e.Announce, e.By)
		return nil
	}
	alarms, err := alert.NewEngine(alert.NotifyFunc(show),
		alert.Below(vitals.SpO2, vitals.Percent(90)).Latching().Rearm(10*time.Minute))
	if err != nil {
		log.Fatal(err)
	}
	ctx, start := context.Background(), time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	err = alarms.Put(ctx, []vitals.Reading{{
		Patient: vitals.NewPatientID("12345"), Device: "oximeter", Kind: vitals.SpO2, Quantity: vitals.Percent(84), At: start,
	}})
	if err != nil {
		log.Fatal(err)
	}
	standing := alarms.Active(nil)
	err = alarms.Do(ctx, alert.Command{
		Action: alert.Acknowledge, Alarm: standing[0].ID, At: start.Add(time.Minute), By: "nurse A",
	})
	if err != nil {
		log.Fatal(err)
	}
	// After a restart elsewhere the acknowledgement still runs out.
	again, err := alert.NewEngine(alert.NotifyFunc(show),
		alert.Below(vitals.SpO2, vitals.Percent(90)).Latching().Rearm(10*time.Minute))
	if err != nil {
		log.Fatal(err)
	}
	if err := again.Load(alarms.Snapshot(nil)); err != nil {
		log.Fatal(err)
	}
	if err := again.Advance(ctx, start.Add(time.Hour)); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 08:00:00 active, announce true, by ""
	// 08:01:00 acknowledged, announce false, by "nurse A"
	// 08:11:00 active, announce true, by ""
}

func ExampleAbove() {
	rule := alert.Above(vitals.HeartRate, vitals.PerMinute(130)).
		For(30 * time.Second).
		ClearAt(vitals.PerMinute(120)).
		Priority(alert.Medium)
	fmt.Println(rule)

	wrong := alert.Above(vitals.HeartRate, vitals.MmHg(130))
	fmt.Println(wrong.Err())
	// Output:
	// HeartRate above 130 /min
	// alert: rule "HeartRate above 130 mmHg": the limit is in mm[Hg], the kind in /min: impossible rule
}

func ExampleNEWS2AtLeast() {
	show := func(_ context.Context, e alert.Event) error {
		fmt.Println(e)
		return nil
	}
	alarms, err := alert.NewEngine(alert.NotifyFunc(show), alert.NEWS2AtLeast(5))
	if err != nil {
		log.Fatal(err)
	}
	reading := vitals.Reading{Patient: vitals.NewPatientID("12345"), At: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	pulse, breath := reading, reading
	pulse.Kind, pulse.Quantity = vitals.PulseRateOximeter, vitals.PerMinute(118)
	breath.Kind, breath.Quantity = vitals.RespiratoryRate, vitals.PerMinute(27)
	if err := alarms.Put(context.Background(), []vitals.Reading{pulse, breath}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// medium active: NEWS2 at least 5 (respiratory rate 3, pulse 2) reaches 5; not known: SpO2, air or oxygen, systolic pressure, consciousness, temperature
}

func ExampleQueue() {
	page := func(_ context.Context, e alert.Event) error { // an HTTP request of five seconds, say
		if e.Announce {
			fmt.Println("page:", e)
		}
		return nil
	}
	pager := &alert.Queue{To: alert.NotifyFunc(page)}
	alarms, err := alert.NewEngine(pager, alert.Below(vitals.SpO2, vitals.Percent(90)))
	if err != nil {
		log.Fatal(err)
	}
	err = alarms.Put(context.Background(), []vitals.Reading{{
		Patient: vitals.NewPatientID("12345"), Kind: vitals.SpO2, Quantity: vitals.Percent(86), At: time.Now(),
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("waiting:", pager.Waiting())
	ctx, stop := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer stop()
	_ = pager.Run(ctx) // in a goroutine of its own, as long as the program runs
	fmt.Println("waiting:", pager.Waiting())
	// Output:
	// waiting: 1
	// page: medium active: SpO2 86 % below 90 %
	// waiting: 0
}
