package senml_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/device/senml"
	"github.com/telemed-go/sdk/vitals"
)

// vectors calls each with the lines of a file of third-party data.
func vectors(t *testing.T, name string, each func(line []byte)) {
	t.Helper()
	path := filepath.Join(cmp.Or(os.Getenv("TELEMED_DATA"), "../../../shared/data"), "ingest", name)
	file, err := os.Open(path)
	if err != nil {
		if os.Getenv("TELEMED_REQUIRE") == "all" {
			t.Fatal(err)
		}
		t.Skipf("no vectors (TELEMED_DATA names their folder): %v", err)
	}
	defer file.Close()
	n := 0
	for lines := bufio.NewScanner(file); lines.Scan(); n++ {
		each(lines.Bytes())
	}
	if n < 7 {
		t.Errorf("%d vectors in %s", n, path)
	}
}

type vector struct {
	ID       string          `json:"id"`
	Pack     json.RawMessage `json:"pack"`
	Accept   *bool           `json:"accept"`
	Now      int64           `json:"now"`
	Value    string          `json:"value_hex"`
	Resolved []struct {
		N  string          `json:"n"`
		U  string          `json:"u"`
		T  *vitals.Decimal `json:"t"`
		V  *vitals.Decimal `json:"v"`
		VS *string         `json:"vs"`
		VB *bool           `json:"vb"`
	} `json:"resolved"`
}

func TestPublishedExamplesAndRules(t *testing.T) {
	for _, name := range []string{"senml/rfc8428_examples.jsonl", "senml/senml_rules.jsonl"} {
		vectors(t, name, func(line []byte) {
			var v vector
			if err := json.Unmarshal(line, &v); err != nil {
				t.Fatal(err)
			}
			p, err := senml.Parse(v.Pack)
			v.check(t, p, err)
			if err != nil || v.Accept != nil && !*v.Accept {
				return
			}
			c, err := p.AppendCBOR(nil)
			if err != nil {
				t.Errorf("%s: %v", v.ID, err)
			}
			p, err = senml.Parse(c)
			v.check(t, p, err)
		})
	}
}

func (v *vector) check(t *testing.T, p senml.Pack, err error) {
	now := time.Unix(cmp.Or(v.Now, 1900000000), 0).UTC()
	var got []senml.Measurement
	if err == nil {
		got, err = p.Resolve(now)
	}
	if v.Accept != nil && !*v.Accept {
		if err == nil {
			t.Errorf("%s is accepted", v.ID)
		}
		return
	}
	if err != nil || len(got) < len(v.Resolved) {
		t.Errorf("%s: %v, %v", v.ID, got, err)
		return
	}
	for i, want := range v.Resolved {
		m := got[i]
		at := now
		if want.T != nil {
			at = time.Unix(int64(want.T.Float64()), 0).UTC()
		}
		if m.Name != want.N || m.Unit != want.U || !m.At.Equal(at) ||
			want.V != nil && (!m.Has.Has(senml.HasValue) || m.Value.Cmp(*want.V) != 0) ||
			want.VS != nil && m.Text != *want.VS || want.VB != nil && (!m.Has.Has(senml.HasBool) || m.Bool != *want.VB) {
			t.Errorf("%s: record %d is %+v, want %+v", v.ID, i, m, want)
		}
	}
	for _, m := range got[len(v.Resolved):] { // the published form leaves out data
		if data, err := hex.DecodeString(cmp.Or(v.Value, "6869200a")); err != nil || !m.Has.Has(senml.HasData) || !bytes.Equal(m.Data, data) {
			t.Errorf("%s: %+v is not in the published form", v.ID, m)
		}
	}
}

// Hostile CBOR alone, and as the value of a label that nobody knows.
func TestHostileCBOR(t *testing.T) {
	vectors(t, "mqtt/cbor_hostile.jsonl", func(line []byte) {
		var v struct {
			ID, Hex string
			Accept  bool
		}
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		alone := unhex(v.Hex)
		within := append(unhex("81 a3 006161 0201 6178"), alone...)
		for _, b := range [][]byte{alone, within} {
			if used := testing.AllocsPerRun(1, func() { _, _ = senml.Parse(b) }); used > 8 {
				t.Errorf("%s: %v allocations", v.ID, used)
			}
		}
		if _, err := senml.Parse(alone); err == nil {
			t.Errorf("%s is a pack", v.ID)
		}
		_, err := senml.Parse(within)
		if _, ok := errors.AsType[*device.DecodeError](err); ok == v.Accept {
			t.Errorf("%s: %v, accept %v", v.ID, err, v.Accept)
		}
	})
}
