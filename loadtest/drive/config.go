package drive

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/einlass/einlass/pkg/queue"
)

// Config describes one run. Target and Waves (for Run) are required.
type Config struct {
	// Target is where visitors go: scheme, host, port. Confirmed names its host again if it is not this machine.
	Target, Confirmed string
	// Host is the name that citizens have in the address bar; default the target's.
	Host string
	// Path is the page they want. Default "/".
	Path string
	// Room is the room's id, which names its cookie and its status. Empty: no gate is expected in front of the site.
	Room string
	// Prefix is that of the gateway's own URLs. Default "/.einlass".
	Prefix string
	// Roots verify the target's certificate; default the system's.
	Roots *x509.CertPool

	// Admin and AdminToken name the gateway's admin API, for snapshots: pace and order cannot be checked without. Optional.
	Admin, AdminToken string
	// Portal is the address of the booking site itself, for its counters. On this machine. Optional.
	Portal string
	// Journal is the directory in which the gateway writes its own journal. It takes the place of what the clients
	// saw, except for the figures they were shown. Optional.
	Journal string
	// Shared: others use the room at the same time, so that missing numbers prove nothing.
	Shared bool
	// Timing is the room's, for the checker. Default that of the reference configuration.
	Timing queue.Timing

	Waves []Wave
	// Due are further arrivals, each at its own time after the start.
	Due []time.Duration
	// Length ends the run: citizens still under way are stopped. Default: when the last one has gone.
	Length time.Duration
	Crowd  Crowd
	// Hotline answers those who come by telephone, beside the crowd.
	Hotline Hotline
	// Script is what citizens do inside. Empty: they book an appointment at the site of package demo.
	Script []Step

	// Connections bounds the open ones, 1 to 60,000; a request beyond it waits and is late. Default 8,192.
	Connections int
	// Sources is from how many loopback addresses connections come, 1 to 65,000. Default 1.
	Sources int
	// Timeout is a browser's for one request. Default 30 s.
	Timeout time.Duration
	// Every is the width of a line in the table over time. Default a sixth of a run's waves, 1 s to 1 min.
	Every time.Duration
	Seed  uint64

	// Observe gets every request as it ends. Called from many goroutines; must not block. Optional.
	Observe func(Sample)
	// OnVisit gets each visit that reached the site, as it ends. Called from many goroutines; must not block. Optional.
	OnVisit func(Visit)
	// Now is the clock; it must carry a monotonic reading. Default time.Now.
	Now func() time.Time
}

// Visit is one visit that reached the site.
type Visit struct {
	// Inside is how long it lasted. Page is the longest time within it from one answer of the site to the next.
	Inside, Page time.Duration
	// Whole: it went to its end.
	Whole bool
}

// Crowd is what citizens are like. Shares are from 0 to 1; durations are means, each citizen's own is drawn between half
// and twice of it.
type Crowd struct {
	// Patience is how long a citizen waits in all, for the turn and for failing pages; 0: endless.
	Patience time.Duration
	// Think is the time on a page, Typing that on a form. Defaults 3 s and 20 s.
	Think, Typing time.Duration
	// Retry is when a page that failed is loaded again. Default 10 s.
	Retry time.Duration

	NoScript float64 // whose browser runs no script and reloads as the page's refresh says
	Bots     float64 // who poll every BotEvery, whatever they are told
	Tabs     float64 // who have a second and a third tab on the same cookie
	Reloads  float64 // who load the waiting page again every ReloadEvery
	Leaves   float64 // who give their place up by the button, somewhere within their wait
	Sleeps   float64 // whose telephone sleeps for SleepFor once
	NoShows  float64 // who do not look when they are called
	Quits    float64 // who close the page, somewhere within their wait
	// HomeOn: whoever reads that all is booked, or that the line is closed or has ended, goes home.
	HomeOn bool
	// Persist: a citizen that finds nothing left while the site announces more looks again after Retry, instead of going
	// home.
	Persist bool
	// BotEvery, ReloadEvery, SleepFor and LeaveAfter (of those who leave or quit) have the defaults 200 ms, 30 s, 1 min
	// and 1 min.
	BotEvery, ReloadEvery, SleepFor, LeaveAfter time.Duration
}

// DefaultTiming is that of the reference configuration.
func DefaultTiming() queue.Timing { return queue.DefaultTiming() }

// shortestEvery bounds how many lines the table over time has, which are kept in memory.
const shortestEvery = 10 * time.Millisecond

func (c Config) withDefaults() Config {
	orDuration := func(d *time.Duration, value time.Duration) {
		if *d == 0 {
			*d = value
		}
	}
	if c.Path == "" {
		c.Path = "/"
	}
	if c.Prefix == "" {
		c.Prefix = "/.einlass"
	}
	if c.Timing == (queue.Timing{}) {
		c.Timing = DefaultTiming()
	}
	if c.Connections == 0 {
		c.Connections = 8192
	}
	if c.Sources == 0 {
		c.Sources = 1
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	orDuration(&c.Timeout, 30*time.Second)
	orDuration(&c.Crowd.Think, 3*time.Second)
	orDuration(&c.Crowd.Typing, 20*time.Second)
	orDuration(&c.Crowd.Retry, 10*time.Second)
	orDuration(&c.Crowd.BotEvery, 200*time.Millisecond)
	orDuration(&c.Crowd.ReloadEvery, 30*time.Second)
	orDuration(&c.Crowd.SleepFor, time.Minute)
	orDuration(&c.Crowd.LeaveAfter, time.Minute)
	if c.Every == 0 {
		end := c.Length
		for _, w := range c.Waves {
			end = max(end, w.From+w.Over)
		}
		for _, d := range slices.Concat(c.Due, c.Hotline.Due) {
			end = max(end, d)
		}
		c.Every = min(max((end/6).Round(time.Second), time.Second), time.Minute)
	}
	return c
}

// Validate joins everything that is wrong; each problem names its field and what is accepted.
func (c Config) Validate() error {
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	if _, err := Permit(c.Target, c.Confirmed); err != nil {
		errs = append(errs, err)
	}
	if c.Portal != "" {
		if _, err := Permit(c.Portal, c.Confirmed); err != nil {
			errs = append(errs, fmt.Errorf("portal: %w", err))
		}
	}
	if c.Admin != "" {
		if err := PermitAdmin(c.Admin, c.Confirmed); err != nil {
			errs = append(errs, err)
		}
	}
	bad(c.Path == "" || strings.HasPrefix(c.Path, "/"), "path: must begin with /, is %q", c.Path)
	bad(c.Prefix == "" || strings.HasPrefix(c.Prefix, "/"), "prefix: must begin with /, is %q", c.Prefix)
	bad(c.Admin == "" || c.AdminToken != "" && c.Room != "", "admin: needs a token and a room")
	bad(c.Journal == "" || c.Room != "", "journal: needs a room")
	people := 0
	for i, w := range c.Waves {
		bad(w.From >= 0 && w.Over >= 0 && w.People >= 0, "waves[%d]: must not be negative, is %+v", i, w)
		people += max(w.People, 0)
	}
	bad(people <= 10_000_000, "waves: must be at most 10000000 people, are %d", people)
	if c.Timing != (queue.Timing{}) {
		errs = append(errs, c.Timing.Validate())
	}
	bad(c.Connections >= 0 && c.Connections <= 60_000, "connections: must be 1 to 60000, is %d", c.Connections)
	bad(c.Sources >= 0 && c.Sources <= 65_000, "sources: must be 1 to 65000, is %d", c.Sources)
	bad(c.Every == 0 || c.Every >= shortestEvery, "every: must be at least %v, is %v", shortestEvery, c.Every)
	for name, d := range map[string]time.Duration{
		"length": c.Length, "timeout": c.Timeout, "patience": c.Crowd.Patience, "think": c.Crowd.Think,
		"typing": c.Crowd.Typing, "retry": c.Crowd.Retry, "bot every": c.Crowd.BotEvery, "reload every": c.Crowd.ReloadEvery,
		"sleep for": c.Crowd.SleepFor, "leave after": c.Crowd.LeaveAfter,
	} {
		bad(d >= 0, "%s: must not be negative, is %v", name, d)
	}
	for name, share := range map[string]float64{
		"no script": c.Crowd.NoScript, "bots": c.Crowd.Bots, "tabs": c.Crowd.Tabs, "reloads": c.Crowd.Reloads,
		"leaves": c.Crowd.Leaves, "sleeps": c.Crowd.Sleeps, "no shows": c.Crowd.NoShows,
		"quits": c.Crowd.Quits,
	} {
		bad(share >= 0 && share <= 1, "%s: must be 0 to 1, is %v", name, share)
	}
	errs = append(errs, c.Hotline.validate(&c))
	for i, s := range c.Script {
		if err := s.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("script[%d]: %w", i, err))
		}
	}
	return errors.Join(errs...)
}
