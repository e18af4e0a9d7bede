package mqtt

import (
	"context"
	"crypto/tls"
	"math/rand/v2"
	"net"
	"net/url"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// opener returns the function that Paho calls, from one goroutine at a time,
// whenever it wants a connection. It waits before every attempt but the first,
// longer with each, and while the gateway has no room for messages.
func (l *link) opener(ctx context.Context) paho.OpenConnectionFunc {
	attempts, opened := 0, time.Time{}
	return func(u *url.URL, _ paho.ClientOptions) (net.Conn, error) {
		if !opened.IsZero() && time.Since(opened) > longLived {
			attempts = 0
		}
		if !opened.IsZero() || attempts > 0 {
			if err := pause(ctx, l.config.backoff(attempts)); err != nil {
				return nil, err
			}
		}
		attempts++
		if err := l.awaitRoom(ctx); err != nil {
			return nil, err
		}
		raw, err := l.dial(ctx, u)
		if err != nil {
			l.down(err)
			return nil, err
		}
		opened = time.Now()
		return l.adopt(raw)
	}
}

// backoff draws a wait of up to 200 ms, doubled with every attempt, at most half
// a minute: a thousand clients of a broker that comes back do not come at once.
func backoff(attempts int) time.Duration {
	return rand.N(min(maxReconnect, 200*time.Millisecond<<min(attempts, 20)))
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ErrClosed
	}
}

// awaitRoom keeps from asking the broker for what would not be read.
func (l *link) awaitRoom(ctx context.Context) error {
	if l.room == nil {
		return nil
	}
	select {
	case <-l.room():
		return nil
	case <-ctx.Done():
		return ErrClosed
	}
}

func (l *link) dial(ctx context.Context, u *url.URL) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeTimeout)
	defer cancel()
	if l.tls == nil {
		return new(net.Dialer).DialContext(ctx, "tcp", u.Host)
	}
	c, err := (&tls.Dialer{Config: l.tls}).DialContext(ctx, "tcp", u.Host)
	return c, refusal(err)
}

// adopt makes a connection the newest.
func (l *link) adopt(raw net.Conn) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left {
		_ = raw.Close()
		return nil, ErrClosed
	}
	l.generation++
	l.conn = newConn(raw, l, l.generation)
	if l.receive != nil {
		l.writers.Go(l.conn.writeAcks)
	}
	return l.conn, nil
}
