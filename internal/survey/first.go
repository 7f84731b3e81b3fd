package survey

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// first gets the page that visitors come to. A site that does not know their name is asked by its own.
func (l *looker) first(ctx context.Context, r *Report) (*answer, error) {
	begin := l.Site.RequestURI()
	a, err := l.follow(ctx, begin)
	refused, answered := err.(*Unseen) //nolint:errorlint // follow says nothing else, and wraps nothing
	if err == nil || !answered || !refused.answered || strings.EqualFold(l.host, l.Site.Host) {
		return a, err
	}
	known := l.host
	l.host = l.Site.Host
	if a, again := l.follow(ctx, begin); again == nil {
		r.HostHeader = l.Site.Host
		r.add("backend.host_header", fmt.Sprintf("The site does not know the name %s (%s), but answers as %s.", Shown(known), refused.Text, Shown(l.Site.Host)),
			"backend.host_header is set; better is to teach the site the name that visitors type.")
		return a, nil
	}
	l.host = known
	return nil, err
}

// follow goes the way of the redirects from a path of the site to a page. The error is an Unseen.
func (l *looker) follow(ctx context.Context, target string) (*answer, error) {
	came := map[string]bool{}
	for range maxHops {
		came[target] = true
		a, err := l.get(ctx, target, maxBody, "Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
		if err != nil {
			return nil, err
		}
		to := a.header.Get("Location")
		if a.status < 300 || a.status >= 400 || a.status == http.StatusNotModified || to == "" {
			return a, pageless(a)
		}
		l.cookies = append(l.cookies, a.cookies...)
		at, err := l.resolve(target, to)
		if err != nil {
			return nil, &Unseen{Text: "the site redirects to what is no address: " + Shown(to), answered: true}
		}
		if !l.own(at) {
			return nil, &Unseen{Text: fmt.Sprintf("the site leads to another host, %s; if the booking site is there, give that address", Shown(origin(at))), answered: true}
		}
		next := at.RequestURI()
		if came[next] {
			return nil, &Unseen{Text: l.circle(at), answered: true}
		}
		l.hops = append(l.hops, next)
		target = next
	}
	return nil, &Unseen{Text: fmt.Sprintf("the site redirects more than %d times", maxHops), answered: true}
}

// circle says what a redirect to where one came from means.
func (l *looker) circle(to *url.URL) string {
	if to.Scheme == "https" && l.Site.Scheme == "http" {
		return fmt.Sprintf("the site redirects in a circle, to %s: it sends everybody to https and does not read X-Forwarded-Proto, so take that redirect out of it",
			Shown(origin(to)+to.Path))
	}
	return "the site redirects in a circle, at " + Shown(to.Path)
}

// pageless says why an answer is no page, or nil.
func pageless(a *answer) error {
	said := fmt.Sprintf("the site answers %s with %d %s", Shown(a.path), a.status, http.StatusText(a.status))
	switch media := a.media(); {
	case a.status == http.StatusUnauthorized:
		return &Unseen{Text: said + ": it wants a password", answered: true}
	case a.status != http.StatusOK:
		return &Unseen{Text: said, answered: true}
	case media != "text/html" && media != "application/xhtml+xml":
		if media == "" {
			media = "no Content-Type"
		}
		return &Unseen{Text: fmt.Sprintf("the site answers %s with %s, which is no page", Shown(a.path), Shown(media)), answered: true}
	}
	return nil
}

// resolve reads an address as one of a page of the site, in the name that the site was asked by.
func (l *looker) resolve(target, ref string) (*url.URL, error) {
	base, err := url.Parse(l.Site.Scheme + "://" + l.host + target)
	if err != nil {
		return nil, err
	}
	u, err := base.Parse(strings.TrimSpace(ref))
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%s: is not of the web", u.Scheme)
	}
	return u, nil
}

// own reports whether an address leads to the site: by the name that visitors type, or by its own.
func (l *looker) own(u *url.URL) bool {
	return strings.EqualFold(u.Host, l.Site.Host) || slices.Contains(l.Names, strings.ToLower(u.Hostname()))
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }
