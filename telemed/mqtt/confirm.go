package mqtt

import (
	"strconv"
	"sync"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"
)

// confirmations is the memory of a sending Paho client for what the broker has
// not confirmed, and tells when it has. Paho's own tokens cannot be believed:
// when it sends a message again after a reconnect, it completes the token of the
// first attempt without an error.
//
// The order is kept: Paho's simple memory sends again in any order.
type confirmations struct {
	paho.Store
	mu      sync.Mutex
	waiting map[string]chan struct{}
}

func newConfirmations() *confirmations {
	return &confirmations{Store: paho.NewOrderedMemoryStore(), waiting: make(map[string]chan struct{})}
}

// Put implements paho.Store.
func (c *confirmations) Put(key string, m packets.ControlPacket) {
	if _, ok := m.(*packets.PublishPacket); ok {
		c.mu.Lock()
		if c.waiting[key] == nil {
			c.waiting[key] = make(chan struct{})
		}
		c.mu.Unlock()
	}
	c.Store.Put(key, m)
}

// Del implements paho.Store. Paho deletes a message when its PUBACK is there.
func (c *confirmations) Del(key string) {
	c.Store.Del(key)
	c.mu.Lock()
	defer c.mu.Unlock()
	if done := c.waiting[key]; done != nil {
		close(done)
		delete(c.waiting, key)
	}
}

// of returns a channel that is closed when a message is confirmed. It is nil if
// nobody waits for that: it is confirmed already or never was accepted.
func (c *confirmations) of(id uint16) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waiting["o."+strconv.Itoa(int(id))]
}
