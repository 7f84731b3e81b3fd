package citizens

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const maxPage = 1 << 20 // bytes that a citizen reads of a page

// page is an answer to a navigation.
type page struct {
	status int
	path   string // where the redirects ended
	line   string // the waiting room's state; "" or "inside": this is the site
	after  time.Duration
	document
}

// waiting reports whether the page is the waiting room's.
func (p *page) waiting() bool { return p.line != "" && p.line != "inside" }

// broken reports whether the page is worth a reload.
func (p *page) broken() bool { return p.status == http.StatusTooManyRequests || p.status >= 500 }

// get loads a page as a browser does when somebody follows a link.
func (c *citizen) get(ctx context.Context, path string) (*page, error) {
	return c.navigate(ctx, http.MethodGet, path, "", nil)
}

// post sends a form as a browser does.
func (c *citizen) post(ctx context.Context, f *form, values map[string]string) (*page, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range f.fields {
		if _, set := values[name]; !set {
			_ = w.WriteField(name, value) // into a buffer: cannot fail
		}
	}
	for name, value := range values {
		_ = w.WriteField(name, value)
	}
	_ = w.Close()
	return c.navigate(ctx, http.MethodPost, f.action, w.FormDataContentType(), &body)
}

func (c *citizen) navigate(ctx context.Context, method, path, contentType string, body io.Reader) (*page, error) {
	ctx, cancel := context.WithTimeout(ctx, c.crowd.cfg.Timeout)
	defer cancel()
	r, err := c.request(ctx, method, path, body)
	if err != nil {
		return nil, err
	}
	h := r.Header
	h.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	h.Set("Sec-Fetch-Mode", "navigate")
	h.Set("Sec-Fetch-Dest", "document")
	h.Set("Sec-Fetch-User", "?1")
	if method == http.MethodPost {
		h.Set("Content-Type", contentType)
		h.Set("Origin", c.base)
	}
	resp, err := c.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("citizens: load %s: %w", path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	p := &page{status: resp.StatusCode, path: resp.Request.URL.Path, line: resp.Header.Get("Einlass-State"), after: retryAfter(resp.Header)}
	content := io.LimitReader(resp.Body, maxPage)
	if !p.waiting() && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		p.document = parse(content)
	}
	_, err = io.Copy(io.Discard, content) // to the end, or the connection is lost
	if err != nil {
		return nil, fmt.Errorf("citizens: read %s: %w", path, err)
	}
	return p, nil
}

func (c *citizen) request(ctx context.Context, method, path string, body io.Reader) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("citizens: request %s: %w", path, err)
	}
	c.crowd.meter.count(func(s *Stats) { s.Requests++ })
	r.Header.Set("User-Agent", "Mozilla/5.0 (compatible; citizen)")
	r.Header.Set("Accept-Language", "de")
	site := "none" // typed or from a bookmark
	if c.visited {
		site = "same-origin"
	}
	c.visited = true
	r.Header.Set("Sec-Fetch-Site", site)
	return r, nil
}

// retryAfter reads the header's seconds; 0 if there are none (a date counts as
// none: nobody here sends one).
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(min(n, 3600)) * time.Second
}
