// Package mqtt receives frames from an MQTT 3.1.1 broker, as a
// [telemed.Source], and sends them to one.
//
// It wraps the client of Eclipse Paho and closes the gaps through which that
// client, used plainly, loses data: a message is acknowledged only when the
// gateway says so, and only on the connection it came over; subscriptions are made
// anew on every connection and the broker's answer is checked, also when it is a
// refusal; a packet that claims to be huge is refused before memory is taken for
// it; reading stops while too much is not acknowledged; writes time out;
// reconnecting waits a random time of at most half a minute; what was started ends
// with Close. What cannot be read becomes a dead letter. [Stats] counts all of it.
//
// What the broker sends again after a lost connection arrives twice. The log
// behind the gateway tells repeats by the identity of the readings, provided
// that a frame has a time of its own: see [ParseTopic].
//
// A broker that is killed loses what it has confirmed. A [Sender] therefore keeps
// messages in an outbox on disk until the gateway, with the option [Receipts],
// says that they are on the gateway's disk; alarms overtake everything else.
// outbox.md beside this file is the protocol for device makers.
//
// # Identity
//
// Connections use TLS 1.3. Without TLS only a broker on this machine is
// accepted, unless [InsecurePlaintext] says otherwise. A device shows a
// [Certificate] that names it, see [DeviceOf], and sends to its own topics only.
// That a device with another program does the same is for the broker to enforce.
// For Mosquitto:
//
//	listener 8883
//	tls_version tlsv1.3
//	cafile devices.pem
//	certfile broker.pem
//	keyfile broker.key
//	require_certificate true
//	use_identity_as_username true
//	acl_file acl
//
// with this access list, where gateway is the name in the gateway's certificate:
//
//	user gateway
//	topic read ward/#
//	topic write ward/+/receipt/+
//
//	pattern write ward/%u/#
//	pattern read ward/%u/receipt/+
//
// Revoked certificates are the broker's to refuse (crlfile), and those of brokers
// ours ([Revoked]). [ServerTLS] is the same for a broker inside the program.
package mqtt
