package probe

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"time"
)

// requestTime bounds one request of the probe.
const requestTime = 30 * time.Second

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 1 << 20

// client asks through the proxies in front.
type client struct {
	Options
	http *http.Client
	base *url.URL // scheme and host
}

func newClient(o Options) *client {
	transport := &http.Transport{
		DisableCompression: true, TLSHandshakeTimeout: requestTime,
		// Nothing else speaks for the operator: no proxy of the environment, and HTTP/1.1 alone, by which WebSockets come.
		Proxy: nil, TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
		TLSClientConfig: &tls.Config{RootCAs: o.RootCAs, InsecureSkipVerify: o.Insecure, MinVersion: tls.VersionTLS12}, //nolint:gosec // the operator asks for it by --insecure
	}
	if o.Connect != "" {
		transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, o.Connect)
		}
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client{
		Options: o, http: &http.Client{Transport: transport, CheckRedirect: stay, Timeout: requestTime},
		base: &url.URL{Scheme: o.URL.Scheme, Host: o.URL.Host},
	}
}

// question is one request of the probe.
type question struct {
	method, part, pad string
	body              []byte
	fields            []Field
	cookie            *http.Cookie
}

// reply is what came back. seen is nil if no gateway with our keyring has sealed it.
type reply struct {
	*http.Response
	body  []byte
	seen  *Seen
	stale bool           // the seal is that of another request
	local netip.AddrPort // our end of the connection
}

// request is a sealed request for the own URL of the probe.
func (c *client) request(ctx context.Context, q *question) (*http.Request, string, error) {
	seal, nonce, err := c.Seals.Question(ctx)
	if err != nil {
		return nil, nonce, err
	}
	at := *c.base
	at.Path = c.Prefix + "/" + Name
	query := url.Values{}
	if q.part != "" {
		query.Set("part", q.part)
	}
	if q.pad != "" {
		query.Set("pad", q.pad)
	}
	at.RawQuery = query.Encode()
	method := q.method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, at.String(), bytes.NewReader(q.body))
	if err != nil {
		return nil, nonce, err
	}
	req.Header.Set(Header, seal)
	for _, f := range q.fields {
		req.Header.Add(f.Name, f.Value)
	}
	if q.cookie != nil {
		req.AddCookie(q.cookie)
	}
	return req, nonce, nil
}

// certificate is the one that the other end has shown; nil: none.
func (r *reply) certificate() *x509.Certificate {
	if r == nil || r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return nil
	}
	return r.TLS.PeerCertificates[0]
}

// ask sends a question and reads the whole answer.
func (c *client) ask(ctx context.Context, q question) (*reply, error) {
	req, nonce, err := c.request(ctx, &q)
	if err != nil {
		return nil, err
	}
	r := &reply{}
	if err := c.do(req, r); err != nil {
		return nil, err
	}
	var seen Seen
	if sealed := json.Unmarshal(r.body, &seen) == nil && seen.Seal != ""; !sealed {
		return r, nil
	}
	answered, err := c.Seals.Answered(ctx, seen.Seal)
	switch {
	case err != nil:
		return nil, err
	case answered == "":
	case answered == nonce:
		r.seen = &seen
	default:
		r.stale = true
	}
	return r, nil
}

// do sends a request and reads the answer to its end.
func (c *client) do(req *http.Request, r *reply) (err error) {
	trace := &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		if a, ok := got.Conn.LocalAddr().(*net.TCPAddr); ok {
			r.local = netip.AddrPortFrom(a.AddrPort().Addr().Unmap(), a.AddrPort().Port())
		}
	}}
	resp, err := c.http.Do(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	r.Response = resp
	if r.body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer)); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return nil
}
