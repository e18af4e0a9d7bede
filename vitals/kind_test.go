package vitals_test

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	. "github.com/telemed-go/sdk/vitals"
)

func ExampleKind() {
	k, ok := KindByMDC(150456)
	if !ok {
		fmt.Println("no such kind")
		return
	}
	fmt.Println(k, "-", k.Display())
	fmt.Println(k.LOINC().Code, "and", k.ProfileLOINC().Code, "in", k.Unit())
	// Output:
	// SpO2 - Oxygen saturation (pulse oximeter)
	// 59408-5 and 2708-6 in %
}

func TestKindNames(t *testing.T) {
	n := 0
	for k := range Kinds() {
		n++
		if got, err := ParseKind(k.String()); err != nil || got != k {
			t.Errorf("ParseKind(%q) = %v, %v", k, got, err)
		}
		if k.Display() == "" {
			t.Errorf("%v has no display", k)
		}
	}
	if n < 110 {
		t.Errorf("%d kinds, want at least 110", n)
	}
	for _, name := range []string{"", "heartrate", "HeartRat", "HeartRateX", "Kind(1)", "\xff"} {
		if k, err := ParseKind(name); !errors.Is(err, ErrKind) || k != KindNone {
			t.Errorf("ParseKind(%q) = %v, %v", name, k, err)
		}
	}
}

// Names are in reading identities, numbers may be in stored files. A kind that is
// added takes the next number and leaves this test alone; one that is renamed
// or renumbered does not.
func TestKindNumbersStay(t *testing.T) {
	const (
		frozen = 147
		want   = "e743077a5cce63bee67a37dc533608ab4ca38159ab913cc12a49f64f170650ed"
	)
	h := sha256.New()
	for k := Kind(1); k <= frozen; k++ {
		fmt.Fprintf(h, "%d %s\n", k, k)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("numbers or names of the first %d kinds changed: %s", frozen, got)
	}
}

func TestKindUnknown(t *testing.T) {
	if s := KindNone.String(); s != "" {
		t.Errorf("KindNone is %q", s)
	}
	if s := Kind(60000).String(); s != "Kind(60000)" {
		t.Errorf("Kind(60000) is %q", s)
	}
	for _, k := range []Kind{KindNone, 60000} {
		code, ref := k.MDC()
		if code != 0 || ref != "" || k.LOINC() != (Coding{}) || k.MolarLOINC() != (Coding{}) ||
			k.ProfileLOINC() != (Coding{}) || k.Unit() != UnitNone || k.Panel() != KindNone ||
			k.Profile() != ProfileNone || k.Display() != "" || k.MolarMass() != (Decimal{}) {
			t.Errorf("%d has facts", k)
		}
	}
	for _, code := range []uint32{0, 1, 147841, 147843, 1<<32 - 1} {
		if k, ok := KindByMDC(code); ok || k != KindNone {
			t.Errorf("KindByMDC(%d) = %v, %v", code, k, ok)
		}
	}
	if s := Profile(99).String() + Shape(99).String(); s != "Profile(99)Shape(99)" {
		t.Error(s)
	}
}

func TestKindByMDC(t *testing.T) {
	n := 0
	for k := range Kinds() {
		code, ref := k.MDC()
		if code == 0 {
			continue
		}
		n++
		if got, ok := KindByMDC(code); !ok || got != k {
			t.Errorf("KindByMDC(%d) = %v, %v; %v is %s", code, got, ok, k, ref)
		}
	}
	if n < 110 {
		t.Errorf("%d kinds with a device code", n)
	}
}

// What other packages rely on, written down a second time.
func TestKindFacts(t *testing.T) {
	for _, want := range []struct {
		kind    Kind
		mdc     uint32
		loinc   string
		profile string // LOINC demanded beside loinc
		unit    Unit
		panel   Kind
		fhir    Profile
		shape   Shape
	}{
		{HeartRate, 147842, "8867-4", "", UnitPerMinute, KindNone, ProfileHeartRate, ShapeNumeric},
		{PulseRate, 149514, "8867-4", "", UnitPerMinute, KindNone, ProfileHeartRate, ShapeNumeric},
		{PulseRateOximeter, 149530, "8867-4", "", UnitPerMinute, KindNone, ProfileHeartRate, ShapeNumeric},
		{PulseRateCuff, 149546, "8867-4", "", UnitPerMinute, KindNone, ProfileHeartRate, ShapeNumeric},
		{RRInterval, 147240, "", "", UnitMs, KindNone, ProfileNone, ShapeNumeric},
		{BloodPressure, 150020, "85354-9", "", UnitMmHg, KindNone, ProfileBP, ShapePanel},
		{Systolic, 150021, "8480-6", "", UnitMmHg, BloodPressure, ProfileNone, ShapeNumeric},
		{Diastolic, 150022, "8462-4", "", UnitMmHg, BloodPressure, ProfileNone, ShapeNumeric},
		{MeanPressure, 150023, "8478-0", "", UnitMmHg, BloodPressure, ProfileNone, ShapeNumeric},
		{ArterialMean, 150035, "", "", UnitMmHg, ArterialPressure, ProfileNone, ShapeNumeric},
		{ABPDiastolic, 150038, "", "", UnitMmHg, ABP, ProfileNone, ShapeNumeric},
		{CuffPressure, 0, "", "", UnitMmHg, KindNone, ProfileNone, ShapeNumeric},
		{SpO2, 150456, "59408-5", "2708-6", UnitPercent, KindNone, ProfileOxygenSat, ShapeNumeric},
		{SaO2, 150324, "2708-6", "", UnitPercent, KindNone, ProfileOxygenSat, ShapeNumeric},
		{InspiredO2, 152196, "3150-0", "", UnitPercent, KindNone, ProfileNone, ShapeNumeric},
		{O2Flow, 0, "3151-8", "", UnitLPerMin, KindNone, ProfileNone, ShapeNumeric},
		{Pleth, 150452, "", "", UnitOne, KindNone, ProfileNone, ShapeWaveform},
		{RespiratoryRate, 151562, "9279-1", "", UnitPerMinute, KindNone, ProfileRespRate, ShapeNumeric},
		{BodyTemperature, 150364, "8310-5", "", UnitCelsius, KindNone, ProfileBodyTemp, ShapeNumeric},
		{TempOral, 188424, "8331-1", "8310-5", UnitCelsius, KindNone, ProfileBodyTemp, ShapeNumeric},
		{TempRectal, 188420, "", "8310-5", UnitCelsius, KindNone, ProfileBodyTemp, ShapeNumeric},
		{TempFinger, 188432, "", "", UnitCelsius, KindNone, ProfileNone, ShapeNumeric},
		{BodyWeight, 188736, "29463-7", "", UnitKg, KindNone, ProfileBodyWeight, ShapeNumeric},
		{BodyLength, 0, "8306-3", "8302-2", UnitCm, KindNone, ProfileBodyHeight, ShapeNumeric},
		{GlucoseCapillaryBlood, 160184, "41653-7", "", UnitMgPerDL, KindNone, ProfileNone, ShapeNumeric},
		{GlucoseISF, 160212, "99504-3", "", UnitMgPerDL, KindNone, ProfileNone, ShapeNumeric},
		{CarbohydrateIntake, 8417764, "", "", UnitGram, KindNone, ProfileNone, ShapeNumeric},
		{ExerciseIntensity, 8417760, "", "", UnitPercent, KindNone, ProfileNone, ShapeNumeric},
		{MealContext, 8417864, "", "", UnitNone, KindNone, ProfileNone, ShapeCoded},
		{Consciousness, 0, "", "", UnitNone, KindNone, ProfileNone, ShapeCoded},
		{EarlyWarningScore, 0, "88330-6", "", UnitScore, KindNone, ProfileNone, ShapeNumeric},
		{ECGLeadAVR, 131390, "", "", UnitMV, KindNone, ProfileNone, ShapeWaveform},
		{VitalSignsPanel, 0, "85353-1", "", UnitNone, KindNone, ProfileVitalsPanel, ShapePanel},
		{BatteryLevel, 67996, "", "", UnitPercent, KindNone, ProfileNone, ShapeNumeric},
	} {
		got := want
		k := want.kind
		got.mdc, _ = k.MDC()
		got.loinc, got.profile = k.LOINC().Code, k.ProfileLOINC().Code
		got.unit, got.panel, got.fhir, got.shape = k.Unit(), k.Panel(), k.Profile(), k.Shape()
		if got != want {
			t.Errorf("%v:\n got %v\nwant %v", k, got, want)
		}
	}
}

// An Observation that claims a profile must carry the profile's LOINC code,
// and a component claims none.
func TestProfileCodes(t *testing.T) {
	demanded := map[Profile]string{
		ProfileHeartRate: "8867-4", ProfileRespRate: "9279-1", ProfileBP: "85354-9", ProfileOxygenSat: "2708-6",
		ProfileBodyTemp: "8310-5", ProfileBodyWeight: "29463-7", ProfileBodyHeight: "8302-2",
		ProfileHeadCircum: "9843-4", ProfileBMI: "39156-5", ProfileVitalsPanel: "85353-1",
	}
	used := map[Profile]bool{}
	for k := range Kinds() {
		p, own, beside := k.Profile(), k.LOINC().Code, k.ProfileLOINC().Code
		used[p] = true
		switch {
		case p == ProfileNone && beside != "":
			t.Errorf("%v has a profile's code %s and no profile", k, beside)
		case demanded[p] != "" && own != demanded[p] && beside != demanded[p]:
			t.Errorf("%v claims %v without LOINC %s", k, p, demanded[p])
		case p != ProfileNone && k.Panel() != KindNone:
			t.Errorf("%v is a component and claims %v", k, p)
		case strings.Contains(p.String(), "("):
			t.Errorf("%v: %v has no name", k, p)
		}
	}
	for p := range demanded {
		if !used[p] {
			t.Errorf("no kind claims %v", p)
		}
	}
}

func TestPanels(t *testing.T) {
	for panel, want := range map[Kind][]Kind{
		BloodPressure:        {Systolic, Diastolic, MeanPressure},
		AverageBloodPressure: {AverageSystolic, AverageDiastolic},
		ArterialPressure:     {ArterialSystolic, ArterialDiastolic, ArterialMean},
		ABP:                  {ABPSystolic, ABPDiastolic, ABPMean},
	} {
		var got []Kind
		for k := range Kinds() {
			if k.Panel() == panel {
				got = append(got, k)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v: %v, want %v", panel, got, want)
		}
	}
	for k := range Kinds() {
		if p := k.Panel(); p != KindNone && (p.Shape() != ShapePanel || p.Unit() != k.Unit()) {
			t.Errorf("%v in %v is part of %v, a %v in %v", k, k.Unit(), p, p.Shape(), p.Unit())
		}
	}
}

func TestGlucose(t *testing.T) {
	molar := map[Kind]string{
		GlucoseCapillaryBlood: "14743-9", GlucoseVenousBlood: "15074-8",
		GlucoseVenousPlasma: "14749-6", GlucoseISF: "105272-9",
	}
	n := 0
	for k := range Kinds() {
		glucose := strings.HasPrefix(k.String(), "Glucose")
		if glucose {
			n++
		}
		if has := k.MolarMass() == (Decimal{Coef: 180156, Exp: -3}); has != glucose {
			t.Errorf("%v has molar mass %v", k, k.MolarMass())
		}
		if got := k.MolarLOINC().Code; got != molar[k] {
			t.Errorf("%v has molar LOINC %q, want %q", k, got, molar[k])
		}
	}
	if n != 10 {
		t.Errorf("%d kinds of glucose", n)
	}
	// C6H12O6: 6×12.011 + 12×1.008 + 6×15.999 = 180.156.
	got, err := GlucoseISF.Convert(UnitMmolPerL.Of(Decimal{Coef: 100, Exp: -1}), UnitMgPerDL)
	if err != nil || got.Value().Round(0).Cmp(Decimal{Coef: 180}) != 0 {
		t.Errorf("10.0 mmol/L are %v, %v", got, err)
	}
}

func TestLOINCCheckDigits(t *testing.T) {
	n := 0
	for k := range Kinds() {
		for _, c := range []Coding{k.LOINC(), k.MolarLOINC(), k.ProfileLOINC()} {
			if c.Code == "" {
				continue
			}
			n++
			// Luhn: every second digit from the right, without the check
			// digit, doubled.
			number, check, _ := strings.Cut(c.Code, "-")
			sum, double := 0, true
			for i := len(number) - 1; i >= 0; i-- {
				d := int(number[i] - '0')
				if double {
					d *= 2
				}
				sum += d/10 + d%10
				double = !double
			}
			if want := strconv.Itoa((10 - sum%10) % 10); check != want {
				t.Errorf("%v: LOINC %s, check digit should be %s", k, c.Code, want)
			}
		}
	}
	if n < 50 {
		t.Errorf("%d LOINC codes", n)
	}
}

func TestKindLookupsDoNotAllocate(t *testing.T) {
	var sink int
	if n := testing.AllocsPerRun(100, func() {
		k, _ := KindByMDC(150456)
		p, _ := ParseKind("TempAxillary")
		_, ref := k.MDC()
		sink += len(ref) + len(k.String()) + len(p.Display()) + len(k.LOINC().Code) + int(k.Unit()) + int(p.Profile())
		if k.Plausible(Percent(97)) {
			sink++
		}
		for k := range Kinds() {
			sink += int(k.Panel())
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if sink == 0 {
		t.Error("nothing looked up")
	}
}

// TestUnitTable checks the factors of units.tsv against definitions. A result
// is as fine as the digits given, so some values have zeros to spare.
func TestUnitTable(t *testing.T) {
	for _, c := range []struct{ from, unit, to string }{
		{"760.0000 mm[Hg]", "kPa", "101.3250"}, // the standard atmosphere, to 1.4e-7
		{"100000 cm[H2O]", "kPa", "9806.65"},
		{"1 mbar", "kPa", "0.1"},
		{"98.60 [degF]", "Cel", "37.00"},
		{"0.00 Cel", "K", "273.15"},
		{"-40 [degF]", "Cel", "-40"},
		{"1.00000000 [lb_av]", "g", "453.59237"},
		{"16 [oz_av]", "[lb_av]", "1"},
		{"12 [in_i]", "[ft_i]", "1"},
		{"5280 [ft_i]", "[mi_i]", "1"},
		{"1.000000 [mi_i]", "km", "1.609344"},
		{"1.000 kcal", "kJ", "4.184"},
		{"1 L/s", "L/min", "60"},
		{"60 mL/h", "mL/min", "1"},
		{"36 km/h", "m/s", "10"},
		{"60 m/min", "m/s", "1"},
		{"1 Hz", "/min", "60"},
		{"60 /h", "/min", "1"},
		{"50 %", "1", "0.5"},
		{"100 mg/dL", "g/L", "1"},
		{"1 g/dL", "mg/L", "10000"},
		{"1.00 d", "h", "24"},
		{"1.00 h", "ms", "3600000"},
		{"1 mV", "uV", "1000"},
		{"1 [iU]", "m[iU]", "1000"},
		{"1 mmol/L", "umol/L", "1000"},
	} {
		q, err := ParseQuantity(c.from)
		if err != nil {
			t.Errorf("%s: %v", c.from, err)
			continue
		}
		want, err := ParseQuantity(c.to + " " + c.unit)
		if err != nil {
			t.Fatalf("%s %s: %v", c.to, c.unit, err)
		}
		got, err := q.In(want.Unit())
		if err != nil || got.Value().Round(want.Value().Exp).Cmp(want.Value()) != 0 {
			t.Errorf("%s is %v, %v; want %v", c.from, got, err, want)
		}
	}
	for _, pair := range [][2]string{{"{score}", "{steps}"}, {"{INR}", "1"}, {"mmol/mol", "%"}, {"mg/dL", "mmol/L"}, {"/min", "min"}} {
		from, err1 := ParseUnit(pair[0])
		to, err2 := ParseUnit(pair[1])
		if got, err := from.Of(Decimal{Coef: 1}).In(to); err1 != nil || err2 != nil || err == nil {
			t.Errorf("1 %s became %v", pair[0], got)
		}
	}
}

// TestCodesArePublished compares every code with the compiled list of codes
// that were seen in published files, both ways.
func TestCodesArePublished(t *testing.T) {
	rows := sharedTable(t, "fhir/vitals-codes.csv")
	ours := map[string]string{
		"88330-6": "NEWS2, named by the score's own publications; not in the list of device codes",
	}
	published := func(status string) bool { return status == "verified" || status == "secondary" }
	loinc := map[string]string{} // to display
	shipped := map[string]bool{}
	for _, r := range rows {
		if published(r["loinc_status"]) {
			loinc[r["loinc"]] = r["loinc_display"]
		}
	}
	for k := range Kinds() {
		for _, c := range []Coding{k.LOINC(), k.MolarLOINC(), k.ProfileLOINC()} {
			shipped[c.Code] = true
			if display, ok := loinc[c.Code]; c.Code != "" && (!ok || display != c.Display) && ours[c.Code] == "" {
				t.Errorf("%v: LOINC %s %q, published as %q, %v", k, c.Code, c.Display, display, ok)
			}
		}
		code, ref := k.MDC()
		if code == 0 {
			continue
		}
		text := strconv.FormatUint(uint64(code), 10)
		i := slices.IndexFunc(rows, func(r map[string]string) bool { return r["mdc_code"] == text && r["mdc_refid"] == ref })
		switch {
		case i < 0 || !published(rows[i]["mdc_status"]):
			t.Errorf("%v: MDC %d %s is not published", k, code, ref)
		case rows[i]["mdc_partition"] != strconv.Itoa(int(code>>16)) || rows[i]["mdc_term"] != strconv.Itoa(int(code&0xffff)):
			t.Errorf("%v: MDC %d is not %s:%s", k, code, rows[i]["mdc_partition"], rows[i]["mdc_term"])
		case rows[i]["ucum"] != k.Unit().UCUM():
			t.Errorf("%v is in %q, published in %q", k, k.Unit().UCUM(), rows[i]["ucum"])
		case published(rows[i]["loinc_status"]) && rows[i]["loinc"] != k.LOINC().Code:
			t.Errorf("%v has LOINC %s, published with %s", k, k.LOINC().Code, rows[i]["loinc"])
		}
	}
	for _, r := range rows {
		if term, err := strconv.Atoi(r["mdc_term"]); published(r["mdc_status"]) && err == nil && term < 0xf000 {
			code, err := strconv.ParseUint(r["mdc_code"], 10, 32)
			if _, ok := KindByMDC(uint32(code)); err != nil || !ok {
				t.Errorf("%s: MDC %s is published and has no kind", r["name"], r["mdc_code"])
			}
		}
		if published(r["loinc_status"]) && !shipped[r["loinc"]] {
			t.Errorf("%s: LOINC %s is published and has no kind", r["name"], r["loinc"])
		}
	}
}

func TestUnitCodesArePublished(t *testing.T) {
	rows := sharedTable(t, "fhir/mdc-units.csv")
	for u := UnitOne; u.UCUM() != ""; u++ {
		if u.MDC() == 0 {
			continue
		}
		text := strconv.FormatUint(uint64(u.MDC()), 10)
		want := u.UCUM()
		if u == UnitSteps {
			want = "{step}" // an annotation has no meaning; ours is the plural
		}
		if !slices.ContainsFunc(rows, func(r map[string]string) bool {
			return r["code"] == text && r["ucum"] == want && (r["status"] == "verified" || r["status"] == "secondary")
		}) {
			t.Errorf("%v: MDC %d is not published for %s", u, u.MDC(), want)
		}
	}
}

// sharedTable reads a .csv of the test data, which is not part of the module:
// $TELEMED_DATA says where it is. With TELEMED_REQUIRE=all its absence fails.
func sharedTable(t *testing.T, name string) []map[string]string {
	t.Helper()
	dir := os.Getenv("TELEMED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	f, err := os.DirFS(dir).Open(name)
	if err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skipf("test data is not here: %v", err)
	}
	defer closeFile(t, f)
	records, err := csv.NewReader(f).ReadAll()
	if err != nil || len(records) < 2 {
		t.Fatalf("%s: %d records, %v", name, len(records), err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, cell := range record {
			row[records[0][i]] = cell
		}
		rows = append(rows, row)
	}
	return rows
}

func closeFile(t *testing.T, f fs.File) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func BenchmarkKindByMDC(b *testing.B) {
	for b.Loop() {
		if _, ok := KindByMDC(150456); !ok {
			b.Fatal("not found")
		}
	}
}
