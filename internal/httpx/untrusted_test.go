package httpx

import (
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestAProxyThatIsNotTrustedIsSaidOnceAndCounted(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	var counted atomic.Int64
	_, addr := serve(t, given(func(c *Config) {
		c.Log, c.OnUntrusted = zap.New(core), func() { counted.Add(1) }
	}), ok)
	c := dial(t, addr)
	c.ask("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Port: 443\r\nVia: 1.1 a\r\n\r\n", 200)
	if counted.Load() != 0 || logs.Len() != 0 {
		t.Errorf("without forwarding fields: %d counted, log %+v", counted.Load(), logs.All())
	}
	lines := []string{
		"X-Forwarded-For: 203.0.113.9", "X-Real-IP: 203.0.113.9", "Forwarded: for=203.0.113.9", "x-forwarded-proto: https", "X-FORWARDED-HOST: h",
	}
	for i, line := range lines {
		c.ask("GET / HTTP/1.1\r\nHost: h\r\n"+line+"\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n", 200)
		if counted.Load() != int64(i+1) {
			t.Errorf("%s: %d counted", line, counted.Load())
		}
	}
	dial(t, addr).ask("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n", 200)
	all := logs.All()
	if len(all) != 1 {
		t.Fatalf("log is %+v", all)
	}
	said := all[0].ContextMap()
	if said["set"] != "trusted_proxies: [127.0.0.1/32]" || said["field"] != "X-Forwarded-For" || strings.Contains(all[0].Message, "203.") {
		t.Errorf("log says %q %v", all[0].Message, said)
	}
}

func TestWhoIsNoProxyOfTheOperatorsIsNotNoticed(t *testing.T) {
	var counted atomic.Int64
	core, logs := observer.New(zap.WarnLevel)
	_, addr := serve(t, given(func(c *Config) {
		c.Log, c.OnUntrusted = zap.New(core), func() { counted.Add(1) }
		c.TrustedProxies, c.ProxyProtocol = loopback, true
	}), ok)
	const fields = "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\r\n"
	for _, header := range []string{viaProxy("198.51.100.7"), viaProxy("2001:db8::7"), "PROXY UNKNOWN\r\n"} {
		if dial(t, addr).ask(header+fields, 200); counted.Load() != 0 || logs.Len() != 0 {
			t.Fatalf("%q: %d counted, log %+v", header, counted.Load(), logs.All())
		}
	}
	for i, near := range []string{"10.1.2.3", "192.168.3.4", "172.16.0.1", "fd00::1", "169.254.1.1", "100.64.0.1"} {
		if dial(t, addr).ask(viaProxy(near)+fields, 200); counted.Load() != int64(i+1) {
			t.Errorf("%s: %d counted", near, counted.Load())
		}
	}
	for _, far := range []string{"203.0.113.1", "100.128.0.1", "2003::1"} {
		if isNear(netip.MustParseAddr(far)) {
			t.Errorf("%s counts as near", far)
		}
	}
}

func TestNoticingAProxyAllocatesNothing(t *testing.T) {
	v := visitOf(t, given(), "10.9.9.9", "Accept: */*\r\nUser-Agent: x\r\nX-Forwarded-For: 203.0.113.9\r\n")
	v.noticeProxy() // which says it once
	if n := testing.AllocsPerRun(100, v.noticeProxy); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// What a browser of today sends has no such field, so all of its fields are looked at.
func BenchmarkNoticingAProxy(b *testing.B) {
	_, rest, _ := strings.Cut(browser, "\r\nHost: termine.speyer.example\r\n")
	v := visitOf(b, given(), "10.9.9.9", strings.TrimSuffix(rest, "\r\n"))
	b.ReportAllocs()
	for b.Loop() {
		v.noticeProxy()
	}
}

// After an upgrade the field that a proxy sets may not be among those that are believed.
func TestAProxyThatTellsInAFieldWithoutTrustIsSaidOnce(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	_, addr := serve(t, given(trusting("X-Forwarded-For"), func(c *Config) {
		c.Log, c.TrustedProxies = zap.New(core), []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}), ok)
	c := dial(t, addr)
	c.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 200)
	c.ask("GET / HTTP/1.1\r\nHost: h\r\nForwarded: for=203.0.113.9\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n", 200)
	if logs.Len() != 0 {
		t.Errorf("a visitor's own field is logged: %+v", logs.All())
	}
	for range 3 {
		c.ask("GET / HTTP/1.1\r\nHost: h\r\nForwarded: for=203.0.113.9\r\n\r\n", 200)
	}
	if all := logs.All(); len(all) != 1 || all[0].ContextMap()["field"] != "Forwarded" || strings.Contains(all[0].Message, "203.") {
		t.Errorf("log is %+v", all)
	}
}
