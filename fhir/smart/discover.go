package smart

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// A Configuration is what a server says about how to get at it (SMART App
// Launch 2.2, Conformance). Only the members that a backend service needs are
// read.
type Configuration struct {
	Issuer        string   `json:"issuer"`
	TokenEndpoint string   `json:"token_endpoint"`
	JWKS          string   `json:"jwks_uri"`
	GrantTypes    []string `json:"grant_types_supported"`
	AuthMethods   []string `json:"token_endpoint_auth_methods_supported"`
	Algorithms    []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	Scopes        []string `json:"scopes_supported"`
	Capabilities  []string `json:"capabilities"`
}

// ErrNoBackend: the server says that it has no backend services with a private
// key, or none whose signatures this package can make.
var ErrNoBackend = errors.New("smart: the server offers no backend services with RS384 or ES384")

// Discover reads the configuration of the FHIR server at base. A nil client is
// the one of [Backend]. It returns [ErrInsecure] if base or the token endpoint is
// without TLS, [ErrNoBackend] if the server rules out what a Backend does, and
// an [*Error] if there is no readable answer. Members that the server leaves out
// rule out nothing.
func Discover(ctx context.Context, client *http.Client, base string) (Configuration, error) {
	var c Configuration
	if err := secure(base); err != nil {
		return c, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(base, "/")+"/.well-known/smart-configuration", nil)
	if err != nil {
		return c, errors.New("smart: not an address")
	}
	req.Header.Set("Accept", "application/json")
	res, err := plainClient(client).Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return c, ctx.Err()
		}
		return c, &Error{Err: errUnreachable}
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return c, &Error{Status: res.StatusCode, RetryAfter: retryAfter(res.Header)}
	}
	body, err := readJSON(res)
	if err == nil && json.Unmarshal(body, &c) != nil {
		err = fmt.Errorf("%w: not a configuration", ErrAnswer)
	}
	if err != nil {
		return Configuration{}, &Error{Status: res.StatusCode, Err: err}
	}
	if err := secure(c.TokenEndpoint); err != nil {
		return Configuration{}, err
	}
	if !c.backend() {
		return Configuration{}, ErrNoBackend
	}
	return c, nil
}

func (c Configuration) backend() bool {
	offers := func(list []string, any ...string) bool {
		return len(list) == 0 || slices.ContainsFunc(any, func(s string) bool { return slices.Contains(list, s) })
	}
	return offers(c.GrantTypes, "client_credentials") && offers(c.AuthMethods, "private_key_jwt") && offers(c.Algorithms, "RS384", "ES384")
}
