package httpx

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// visitOf is a visit of a request with these field lines, from this peer, past a guard that trusts these networks.
func visitOf(tb testing.TB, cfg Config, peer, lines string) *Visit {
	tb.Helper()
	s := newServer(tb, cfg, ok)
	c := &conn{s: s, req: &request{}}
	if peer != "" {
		c.peer = netip.MustParseAddr(peer)
	}
	c.trust = s.trusts(c.peer)
	raw := "GET /a?b HTTP/1.1\r\nHost: h\r\n" + lines + "\r\n"
	if f := c.req.head.parse([]byte(raw), &s.limits); f != NoFault {
		tb.Fatalf("%q: %s", lines, f.Kind())
	}
	v := &Visit{s: s, c: c, head: &c.req.head, method: "GET", client: c.peer}
	if c.trust {
		v.believe()
	}
	return v
}

// proxies are the trusted networks of these tests, one of them in its IPv4-mapped form.
var proxies = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("::ffff:192.168.0.0/112"),
	netip.MustParsePrefix("2001:db8:1::/48"),
}

// trusting believes the proxies in the field that the name of a case begins with.
func trusting(name string) func(*Config) {
	return func(c *Config) {
		c.TrustedProxies = proxies
		if strings.HasPrefix(name, "Forwarded") {
			c.TrustedFields = []string{"Forwarded"}
		}
	}
}

func TestTheClientIsWhomTrustedProxiesName(t *testing.T) {
	for name, tc := range map[string]struct{ peer, lines, want string }{
		"nobody is named":                    {"10.0.0.1", "", "10.0.0.1"},
		"a stranger names somebody":          {"198.51.100.7", "X-Forwarded-For: 203.0.113.9\r\n", "198.51.100.7"},
		"a proxy names somebody":             {"10.0.0.1", "X-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9"},
		"a proxy by a mapped network":        {"192.168.3.4", "X-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9"},
		"a proxy by IPv6":                    {"2001:db8:1::5", "X-Forwarded-For: 2001:db8:2::9\r\n", "2001:db8:2::9"},
		"a forged beginning":                 {"10.0.0.1", "X-Forwarded-For: 1.1.1.1, 203.0.113.9\r\n", "203.0.113.9"},
		"past trusted hops":                  {"10.0.0.1", "X-Forwarded-For: 1.1.1.1, 203.0.113.9, 10.2.2.2, 192.168.7.7\r\n", "203.0.113.9"},
		"several fields are one list":        {"10.0.0.1", "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 203.0.113.9\r\nx-forwarded-for: 10.2.2.2\r\n", "203.0.113.9"},
		"all hops are trusted":               {"10.0.0.1", "X-Forwarded-For: 10.3.3.3, 10.2.2.2\r\n", "10.3.3.3"},
		"with a port":                        {"10.0.0.1", "X-Forwarded-For: 203.0.113.9:4711\r\n", "203.0.113.9"},
		"IPv6 in brackets with a port":       {"10.0.0.1", "X-Forwarded-For: [2001:db8:2::9]:4711\r\n", "2001:db8:2::9"},
		"a mapped address":                   {"10.0.0.1", "X-Forwarded-For: ::ffff:203.0.113.9\r\n", "203.0.113.9"},
		"a mapped hop is trusted":            {"10.0.0.1", "X-Forwarded-For: 203.0.113.9, ::ffff:10.9.9.9\r\n", "203.0.113.9"},
		"what cannot be read ends the walk":  {"10.0.0.1", "X-Forwarded-For: 203.0.113.9, unknown, 10.2.2.2\r\n", "10.2.2.2"},
		"an empty item ends the walk":        {"10.0.0.1", "X-Forwarded-For: 203.0.113.9,\r\n", "10.0.0.1"},
		"an empty field ends the walk":       {"10.0.0.1", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For:\r\n", "10.0.0.1"},
		"a name ends the walk":               {"10.0.0.1", "X-Forwarded-For: evil.example\r\n", "10.0.0.1"},
		"a zone ends the walk":               {"10.0.0.1", "X-Forwarded-For: fe80::1%eth0\r\n", "10.0.0.1"},
		"leading zeros end the walk":         {"10.0.0.1", "X-Forwarded-For: 203.0.113.009\r\n", "10.0.0.1"},
		"a port out of range ends the walk":  {"10.0.0.1", "X-Forwarded-For: 203.0.113.9:70000\r\n", "10.0.0.1"},
		"IPv4 in brackets ends the walk":     {"10.0.0.1", "X-Forwarded-For: [203.0.113.9]\r\n", "10.0.0.1"},
		"a Unix socket's peer is trusted":    {"", "X-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9"},
		"a Unix socket's peer tells nothing": {"", "", "invalid IP"},

		"Forwarded":                              {"10.0.0.1", "Forwarded: for=203.0.113.9\r\n", "203.0.113.9"},
		"Forwarded, all of it":                   {"10.0.0.1", "Forwarded: by=10.0.0.1;For=\"[2001:db8:2::9]:4711\";host=\"h:80\";proto=http\r\n", "2001:db8:2::9"},
		"Forwarded past trusted hops":            {"10.0.0.1", "Forwarded: for=1.1.1.1, for=203.0.113.9;proto=https , for=10.2.2.2\r\nForwarded: for=10.3.3.3\r\n", "203.0.113.9"},
		"Forwarded, hidden":                      {"10.0.0.1", "Forwarded: for=203.0.113.9, for=_hidden, for=10.2.2.2\r\n", "10.2.2.2"},
		"Forwarded, unknown":                     {"10.0.0.1", "Forwarded: for=unknown\r\n", "10.0.0.1"},
		"Forwarded without for":                  {"10.0.0.1", "Forwarded: for=203.0.113.9, proto=https\r\n", "10.0.0.1"},
		"Forwarded, a comma in quotes":           {"10.0.0.1", "Forwarded: for=203.0.113.9;host=\"a, for=1.1.1.1\"\r\n", "203.0.113.9"},
		"Forwarded, a quote in quotes":           {"10.0.0.1", "Forwarded: for=203.0.113.9;host=\"a\\\", for=1.1.1.1\"\r\n", "203.0.113.9"},
		"Forwarded, an open quote before":        {"10.0.0.1", "Forwarded: for=\", for=203.0.113.9\r\n", "10.0.0.1"},
		"Forwarded, an open quote in a field":    {"10.0.0.1", "Forwarded: for=\"\r\nForwarded: for=203.0.113.9\r\n", "203.0.113.9"},
		"Forwarded, IPv6 without brackets":       {"10.0.0.1", "Forwarded: for=\"2001:db8:2::9\"\r\n", "10.0.0.1"},
		"Forwarded, IPv6 without quotes":         {"10.0.0.1", "Forwarded: for=[2001:db8:2::9]\r\n", "10.0.0.1"},
		"Forwarded, for twice":                   {"10.0.0.1", "Forwarded: for=203.0.113.9;for=1.1.1.1\r\n", "10.0.0.1"},
		"Forwarded, a space around the sign":     {"10.0.0.1", "Forwarded: for = 203.0.113.9\r\n", "10.0.0.1"},
		"Forwarded, spaces around the semicolon": {"10.0.0.1", "Forwarded: for=203.0.113.9 ; proto=http\r\n", "203.0.113.9"},
		"Forwarded, something behind a value":    {"10.0.0.1", "Forwarded: for=\"203.0.113.9\"x\r\n", "10.0.0.1"},
		"Forwarded, no value":                    {"10.0.0.1", "Forwarded: for=\r\n", "10.0.0.1"},
		"Forwarded from a stranger":              {"198.51.100.7", "Forwarded: for=203.0.113.9\r\n", "198.51.100.7"},

		"Forwarded, and the other is the visitor's":       {"10.0.0.1", "Forwarded: for=203.0.113.9\r\nX-Forwarded-For: 1.1.1.1\r\n", "203.0.113.9"},
		"X-Forwarded-For, and the other is the visitor's": {"10.0.0.1", "Forwarded: for=1.1.1.1\r\nX-Forwarded-For: 203.0.113.9\r\n", "203.0.113.9"},
		"X-Forwarded-For, and the visitor's alone":        {"10.0.0.1", "Forwarded: for=1.1.1.1\r\n", "10.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			v := visitOf(t, given(trusting(name)), tc.peer, tc.lines)
			if got := v.ClientIP().String(); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestTheSchemeIsWhatTrustedProxiesSay(t *testing.T) {
	for name, tc := range map[string]struct {
		peer, lines string
		want        bool
	}{
		"nothing said":                   {"10.0.0.1", "", false},
		"https":                          {"10.0.0.1", "X-Forwarded-Proto: HTTPS\r\n", true},
		"https, said by a stranger":      {"198.51.100.7", "X-Forwarded-Proto: https\r\n", false},
		"the nearest proxy's word":       {"10.0.0.1", "X-Forwarded-Proto: https\r\nX-Forwarded-Proto: https, http\r\n", false},
		"Forwarded":                      {"10.0.0.1", "Forwarded: for=203.0.113.9;proto=https\r\n", true},
		"Forwarded, the visitor's hop":   {"10.0.0.1", "Forwarded: for=203.0.113.9;proto=https, for=10.2.2.2;proto=http\r\n", true},
		"Forwarded, what lies before it": {"10.0.0.1", "Forwarded: for=1.1.1.1;proto=https, for=203.0.113.9;proto=http\r\n", false},
		"Forwarded, proto twice":         {"10.0.0.1", "Forwarded: for=203.0.113.9;proto=https;proto=https\r\n", false},
		"something else":                 {"10.0.0.1", "X-Forwarded-Proto: gopher\r\n", false},
		"X-Forwarded-Proto, and the other is the visitor's": {"10.0.0.1", "Forwarded: for=1.1.1.1;proto=https\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			v := visitOf(t, given(trusting(name)), tc.peer, tc.lines)
			if v.Secure() != tc.want || v.Scheme() != map[bool]string{true: "https", false: "http"}[tc.want] {
				t.Errorf("secure %v, want %v", v.Secure(), tc.want)
			}
		})
	}
}

// FuzzTheClientIsNobodyThatWasNotNamed: whatever a request says, its client is the peer or an address that stands in
// its fields; what trusted proxies wrote at the end of the list decides, and nothing before.
func FuzzTheClientIsNobodyThatWasNotNamed(f *testing.F) {
	for _, s := range []string{
		"", "1.1.1.1", "1.1.1.1, 10.0.0.2", "[2001:db8::1]:80", "::ffff:1.2.3.4", "unknown", "1.1.1.1,,", "fe80::1%x", "010.1.1.1",
		"for=1.1.1.1", "for=\"[2001:db8::1]\";proto=https", "for=\"", "for=a;for=b", ",", ";;", "for=_x, for=10.1.1.1",
	} {
		f.Add(s, s, true)
		f.Add(s, "", false)
	}
	s := newServer(f, given(trusting("X-Forwarded-For")), ok)
	other := newServer(f, given(trusting("Forwarded")), ok)
	peer := netip.MustParseAddr("10.0.0.1")
	appended := netip.MustParseAddr("203.0.113.77")
	f.Fuzz(func(t *testing.T, x, std string, both bool) {
		if badValueByte([]byte(x)) >= 0 || badValueByte([]byte(std)) >= 0 {
			return
		}
		var h head
		add := func(name, value string) { h.fields = append(h.fields, field{[]byte(name), trimSpace([]byte(value))}) }
		walk := func(s *Server) netip.Addr {
			v := &Visit{s: s, c: &conn{s: s, peer: peer, trust: true}, head: &h, client: peer}
			v.believe()
			return v.client
		}
		add("X-Forwarded-For", x)
		got := walk(s)
		if want := simpleWalk(s, peer, x); got != want {
			t.Fatalf("X-Forwarded-For %q: %v, want %v", x, got, want)
		}
		if both {
			add("Forwarded", std)
			if got := walk(s); got != simpleWalk(s, peer, x) {
				t.Fatalf("%q and %q: %v is not whom the first names", x, std, got)
			}
		}
		// A proxy adds whom it has seen. That is the client then, whatever was there before.
		h.fields = h.fields[:0]
		add("X-Forwarded-For", x+", "+appended.String())
		if got := walk(s); got != appended {
			t.Fatalf("%q with an address added: %v", x, got)
		}
		h.fields = h.fields[:0]
		add("Forwarded", std)
		add("Forwarded", "for="+appended.String())
		if got := walk(other); got != appended {
			t.Fatalf("Forwarded %q with an element added: %v", std, got)
		}
	})
}

// simpleWalk is the walk in the plainest words.
func simpleWalk(s *Server, peer netip.Addr, list string) netip.Addr {
	items := strings.Split(list, ",")
	slices.Reverse(items)
	client := peer
	for _, item := range items {
		item = strings.Trim(item, " \t")
		ip, err := netip.ParseAddr(item)
		if err != nil && (strings.HasPrefix(item, "[") || strings.Count(item, ":") == 1) {
			var ap netip.AddrPort
			if ap, err = netip.ParseAddrPort(item); err != nil {
				inner, found := strings.CutPrefix(item, "[")
				inner, closed := strings.CutSuffix(inner, "]")
				if ip, err = netip.ParseAddr(inner); !found || !closed || err != nil || !ip.Is6() {
					return client
				}
			} else {
				ip = ap.Addr()
			}
		}
		if err != nil || ip.Zone() != "" {
			return client
		}
		if client = ip.Unmap(); !s.trusts(client) {
			return client
		}
	}
	return client
}
