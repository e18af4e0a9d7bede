// Package mqtt receives frames from an MQTT 3.1.1 broker, as a
// [telemed.Source], and sends them to one.
//
// It wraps the client of Eclipse Paho and closes the gaps through which that
// client, used plainly, loses data: a message is acknowledged only when the
// gateway says so; subscriptions are made anew on every connection and the
// broker's answer is checked, also when it is a refusal; a packet that claims
// to be huge is refused before memory is taken for it; writes time out;
// reconnecting waits at most half a minute.
//
// What the broker sends again after a lost connection arrives twice. The log
// behind the gateway tells repeats by the identity of the readings, provided
// that a frame has a time of its own: see [ParseTopic].
//
// Connections use TLS 1.3. Without TLS only a broker on this machine is
// accepted, unless [InsecurePlaintext] says otherwise.
package mqtt
