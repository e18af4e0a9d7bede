package escalate

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// request is what a webhook sends.
func request(t testing.TB, k Key, at time.Time) *http.Request {
	t.Helper()
	body, err := testMessage.Notice().Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "https://pager.example/alarms", bytes.NewReader(body))
	(&Webhook{key: k}).sign(r, testMessage.ID, body, at)
	return r
}

func TestVerify(t *testing.T) {
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	replace := func(name, old, with string) func(*http.Request) {
		return func(r *http.Request) {
			v := r.Header.Get(name)
			if !strings.Contains(v, old) {
				t.Fatalf("%s has no %q: %s", name, old, v)
			}
			r.Header.Set(name, strings.Replace(v, old, with, 1))
		}
	}
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		now    time.Duration // since the signature
		want   error
	}{
		{"as sent", nil, 0, nil},
		{"late, but in time", nil, 5 * time.Minute, nil},
		{"early, but in time", nil, -5 * time.Minute, nil},
		{"replayed", nil, 5*time.Minute + time.Second, ErrStale},
		{"from the future", nil, -5*time.Minute - time.Second, ErrStale},
		{"another method", func(r *http.Request) { r.Method = http.MethodPut }, 0, ErrSignature},
		{"another body", func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("{}")) }, 0, ErrSignature},
		{"another body and digest", func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader("{}"))
			r.Header.Set("Content-Digest", digest([]byte("{}")))
		}, 0, ErrSignature},
		{"another type", set("Content-Type", "text/plain"), 0, ErrSignature},
		{"another idempotency key", set("Idempotency-Key", `"00"`), 0, ErrSignature},
		{"another time", replace("Signature-Input", "created=17", "created=18"), 0, ErrSignature},
		{"an unknown key", replace("Signature-Input", "ward-1", "ward-2"), 0, ErrSignature},
		{"another algorithm", replace("Signature-Input", "hmac-sha256", "none"), 0, ErrSignature},
		{"less covered", replace("Signature-Input", ` "content-digest"`, ""), 0, ErrSignature},
		{"more parameters", replace("Signature-Input", `"hmac-sha256"`, `"hmac-sha256";nonce="1"`), 0, ErrSignature},
		{"a number written otherwise", replace("Signature-Input", "created=", "created=0"), 0, ErrSignature},
		{"no signature", func(r *http.Request) { r.Header.Del("Signature") }, 0, ErrSignature},
		{"no input", func(r *http.Request) { r.Header.Del("Signature-Input") }, 0, ErrSignature},
		{"two signatures", func(r *http.Request) { r.Header.Add("Signature", r.Header.Get("Signature")) }, 0, ErrSignature},
		{"an empty signature", set("Signature", "alarm=::"), 0, ErrSignature},
		{"too long", func(r *http.Request) { r.Body = io.NopCloser(bytes.NewReader(make([]byte, maxNotice+1))) }, 0, ErrNotice},
		{"cannot be read", func(r *http.Request) { r.Body = io.NopCloser(iotest.TimeoutReader(iotest.OneByteReader(r.Body))) }, 0, iotest.ErrTimeout},
	} {
		r := request(t, testKey, evening)
		if tt.change != nil {
			tt.change(r)
		}
		n, err := Verifier{Keys: secretOf}.Verify(r, evening.Add(tt.now))
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
		if want := testMessage.Notice(); (err == nil) != (n == want) {
			t.Errorf("%s: notice %+v beside error %v", tt.name, n, err)
		}
	}
}

// Whoever has no secret verifies nothing.
func TestVerifyWithoutKeys(t *testing.T) {
	for name, keys := range map[string]func(string) []byte{
		"none": nil, "not this": func(string) []byte { return nil }, "short": func(string) []byte { return testKey.Secret[:8] },
	} {
		if _, err := (Verifier{Keys: keys}).Verify(request(t, testKey, evening), evening); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: got %v, want ErrSignature", name, err)
		}
	}
}

// Nothing but what the key signed is accepted.
func FuzzVerify(f *testing.F) {
	r := request(f, testKey, evening)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(r.Header.Get("Signature-Input"), r.Header.Get("Signature"), r.Header.Get("Idempotency-Key"), r.Header.Get("Content-Digest"), body)
	f.Add("alarm=", "alarm=::", `""`, "", []byte("{}"))
	f.Fuzz(func(t *testing.T, input, signature, key, sum string, content []byte) {
		again := httptest.NewRequest(http.MethodPost, "https://pager.example/", bytes.NewReader(content))
		again.Header = http.Header{
			"Signature-Input": {input}, "Signature": {signature}, "Idempotency-Key": {key}, "Content-Digest": {sum}, "Content-Type": {jsonType},
		}
		_, err := Verifier{Keys: secretOf}.Verify(again, evening)
		signed := bytes.Equal(content, body) && input == r.Header.Get("Signature-Input") && signature == r.Header.Get("Signature") &&
			key == r.Header.Get("Idempotency-Key") && sum == r.Header.Get("Content-Digest")
		if (err == nil) != signed {
			t.Errorf("error %v of a request that was signed: %t", err, signed)
		}
	})
}

// A notice that is accepted is written as it was read.
func FuzzParseNotice(f *testing.F) {
	b, err := testMessage.Notice().Append(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := ParseNotice(b)
		if err != nil {
			if n != (Notice{}) {
				t.Error("a notice beside an error")
			}
			return
		}
		again, err := n.Append(nil)
		if err != nil {
			return // longer than what was read, or a year beyond 9999
		}
		if back, err := ParseNotice(again); err != nil || !back.At.Equal(n.At) || back.ID != n.ID || back.Text != n.Text || back.Kind != n.Kind {
			t.Errorf("%s\nbecomes\n%s: %v", b, again, err)
		}
	})
}
