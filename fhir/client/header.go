package client

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxPause is the longest that a server can make the client wait.
const maxPause = 15 * time.Minute

// retryAfter reads Retry-After (RFC 9110, 10.2.3): seconds, or a date, which is
// taken by the clock of the server if it tells it. It is from 0 to maxPause.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if n, ok := number(text); ok {
		return n
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), maxPause)
}

// number reads seconds of up to maxPause.
func number(s string) (time.Duration, bool) {
	if s == "" {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil { // too many digits
		return maxPause, true
	}
	return min(time.Duration(n)*time.Second, maxPause), true
}

// A limit is how many requests a server still takes within a time.
type limit struct {
	remaining int
	reset     time.Duration // from 0 to maxPause
}

// rateLimit reads the RateLimit header (draft-ietf-httpapi-ratelimit-headers-10,
// 4): `"requests";r=50;t=30`. Of several limits it returns the one that leaves
// the fewest requests.
func rateLimit(h http.Header) (l limit, ok bool) {
	for _, line := range h.Values("RateLimit") {
		for item := range strings.SplitSeq(line, ",") {
			_, parameters, _ := strings.Cut(item, ";")
			one, has := limit{}, false
			for p := range strings.SplitSeq(parameters, ";") {
				name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
				switch name {
				case "r":
					if n, err := strconv.ParseUint(value, 10, 31); err == nil {
						one.remaining, has = int(n), true
					}
				case "t":
					one.reset, _ = number(value)
				}
			}
			if has && (!ok || one.remaining < l.remaining) {
				l, ok = one, true
			}
		}
	}
	return l, ok
}
