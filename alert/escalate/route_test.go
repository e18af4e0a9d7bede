package escalate

import (
	"testing"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

func TestRoutes(t *testing.T) {
	anna, ben := vitals.NewPatientID("anna"), vitals.NewPatientID("ben")
	named := func(name string) Chain {
		return Chain{Name: name, Steps: []Step{{Name: "x", To: []Recipient{to("x")}}}}
	}
	rs, err := compileRoutes([]Route{
		{Chain: named("all")},
		{Priority: alert.High, Chain: named("all high")},
		{Group: "ward", Chain: named("ward")},
		{Group: "ward", Priority: alert.Medium, Chain: named("ward medium")},
		{Patient: anna, Priority: alert.Medium, Chain: named("anna medium")},
		{Patient: anna, Group: "ward", Priority: alert.Low, Chain: named("anna on the ward")},
	}, map[string]Notifier{"x": NotifyFunc(nil)})
	if err != nil {
		t.Fatal(err)
	}
	group := func(p vitals.PatientID) string { return map[vitals.PatientID]string{ben: "ward"}[p] }
	for _, tt := range []struct {
		patient  vitals.PatientID
		priority alert.Priority
		want     string
	}{
		{vitals.PatientID{}, alert.Low, "all"},
		{vitals.PatientID{}, alert.High, "all high"},
		{vitals.NewPatientID("carl"), alert.Medium, "all"},
		{ben, alert.Information, "ward"},
		{ben, alert.High, "ward medium"},
		{anna, alert.Low, "all"},
		{anna, alert.Medium, "anna medium"},
		{anna, alert.High, "anna medium"},
	} {
		c := rs.of(&alert.Event{Patient: tt.patient, Priority: tt.priority}, group)
		if c == nil || c.Name != tt.want {
			t.Errorf("%v %v: got %v, want %s", tt.patient, tt.priority, c, tt.want)
		}
	}
	only, err := compileRoutes([]Route{{Priority: alert.Medium, Chain: named("x")}}, map[string]Notifier{"x": NotifyFunc(nil)})
	if err != nil {
		t.Fatal(err)
	}
	if c := only.of(&alert.Event{Priority: alert.Low}, nil); c != nil {
		t.Errorf("a low alarm goes to %s", c.Name)
	}
}
