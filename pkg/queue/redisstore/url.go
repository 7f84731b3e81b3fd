package redisstore

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// ParseURL reads where Redis is and how to reach it:
//
//	redis://[user:password@]host[:port][/db]                            one server, port 6379
//	unix://[user:password@]/path/of/socket                              one server on this machine
//	redis+sentinel://[user:password@]host[:port],…/master[/db]          Sentinels, port 26379
//	redis+cluster://[user:password@]host[:port],…                       nodes of a cluster, port 6379
//
// With rediss in place of redis connections are encrypted; valkey and valkeys mean the same. The user may be left
// empty (":password@"): the password is the default user's then. Whatever is special in a URL stands as %XX in user
// and password. IPv6 addresses stand in brackets. Options follow as ?name=value&…:
//
//	db                              database, as the last part of the path (the only way for unix)
//	dial_timeout, read_timeout,     durations such as 500ms; see Options
//	write_timeout
//	pool_size                       see Options
//	ca, cert, key                   PEM files: who signs the servers' certificates, our certificate and its key
//	server_name                     the name in the servers' certificates, if it is not their host
//	sentinel_user,                  for the Sentinels, if they ask for one
//	sentinel_password
//
// Errors wrap queue.ErrInvalid and never contain user or password.
func ParseURL(raw string) (Options, error) {
	o, err := parseURL(raw)
	if err == nil {
		err = o.Validate()
	}
	if err != nil {
		return Options{}, fmt.Errorf("redis url: %w", err)
	}
	return o, nil
}

// forms are what a scheme means.
var forms = map[string]struct {
	topology Topology
	port     string
	tls      bool
}{
	"redis":           {Single, "6379", false},
	"rediss":          {Single, "6379", true},
	"redis+sentinel":  {Sentinel, "26379", false},
	"rediss+sentinel": {Sentinel, "26379", true},
	"redis+cluster":   {Cluster, "6379", false},
	"rediss+cluster":  {Cluster, "6379", true},
	"unix":            {Single, "", false},
}

func invalid(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, queue.ErrInvalid)...)
}

// parseURL is by hand: package url knows one host only, and repeats the password in its errors.
func parseURL(raw string) (Options, error) {
	scheme, rest, ok := strings.Cut(raw, "://")
	form, known := forms[strings.Replace(scheme, "valkey", "redis", 1)]
	if !ok || !known {
		return Options{}, invalid("want it to begin with %s:// (or valkey in place of redis)",
			strings.Join(slices.Sorted(maps.Keys(forms)), "://, "))
	}
	rest, query, _ := strings.Cut(rest, "?")
	o := Options{Topology: form.topology}
	if form.tls {
		o.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	authority, path := rest, ""
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		authority, path = rest[:i], rest[i:]
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		if err := o.setUser(authority[:i]); err != nil {
			return Options{}, err
		}
		authority = authority[i+1:]
	}
	if scheme == "unix" {
		if authority != "" {
			return Options{}, invalid("host %q: want a path, as in unix:///run/redis/redis.sock", authority)
		}
		o.Addrs = []string{path}
	} else if err := errors.Join(o.setHosts(authority, form.port), o.setPath(path)); err != nil {
		return Options{}, err
	}
	return o, o.setQuery(query)
}

func (o *Options) setUser(info string) error {
	user, password, ok := strings.Cut(info, ":")
	if !ok {
		return invalid("user without a password: want user:password@ or :password@")
	}
	var uerr, perr error
	o.User, uerr = url.PathUnescape(user)
	o.Password, perr = url.PathUnescape(password)
	if uerr != nil || perr != nil || strings.ContainsAny(info, "@#") {
		return invalid("user and password: want special characters as %%XX")
	}
	return nil
}

func (o *Options) setHosts(hosts, port string) error {
	for host := range strings.SplitSeq(hosts, ",") {
		if host == "" {
			return invalid("a host is empty")
		}
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), port)
		}
		o.Addrs = append(o.Addrs, host)
	}
	return nil
}

func (o *Options) setPath(path string) error {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	if o.Topology == Sentinel {
		o.Master, parts = parts[0], parts[1:]
	}
	if len(parts) == 0 || len(parts) == 1 && parts[0] == "" {
		return nil
	}
	if len(parts) > 1 {
		return invalid("path %q: want at most %s", path, map[bool]string{true: "/master/db", false: "/db"}[o.Topology == Sentinel])
	}
	return o.set("db", parts[0])
}

func (o *Options) setQuery(query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return invalid("options: want name=value&…, special characters as %%XX")
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if len(values[name]) > 1 {
			errs = append(errs, invalid("option %s: given more than once", name))
			continue
		}
		switch name {
		case "ca", "cert", "key", "server_name":
			if o.TLS == nil {
				errs = append(errs, invalid("option %s: needs TLS, that is rediss", name))
			}
		default:
			errs = append(errs, o.set(name, values[name][0]))
		}
	}
	return errors.Join(append(errs, o.setTLS(values))...)
}

// set is one option that is a single value.
func (o *Options) set(name, value string) (err error) {
	durations := map[string]*time.Duration{
		"dial_timeout": &o.DialTimeout, "read_timeout": &o.ReadTimeout, "write_timeout": &o.WriteTimeout,
	}
	numbers := map[string]*int{"db": &o.DB, "pool_size": &o.PoolSize}
	texts := map[string]*string{"sentinel_user": &o.SentinelUser, "sentinel_password": &o.SentinelPassword}
	if d, ok := durations[name]; ok {
		if *d, err = time.ParseDuration(value); err != nil || *d <= 0 {
			return invalid("%s %q: want a duration such as 500ms", name, value)
		}
		return nil
	}
	if n, ok := numbers[name]; ok {
		if *n, err = strconv.Atoi(value); err != nil || *n < 0 || name == "pool_size" && *n == 0 {
			return invalid("%s %q: want a number", name, value)
		}
		return nil
	}
	if s, ok := texts[name]; ok {
		*s = value
		return nil
	}
	return invalid("option %q: want one of db, dial_timeout, read_timeout, write_timeout, pool_size, ca, cert, key, "+
		"server_name, sentinel_user, sentinel_password", name)
}

func (o *Options) setTLS(values url.Values) error {
	if o.TLS == nil {
		return nil
	}
	o.TLS.ServerName = values.Get("server_name")
	if file := values.Get("ca"); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("ca: %w: %w", queue.ErrInvalid, err)
		}
		o.TLS.RootCAs = x509.NewCertPool()
		if !o.TLS.RootCAs.AppendCertsFromPEM(pem) {
			return invalid("ca %s: no certificate in it", file)
		}
	}
	cert, key := values.Get("cert"), values.Get("key")
	if cert == "" && key == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("cert and key: %w: %w", queue.ErrInvalid, err)
	}
	o.TLS.Certificates = []tls.Certificate{pair}
	return nil
}
