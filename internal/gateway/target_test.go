package gateway_test

import (
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/einlass/einlass/internal/proxy"
)

func TestNobodyIsSentToAnotherHost(t *testing.T) {
	s := newFixture(t, slow)
	here := "http://" + s.addr
	for _, target := range []string{"//elsewhere.test/x", `/\elsewhere.test/x`, "///elsewhere.test", `/\/elsewhere.test`} {
		wait := s.browser()
		page := wait.load("GET", "/")
		ticket := "Cookie: einlass-termine=" + wait.cookie("einlass-termine") + "\r\n"
		if page.Header.Get("X-Site") != "" {
			t.Fatal("nobody waits")
		}
		line := func(method, target, more string) answer {
			return s.raw(method + " " + target + " HTTP/1.1\r\nHost: " + s.addr + "\r\nAccept: text/html\r\n" + ticket + more + "Connection: close\r\n\r\n")
		}
		s.pass(time.Second)
		in := line("GET", target, "")
		base, err := url.Parse(here + target)
		if err != nil {
			t.Fatal(err)
		}
		// Browsers read a backslash in a reference as a slash.
		to, err := base.Parse(strings.ReplaceAll(in.Header.Get("Location"), `\`, "/"))
		if in.StatusCode != 303 || err != nil || to.Host != s.addr {
			t.Errorf("%s: %d to %q (%v)", target, in.StatusCode, in.Header.Get("Location"), err)
		}
		if want := strings.ReplaceAll(target, `\`, "/"); to != nil && strings.TrimPrefix(to.Path, "/.") != want {
			t.Errorf("%s: leads to the path %q", target, to.Path)
		}
	}
}

func TestAFormIsNotSentBackToAnotherHost(t *testing.T) {
	s := newFixture(t, slow)
	s.pass(time.Second)
	b := s.browser()
	b.load("GET", "/")
	s.pass(time.Hour)
	late := b.load("POST", "/", "Referer", "http://"+s.addr+"//elsewhere.test/form")
	late.want(t, 403, "text/html")
	if strings.Contains(late.body, `"//elsewhere`) || !strings.Contains(late.body, `"/.//elsewhere.test/form"`) {
		t.Errorf("the page leads elsewhere:\n%s", late.body)
	}
}

func TestAClientThatSendsNoMoreIsNotToldOfASuccess(t *testing.T) {
	s := newFixture(t, slow)
	s.sites[0].fail.Store(proxy.ErrClientGone)
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, "POST /impressum HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	// A reset is as good an end as any other; what counts is that nothing came before it.
	if answer, _ := io.ReadAll(c); len(answer) > 0 {
		t.Errorf("answered with %q", answer)
	}
}
