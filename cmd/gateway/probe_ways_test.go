package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// relay is a front that only passes bytes on, behind a PROXY header.
func relay(t *testing.T, to string) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				_ = in.Close()
				return
			}
			go func() {
				defer func() { _ = out.Close() }()
				_, _ = io.WriteString(out, "PROXY TCP4 192.0.2.9 192.0.2.1 4711 80\r\n")
				_, _ = io.Copy(out, in)
			}()
			go func() {
				defer func() { _ = in.Close() }()
				_, _ = io.Copy(in, out)
			}()
		}
	}()
	return ln.Addr().String()
}

func TestTheProbeSeesOtherWaysToAGateway(t *testing.T) {
	t.Parallel()
	const errors, warnings = 1, 0 // the exit codes
	behind := newSite(t).backend()
	says := func(code, wantCode int, out string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if code != wantCode || !strings.Contains(out, want) {
				t.Errorf("exit %d, want %d; not said: %s\n%s", code, wantCode, want, out)
			}
		}
	}
	direct := &draft{rooms: []planned{{"a", behind, quick}}}
	code, out := check(t, direct, "--probe", "http://a.example/", "--connect", run(t, direct).public[0].Addr().String())
	says(code, warnings, out, "ok: no proxy in front", "warning: visitors come by http", "fields are not believed")

	relayed := &draft{head: trusting + "proxy_protocol: true\n", rooms: []planned{{"a", behind, quick}}}
	code, out = check(t, relayed, "--probe", "http://a.example/", "--connect", relay(t, run(t, relayed).public[0].Addr().String()))
	says(code, warnings, out, "ok: the gateway sees the visitor's address by the PROXY protocol: 192.0.2.9")

	trusted := &draft{head: trusting, rooms: []planned{{"a", behind, quick}}}
	front := (&frontProxy{}).open(t, run(t, trusted))
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, front.URL+r.RequestURI, http.StatusPermanentRedirect)
	}))
	t.Cleanup(plain.Close)
	code, out = check(t, trusted, "--probe", plain.URL, "--insecure")
	says(code, errors, out, "ok: http:// is redirected to https://, which is probed", "ok: the gateway answers by way of "+front.URL, "ok: the gateway sees https",
		"no room has the host")
}
