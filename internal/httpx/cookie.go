package httpx

import (
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
)

// Cookie is the value of the first cookie of that name, nil if there is none (RFC 6265 §4.2). Names are compared byte
// for byte; what is no pair of name and value is passed over.
func (v *Visit) Cookie(name string) []byte {
	for i := range v.head.fields {
		f := &v.head.fields[i]
		if len(f.name) != len("cookie") || !equalFold(f.name, "cookie") {
			continue
		}
		for rest := f.value; len(rest) > 0; {
			var pair []byte
			pair, rest, _ = cutByte(rest, ';')
			pair = trimSpace(pair)
			if len(pair) > len(name) && pair[len(name)] == '=' && string(pair[:len(name)]) == name {
				return pair[len(name)+1:]
			}
		}
	}
	return nil
}

// Cookie is a cookie of ours. It is always HttpOnly and for the whole host. By TLS it is SameSite=None: a form that
// another site sends back here, after a payment or an identity check, must find the pass, and browsers leave a Lax
// cookie out of it. Without TLS they take no None, so it is Lax then.
type Cookie struct {
	// Name is a token. "__Host-" and "__Secure-" make the cookie Secure.
	Name string
	// Value is without spaces, quotes, commas, semicolons, backslashes and controls (RFC 6265 §4.1.1).
	Value string
	// MaxAge is its life, rounded up to seconds. 0: until the browser is closed. Negative deletes it.
	MaxAge time.Duration
	// Secure sends it by TLS only.
	Secure bool
	// Partitioned keeps it for the page that stands in the window (CHIPS, draft-cutler-httpbis-partitioned-cookies): so
	// browsers that refuse the cookies of other hosts' frames take it there. By TLS only.
	Partitioned bool
}

// SetCookie adds a cookie to whatever answer is sent, also a forwarded one, in the place of one of that name which was set
// before (RFC 6265 §4.1.1 wants one a name). A cookie that cannot be sent is a mistake in the program: it is left out, and the
// log says so.
func (v *Visit) SetCookie(c Cookie) {
	var buf [512]byte
	line, ok := appendCookie(buf[:0], &c)
	if !ok {
		v.s.cfg.Log.Error("cookie left out, its name or value cannot be sent", zap.String("name", c.Name))
		return
	}
	if v.cookie {
		v.ctx.Response.Header.DelCookie(c.Name)
	}
	v.cookie = true
	v.ctx.Response.Header.AddBytesV("Set-Cookie", line)
}

// UnsetCookie takes back what SetCookie has added of that name.
func (v *Visit) UnsetCookie(name string) { v.ctx.Response.Header.DelCookie(name) }

func appendCookie(b []byte, c *Cookie) ([]byte, bool) {
	if !isToken([]byte(c.Name)) {
		return b, false
	}
	for i := range len(c.Value) {
		switch ch := c.Value[i]; {
		case ch <= ' ', ch >= 0x7f, ch == '"', ch == ',', ch == ';', ch == '\\':
			return b, false
		}
	}
	b = append(append(append(b, c.Name...), '='), c.Value...)
	b = append(b, "; Path=/"...)
	if c.MaxAge != 0 {
		b = append(b, "; Max-Age="...)
		b = strconv.AppendInt(b, max(0, int64((c.MaxAge+time.Second-1)/time.Second)), 10)
	}
	if c.Secure || strings.HasPrefix(c.Name, "__Host-") || strings.HasPrefix(c.Name, "__Secure-") {
		b = append(b, "; HttpOnly; SameSite=None; Secure"...)
		if c.Partitioned {
			b = append(b, "; Partitioned"...)
		}
		return b, true
	}
	return append(b, "; HttpOnly; SameSite=Lax"...), true
}
