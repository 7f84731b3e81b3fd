package harness

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/einlass/einlass/internal/visitor"
)

// Stranger is a client that is not our page: it keeps no cookies, and sends the header fields it is told to and no others.
// Safe for concurrent use.
type Stranger struct {
	Host string
	gate *Gate
}

// NewStranger reaches the site through g.
func NewStranger(g *Gate) *Stranger { return &Stranger{Host: defaultHost, gate: g} }

// Send sends one request; an empty body is none. fields are pairs of names and values.
func (s *Stranger) Send(ctx context.Context, method, target, body string, fields ...string) (*Answer, error) {
	var data io.Reader
	if body != "" {
		data = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+s.Host+target, data)
	if err != nil {
		return nil, err
	}
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i+1] == "" {
			req.Header.Del(fields[i])
		} else {
			req.Header.Set(fields[i], fields[i+1])
		}
	}
	res, err := s.gate.transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	return &Answer{res, string(got)}, nil
}

// Given is the token that an answer gives for a room; the zero value if it gives none.
func (a *Answer) Given(room string) Token {
	for _, c := range a.Cookies() {
		if c.Name == "einlass-"+room {
			return visitor.ReadCredential(c.Value).Token
		}
	}
	return Token{}
}

// PageForm is a form of a page.
type PageForm struct {
	Method, Action string
	Fields         url.Values // hidden inputs
}

var (
	formTag  = regexp.MustCompile(`(?s)<form\b([^>]*)>(.*?)</form>`)
	inputTag = regexp.MustCompile(`<(?:input|button)\b([^>]*)>`)
	attr     = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
)

func attrs(tag string) map[string]string {
	all := map[string]string{}
	for _, m := range attr.FindAllStringSubmatch(tag, -1) {
		all[m[1]] = html.UnescapeString(m[2])
	}
	return all
}

// Forms are the page's forms, as somebody without script could send them.
func (a *Answer) Forms() []PageForm {
	var forms []PageForm
	for _, m := range formTag.FindAllStringSubmatch(a.Body, -1) {
		form := attrs(m[1])
		f := PageForm{Method: strings.ToUpper(or(form["method"], "GET")), Action: form["action"], Fields: url.Values{}}
		for _, in := range inputTag.FindAllStringSubmatch(m[2], -1) {
			if input := attrs(in[1]); input["name"] != "" {
				f.Fields.Add(input["name"], input["value"])
			}
		}
		forms = append(forms, f)
	}
	return forms
}
