//go:build long

package fronts

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/einlass/einlass/internal/tlscert/certtest"
	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/test/e2e/harness"
)

// front is one proxy and its example.
type front struct {
	file, program string
	// ports are the pairs of what stands in the file for the port without TLS and with it, and what is put there; %s is the address.
	http, https [2]string
	// put is what else is put in: pairs of what stands there and a name below the test's directory.
	put []string
	// spoil are pairs of what stands in the file and what a careless operator has put there.
	spoil []string
	// names are those of the certificate besides host.
	names []string
	// args are the command's; %f is the file, %d the test's directory.
	args []string
	// main is a file that includes the example, for a program whose example is a part; %d as above.
	main string
}

var fronts = map[string]front{
	"nginx": {
		file: "nginx.conf", program: "nginx",
		http: [2]string{"listen 80;", "listen %s;"}, https: [2]string{"listen 443 ssl", "listen %s ssl"},
		put:  []string{"/run/nginx.pid", "nginx.pid", "/var/log/nginx/error.log", "error.log"},
		args: []string{"-e", "%d/error.log", "-c", "%f", "-g", "daemon off;"},
	},
	"HAProxy": {
		file: "haproxy.cfg", program: "haproxy",
		http: [2]string{"bind :80\n", "bind %s\n"}, https: [2]string{"bind :443 ssl", "bind %s ssl"},
		args: []string{"-db", "-f", "%f"},
	},
	"Caddy": {
		file: "Caddyfile", program: "caddy",
		args: []string{"run", "--adapter", "caddyfile", "--config", "%f"},
	},
	"Apache": {
		file: "apache.conf", program: "apache2",
		http: [2]string{"*:80>", "%s>"}, https: [2]string{"*:443>", "%s>"},
		args: []string{"-D", "FOREGROUND", "-f", "%d/apache2.conf"},
		main: apacheMain,
	},
}

// apacheMain is what Debian's apache2.conf does, and a2enmod.
const apacheMain = `ServerRoot %d
ServerName localhost
PidFile %d/apache2.pid
ErrorLog %d/error.log
Mutex file:%d default
User www-data
Group www-data
Listen %h
Listen %s
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule alias_module /usr/lib/apache2/modules/mod_alias.so
LoadModule mime_module /usr/lib/apache2/modules/mod_mime.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
LoadModule headers_module /usr/lib/apache2/modules/mod_headers.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
TypesConfig /etc/mime.types
Include %f
`

// host is the name in the examples.
const host = "termine.example.org"

// running is a front that serves until the test ends.
type running struct {
	addr, plain string // host:port with TLS and without
	cert        string // its certificate's file
	log         launch.Log
}

// start starts a front before a gateway, with the example and nothing else.
func (f front) start(t *testing.T, g *harness.Gate) *running {
	t.Helper()
	program, err := exec.LookPath(f.program)
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/" + f.program); err != nil {
			t.Fatal(err)
		}
	}
	r := &running{}
	if r.addr, err = launch.FreeAddr(); err != nil {
		t.Fatal(err)
	}
	if r.plain, err = launch.FreeAddr(); err != nil {
		t.Fatal(err)
	}
	dir := f.directory(t)
	r.cert = filepath.Join(dir, "tls", "cert.pem")
	file := filepath.Join(dir, f.file)
	write(t, file, f.filled(t, dir, g, r))
	port := func(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }
	if f.main != "" {
		write(t, filepath.Join(dir, f.program+".conf"), strings.NewReplacer("%d", dir, "%f", file, "%h", "127.0.0.1:"+port(r.plain), "%s", "127.0.0.1:"+port(r.addr)).Replace(f.main))
	}
	args := make([]string, len(f.args))
	for i, a := range f.args {
		args[i] = strings.NewReplacer("%d", dir, "%f", file).Replace(a)
	}
	p, err := launch.Start(f.program, dir, &r.log, program, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Stop()
		if t.Failed() {
			t.Logf("%s: %s", f.program, r.log.String())
		}
	})
	if err := p.Accepts(t.Context(), r.addr); err != nil {
		t.Fatalf("%v\n%s", err, r.log.String())
	}
	return r
}

// directory holds what the examples look for below /etc/einlass. The proxies give their rights up and must still read it.
func (f front) directory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "front-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // as the comment says
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "tls"), 0o755); err != nil { //nolint:gosec // likewise
		t.Fatal(err)
	}
	cert, key := certtest.KeyPair(t, host, f.names...)
	write(t, filepath.Join(dir, "tls", "cert.pem"), string(cert))
	write(t, filepath.Join(dir, "tls", "key.pem"), string(key))
	write(t, filepath.Join(dir, "tls", "both.pem"), string(cert)+string(key))
	write(t, filepath.Join(dir, "away.html"), example(t, "away.html"))
	return dir
}

// filled is the example with ports, paths and the gateway's addresses put in. What is to be put in has to be there.
func (f front) filled(t *testing.T, dir string, g *harness.Gate, r *running) string {
	t.Helper()
	admin := g.Admin[strings.LastIndexByte(g.Admin, ':')+1:]
	port := func(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }
	pairs := []string{"127.0.0.1:8080", g.Addr, "/etc/einlass", dir}
	switch f.program {
	case "haproxy":
		pairs = append(pairs, "port 8081", "port "+admin)
	case "caddy":
		control, err := launch.FreeAddr()
		if err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, "http_port 80\n", "http_port "+port(r.plain)+"\n", "https_port 443\n", "https_port "+port(r.addr)+"\n", "admin localhost:2019", "admin "+control)
	}
	for _, p := range [][2]string{f.http, f.https} {
		if p[0] != "" {
			addr := r.plain
			if p == f.https {
				addr = r.addr
			}
			pairs = append(pairs, p[0], strings.ReplaceAll(p[1], "%s", addr))
		}
	}
	for i := 0; i < len(f.put); i += 2 {
		pairs = append(pairs, f.put[i], filepath.Join(dir, f.put[i+1]))
	}
	pairs = append(pairs, f.spoil...)
	text := example(t, f.file)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%s has no %q", f.file, pairs[i])
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	return text
}

func example(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "configs", "fronts", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil { //nolint:gosec // a key of a test, for a proxy that gives its rights up
		t.Fatal(err)
	}
}
