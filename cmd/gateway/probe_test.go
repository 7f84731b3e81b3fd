package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/tlscert/certtest"
)

// proxy is a front whose work a test spoils.
type frontProxy struct {
	send   func(*httputil.ProxyRequest)
	answer func(*http.Response) error
	around func(http.Handler) http.Handler
	plain  bool // without TLS
}

// open starts the front before a gateway. It does all that a front must, before send spoils it.
func (p *frontProxy) open(t *testing.T, r *running) *httptest.Server {
	t.Helper()
	to := &url.URL{Scheme: "http", Host: r.public[0].Addr().String()}
	var h http.Handler = &httputil.ReverseProxy{
		FlushInterval: -1, ModifyResponse: p.answer,
		Rewrite: func(pr *httputil.ProxyRequest) {
			for name := range maps.Clone(pr.Out.Header) {
				if strings.HasPrefix(name, "X-") || name == "Forwarded" || name == "True-Client-Ip" || name == "Front-End-Https" {
					pr.Out.Header.Del(name)
				}
			}
			pr.SetURL(to)
			pr.Out.Host = pr.In.Host
			pr.SetXForwarded()
			if p.send != nil {
				p.send(pr)
			}
		},
	}
	if p.around != nil {
		h = p.around(h)
	}
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = nil
	if p.plain {
		s.Start()
	} else {
		cert, key := certtest.KeyPair(t, "a.example")
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		s.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		s.StartTLS()
	}
	t.Cleanup(s.Close)
	return s
}

// check runs "config check" on a plan and returns its exit code and what it printed.
func check(t *testing.T, p *draft, args ...string) (code int, out string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gateway.yaml")
	if err := os.WriteFile(file, []byte(p.text()), 0o600); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	cmd := newRoot(sharedLibrary)
	cmd.SetArgs(append([]string{"config", "check", file}, args...))
	cmd.SetOut(&text)
	cmd.SetErr(io.Discard)
	err := cmd.Execute()
	var exit exitError
	switch {
	case errors.As(err, &exit):
		code = exit.code
	case err != nil:
		code = exitUsage
	}
	return code, fmt.Sprintf("%s%v", text.String(), err)
}

// probeBy is check by way of a front.
func probeBy(t *testing.T, p *draft, front *httptest.Server, args ...string) (code int, out string) {
	t.Helper()
	at, err := url.Parse(front.URL)
	if err != nil {
		t.Fatal(err)
	}
	return check(t, p, append([]string{"--probe", at.Scheme + "://a.example/", "--connect", at.Host}, args...)...)
}

const trusting = "trusted_proxies: [127.0.0.1]\n"

func TestTheProbeSaysThatAFrontIsGood(t *testing.T) {
	p := &draft{head: trusting, rooms: []planned{{"a", newSite(t).backend(), quick}}}
	r := run(t, p)
	code, out := probeBy(t, p, (&frontProxy{}).open(t, r), "--insecure")
	if code != 0 || strings.Contains(out, "error:") || strings.Contains(out, "warning:") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	for _, want := range []string{
		"the gateway answers by way of https://a.example", "Host is passed on", "that of room a", "sees the visitor's address: 127.0.0.1",
		"sees https", "forwarding fields do not pass", "cookies are Secure", "cookies come back", "does not keep the gateway's pages",
		"a URL of 4000 bytes passes", "a cookie of 6000 bytes passes", "a form of 2097152 bytes passes",
		"a stream of events passes as it comes", "a WebSocket passes",
	} {
		if !strings.Contains(out, "ok: ") || !strings.Contains(out, want) {
			t.Errorf("nothing is said of: %s\n%s", want, out)
		}
	}
}

// Each front does one thing wrong, and the probe names it with its mend.
func TestTheProbeSaysWhatAFrontDoesWrong(t *testing.T) {
	trusted := &draft{head: trusting, rooms: []planned{{"a", newSite(t).backend(), quick}}}
	strict := &draft{rooms: []planned{{"a", newSite(t).backend(), quick}}}
	gates := map[*draft]*running{trusted: run(t, trusted), strict: run(t, strict)}
	kept := map[string]*httptest.ResponseRecorder{}
	for name, tt := range map[string]struct {
		p       *draft // trusted, if it is nil
		proxy   frontProxy
		want    []string
		warning bool // and no error
	}{
		"not trusted": {p: strict, want: []string{"set trusted_proxies: [127.0.0.1/32]", "the gateway sees http", "cookies are not Secure"}},
		"says nothing of visitors, not trusted": {
			p:    strict,
			want: []string{"the proxy there tells no other"},
			proxy: frontProxy{send: func(pr *httputil.ProxyRequest) {
				pr.Out.Header.Del("X-Forwarded-For")
				pr.Out.Header.Del("X-Forwarded-Proto")
				pr.Out.Header.Del("X-Forwarded-Host")
			}},
		},
		"says nothing of visitors": {
			want:  []string{"is trusted and tells no visitor's address"},
			proxy: frontProxy{send: func(pr *httputil.ProxyRequest) { pr.Out.Header.Del("X-Forwarded-For") }},
		},
		"says nothing of TLS": {
			want:  []string{"visitors come by https and the gateway sees http"},
			proxy: frontProxy{send: func(pr *httputil.ProxyRequest) { pr.Out.Header.Del("X-Forwarded-Proto") }},
		},
		"believes visitors": {
			want: []string{"a visitor can pretend to be somebody else: with forged fields the gateway sees 192.0.2.66"},
			proxy: frontProxy{send: func(pr *httputil.ProxyRequest) {
				if in := pr.In.Header.Get("X-Forwarded-For"); in != "" {
					pr.Out.Header.Set("X-Forwarded-For", in)
				}
			}},
		},
		"passes X-Original-URL on": {
			want: []string{"passes on what a visitor writes into X-Original-Url"}, warning: true,
			proxy: frontProxy{send: func(pr *httputil.ProxyRequest) { pr.Out.Header["X-Original-Url"] = pr.In.Header["X-Original-Url"] }},
		},
		"another proxy before it": {
			want: []string{"name 192.0.2.1 in trusted_proxies too"},
			proxy: frontProxy{send: func(pr *httputil.ProxyRequest) {
				pr.Out.Header.Set("X-Forwarded-For", "127.0.0.1, 192.0.2.1")
			}},
		},
		"keeps Host": {
			want:  []string{"have the front pass Host on", `no room has the host "127.0.0.1`},
			proxy: frontProxy{send: func(pr *httputil.ProxyRequest) { pr.Out.Host = pr.Out.URL.Host }},
		},
		"without TLS": {
			want: []string{"visitors come by http"}, warning: true, proxy: frontProxy{plain: true},
		},
		"a cache": {
			want: []string{"the front keeps the gateway's pages"},
			proxy: frontProxy{around: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method != http.MethodGet || r.URL.RawQuery != "" {
						next.ServeHTTP(w, r)
						return
					}
					if kept[r.URL.Path] == nil {
						kept[r.URL.Path] = httptest.NewRecorder()
						next.ServeHTTP(kept[r.URL.Path], r)
					}
					maps.Copy(w.Header(), kept[r.URL.Path].Header())
					_, _ = w.Write(kept[r.URL.Path].Body.Bytes())
				})
			}},
		},
		"lets browsers keep pages": {
			want:  []string{"the front changes Cache-Control"},
			proxy: frontProxy{answer: func(r *http.Response) error { r.Header.Set("Cache-Control", "max-age=60"); return nil }},
		},
		"changes cookies": {
			want: []string{"Secure or __Host- is missing"},
			proxy: frontProxy{answer: func(r *http.Response) error {
				r.Header.Set("Set-Cookie", strings.ReplaceAll(r.Header.Get("Set-Cookie"), "; Secure", ""))
				return nil
			}},
		},
		"drops cookies": {
			want:  []string{"cookie does not come back"},
			proxy: frontProxy{send: func(pr *httputil.ProxyRequest) { pr.Out.Header.Del("Cookie") }},
		},
		"buffers": {
			want: []string{"keeps a stream of events back"},
			proxy: frontProxy{around: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if !strings.Contains(r.URL.RawQuery, "part=stream") {
						next.ServeHTTP(w, r)
						return
					}
					whole := httptest.NewRecorder()
					next.ServeHTTP(whole, r)
					_, _ = w.Write(whole.Body.Bytes())
				})
			}},
		},
		"takes no WebSocket": {
			want:  []string{"a WebSocket does not pass the front: 426"},
			proxy: frontProxy{send: func(pr *httputil.ProxyRequest) { pr.Out.Header.Del("Upgrade"); pr.Out.Header.Del("Connection") }},
		},
		"takes no long forms": {
			want: []string{"a form of 2097152 bytes does not pass the front: 413"},
			proxy: frontProxy{around: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.ContentLength > 1<<20 {
						http.Error(w, "too large", http.StatusRequestEntityTooLarge)
						return
					}
					next.ServeHTTP(w, r)
				})
			}},
		},
		"takes no long URL": {
			want: []string{"a URL of 4000 bytes does not pass the front: 414"},
			proxy: frontProxy{around: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if len(r.RequestURI) > 2000 {
						http.Error(w, "too long", http.StatusRequestURITooLong)
						return
					}
					next.ServeHTTP(w, r)
				})
			}},
		},
		"sends the prefix elsewhere": {
			want:  []string{"what answers is not this gateway: 404", "/.einlass/ too"},
			proxy: frontProxy{around: func(http.Handler) http.Handler { return http.NotFoundHandler() }},
		},
		"drops the probe's field": {
			want:  []string{"a gateway answers that does not know this probe"},
			proxy: frontProxy{send: func(pr *httputil.ProxyRequest) { pr.Out.Header.Del("Einlass-Probe") }},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.p == nil {
				tt.p = trusted
			}
			code, out := probeBy(t, tt.p, tt.proxy.open(t, gates[tt.p]), "--insecure")
			if wantCode := map[bool]int{true: 0, false: 1}[tt.warning]; code != wantCode {
				t.Errorf("exit %d, want %d", code, wantCode)
			}
			for _, want := range tt.want {
				if !strings.Contains(out, want) {
					t.Errorf("not said: %s", want)
				}
			}
			if t.Failed() {
				t.Log(out)
			}
		})
	}
}

func TestTheProbeFindsNoFront(t *testing.T) {
	t.Parallel()
	p := &draft{head: trusting, rooms: []planned{{"a", newSite(t).backend(), quick}}}
	r := run(t, p)
	front := (&frontProxy{}).open(t, r)
	code, out := probeBy(t, p, front)
	if code != 1 || !strings.Contains(out, "add --insecure or --ca-file FILE") {
		t.Errorf("a self-signed certificate: exit %d, %s", code, out)
	}
	front.Close()
	if code, out = probeBy(t, p, front, "--insecure"); code != 1 || !strings.Contains(out, "nothing answers") {
		t.Errorf("no front: exit %d, %s", code, out)
	}
	code, out = check(t, p, "--probe", "http://a.example/", "--connect", r.public[0].Addr().String())
	if code != 1 || !strings.Contains(out, "tells no visitor's address") {
		t.Errorf("straight to a gateway that trusts this machine: exit %d, %s", code, out)
	}
	for _, args := range [][]string{{"--insecure"}, {"--probe", "a.example"}, {"--probe", "http://a.example/", "--connect", "x"}, {"--probe", "http://a.example/", "--ca-file", "/nowhere"}} {
		if code, out := check(t, p, args...); code != exitUsage {
			t.Errorf("%q: exit %d, %s", args, code, out)
		}
	}
	other := &draft{dir: t.TempDir(), rooms: p.rooms}
	if code, out := probeBy(t, other, front, "--insecure"); code != exitStart || !strings.Contains(out, "keys.json") {
		t.Errorf("without a keyring: exit %d, %s", code, out)
	}
}

func TestTheProbeFindsTheWayAroundAGuardedPath(t *testing.T) {
	site := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/index.php/locked" || r.URL.Query().Get("q") == "locked" {
			_, _ = io.WriteString(w, "the guarded page")
			return
		}
		http.NotFound(w, r)
	})
	behind := httptest.NewServer(site)
	t.Cleanup(behind.Close)
	p := &draft{head: trusting, rooms: []planned{{"a", "url: \"" + behind.URL + "\"", quick + "    paths: [/locked]\n"}}}
	r := run(t, p)
	code, out := probeBy(t, p, (&frontProxy{}).open(t, r), "--insecure")
	for _, want := range []string{"warning: /index.php/locked,", "warning: /?q=locked,"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit %d, not said: %s\n%s", code, want, out)
		}
	}
	if strings.Contains(out, "page=locked") {
		t.Errorf("a way that the site does not know:\n%s", out)
	}
	if res, _ := r.get(r.client, "a", "/locked"); res.StatusCode == 200 && res.Header.Get("Einlass-State") == "" {
		t.Error("the page is not guarded")
	}
}
