package proxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/httpx"
)

func TestBrowsersStoreAPageForRevalidationOnly(t *testing.T) {
	const (
		person  = "Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n"
		script  = "Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n"
		picture = "Sec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n"
	)
	for name, test := range map[string]struct {
		asks, status, fields string
		free                 bool // no pass is needed
		cache                string
	}{
		"max-age":                  {person, "200 OK", "Content-Type: text/html\r\nCache-Control: public, max-age=3600\r\n", false, "public, max-age=3600 no-cache"},
		"Expires":                  {person, "200 OK", "Content-Type: text/html; charset=utf-8\r\nExpires: Fri, 01 Jan 2100 00:00:00 GMT\r\n", false, "no-cache"},
		"heuristics":               {person, "200 OK", "content-type: TEXT/HTML ;charset=utf-8\r\nLast-Modified: Fri, 01 Jan 2010 00:00:00 GMT\r\n", false, "no-cache"},
		"XHTML":                    {person, "200 OK", "Content-Type: application/xhtml+xml\r\n", false, "no-cache"},
		"a type that is not said":  {person, "200 OK", "Cache-Control: max-age=60\r\n", false, "max-age=60 no-cache"},
		"HTML for a script":        {script, "200 OK", "Content-Type: text/html\r\nCache-Control: max-age=60\r\n", false, "max-age=60 no-cache"},
		"an error page":            {person, "404 Not Found", "Content-Type: text/html\r\nCache-Control: max-age=60\r\n", false, "max-age=60 no-cache"},
		"a page that is unchanged": {person, "304 Not Modified", "ETag: \"a\"\r\nCache-Control: max-age=60\r\n", false, "max-age=60 no-cache"},
		"unchanged for a script":   {script, "304 Not Modified", "ETag: \"a\"\r\nCache-Control: max-age=60\r\n", false, "max-age=60 no-cache"},
		"an unchanged picture":     {picture, "304 Not Modified", "ETag: \"a\"\r\nCache-Control: max-age=60\r\n", false, "max-age=60"},
		"a picture":                {picture, "200 OK", "Content-Type: image/png\r\nCache-Control: max-age=60\r\n", false, "max-age=60"},
		"data":                     {script, "200 OK", "Content-Type: application/json\r\nCache-Control: max-age=60\r\n", false, "max-age=60"},
		"a page that is free":      {person, "200 OK", "Content-Type: text/html\r\nCache-Control: max-age=60\r\n", true, "max-age=60"},
	} {
		t.Run(name, func(t *testing.T) {
			const targeted = "CDN-Cache-Control: max-age=9\r\nCloudflare-CDN-Cache-Control: max-age=9\r\nSurrogate-Control: max-age=9\r\n"
			end := "\r\n"
			if !strings.HasPrefix(test.status, "304") {
				end = "Content-Length: 2\r\n\r\nok"
			}
			origin := serveRaw(t, func(c net.Conn) {
				if _, err := readRawHead(bufio.NewReader(c)); err == nil {
					_, _ = io.WriteString(c, "HTTP/1.1 "+test.status+"\r\n"+test.fields+targeted+end)
				}
			})
			_, addr := startProxy(t, siteAt("http://"+origin), func(f *forwarder) {
				f.options = func(*httpx.Visit) Options { return Options{Revalidate: !test.free} }
			})
			c := dialTest(t, addr)
			send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n"+test.asks+"\r\n")
			res, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: "GET"})
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if got := strings.Join(res.Header.Values("Cache-Control"), " "); got != test.cache {
				t.Errorf("Cache-Control: %s, want %s", got, test.cache)
			}
			kept := len(res.Header.Values("Surrogate-Control")) + len(res.Header.Values("CDN-Cache-Control")) + len(res.Header.Values("Cloudflare-CDN-Cache-Control"))
			if wants := strings.HasSuffix(test.cache, "no-cache"); wants && kept != 0 || !wants && kept != 3 {
				t.Errorf("%d fields for caches of others", kept)
			}
		})
	}
}

func TestAHeadIsSentOnWithoutItsBody(t *testing.T) {
	for name, body := range map[string]string{
		"of a length": "Content-Length: 6\r\n\r\nsecret", "in chunks": "Transfer-Encoding: chunked\r\n\r\n6\r\nsecret\r\n0\r\n\r\n", "without": "Content-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			origin := serveRaw(t, func(c net.Conn) {
				if _, err := readRawHead(bufio.NewReader(c)); err == nil {
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n"+body)
				}
			})
			_, addr := startProxy(t, siteAt("http://"+origin), func(f *forwarder) {
				f.options = func(*httpx.Visit) Options { return Options{HeadOnly: true} }
			})
			c := dialTest(t, addr)
			send(t, c, "OPTIONS / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
			r := bufio.NewReader(c)
			res := wantAnswer(t, r, "OPTIONS", 200, "")
			if res.Header.Get("Access-Control-Allow-Origin") != "*" || res.Header.Get("Content-Length") != "0" {
				t.Errorf("%v", res.Header)
			}
			if rest, _ := io.ReadAll(r); len(rest) > 0 {
				t.Errorf("followed by %q", rest)
			}
		})
	}
}
