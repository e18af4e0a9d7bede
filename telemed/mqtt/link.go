package mqtt

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// ErrPlaintext refuses an address without TLS that is not on this machine.
var ErrPlaintext = errors.New("mqtt: no TLS to another machine; use mqtts:// or the option InsecurePlaintext")

const (
	handshakeTimeout = 10 * time.Second // for TCP and TLS, and again for CONNECT
	writeTimeout     = 10 * time.Second
	stallTimeout     = 10 * time.Second // in the middle of a packet that is skipped
	keepAlive        = 30 * time.Second
	maxReconnect     = 30 * time.Second
	longLived        = 3 * time.Second // a connection that lasted this long was a good one
	disconnectFor    = 500             // milliseconds that Paho may finish its writes
)

// A link makes the connections of one Paho client, one after the other, and
// watches the newest. Paho reconnects, but what it waits for is decided here:
// its own pauses have no jitter and sleep on after Disconnect.
type link struct {
	config *config
	tls    *tls.Config // nil without TLS
	stop   context.CancelFunc

	// room returns a channel that is closed while there is room for messages, and
	// receive gets these, on the goroutine that reads the connection. Both are nil
	// for a client that leaves messages to Paho.
	room    func() <-chan struct{}
	receive func(c *conn, m message)

	counts  linkCounts
	once    sync.Once      // for close
	writers sync.WaitGroup // of acknowledgements

	mu         sync.Mutex
	generation uint64 // of the newest connection
	conn       *conn  // the newest
	failure    error  // why there is no connection that works; nil if there is
	since      time.Time
	left       bool // no more connections
}

type linkCounts struct{ connects, lost, oversize, certificates, paused atomic.Uint64 }

// newLink checks the address and makes the options that all clients share.
func (c *config) newLink(address string) (*link, *paho.ClientOptions, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, nil, errors.New("mqtt: the address must look like mqtts://host:8883")
	}
	l := &link{config: c, failure: errNotYet, since: time.Now()}
	switch u.Scheme {
	case "mqtts", "ssl", "tls":
		l.tls = c.clientTLS()
	case "mqtt", "tcp":
		if !c.plaintext && !isLoopback(u.Hostname()) {
			return nil, nil, ErrPlaintext
		}
	default:
		return nil, nil, fmt.Errorf("mqtt: the scheme %q is neither mqtts nor mqtt", u.Scheme)
	}
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	o := paho.NewClientOptions().AddBroker(address).SetClientID(c.clientID).
		SetProtocolVersion(4). // or Paho tries every refused connection again with MQTT 3.1
		SetKeepAlive(keepAlive).SetWriteTimeout(writeTimeout).
		SetConnectRetry(true).SetConnectRetryInterval(time.Millisecond).SetMaxReconnectInterval(time.Millisecond).
		SetCustomOpenConnectionFn(l.opener(ctx)).
		SetConnectionNotificationHandler(func(_ paho.Client, n paho.ConnectionNotification) {
			if failed, ok := n.(paho.ConnectionNotificationFailed); ok {
				l.down(failed.Reason)
			}
		})
	if c.username != "" {
		o.SetCredentialsProvider(func() (string, string) { return c.username, c.password() })
	}
	return l, o, nil
}

var errNotYet = errors.New("mqtt: not connected yet")

// accepted notes that the broker has accepted the newest connection and returns
// its number.
func (l *link) accepted() uint64 {
	l.counts.connects.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn.accepted = true
	return l.generation
}

// current returns the number of the newest connection.
func (l *link) current() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.generation
}

// up says that a connection works: what was asked for was granted.
func (l *link) up(generation uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.generation == generation && !l.conn.failed.Load() {
		l.conn.accepted, l.failure = true, nil
	}
}

// down remembers why there is no connection.
func (l *link) down(err error) {
	err = refusal(err)
	if refused := (*CertificateError)(nil); errors.As(err, &refused) {
		l.counts.certificates.Add(1)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failure == nil {
		l.since = time.Now()
	}
	l.failure = err
}

// lost is told at once when reading or writing fails, by the connection itself:
// Paho tells only after all its goroutines have ended.
func (l *link) lost(c *conn, err error) {
	if c.generation != l.current() || c.closed.Load() {
		return // of an old connection, or wanted
	}
	l.counts.lost.Add(1)
	l.down(err)
	l.config.logger.Warn("connection lost", "reason", refusal(err))
}

// hangUp closes a connection, if it is still the newest, under Paho, which then
// makes another.
func (l *link) hangUp(generation uint64) {
	if c := l.newest(); c != nil && c.generation == generation {
		_ = c.Close()
	}
}

// newest returns the newest connection, nil if there was none.
func (l *link) newest() *conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn
}

// probe returns why there is no connection that works, and since when.
func (l *link) probe() (time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failure == nil {
		return time.Time{}, nil
	}
	return l.since, l.failure
}

// connect waits for the first connection, which Paho tries again and again,
// or for the context. It returns why the last attempt failed.
func (l *link) connect(ctx context.Context, client paho.Client) error {
	token := client.Connect()
	select {
	case <-token.Done():
		if err := token.Error(); err != nil {
			return fmt.Errorf("mqtt: connect: %w", err)
		}
		return nil
	case <-ctx.Done():
		return l.gaveUp(ctx.Err())
	}
}

// gaveUp joins the end of a wait with the reason for waiting.
func (l *link) gaveUp(err error) error {
	if _, reason := l.probe(); reason != nil && reason != errNotYet {
		return fmt.Errorf("mqtt: connect: %w: %w", err, reason)
	}
	return fmt.Errorf("mqtt: connect: %w", err)
}

// close disconnects after the writes under way and ends all goroutines. Paho's
// Disconnect is called once: a second call can wait for ever for the first.
func (l *link) close(client paho.Client) {
	l.once.Do(func() {
		l.stop()
		defer l.writers.Wait()
		defer l.cut()
		if !l.leave() {
			client.Disconnect(1)
			return
		}
		hurry := time.AfterFunc(disconnectFor*time.Millisecond, l.cut)
		defer hurry.Stop()
		l.newest().flushAcks()
		client.Disconnect(disconnectFor)
	})
}

// leave takes no more connections, and cuts one that nobody has accepted. It tells
// whether there is somebody to say goodbye to.
func (l *link) leave() bool {
	l.mu.Lock()
	l.left = true
	there := false
	if l.conn != nil {
		l.conn.closed.Store(true)
		there = l.conn.accepted && !l.conn.failed.Load()
	}
	l.mu.Unlock()
	if !there {
		l.cut()
	}
	return there
}

// cut closes the newest connection.
func (l *link) cut() {
	if c := l.newest(); c != nil {
		_ = c.Close()
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
