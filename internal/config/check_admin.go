package config

import (
	"net"
	"net/netip"
	"strings"
)

// minToken is 128 bits in hexadecimal or a little more than 95 in base64: beyond guessing over a network.
const minToken = 16

func (ch *checker) admin(c *Config) {
	a := c.Admin
	ch.adminListener(&a, c.Listen.Unix)
	ch.token("admin.token", a.Token, a.TokenFile)
	ch.token("admin.report_token", a.ReportToken, a.ReportTokenFile)
	if token := a.Token.Reveal(); token != "" {
		if token == a.ReportToken.Reveal() {
			ch.bad("admin.report_token", "is the operators' token: want another one, which may do less")
		}
		return
	}
	if a.Listen == "" || a.TokenFile != "" {
		return
	}
	if !loopback(a.Listen) {
		ch.bad("admin.token", "%s can be reached from other machines: give token or token_file", a.Listen)
	} else if c.State.Dir == "" {
		ch.bad("admin.token", "there is no state.dir to keep a token of our own in; give token or token_file, or state.dir")
	}
}

// adminListener checks a socket, and the certificate.
func (ch *checker) adminListener(a *Admin, public string) {
	path, socket := a.Socket()
	switch {
	case !socket:
	case path == "" || path[0] != '/' || len(path) > maxSocketPath:
		ch.bad("admin.listen", "%q is not a socket: want unix: and an absolute path of at most %d bytes", a.Listen, maxSocketPath)
	case path == public:
		ch.bad("admin.listen", "%s is already listen.unix", path)
	}
	switch given := a.TLS != (AdminTLS{}); {
	case given && (a.TLS.CertFile == "" || a.TLS.KeyFile == ""):
		ch.bad("admin.tls", "give both cert_file and key_file, or neither")
	case given && (socket || a.Listen == ""):
		ch.bad("admin.tls", "is for a host:port in admin.listen")
	}
}

// token checks a token that is given.
func (ch *checker) token(path string, value Secret, file string) {
	token := value.Reveal()
	if token == "" || len(token) >= minToken && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return
	}
	if file != "" {
		path += "_file"
	}
	ch.bad(path, "want at least %d visible ASCII characters, for example of: openssl rand -hex 32", minToken)
}

// loopback reports whether a listener's address is only reachable from this machine.
func loopback(address string) bool {
	if strings.HasPrefix(address, "unix:") {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
