package visitor

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// jar keeps the cookies of one browser for one host, as RFC 6265 §5 has it: a handful, so a slice. The attribute Domain makes
// no difference, because a browser here knows one host. Safe for concurrent use: tabs share it.
type jar struct {
	secure bool // the host is reached by https

	mu      sync.Mutex
	cookies []cookie
}

type cookie struct {
	name, value, path string
	expires           time.Time // zero: with the browser
}

// header is the Cookie field for a request, "" if there is none. Cookies with a longer path come first (§5.4).
func (j *jar) header(target string, now time.Time) string {
	path, _, _ := strings.Cut(target, "?")
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.cookies) == 0 {
		return ""
	}
	var b strings.Builder
	size := 0
	for i := range j.cookies {
		size += len(j.cookies[i].name) + len(j.cookies[i].value) + len("=; ")
	}
	b.Grow(size)
	for i := range j.cookies {
		c := &j.cookies[i]
		if !pathMatch(path, c.path) || !c.expires.IsZero() && !c.expires.After(now) {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		b.WriteString(c.name)
		b.WriteByte('=')
		b.WriteString(c.value)
	}
	return b.String()
}

// pathMatch is §5.1.4.
func pathMatch(path, of string) bool {
	rest, ok := strings.CutPrefix(path, of)
	return ok && (rest == "" || strings.HasSuffix(of, "/") || rest[0] == '/')
}

// take takes the cookies of an answer to a request for target over.
func (j *jar) take(set []string, target string, now time.Time) {
	for _, line := range set {
		c, err := http.ParseSetCookie(line)
		if err != nil || !j.takes(c) {
			continue
		}
		kept := cookie{name: c.Name, value: c.Value, path: c.Path}
		if !strings.HasPrefix(kept.path, "/") {
			kept.path = defaultPath(target)
		}
		switch {
		case c.MaxAge < 0:
			kept.expires = now
		case c.MaxAge > 0:
			kept.expires = now.Add(time.Duration(c.MaxAge) * time.Second)
		default:
			kept.expires = c.Expires
		}
		j.put(kept, now)
	}
}

// takes reports whether a browser keeps the cookie at all: no secure one by http, and __Host- and __Secure- only as they
// promise (RFC 6265bis §4.1.3).
func (j *jar) takes(c *http.Cookie) bool {
	switch {
	case c.Secure && !j.secure:
		return false
	case strings.HasPrefix(c.Name, "__Host-"):
		return c.Secure && c.Path == "/" && c.Domain == ""
	case strings.HasPrefix(c.Name, "__Secure-"):
		return c.Secure
	}
	return true
}

// defaultPath is §5.1.4 for a cookie that names none.
func defaultPath(target string) string {
	path, _, _ := strings.Cut(target, "?")
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

func (j *jar) put(c cookie, now time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	gone := !c.expires.IsZero() && !c.expires.After(now)
	for i := range j.cookies {
		if j.cookies[i].name != c.name || j.cookies[i].path != c.path {
			continue
		}
		if gone {
			j.cookies = append(j.cookies[:i], j.cookies[i+1:]...)
		} else {
			j.cookies[i] = c
		}
		return
	}
	if gone {
		return
	}
	i := 0
	for i < len(j.cookies) && len(j.cookies[i].path) >= len(c.path) {
		i++
	}
	j.cookies = append(j.cookies, cookie{})
	copy(j.cookies[i+1:], j.cookies[i:])
	j.cookies[i] = c
}

// get is the value of the first cookie of these names for the whole host, "" if there is none.
func (j *jar) get(now time.Time, names ...string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, name := range names {
		for i := range j.cookies {
			if c := &j.cookies[i]; c.name == name && c.path == "/" && (c.expires.IsZero() || c.expires.After(now)) {
				return c.value
			}
		}
	}
	return ""
}
