// Package census is the roster of a ward with a history: who is there, in which
// bed, who wears which device, since when, and who turned out to be whom. All of
// it follows from the set of its changes, whatever the order in which they were
// said, so that what was said too late or by mistake can be put right.
//
// The log is never rewritten. It keeps a reading under the patient to whom the
// device was assigned, with the device's own stamp, and so under one identity
// whatever is said later. What the reading means now is asked of the census
// when it is read: see [Census.Revise]. A [telemed.Gateway] does so for its
// sinks.
package census
