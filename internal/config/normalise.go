package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/einlass/einlass/pkg/queue"
)

// normalise brings values into the one form that all other packages see: names in Punycode, secrets read from their
// files and URLs, short forms expanded, defaults that depend on other values filled in.
func (c *Config) normalise(read func(string) ([]byte, error)) []*Problem {
	ch := &checker{}
	secret := func(dir, key string, value *Secret, file string) { ch.secretFile(read, join(dir, key), value, file) }
	secret("admin", "token", &c.Admin.Token, c.Admin.TokenFile)
	secret("admin", "report_token", &c.Admin.ReportToken, c.Admin.ReportTokenFile)
	secret("store", "password", &c.Store.Password, c.Store.PasswordFile)
	secret("store.sentinel", "password", &c.Store.Sentinel.Password, c.Store.Sentinel.PasswordFile)
	secret("alerts.mail", "password", &c.Alerts.Mail.Password, c.Alerts.Mail.PasswordFile)
	ch.storeCredentials(&c.Store)
	for i, host := range c.Admin.Hosts {
		c.Admin.Hosts[i] = ch.hostName(fmt.Sprintf("admin.hosts[%d]", i), host)
	}
	for i, host := range c.TLS.ACME.Domains {
		c.TLS.ACME.Domains[i] = ch.hostName(fmt.Sprintf("tls.acme.domains[%d]", i), host)
	}
	for i := range c.Rooms {
		c.Rooms[i].normalise(ch, fmt.Sprintf("rooms[%d]", i))
	}
	return ch.problems
}

func (r *Room) normalise(ch *checker, at string) {
	for i, host := range r.Hosts {
		if host != "*" {
			r.Hosts[i] = ch.hostName(fmt.Sprintf("%s.hosts[%d]", at, i), host)
		}
	}
	ch.origins(r, at)
	r.Links.normalise(ch, at+".links")
	if b := &r.Backend; b.URL != "" && len(b.Addresses) > 0 {
		ch.bad(at+".backend.url", "give either url or addresses")
	} else if b.URL != "" {
		b.Addresses = []string{b.URL}
	}
	if r.Title == "" {
		r.Title = r.ID
		if len(r.Hosts) > 0 && !strings.Contains(r.Hosts[0], "*") {
			r.Title = readable(r.Hosts[0])
		}
	}
	if r.Pace.Burst == 0 {
		r.Pace.Burst = queue.DefaultBurst(r.Pace.Rate)
	}
	if len(r.Paths) == 0 {
		r.Paths = []string{"/"}
	}
}

// readable is a host's name as people write it: Punycode is for machines. What cannot be shown without doubt stays as it is.
func readable(host string) string {
	if name, err := idna.Display.ToUnicode(host); err == nil {
		return name
	}
	return host
}

// secretFile reads a secret that is given by file.
func (ch *checker) secretFile(read func(string) ([]byte, error), path string, value *Secret, file string) {
	if file == "" {
		return
	}
	if *value != "" {
		ch.bad(path, "give either this or %s_file", path[strings.LastIndexByte(path, '.')+1:])
		return
	}
	data, err := read(file)
	if err != nil {
		ch.bad(path+"_file", "%v", err)
		return
	}
	text := strings.TrimRight(string(data), "\r\n")
	if text == "" || strings.ContainsAny(text, "\r\n\x00") {
		ch.bad(path+"_file", "%s does not hold one line with a secret", file)
		return
	}
	*value = Secret(text)
}

// storeCredentials moves user and password out of the URL, so that the URL can be shown.
func (ch *checker) storeCredentials(s *Store) {
	u, err := url.Parse(s.URL)
	if err != nil || u.User == nil {
		return
	}
	if s.Username != "" || s.Password != "" {
		ch.bad("store.url", "has a user or password, and so has store.username or store.password; give either")
	} else {
		s.Username = u.User.Username()
		password, _ := u.User.Password()
		s.Password = Secret(password)
	}
	u.User = nil
	s.URL = u.String()
}

// HostName is a host as Load leaves it: a name, with *. before it or not, or an IP address, lower case, Punycode, without brackets and the
// last dot. The error says what is accepted.
func HostName(host string) (string, error) {
	name, wild := strings.CutPrefix(host, "*.")
	name = strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"), ".")
	if addr, err := netip.ParseAddr(name); err == nil && !wild {
		return addr.String(), nil
	}
	ascii := name
	if !isHostName(name) {
		var err error
		if ascii, err = idna.Lookup.ToASCII(name); err != nil || !isHostName(ascii) {
			return "", fmt.Errorf("%q is not a host name; want termine.example.org, *.example.org or an IP address, without scheme and port", host)
		}
	}
	if wild {
		ascii = "*." + ascii
	}
	return strings.ToLower(ascii), nil
}

// hostName is a host pattern in lower case and Punycode. An international name is mapped as browsers do (UTS 46).
func (ch *checker) hostName(path, host string) string {
	name, err := HostName(host)
	if err != nil {
		ch.bad(path, "%v", err)
		return host
	}
	return name
}

// sharedKeys reports whether the keyring is given from outside.
func (c *Config) sharedKeys() bool { return c.Keys.File != "" || c.Keys.Env != "" }

func oneOf(value string, accepted ...string) bool { return slices.Contains(accepted, value) }
