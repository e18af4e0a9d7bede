package client

import (
	"context"
	"crypto/tls"
	"net/http"
	"time"

	"github.com/telemed-go/sdk/fhir"
)

// An Option changes a [Client]. The options are those of this package.
type Option interface{ apply(*config) }

type option func(*config)

func (f option) apply(c *config) { f(c) }

type config struct {
	name        string
	mapper      fhir.Mapper
	tls         *tls.Config
	transport   http.RoundTripper
	plain       bool
	tokens      Tokens
	connections int
	entries     int
	bytes       int
	timeout     time.Duration
	settle      time.Duration
	quarantine  func(context.Context, Quarantined) error
	duplicates  func(context.Context, Duplicate)
}

func defaults() config {
	return config{
		name: "fhir", tls: new(tls.Config), connections: 4, entries: 100, bytes: 1 << 20, timeout: 30 * time.Second, settle: 2 * time.Second,
		duplicates: func(context.Context, Duplicate) {},
	}
}

// Name is the name of the sink, under which a log keeps its cursor. The default
// is "fhir"; two servers need two names.
func Name(name string) Option { return option(func(c *config) { c.name = name }) }

// Mapper is how readings become Observations. The default is the zero
// [fhir.Mapper]: R4, with ids computed from the measurement.
func Mapper(m fhir.Mapper) Option { return option(func(c *config) { c.mapper = m }) }

// TLS is the configuration of connections: authorities, a certificate of our
// own. The default trusts the authorities of the system. TLS 1.3 is required if
// it does not name a version.
func TLS(t *tls.Config) Option { return option(func(c *config) { c.tls = t.Clone() }) }

// InsecurePlainHTTP allows http to other machines: everybody on the way can read
// and change what is sent. The default is https, and http to loopback addresses
// only.
func InsecurePlainHTTP() Option { return option(func(c *config) { c.plain = true }) }

// Transport sends the requests instead of the default, which is an
// [http.Transport] for Put and another for Update. [TLS] has no effect then. It
// must not retry by itself.
func Transport(t http.RoundTripper) Option { return option(func(c *config) { c.transport = t }) }

// Authorize adds a bearer token to every request but that for the
// CapabilityStatement. The default is none.
func Authorize(t Tokens) Option { return option(func(c *config) { c.tokens = t }) }

// Connections is how many requests Put has in flight, from 1 to 64. The default
// is 4. All Observations of a patient go through one of them.
func Connections(n int) Option {
	return option(func(c *config) { c.connections = min(max(n, 1), 64) })
}

// BundleEntries is the most entries of a Bundle, from 1. The default is 100.
// Where a server cannot take as many, the client finds out.
func BundleEntries(n int) Option { return option(func(c *config) { c.entries = max(n, 1) }) }

// BundleBytes is about the most bytes of a Bundle. The default is 1 MiB. A
// single Observation is sent whatever its size.
func BundleBytes(n int) Option { return option(func(c *config) { c.bytes = n }) }

// Timeout is the longest that one request may take. The default is 30 seconds.
func Timeout(d time.Duration) Option { return option(func(c *config) { c.timeout = d }) }

// Settle is the time after which a request of which nothing is known, as of a
// process that was killed, has ended at the server, and a search sees what it
// did. The default is 2 seconds; a server that indexes slowly needs more. Only
// creates wait for it: at the start, and after each unknown outcome.
func Settle(d time.Duration) Option { return option(func(c *config) { c.settle = d }) }

// Quarantine takes what the server will never take. After an error it is called
// again, later, and Put waits. The default keeps the last 1000 in memory for
// [Client.Quarantined]. It is called by several goroutines.
func Quarantine(f func(ctx context.Context, q Quarantined) error) Option {
	return option(func(c *config) { c.quarantine = f })
}

// Duplicates is told of Observations of which the server has more than one copy.
// The default only counts them. It is called by several goroutines.
func Duplicates(f func(ctx context.Context, d Duplicate)) Option {
	return option(func(c *config) { c.duplicates = f })
}
