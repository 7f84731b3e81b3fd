package httpx

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/netip"
	"strings"
	"testing"
)

// v2 is a PROXY header of version 2.
func v2(command, family byte, payload []byte) string {
	b := append([]byte(proxyV2Signature), 0x20|command, family)
	return string(append(binary.BigEndian.AppendUint16(b, uint16(len(payload))), payload...))
}

// extension is a type, a length and a value.
func extension(kind byte, value string) string {
	return string(binary.BigEndian.AppendUint16([]byte{kind}, uint16(len(value)))) + value
}

var (
	v2TCP4 = "\xc6\x33\x64\x07\xc0\x00\x02\x01\x30\x39\x01\xbb"
	v2TCP6 = string(netip.MustParseAddr("2001:db8::7").AsSlice()) + string(netip.MustParseAddr("2001:db8::1").AsSlice()) + "\x30\x39\x01\xbb"
)

func TestAPROXYHeaderIsReadToItsEndAndNoFurther(t *testing.T) {
	for name, tc := range map[string]struct {
		in, source string
		secure     bool
	}{
		"v1, IPv4":                    {in: "PROXY TCP4 198.51.100.7 192.0.2.1 12345 443\r\n", source: "198.51.100.7"},
		"v1, IPv6":                    {in: "PROXY TCP6 2001:db8::7 2001:db8::1 12345 443\r\n", source: "2001:db8::7"},
		"v1, the longest":             {in: "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n", source: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		"v1, mapped":                  {in: "PROXY TCP6 ::ffff:198.51.100.7 ::ffff:192.0.2.1 1 2\r\n", source: "198.51.100.7"},
		"v1, unknown":                 {in: "PROXY UNKNOWN\r\n"},
		"v1, unknown and more":        {in: "PROXY UNKNOWN what ever 1 2\r\n"},
		"v2, IPv4":                    {in: v2(1, 0x11, []byte(v2TCP4)), source: "198.51.100.7"},
		"v2, IPv6":                    {in: v2(1, 0x21, []byte(v2TCP6)), source: "2001:db8::7"},
		"v2, the proxy's own":         {in: v2(0, 0x11, []byte(v2TCP4))},
		"v2, the proxy's own, bare":   {in: v2(0, 0x00, nil)},
		"v2, no address":              {in: v2(1, 0x00, nil)},
		"v2, Unix":                    {in: v2(1, 0x31, make([]byte, 216))},
		"v2, extensions":              {in: v2(1, 0x11, []byte(v2TCP4+extension(4, "padding")+extension(0xe0, ""))), source: "198.51.100.7"},
		"v2, TLS at the proxy":        {in: v2(1, 0x11, []byte(v2TCP4+extension(proxyTypeSSL, "\x01\x00\x00\x00\x00"))), source: "198.51.100.7", secure: true},
		"v2, told that it was no TLS": {in: v2(1, 0x11, []byte(v2TCP4+extension(proxyTypeSSL, "\x00\x00\x00\x00\x00"))), source: "198.51.100.7"},
	} {
		t.Run(name, func(t *testing.T) {
			r := strings.NewReader(tc.in + "GET / HTTP/1.1\r\n")
			h, err := readProxyHeader(r)
			if err != nil {
				t.Fatal(err)
			}
			want := netip.Addr{}
			if tc.source != "" {
				want = netip.MustParseAddr(tc.source)
			}
			if h.source != want || h.secure != tc.secure {
				t.Errorf("source %v, secure %v", h.source, h.secure)
			}
			if rest, _ := io.ReadAll(r); string(rest) != "GET / HTTP/1.1\r\n" {
				t.Errorf("left %q", rest)
			}
		})
	}
}

func TestAMalformedPROXYHeaderIsRefused(t *testing.T) {
	for name, in := range map[string]string{
		"a request":                      "GET / HTTP/1.1\r\nHost: h\r\n\r\n",
		"nothing":                        "",
		"v1, lower case":                 "proxy TCP4 198.51.100.7 192.0.2.1 12345 443\r\n",
		"v1, no address":                 "PROXY TCP4\r\n........................",
		"v1, three parts":                "PROXY TCP4 198.51.100.7 192.0.2.1 12345\r\n",
		"v1, five parts":                 "PROXY TCP4 198.51.100.7 192.0.2.1 1 2 3\r\n",
		"v1, two spaces":                 "PROXY TCP4  198.51.100.7 192.0.2.1 1 2\r\n",
		"v1, IPv6 for IPv4":              "PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n",
		"v1, IPv4 for IPv6":              "PROXY TCP6 198.51.100.7 192.0.2.1 1 2\r\n",
		"v1, a zone":                     "PROXY TCP6 fe80::1%eth0 2001:db8::1 1 2\r\n",
		"v1, a name":                     "PROXY TCP4 example.com 192.0.2.1 1 2\r\n",
		"v1, leading zeros":              "PROXY TCP4 198.051.100.7 192.0.2.1 1 2\r\n",
		"v1, a port with leading zeros":  "PROXY TCP4 198.51.100.7 192.0.2.1 01 2\r\n",
		"v1, a port out of range":        "PROXY TCP4 198.51.100.7 192.0.2.1 1 65536\r\n",
		"v1, a port with a sign":         "PROXY TCP4 198.51.100.7 192.0.2.1 +1 2\r\n",
		"v1, UDP":                        "PROXY UDP4 198.51.100.7 192.0.2.1 1 2\r\n",
		"v1, bare LF":                    "PROXY TCP4 198.51.100.7 192.0.2.1 1 2\n..",
		"v1, bare CR":                    "PROXY TCP4 198.51.100.7\r192.0.2.1 1 2\r\n",
		"v1, too long":                   "PROXY UNKNOWN " + strings.Repeat("x", 100) + "\r\n",
		"v1, cut off":                    "PROXY TCP4 198.51.100.7 192.0.2.1 1",
		"v2, another version":            strings.Replace(v2(1, 0x11, []byte(v2TCP4)), "\x21\x11", "\x31\x11", 1),
		"v2, another command":            v2(2, 0x11, []byte(v2TCP4)),
		"v2, datagrams":                  v2(1, 0x12, []byte(v2TCP4)),
		"v2, another family":             v2(1, 0x41, []byte(v2TCP4)),
		"v2, an address too short":       v2(1, 0x11, []byte(v2TCP4[:11])),
		"v2, an IPv6 address too short":  v2(1, 0x21, []byte(v2TCP4)),
		"v2, half an extension":          v2(1, 0x11, []byte(v2TCP4+"\x04\x00")),
		"v2, an extension that overruns": v2(1, 0x11, []byte(v2TCP4+"\x04\x00\x05abcd")),
		"v2, too long":                   v2(1, 0x11, make([]byte, proxyV2Max+1)),
		"v2, cut off":                    v2(1, 0x11, []byte(v2TCP4))[:20],
		"v2, half a signature":           "\r\n\r\n\x00\r\nQUIT\r........",
	} {
		t.Run(name, func(t *testing.T) {
			if h, err := readProxyHeader(strings.NewReader(in)); err == nil {
				t.Errorf("accepted as %+v", h)
			}
		})
	}
}

// FuzzAPROXYHeader: whatever is accepted says so itself, byte for byte, in one of the two forms.
func FuzzAPROXYHeader(f *testing.F) {
	f.Add([]byte("PROXY TCP4 198.51.100.7 192.0.2.1 12345 443\r\nGET"))
	f.Add([]byte("PROXY UNKNOWN\r\n"))
	f.Add([]byte(v2(1, 0x11, []byte(v2TCP4+extension(proxyTypeSSL, "\x01\x00\x00\x00\x00"))) + "GET"))
	f.Add([]byte(v2(1, 0x21, []byte(v2TCP6))))
	f.Fuzz(func(t *testing.T, in []byte) {
		r := bytes.NewReader(in)
		h, err := readProxyHeader(r)
		if err != nil {
			return
		}
		used := in[:len(in)-r.Len()]
		switch {
		case bytes.HasPrefix(used, []byte(proxyV2Signature)):
			if want := 16 + int(binary.BigEndian.Uint16(used[14:])); len(used) != want {
				t.Fatalf("used %d bytes, the header has %d", len(used), want)
			}
			if h.source.IsValid() && !bytes.HasPrefix(used[16:], h.source.AsSlice()) && !h.source.Is4() {
				t.Fatalf("source %v is not in %q", h.source, used)
			}
		case !bytes.HasPrefix(used, []byte("PROXY ")) || bytes.Count(used, []byte("\n")) != 1 || !bytes.HasSuffix(used, []byte("\r\n")):
			t.Fatalf("accepted %q", used)
		case h.source.IsValid():
			if a, err := netip.ParseAddr(strings.Fields(string(used))[2]); err != nil || a.Unmap() != h.source {
				t.Fatalf("source %v of %q", h.source, used)
			}
		}
	})
}

// who answers with what a handler is told about the visitor.
func who(v *Visit) {
	v.Answer(200, "text/plain", []byte(v.ClientIP().String()+" "+v.PeerIP().String()+" "+v.Scheme()))
}

func TestOnlyATrustedPeersPROXYHeaderIsRead(t *testing.T) {
	const header, request = "PROXY TCP4 198.51.100.7 192.0.2.1 12345 443\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

	_, addr := serve(t, given(func(c *Config) {
		c.TrustedProxies = loopback
		c.ProxyProtocol = true
	}), who)
	c := dial(t, addr)
	for _, sent := range []string{header + request, request} { // it holds for the connection
		if _, body := c.ask(sent, 200); body != "198.51.100.7 198.51.100.7 http" {
			t.Errorf("got %q", body)
		}
	}
	c = dial(t, addr)
	c.send(request)
	c.dropped()

	_, addr = serve(t, given(func(c *Config) { c.ProxyProtocol = true }), who)
	dial(t, addr).ask(header+request, 400)

	_, addr = serve(t, given(func(c *Config) { c.TrustedProxies = loopback }), who)
	dial(t, addr).ask(header+request, 400)
}

func TestBehindAWireForwardingFieldsAreTheVisitorsOwn(t *testing.T) {
	_, addr := serve(t, given(func(c *Config) {
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		c.ProxyProtocol = true
	}), who)
	request := "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\r\n"
	if _, body := dial(t, addr).ask("PROXY TCP4 198.51.100.7 192.0.2.1 1 2\r\n"+request, 200); body != "198.51.100.7 198.51.100.7 http" {
		t.Errorf("a visitor behind a balancer: %q", body)
	}
	if _, body := dial(t, addr).ask("PROXY TCP4 127.9.9.9 192.0.2.1 1 2\r\n"+request, 200); body != "203.0.113.9 127.9.9.9 https" {
		t.Errorf("a trusted proxy behind a balancer: %q", body)
	}
	for name, header := range map[string]string{"v1": "PROXY UNKNOWN\r\n", "v2": v2(1, 0x00, nil), "a Unix socket": v2(1, 0x31, make([]byte, 216))} {
		if _, body := dial(t, addr).ask(header+request, 200); body != "127.0.0.1 127.0.0.1 http" {
			t.Errorf("an unknown visitor behind a balancer, %s: %q", name, body)
		}
	}
	if _, body := dial(t, addr).ask(v2(0, 0x00, nil)+request, 200); body != "203.0.113.9 127.0.0.1 https" {
		t.Errorf("the balancer itself: %q", body)
	}
	if _, body := dial(t, addr).ask(v2(1, 0x11, []byte(v2TCP4+extension(proxyTypeSSL, "\x01\x00\x00\x00\x00")))+"GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200); body != "198.51.100.7 198.51.100.7 https" {
		t.Errorf("TLS taken off by the balancer: %q", body)
	}
}
