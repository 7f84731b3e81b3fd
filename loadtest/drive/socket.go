package drive

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

// Kind is what a request was for.
type Kind uint8

// The kinds, in the order of a visit.
const (
	KindArrive Kind = iota // the first page, without a cookie of the room
	KindPage               // the waiting page again, or the attempt to go in
	KindPoll
	KindSite // a page of the site, inside
	KindForm // a form of the site, inside
	KindAway // the page says that it was closed
	KindLeave
	kinds
)

var kindNames = [kinds]string{"arrival", "page", "poll", "site page", "site form", "away", "leave"}

// String is the kind's name in tables.
func (k Kind) String() string { return kindNames[k] }

// Sample is one request that has ended.
type Sample struct {
	Kind Kind
	// Due is when it was to start, Took how long it took from then on.
	Due  time.Time
	Took time.Duration
	// Status is 0 if there was no answer.
	Status int
	// FromSite: the site answered it, not the gate in its stead.
	FromSite bool
	// Elsewhere: it was sent to another host, where nobody goes: no page came of it.
	Elsewhere bool
}

// sockets are the connections that all citizens share. A browser's own connection would be idle nearly always.
type sockets struct {
	client  *fasthttp.HostClient
	dialer  *dialer
	slots   chan struct{}
	scheme  string
	host    string
	origin  string
	timeout time.Duration
}

// spare is how many descriptors a run needs besides its connections.
const spare = 64

func newSockets(u *url.URL, cfg *Config) (*sockets, error) {
	if err := descriptors(cfg.Connections + spare); err != nil {
		return nil, err
	}
	host := cfg.Host
	if host == "" {
		host = u.Host
	}
	d := newDialer(u, cfg.Sources, min(cfg.Timeout, 10*time.Second))
	s := &sockets{
		dialer: d,
		slots:  make(chan struct{}, cfg.Connections), scheme: u.Scheme, host: host, origin: u.Scheme + "://" + host, timeout: cfg.Timeout,
		client: &fasthttp.HostClient{
			Addr: d.address, Dial: d.dial, IsTLS: u.Scheme == "https", MaxConns: cfg.Connections,
			MaxIdleConnDuration: 50 * time.Second, // less than servers keep them
			ReadTimeout:         cfg.Timeout, WriteTimeout: cfg.Timeout,
			MaxResponseBodySize: 4 << 20, ReadBufferSize: 16 << 10,
			NoDefaultUserAgentHeader: true, DisableHeaderNamesNormalizing: false, DisablePathNormalizing: true,
			// As browsers do: once more, if a connection from the pool turns out to be closed.
			MaxIdemponentCallAttempts: 2,
			RetryIfErr: func(req *fasthttp.Request, _ int, err error) (bool, bool) {
				return false, errors.Is(err, io.EOF) && req.Header.IsGet()
			},
		},
	}
	if s.client.IsTLS {
		name, _, err := net.SplitHostPort(host)
		if err != nil {
			name = host
		}
		s.client.TLSConfig = &tls.Config{RootCAs: cfg.Roots, ServerName: name, MinVersion: tls.VersionTLS12}
	}
	return s, nil
}

// descriptors raises the limit of open files, or says why it cannot.
func descriptors(need int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("limit of open files: %w", err)
	}
	if limit.Cur >= uint64(need) {
		return nil
	}
	limit.Cur = min(uint64(need), limit.Max)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("raise the limit of open files: %w", err)
	}
	if limit.Cur < uint64(need) {
		return fmt.Errorf("%d open files are needed and %d are allowed: raise the limit (ulimit -n) or lower the connections",
			need, limit.Max)
	}
	return nil
}

// request is what a citizen asks for.
type request struct {
	kind        Kind
	method      string
	target      string
	contentType string
	body        []byte
	page        bool // a navigation, not a script's fetch
	first       bool // typed, not followed from a page of the site
}

// answer is what came back.
type answer struct {
	err    error
	status int
	state  string // the waiting room's, in Einlass-State
	header answerHeader
	body   []byte
	sent   time.Time
	came   time.Time
}

type answerHeader struct {
	next       string // where a redirect leads on this host
	elsewhere  bool   // a redirect that is not followed
	retryAfter time.Duration
}

// ok reports whether an answer came that is worth reading.
func (a *answer) ok() bool { return a.err == nil && a.status < 500 && a.status != 429 }

// waiting reports whether it is a page of the waiting room.
func (a *answer) waiting() bool { return a.err == nil && a.state != "" && a.state != "inside" }

// errNoConnection: the run was ended before one of the connections was free.
var errNoConnection = errors.New("no connection was free")

// do makes one request. Whoever waits for one of the connections is late.
func (s *sockets) do(ctx context.Context, r *request, j *jar, now func() time.Time) answer {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return answer{err: errNoConnection}
	}
	defer func() { <-s.slots }()
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(resp)
	s.fill(req, r)
	j.write(req)
	a := answer{sent: now()}
	a.err = s.client.DoTimeout(req, resp, s.timeout)
	a.came = now()
	if a.err != nil {
		return a
	}
	j.read(resp)
	a.status = resp.StatusCode()
	a.state = string(resp.Header.Peek("Einlass-State"))
	if a.status/100 == 3 {
		next, here := s.here(r.target, string(resp.Header.Peek("Location")))
		a.header.next, a.header.elsewhere = next, !here
	}
	if n, err := strconv.Atoi(string(resp.Header.Peek("Retry-After"))); err == nil && n > 0 {
		a.header.retryAfter = time.Duration(min(n, 3600)) * time.Second
	}
	a.body = append([]byte(nil), resp.Body()...)
	return a
}

func (s *sockets) fill(req *fasthttp.Request, r *request) {
	req.SetRequestURI(s.origin + r.target)
	h := &req.Header
	h.SetMethod(r.method)
	h.SetHost(s.host)
	h.Set("User-Agent", "Mozilla/5.0 (compatible; einlass-loadtest)")
	h.Set("Accept-Language", "de")
	site := "same-origin"
	if r.first {
		site = "none"
	}
	h.Set("Sec-Fetch-Site", site)
	if r.page {
		h.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
		h.Set("Sec-Fetch-Mode", "navigate")
		h.Set("Sec-Fetch-Dest", "document")
	} else {
		h.Set("Accept", "application/json")
		h.Set("Sec-Fetch-Mode", "cors")
		h.Set("Sec-Fetch-Dest", "empty")
	}
	if r.method == fasthttp.MethodPost {
		h.Set("Origin", s.origin)
		if r.contentType != "" {
			h.Set("Content-Type", r.contentType)
		}
		req.SetBodyRaw(r.body)
	}
}

// here is the path of a redirect from a page if it stays on this host, and does not go from http to https or back.
func (s *sockets) here(from, location string) (string, bool) {
	base, err := url.Parse(s.origin + from)
	if err != nil || location == "" {
		return "", false
	}
	u, err := base.Parse(location)
	if err != nil || u.Scheme != s.scheme || !strings.EqualFold(u.Host, s.host) {
		return "", false
	}
	return u.RequestURI(), true
}

// errorKind names what went wrong in a word, for the table of errors.
func errorKind(err error) string {
	var op *net.OpError
	switch {
	case err == nil:
		return ""
	case errors.Is(err, fasthttp.ErrTimeout) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, fasthttp.ErrDialTimeout):
		return "timeout"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE):
		return "reset"
	case errors.Is(err, fasthttp.ErrConnectionClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return "closed"
	case errors.Is(err, errNoConnection):
		return "no connection"
	case errors.As(err, &op):
		if op.Timeout() {
			return "timeout"
		}
		return op.Op
	}
	return "other"
}
