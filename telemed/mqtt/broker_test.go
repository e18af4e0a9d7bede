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
	subscribes  int // SUBSCRIBE packets seen
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
	b := &scripted{address: "mqtt://" + l.Addr().String()}
	var wg sync.WaitGroup
	t.Cleanup(func() { l.Close(); wg.Wait() })
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
				c.write(packets.NewControlPacket(packets.Connack))
				handle(c)
			})
		}
	})
	return b
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

// hold keeps the connection until the client closes it.
func (c client) hold() { _, _ = io.Copy(io.Discard, c) }
