package mqtt

import (
	"sync/atomic"

	"github.com/telemed-go/sdk/telemed"
)

// Stats counts what a source did since it was opened, with what each number is
// good for.
type Stats struct {
	// Received counts messages, repeats included. When it stands still although
	// Connects grows, look at the broker's access list.
	Received uint64
	// Refused counts messages that became dead letters: their topic said nothing
	// useful, or they were too long. Look at the dead letters.
	Refused uint64
	// Flooded counts messages over [DeviceRate], acknowledged and gone. [Watch]
	// tells which device; stop it, or raise the rate.
	Flooded uint64
	// Dropped counts messages of QoS 0 for which there was no room. Send with QoS 1.
	Dropped uint64
	// Oversize counts messages over [MaxPacket]; they are among Refused. Set
	// max_packet_size at the broker, so that senders are told.
	Oversize uint64
	// Repeated counts messages that came again. Some follow every lost connection;
	// the log keeps each once.
	Repeated uint64
	// OutOfOrder counts messages older than one of the same device and format that
	// came before. A device that sends its backlog beside live data causes many.
	OutOfOrder uint64
	// TwoSenders counts how often two senders were seen under one name of a device.
	// [Watch] tells which; give one of them another name and certificate: their
	// values go to one patient.
	TwoSenders uint64
	// Connects counts connections that the broker accepted.
	Connects uint64
	// Lost counts connections that broke. If it grows steadily, another client may
	// have the same [ClientID]: the broker ends the older connection.
	Lost uint64
	// LateAcks counts acknowledgements for a connection that was gone. The broker
	// sends these messages again; they become Repeated.
	LateAcks uint64
	// Certificates counts attempts to connect that failed because of a certificate;
	// the log says why. Expired: renew it. Others: somebody may be in between.
	Certificates uint64
	// Paused counts how often reading stopped because [MaxHeld] was reached. The log
	// behind the gateway is too slow, or full.
	Paused uint64
	// Held is what is not acknowledged now, in bytes.
	Held uint64
	// Receipts counts those sent, see [Receipts].
	Receipts uint64
}

type sourceCounts struct {
	received, refused, flooded, lateAcks atomic.Uint64
}

// Stats returns the counters. It may be called at any time.
func (s *Source) Stats() Stats {
	s.queue.mu.Lock()
	dropped, held := s.queue.dropped, s.queue.held
	s.queue.mu.Unlock()
	c, l, d := &s.counts, &s.link.counts, &s.senders.counts
	return Stats{
		Received: c.received.Load(), Refused: c.refused.Load(), Flooded: c.flooded.Load(), Dropped: dropped,
		Oversize: l.oversize.Load(), Repeated: d.repeated.Load(), OutOfOrder: d.outOfOrder.Load(), TwoSenders: d.twoSenders.Load(),
		Connects: l.connects.Load(), Lost: l.lost.Load(), LateAcks: c.lateAcks.Load(), Certificates: l.certificates.Load(),
		Paused: l.paused.Load(), Held: uint64(held), Receipts: s.receipts.count(),
	}
}

var _ telemed.Measured = (*Source)(nil)

// Metrics implements [telemed.Measured].
func (s *Source) Metrics(yield func(telemed.Metric) bool) {
	n := s.Stats()
	for _, m := range []struct {
		name, help string
		value      uint64
	}{
		{"received_total", "Messages received, repeats included.", n.Received},
		{"refused_total", "Messages that became dead letters.", n.Refused},
		{"flooded_total", "Messages over the rate of their device, gone.", n.Flooded},
		{"dropped_total", "Messages of QoS 0 for which there was no room.", n.Dropped},
		{"oversize_total", "Messages that were too long.", n.Oversize},
		{"repeated_total", "Messages that came again.", n.Repeated},
		{"out_of_order_total", "Messages older than one before.", n.OutOfOrder},
		{"two_senders_total", "Times that two senders were seen under one name.", n.TwoSenders},
		{"connects_total", "Connections that the broker accepted.", n.Connects},
		{"lost_total", "Connections that broke.", n.Lost},
		{"late_acks_total", "Acknowledgements for a connection that was gone.", n.LateAcks},
		{"certificates_total", "Attempts to connect that failed because of a certificate.", n.Certificates},
		{"paused_total", "Times that reading stopped because too much was not acknowledged.", n.Paused},
		{"receipts_total", "Receipts sent.", n.Receipts},
	} {
		if !yield(telemed.Metric{Name: "telemed_mqtt_" + m.name, Help: m.help, Counter: true, Value: float64(m.value)}) {
			return
		}
	}
	if yield(telemed.Metric{Name: "telemed_mqtt_held_bytes", Help: "Messages that are not acknowledged.", Value: float64(n.Held)}) {
		s.config.expiry("telemed_mqtt_", yield)
	}
}
