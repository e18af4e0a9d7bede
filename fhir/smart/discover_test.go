package smart_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/telemed-go/sdk/fhir/smart"
)

func TestDiscover(t *testing.T) {
	const plain = `{"token_endpoint":"https://ehr.example/token"}`
	for name, c := range map[string]struct {
		base   string
		status int
		body   string
		want   error
	}{
		"little said": {"https://ehr.example/fhir", 200, plain, nil},
		"all said": {
			"https://ehr.example/fhir/", 200,
			`{"token_endpoint":"https://ehr.example/token","grant_types_supported":["authorization_code","client_credentials"],` +
				`"token_endpoint_auth_methods_supported":["private_key_jwt"],"token_endpoint_auth_signing_alg_values_supported":["RS384"]}`, nil,
		},
		"no backend services": {"https://ehr.example/fhir", 200, `{"token_endpoint":"https://ehr.example/token","grant_types_supported":["authorization_code"]}`, smart.ErrNoBackend},
		"secrets only":        {"https://ehr.example/fhir", 200, `{"token_endpoint":"https://ehr.example/token","token_endpoint_auth_methods_supported":["client_secret_basic"]}`, smart.ErrNoBackend},
		"ES256 only":          {"https://ehr.example/fhir", 200, `{"token_endpoint":"https://ehr.example/token","token_endpoint_auth_signing_alg_values_supported":["ES256"]}`, smart.ErrNoBackend},
		"token without TLS":   {"https://ehr.example/fhir", 200, `{"token_endpoint":"http://ehr.example/token"}`, smart.ErrInsecure},
		"server without TLS":  {"http://ehr.example/fhir", 200, plain, smart.ErrInsecure},
		"this machine":        {"http://127.0.0.1:1/fhir", 200, plain, nil},
		"no JSON":             {"https://ehr.example/fhir", 200, "<html>", smart.ErrAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			asked := ""
			client := &http.Client{Transport: answers(func(r *http.Request) (*http.Response, error) {
				asked = r.URL.Path
				return text(c.status, "application/json", c.body)(r)
			})}
			config, err := smart.Discover(t.Context(), client, c.base)
			if !errors.Is(err, c.want) {
				t.Fatalf("err = %v, want %v", err, c.want)
			}
			if err == nil && (config.TokenEndpoint != tokenURL || asked != "/fhir/.well-known/smart-configuration") {
				t.Errorf("%+v from %s", config, asked)
			}
		})
	}
	var e *smart.Error
	client := &http.Client{Transport: text(404, "text/html", "DOE^JANE")}
	if _, err := smart.Discover(t.Context(), client, "https://ehr.example/fhir"); !errors.As(err, &e) || e.Status != 404 || strings.Contains(err.Error(), "DOE") {
		t.Errorf("err = %v, want a 404", err)
	}
}

func FuzzDiscover(f *testing.F) {
	f.Add(200, "application/json", `{"token_endpoint":"https://ehr.example/token"}`)
	f.Add(200, "text/html", `<html>`)
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		client := &http.Client{Transport: text(status, kind, body)}
		config, err := smart.Discover(t.Context(), client, "https://ehr.example/fhir")
		if err == nil && !strings.HasPrefix(config.TokenEndpoint, "http") {
			t.Errorf("token endpoint %q", config.TokenEndpoint)
		}
	})
}

func FuzzGrant(f *testing.F) {
	f.Add(200, "application/json", `{"access_token":"a","token_type":"bearer","expires_in":300}`)
	f.Add(400, "application/json", `{"error":"invalid_client"}`)
	key := newEC(f)
	f.Fuzz(func(t *testing.T, status int, kind, body string) {
		b, _ := newBackend(t, smart.Keys{{ID: "e", Signer: key}})
		b.HTTP = &http.Client{Transport: text(status, kind, body)}
		token, err := b.Token(t.Context())
		if (token == "") == (err == nil) {
			t.Fatalf("Token = %q, %v", token, err)
		}
		if strings.ContainsAny(token, "\r\n \x00") {
			t.Errorf("token %q cannot stand in a header", token)
		}
	})
}
