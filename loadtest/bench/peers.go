package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/einlass/einlass/loadtest/launch"
)

// nginx starts one with a server block's inside; http goes before it.
func (b *bench) nginx(http, inside string) (*process, error) {
	addr, err := launch.FreeAddr()
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
  access_log off; keepalive_requests 1000000000; sendfile on; tcp_nopush on;
  client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  %[2]s
  server {
    listen %[3]s;
    %[4]s
  }
}`, dir, http, addr, inside))
	if err != nil {
		return nil, err
	}
	return b.start(addr, "nginx", "-c", file, "-p", dir)
}

// nginxProxy forwards to a backend over kept connections.
func (b *bench) nginxProxy(backend string) (*process, error) {
	return b.nginx(fmt.Sprintf("upstream site { server %s; keepalive 256; keepalive_requests 1000000000; }", backend), `location / {
      proxy_pass http://site; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;
    }`)
}

// static is the body of a captured answer as a file, and its type.
func (b *bench) static(answer string) (dir, contentType string, err error) {
	data, err := os.ReadFile(answer)
	if err != nil {
		return "", "", err
	}
	head, body, _ := bytes.Cut(data, []byte("\r\n\r\n"))
	for line := range strings.SplitSeq(string(head), "\r\n") {
		if value, ok := strings.CutPrefix(line, "Content-Type: "); ok {
			contentType = value
		}
	}
	dir = b.file("static")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", "", err
	}
	return dir, contentType, os.WriteFile(filepath.Join(dir, "answer"), body, 0o644)
}

// haproxy starts one with a frontend's inside; after goes behind it.
func (b *bench) haproxy(inside, after string) (*process, error) {
	addr, err := launch.FreeAddr()
	if err != nil {
		return nil, err
	}
	file, err := b.write("haproxy.cfg", fmt.Sprintf(`
global
  maxconn 4000
  nbthread 2
defaults
  mode http
  option http-keep-alive
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend in
  bind %s
  %s
%s
`, addr, inside, after))
	if err != nil {
		return nil, err
	}
	return b.start(addr, "haproxy", "-f", file)
}

// caddy starts one with a site's inside.
func (b *bench) caddy(inside string) (*process, error) {
	addr, err := launch.FreeAddr()
	if err != nil {
		return nil, err
	}
	file, err := b.write("Caddyfile", fmt.Sprintf("{\n\tauto_https off\n\tadmin off\n}\nhttp://%s {\n\t%s\n}\n", addr, inside))
	if err != nil {
		return nil, err
	}
	return b.start(addr, "caddy", "run", "--adapter", "caddyfile", "--config", file)
}

// answering are peers that send the body of a captured answer as a file of their own: what an operator would put there in
// place of a waiting room.
func (b *bench) answering(answer, script string) ([]*contestant, error) {
	dir, contentType, err := b.static(answer)
	if err != nil {
		return nil, err
	}
	nginx, err := b.nginx("", fmt.Sprintf("root %s; default_type %q; location / { try_files /answer =404; }", dir, contentType))
	if err != nil {
		return nil, err
	}
	haproxy, err := b.haproxy(fmt.Sprintf("http-request return status 200 content-type %q file %s/answer", contentType, dir), "")
	if err != nil {
		return nil, err
	}
	caddy, err := b.caddy(fmt.Sprintf("root * %s\n\trewrite * /answer\n\theader Content-Type %q\n\tfile_server", dir, contentType))
	if err != nil {
		return nil, err
	}
	return []*contestant{
		against("nginx, a static file", nginx, script), against("HAProxy, a fixed answer", haproxy, script),
		against("Caddy, a static file", caddy, script),
	}, nil
}

// forwarding are peers that forward to a backend.
func (b *bench) forwarding(backend, script string) ([]*contestant, error) {
	nginx, err := b.nginxProxy(backend)
	if err != nil {
		return nil, err
	}
	haproxy, err := b.haproxy("default_backend site\n  option forwardfor", "backend site\n  http-reuse always\n  server one "+backend)
	if err != nil {
		return nil, err
	}
	caddy, err := b.caddy("reverse_proxy " + backend)
	if err != nil {
		return nil, err
	}
	return []*contestant{
		against("nginx `proxy_pass`, keep-alive", nginx, script), against("HAProxy", haproxy, script),
		against("Caddy `reverse_proxy`", caddy, script),
	}, nil
}

// refusing is what many put before a site that cannot cope: nginx that lets a few in and turns everybody else away.
func (b *bench) refusing(backend, script string) (*contestant, error) {
	p, err := b.nginx(fmt.Sprintf("limit_req_zone $binary_remote_addr zone=one:10m rate=10r/s; upstream site { server %s; keepalive 16; }", backend),
		`location / { limit_req zone=one burst=20 nodelay; proxy_pass http://site; proxy_http_version 1.1; proxy_set_header Connection ""; }`)
	if err != nil {
		return nil, err
	}
	return against("nginx `limit_req`, which turns away", p, script), nil
}

func against(name string, p *process, script string) *contestant {
	return &contestant{name: name, p: p, url: "http://" + p.addr, script: script}
}
