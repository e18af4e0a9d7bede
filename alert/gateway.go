package alert

import (
	"fmt"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// GatewaySilent is the rule name of the alarm that a gateway has fallen silent
// with all its devices ([Attach]).
//
// When data of a device become overdue, and neither that device's gateway nor
// any other device on it was heard much later, but some other device was heard
// shortly before or after its last data, then not the device is silent but the
// gateway. "Shortly" and "much" is half of the silence so far. That is one
// technical alarm, of Event.Device the gateway and no patient, with the highest
// priority and the reminders of the missing-data rules. While it stands, data
// missing from devices of the gateway are no alarms of their own. It ends with
// the next reading of any of them; a device that stays silent then gets its own
// alarm when the time of its rule has passed once more.
//
// Which devices are silent together shows only as time passes: with devices
// attached, events depend on when [Engine.Advance] was called.
const GatewaySilent = "gateway silent"

// A gateway is what devices send through.
type gateway struct {
	id      vitals.DeviceID
	devices map[*device]struct{}
	at      int64 // event time of the newest reading through it
	rule    Rule
	alarm   *patient // the alarm about it is the only life of this
	folded  map[place]struct{}
}

func (g *gateway) standing() bool { return g.alarm.standing(0) != nil }

func (g *gateway) reason() string {
	return fmt.Sprintf("gateway silent: no data from any of its %d devices", len(g.devices))
}

func (g *gateway) relief(after time.Duration) string {
	return fmt.Sprintf("gateway: data again after %v", after)
}

// attach says through which gateway a device sends.
func (e *Engine) attach(c *Command, at int64) {
	d := e.device(c.Device)
	switch {
	case d.gateway != nil && d.gateway.id == c.Gateway:
		return
	case d.gateway != nil:
		e.detach(d, at, c.By)
		d = e.device(c.Device)
	}
	if c.Gateway == "" {
		d.refs++
		e.release(d)
		return
	}
	g := e.gateways[c.Gateway]
	if g == nil {
		g = e.newGateway(c.Gateway)
	}
	g.devices[d] = struct{}{}
	d.gateway, d.at = g, none
}

func (e *Engine) newGateway(id vitals.DeviceID) *gateway {
	g := &gateway{
		id: id, devices: make(map[*device]struct{}), at: none, rule: e.gatewayRule(),
		folded: make(map[place]struct{}),
	}
	g.alarm = &patient{who: subject{device: id}, seq: e.nextSeq, next: never, lives: make([]*life, 1), more: &more{gateway: g}}
	e.nextSeq++
	e.timers.add(g.alarm)
	e.gateways[id] = g
	return g
}

// gatewayRule has the highest priority of the missing-data rules.
func (b *ruleBook) gatewayRule() Rule {
	g := Rule{name: GatewaySilent, cond: missing}
	for i := range b.rules {
		if r := &b.rules[i]; r.category() == Technical && r.priority >= g.priority {
			g.priority, g.remind, g.rearm = r.priority, max(g.remind, r.remind), max(g.rearm, r.rearm)
		}
	}
	return g
}

// detach takes a device off its gateway, and the gateway away with the last.
func (e *Engine) detach(d *device, at int64, by string) {
	g := d.gateway
	for where := range g.folded {
		if where.p.lives[where.rule].evidence.device == d.id {
			e.unfoldOne(g, where, at)
		}
	}
	d.gateway = nil
	delete(g.devices, d)
	d.refs++
	e.release(d)
	if len(g.devices) > 0 {
		return
	}
	if g.standing() {
		e.end(g.alarm, 0, at, CauseCommand, by)
	}
	e.timers.remove(g.alarm)
	delete(e.gateways, g.id)
}

// throughGateway notes that a device was heard.
func (e *Engine) throughGateway(id vitals.DeviceID, at int64) {
	d := e.devices[id]
	if d == nil || d.gateway == nil {
		return
	}
	g := d.gateway
	d.at, g.at = max(d.at, at), max(g.at, at)
	if l := g.alarm.standing(0); l != nil && at > l.since {
		l.evidence = evidence{at: none, device: g.id}
		e.end(g.alarm, 0, at, CauseCondition, "")
		for where := range g.folded {
			e.unfoldOne(g, where, at)
		}
	}
}

// fold reports whether the overdue data of rule i are part of an alarm about
// the gateway, which it raises if necessary.
func (e *Engine) fold(p *patient, i int, at int64) bool {
	l := p.lives[i]
	if p.about() != nil || len(e.gateways) == 0 || l.rule.category() != Technical || l.rule.mandatory {
		return false
	}
	d := e.devices[l.evidence.device]
	if d == nil || d.gateway == nil {
		return false
	}
	g := d.gateway
	if !g.standing() && !g.silent(d, l.since, at) {
		return false
	}
	l.state = folded
	g.folded[place{p, i}] = struct{}{}
	if !g.standing() {
		e.live(g.alarm, 0, &g.rule, g.at, evidence{at: none, device: g.id})
		e.raise(g.alarm, 0, at)
	}
	return true
}

// silent reports whether the gateway fell silent together with device d, whose
// last data are of since and overdue at at.
func (g *gateway) silent(d *device, since, at int64) bool {
	shortly := (at - since) / 2
	if g.at > since+shortly {
		return false
	}
	for other := range g.devices {
		if other != d && other.at >= since-shortly {
			return true
		}
	}
	return false
}

// unfold forgets that a condition was part of the alarm about a gateway.
func (e *Engine) unfold(p *patient, i int) {
	if d := e.devices[p.lives[i].evidence.device]; d != nil && d.gateway != nil {
		delete(d.gateway.folded, place{p, i})
	}
}

// unfoldOne gives a silent device its own time.
func (e *Engine) unfoldOne(g *gateway, where place, at int64) {
	l := where.p.lives[where.rule]
	l.state, l.at = Pending, at+int64(l.rule.patience())
	e.wake(where.p, l.at)
	delete(g.folded, where)
}

// patience is how long data may be missing.
func (r *Rule) patience() time.Duration { return max(r.after, r.every, time.Second) }
