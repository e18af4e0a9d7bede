package main

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/fhir/smart"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/alarms"
	"github.com/telemed-go/sdk/telemed/record"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/vitals"
)

// A bridge is a gateway with a health record behind it.
type bridge struct {
	log     *store.Log
	record  record.Delivery
	gateway telemed.Gateway
	refused atomic.Int64 // resources of alarms
}

func newBridge(ctx context.Context, source telemed.Source, file, base string, access *smart.Backend, told func(alert.Event)) (*bridge, error) {
	ehr, err := client.New(base, client.Authorize(access), client.Name("ehr"))
	if err != nil {
		return nil, err
	}
	b := &bridge{record: record.Delivery{Client: ehr}}
	// What an alarm is at the record overtakes the measurements. While the record is
	// away the next alarm waits for this one, and none is lost: page people first.
	tell := func(ctx context.Context, e alert.Event) error {
		resources, err := record.Alarms{}.Append(nil, e)
		if err != nil {
			return err
		}
		for resource := range bytes.Lines(resources) {
			if err := ehr.Update(ctx, resource); ctx.Err() != nil {
				return err // it is told again after a start
			} else if err != nil {
				b.refused.Add(1) // for good
			}
		}
		told(e)
		return nil
	}
	engine, err := alert.NewEngine(alert.NotifyFunc(tell),
		alert.Below(vitals.SpO2, vitals.Percent(93)).For(time.Second).Priority(alert.High),
		alert.Above(vitals.HeartRate, vitals.PerMinute(100)).For(time.Second).Priority(alert.Medium))
	if err != nil {
		return nil, err
	}
	if b.log, err = store.Open(file); err != nil {
		return nil, err
	}
	commands, err := alarms.Open(ctx, engine, b.log)
	if err != nil {
		return nil, errors.Join(err, b.log.Close())
	}
	b.gateway = telemed.Gateway{Source: source, Decoder: compact.Decoder{}, Log: b.log, Sinks: []telemed.Sink{commands, b.record}}
	return b, nil
}
