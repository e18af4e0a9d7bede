package vitals

import (
	"slices"
	"testing"
	"time"
)

// cuff is one inflation: three pressures, and the pulse, which is a
// measurement of its own.
func cuff(at time.Time, change func(*Reading)) []Reading {
	var rs []Reading
	for _, k := range []Kind{Systolic, Diastolic, MeanPressure, PulseRateCuff} {
		r := Reading{Patient: NewPatientID("p-1"), Device: "cuff", Kind: k, At: at, Quantity: MmHg(100)}
		if change != nil {
			change(&r)
		}
		rs = append(rs, r)
	}
	return rs
}

func runs(rs []Reading) (lengths []int) {
	for run := range Panels(rs) {
		lengths = append(lengths, len(run))
	}
	return lengths
}

func TestReadingPanels(t *testing.T) {
	at := time.Date(2026, 5, 1, 8, 30, 0, 0, time.UTC)
	one := cuff(at, nil)
	hr := Reading{Patient: NewPatientID("p-1"), Device: "cuff", Kind: HeartRate, At: at}
	for _, tt := range []struct {
		name string
		in   []Reading
		want []int
	}{
		{"none", nil, nil},
		{"one inflation", one, []int{3, 1}},
		{"systolic alone", one[:1], []int{1}},
		{"two kinds without a panel", []Reading{hr, hr}, []int{1, 1}},
		{"one after the other", slices.Concat(one, cuff(at.Add(time.Second), nil)), []int{3, 1, 3, 1}},
		{"pressures side by side of two instants", slices.Concat(one[:3], cuff(at.Add(1), nil)[:3]), []int{3, 3}},
		{"of two patients", slices.Concat(one[:3], cuff(at, func(r *Reading) { r.Patient = NewPatientID("p-2") })[:3]), []int{3, 3}},
		{"of two devices", slices.Concat(one[:3], cuff(at, func(r *Reading) { r.Device = "other" })[:3]), []int{3, 3}},
		{"of two records", slices.Concat(one[:3], cuff(at, func(r *Reading) { r.Sequence = 1 })[:3]), []int{3, 3}},
		{"in another zone", slices.Concat(one[:1], cuff(at.In(time.FixedZone("", 3600)), nil)[1:3]), []int{3}},
		{"quality and value do not matter", []Reading{one[0], {Patient: one[1].Patient, Device: "cuff", Kind: Diastolic, At: at, Quality: NotANumber}}, []int{2}},
		{"parted by another reading", []Reading{one[0], hr, one[1]}, []int{1, 1, 1}},
		{"cuff and arterial line", []Reading{one[0], {Patient: hr.Patient, Device: "cuff", Kind: ArterialDiastolic, At: at}}, []int{1, 1}},
	} {
		if got := runs(tt.in); !slices.Equal(got, tt.want) {
			t.Errorf("%s: runs of %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestPanelsBorrow(t *testing.T) {
	rs := cuff(time.Unix(0, 0), nil)
	for run := range Panels(rs) {
		if cap(run) != len(run) {
			t.Errorf("a run of %d has capacity %d: appending to it would overwrite the next", len(run), cap(run))
		}
		_ = append(run, Reading{})
		break // stopping early must be possible
	}
	if rs[3].Kind != PulseRateCuff {
		t.Error("appending to a run overwrote the reading behind it")
	}
}

func TestSamePanelIsSymmetric(t *testing.T) {
	rs := cuff(time.Unix(0, 0), nil)
	for _, a := range rs {
		for _, b := range rs {
			if a.SamePanel(b) != b.SamePanel(a) {
				t.Errorf("%v.SamePanel(%v) = %v, the other way %v", a.Kind, b.Kind, a.SamePanel(b), b.SamePanel(a))
			}
		}
	}
}

func TestPanelID(t *testing.T) {
	parts := cuff(time.Unix(0, 0), nil)
	whole := parts[0]
	whole.Kind = BloodPressure
	for _, r := range append(parts[:3:3], whole) {
		if r.PanelID() != whole.ID() {
			t.Errorf("%v is part of %v, want %v", r.Kind, r.PanelID(), whole.ID())
		}
	}
	if pulse := parts[3]; pulse.PanelID() != pulse.ID() {
		t.Errorf("%v has no panel, but its measurement is %v and not %v", pulse.Kind, pulse.PanelID(), pulse.ID())
	}
	if parts[0].Kind != Systolic || (Reading{}).PanelID() != (Reading{}).ID() {
		t.Error("PanelID changed the reading, or gave one to no reading")
	}
}
