// Package sparkplug reads Sparkplug B, with which industrial gateways send named
// metrics over MQTT. It never writes: commands to devices are not its business.
//
//	spBv1.0/{group}/{message}/{node}[/{device}]
//	spBv1.0/Ward9/DDATA/gw9/bp-0007
//
// A birth message gives every metric a name, a type and perhaps a number, its
// alias; the data messages after it may carry the alias alone. So the payload of a
// data message means nothing by itself. A [Session] remembers the births and
// counts the sequence numbers. Where it cannot be sure what a number means, it
// refuses the message with a [RebirthError] and never guesses: whoever may write
// to the node then asks it for a new birth.
//
// Sparkplug has no units that can be relied on. [Session.Metrics] says what the
// metrics are and in which unit; all others become no readings.
package sparkplug
