package visitor

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Config describes a waiting room from outside.
type Config struct {
	// Origin is the site's address as in the address bar: scheme and host, with a port if need be. Required.
	Origin string
	// Room is the room's id, which names its cookie and its status. Empty: polls do not name a room, which the gateway
	// resolves by host and path, and there is no token to read.
	Room string
	// Prefix is that of the gateway's own URLs. Default "/.einlass".
	Prefix string
	// Language is sent as Accept-Language. Default "de".
	Language string
	// Timeout ends a request whose answer has not been read to the end, 0 for none.
	Timeout time.Duration
	// Now is the clock by which cookies expire. Default time.Now.
	Now func() time.Time
}

// Room is a waiting room as its visitors reach it. Safe for concurrent use.
type Room struct {
	id, scheme, host, origin string
	timeout                  time.Duration
	now                      func() time.Time

	status, ask, away, leave string     // targets
	fields                   [][]string // by purpose, see fields
}

// New returns a room. The error joins everything that is wrong with the configuration.
func New(cfg Config) (*Room, error) {
	var errs []error
	u, err := url.Parse(cfg.Origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		errs = append(errs, fmt.Errorf("origin: must be http or https and a host, without a path, is %q", cfg.Origin))
	}
	if cfg.Prefix == "" {
		cfg.Prefix = "/.einlass"
	}
	if !strings.HasPrefix(cfg.Prefix, "/") {
		errs = append(errs, fmt.Errorf("prefix: must begin with /, is %q", cfg.Prefix))
	}
	if cfg.Timeout < 0 {
		errs = append(errs, fmt.Errorf("timeout: must not be negative, is %v", cfg.Timeout))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("visitor: %w", err)
	}
	if cfg.Language == "" {
		cfg.Language = "de"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	query := ""
	if cfg.Room != "" {
		query = "?room=" + url.QueryEscape(cfg.Room)
	}
	r := &Room{
		id: cfg.Room, scheme: u.Scheme, host: u.Host, origin: u.Scheme + "://" + u.Host, timeout: cfg.Timeout, now: cfg.Now,
		status: cfg.Prefix + "/status" + query, ask: cfg.Prefix + "/ask" + query, away: cfg.Prefix + "/away" + query, leave: cfg.Prefix + "/leave" + query,
	}
	r.fields = fields(cfg.Language)
	return r, nil
}

// fields are the header fields of each purpose, as pairs of name and value.
func fields(language string) [][]string {
	all := []string{"User-Agent", "Mozilla/5.0 (compatible; simulated visitor)", "Accept-Language", language}
	page := append(append([]string{}, all...), "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
		"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document")
	script := func(accept, mode string) []string {
		return append(append([]string{}, all...), "Accept", accept, "Sec-Fetch-Mode", mode, "Sec-Fetch-Dest", "empty")
	}
	return [][]string{
		Page: page, Leave: page, Join: page, Poll: script("application/json", "cors"), Away: script("*/*", "no-cors"), Fetch: script("*/*", "cors"),
	}
}

// target resolves where a redirect leads from a page: a path and query on this host and scheme, or false.
func (r *Room) target(from, location string) (string, bool) {
	base, err := url.Parse(r.origin + from)
	if err != nil || location == "" {
		return "", false
	}
	u, err := base.Parse(location)
	if err != nil || u.Scheme != r.scheme || !strings.EqualFold(u.Host, r.host) {
		return "", false
	}
	return u.RequestURI(), true
}
