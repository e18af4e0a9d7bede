package peers

import (
	"testing"
	"time"

	absmach "github.com/absmach/senml"

	"github.com/telemed-go/sdk/device/senml"
	"github.com/telemed-go/sdk/vitals"
)

// senmlPack is eight records of one device, as the peer writes them.
func senmlPack(tb testing.TB, format absmach.Format) []byte {
	tb.Helper()
	value := func(f float64) *float64 { return &f }
	pack := absmach.Pack{Records: []absmach.Record{
		{BaseName: "urn:dev:mac:0024befffe804ff1:", BaseTime: 1777622400, Name: "HeartRate", Unit: "beat/min", Value: value(72)},
		{Name: "SpO2", Unit: "%", Value: value(97)},
		{Name: "Systolic", Unit: "mm[Hg]", Value: value(122)},
		{Name: "Diastolic", Unit: "mm[Hg]", Value: value(78)},
		{Name: "RespiratoryRate", Unit: "/min", Value: value(16)},
		{Name: "chest", Unit: "Cel", Time: -30, Value: value(36.4)},
		{Name: "BodyWeight", Unit: "kg", Time: -60, Value: value(70.25)},
		{Name: "battery", Unit: "%EL", Value: value(81)},
	}}
	b, err := absmach.Encode(pack, format)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// Both see the same numbers in what the peer wrote.
func TestSenMLAgrees(t *testing.T) {
	for _, format := range []absmach.Format{absmach.CBOR, absmach.JSON} {
		b := senmlPack(t, format)
		theirs, err := absmach.Decode(b, format)
		if err != nil {
			t.Fatal(err)
		}
		if theirs, err = absmach.Normalize(theirs); err != nil {
			t.Fatal(err)
		}
		p, err := senml.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		ours, err := p.Resolve(time.Now())
		if err != nil || len(ours) != len(theirs.Records) {
			t.Fatalf("%d records, want %d: %v", len(ours), len(theirs.Records), err)
		}
		want := map[string]absmach.Record{} // the peer leaves the order of one time open
		for _, r := range theirs.Records {
			want[r.Name] = r
		}
		for _, m := range ours {
			r := want[m.Name]
			if m.Unit != r.Unit || m.Value.Float64() != *r.Value || float64(m.At.Unix()) != r.Time {
				t.Errorf("%s: %v %s at %d, want %v %s at %v", m.Name, m.Value, m.Unit, m.At.Unix(), *r.Value, r.Unit, r.Time)
			}
		}
	}
}

func BenchmarkSenML(b *testing.B) {
	for _, f := range []struct {
		name   string
		format absmach.Format
	}{{"CBOR", absmach.CBOR}, {"JSON", absmach.JSON}} {
		pack := senmlPack(b, f.format)
		b.Run(f.name+"/senml", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := senml.Parse(pack); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(f.name+"/absmach", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := absmach.Decode(pack, f.format); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(f.name+"/senml_resolved", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p, err := senml.Parse(pack)
				if err != nil {
					b.Fatal(err)
				}
				if m, err := p.Resolve(time.Unix(1777622400, 0)); err != nil || m[0].Value == (vitals.Decimal{}) {
					b.Fatal(m, err)
				}
			}
		})
		b.Run(f.name+"/absmach_resolved", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p, err := absmach.Decode(pack, f.format)
				if err == nil {
					_, err = absmach.Normalize(p)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
