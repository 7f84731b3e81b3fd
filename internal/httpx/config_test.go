package httpx

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheDefaultsOfTheConfigurationAreAccepted(t *testing.T) {
	if _, err := New(given(), ok); err != nil {
		t.Fatal(err)
	}
}

func TestNewRefusesWhatTheConfigurationRefuses(t *testing.T) {
	for path, spoil := range map[string]func(*Config){
		"limits.header_bytes":       func(c *Config) { c.Limits.HeaderBytes, c.Limits.URLBytes = 512, 256 },
		"limits.header_count":       func(c *Config) { c.Limits.HeaderCount = 0 },
		"limits.url_bytes":          func(c *Config) { c.Limits.URLBytes = c.Limits.HeaderBytes + 1 },
		"limits.body_bytes":         func(c *Config) { c.Limits.BodyBytes = 0 },
		"limits.head_timeout":       func(c *Config) { c.Limits.HeadTimeout = 0 },
		"limits.idle_timeout":       func(c *Config) { c.Limits.IdleTimeout = time.Millisecond },
		"limits.body_min_rate":      func(c *Config) { c.Limits.BodyMinRate = 0 },
		"limits.write_stall":        func(c *Config) { c.Limits.WriteStall = -1 },
		"limits.connections":        func(c *Config) { c.Limits.Connections = 0 },
		"limits.connections_per_ip": func(c *Config) { c.Limits.ConnectionsPerIP = -1 },
		"tls.hsts":                  func(c *Config) { c.HSTS = -1 },
		"trusted_proxies[0]":        func(c *Config) { c.TrustedProxies = []netip.Prefix{{}} },
	} {
		if _, err := New(given(spoil), ok); err == nil || !strings.Contains(err.Error(), ": "+path+": ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", path, err)
		}
	}
	_, err := New(Config{HSTS: -1}, ok)
	if err == nil || strings.Count(err.Error(), "\n") < 9 {
		t.Errorf("not all problems are named at once: %v", err)
	}
}

func TestEveryFaultHasAStatusAKindAndAPage(t *testing.T) {
	kinds := map[string]bool{}
	for _, f := range Faults() {
		if f.Status() < 400 || f.Kind() == "" || kinds[f.Kind()] {
			t.Errorf("fault %d: %d %q", f, f.Status(), f.Kind())
		}
		kinds[f.Kind()] = true
		contentType, body, _ := plainPage(f.Status(), f.Kind(), Reader{Person: true})
		if !strings.HasPrefix(contentType, "text/html") || !strings.Contains(string(body), faults[f].title) {
			t.Errorf("%s: page %s %q", f.Kind(), contentType, body)
		}
		contentType, body, _ = plainPage(f.Status(), f.Kind(), Reader{})
		if contentType != "application/problem+json" || !strings.Contains(string(body), `"code":"`+f.Kind()+`"`) {
			t.Errorf("%s: problem %s %q", f.Kind(), contentType, body)
		}
	}
	if len(kinds) != len(faults)-1 {
		t.Errorf("%d faults of %d", len(kinds), len(faults)-1)
	}
}

func TestARefusalIsAPageForPeopleInTheirLanguage(t *testing.T) {
	type asked struct {
		person                     bool
		host, languages, encodings string
	}
	var got []asked
	_, addr := serve(t, given(func(c *Config) {
		c.Page = func(status int, kind string, r Reader) (string, []byte, []string) {
			got = append(got, asked{r.Person, r.Host, string(r.Languages), string(r.Encodings)})
			return "text/html", []byte(kind), []string{"X-A", "b"}
		}
	}), ok)
	resp, body := dial(t, addr).ask("GET / HTTP/1.1\r\nAccept-Language: de\r\nAccept: text/html\r\nHost: a, b\r\n\r\n", 400)
	if body != "host" || resp.Header.Get("X-A") != "b" || !resp.Close {
		t.Errorf("%q, %v", body, resp.Header)
	}
	// What was not parsed says nothing, least of all what another request on the connection said.
	c := dial(t, addr)
	c.ask("GET / HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\nAccept-Language: fr\r\n\r\n", 200)
	c.ask("GET / HTTP/1.1\nHost: h\r\n\r\n", 400)
	dial(t, addr).ask("GET / HTTP/1.1\r\nHost: H.example.:80\r\nAccept-Language: fr\r\nAccept-Encoding: gzip\r\nAccept: text/html\r\nCookie: "+strings.Repeat("x", 17<<10)+"\r\n\r\n", 431)
	want := []asked{{true, "a, b", "de", ""}, {true, "", "", ""}, {true, "h.example", "fr", "gzip"}}
	if !slices.Equal(got, want) {
		t.Errorf("asked %+v, want %+v", got, want)
	}
}

func TestAHeadOverTheLimitIsRefusedBeforeItEnds(t *testing.T) {
	_, addr := serve(t, given(func(c *Config) {
		c.Limits.HeaderBytes = 1024
		c.Limits.URLBytes = 512
	}), ok)
	c := dial(t, addr)
	c.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + strings.Repeat("x", 1024))
	if resp, _ := c.answer("GET"); resp.StatusCode != 431 {
		t.Errorf("status %d", resp.StatusCode)
	}
	c = dial(t, addr)
	c.send("GET /" + strings.Repeat("x", 1024))
	if resp, _ := c.answer("GET"); resp.StatusCode != 414 {
		t.Errorf("status %d", resp.StatusCode)
	}
	c = dial(t, addr)
	rest := "GET / HTTP/1.1\r\nHost: h\r\nX: "
	c.ask(rest+strings.Repeat("x", 1024-len(rest)-4)+"\r\n\r\n", 200)
	c.ask(rest+strings.Repeat("x", 1024-len(rest)-3)+"\r\n\r\n", 431)
}
