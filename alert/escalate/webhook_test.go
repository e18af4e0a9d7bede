package escalate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/telemed-go/sdk/alert"
	"github.com/telemed-go/sdk/vitals"
)

var testKey = Key{ID: "ward-1", Secret: []byte("0123456789abcdef0123456789abcdef")}

// testMessage has a patient, a reason and a recipient that nobody may see.
var testMessage = Message{
	ID: MessageID{1, 2, 3}, Kind: Call, Step: 2, Name: "caregiver", To: Recipient{ID: "RelatedPerson/JANE", Channel: "phone"},
	Text: "Alarm a1a2a3a4, high priority: please respond", At: evening, NotBefore: evening, Deadline: evening.Add(time.Minute),
	Alarm: testAlarm, Patient: vitals.NewPatientID("DOE^JANE"), Rule: "SpO2", Reason: "SpO2 86 %", Priority: alert.High, State: alert.Active, Since: evening,
}

// server starts a webhook and its receiver, by TLS.
func server(t *testing.T, h http.HandlerFunc) *Webhook {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	w, err := NewWebhook(s.URL+"/alarms", testKey, TLS(&tls.Config{RootCAs: roots}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func secretOf(id string) []byte {
	if id == testKey.ID {
		return testKey.Secret
	}
	return nil
}

func TestWebhookDelivers(t *testing.T) {
	var got Notice
	var host string
	w := server(t, func(w http.ResponseWriter, r *http.Request) {
		n, err := Verifier{Keys: secretOf}.Verify(r, time.Now())
		if err != nil {
			t.Errorf("Verify: %v", err)
		}
		got, host = n, r.URL.String()
		w.Header().Set(ReceiptHeader, n.ID.String())
	})
	r, err := w.Notify(t.Context(), testMessage)
	if r != Delivered || err != nil {
		t.Errorf("got %v, %v; want delivered", r, err)
	}
	if want := testMessage.Notice(); got != want {
		t.Errorf("received %+v\nsent     %+v", got, want)
	}
	if strings.Contains(host, "JANE") || strings.Contains(got.Text, "86") {
		t.Errorf("the notice tells too much: %s %s", host, got.Text)
	}
}

func TestWebhookAnswers(t *testing.T) {
	id := testMessage.ID.String()
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		receipt Receipt
		want    string // of the error
		refused bool
	}{
		{"accepts", func(http.ResponseWriter, *http.Request) {}, Unknown, "", false},
		{"confirms another message", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set(ReceiptHeader, id[:31]+"9") }, Unknown, "", false},
		{"confirms twice", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add(ReceiptHeader, id)
			w.Header().Add(ReceiptHeader, id)
		}, Unknown, "", false},
		{"confirms, but fails", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(ReceiptHeader, id)
			w.WriteHeader(500)
		}, Unknown, "status 500", false},
		{"is busy", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, Failed, "status 503", false},
		{"wants less", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, Failed, "status 429", false},
		{"refuses", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }, Failed, "status 401", true},
		{"cannot do it", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(501) }, Failed, "status 501", true},
		{"redirects", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/alarms" {
				t.Error("the redirect was followed")
			}
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, Failed, "redirect, status 307", true},
		{"breaks off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.Header().Set(ReceiptHeader, id)
			_, _ = w.Write([]byte("short"))
		}, Delivered, "", false},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, Unknown, "", false},
		{"never stops to talk", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, Unknown, "", false},
		{"has headers without end", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<20))
		}, Unknown, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			r, err := server(t, tt.handler).Notify(ctx, testMessage)
			if r != tt.receipt {
				t.Errorf("receipt %v, want %v", r, tt.receipt)
			}
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if errors.Is(err, ErrRefused) != tt.refused {
				t.Errorf("error %v: refused %t, want %t", err, !tt.refused, tt.refused)
			}
			if err != nil && (strings.Contains(err.Error(), "127.0.0.1") || strings.Contains(err.Error(), "alarms")) {
				t.Errorf("the error shows the address: %v", err)
			}
		})
	}
}

func TestWebhookHangs(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	w := server(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-release
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if r, err := w.Notify(ctx, testMessage); r != Unknown || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, %v; want unknown, deadline exceeded", r, err)
	}
}

func TestWebhookOfAStranger(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the stranger was told") }))
	defer s.Close()
	s.Config.ErrorLog = nil
	w, err := NewWebhook(s.URL, testKey)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := w.Notify(t.Context(), testMessage); r != Unknown || err == nil {
		t.Errorf("got %v, %v; want an error of the certificate", r, err)
	}
}

// A dispatcher tries a server again until it works, with the same key and body.
func TestWebhookTriedAgain(t *testing.T) {
	var calls atomic.Int32
	var bodies, keys [3]string
	w := server(t, func(w http.ResponseWriter, r *http.Request) {
		i := calls.Add(1) - 1
		b, _ := io.ReadAll(r.Body)
		bodies[min(i, 2)], keys[min(i, 2)] = string(b), r.Header.Get("Idempotency-Key")
		if i < 2 {
			w.WriteHeader(503)
			return
		}
		w.Header().Set(ReceiptHeader, strings.Trim(keys[2], `"`))
	})
	n := newNight(t, standard())
	n.config.Notifiers["patient"] = w
	n.open()
	n.play("21:00 raise\n21:01 pass")
	if calls.Load() != 3 || bodies[0] != bodies[2] || keys[0] != keys[2] || keys[0] == "" {
		t.Errorf("%d calls, want 3 with the same key and body:\n%q\n%q", calls.Load(), keys, bodies)
	}
}

func TestNewWebhook(t *testing.T) {
	for _, tt := range []struct {
		address string
		key     Key
		opts    []WebhookOption
		want    error
	}{
		{"https://pager.example/alarms", testKey, nil, nil},
		{"http://pager.example/", testKey, nil, ErrWebhook},
		{"http://pager.example/", testKey, []WebhookOption{InsecurePlainHTTP()}, nil},
		{"https://jane:doe@pager.example/", testKey, nil, ErrWebhook},
		{"https://pager.example/#x", testKey, nil, ErrWebhook},
		{"https:///x", testKey, nil, ErrWebhook},
		{"ftp://pager.example/", testKey, []WebhookOption{InsecurePlainHTTP()}, ErrWebhook},
		{"https://pager.example/%zz", testKey, nil, ErrWebhook},
		{"https://pager.example/", Key{ID: "a", Secret: testKey.Secret[:31]}, nil, ErrWebhook},
		{"https://pager.example/", Key{ID: `a"b`, Secret: testKey.Secret}, nil, ErrWebhook},
		{"https://pager.example/", Key{Secret: testKey.Secret}, nil, ErrWebhook},
	} {
		w, err := NewWebhook(tt.address, tt.key, tt.opts...)
		if !errors.Is(err, tt.want) || (err == nil) != (w != nil) {
			t.Errorf("NewWebhook(%q): %v, want %v", tt.address, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "pager") {
			t.Errorf("the error shows the address: %v", err)
		}
	}
}

func TestKeyIsNotShown(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(verb, testKey); strings.Contains(s, "0123") || strings.Contains(s, "0x30") {
			t.Errorf("%s shows the secret: %s", verb, s)
		}
	}
}
