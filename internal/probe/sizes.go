package probe

import (
	"bytes"
	"context"
	"fmt"
	"strings"
)

// Sizes of what visitors send on an ordinary day, in bytes.
const (
	longURL    = 4000
	longHeader = 6000
	longBody   = 2 << 20
)

// sizes judges whether what the gateway takes passes the front.
func (c *client) sizes(ctx context.Context, all *findings) {
	pad := int(min(longURL, c.URLBytes-200))
	if pad > 0 {
		c.passes(ctx, all, question{pad: strings.Repeat("x", pad)}, fmt.Sprintf("a URL of %d bytes", pad),
			"raise the front's limit for the request line (nginx: large_client_header_buffers; Apache: LimitRequestLine; HAProxy: tune.bufsize)", func(s *Seen) bool {
				return len(s.Target) > pad
			})
	}
	if cookie := int(min(longHeader, c.HeaderBytes-2000)); cookie > 0 {
		c.passes(ctx, all, question{fields: []Field{{"Cookie", "einlass-.pad=" + strings.Repeat("x", cookie)}}}, fmt.Sprintf("a cookie of %d bytes", cookie),
			"raise the front's limit for header fields (nginx: large_client_header_buffers; Apache: LimitRequestFieldSize; HAProxy: tune.bufsize)", nil)
	}
	body := bytes.Repeat([]byte("x"), int(min(longBody, c.BodyBytes)))
	c.passes(ctx, all, question{method: "POST", part: PartBody, body: body}, fmt.Sprintf("a form of %d bytes", len(body)),
		"raise the front's limit for bodies to limits.body_bytes (nginx: client_max_body_size; Apache: LimitRequestBody)", func(s *Seen) bool {
			return s.Body == int64(len(body))
		})
}

// passes asks, and judges whether the gateway got it whole.
func (c *client) passes(ctx context.Context, all *findings, q question, what, mend string, whole func(*Seen) bool) {
	r, err := c.ask(ctx, q)
	switch {
	case err != nil:
		all.bad(mend, "%s does not pass the front: %v", what, err)
	case r.seen == nil:
		all.bad(mend, "%s does not pass the front: %s", what, r.Status)
	case whole != nil && !whole(r.seen):
		all.bad(mend, "%s does not come to the gateway whole", what)
	default:
		all.good("%s passes", what)
	}
}
