package mqtt

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/telemed-go/sdk/device"
	"github.com/telemed-go/sdk/telemed"
)

// ErrPlaintext refuses an address without TLS that is not on this machine.
var ErrPlaintext = errors.New("mqtt: no TLS to another machine; use mqtts:// or the option InsecurePlaintext")

// ErrClosed reports a source after Close.
var ErrClosed = errors.New("mqtt: closed")

const (
	writeTimeout  = 10 * time.Second
	keepAlive     = 30 * time.Second
	maxReconnect  = 30 * time.Second
	disconnectFor = 500 // milliseconds that Paho may finish its writes
)

// A Source receives frames. It is safe for concurrent use.
type Source struct {
	client paho.Client
	queue  *queue
	config *config
	counts sourceCounts
}

type sourceCounts struct{ received, refused, oversize, connects atomic.Uint64 }

// Stats counts what a source did.
type Stats struct {
	Received uint64 // messages
	Refused  uint64 // messages whose topic said nothing useful; acknowledged and gone
	Dropped  uint64 // messages of QoS 0 for which there was no room
	Oversize uint64 // connections ended by a packet that was too long
	Connects uint64
}

var _ telemed.Source = (*Source)(nil)

// Open connects to a broker and subscribes. The address is
// mqtts://host:port, or mqtt://host:port on this machine. It returns when the
// broker has granted every subscription with QoS 1, or an error: a
// [*SubscribeError] if it refused one. A connection that breaks meanwhile is
// made anew. The context bounds this only; from then on the source reconnects
// by itself until [Source.Close].
//
// The session is persistent: while the gateway is away the broker keeps
// messages for it, within the broker's own limits.
func Open(ctx context.Context, address string, opts ...Option) (*Source, error) {
	s := &Source{queue: newQueue(), config: newConfig(opts)}
	if len(s.config.filters) == 0 {
		return nil, errors.New("mqtt: Open needs the option Subscribe")
	}
	if s.config.clientID == "" {
		s.config.clientID = defaultClientID(s.config.filters)
	}
	options, err := s.config.options(address, func(error) { s.counts.oversize.Add(1) })
	if err != nil {
		return nil, err
	}
	subscribed := make(chan error, 1)
	options.SetCleanSession(false).SetAutoAckDisabled(true).SetOrderMatters(true)
	// Messages of the old session may come before the subscription is renewed,
	// so they go to the default handler, which is there from the start.
	options.SetDefaultPublishHandler(s.receive)
	options.SetOnConnectHandler(func(paho.Client) {
		s.counts.connects.Add(1)
		err := s.subscribe()
		refused := new(SubscribeError)
		switch {
		case errors.As(err, &refused):
			s.config.logger.Error("subscription refused", "code", refused.Code)
			s.queue.fail(err) // connected and deaf is worse than gone
		case err != nil:
			// No answer, or the connection is gone: the next one tries again.
			s.config.logger.Warn("subscription failed, connecting anew", "reason", err)
			s.config.hangUp()
			return
		}
		select {
		case subscribed <- err:
		default:
		}
	})
	s.client = paho.NewClient(options)
	if err = s.config.connect(ctx, s.client); err == nil {
		select {
		case err = <-subscribed:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	if err != nil {
		s.client.Disconnect(0)
		return nil, err
	}
	return s, nil
}

// Receive implements [telemed.Source].
func (s *Source) Receive(ctx context.Context, dst []telemed.Delivery) (int, error) {
	return s.queue.pop(ctx, dst)
}

// Close disconnects. Messages not acknowledged stay with the broker.
func (s *Source) Close() error {
	s.queue.fail(ErrClosed)
	s.client.Disconnect(disconnectFor)
	return nil
}

// Stats returns the counters. It may be called at any time.
func (s *Source) Stats() Stats {
	s.queue.mu.Lock()
	dropped := s.queue.dropped
	s.queue.mu.Unlock()
	c := &s.counts
	return Stats{c.received.Load(), c.refused.Load(), dropped, c.oversize.Load(), c.connects.Load()}
}

// receive runs on Paho's goroutine for all messages and never waits.
func (s *Source) receive(_ paho.Client, m paho.Message) {
	s.counts.received.Add(1)
	d := telemed.Delivery{Frame: device.Frame{Bytes: m.Payload(), At: time.Now().In(s.config.location)}}
	if err := s.config.parse(m.Topic(), &d.Frame); err != nil {
		s.counts.refused.Add(1)
		s.config.logger.Warn("message refused", "reason", err)
		m.Ack() // or it would come for ever
		return
	}
	if m.Qos() > 0 {
		d.Ack = m.Ack
	}
	s.queue.push(d)
}

// subscribe asks for every filter and reads the answer: Paho reports a
// refusal (0x80) as a success.
func (s *Source) subscribe() error {
	for _, filter := range s.config.filters {
		token, ok := s.client.Subscribe(filter, 1, nil).(*paho.SubscribeToken)
		if !ok || !token.WaitTimeout(writeTimeout) {
			return errors.New("mqtt: no answer to the subscription")
		}
		if err := token.Error(); err != nil && token.Result()[filter] != 0x80 {
			return fmt.Errorf("mqtt: subscribe: %w", err)
		}
		if code := token.Result()[filter]; code != 1 {
			return &SubscribeError{filter, code}
		}
	}
	return nil
}

// options are those that reading and writing clients share.
func (c *config) options(address string, oversize func(error)) (*paho.ClientOptions, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, errors.New("mqtt: the address must look like mqtts://host:8883")
	}
	switch u.Scheme {
	case "mqtts", "ssl", "tls":
		if c.tls == nil {
			c.tls = new(tls.Config)
		}
		c.tls.MinVersion = tls.VersionTLS13
	case "mqtt", "tcp":
		if !c.plaintext && !isLoopback(u.Hostname()) {
			return nil, ErrPlaintext
		}
		c.tls = nil
	default:
		return nil, fmt.Errorf("mqtt: the scheme %q is neither mqtts nor mqtt", u.Scheme)
	}
	o := paho.NewClientOptions().AddBroker(address).SetClientID(c.clientID).
		SetKeepAlive(keepAlive).SetWriteTimeout(writeTimeout).
		SetConnectRetry(true).SetConnectRetryInterval(time.Second).SetMaxReconnectInterval(maxReconnect).
		SetCustomOpenConnectionFn(func(u *url.URL, o paho.ClientOptions) (net.Conn, error) {
			conn, err := c.dial(u, o.ConnectTimeout)
			if err != nil {
				return nil, err
			}
			c.conn.Store(&conn)
			return guarded(conn, c.maxPacket, oversize), nil
		}).
		SetConnectionNotificationHandler(func(_ paho.Client, n paho.ConnectionNotification) {
			if failed, ok := n.(paho.ConnectionNotificationFailed); ok && failed.Reason != nil {
				c.failure.Store(&failed.Reason)
			}
		}).
		SetConnectionLostHandler(func(_ paho.Client, err error) { c.logger.Warn("connection lost", "reason", err) })
	if c.username != "" {
		o.SetCredentialsProvider(func() (string, string) { return c.username, c.password() })
	}
	return o, nil
}

func (c *config) dial(u *url.URL, timeout time.Duration) (net.Conn, error) {
	d := &net.Dialer{Timeout: timeout}
	if c.tls == nil {
		return d.Dial("tcp", u.Host)
	}
	return tls.DialWithDialer(d, "tcp", u.Host, c.tls)
}

// hangUp closes the connection under Paho, which then makes another.
func (c *config) hangUp() {
	if conn := c.conn.Load(); conn != nil {
		_ = (*conn).Close()
	}
}

// connect waits for the first connection, which Paho tries again and again,
// or for the context. It returns why the last attempt failed.
func (c *config) connect(ctx context.Context, client paho.Client) error {
	token := client.Connect()
	select {
	case <-token.Done():
		if err := token.Error(); err != nil {
			return fmt.Errorf("mqtt: connect: %w", err)
		}
		return nil
	case <-ctx.Done():
		if reason := c.failure.Load(); reason != nil {
			return fmt.Errorf("mqtt: connect: %w: %w", ctx.Err(), *reason)
		}
		return fmt.Errorf("mqtt: connect: %w", ctx.Err())
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// defaultClientID is stable across restarts of a host and fits the 23
// characters that every broker accepts (MQTT 3.1.1, 3.1.3.1).
func defaultClientID(filters []string) string {
	host, _ := os.Hostname()
	sum := sha256.Sum256([]byte(host + "\x00" + strings.Join(filters, "\x00")))
	return "telemed" + hex.EncodeToString(sum[:8])
}
