package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io/fs"
	"log/slog"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	broker "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/telemed-go/sdk/device/compact"
	"github.com/telemed-go/sdk/fhir/client"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/census"
	"github.com/telemed-go/sdk/telemed/mqtt"
	ehr "github.com/telemed-go/sdk/telemed/record"
	"github.com/telemed-go/sdk/telemed/seal"
	"github.com/telemed-go/sdk/telemed/store"
	"github.com/telemed-go/sdk/telemed/ward"
)

// measured is one of each type of the SDK that tells numbers, in a state in
// which it tells all.
func measured(t *testing.T) map[string]telemed.Measured {
	t.Helper()
	log, err := store.Open(filepath.Join(t.TempDir(), "log.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	outbox, err := store.OpenOutbox(filepath.Join(t.TempDir(), "outbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { outbox.Close() })
	roster, err := census.Open(t.Context(), log)
	if err != nil {
		t.Fatal(err)
	}
	address := startBroker(t)
	own := mqtt.Certificate(certificate(t))
	sender, err := mqtt.NewSender(address, outbox, mqtt.ClientID("sender"), own)
	if err != nil {
		t.Fatal(err)
	}
	source, err := mqtt.Open(t.Context(), address, mqtt.Subscribe("ward/#"), own)
	if err != nil {
		t.Fatal(err)
	}
	server, err := client.New("https://ehr.example/fhir")
	if err != nil {
		t.Fatal(err)
	}
	opener, err := seal.NewOpener(t.Context(), new(seal.Keyring), log)
	if err != nil {
		t.Fatal(err)
	}
	beds := new(ward.Ward)
	gateway := &telemed.Gateway{Source: source, Decoder: compact.Decoder{}, Log: log, Roster: roster, Sinks: []telemed.Sink{beds}}
	done := make(chan error, 1)
	go func() { done <- gateway.Run(t.Context()) }()
	t.Cleanup(func() {
		source.Close()
		<-done
	})
	for deadline := time.Now().Add(10 * time.Second); !tells(gateway, "telemed_sink_waiting_records"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the gateway does not run")
		}
	}
	return map[string]telemed.Measured{
		"telemed.Gateway": gateway, "ward.Ward": beds, "census.Census": roster, "store.Log": log, "store.Outbox": outbox,
		"mqtt.Source": source, "mqtt.Sender": sender, "seal.Opener": opener, "record.Delivery": ehr.Delivery{Client: server},
	}
}

func tells(m telemed.Measured, name string) bool {
	for m := range m.Metrics {
		if m.Name == name {
			return true
		}
	}
	return false
}

func startBroker(t *testing.T) (address string) {
	t.Helper()
	server := broker.New(&broker.Options{Logger: slog.New(slog.DiscardHandler)})
	tcp := listeners.NewTCP(listeners.Config{ID: "t", Address: "127.0.0.1:0"})
	for _, err := range []error{server.AddHook(new(auth.AllowHook), nil), server.AddListener(tcp), server.Serve()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = server.Close() })
	return "mqtt://" + tcp.Address()
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sender"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

var metricName = regexp.MustCompile(`^telemed(_[a-z0-9]+){2,}$`)

// Every number has a name of its own as Prometheus wants it, a line that helps,
// and a row in docs/operations.md, which has no others.
func TestEveryMetricIsDocumented(t *testing.T) {
	owner := map[string]string{}
	for of, part := range measured(t) {
		seen := map[telemed.Metric]bool{}
		for m := range part.Metrics {
			if o := owner[m.Name]; o != "" && o != of {
				t.Errorf("%s is told by %s and %s", m.Name, o, of)
			}
			owner[m.Name] = of
			if !metricName.MatchString(m.Name) || m.Counter != strings.HasSuffix(m.Name, "_total") {
				t.Errorf("%s (counter: %v) is not a name as Prometheus wants it", m.Name, m.Counter)
			}
			if !strings.HasSuffix(m.Help, ".") || strings.ContainsAny(m.Help, "\n") {
				t.Errorf("%s: help %q is not a sentence on one line", m.Name, m.Help)
			}
			if key := (telemed.Metric{Name: m.Name, Part: m.Part}); seen[key] {
				t.Errorf("%s of %q comes twice", m.Name, m.Part)
			} else {
				seen[key] = true
			}
		}
	}
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "\n## What each number means\n")
	table, _, closed := strings.Cut(table, "\n## ")
	if !found || !closed {
		t.Fatal("docs/operations.md has no table of numbers")
	}
	var rows []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(telemed_[a-z0-9_]+)` \\|").FindAllStringSubmatch(table, -1) {
		rows = append(rows, row[1])
	}
	slices.Sort(rows)
	if want := slices.Sorted(maps.Keys(owner)); !slices.Equal(rows, want) {
		t.Errorf("the table has\n%s\nand the numbers are\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
}

// The links of the page lead somewhere.
func TestOperationsLinks(t *testing.T) {
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	anchors := map[string]bool{}
	for _, h := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(string(page), -1) {
		anchors["#"+strings.ReplaceAll(strings.ToLower(h[1]), " ", "-")] = true
	}
	links := regexp.MustCompile(`\]\((#[^)]+)\)`).FindAllStringSubmatch(string(page), -1)
	if len(links) == 0 {
		t.Fatal("no links")
	}
	for _, l := range links {
		if !anchors[l[1]] {
			t.Errorf("%s leads nowhere", l[1])
		}
	}
}

// A new type that tells numbers has to be in the test above.
func TestAllMeasuredTypesAreKnown(t *testing.T) {
	method := regexp.MustCompile(`(?m)^func \(\w+ \*?(\w+)\) Metrics\(`)
	var found []string
	err := filepath.WalkDir("../../telemed", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range method.FindAllSubmatch(text, -1) {
			found = append(found, filepath.Base(filepath.Dir(path))+"."+string(m[1]))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	if want := slices.Sorted(maps.Keys(measured(t))); !slices.Equal(found, want) {
		t.Errorf("types with Metrics: %v, tested: %v", found, want)
	}
}
