package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Backend is the site behind a room. DefaultRoom has its defaults and Validate its ranges; 0 switches off what says so.
type Backend struct {
	// URL is the short form for one address; Load moves it to Addresses.
	URL string `yaml:"url"`
	// Addresses are http://host:port, https://host:port or unix:/path/of/socket, all of one scheme.
	Addresses []string `yaml:"addresses"`
	// HostHeader is the Host the backend sees. Empty forwards the visitor's.
	HostHeader string          `yaml:"host_header"`
	TLS        BackendTLS      `yaml:"tls"`
	Timeouts   BackendTimeouts `yaml:"timeouts"`
	// GetBodies forwards bodies of GET and HEAD, which mean nothing and which many sites do not read.
	GetBodies bool `yaml:"get_bodies"`
	// MaxAnswerHead bounds the head of an answer.
	MaxAnswerHead Size `yaml:"max_answer_head"`
	// MaxInFlight bounds the requests that the backend works on at once, over all its addresses.
	MaxInFlight int          `yaml:"max_in_flight"`
	Queue       BackendQueue `yaml:"queue"`
	KeepAlive   KeepAlive    `yaml:"keep_alive"`
	Upgrade     Upgrade      `yaml:"upgrade"`
	Health      Health       `yaml:"health"`
	// Forwarded adds the Forwarded field (RFC 7239) beside the X-Forwarded family.
	Forwarded bool `yaml:"forwarded"`
	// Via names this gateway in a Via field (RFC 9110 §7.6.3); empty adds none.
	Via string `yaml:"via"`
}

// BackendTLS is how an https backend is verified. There is no way to switch verification off.
type BackendTLS struct {
	CAFile     string `yaml:"ca_file"`
	ServerName string `yaml:"server_name"`
	CertFile   string `yaml:"cert_file"`
	KeyFile    string `yaml:"key_file"`
}

// BackendTimeouts bounds one request to the backend.
type BackendTimeouts struct {
	// Connect includes the TLS handshake.
	Connect time.Duration `yaml:"connect"`
	// FirstByte is the time from the end of the request to the first byte of the answer.
	FirstByte time.Duration `yaml:"first_byte"`
	// IdleRead bounds the backend's silence within an answer.
	IdleRead time.Duration `yaml:"idle_read"`
	// WriteStall is how long either side may take nothing of what is sent to it.
	WriteStall time.Duration `yaml:"write_stall"`
	// ClientRead bounds the visitor's silence within a request body.
	ClientRead time.Duration `yaml:"client_read"`
}

// BackendQueue is where requests wait beyond MaxInFlight.
type BackendQueue struct {
	// Length is how many wait; 0: none.
	Length int           `yaml:"length"`
	Wait   time.Duration `yaml:"wait"`
}

// KeepAlive is the pool of unused connections, per address.
type KeepAlive struct {
	// MaxIdle is how many are kept; 0: none.
	MaxIdle     int           `yaml:"max_idle"`
	IdleTimeout time.Duration `yaml:"idle_timeout"`
	// Share keeps connections also after requests with a body and after those that need no pass. It is for sites
	// that are known to read every body to its end.
	Share bool `yaml:"share"`
}

// Upgrade bounds WebSockets.
type Upgrade struct {
	// Max is how many may be open at once; 0 forwards the handshake as an ordinary request.
	Max          int           `yaml:"max"`
	IdleTimeout  time.Duration `yaml:"idle_timeout"`
	TotalTimeout time.Duration `yaml:"total_timeout"`
}

// Health is how an address is found to be down or up again.
type Health struct {
	// Path is asked with GET; empty asks nothing and judges by the visitors' requests alone.
	Path string `yaml:"path"`
	// Host is the Host of these requests; empty: HostHeader, else the address.
	Host     string        `yaml:"host"`
	Interval time.Duration `yaml:"interval"`
	Timeout  time.Duration `yaml:"timeout"`
	// Status counts as well: "200", "200-399", "200,204,300-399".
	Status string `yaml:"status"`
	// Unhealthy answers in a row take an address out, Healthy ones bring it back.
	Unhealthy int `yaml:"unhealthy"`
	Healthy   int `yaml:"healthy"`
	// Failures of visitors' requests in a row leave an address out while there is a better one; 0 switches this off.
	Failures int `yaml:"failures"`
	// Backoff is the first time out after failures; it doubles up to MaxBackoff.
	Backoff    time.Duration `yaml:"backoff"`
	MaxBackoff time.Duration `yaml:"max_backoff"`
	// SlowStart is how long an address that came back gets less than its share; 0 switches it off.
	SlowStart time.Duration `yaml:"slow_start"`
}

// maxSocketPath is what fits in sun_path on Linux, with the final zero.
const maxSocketPath = 107

// checkHostPort checks host:port. Only a listener may leave the host out or ask for any port by 0.
func checkHostPort(s string, dial bool) error {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return errors.New("want host:port")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || dial && n == 0 {
		return fmt.Errorf("port %q is not in 1…65535", port)
	}
	if host == "" {
		if dial {
			return errors.New("want a host before the port")
		}
		return nil
	}
	if _, err := netip.ParseAddr(host); err != nil && !isHostName(host) {
		return fmt.Errorf("%q is neither a host name nor an IP address", host)
	}
	return nil
}

// isHostName is the syntax of RFC 1123 §2.1 plus underscores, which Compose and Kubernetes names have.
func isHostName(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range []byte(label) {
			if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
				return false
			}
		}
	}
	return true
}
