// Package peers holds the alarm engine of package alert against what else a Go
// program could use: an expression language (expr, cel) with the state written
// by hand around it, and the rule evaluation of Prometheus. It is a module of
// its own, so that users of the SDK never see these dependencies, and has tests
// only:
//
//	cd internal/peers && go test ./...
//	cd internal/peers && go test -run '^$' -bench . -benchmem
//
// All watch the same: saturation below 90 % for 30 s raises an alarm, 92 % ends
// it, and 60 s without usable data is an alarm that ends with the next value. A
// test proves that all raise and end the same alarms at the same times. The
// benchmark is one step of a ward, which takes 15 s, the usual interval of
// Prometheus: a reading of each patient, then the time.
//
// Where it is a matter of choice, the peers have the better of it. They compare
// floating-point numbers and explain nothing; the state written by hand has no
// acknowledgement, latch or snapshot and looks at each patient in each
// step instead of keeping timers. Of Prometheus only the evaluation counts, not the
// storing of samples, and its store writes no log.
package peers
