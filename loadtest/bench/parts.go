package main

import (
	"fmt"
	"os"
	"strings"
)

// closing makes a request the last on its connection.
func closing(request string) string {
	return strings.Replace(request, "\r\nHost:", "\r\nConnection: close\r\nHost:", 1)
}

// polls compares a waiting visitor's poll with the same bytes from bare fasthttp, at three lengths of the line.
func (b *bench) polls() error {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		in, err := b.install()
		if err != nil {
			return err
		}
		cookies, err := in.fill(n)
		if err != nil {
			return err
		}
		g, err := b.gateway(in, "memory", "127.0.0.1:9", 0)
		if err != nil {
			return err
		}
		var requests []string
		for _, c := range cookies {
			requests = append(requests, rawRequest("/.einlass/status?room=bench&shown=900000", browserHeaders, c))
		}
		empty := g.rss()
		answer, err := b.capture(g.addr, closing(requests[len(requests)/2]))
		if err != nil {
			return err
		}
		ref, err := b.reference(answer)
		if err != nil {
			return err
		}
		script, err := b.script(requests...)
		if err != nil {
			return err
		}
		ours := &contestant{name: "gateway, poll", p: g, url: "http://" + g.addr, script: script}
		bare := &contestant{name: "bare fasthttp, same bytes", p: ref, url: "http://" + ref.addr, script: script}
		if err := b.compare(fmt.Sprintf("Poll, %d waiting", n), 0.85, ours, bare); err != nil {
			return err
		}
		fmt.Printf("RSS of the gateway: %d MiB after loading the line, %d MiB after %.0f polls.\n\n", empty>>20, g.rss()>>20, ours.done)
		b.stop(g)
		b.stop(ref)
	}
	return nil
}

// arrivals compares an arrival with its page with the same bytes from bare fasthttp.
func (b *bench) arrivals() error {
	for _, kind := range []struct {
		name  string
		redis bool
		goal  float64
	}{{"embedded store", false, 0.60}, {"Redis", true, 0.45}} {
		in, err := b.install()
		if err != nil {
			return err
		}
		store := "memory"
		if kind.redis {
			addr, err := freePort()
			if err != nil {
				return err
			}
			_, port, _ := strings.Cut(addr, ":")
			if _, err := b.start(addr, "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", b.dir); err != nil {
				return err
			}
			store = "redis://" + addr
		}
		g, err := b.gateway(in, store, "127.0.0.1:9", 0)
		if err != nil {
			return err
		}
		request := rawRequest("/termine?ort=3", navigation, "")
		answer, err := b.capture(g.addr, closing(request))
		if err != nil {
			return err
		}
		ref, err := b.reference(answer)
		if err != nil {
			return err
		}
		script, err := b.script(request)
		if err != nil {
			return err
		}
		ours := &contestant{name: "gateway, arrival", p: g, url: "http://" + g.addr, script: script}
		bare := &contestant{name: "bare fasthttp, same bytes", p: ref, url: "http://" + ref.addr, script: script}
		if err := b.compare("Arrival with page, "+kind.name, kind.goal, ours, bare); err != nil {
			return err
		}
		fmt.Printf("%.0f places given; RSS of the gateway: %d MiB.\n\n", ours.done, g.rss()>>20)
		b.stop(g)
		b.stop(ref)
	}
	return nil
}

// passes compares a forwarded request with a bare fasthttp proxy and with nginx.
func (b *bench) passes() error {
	backendAddr, err := freePort()
	if err != nil {
		return err
	}
	if _, err := b.start(backendAddr, b.self, "serve", "backend", backendAddr, "2000"); err != nil {
		return err
	}
	in, err := b.install()
	if err != nil {
		return err
	}
	g, err := b.gateway(in, "memory", backendAddr, 60)
	if err != nil {
		return err
	}
	proxyAddr, err := freePort()
	if err != nil {
		return err
	}
	bare, err := b.start(proxyAddr, b.self, "serve", "proxy", proxyAddr, backendAddr)
	if err != nil {
		return err
	}
	nginx, err := b.nginx(backendAddr)
	if err != nil {
		return err
	}
	cookie, err := in.passCookie()
	if err != nil {
		return err
	}
	script, err := b.script(rawRequest("/termine?ort=3", navigation, cookie+"; site=abcdef0123456789"))
	if err != nil {
		return err
	}
	of := func(name string, p *process) *contestant {
		return &contestant{name: name, p: p, url: "http://" + p.addr, script: script}
	}
	if err := b.compare("Forwarded with a pass, 2,000 bytes", 0.90, of("gateway", g), of("nginx proxy_pass, keep-alive", nginx), of("bare fasthttp HostClient proxy", bare)); err != nil {
		return err
	}
	return b.compare("The same, beside nginx", 0.80, of("gateway", g), of("nginx proxy_pass, keep-alive", nginx))
}

func (b *bench) nginx(backend string) (*process, error) {
	addr, err := freePort()
	if err != nil {
		return nil, err
	}
	dir := b.file("nginx")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	file, err := b.write("nginx.conf", fmt.Sprintf(`
daemon off; user root; worker_processes 2; pid %[1]s/pid; error_log %[1]s/error.log crit;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  upstream site { server %[2]s; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen %[3]s;
    location / {
      proxy_pass http://site; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}`, dir, backend, addr))
	if err != nil {
		return nil, err
	}
	return b.start(addr, "nginx", "-c", file, "-p", dir)
}
