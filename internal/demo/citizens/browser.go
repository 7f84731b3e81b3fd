package citizens

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/einlass/einlass/internal/visitor"
)

// errEnded ends a wait; the outcome says why.
var errEnded = errors.New("citizens: the visit has ended")

// page is an answer to a navigation, with what can be seen on it if it is the site's.
type page struct {
	*visitor.Answer
	document
}

// broken reports whether the page is worth a reload.
func (p *page) broken() bool { return p.Status == http.StatusTooManyRequests || p.Status >= 500 }

// get loads a page as a browser does when somebody follows a link.
func (c *citizen) get(ctx context.Context, path string) (*page, error) {
	return c.navigate(ctx, visitor.Want{Target: path})
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
	return c.navigate(ctx, visitor.Want{Method: http.MethodPost, Target: f.action, ContentType: w.FormDataContentType(), Body: body.Bytes()})
}

func (c *citizen) navigate(ctx context.Context, w visitor.Want) (*page, error) {
	a, err := c.browser.Visit(ctx, w)
	if err != nil {
		return nil, fmt.Errorf("citizens: load %s: %w", w.Target, err)
	}
	p := &page{Answer: a}
	if !p.Waiting() && strings.HasPrefix(a.Response.Header.Get("Content-Type"), "text/html") {
		p.document = parse(bytes.NewReader(a.Body))
	}
	return p, nil
}
