package mqtt_test

import (
	"io"
	"net"
	"sync"
	"testing"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

// A broker that does what the script says: a handler for each connection,
// the last one for all further.
type scripted struct {
	address string

	mu          sync.Mutex
	connections int
	subscribes  int  // SUBSCRIBE packets seen
	silent      bool // no CONNACK
	listener    net.Listener
	serve       func(net.Listener)
}

// client is one connection of the gateway, after CONNECT and CONNACK.
type client struct {
	net.Conn
	broker *scripted
}

func scriptedBroker(t *testing.T, script ...func(c client)) *scripted {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &scripted{address: "mqtt://" + l.Addr().String(), listener: l}
	var wg sync.WaitGroup
	t.Cleanup(func() { b.stop(); wg.Wait() })
	b.serve = func(l net.Listener) {
		wg.Go(func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				b.mu.Lock()
				handle := script[min(b.connections, len(script)-1)]
				b.connections++
				b.mu.Unlock()
				wg.Go(func() {
					defer conn.Close()
					c := client{conn, b}
					if c.read() == nil { // CONNECT
						return
					}
					if !b.silent {
						c.write(packets.NewControlPacket(packets.Connack))
					}
					handle(c)
				})
			}
		})
	}
	b.serve(l)
	return b
}

// stop takes no more connections.
func (b *scripted) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listener.Close()
}

// restart takes connections again at the same address.
func (b *scripted) restart(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", b.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listener = l
	b.serve(l)
}

func (b *scripted) count() (connections, subscribes int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.connections, b.subscribes
}

// read returns the next packet, nil when the connection is gone.
func (c client) read() packets.ControlPacket {
	p, err := packets.ReadPacket(c)
	if err != nil {
		return nil
	}
	return p
}

func (c client) write(p packets.ControlPacket) { _ = p.Write(c) }

// suback waits for a SUBSCRIBE and answers with a code.
func (c client) suback(code byte) {
	for {
		p := c.read()
		if p == nil {
			return
		}
		if s, ok := p.(*packets.SubscribePacket); ok {
			c.broker.mu.Lock()
			c.broker.subscribes++
			c.broker.mu.Unlock()
			answer := packets.NewControlPacket(packets.Suback).(*packets.SubackPacket)
			answer.MessageID, answer.ReturnCodes = s.MessageID, []byte{code}
			c.write(answer)
			return
		}
	}
}

func (c client) publish(id uint16, topic string, payload []byte, dup bool) {
	p := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
	p.Qos, p.MessageID, p.TopicName, p.Payload, p.Dup = 1, id, topic, payload, dup
	if id == 0 {
		p.Qos = 0
	}
	c.write(p)
}

func (c client) puback(id uint16) {
	p := packets.NewControlPacket(packets.Puback).(*packets.PubackPacket)
	p.MessageID = id
	c.write(p)
}

// acks reports the identifiers that are acknowledged, until the connection ends.
func (c client) acks(ids chan<- uint16) {
	for p := c.read(); p != nil; p = c.read() {
		if a, ok := p.(*packets.PubackPacket); ok {
			ids <- a.MessageID
		}
	}
}

// hold keeps the connection until the client closes it.
func (c client) hold() { _, _ = io.Copy(io.Discard, c) }
