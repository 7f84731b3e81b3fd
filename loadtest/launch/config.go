package launch

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/pkg/queue/plan"
)

// Config is the part of a gateway's configuration that runs and tests set; configs/reference.yaml says what each key means.
// What is zero is left out, so that the gateway's default holds, except where a field says otherwise.
type Config struct {
	Listen  Listen   `yaml:"listen"`
	TLS     TLS      `yaml:"tls,omitempty"`
	Admin   Admin    `yaml:"admin"`
	Store   Store    `yaml:"store,omitempty"`
	State   State    `yaml:"state"`
	Keys    Keys     `yaml:"keys,omitempty"`
	Journal Journal  `yaml:"journal,omitempty"`
	Draws   Draws    `yaml:"draws,omitempty"`
	Log     LogStyle `yaml:"log,omitempty"`
	Limits  Limits   `yaml:"limits"`
	// Drain is how long it serves on after a SIGTERM. Nil is 0, so that a stop costs nothing.
	Drain *time.Duration `yaml:"drain,omitempty"`
	// Before leaves out what releases before this one do not know.
	Before bool `yaml:"-"`
	// StopTimeout is how long requests may go on after a SIGTERM.
	StopTimeout time.Duration `yaml:"stop_timeout,omitempty"`
	// TrustedProxies are the networks whose forwarding headers are believed.
	TrustedProxies []string `yaml:"trusted_proxies,omitempty"`
	Rooms          []Room   `yaml:"rooms"`
}

// Listen is where visitors come in, host:port.
type Listen struct {
	HTTP  string `yaml:"http"`
	HTTPS string `yaml:"https,omitempty"`
}

// TLS is the certificate of Listen.HTTPS.
type TLS struct {
	CertFile string `yaml:"cert_file,omitempty"`
	KeyFile  string `yaml:"key_file,omitempty"`
}

// Admin is where operators come in, host:port, and their bearer token.
type Admin struct {
	Listen string `yaml:"listen"`
	Token  string `yaml:"token"`
}

// Store is where the line is kept. The zero value is the embedded store.
type Store struct {
	URL       string   `yaml:"url,omitempty"`
	Cluster   bool     `yaml:"cluster,omitempty"`
	Addresses []string `yaml:"addresses,omitempty"`
	Sentinel  Sentinel `yaml:"sentinel,omitempty"`
}

// Sentinel is a group of Redis servers that is found by its master's name.
type Sentinel struct {
	Master    string   `yaml:"master"`
	Addresses []string `yaml:"addresses"`
}

// State is where the state files are. An empty Dir is written: such a gateway keeps nothing over restarts.
type State struct {
	Dir            string        `yaml:"dir"`
	Interval       time.Duration `yaml:"interval,omitempty"`
	PlacesInterval time.Duration `yaml:"places_interval,omitempty"`
}

// Keys is the keyring's file.
type Keys struct {
	File string `yaml:"file"`
}

// Journal is the journal's directory.
type Journal struct {
	Dir string `yaml:"dir"`
}

// Draws is the chain of drand that decides draws, and who has its rounds.
type Draws struct {
	Drand Drand `yaml:"drand"`
}

// Drand is a chain and its servers; hash and key are hexadecimal, Genesis is in Unix seconds.
type Drand struct {
	Servers []string      `yaml:"servers"`
	Hash    string        `yaml:"hash"`
	Key     string        `yaml:"key"`
	Genesis int64         `yaml:"genesis"`
	Period  time.Duration `yaml:"period"`
}

// LogStyle is what is logged, and how.
type LogStyle struct {
	Level  string `yaml:"level,omitempty"`
	Format string `yaml:"format,omitempty"`
}

// Limits of the gateway.
type Limits struct {
	HeadTimeout      time.Duration `yaml:"head_timeout,omitempty"`
	Connections      int           `yaml:"connections,omitempty"`
	ConnectionsPerIP int           `yaml:"connections_per_ip,omitempty"`
	// ArrivalsPerPrefix is always written: its zero value limits no arrivals.
	ArrivalsPerPrefix Arrivals `yaml:"arrivals_per_prefix"`
	Stay              Stay     `yaml:"stay,omitempty"`
}

// Arrivals bounds those of one network, Rate a minute and Burst at once.
type Arrivals struct {
	Rate  int `yaml:"rate"`
	Burst int `yaml:"burst,omitempty"`
}

// Stay bounds the requests of visitors that are inside.
type Stay struct {
	InFlight int `yaml:"in_flight,omitempty"`
	Networks int `yaml:"networks,omitempty"`
}

// Room is one waiting room.
type Room struct {
	ID      string   `yaml:"id"`
	Title   string   `yaml:"title,omitempty"`
	Hosts   []string `yaml:"hosts,omitempty"`
	Paths   []string `yaml:"paths,omitempty"`
	Exclude []string `yaml:"exclude,omitempty"`
	// Once are the prefixes of paths whose forms reach the site once, FrameAncestors the origins that may show the room in a frame.
	Once           []string `yaml:"once,omitempty"`
	FrameAncestors []string `yaml:"frame_ancestors,omitempty"`
	// Finish are the answers of the site that end a stay, Bookings those that are a booking, Schedule is what the room does when.
	Finish   []Finish       `yaml:"finish,omitempty"`
	Bookings []Booking      `yaml:"bookings,omitempty"`
	Schedule *plan.Schedule `yaml:"schedule,omitempty"`
	Draw     RoomDraw       `yaml:"draw,omitempty"`
	Backend  Backend        `yaml:"backend"`
	Pace     Pace           `yaml:"pace"`
	Mode     string         `yaml:"mode,omitempty"`
	Poll     Poll           `yaml:"poll,omitempty"`

	ClaimWindow time.Duration `yaml:"claim_window,omitempty"`
	// Entry is after how long a page goes on by itself at its turn.
	Entry       time.Duration `yaml:"entry,omitempty"`
	AbsentAfter time.Duration `yaml:"absent_after,omitempty"`
	TicketLife  time.Duration `yaml:"ticket_life,omitempty"`
	Session     Session       `yaml:"session,omitempty"`

	OnStoreFailure string `yaml:"on_store_failure,omitempty"`
}

// Finish is a rule by which an answer of the site ends the stay.
type Finish struct {
	Path     string `yaml:"path"`
	Method   string `yaml:"method,omitempty"`
	Redirect string `yaml:"redirect,omitempty"`
}

// RoomDraw is what decides the draws of a room: drand, typed or none.
type RoomDraw struct {
	Beacon string `yaml:"beacon"`
}

// Booking is a rule by which an answer of the site is a booking, which Ref names.
type Booking struct {
	Path     string `yaml:"path"`
	Method   string `yaml:"method,omitempty"`
	Redirect string `yaml:"redirect,omitempty"`
	Ref      string `yaml:"ref,omitempty"`
}

// Backend is the site, http://host:port. Health is left out if it is nil.
type Backend struct {
	URL    string  `yaml:"url"`
	Health *Health `yaml:"health,omitempty"`
}

// Health is after how many failures the site counts as down; 0: never.
type Health struct {
	Failures int `yaml:"failures"`
}

// Pace is how fast people are let in: Rate a minute, Burst at once; MaxInside 0 is no bound, Burst 0 one second's worth.
// All of it is written.
type Pace struct {
	Rate      int64 `yaml:"rate"`
	MaxInside int64 `yaml:"max_inside"`
	Burst     int64 `yaml:"burst"`
	// Inside is "strict" where each stay counts in full.
	Inside string `yaml:"inside,omitempty"`
	// Health is off, advise or act; empty is the gateway's own default.
	Health string `yaml:"health,omitempty"`
}

// Poll is how often pages ask.
type Poll struct {
	Min time.Duration `yaml:"min"`
	Max time.Duration `yaml:"max"`
}

// Session is how long a stay lives without a request, and in all: a Max of 0 is no bound, and one that is nil is left out.
// Page is how long people may sit on one page, FormGrace how long after its end a form is still taken, Quiet are the prefixes of paths that are no activity.
type Session struct {
	Idle      time.Duration  `yaml:"idle"`
	Max       *time.Duration `yaml:"max,omitempty"`
	Page      time.Duration  `yaml:"page,omitempty"`
	FormGrace time.Duration  `yaml:"form_grace,omitempty"`
	Quiet     []string       `yaml:"quiet,omitempty"`
}

// Write writes the configuration to a file that only this user can read, because of the token in it.
func (c *Config) Write(file string) error {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(c); err != nil {
		return fmt.Errorf("configuration of a gateway: %w", err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("configuration of a gateway: %w", err)
	}
	return nil
}
