package client

import (
	"cmp"
	"context"
	"crypto/tls"
	"hash/maphash"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A Client writes Observations and other resources to one FHIR server, and reads
// there. It is a sink of a gateway. Make one with [New]; it is safe for
// concurrent use.
//
// One client at a time may write for a patient.
type Client struct {
	config
	base   *url.URL // its path ends in a slash
	bulk   *http.Client
	urgent *http.Client
	close  func()

	pace     pace
	login    login
	ways     ways
	counts   counts
	trouble  trouble
	learning chan struct{} // who reads the CapabilityStatement
	kept     kept

	putting chan struct{} // one Put at a time: there is one writer
	lanes   []*lane
	seed    maphash.Seed
	recent  recent
	settled time.Time // when nothing of before Put began can be on its way; zero: to be set
	doubted int       // so many more Observations may be there already
	arena   []byte    // of the Observations of one Put

	noPost atomic.Bool // the server does not take searches by POST

	updates [16]chan struct{} // one update of a resource at a time, by hash
}

// New makes a client of the base URL of a server: "https://ehr.example/fhir". It
// opens no connection.
func New(base string, opts ...Option) (*Client, error) {
	c := &Client{config: defaults(), putting: make(chan struct{}, 1), learning: make(chan struct{}, 1), seed: maphash.MakeSeed()}
	for _, o := range opts {
		o.apply(&c.config)
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "" || !c.allowed(u) {
		return nil, &Error{Op: "new", Err: ErrAddress} // not err: it quotes the address
	}
	if u.Path = strings.TrimRight(u.Path, "/") + "/"; u.RawPath != "" {
		u.RawPath = strings.TrimRight(u.RawPath, "/") + "/"
	}
	c.base = u
	c.login.tokens = c.tokens
	c.connect()
	if c.quarantine == nil {
		c.quarantine = c.kept.put
	}
	for range c.connections {
		c.lanes = append(c.lanes, &lane{c: c, limit: c.entries})
	}
	for i := range c.updates {
		c.updates[i] = make(chan struct{}, 1)
	}
	return c, nil
}

// allowed reports whether the scheme is: https, or http to this machine.
func (c *Client) allowed(u *url.URL) bool {
	if u.Scheme == "https" {
		return true
	}
	addr, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && (c.plain || u.Hostname() == "localhost" || err == nil && addr.IsLoopback())
}

// connect makes the transports: Update must find a free connection when Put has
// taken all of its own.
func (c *Client) connect() {
	refuse := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.transport != nil {
		c.bulk = &http.Client{Transport: c.transport, CheckRedirect: refuse}
		c.urgent, c.close = c.bulk, func() {}
		return
	}
	c.tls.MinVersion = cmp.Or(c.tls.MinVersion, tls.VersionTLS13)
	transport := func(connections int) *http.Transport {
		return &http.Transport{
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			Proxy:                  http.ProxyFromEnvironment,
			TLSClientConfig:        c.tls,
			TLSHandshakeTimeout:    10 * time.Second,
			MaxConnsPerHost:        connections,
			MaxIdleConnsPerHost:    connections,
			IdleConnTimeout:        90 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:     true, // a bound of what is read is then one of what is kept
			WriteBufferSize:        64 << 10,
			ReadBufferSize:         16 << 10,
		}
	}
	bulk, urgent := transport(c.connections), transport(len(c.updates))
	c.bulk = &http.Client{Transport: bulk, CheckRedirect: refuse}
	c.urgent = &http.Client{Transport: urgent, CheckRedirect: refuse}
	c.close = func() {
		bulk.CloseIdleConnections()
		urgent.CloseIdleConnections()
	}
}

// Name is the name of the sink, see the option of that name.
func (c *Client) Name() string { return c.name }

// Close closes idle connections, which otherwise close after 90 seconds.
func (c *Client) Close() error {
	c.close()
	return nil
}

// lane is where the Observations of a patient go through.
func (c *Client) lane(p vitals.PatientID) int {
	return int(maphash.Comparable(c.seed, p) % uint64(len(c.lanes)))
}

// acquire takes a lock unless the context ends.
func acquire(ctx context.Context, lock chan struct{}) error {
	select {
	case lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// recent are identifiers that the server has for sure, the last some ten
// thousand, and the ids that it gave, if it told: a create of one of them is
// done already, and a server that indexes slowly would do it twice.
type recent struct {
	mu       sync.Mutex
	new, old map[string]string
}

const maxRecent = 1 << 14

func (r *recent) add(name, id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.new) >= maxRecent || r.new == nil {
		r.old, r.new = r.new, make(map[string]string)
	}
	r.new[name] = id
}

func (r *recent) get(name string) (id string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id, ok = r.new[name]; !ok {
		id, ok = r.old[name]
	}
	return id, ok
}

func (r *recent) forget(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.new, name)
	delete(r.old, name)
}
