// Package segment joins values that a device sends in parts, each with a
// segmentation header: stored blood pressure records (Blood Pressure Service
// 1.1), registered users (User Data Service 1.1) and observations of generic
// health sensors.
//
// A lost part costs its own value and no other. The package does not know what
// the joined bytes are.
package segment
