package httpx

import (
	"slices"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// ownHeaders go with every answer of our own, unless the caller gives that field himself.
var ownHeaders = [...][2]string{
	{"Cache-Control", "private, no-store"},
	{"X-Robots-Tag", "noindex"},
	{"Referrer-Policy", "same-origin"},
	{"X-Content-Type-Options", "nosniff"},
}

// Answer sends an answer of our own: never cached and never indexed, unless extra says otherwise. body is copied.
// extra is pairs of name and value; line ends in them are blanked out. contentType may be empty. HEAD gets the length
// that GET would have been sent, and no body (RFC 9110 §9.3.2).
func (v *Visit) Answer(status int, contentType string, body []byte, extra ...string) {
	v.answerHead(status, contentType, extra)
	resp := &v.ctx.Response
	resp.SetBody(body)
	if v.method == "HEAD" {
		resp.SkipBody = true
	}
}

// answerHead sets all of an answer but its body.
func (v *Visit) answerHead(status int, contentType string, extra []string) {
	v.c.dropSheet()
	resp := &v.ctx.Response
	resp.SetStatusCode(status)
	v.setDate(status)
	for i := 0; i+1 < len(extra); i += 2 {
		resp.Header.Add(extra[i], extra[i+1])
	}
	for _, h := range ownHeaders {
		if !named(extra, h[0]) {
			resp.Header.Add(h[0], h[1])
		}
	}
	if contentType != "" {
		resp.Header.SetContentType(contentType)
	}
	if hsts := v.HSTS(); hsts != "" {
		resp.Header.Add("Strict-Transport-Security", hsts)
	}
}

// named reports whether the pairs name a field.
func named(pairs []string, name string) bool {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.EqualFold(pairs[i], name) {
			return true
		}
	}
	return false
}

// Fault refuses the request: one answer, and the connection is closed.
func (v *Visit) Fault(f Fault) {
	contentType, body, headers := v.page(f)
	if f == FaultConnections || f == FaultFull {
		headers = append(slices.Clip(headers), "Retry-After", "5")
	}
	v.Answer(f.Status(), contentType, body, headers...)
	v.ctx.SetConnectionClose()
}

// dateLine is the Date field of one second.
type dateLine struct {
	second int64
	line   string
}

// setDate adds the Date that an origin server must send (RFC 9110 §6.6.1). fasthttp lets no handler set that field, and
// its own clock is a goroutine that never ends. It writes the reason phrase as it is, though, so the field follows
// that; SetStatusMessage blanks out line ends, but StatusMessage is the buffer itself. A test holds this against the
// pinned version.
func (v *Visit) setDate(status int) {
	var buf [96]byte
	line := append(append(buf[:0], fasthttp.StatusMessage(status)...), v.DateLine(v.now)...)
	v.ctx.Response.Header.SetStatusMessage(line)
	copy(v.ctx.Response.Header.StatusMessage(), line)
}

// DateLine is the Date field of a time, with the line end before it and none behind.
func (v *Visit) DateLine(at time.Time) string {
	second := at.Unix()
	d := v.s.date.Load()
	if d == nil || d.second != second {
		d = &dateLine{second, "\r\nDate: " + at.UTC().Format(dateFormat)}
		v.s.date.Store(d)
	}
	return d.line
}

// dateFormat is IMF-fixdate (RFC 9110 §5.6.7).
const dateFormat = "Mon, 02 Jan 2006 15:04:05 GMT"
