package mqtt

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/telemed-go/sdk/device"
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

	failure atomic.Pointer[error]    // of the last attempt to connect
	conn    atomic.Pointer[net.Conn] // the newest
}

func newConfig(opts []Option) *config {
	c := &config{
		maxPacket: 64 << 10, parse: ParseTopic, location: time.Local,
		logger: slog.New(slog.DiscardHandler),
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

// TLS sets certificates and trust. The default trusts the system's
// authorities and presents no certificate. The minimum version is 1.3
// whatever the configuration says.
func TLS(t *tls.Config) Option { return optionFunc(func(c *config) { c.tls = t.Clone() }) }

// Credentials sets the name and a function for the password, called on every
// connection so that it may change. The default is none.
func Credentials(name string, password func() string) Option {
	return optionFunc(func(c *config) { c.username, c.password = name, password })
}

// MaxPacket bounds a packet, in bytes after the fixed header. The default is
// 64 KiB. A larger one ends the connection.
func MaxPacket(n int) Option { return optionFunc(func(c *config) { c.maxPacket = n }) }

// Topics sets what a topic says of a frame. The default is [ParseTopic]. The
// function gets a frame with bytes and time of arrival and fills in the rest.
// It is called from one goroutine and must not wait.
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
