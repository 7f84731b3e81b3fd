package survey

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Options says what is looked at. All but Site may be left out.
type Options struct {
	// Site is where the gateway reaches the site: http or https, a host, and the path of the page that visitors come to.
	Site *url.URL
	// Names are those that visitors type; the first is asked for.
	Names []string
	// Secure: visitors come by TLS, which the gateway tells the site.
	Secure bool
	// Roots are the authorities to trust; nil: the system's.
	Roots *x509.CertPool
	// Agent is the User-Agent.
	Agent string
}

// looker asks the site.
type looker struct {
	Options
	transport http.RoundTripper
	host      string // Host of the requests
	requests  int
	bytes     int64
	hops      []string       // where the first page was behind redirects, each a path and query
	cookies   []*http.Cookie // that came with them
}

func newLooker(o Options) *looker {
	host := o.Site.Host
	if len(o.Names) > 0 {
		host = o.Names[0]
	}
	return &looker{Options: o, host: host, transport: &http.Transport{
		// Nothing else speaks for the operator: no proxy of the environment, and HTTP/1.1 alone, as the gateway asks.
		Proxy: nil, TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{},
		TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
		MaxResponseHeaderBytes: 64 << 10, MaxConnsPerHost: 1, TLSHandshakeTimeout: requestTime,
	}}
}

// answer is one of the site's.
type answer struct {
	path    string // and query, as it was asked for
	status  int
	header  http.Header
	cookies []*http.Cookie
	body    []byte
	more    bool // there is more than body
}

// media is the type that an answer says it has, in small letters, without parameters.
func (a *answer) media() string {
	media, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(media))
}

// spent reports whether the site may be asked no more.
func (l *looker) spent() bool { return l.requests >= MaxRequests || l.bytes >= maxBytes }

// get asks for a path and query, and reads at most so many bytes of the answer. The error is an Unseen.
func (l *looker) get(ctx context.Context, target string, most int64, fields ...string) (*answer, error) {
	if l.spent() {
		return nil, &Unseen{Text: fmt.Sprintf("the look ended after %d requests and %d bytes", l.requests, l.bytes)}
	}
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.Site.Scheme+"://"+l.Site.Host+target, nil)
	if err != nil {
		return nil, &Unseen{Text: fmt.Sprintf("%s is no address that can be asked for", Shown(target))}
	}
	req.Host = l.host
	req.Header.Set("User-Agent", l.Agent)
	if l.Secure {
		req.Header.Set("X-Forwarded-Proto", "https")
	}
	for i := 0; i+1 < len(fields); i += 2 {
		req.Header.Set(fields[i], fields[i+1])
	}
	l.requests++
	resp, err := l.transport.RoundTrip(req)
	if err != nil {
		return nil, l.unseen(err)
	}
	defer resp.Body.Close()
	most = min(most, maxBytes-l.bytes)
	body, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	l.bytes += int64(len(body))
	if err != nil && int64(len(body)) <= most {
		return nil, l.unseen(err)
	}
	a := &answer{path: target, status: resp.StatusCode, header: resp.Header, cookies: resp.Cookies(), body: body}
	if int64(len(body)) > most {
		a.body, a.more = body[:most], true
	}
	return a, nil
}

// unseen says in a sentence why a request had no answer.
func (l *looker) unseen(err error) error {
	at := Shown(l.Site.Host)
	var dns *net.DNSError
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &Unseen{Text: fmt.Sprintf("%s did not answer within %v", at, requestTime)}
	case errors.Is(err, context.Canceled):
		return &Unseen{Text: "the look was stopped"}
	case errors.As(err, &dns):
		return &Unseen{Text: fmt.Sprintf("%s has no address here (DNS)", at)}
	case errors.As(err, &unknown):
		return &Unseen{Text: fmt.Sprintf("%s has a certificate of an authority that is not known here; give its file by --site-ca", at)}
	case errors.As(err, &name), errors.As(err, &invalid):
		return &Unseen{Text: fmt.Sprintf("%s has a certificate that is not good: %s", at, Shown(err.Error()))}
	case errors.As(err, &record), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		return &Unseen{Text: fmt.Sprintf("%s does not speak TLS; is it http:// instead of https://?", at)}
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return &Unseen{Text: fmt.Sprintf("%s cannot be connected to: %s", at, Shown(op.Err.Error()))}
	}
	return &Unseen{Text: fmt.Sprintf("%s does not answer as a site does: %s", at, Shown(err.Error()))}
}
