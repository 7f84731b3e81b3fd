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
	"syscall"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/einlass/einlass/internal/visitor"
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
	timeout time.Duration
}

// spare is how many descriptors a run needs besides its connections.
const spare = 64

func newSockets(u *url.URL, cfg *Config) (*sockets, error) {
	if err := descriptors(cfg.Connections + spare); err != nil {
		return nil, err
	}
	d := newDialer(u, cfg.Sources, min(cfg.Timeout, 10*time.Second))
	s := &sockets{
		dialer: d,
		slots:  make(chan struct{}, cfg.Connections), timeout: cfg.Timeout,
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
		name, _, err := net.SplitHostPort(cfg.Host)
		if err != nil {
			name = cfg.Host
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

// answer is what came back, and when.
type answer struct {
	*visitor.Answer
	err  error
	sent time.Time
	came time.Time
}

// ok reports whether an answer came that is worth reading.
func (a *answer) ok() bool { return a.err == nil && a.Status < 500 && a.Status != 429 }

// waiting reports whether it is a page of the waiting room.
func (a *answer) waiting() bool { return a.err == nil && a.Waiting() }

// errNoConnection: the run was ended before one of the connections was free.
var errNoConnection = errors.New("no connection was free")

// wire sends the requests of one tab over the connections that all share, and notes when. It belongs to the tab.
type wire struct {
	sockets *sockets
	now     func() time.Time
	// due is when the next request was to start; zero: now.
	due time.Time
	// Of the latest request: when it was due, when it was sent (zero: it was not) and when its answer or its failure came.
	last       time.Time
	sent, came time.Time
}

// Do makes one request. A request that waits for one of the connections is late.
func (w *wire) Do(ctx context.Context, r *visitor.Request, a *visitor.Answer) error {
	w.last, w.due, w.sent = w.due, time.Time{}, time.Time{}
	if w.last.IsZero() {
		w.last = w.now()
	}
	s := w.sockets
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return errNoConnection
	}
	defer func() { <-s.slots }()
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(resp)
	fill(req, r)
	w.sent = w.now()
	err := s.client.DoTimeout(req, resp, s.timeout)
	w.came = w.now()
	if err != nil {
		return err
	}
	a.Head(resp.StatusCode(), func(name string) string { return string(resp.Header.Peek(name)) })
	for _, raw := range resp.Header.Cookies() {
		a.SetCookie = append(a.SetCookie, string(raw))
	}
	a.Body = append([]byte(nil), resp.Body()...)
	return nil
}

// fill writes a request.
func fill(req *fasthttp.Request, r *visitor.Request) {
	req.SetRequestURI(r.Origin + r.Target)
	req.Header.SetMethod(r.Method)
	req.Header.SetHost(r.Host)
	for name, value := range r.Fields() {
		if value == "" {
			req.Header.Del(name)
		} else {
			req.Header.Set(name, value)
		}
	}
	req.SetBodyRaw(r.Body)
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
