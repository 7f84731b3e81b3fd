//go:build long

package fronts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// visitorAddress is whence the visitors come: another address of this machine than the front's.
const visitorAddress = "127.0.0.9"

// visitor is a browser on the far side of a front.
type visitor struct {
	t              *testing.T
	http, upgrades *http.Client // HTTP/2 where the front has it, and HTTP/1.1, by which WebSockets come
}

func (r *running) visitor(t *testing.T) *visitor {
	t.Helper()
	pem, err := os.ReadFile(r.cert)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := func(h2 bool) *http.Client {
		transport := &http.Transport{
			ForceAttemptHTTP2: h2, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				to := r.addr
				if strings.HasSuffix(addr, ":80") {
					to = r.plain
				}
				d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(visitorAddress)}}
				return d.DialContext(ctx, network, to)
			},
		}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Transport: transport, Jar: jar}
	}
	v := &visitor{t: t, http: client(true), upgrades: client(false)}
	v.http.CheckRedirect = func(req *http.Request, _ []*http.Request) error {
		if req.URL.Scheme+"://"+req.URL.Host != "https://"+host { // where the front's port is another
			return http.ErrUseLastResponse
		}
		return nil
	}
	return v
}

type answer struct {
	*http.Response
	text string
}

// get loads a page as a person does.
func (v *visitor) get(target string, fields ...string) (answer, error) {
	return v.ask(http.MethodGet, "https://"+host+target, nil, fields...)
}

func (v *visitor) ask(method, target string, body io.Reader, fields ...string) (answer, error) {
	req, err := http.NewRequestWithContext(v.t.Context(), method, target, body)
	if err != nil {
		return answer{}, err
	}
	for _, pair := range [][2]string{{"Accept", "text/html"}, {"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}, {"Sec-Fetch-Site", "none"}} {
		req.Header.Set(pair[0], pair[1])
	}
	for i := 0; i < len(fields); i += 2 {
		req.Header.Set(fields[i], fields[i+1])
	}
	res, err := v.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return answer{res, string(text)}, err
}

// mustGet is get, for an answer that has to come.
func (v *visitor) mustGet(target string, fields ...string) answer {
	v.t.Helper()
	a, err := v.get(target, fields...)
	if err != nil {
		v.t.Fatal(err)
	}
	return a
}

// inside reports whether the site answered.
func (a answer) inside() error {
	if a.StatusCode != 200 || a.Header.Get("X-Site") == "" {
		return fmt.Errorf("not the site's: %d %v %.200q", a.StatusCode, a.Header, a.text)
	}
	return nil
}

// open opens the site's WebSocket.
func (v *visitor) open() *websocket.Conn {
	v.t.Helper()
	c, res, err := websocket.Dial(v.t.Context(), "wss://"+host+"/socket", &websocket.DialOptions{HTTPClient: v.upgrades})
	if err != nil {
		v.t.Fatalf("%v, %+v", err, res)
	}
	v.t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

func (v *visitor) echoes(c *websocket.Conn, word string) error {
	if err := c.Write(v.t.Context(), websocket.MessageText, []byte(word)); err != nil {
		return err
	}
	_, got, err := c.Read(v.t.Context())
	if err == nil && string(got) != word {
		err = errors.New("got " + string(got))
	}
	return err
}
