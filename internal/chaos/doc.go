// Package chaos has no code but its tests, which hold the whole way from a device
// to an alarm under load, faults and time: simulated devices and senders with
// outboxes, a Mosquitto broker, a network that misbehaves, and a gateway in a
// process of its own that can be killed.
//
//	go test ./internal/chaos                                 a minute or two
//	TELEMED_LOAD=60s go test -v -run Load ./internal/chaos   10,000 devices
//	TELEMED_CHAOS=100000 go test -v -timeout 30m -run Chaos ./internal/chaos
//	TELEMED_SOAK=60s go test -v -run Soak ./internal/chaos
//	go test -v -tags nightly -timeout 3h ./internal/chaos    the long forms
//
// What happens by chance follows from a seed, which a test prints and which
// TELEMED_SEED sets.
package chaos
