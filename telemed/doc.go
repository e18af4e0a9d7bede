// Package telemed joins the parts: frames come in from a [Source], a decoder
// makes readings of them, a [Log] keeps them, and every [Sink] gets them in
// the order of the log.
//
// The one promise: a frame is acknowledged to its source only after the log
// has its readings on disk, and the log keeps each reading once, however often
// it arrives. So a crash at any moment loses nothing and doubles nothing. What
// could not be decoded is reported and acknowledged; what could not be stored
// is not acknowledged and tried again.
//
// [Gateway] is the loop, [Process] the same for state that is shared between
// machines. The package opens no connection, writes no file, and knows neither
// alarms nor health records: see the packages below it, of which only those that
// a program uses are compiled.
package telemed
