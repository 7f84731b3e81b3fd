// Package adminclient talks to the admin API of a gateway.
//
// A [Client] makes one request per call, follows no redirects (they could carry the token elsewhere), reads bounded
// answers and believes only what the API promises: its mark, the type, the shape, the room that was asked for, and of a change that
// it was made. What went wrong is one of the sentinel errors below, wrapped with the operation; [Error] carries what the
// gateway said. It is safe for concurrent use. cmd/admin and loadtest import it; it imports internal/adminapi for the
// types.
package adminclient

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
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/adminapi"
	"github.com/einlass/einlass/internal/operator"
)

var (
	// ErrUnreachable means that nobody answered.
	ErrUnreachable = errors.New("the gateway cannot be reached")
	// ErrNotAPI means that the answer is not what the admin API promises. Of a change it is not known whether it was made.
	ErrNotAPI = errors.New("this is not the gate's admin API")
	// ErrUnauthorized means that the token is missing or wrong.
	ErrUnauthorized = errors.New("the token was not accepted")
	// ErrNotAllowed means that the token is right and its role may not.
	ErrNotAllowed = errors.New("the role does not allow it")
	// ErrUnknownRoom means that there is no room of that id; Error.Rooms lists those there are.
	ErrUnknownRoom = errors.New("the room does not exist")
	// ErrConflict means that the controls are of another version than the change was made for.
	ErrConflict = errors.New("the controls were changed by somebody else")
	// ErrConfirm means that nothing was done yet: the act has to be confirmed, by Error.Confirm; Error.Effect says what it does.
	ErrConfirm = errors.New("it has to be confirmed")
	// ErrRefused means that the gateway did not accept the values or the request.
	ErrRefused = errors.New("the gateway refused")
	// ErrUnavailable means that the gateway answered but cannot do it now.
	ErrUnavailable = errors.New("the gateway cannot do it now")
)

// Error is an error that the gateway answered. It is one of the sentinel errors above.
type Error struct {
	adminapi.Problem
	kind error
}

// Error is the gateway's own words.
func (e *Error) Error() string {
	if e.Detail != "" {
		return e.Detail
	}
	return fmt.Sprintf("%s (status %d)", e.Title, e.Status)
}

// Unwrap gives the sentinel error.
func (e *Error) Unwrap() error { return e.kind }

// kindOf sorts the codes of problems into sentinel errors.
func kindOf(p adminapi.Problem) error {
	switch p.Code {
	case adminapi.CodeUnauthorized, adminapi.CodeCrowd:
		return ErrUnauthorized
	case adminapi.CodeNotAllowed:
		return ErrNotAllowed
	case adminapi.CodeUnknownRoom:
		return ErrUnknownRoom
	case adminapi.CodeConflict, adminapi.CodeVersion:
		return ErrConflict
	case adminapi.CodeConfirm:
		return ErrConfirm
	case adminapi.CodeUnavailable, adminapi.CodeFormat, adminapi.CodeStopping, adminapi.CodeListeners, adminapi.CodeInternal:
		return ErrUnavailable
	}
	return ErrRefused
}

// DefaultURL is where a gateway with the default configuration listens.
const DefaultURL = "http://127.0.0.1:8081"

// Config is what a Client needs to know.
type Config struct {
	// URL is http://host:port, https://host:port or unix:/path of a socket. Default DefaultURL.
	URL string
	// CAFile holds the authorities (PEM) that are trusted for https, instead of the system's. Optional.
	CAFile string
	// Token authorises. Required.
	Token string
	// Timeout bounds one request. Default 10 s.
	Timeout time.Duration
}

// Client asks one gateway. Make one with New.
type Client struct {
	base   *url.URL
	socket string // path of the socket; empty: the host of base is dialled
	token  string
	http   *http.Client
}

// maxAnswer bounds an answer: a thousand rooms with long messages.
const maxAnswer = 8 << 20

// New makes a client.
func New(cfg Config) (*Client, error) {
	if cfg.URL == "" {
		cfg.URL = DefaultURL
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	var errs []error
	socket, local := strings.CutPrefix(cfg.URL, "unix:")
	if !local {
		socket = ""
	} else {
		cfg.URL = "http://localhost"
		if !strings.HasPrefix(socket, "/") {
			errs = append(errs, errors.New("the address of a socket must be unix: and an absolute path"))
		}
	}
	base, err := url.Parse(cfg.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || strings.Trim(base.Path, "/") != "" ||
		base.RawQuery != "" || base.Fragment != "" || base.User != nil {
		errs = append(errs, errors.New("the address must be http://host:port, https://host:port or unix:/path"))
	}
	if cfg.Token == "" {
		errs = append(errs, errors.New("there is no token"))
	} else if strings.ContainsFunc(cfg.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		errs = append(errs, errors.New("the token has characters that are not visible ASCII"))
	}
	if cfg.Timeout < 0 {
		errs = append(errs, fmt.Errorf("the timeout %v is negative", cfg.Timeout))
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if local {
		transport.Proxy = nil
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		}
	}
	if cfg.CAFile != "" {
		transport.TLSClientConfig, err = trusting(cfg.CAFile)
		if err == nil && (local || base != nil && base.Scheme != "https") {
			err = errors.New("a file of authorities is for https://host:port")
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	transport.MaxResponseHeaderBytes = 64 << 10
	return &Client{base: base, socket: socket, token: cfg.Token, http: &http.Client{
		Transport:     transport,
		Timeout:       cfg.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Address is where the client asks.
func (c *Client) Address() string {
	if c.socket != "" {
		return "unix:" + c.socket
	}
	return c.base.Scheme + "://" + c.base.Host
}

// AddAuthorities adds those of a file (PEM) to a pool.
func AddAuthorities(pool *x509.CertPool, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("the file of authorities: %w", err)
	}
	if !pool.AppendCertsFromPEM(text) {
		return fmt.Errorf("the file of authorities: %s holds no certificate (PEM)", file)
	}
	return nil
}

// trusting trusts the authorities of a file.
func trusting(file string) (*tls.Config, error) {
	pool := x509.NewCertPool()
	if err := AddAuthorities(pool, file); err != nil {
		return nil, err
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}

// Plain reports whether the token travels unencrypted to a name or address that is not this machine's.
func (c *Client) Plain() bool {
	host := c.base.Hostname()
	addr, err := netip.ParseAddr(host)
	return c.base.Scheme == "http" && host != "localhost" && (err != nil || !addr.IsLoopback())
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Rooms gives all rooms.
func (c *Client) Rooms(ctx context.Context) ([]operator.RoomInfo, error) {
	list, err := c.rooms(ctx)
	if err != nil {
		return nil, fmt.Errorf("list rooms: %w", err)
	}
	return list, nil
}

func (c *Client) rooms(ctx context.Context) ([]operator.RoomInfo, error) {
	a, err := c.do(ctx, http.MethodGet, "/v1/rooms", nil, 0)
	if err != nil {
		return nil, err
	}
	return a.rooms()
}

// Room gives one room.
func (c *Client) Room(ctx context.Context, id string) (operator.RoomInfo, error) {
	info, err := c.room(ctx, http.MethodGet, id, nil, 0)
	if err != nil {
		return info, fmt.Errorf("show room: %w", err)
	}
	return info, nil
}

func (c *Client) room(ctx context.Context, method, id string, body []byte, version int64) (operator.RoomInfo, error) {
	a, err := c.do(ctx, method, "/v1/rooms/"+url.PathEscape(id), body, version)
	if err != nil {
		return operator.RoomInfo{}, err
	}
	return a.room(id)
}

// Update changes a room and gives it as it is then.
func (c *Client) Update(ctx context.Context, id string, change operator.Change) (operator.RoomInfo, error) {
	var info operator.RoomInfo
	body, err := json.Marshal(change)
	if err == nil {
		info, err = c.room(ctx, http.MethodPatch, id, body, change.IfVersion)
	}
	if err == nil {
		err = made(body, &info)
	}
	if err != nil {
		return info, fmt.Errorf("change room: %w", err)
	}
	return info, nil
}

// Debug does an act of tests and trials with a room, and gives the answer as it came; operator says what it holds.
func (c *Client) Debug(ctx context.Context, id string, act operator.DebugAct) (json.RawMessage, error) {
	a, err := c.act(ctx, "/v1/rooms/"+url.PathEscape(id)+"/debug/"+act.Name(), act)
	var text json.RawMessage
	if err == nil {
		text, err = a.act(id, act)
	}
	if err != nil {
		return nil, fmt.Errorf("debug %s: %w", act.Name(), err)
	}
	return text, nil
}

func (c *Client) act(ctx context.Context, path string, act operator.DebugAct) (*answer, error) {
	switch act := act.(type) {
	case operator.DebugSnapshot:
		return c.do(ctx, http.MethodGet, path, nil, 0)
	case *operator.DebugFind:
		query := url.Values{"number": {strconv.FormatUint(act.Number, 10)}, "epoch": {strconv.FormatUint(act.Epoch, 10)}}
		return c.do(ctx, http.MethodGet, path+"?"+query.Encode(), nil, 0)
	}
	var version int64
	if on, ok := act.(interface{ Version() int64 }); ok {
		version = on.Version()
	}
	body, err := json.Marshal(act)
	if err != nil {
		return nil, err
	}
	return c.do(ctx, http.MethodPost, path, body, version)
}

// request is one request to the API.
func (c *Client) request(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base.Scheme+"://"+c.base.Host+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Accept", "application/json, "+adminapi.ProblemType)
	switch method {
	case http.MethodPatch:
		req.Header.Set("Content-Type", "application/merge-patch+json")
	case http.MethodPost, http.MethodPut:
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// do makes one request, and gives an answer that is the API's.
func (c *Client) do(ctx context.Context, method, path string, body []byte, ifVersion int64) (*answer, error) {
	tag := ""
	if ifVersion != 0 {
		tag = adminapi.Tag(ifVersion)
	}
	return c.doIf(ctx, method, path, body, tag)
}

// doIf is do with the tag of a version; empty: none.
func (c *Client) doIf(ctx context.Context, method, path string, body []byte, tag string) (*answer, error) {
	req, err := c.request(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	if tag != "" {
		req.Header.Set("If-Match", tag)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, unreachable(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, unreachable(err)
	}
	return read(resp, text)
}

// unreachable is an ErrUnreachable, without "Get http://…", which the caller says better.
func unreachable(err error) error {
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}
