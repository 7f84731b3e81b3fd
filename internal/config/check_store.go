package config

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var keyPrefixForm = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,32}$`)

func (ch *checker) store(c *Config) {
	s := &c.Store
	if s.Memory() {
		ch.memoryStore(s)
		return
	}
	scheme := ch.storeURL(s)
	for _, list := range []struct {
		path  string
		items []string
	}{{"store.addresses", s.Addresses}, {"store.sentinel.addresses", s.Sentinel.Addresses}} {
		for i, a := range list.items {
			if err := checkHostPort(a, true); err != nil {
				ch.bad(list.path+"["+strconv.Itoa(i)+"]", "%q: %v", a, err)
			}
		}
	}
	if len(s.Addresses) > 0 && !s.Cluster {
		ch.bad("store.addresses", "are for a cluster: set store.cluster, or use store.sentinel for replicas")
	}
	ch.sentinel(s)
	if t := s.TLS; scheme != "rediss" && t != (StoreTLS{}) {
		ch.bad("store.tls", "is only used with rediss://")
	} else if (t.CertFile == "") != (t.KeyFile == "") {
		ch.bad("store.tls", "give both cert_file and key_file, or neither")
	}
	if !keyPrefixForm.MatchString(s.KeyPrefix) {
		ch.bad("store.key_prefix", "%q is not 1 to 32 letters, digits, dots, colons, hyphens or underscores", s.KeyPrefix)
	}
	between(ch, "store.dial_timeout", s.DialTimeout, 10*time.Millisecond, time.Minute, "")
	between(ch, "store.command_timeout", s.CommandTimeout, 10*time.Millisecond, time.Minute, "")
	between(ch, "store.connections", s.Connections, 1, 1000, "")
}

func (ch *checker) memoryStore(s *Store) {
	for _, given := range []struct {
		key string
		set bool
	}{
		{"addresses", len(s.Addresses) > 0},
		{"cluster", s.Cluster},
		{"sentinel", s.Sentinel.Master != "" || len(s.Sentinel.Addresses) > 0},
		{"username", s.Username != ""},
		{"password", s.Password != "" || s.PasswordFile != ""},
		{"tls", s.TLS != StoreTLS{}},
	} {
		if given.set {
			ch.bad("store."+given.key, "has no meaning for the memory store; set store.url to redis://… or remove it")
		}
	}
}

// storeURL checks the URL without repeating it, for it may hold a password that did not parse.
func (ch *checker) storeURL(s *Store) (scheme string) {
	const want = "want memory, redis://host:port/db, rediss://host:port/db (TLS) or unix:///path"
	u, err := url.Parse(s.URL)
	if err != nil {
		ch.bad("store.url", "is not a URL; %s; special characters of a password must be percent-encoded, or use password_file", want)
		return ""
	}
	if u.RawQuery != "" || u.Fragment != "" {
		ch.bad("store.url", "options behind ? are not accepted; use the keys below store")
	}
	switch u.Scheme {
	case "redis", "rediss":
		db := strings.Trim(u.Path, "/")
		if n, err := strconv.ParseUint(db, 10, 16); db != "" && err != nil {
			ch.bad("store.url", "database %q is not in 0…65535", db)
		} else if n != 0 && s.Cluster {
			ch.bad("store.url", "a cluster has no databases, but the URL asks for %d", n)
		}
		if s.Sentinel.Master == "" {
			ch.redisHost(u)
		}
	case "unix":
		if u.Host != "" || len(u.Path) < 2 || s.Cluster || s.Sentinel.Master != "" {
			ch.bad("store.url", "want unix:///path for one server, without cluster and sentinel")
		}
	default:
		ch.bad("store.url", "%s", want)
	}
	return u.Scheme
}

func (ch *checker) redisHost(u *url.URL) {
	port := u.Port()
	if port == "" {
		port = "6379"
	}
	host := u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if err := checkHostPort(host+":"+port, true); err != nil {
		ch.bad("store.url", "%v", err)
	}
}

func (ch *checker) sentinel(s *Store) {
	switch on := s.Sentinel.Master != ""; {
	case !on && len(s.Sentinel.Addresses) > 0:
		ch.bad("store.sentinel.master", "is empty; want the name under which the sentinels know the server")
	case on && len(s.Sentinel.Addresses) == 0:
		ch.bad("store.sentinel.addresses", "is empty; want host:port of the sentinels")
	case on && s.Cluster:
		ch.bad("store.cluster", "give either cluster or sentinel")
	}
}
