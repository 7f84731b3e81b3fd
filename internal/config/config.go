package config

import (
	"net/netip"
	"strings"
	"time"
)

// Config is the whole configuration. The YAML names are in the tags; units, ranges and meaning of every key
// are in configs/reference.yaml, which a test holds to this struct.
type Config struct {
	Listen         Listen         `yaml:"listen"`
	TLS            TLS            `yaml:"tls"`
	TrustedProxies []netip.Prefix `yaml:"trusted_proxies"`
	// TrustedFields are the forwarding fields that they set themselves, and nobody else can.
	TrustedFields []string `yaml:"trusted_fields"`
	ProxyProtocol bool     `yaml:"proxy_protocol"`
	Limits        Limits   `yaml:"limits"`
	// Prefix is the path under which the gateway's own URLs live, "/.einlass".
	Prefix  string  `yaml:"prefix"`
	Store   Store   `yaml:"store"`
	State   State   `yaml:"state"`
	Audit   Audit   `yaml:"audit"`
	Journal Journal `yaml:"journal"`
	Draws   Draws   `yaml:"draws"`
	Keys    Keys    `yaml:"keys"`
	Admin   Admin   `yaml:"admin"`
	Log     Log     `yaml:"log"`
	Alerts  Alerts  `yaml:"alerts"`
	// Drain is how long a gateway that was told to stop by SIGTERM says that it is not ready and serves on.
	Drain time.Duration `yaml:"drain"`
	// StopTimeout bounds a graceful stop, from the end of Drain on.
	StopTimeout time.Duration `yaml:"stop_timeout"`
	Paths       Paths         `yaml:"paths"`
	Rooms       []Room        `yaml:"rooms"`
}

// Paths says what paths may be.
type Paths struct {
	// Legacy takes paths that are no UTF-8, for sites with old links.
	Legacy bool `yaml:"legacy"`
}

// Listen says where visitors are served. At least one is set.
type Listen struct {
	HTTP  string `yaml:"http"`
	HTTPS string `yaml:"https"`
	// Unix is the path of a socket that speaks plain HTTP, for a proxy on the same machine.
	Unix string `yaml:"unix"`
	// UnixMode is the socket's permissions in octal digits.
	UnixMode string `yaml:"unix_mode"`
}

// TLS is the certificate of listen.https: files or ACME, not both.
type TLS struct {
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`
	ACME     ACME   `yaml:"acme"`
	// MinVersion is the lowest version of TLS, "1.2" or "1.3".
	MinVersion string `yaml:"min_version"`
	// Suites are the cipher suites of TLS 1.2, by their IANA names. Those of TLS 1.3 are the library's.
	Suites []string `yaml:"suites"`
	// Redirect answers plain HTTP with a redirect to HTTPS, when listen.https is set.
	Redirect bool `yaml:"redirect"`
	// HSTS is the max-age of Strict-Transport-Security; 0 sends none. Whole seconds.
	HSTS time.Duration `yaml:"hsts"`
}

// ACME obtains certificates by itself. It is on when Domains is not empty.
type ACME struct {
	Domains     []string `yaml:"domains"`
	Email       string   `yaml:"email"`
	AcceptTerms bool     `yaml:"accept_terms"`
	Directory   string   `yaml:"directory"`
	// CAFile holds the certificates (PEM) to trust when talking to Directory, for an authority of one's own.
	CAFile string `yaml:"ca_file"`
	// KeyID and MACKey bind the account to one that exists at the authority already (RFC 8555 §7.3.4). Both or neither.
	KeyID  string `yaml:"key_id"`
	MACKey Secret `yaml:"mac_key"`
	// Storage is the directory for account and certificates.
	Storage string `yaml:"storage"`
}

// Limits bounds what one visitor, one network or all together may take.
type Limits struct {
	HeaderBytes Size `yaml:"header_bytes"`
	HeaderCount int  `yaml:"header_count"`
	URLBytes    Size `yaml:"url_bytes"`
	BodyBytes   Size `yaml:"body_bytes"`
	// HeadTimeout is the time from the first byte of a request to the end of its head.
	HeadTimeout time.Duration `yaml:"head_timeout"`
	// BodyMinRate is the slowest accepted upload, in bytes per second.
	BodyMinRate Size `yaml:"body_min_rate"`
	// WriteStall is how long an answer may make no progress at all.
	WriteStall        time.Duration `yaml:"write_stall"`
	IdleTimeout       time.Duration `yaml:"idle_timeout"`
	Connections       int           `yaml:"connections"`
	ConnectionsPerIP  int           `yaml:"connections_per_ip"`
	ArrivalsPerPrefix Arrivals      `yaml:"arrivals_per_prefix"`
	Stay              Stay          `yaml:"stay"`
	Codes             Codes         `yaml:"codes"`
}

// Codes bounds how many wrong codes are read at one gateway, in a minute.
type Codes struct {
	// Wrong is from one network, an IPv4 address or an IPv6 /64; a /56 has twice the limit and a /48 eight times.
	Wrong int64 `yaml:"wrong"`
	// WrongInAll is from all networks together.
	WrongInAll int64 `yaml:"wrong_in_all"`
}

// Stay bounds what one stay may use at one gateway.
type Stay struct {
	// InFlight is how many of its requests may be under way, open WebSockets and streams included; 0: no bound.
	InFlight int `yaml:"in_flight"`
	// Networks is from how many networks they may come within ten minutes; 0: no bound.
	Networks int `yaml:"networks"`
}

// Arrivals slows down new arrivals from one network: an IPv4 address or an IPv6 /64; a /56 has twice the limit and a
// /48 eight times.
type Arrivals struct {
	// Rate is arrivals per minute; 0 switches the limit off.
	Rate int64 `yaml:"rate"`
	// Burst is how many may come at once.
	Burst int64 `yaml:"burst"`
}

// State is where the embedded store keeps the line over restarts.
type State struct {
	// Dir holds one set of files per room, the keyring and the admin token unless they are configured. Empty
	// keeps nothing: after a restart the line is rebuilt from the visitors' tickets alone.
	Dir string `yaml:"dir"`
	// Interval is how often the marks are written, PlacesInterval how often the places.
	Interval       time.Duration `yaml:"interval"`
	PlacesInterval time.Duration `yaml:"places_interval"`
}

// Audit is the record of what operators did, which is kept in State.Dir.
type Audit struct {
	// Retention is how long an entry is kept; 0: for ever.
	Retention time.Duration `yaml:"retention"`
}

// Journal is where the store's answers are written down, for a report afterwards.
type Journal struct {
	// Dir gets one file per room and process. Empty writes nothing.
	Dir string `yaml:"dir"`
	// Retention is how long a file is kept after it was last written; 0: for ever.
	Retention time.Duration `yaml:"retention"`
}

// Keys is where the keyring for tickets and passes comes from: a file or an environment variable, not both.
type Keys struct {
	File string `yaml:"file"`
	// Env is the name of a variable, not its value.
	Env string `yaml:"env"`
}

// Admin is the operators' listener.
type Admin struct {
	// Listen is host:port, or unix: and the path of a socket; empty switches the admin API off.
	Listen string `yaml:"listen"`
	// TLS is the certificate of the listener; empty: it speaks plain HTTP.
	TLS AdminTLS `yaml:"tls"`
	// Hosts are further names by which browsers and tools may address the listener. IP addresses and
	// localhost are always accepted.
	Hosts     []string `yaml:"hosts"`
	Token     Secret   `yaml:"token"`
	TokenFile string   `yaml:"token_file"`
	// ReportToken is for who may only say what was booked and given back; empty: nobody may.
	ReportToken     Secret `yaml:"report_token"`
	ReportTokenFile string `yaml:"report_token_file"`
}

// AdminTLS is a certificate from files, which are read again when they change.
type AdminTLS struct {
	CertFile string `yaml:"cert_file"`
	KeyFile  string `yaml:"key_file"`
}

// Socket is the path of the socket that the admin API listens at, if it does.
func (a *Admin) Socket() (path string, ok bool) { return strings.CutPrefix(a.Listen, "unix:") }

// Log says what is logged to standard error.
type Log struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
	// Access: one request of so many has a line; 0: none.
	Access int64 `yaml:"access"`
}
