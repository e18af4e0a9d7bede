//go:build nightly

package validate_test

import (
	"bufio"
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/telemed-go/sdk/fhir"
	"github.com/telemed-go/sdk/fhir/validate"
	"github.com/telemed-go/sdk/vitals"
)

// A hundred thousand random readings, of every kind, unit, doubt and profile,
// pass this package and the independent validator.
//
//	TELEMED_FHIR_VALIDATE=... go test -tags nightly -run Random -timeout 30m ./fhir/validate
func TestRandomReadings(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kinds := slices.DeleteFunc(slices.Collect(vitals.Kinds()), func(k vitals.Kind) bool { return !fhir.Supports(k) })
	mappers := []fhir.Mapper{
		{}, {Profile: fhir.PHD, Gateway: "Device/gateway"}, {Profile: fhir.USCore}, {Profile: fhir.HDDT}, {Profile: fhir.PoCD},
	}
	file := filepath.Join(t.TempDir(), "random.ndjson")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	var b []byte
	for n := 0; n < 100_000; {
		k := kinds[r.IntN(len(kinds))]
		reading := vitals.Reading{
			Patient: vitals.NewPatientID("p1"), Device: "d1", Kind: k, Quality: vitals.Quality(1) << r.IntN(41) & vitals.Quality(r.Uint64()),
			Quantity: k.Unit().Of(vitals.Decimal{Coef: int64(r.IntN(2_000_000)) - 1_000_000, Exp: int8(r.IntN(8) - 6)}),
			At:       time.Unix(r.Int64N(4_000_000_000), r.Int64N(1e9)).In(time.FixedZone("", (r.IntN(113)-56)*900)),
			Stamped:  r.IntN(2) == 0, Sequence: r.Uint32N(3),
		}
		if reading.Quality.Has(vitals.Absent) {
			reading.Quantity = vitals.Quantity{}
		}
		if b, err = mappers[r.IntN(len(mappers))].AppendObservation(b[:0], []vitals.Reading{reading}); err != nil {
			continue // a value that the kind cannot have
		}
		if issues := validate.Resource(b); !issues.Valid() {
			t.Fatalf("%v: %s", issues, b)
		}
		_, _ = w.Write(append(b, '\n'))
		n++
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	dir := os.Getenv("TELEMED_FHIR_VALIDATE")
	if dir == "" {
		t.Skip("TELEMED_FHIR_VALIDATE is not set: the independent validator has not seen them")
	}
	out, err := exec.Command("node", filepath.Join(dir, "validate.mjs"), "--strict", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, bytes.TrimSpace(out))
	}
	t.Logf("%s", bytes.TrimSpace(out))
}
