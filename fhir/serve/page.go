package serve

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/telemed-go/sdk/vitals"
)

// A pager seals what the link to a next page has to remember: the search and the
// place after which it goes on. A link tells nothing, cannot be changed, belongs
// to one principal, and is good for an hour and as long as the server lives.
//
// The place is one in the order of time and id, which no resource ever leaves.
// So whatever is there from the first page to the last is on exactly one.
type pager struct {
	once sync.Once
	aead cipher.AEAD
	err  error
}

// A cursor is what is sealed.
type cursor struct {
	Query  string    `json:"q"` // the parameters of the first page
	At     int64     `json:"t"`
	ID     []byte    `json:"i"`
	Name   string    `json:"n,omitempty"`
	Issued time.Time `json:"s"`
}

const (
	pageAge  = time.Hour
	maxToken = maxURL
)

func (p *pager) init() {
	p.once.Do(func() {
		var key [32]byte
		_, _ = rand.Read(key[:]) // never fails: crypto/rand ends the program instead
		var block cipher.Block
		if block, p.err = aes.NewCipher(key[:]); p.err == nil {
			p.aead, p.err = cipher.NewGCMWithRandomNonce(block)
		}
	})
}

// seal returns a token for a principal and a type.
func (p *pager) seal(c cursor, kind string, who *Principal) (string, error) {
	if p.init(); p.err != nil {
		return "", p.err
	}
	plain, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(p.aead.Seal(nil, nil, plain, owner(kind, who))), nil
}

var (
	faultPage    = badParameter("_page", "value", "the link is not one that was given to you here")
	faultExpired = &fault{status: http.StatusGone, code: "expired", where: "http._page", text: "the link is too old; search again"}
)

func (p *pager) open(token, kind string, who *Principal, now time.Time) (c cursor, f *fault) {
	if p.init(); p.err != nil || len(token) > maxToken {
		return c, faultPage
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return c, faultPage
	}
	plain, err := p.aead.Open(nil, nil, sealed, owner(kind, who))
	if err != nil || json.Unmarshal(plain, &c) != nil || len(c.ID) != len(vitals.ReadingID{}) {
		return c, faultPage
	}
	if now.Sub(c.Issued) > pageAge {
		return c, faultExpired
	}
	return c, nil
}

func (c *cursor) place() place { return place{c.At, vitals.ReadingID(c.ID), c.Name} }

// owner is what a token is bound to.
func owner(kind string, who *Principal) []byte {
	b, err := json.Marshal([]string{kind, who.ID, who.User, who.Patient})
	if err != nil {
		return nil // strings have no error
	}
	return b
}
