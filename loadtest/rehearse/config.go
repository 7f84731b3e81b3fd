package rehearse

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/einlass/einlass/loadtest/drive"
)

// Config describes a rehearsal. Target is required, and Script or Portal.
type Config struct {
	// Target is the site, or the gate in front of it; Confirmed names its host again if it is not on this machine.
	Target, Confirmed string
	// Path is the page that sessions begin with. Default "/".
	Path string
	// Room, Admin and AdminToken: through a gate, whose pace is set. Empty: sessions go to the site directly.
	Room, Admin, AdminToken string

	// Script is what a session does after its first page.
	Script []drive.Step
	// Portal books appointments at the demo portal instead.
	Portal bool
	// Think and Typing are mean times on a page and on a form. Default 3 s and 20 s.
	Think, Typing time.Duration

	// First is the rate of the quiet step, new sessions a minute, Most the highest. Defaults 6 and 60,000.
	First, Most int64
	// Factor is how much faster each step is, above 1. Default 1.5. Narrow is how near the last good and the first bad
	// rate come, as a share. Default 0.15.
	Factor, Narrow float64
	// Length of a step, default 60 s; Confirm of the last one, default three times that. Settle is how long before the
	// measuring of a step the rate is already on, and at least as long as nearly all visits: default a sixth of Length.
	Length, Confirm, Settle time.Duration
	// Slower is the ratio of the 90th percentile to the quiet one above which a step is bad, default 2. Errors is the share
	// of errors, default 0.01.
	Slower, Errors float64
	// Margin is the share of the confirmed rate that is advised. Default 0.8.
	Margin float64
	// Idle is the room's session.idle, by which a gate counts a visit after its last request. 0: the site ends visits, with
	// Einlass-Finish or by rules in finish.
	Idle time.Duration
	Seed uint64

	// Out gets a line as each step ends. Default: none.
	Out io.Writer
}

func or[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

func (c Config) withDefaults() Config {
	or(&c.Path, "/")
	or(&c.Think, 3*time.Second)
	or(&c.Typing, 20*time.Second)
	or(&c.First, 6)
	or(&c.Most, 60_000)
	c.First = min(c.First, c.Most)
	or(&c.Factor, 1.5)
	or(&c.Narrow, 0.15)
	or(&c.Length, time.Minute)
	or(&c.Confirm, 3*c.Length)
	or(&c.Settle, c.Length/6)
	or(&c.Slower, 2)
	or(&c.Errors, 0.01)
	or(&c.Margin, 0.8)
	if c.Out == nil {
		c.Out = io.Discard
	}
	return c
}

// scripted is about how long the longest visits take at a site that answers at once: drive's people stay on a page for at
// most twice its mean.
func (c Config) scripted() time.Duration {
	if c.Portal {
		return 8*c.Think + 2*c.Typing
	}
	sum, think := time.Duration(0), c.Think
	for _, s := range c.Script {
		sum += 2 * think
		if think = s.Think; think == 0 {
			think = c.Think
		}
	}
	return sum
}

// Validate joins everything that is wrong; each problem names its field and what is accepted.
func (c Config) Validate() error {
	var errs []error
	bad := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	if _, err := drive.Permit(c.Target, c.Confirmed); err != nil {
		errs = append(errs, err)
	}
	bad(c.Portal || len(c.Script) > 0, "script: must have at least one page")
	for i, s := range c.Script {
		if err := s.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("script[%d]: %w", i, err))
		}
	}
	bad((c.Admin == "") == (c.Room == ""), "admin, room: through a gate both are needed, else neither")
	bad(c.Admin == "" || c.AdminToken != "", "admin: needs a token")
	if c.Admin != "" {
		if err := drive.PermitAdmin(c.Admin, c.Confirmed); err != nil {
			errs = append(errs, err)
		}
	}
	bad(c.First >= 0 && c.First <= 60_000, "first: must be 1 to 60000 sessions a minute, is %d", c.First)
	bad(c.Most >= 0 && c.Most <= 600_000, "most: must be 1 to 600000 sessions a minute, is %d", c.Most)
	bad(c.Factor == 0 || c.Factor > 1 && c.Factor <= 10, "factor: must be above 1 and at most 10, is %v", c.Factor)
	bad(c.Narrow == 0 || c.Narrow > 0 && c.Narrow <= 1, "narrow: must be above 0 and at most 1, is %v", c.Narrow)
	bad(c.Slower == 0 || c.Slower > 1, "slower: must be above 1, is %v", c.Slower)
	bad(c.Errors == 0 || c.Errors > 0 && c.Errors < 1, "errors: must be above 0 and below 1, is %v", c.Errors)
	bad(c.Margin == 0 || c.Margin > 0 && c.Margin <= 1, "margin: must be above 0 and at most 1, is %v", c.Margin)
	for name, d := range map[string]time.Duration{
		"step": c.Length, "confirm": c.Confirm, "settle": c.Settle, "think": c.Think, "typing": c.Typing,
		"idle": c.Idle,
	} {
		bad(d >= 0 && d <= 24*time.Hour, "%s: must be 0 to 24h, is %v", name, d)
	}
	return errors.Join(errs...)
}
