package httpx

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestTheDefaultsAreValidAndWritten(t *testing.T) {
	if err := (Config{}).Validate(); err != nil {
		t.Fatal(err)
	}
	c := Config{}.withDefaults()
	if c.HeaderBytes != 16<<10 || c.HeaderCount != 100 || c.URLBytes != 8<<10 || c.BodyBytes != 64<<20 ||
		c.HeadTimeout != 10*time.Second || c.IdleTimeout != 75*time.Second || c.BodyMinRate != 1<<10 ||
		c.BodyPatience != 30*time.Second || c.WriteStall != 30*time.Second || c.Connections != 100_000 || c.ConnectionsPerIP != 2_000 {
		t.Errorf("defaults: %+v", c)
	}
}

func TestAllProblemsOfAConfigurationAreNamedAtOnce(t *testing.T) {
	_, err := New(Config{
		HeaderBytes: 1, HeaderCount: 1, URLBytes: 1, BodyBytes: -1, HeadTimeout: -1, IdleTimeout: 1, BodyMinRate: -1, BodyPatience: -1,
		WriteStall: time.Microsecond, Connections: -1, ConnectionsPerIP: -1, HSTS: -1, ForwardedBy: 9, TrustedProxies: []netip.Prefix{{}},
	}, ok)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, key := range []string{
		"limits.header_bytes", "limits.header_count", "limits.url_bytes", "limits.body_bytes", "limits.head_timeout",
		"limits.idle_timeout", "limits.body_min_rate", "limits.body_patience", "limits.write_stall", "limits.connections",
		"limits.connections_per_ip", "tls.hsts", "forwarded_by", "trusted_proxies[0]",
	} {
		if !strings.Contains(err.Error(), key+":") {
			t.Errorf("%s is not named", key)
		}
	}
	err = Config{HeaderBytes: 4096, URLBytes: 8192}.Validate()
	if err == nil || !strings.Contains(err.Error(), "limits.url_bytes") {
		t.Errorf("a URL larger than its head: %v", err)
	}
	if err := (Config{HeaderBytes: 4096}).Validate(); err != nil {
		t.Errorf("a small head without a word on the URL: %v", err)
	}
}

func TestEveryFaultHasAStatusAKindAndAPage(t *testing.T) {
	kinds := map[string]bool{}
	for _, f := range Faults() {
		if f.Status() < 400 || f.Kind() == "" || kinds[f.Kind()] {
			t.Errorf("fault %d: %d %q", f, f.Status(), f.Kind())
		}
		kinds[f.Kind()] = true
		contentType, body, _ := plainPage(f.Status(), f.Kind(), true, nil)
		if !strings.HasPrefix(contentType, "text/html") || !strings.Contains(string(body), faults[f].title) {
			t.Errorf("%s: page %s %q", f.Kind(), contentType, body)
		}
		contentType, body, _ = plainPage(f.Status(), f.Kind(), false, nil)
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
		navigation bool
		language   string
	}
	var got []asked
	_, addr := serve(t, Config{Page: func(status int, kind string, navigation bool, language []byte) (string, []byte, []string) {
		got = append(got, asked{navigation, string(language)})
		return "text/html", []byte(kind), []string{"X-A", "b"}
	}}, ok)
	resp, body := dial(t, addr).ask("GET / HTTP/1.1\r\nAccept-Language: de\r\nAccept: text/html\r\nHost: a, b\r\n\r\n", 400)
	if body != "host" || resp.Header.Get("X-A") != "b" || !resp.Close {
		t.Errorf("%q, %v", body, resp.Header)
	}
	// What was not parsed says nothing, least of all what another request on the connection said.
	c := dial(t, addr)
	c.ask("GET / HTTP/1.1\r\nHost: h\r\nAccept: text/html\r\nAccept-Language: fr\r\n\r\n", 200)
	c.ask("GET / HTTP/1.1\nHost: h\r\n\r\n", 400)
	if want := []asked{{true, "de"}, {false, ""}}; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("asked %+v, want %+v", got, want)
	}
}

func TestAHeadOverTheLimitIsRefusedBeforeItEnds(t *testing.T) {
	_, addr := serve(t, Config{HeaderBytes: 1024, URLBytes: 512}, ok)
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
