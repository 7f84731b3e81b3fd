package proxy

import (
	"bufio"
	"net"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/httpx"
)

// answerOf is what a visitor gets of a site that answers with these fields, at "termine.town.example"; the room has
// "www.town.example" too. "{port}" in the fields stands for the port that the site listens on.
func answerOf(t *testing.T, cfg config.Backend, status, fields, request string) string {
	t.Helper()
	var port string
	addr := serveRaw(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		if _, err := readRawHead(r); err == nil {
			_, _ = c.Write([]byte("HTTP/1.1 " + status + "\r\n" + strings.ReplaceAll(fields, "{port}", port) + "Content-Length: 0\r\nConnection: close\r\n\r\n"))
		}
	})
	_, port, _ = net.SplitHostPort(addr)
	cfg.Addresses = []string{"http://" + addr}
	_, proxy := startProxy(t, cfg, func(f *forwarder) {
		f.options = func(*httpx.Visit) Options {
			return Options{Inside: true, VisitorsHost: func(host string) bool { return host == "www.town.example" }}
		}
		f.configure = append(f.configure, trustLoopback)
	})
	c := dialTest(t, proxy)
	send(t, c, strings.ReplaceAll(request, "{port}", port))
	raw, err := readRawHead(bufio.NewReader(c))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(raw), port, "{port}")
}

func TestTheSiteNamesItselfAsVisitorsDo(t *testing.T) {
	const (
		asked  = "GET /a/b?c HTTP/1.1\r\nHost: termine.town.example\r\n"
		secure = asked + "X-Forwarded-Proto: https\r\n"
		port   = "GET / HTTP/1.1\r\nHost: Termine.Town.example:8443\r\nX-Forwarded-Proto: https\r\n"
	)
	for _, c := range []struct{ request, hostHeader, says, want string }{
		// nginx adds its own port by default, and the address is what badly configured applications know.
		{secure, "", "http://termine.town.example:{port}/js/", "/js/"},
		{secure, "", "http://TERMINE.town.example.:{port}/js/?a=b#c", "/js/?a=b#c"},
		{secure, "", "http://127.0.0.1:{port}/", "/"},
		{secure, "", "http://127.0.0.1:{port}", "/"},
		{secure, "", "http://127.0.0.1:{port}?a", "/?a"},
		{secure, "", "https://termine.town.example:{port}/js/", "/js/"},
		{secure, "", "//127.0.0.1:{port}/x", "/x"},
		// It was asked in http.
		{secure, "", "http://termine.town.example/js/", "/js/"},
		{port, "", "http://termine.town.example:{port}/js/", "/js/"},
		// Another name of the room.
		{secure, "", "http://www.town.example:{port}/js/", "//www.town.example/js/"},
		{port, "", "http://www.town.example:{port}/js/", "//www.town.example:8443/js/"},
		// A name that visitors never see.
		{secure, "intern.example", "http://intern.example/x", "/x"},
		{secure, "intern.example", "https://intern.example/x", "/x"},
		{secure, "intern.example:81", "http://intern.example:81/x", "/x"},
		{secure, "intern.example", "http://intern.example:{port}/x", "/x"},
		// Nothing here leads to another host.
		{secure, "", "http://127.0.0.1:{port}//evil.example/", "/.//evil.example/"},
		{secure, "", `http://127.0.0.1:{port}/\evil.example/`, `/./\evil.example/`},
		{secure, "", `http://127.0.0.1:{port}\x`, `\x`},
		// What visitors can follow, and what is not the site, stays as it is.
		{secure, "", "/js/", "/js/"},
		{secure, "", "js/?next=http://127.0.0.1:{port}/", "js/?next=http://127.0.0.1:{port}/"},
		{secure, "", "https://termine.town.example/js/", "https://termine.town.example/js/"},
		{secure, "", "https://elsewhere.example/", "https://elsewhere.example/"},
		{secure, "", "http://elsewhere.example:{port}/", "http://elsewhere.example:{port}/"},
		{secure, "", "http://127.0.0.1:1/callback", "http://127.0.0.1:1/callback"},
		{secure, "", "http://termine.town.example:1/", "http://termine.town.example:1/"},
		{secure, "intern.example", "http://intern.example:1/x", "http://intern.example:1/x"},
		{secure, "", "http://user@127.0.0.1:{port}/", "http://user@127.0.0.1:{port}/"},
		{secure, "", "http://127.0.0.1:{port}/\t/evil.example", "http://127.0.0.1:{port}/\t/evil.example"},
		{secure, "", "ftp://127.0.0.1:{port}/", "ftp://127.0.0.1:{port}/"},
		{asked, "", "http://termine.town.example/js/", "http://termine.town.example/js/"},
		// A site that sends visitors from https to http would send them to the same URL for ever.
		{secure, "", "http://termine.town.example/a/b?c", "http://termine.town.example/a/b?c"},
		{"GET / HTTP/1.0\r\n", "", "http://127.0.0.1:{port}/", "http://127.0.0.1:{port}/"},
	} {
		cfg := with(siteAt(), func(b *config.Backend) { b.HostHeader = c.hostHeader })
		for field, form := range map[string]string{"Location": "%", "Content-Location": "%", "Refresh": "0;url=%", "refresh": `5, URL = "%"`} {
			says, want := strings.ReplaceAll(form, "%", c.says), strings.ReplaceAll(form, "%", c.want)
			if field != "Location" && strings.HasSuffix(c.says, "/a/b?c") {
				continue // where the page comes from is no redirect
			}
			got := answerOf(t, cfg, "302 Found", field+": "+says+"\r\n", c.request+"\r\n")
			if !strings.Contains(got, "\r\n"+field+": "+want+"\r\n") {
				t.Errorf("host_header %q, %s: %s: want %q, got\n%s", c.hostHeader, field, says, want, got)
			}
		}
	}
}

func TestACookieOfTheSitesOwnNameIsOfTheVisitorsHost(t *testing.T) {
	const request = "GET / HTTP/1.1\r\nHost: termine.town.example\r\n\r\n"
	for _, c := range []struct{ says, want string }{
		{"a=b; Domain=127.0.0.1; Path=/", "a=b; Path=/"},
		{"a=b; Path=/; domain=127.0.0.1:{port}; HttpOnly", "a=b; Path=/; HttpOnly"},
		{"a=b; Path=/;Domain=.apps.intern.example", "a=b; Path=/"},
		{"a=b; Path=/; DOMAIN = intern.example; Secure", "a=b; Path=/; Secure"},
		// Browsers accept these, or the site means another one.
		{"a=b; Domain=termine.town.example", "a=b; Domain=termine.town.example"},
		{"a=b; Domain=.town.example; Path=/", "a=b; Domain=.town.example; Path=/"},
		{"a=b; Domain=elsewhere.example", "a=b; Domain=elsewhere.example"},
		{"a=b; Domain=", "a=b; Domain="},
		{"a=domain=127.0.0.1", "a=domain=127.0.0.1"},
		{"a=b; Path=/", "a=b; Path=/"},
	} {
		cfg := with(siteAt(), func(b *config.Backend) { b.HostHeader = "app.apps.intern.example" })
		got := answerOf(t, cfg, "200 OK", "Set-Cookie: "+c.says+"\r\n", request)
		if !strings.Contains(got, "\r\nSet-Cookie: "+c.want+"\r\n") {
			t.Errorf("%s: want %q, got\n%s", c.says, c.want, got)
		}
	}
}

// A browser would come to the other port by itself from then on, past the gate.
func TestTheSiteOffersNoOtherPort(t *testing.T) {
	got := answerOf(t, siteAt(), "200 OK", "Alt-Svc: h3=\":8443\"; ma=86400\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	if strings.Contains(got, "Alt-Svc") {
		t.Errorf("got\n%s", got)
	}
}

// Rules about redirects are about what visitors see.
func TestTheHookSeesTheNameThatVisitorsSee(t *testing.T) {
	origin := serveRaw(t, func(c net.Conn) {
		if _, err := readRawHead(bufio.NewReader(c)); err == nil {
			_, _ = c.Write([]byte("HTTP/1.1 302 Found\r\nLocation: http://" + c.LocalAddr().String() + "/next\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
		}
	})
	var seen string
	_, addr := startProxy(t, siteAt("http://"+origin), func(f *forwarder) {
		f.options = func(*httpx.Visit) Options {
			return Options{Inside: true, OnHead: func(h Head) { seen = string(h.Field("location")) }}
		}
	})
	c := dialTest(t, addr)
	send(t, c, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
	wantAnswer(t, bufio.NewReader(c), "GET", 302, "")
	if seen != "/next" {
		t.Errorf("the hook sees %q", seen)
	}
}

func FuzzOwnName(f *testing.F) {
	names := newOwnNames(&config.Backend{HostHeader: "intern.example"}, []config.Address{
		{Network: "tcp", Dial: "127.0.0.1:8000"}, {Network: "tcp", Dial: "[2001:db8::1]:8000"},
	})
	for _, seed := range []string{"http://127.0.0.1:8000/x", "//h:8000//evil/", `https://[2001:db8::1]:8000\\x`, "http://intern.example?x", "http:///x"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, url []byte) {
		asked := endpoint{"h", "443"}
		a, ok := cutAbsolute(url, true)
		if !ok || !names.means(&a, asked, true, func(host string) bool { return host == "h" }) {
			return
		}
		a.host = asked.host
		got := string(a.appendTo(nil, asked, false))
		if len(got) == 0 || got[0] != '/' && got[0] != '\\' || len(got) > 1 && (got[1] == '/' || got[1] == '\\') {
			t.Errorf("%q became %q, which may lead to another host", url, got)
		}
	})
}
