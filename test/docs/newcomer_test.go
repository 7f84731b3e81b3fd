package docs

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// newcomer is a machine without Einlass, whose user follows the README. The files go to directories of the test, the ports are
// free ones, and what would change the machine itself is stood for by scripts: make (the programs are there), useradd,
// setpriv and systemctl, which starts what the installed unit says.
type newcomer struct {
	*machine
	https, site string
}

// stand are these scripts.
var stand = map[string]string{
	"make":    "#!/bin/bash\nset -eu\n[ \"$*\" = build ]\nmkdir bin\ncp \"$PROGRAMS\"/* bin/\n",
	"useradd": "#!/bin/bash\nset -eu\n[ \"${*: -1}\" = einlass ]\n",
	"setpriv": "#!/bin/bash\nset -eu\nwhile [ \"$1\" != gateway ]; do shift; done\nexec \"$@\"\n",
	"systemctl": `#!/bin/bash
set -eu
[ "$*" != daemon-reload ] || exit 0
[ "$*" = "enable --now einlass" ]
run=$(sed -n 's/^ExecStart=//p' "$UNITS/einlass.service" | sed "s|/usr/local/bin|$BIN|; s|/etc/einlass|$ETC|")
setsid $run </dev/null >>"$RUN/einlass.log" 2>&1 &
echo $! >"$RUN/einlass.pid"
for _ in {1..600}; do
	token=$(cat "$STATE/admin-token" "$ETC/admin-token" 2>/dev/null || true)
	[ -z "$token" ] || ! EINLASS_ADMIN_TOKEN=$token admin rooms >/dev/null 2>&1 || exit 0
	sleep 0.05
done
cat "$RUN/einlass.log" >&2
exit 1
`,
}

func newNewcomer(t *testing.T, document string, site http.Handler) *newcomer {
	t.Helper()
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	m := &machine{t: t, blocks: exercises(t, document), dir: t.TempDir(), web: free(t), admin: free(t)}
	n := &newcomer{machine: m, https: free(t), site: server.Listener.Addr().String()}
	for _, name := range []string{"etc", "bin", "run", "units", "stand", "checkout"} {
		if err := os.Mkdir(m.path(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, script := range stand {
		m.write("stand/"+name, script, 0o700)
	}
	configs, err := filepath.Abs("../../configs")
	if err == nil {
		err = os.Symlink(configs, m.path("checkout/configs"))
	}
	if err != nil {
		t.Fatal(err)
	}
	m.env = append(os.Environ(),
		"ETC="+m.path("etc/einlass"), "STATE="+m.path("state"), "BIN="+m.path("bin"), "RUN="+m.path("run"), "UNITS="+m.path("units"),
		"PROGRAMS="+programs, "PATH="+m.path("stand")+":"+m.path("bin")+":"+os.Getenv("PATH"),
		"EINLASS_ADMIN__LISTEN="+m.admin, "EINLASS_ADMIN_URL=http://"+m.admin,
	)
	t.Cleanup(m.off)
	return n
}

// follow runs a block, with the places of this machine.
func (n *newcomer) follow(name string) string {
	n.t.Helper()
	text := n.blocks[name]
	if text == "" {
		n.t.Fatalf("there is no exercise %s", name)
	}
	for _, place := range [][2]string{
		{"/usr/local/bin/", n.path("bin") + "/"},
		{"/etc/systemd/system/", n.path("units") + "/"},
		{"/etc/einlass", n.path("etc/einlass")},
		{"/var/lib/einlass", n.path("state")},
		{`http: ":80"`, `http: "` + n.web + `"`},
		{`https: ":443"`, `https: "` + n.https + `"`},
		{"127.0.0.1:8000", n.site},
		{" -o einlass", ""},
		{" -g einlass", ""},
		{"chgrp einlass", "chgrp " + fmt.Sprint(os.Getgid())},
	} {
		text = strings.ReplaceAll(text, place[0], place[1])
	}
	return n.sh("umask 022\ncd " + n.path("checkout") + "\n" + text)
}

// getIn loads a page until it is the site's, as somebody who waits does; who comes in the first second after the start has to.
func (n *newcomer) getIn(jar http.CookieJar, url string, header []string) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), 30*time.Second)
	defer cancel()
	for {
		status, body := n.ask(jar, http.MethodGet, url, header...)
		if strings.HasPrefix(body, "the site's ") {
			return
		}
		select {
		case <-ctx.Done():
			n.t.Fatalf("nobody is let in: %d %s", status, body)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// ask asks the gate as somebody who comes by the public name.
func (n *newcomer) ask(jar http.CookieJar, method, url string, header ...string) (status int, body string) {
	n.t.Helper()
	dial := &net.Dialer{}
	client := &http.Client{Jar: jar, Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // the README's certificate for a first try is its own authority
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if strings.HasSuffix(address, ":80") {
				return dial.DialContext(ctx, network, n.web)
			}
			return dial.DialContext(ctx, network, n.https)
		},
	}}
	req, err := http.NewRequestWithContext(n.t.Context(), method, url, nil)
	if err != nil {
		n.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := client.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}
