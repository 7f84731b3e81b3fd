package config

import (
	"strings"
	"time"
)

// Store is the line's memory: this process, or Redis or Valkey shared by any number of gateways. In the file
// `store: URL` is short for `store: {url: URL}`.
type Store struct {
	// URL is memory, redis://host:port/db, rediss://host:port/db (TLS) or unix:///path. After Load it holds no
	// credentials: those of a URL are moved to Username and Password.
	URL string `yaml:"url"`
	// Addresses are further host:port of a cluster, tried in turn for a first contact.
	Addresses []string `yaml:"addresses"`
	Cluster   bool     `yaml:"cluster"`
	Sentinel  Sentinel `yaml:"sentinel"`
	Username  string   `yaml:"username"`
	Password  Secret   `yaml:"password"`
	// PasswordFile names a file that holds the password alone.
	PasswordFile string   `yaml:"password_file"`
	TLS          StoreTLS `yaml:"tls"`
	// KeyPrefix begins every key, so that one server can serve several installations.
	KeyPrefix      string        `yaml:"key_prefix"`
	DialTimeout    time.Duration `yaml:"dial_timeout"`
	CommandTimeout time.Duration `yaml:"command_timeout"`
	// Connections is the most connections to one server.
	Connections int `yaml:"connections"`
}

// Memory reports whether the line is kept in this process.
func (s *Store) Memory() bool { return s.URL == "memory" }

// shared reports whether several gateways may use the store.
func (s *Store) shared() bool {
	scheme, _, _ := strings.Cut(s.URL, "://")
	return oneOf(scheme, "redis", "rediss", "unix")
}

// Sentinel finds the server of a replicated installation. It is on when Master is not empty; the URL then only
// gives scheme and database.
type Sentinel struct {
	Master       string   `yaml:"master"`
	Addresses    []string `yaml:"addresses"`
	Username     string   `yaml:"username"`
	Password     Secret   `yaml:"password"`
	PasswordFile string   `yaml:"password_file"`
}

// StoreTLS is how a rediss:// server is verified.
type StoreTLS struct {
	CAFile     string `yaml:"ca_file"`
	ServerName string `yaml:"server_name"`
	CertFile   string `yaml:"cert_file"`
	KeyFile    string `yaml:"key_file"`
}
