package mqtt

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"time"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/vitals"
)

// An Option sets up a connection.
type Option interface{ apply(*config) }

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

type config struct {
	filters   []string
	clientID  string
	tls       *tls.Config
	plaintext bool
	username  string
	password  func() string
	maxPacket int
	parse     func(topic string, f *device.Frame) error
	location  *time.Location
	logger    *slog.Logger

	certificate *tls.Certificate
	trust       *x509.CertPool
	revoked     func(*x509.Certificate) error
	pins        map[[sha256.Size]byte]bool
	relay       bool

	maxHeld     int
	rate, burst int
	watch       func(vitals.DeviceID, error)

	receipts time.Duration // between those to one sender; 0: none
	resend   time.Duration
	prefix   string // the first levels of the topics in an outbox

	// For tests.
	backoff             func(attempts int) time.Duration
	writeTimeout, stall time.Duration
}

func newConfig(opts []Option) *config {
	c := &config{
		maxPacket: 64 << 10, parse: ParseTopic, location: time.Local,
		logger:  slog.New(slog.DiscardHandler),
		resend:  10 * time.Second,
		maxHeld: 64 << 20, rate: 500, burst: 100_000,
		backoff: backoff, writeTimeout: writeTimeout, stall: stallTimeout,
	}
	for _, o := range opts {
		o.apply(c)
	}
	return c
}

// Subscribe asks for the topics that match a filter, with QoS 1. At least one
// is required by [Open].
func Subscribe(filter string) Option {
	return optionFunc(func(c *config) { c.filters = append(c.filters, filter) })
}

// ClientID names the session at the broker, which keeps messages for it while
// the gateway is away. Two gateways must not share one. The default is made
// of the host's name and the filters.
func ClientID(id string) Option { return optionFunc(func(c *config) { c.clientID = id }) }

// TLS is the configuration to begin with, for what [Certificate], [TrustOnly],
// [Revoked] and [Pin] cannot say. The default trusts the system's authorities and
// presents no certificate. The minimum version is 1.3 whatever the configuration
// says.
func TLS(t *tls.Config) Option { return optionFunc(func(c *config) { c.tls = t.Clone() }) }

// Certificate presents a certificate to the broker (mutual TLS). A [Publisher]
// with one sends to topics of the device that it names only, see [DeviceOf] and
// [Relay].
func Certificate(own tls.Certificate) Option {
	return optionFunc(func(c *config) { c.certificate = &own })
}

// TrustOnly accepts brokers with a certificate from these authorities and no
// others.
func TrustOnly(authorities *x509.CertPool) Option {
	return optionFunc(func(c *config) { c.trust = authorities })
}

// Revoked sets a function that is asked about every certificate of the broker's
// verified chain, on every connection. An error refuses it with [ErrRevoked]. It
// must answer from what it has: the connection waits. The default asks nobody.
func Revoked(check func(*x509.Certificate) error) Option {
	return optionFunc(func(c *config) { c.revoked = check })
}

// Pin accepts a broker only with a key of this [KeyPin], beside everything else
// that is checked. Give it again for the key that comes next. The default is any.
func Pin(key [sha256.Size]byte) Option {
	return optionFunc(func(c *config) {
		if c.pins == nil {
			c.pins = make(map[[sha256.Size]byte]bool)
		}
		c.pins[key] = true
	})
}

// Relay says that the certificate is that of a gateway, which sends for other
// devices. The broker's access list must say for which.
func Relay() Option { return optionFunc(func(c *config) { c.relay = true }) }

// MaxHeld bounds the memory of messages that are not acknowledged, in bytes. Above
// it the source stops reading, and the broker keeps what follows. Whoever receives
// must be able to go on with that much. The default is 64 MiB.
func MaxHeld(bytes int) Option { return optionFunc(func(c *config) { c.maxHeld = bytes }) }

// DeviceRate bounds what one device may send, in messages a second on average,
// with a burst of so many above it. What is beyond is refused with [ErrFlood] and
// gone, unless its sender waits for a receipt. The default is 500 after a burst of
// 100,000: a device may send at once what it measured every second of a day.
func DeviceRate(perSecond, burst int) Option {
	return optionFunc(func(c *config) { c.rate, c.burst = max(1, perSecond), max(1, burst) })
}

// Watch is told of a device that behaves as it should not, with the reason
// [ErrFlood] or [ErrTwoSenders], at most once a minute for each. The function is
// called by whoever receives and must not wait. The default tells
// nobody; [Stats] counts in any case.
func Watch(notice func(who vitals.DeviceID, why error)) Option {
	return optionFunc(func(c *config) { c.watch = notice })
}

// Credentials sets the name and a function for the password, called on every
// connection so that it may change. The default is none.
func Credentials(name string, password func() string) Option {
	return optionFunc(func(c *config) { c.username, c.password = name, password })
}

// MaxPacket bounds a message, in bytes with its topic. The default is 64 KiB. A
// longer one is refused with a [*PacketSizeError], without its payload.
func MaxPacket(n int) Option { return optionFunc(func(c *config) { c.maxPacket = n }) }

// Topics sets what a topic says of a frame. The default is [ParseTopic]. The
// function gets a frame with bytes and time of arrival and fills in the rest.
// It is called for one message at a time and must not wait.
func Topics(parse func(topic string, f *device.Frame) error) Option {
	return optionFunc(func(c *config) { c.parse = parse })
}

// Location sets where the devices stand, for clocks without a zone. The
// default is [time.Local].
func Location(l *time.Location) Option { return optionFunc(func(c *config) { c.location = l }) }

// Logger gets connection events: no topic, no payload. The default discards.
func Logger(l *slog.Logger) Option { return optionFunc(func(c *config) { c.logger = l }) }

// InsecurePlaintext allows a connection without TLS to another machine. What
// is sent can be read and changed by everybody on the way.
func InsecurePlaintext() Option { return optionFunc(func(c *config) { c.plaintext = true }) }

// A SubscribeError reports a filter that the broker refused, or none granted
// at QoS 1.
type SubscribeError struct {
	Filter string
	Code   byte // of the SUBACK (MQTT 3.1.1, 3.9.3): 0x80 refused, 0 granted without acknowledgement
}

// Error names filter and code.
func (e *SubscribeError) Error() string {
	if e.Code == 0x80 {
		return fmt.Sprintf("mqtt: the broker refused the subscription %q", e.Filter)
	}
	return fmt.Sprintf("mqtt: the broker granted the subscription %q with QoS %d only", e.Filter, e.Code)
}
