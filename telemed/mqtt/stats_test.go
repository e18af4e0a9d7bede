package mqtt_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
)

// Every number of Stats is a metric, under a name of its own.
func TestMetrics(t *testing.T) {
	s := openSource(t, scriptedBroker(t, func(c client) {
		c.suback(1)
		c.publish(1, topic, []byte{0, 70}, false)
		c.publish(2, topic, []byte{0, 70}, false)
		c.publish(3, "nonsense", nil, false)
		c.hold()
	}).address)
	eventually(t, "three messages", func() bool { return s.Stats().Received == 3 })
	values := map[string]float64{}
	for m := range s.Metrics {
		if _, twice := values[m.Name]; twice || m.Help == "" || m.Counter != strings.HasSuffix(m.Name, "_total") {
			t.Errorf("metric %+v", m)
		}
		values[m.Name] = m.Value
	}
	if got, want := len(values), reflect.TypeFor[mqtt.Stats]().NumField(); got != want {
		t.Errorf("%d metrics for %d counters", got, want)
	}
	for name, want := range map[string]float64{"received_total": 3, "refused_total": 1, "repeated_total": 1, "connects_total": 1} {
		if got := values["telemed_mqtt_"+name]; got != want {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
	if values["telemed_mqtt_held_bytes"] <= 0 {
		t.Error("three messages are held, and no bytes")
	}
	for range s.Metrics { // may stop early
		break
	}
}

// Probe tells how long there has been no connection, not how long since the last
// attempt.
func TestProbe(t *testing.T) {
	b := scriptedBroker(t, func(c client) { c.suback(1); c.broker.stop() })
	var p telemed.Prober = openSource(t, b.address, mqtt.Hasty(soon))
	eventually(t, "the connection is lost", func() bool { _, err := p.Probe(); return err != nil })
	first, _ := p.Probe()
	time.Sleep(quiet) // many attempts
	since, err := p.Probe()
	if err == nil || !since.Equal(first) || time.Since(since) < quiet {
		t.Errorf("%v since %v, first %v", err, since, first)
	}
}
