package mqtt_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/telemed-go/sdk/internal/mosquitto"
	"github.com/telemed-go/sdk/telemed"
	"github.com/telemed-go/sdk/telemed/mqtt"
)

// documented is the one block of docs/operations.md of a kind that is marked as
// tested.
func documented(t *testing.T, kind string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(page), "```"+kind+" tested\n")
	block, rest, closed := strings.Cut(block, "```\n")
	if !found || !closed || strings.Contains(rest, "```"+kind+" tested\n") {
		t.Fatalf("docs/operations.md has not one block %q", kind)
	}
	return block
}

// certified runs the commands that make certificates, in a folder.
func certified(t *testing.T) (dir string) {
	t.Helper()
	for _, tool := range []string{"bash", "openssl"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("TELEMED_REQUIRE") == "all" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	dir = t.TempDir()
	cmd := exec.Command("bash", "-euc", documented(t, "sh"))
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the commands fail: %v\n%s", err, out)
	}
	return dir
}

// The commands, the broker's settings and the access list of docs/operations.md
// work as they stand there: messages and receipts pass, and nobody writes or
// receipts for another.
func TestOperationsPage(t *testing.T) {
	dir := certified(t)
	writeFile(t, filepath.Join(dir, "acl"), []byte(documented(t, "acl")))
	conf := strings.NewReplacer("/etc/mosquitto/telemed", dir, "/var/lib/mosquitto", "DIR", "listener 8883", "listener PORT 127.0.0.1").
		Replace(documented(t, "conf"))
	broker := mosquitto.Configured(t, "user root\nlog_type none\n"+conf)
	address := strings.Replace(broker.Address, "mqtt:", "mqtts:", 1)

	pem, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	authority := x509.NewCertPool()
	if !authority.AppendCertsFromPEM(pem) {
		t.Fatal("no authority")
	}
	own := func(name string) tls.Certificate {
		c, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key"))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	source, err := mqtt.Open(within(t), address, mqtt.TrustOnly(authority), mqtt.Certificate(own("gateway")),
		mqtt.Subscribe("ward/+/gatt/#"), mqtt.Receipts(10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()

	stranger := plain(t, strings.Replace(address, "mqtts:", "ssl:", 1), func(o *paho.ClientOptions) {
		o.SetClientID("bed-2").SetTLSConfig(&tls.Config{RootCAs: authority, Certificates: []tls.Certificate{own("bed-2")}})
	})
	for _, foreign := range []string{"ward/bed-1/gatt/2A37/1770000000000-9", "ward/bed-1/receipt/Xk3J9xQ0", "ward/bed-2/receipt/Xk3J9xQ0"} {
		if token := stranger.Publish(foreign, 1, false, []byte("0.9.0")); !token.WaitTimeout(soon) {
			t.Fatal("the broker does not answer")
		}
	}
	o := openOutbox(t)
	s, stop := runSender(t, address, o, mqtt.TrustOnly(authority), mqtt.Certificate(own("bed-1")))
	defer stop()
	addHeartRates(t, o, telemed.LaneLive, 1, 1)
	d := receiveOne(t, source)
	if d.Frame.Device != "bed-1" || d.Frame.Sequence != 1 || !bytes.Equal(d.Frame.Bytes, []byte{0, 1}) {
		t.Errorf("received %v of %s", d.Frame.Bytes, d.Frame.Device)
	}
	d.Ack()
	empty(t, o, s, 10*time.Second)
	if n := s.Progress().Ignored; n != 0 {
		t.Errorf("%d receipts of somebody else", n)
	}
	if n := source.Stats().Received; n != 1 {
		t.Errorf("%d messages received, want 1", n)
	}
}
