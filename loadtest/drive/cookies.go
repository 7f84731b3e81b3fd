package drive

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"

	"github.com/valyala/fasthttp"

	"github.com/einlass/einlass/pkg/queue"
)

// jar keeps one browser's cookies for one host: a handful, so a slice. Tabs share it.
type jar struct {
	mu      sync.Mutex
	cookies []cookie
}

type cookie struct{ name, value string }

// write puts the cookies into a request.
func (j *jar) write(req *fasthttp.Request) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.cookies) == 0 {
		return
	}
	var b strings.Builder
	for i, c := range j.cookies {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(c.name)
		b.WriteByte('=')
		b.WriteString(c.value)
	}
	req.Header.Set("Cookie", b.String())
}

// read takes the cookies of an answer over. Expiry in the future is longer than any run; what is to be removed is.
func (j *jar) read(resp *fasthttp.Response) {
	for _, raw := range resp.Header.Cookies() {
		pair, attributes, _ := bytes.Cut(raw, []byte(";"))
		name, value, _ := bytes.Cut(pair, []byte("="))
		attributes = bytes.ToLower(attributes)
		gone := bytes.Contains(attributes, []byte("max-age=0")) || bytes.Contains(attributes, []byte("max-age=-")) ||
			bytes.Contains(attributes, []byte("expires=thu, 01 jan 1970")) || bytes.Contains(attributes, []byte("10 nov 2009"))
		j.set(string(bytes.TrimSpace(name)), string(value), gone)
	}
}

func (j *jar) set(name, value string, gone bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i := range j.cookies {
		if j.cookies[i].name != name {
			continue
		}
		if gone {
			j.cookies = append(j.cookies[:i], j.cookies[i+1:]...)
		} else {
			j.cookies[i].value = value
		}
		return
	}
	if !gone {
		j.cookies = append(j.cookies, cookie{name, value})
	}
}

func (j *jar) get(names ...string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range j.cookies {
		for _, name := range names {
			if c.name == name {
				return c.value
			}
		}
	}
	return ""
}

// credential is what a room's cookie says, read as only a test may read it: a browser does not look into it.
type credential struct {
	place queue.Place
	pass  bool
	until int64 // when it runs out, ms
}

// known reports whether there is one at all.
func (c credential) known() bool { return c.place.Number != 0 }

// readCredential reads a token without verifying it; the zero value if it is none.
func readCredential(raw string) credential {
	_, rest, _ := strings.Cut(raw, ".")
	payload, _, _ := strings.Cut(rest, ".")
	data, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return credential{}
	}
	var t struct {
		Visitor string `json:"sub"`
		Epoch   uint64 `json:"ep"`
		Number  uint64 `json:"n"`
		Started *int64 `json:"st"`
		Expires int64  `json:"exp"`
	}
	if json.Unmarshal(data, &t) != nil {
		return credential{}
	}
	id, err := queue.ParseVisitorID(t.Visitor)
	if err != nil {
		return credential{}
	}
	return credential{queue.Place{Visitor: id, Epoch: t.Epoch, Number: t.Number}, t.Started != nil, t.Expires * 1000}
}
