// Package alarms makes an [alert.Engine] durable: what was acknowledged is still
// acknowledged after a restart, what was paused is still paused ([Engine]), and
// what happened can be shown later ([Trail]).
package alarms
