package serve

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// sse is a client of Server-Sent Events (HTML, 9.2). The id of an event is its
// moment, the name the type of the resource, or "skipped".
type sse struct {
	p        *pump
	control  *http.ResponseController
	patience time.Duration
	buf      []byte
}

func (p *pump) events(ctx context.Context) *fault {
	h := p.v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // for proxies that would wait for more
	c := &sse{p: p, control: http.NewResponseController(p.v.w), patience: p.s.Streams.withDefaults().Patience}
	if c.beat(ctx) == nil { // so that the client knows at once
		p.run(ctx, c)
	}
	return nil
}

func (c *sse) send(_ context.Context, events []*event, skipped uint64) error {
	b := c.buf[:0]
	if skipped > 0 {
		b = append(b, "event: skipped\ndata: "...)
		b = append(appendSkipped(b, skipped), "\n\n"...)
	}
	for _, e := range events {
		b = append(b, "id: "...)
		b = strconv.AppendInt(b, int64(e.moment), 10)
		b = append(b, "\nevent: "...)
		b = append(b, e.facets.kind...)
		b = append(b, "\ndata: "...)
		b = append(b, e.bytes(&c.p.s.Mapper)...) // JSON without line breaks
		b = append(b, "\n\n"...)
	}
	err := c.flush(b)
	if c.buf = b; cap(b) > 8<<10 {
		c.buf = nil // a thousand clients must not keep their largest batch each
	}
	return err
}

func (c *sse) beat(context.Context) error { return c.flush([]byte(":\n\n")) }

func (c *sse) flush(b []byte) error {
	if err := c.control.SetWriteDeadline(time.Now().Add(c.patience)); err != nil && !isUnsupported(err) {
		return err
	}
	if _, err := c.p.v.w.Write(b); err != nil {
		return err
	}
	return c.control.Flush()
}
