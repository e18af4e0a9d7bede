// Package smart gets a program the right to talk to a health record without a
// user: SMART Backend Services (SMART App Launch 2.2). The program proves with a
// private key who it is and gets an access token for a few minutes, again and
// again.
//
// The one idea: a [Backend] always has a token at hand. While a token is valid
// no caller waits for the next one, and with [Backend.Run] none ever does.
//
//	config, err := smart.Discover(ctx, nil, "https://ehr.example/fhir")
//	backend := &smart.Backend{
//		TokenURL: config.TokenEndpoint, ClientID: "ward-9",
//		Keys: keys, Scopes: []string{"system/Observation.cu"},
//	}
//
// It refuses to send an assertion or to take a token without TLS, except on this
// machine, follows no redirect, and puts neither a token nor a word of the
// server's into an error beyond the code that RFC 6749 has for it. Launches with
// a user (authorization codes) are not its business.
package smart
