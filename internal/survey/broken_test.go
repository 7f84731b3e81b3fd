package survey

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
)

// answers is a site that says the same to everybody.
func answers(status int, fields ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(fields); i += 2 {
			w.Header().Set(fields[i], fields[i+1])
		}
		w.WriteHeader(status)
		if status != http.StatusNoContent {
			fmt.Fprint(w, "<title>no</title>")
		}
	})
}

func TestASiteThatCannotBeLookedAtIsSaidSoInASentence(t *testing.T) {
	for name, tt := range map[string]struct {
		site http.Handler
		want string
	}{
		"a password":              {answers(401, "WWW-Authenticate", "Basic"), "401 Unauthorized: it wants a password"},
		"an error":                {answers(500, "Content-Type", "text/html"), "answers / with 500 Internal Server Error"},
		"not there":               {answers(404, "Content-Type", "text/html"), "answers / with 404 Not Found"},
		"no page":                 {answers(200, "Content-Type", "application/json"), "with application/json, which is no page"},
		"a file to load":          {answers(200, "Content-Type", "text/plain"), "answers / with text/plain, which is no page"},
		"nothing":                 {answers(204), "204 No Content"},
		"another host":            {answers(302, "Location", "https://login.example.com/x?y"), "leads to another host, https://login.example.com; if the booking site is there"},
		"a script":                {answers(302, "Location", "javascript:alert(1)"), "redirects to what is no address"},
		"a circle":                {answers(302, "Location", "/"), "redirects in a circle, at /"},
		"its own redirect to TLS": {answers(301, "Location", "https://termine.example.org/"), "does not read X-Forwarded-Proto"},
		"redirects without end": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}), "redirects more than 10 times"},
		"an escape": {answers(302, "Location", "https://x\u009b31m.example/"), "leads to another host"},
		"a broken answer": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = io.WriteString(c, "\x1b]0;owned\x07\r\n\r\n")
				c.Close()
			}
		}), "does not answer as a site does"},
		"a long head": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Long", strings.Repeat("x", 1<<17))
		}), "does not answer as a site does"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, tt.site)
			wantUnseen(t, optionsFor(t, s.URL+"/"), tt.want)
			if len(s.asked) > 2*(maxHops+1) {
				t.Errorf("%d requests", len(s.asked))
			}
		})
	}
}

func wantUnseen(t *testing.T, o Options, want string) {
	t.Helper()
	r, err := Look(t.Context(), o)
	var unseen *Unseen
	if !errors.As(err, &unseen) || !strings.Contains(unseen.Text, want) {
		t.Fatalf("%v; want %q", err, want)
	}
	if strings.ContainsFunc(unseen.Text, unicode.IsControl) || strings.Contains(unseen.Text, "\n") {
		t.Errorf("%q has a control character", unseen.Text)
	}
	if len(r.Open)+len(r.Findings)+len(r.Ancestors) > 0 || r.Title != "" {
		t.Errorf("something was found all the same: %+v", r)
	}
}

func TestASiteThatIsNotThere(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := ln.Addr().String()
	ln.Close()
	wantUnseen(t, optionsFor(t, "http://"+at+"/"), "cannot be connected to: connect: connection refused")
}

func TestACertificateOfAnAuthorityThatIsNotKnown(t *testing.T) {
	s := httptest.NewUnstartedServer(answers(200, "Content-Type", "text/html"))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	o := optionsFor(t, s.URL+"/")
	wantUnseen(t, o, "an authority that is not known here; give its file by --site-ca")
	o.Roots = x509.NewCertPool()
	o.Roots.AddCert(s.Certificate())
	if _, err := Look(t.Context(), o); err != nil {
		t.Error(err)
	}
	plain := serve(t, answers(200, "Content-Type", "text/html"))
	wantUnseen(t, optionsFor(t, "https://"+plain.Listener.Addr().String()), "is it http:// instead of https://?")
	wantUnseen(t, optionsFor(t, "http://"+s.Listener.Addr().String()), "400 Bad Request")
}

// slowly is a site that answers nothing, or a page without end.
type slowly struct{ asked int }

func (s *slowly) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked++
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestASlowSiteIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLooker(optionsFor(t, "http://10.0.0.5/"))
		site := &slowly{}
		l.transport = site
		begin := time.Now()
		_, err := l.look(t.Context())
		if err == nil || !strings.Contains(err.Error(), "10.0.0.5 did not answer within 10s") || time.Since(begin) != requestTime || site.asked != 1 {
			t.Errorf("%v after %v and %d requests", err, time.Since(begin), site.asked)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := l.look(ctx); err == nil || !strings.Contains(err.Error(), "was stopped") {
			t.Errorf("%v", err)
		}
	})
}

// slowParts answers the page, and no part of it.
type slowParts struct{ slowly }

func (s *slowParts) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path != "/" {
		return s.slowly.RoundTrip(r)
	}
	page := strings.Repeat("<img src=/x.png>", 3)
	for i := range 20 {
		page += fmt.Sprintf("<img src=/%d.png>", i)
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader(page))}, nil
}

func TestTheWholeLookIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLooker(optionsFor(t, "http://10.0.0.5/"))
		l.transport = &slowParts{}
		begin := time.Now()
		r, err := l.look(t.Context())
		if err != nil || time.Since(begin) > MaxTime || len(r.Open) > 0 {
			t.Errorf("%v after %v: %v", err, time.Since(begin), r.Open)
		}
		if !strings.Contains(said(r, "exclude"), "of 21 files were not asked for") {
			t.Errorf("%q", said(r, "exclude"))
		}
	})
}

func TestAPageWithoutEndIsReadInPart(t *testing.T) {
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if strings.HasSuffix(r.URL.Path, ".css") {
			w.Header().Set("Content-Type", "text/css")
		} else {
			for i := range 1000 {
				fmt.Fprintf(w, "<link rel=stylesheet href=/%d.css><a href=/%d>x</a>", i, i)
			}
		}
		block := strings.Repeat(" ", 1<<16)
		for {
			if _, err := io.WriteString(w, block); err != nil {
				return
			}
		}
	}))
	r := looked(t, s.URL)
	if r.Requests > MaxRequests || r.Bytes > maxBytes+maxBody || r.Parts > maxRefs {
		t.Errorf("%d requests, %d bytes, %d parts", r.Requests, r.Bytes, r.Parts)
	}
}

func TestASiteThatKnowsOnlyItsOwnNameIsAskedByIt(t *testing.T) {
	var own string
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.Host != own {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, "<title>Mandant</title>")
	}))
	own = s.Listener.Addr().String()
	r := looked(t, s.URL)
	if r.HostHeader != own || r.Title != "Mandant" || !strings.Contains(said(r, "backend.host_header"), "404") {
		t.Errorf("%+v", r)
	}
}

func TestRedirectsOfTheSiteItselfAreFollowed(t *testing.T) {
	var host string
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			http.SetCookie(w, &http.Cookie{Name: "lang", Value: "de"})
			w.Header().Set("Location", "https://termine.example.org/de/")
			w.WriteHeader(302)
		case "/de/":
			w.Header().Set("Location", "http://"+host+"/de/start?x=1")
			w.WriteHeader(301)
		default:
			w.Header().Set("Content-Type", "text/html")
		}
	}))
	host = s.Listener.Addr().String()
	r := looked(t, s.URL)
	if r.Path != "/de/start" || !strings.Contains(said(r, "backend.url"), "/de/start?x=1") || !strings.Contains(said(r, "cookies"), "lang") {
		t.Errorf("%+v", r)
	}
}
