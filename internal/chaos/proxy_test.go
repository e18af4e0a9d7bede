package chaos

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

// A weather is what a network does to what passes.
type weather struct {
	delay time.Duration // before every piece, each way
	piece int           // bytes of a piece at most; 0 is 32 KiB
	rate  int           // bytes a second each way; 0 is no bound
	gone  bool          // nothing passes and nobody gets in
}

// A proxy passes connections on to an address, through a weather.
type proxy struct {
	address string // host:port
	target  string
	dialer  net.Dialer

	mu      sync.Mutex
	weather weather
	changed chan struct{} // closed when the weather changes
	conns   map[net.Conn]bool
}

// newProxy runs a proxy until the test ends.
func newProxy(tb testing.TB, target string) *proxy {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &proxy{address: l.Addr().String(), target: target, changed: make(chan struct{}), conns: make(map[net.Conn]bool)}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.serve(ctx, near) })
		}
	})
	tb.Cleanup(func() { cancel(); l.Close(); p.set(weather{}); p.reset(); wg.Wait() })
	return p
}

func (p *proxy) serve(ctx context.Context, near net.Conn) {
	defer near.Close()
	if w, _ := p.now(); w.gone {
		return
	}
	far, err := p.dialer.DialContext(ctx, "tcp", p.target)
	if err != nil {
		return
	}
	p.mu.Lock()
	p.conns[near], p.conns[far] = true, true
	p.mu.Unlock()
	var both sync.WaitGroup
	hangUp := func() { near.Close(); far.Close() }
	defer context.AfterFunc(ctx, hangUp)()
	both.Go(func() { p.pass(ctx, far, near); hangUp() })
	both.Go(func() { p.pass(ctx, near, far); hangUp() })
	both.Wait()
	p.mu.Lock()
	delete(p.conns, near)
	delete(p.conns, far)
	p.mu.Unlock()
}

func (p *proxy) pass(ctx context.Context, dst, src net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		w, _ := p.now()
		piece := len(buf)
		if w.piece > 0 {
			piece = w.piece
		}
		if w.rate > 0 {
			piece = min(piece, max(1, w.rate/20))
		}
		n, err := src.Read(buf[:piece])
		if err != nil {
			return
		}
		if !p.endure(ctx, n) {
			return
		}
		if _, err := dst.Write(buf[:n]); err != nil {
			return
		}
	}
}

// endure waits for as long as the weather holds n bytes up.
func (p *proxy) endure(ctx context.Context, n int) bool {
	w, changed := p.now()
	for w.gone {
		select {
		case <-changed:
			w, changed = p.now()
		case <-ctx.Done():
			return false
		}
	}
	wait := w.delay
	if w.rate > 0 {
		wait += time.Duration(n) * time.Second / time.Duration(w.rate)
	}
	if wait > 0 {
		time.Sleep(wait)
	}
	return ctx.Err() == nil
}

func (p *proxy) now() (weather, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.weather, p.changed
}

func (p *proxy) set(w weather) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.weather = w
	close(p.changed)
	p.changed = make(chan struct{})
}

// reset ends all connections with RST: what was on its way is gone.
func (p *proxy) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if c, ok := c.(*net.TCPConn); ok {
			_ = c.SetLinger(0)
		}
		_ = c.Close()
	}
}
