package serve

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// ws is a client behind a WebSocket. Each message is a resource, whose
// meta.lastUpdated is where to go on (_since). Messages of the client end it.
type ws struct {
	p        *pump
	conn     *websocket.Conn
	patience time.Duration
}

func (p *pump) websocket(ctx context.Context) *fault {
	if f := websocketFault(p.v.r); f != nil {
		return f
	}
	conn, err := websocket.Accept(p.v.w, p.v.r, nil)
	if err != nil {
		return nil // the library has answered
	}
	defer func() { _ = conn.CloseNow() }()
	c := &ws{p: p, conn: conn, patience: p.s.Streams.withDefaults().Patience}
	p.run(conn.CloseRead(ctx), c)
	_ = conn.Close(websocket.StatusGoingAway, "")
	return nil
}

func (c *ws) send(ctx context.Context, events []*event, skipped uint64) error {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	if skipped > 0 {
		if err := c.conn.Write(ctx, websocket.MessageText, appendSkipped(nil, skipped)); err != nil {
			return err
		}
	}
	for _, e := range events {
		if err := c.conn.Write(ctx, websocket.MessageText, e.bytes(&c.p.s.Mapper)); err != nil {
			return err
		}
	}
	return nil
}

func (c *ws) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	return c.conn.Ping(ctx)
}

// websocketFault finds what the library would refuse with words of the request
// in its answer. Pages of other origins are refused.
func websocketFault(r *http.Request) *fault {
	bad := func(where, text string) *fault {
		return &fault{status: http.StatusBadRequest, code: "invalid", where: "http." + where, text: text}
	}
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	switch {
	case err != nil || len(key) != 16 || len(r.Header.Values("Sec-WebSocket-Key")) != 1:
		return bad("Sec-WebSocket-Key", "not the key of a WebSocket")
	case r.Header.Get("Sec-WebSocket-Version") != "13":
		return bad("Sec-WebSocket-Version", "the version of WebSocket is 13")
	case r.ProtoMajor != 1 || !strings.Contains(strings.ToLower(strings.Join(r.Header.Values("Connection"), ",")), "upgrade"):
		return bad("Connection", "a WebSocket needs Connection: Upgrade of HTTP/1.1")
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		if u, err := url.Parse(origin); err != nil || !strings.EqualFold(u.Host, r.Host) {
			return &fault{status: http.StatusForbidden, code: "forbidden", where: "http.Origin", text: "pages of other origins may not connect"}
		}
	}
	return nil
}

// isUnsupported reports a ResponseWriter that has no deadlines, as in tests.
func isUnsupported(err error) bool { return errors.Is(err, http.ErrNotSupported) }
