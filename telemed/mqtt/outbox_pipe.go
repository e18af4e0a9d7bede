package mqtt

import (
	"context"
	"fmt"
	"sync"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// A pipe is one connection of a sender. Every connection has a Paho client of
// its own, which therefore sends nothing again behind our back.
type pipe struct {
	client paho.Client
	link   *link
	window window
	out    chan outgoing // to be sent, in order
	shots  chan flying   // to be confirmed, in order
	ended  chan struct{}
	wake   chan struct{} // there is something to take

	mu        sync.Mutex
	confirmed []shot
	receipts  []receipt
	ignored   uint64
	err       error
}

// outgoing is a shot that waits for Paho.
type outgoing struct {
	shot
	topic   string
	payload []byte
}

// flying is a shot whose confirmation is awaited.
type flying struct {
	shot
	token paho.Token
}

// maxReceipts bounds the receipts not looked at yet. The newest say the most.
const maxReceipts = 16

// dial connects and subscribes to the receipts. It tries until the context ends
// or the subscription is refused.
func (r *run) dial(ctx context.Context) (*pipe, error) {
	l, options, err := r.config.newLink(r.address)
	if err != nil {
		return nil, err
	}
	r.connecting(l)
	p := &pipe{
		link: l, window: window{bytes: startWindow},
		out: make(chan outgoing, 3*maxFlight), shots: make(chan flying, 3*maxFlight), ended: make(chan struct{}), wake: make(chan struct{}, 1),
	}
	options.SetCleanSession(true).SetAutoReconnect(false).SetOrderMatters(true).SetWriteTimeout(handoff)
	options.SetDefaultPublishHandler(func(paho.Client, paho.Message) {})
	options.SetConnectionLostHandler(func(paho.Client, error) { p.fail(errLost) })
	p.client = paho.NewClient(options)
	r.pipes.Go(p.send)
	r.pipes.Go(p.await)
	if err := l.connect(ctx, p.client); err != nil {
		p.close()
		return nil, err
	}
	if err := p.subscribe(receiptTopic(r.config.prefix, r.epoch)); err != nil {
		p.close()
		return nil, err
	}
	l.up(l.accepted())
	return p, nil
}

// subscribe asks for the receipts. They come with QoS 0, whatever is granted.
func (p *pipe) subscribe(topic string) error {
	token, ok := p.client.Subscribe(topic, 0, p.receive).(*paho.SubscribeToken)
	if !ok || !token.WaitTimeout(p.link.config.writeTimeout) {
		return errLost
	}
	if token.Result()[topic] == 0x80 {
		return fmt.Errorf("mqtt: receipts: %w", &SubscribeError{topic, 0x80})
	}
	if token.Error() != nil {
		return errLost
	}
	return nil
}

// receive runs on Paho's goroutine and never waits.
func (p *pipe) receive(_ paho.Client, m paho.Message) {
	r, err := receipt{}, errReceipt
	if payload := m.Payload(); len(payload) <= maxReceipt {
		r, err = parseReceipt(string(payload))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err != nil:
		p.ignored++
	case len(p.receipts) == maxReceipts:
		copy(p.receipts, p.receipts[1:])
		p.receipts[maxReceipts-1] = r
	default:
		p.receipts = append(p.receipts, r)
	}
	signal(p.wake)
}

// publish hands over what is to be sent. It does not wait: there is room for all
// that may be in flight.
func (p *pipe) publish(s shot, topic string, payload []byte) {
	p.out <- outgoing{s, topic, payload}
}

// handoff is how long Paho may wait for its own writer before it gives up. When
// the connection is lost at the wrong moment it waits in vain, and only this ends
// it; a write itself has the time that conn gives it.
const handoff = 500 * time.Millisecond

// send gives Paho one message after the other.
func (p *pipe) send() {
	for {
		select {
		case o := <-p.out:
			token := p.client.Publish(o.topic, 1, false, o.payload)
			for isDone(token) && token.Error() != nil && p.client.IsConnectionOpen() { // the link is slow: it was not sent
				select {
				case <-time.After(handoff / 10):
				case <-p.ended:
					return
				}
				token = p.client.Publish(o.topic, 1, false, o.payload)
			}
			p.shots <- flying{o.shot, token}
		case <-p.ended:
			return
		}
	}
}

func isDone(t paho.Token) bool {
	select {
	case <-t.Done():
		return true
	default:
		return false
	}
}

// await waits for the broker's confirmations, which come in order.
func (p *pipe) await() {
	for {
		select {
		case f := <-p.shots:
			select {
			case <-f.token.Done():
				if f.token.Error() != nil {
					p.fail(errLost)
					return
				}
				p.mu.Lock()
				p.confirmed = append(p.confirmed, f.shot)
				p.mu.Unlock()
				signal(p.wake)
			case <-p.ended:
				return
			}
		case <-p.ended:
			return
		}
	}
}

func (p *pipe) fail(err error) {
	p.mu.Lock()
	p.err = err
	p.mu.Unlock()
	signal(p.wake)
}

// take returns what has come.
func (p *pipe) take() (confirmed []shot, receipts []receipt, ignored uint64, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	confirmed, receipts, ignored, err = p.confirmed, p.receipts, p.ignored, p.err
	p.confirmed, p.receipts, p.ignored = nil, nil, 0
	return confirmed, receipts, ignored, err
}

func (p *pipe) close() {
	close(p.ended)
	p.link.close(p.client)
}
