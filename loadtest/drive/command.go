package drive

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// ErrBroken: a rule of the line was broken, or somebody lost a place.
var ErrBroken = errors.New("the line did not keep its rules")

// flags are what the command takes besides a Config's own fields.
type flags struct {
	cfg        Config
	people     int
	over       time.Duration
	perMinute  float64
	steady     time.Duration
	script     []string
	ca         string
	adminToken string
	json       string
}

// Command is `loadtest drive`.
func Command() *cobra.Command {
	f := flags{cfg: Config{Timing: DefaultTiming()}}
	cmd := &cobra.Command{
		Use:   "drive --target URL",
		Short: "Send thousands of citizens with real sockets to a gateway and measure what they feel",
		Long: "Send thousands of citizens with real sockets and cookies to a gateway on this machine, or at a test installation,\n" +
			"and measure what they feel. Arrivals come when they are due, whatever the answers do; latencies count from then.\n" +
			"Without --patience they wait until they are served; --length or ^C ends the run before, and what was learned is printed.\n\n" +
			"The admin token is read from --admin-token-file or EINLASS_ADMIN_TOKEN.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.define(cmd)
	return cmd
}

func (f *flags) define(cmd *cobra.Command) {
	set, c := cmd.Flags(), &f.cfg
	set.StringVar(&c.Target, "target", "http://127.0.0.1:8080", "scheme, host and port of the gateway")
	set.StringVar(&c.Confirmed, "yes-this-is-a-test-installation", "", "host of the target once more, if it is not this machine")
	set.StringVar(&c.Host, "host", "", "name in the address bar (default: the target's)")
	set.StringVar(&c.Path, "path", "/", "page that people want")
	set.StringVar(&c.Room, "room", "termine", "id of the room; empty: there is no gate in front of the site")
	set.StringVar(&c.Prefix, "prefix", "/.einlass", "prefix of the gateway's own addresses")
	set.StringVar(&f.ca, "ca", "", "PEM file of authorities that sign the target's certificate")
	set.StringVar(&c.Admin, "admin", "", "admin API of the gateway, to check pace and order")
	set.StringVar(&f.adminToken, "admin-token-file", "", "file that holds its token")
	set.StringVar(&c.Portal, "portal", "", "address of the demo portal itself, for its counters")
	set.StringVar(&c.Journal, "journal", "", "directory of the gateway's journal, to be checked in place of what the clients saw")
	set.BoolVar(&c.Shared, "shared", false, "others use the room at the same time")
	set.DurationVar(&c.Timing.Absent, "absent-after", c.Timing.Absent, "the room's absent_after")
	set.DurationVar(&c.Timing.Window, "claim-window", c.Timing.Window, "the room's claim_window")
	set.DurationVar(&c.Timing.Idle, "idle", c.Timing.Idle, "the room's session.idle")
	set.DurationVar(&c.Timing.Life, "ticket-life", c.Timing.Life, "the room's ticket_life")

	set.IntVar(&f.people, "people", 1000, "people who come at the beginning")
	set.DurationVar(&f.over, "over", 10*time.Second, "time within which they come")
	set.Float64Var(&f.perMinute, "per-minute", 0, "people who come besides, each minute of --for")
	set.DurationVar(&f.steady, "for", time.Minute, "time during which --per-minute come")
	set.DurationVar(&c.Length, "length", 0, "end of the run (default: when the last one has gone)")
	set.DurationVar(&c.Every, "every", 0, "width of a line in the table over time")
	set.Uint64Var(&c.Seed, "seed", 1, "seed of everything that is drawn")
	set.StringArrayVar(&f.script, "get", nil, "page to be loaded inside instead of booking, repeatable")
	set.IntVar(&c.Connections, "connections", 8192, "open connections at most")
	set.IntVar(&c.Sources, "sources", 1, "loopback addresses that connections come from")
	set.DurationVar(&c.Timeout, "timeout", 30*time.Second, "of one request")

	set.DurationVar(&c.Crowd.Patience, "patience", 0, "mean patience (default: endless)")
	set.DurationVar(&c.Crowd.Think, "think", 3*time.Second, "mean time on a page")
	set.DurationVar(&c.Crowd.Typing, "typing", 20*time.Second, "mean time on a form")
	set.Float64Var(&c.Crowd.NoScript, "no-script", 0, "share whose browser runs no script")
	set.Float64Var(&c.Crowd.Bots, "bots", 0, "share that polls five times a second, whatever it is told")
	set.Float64Var(&c.Crowd.Tabs, "tabs", 0, "share with three tabs")
	set.Float64Var(&c.Crowd.Reloads, "reloads", 0, "share that reloads the page")
	set.Float64Var(&c.Crowd.Leaves, "leaves", 0, "share that gives the place up")
	set.Float64Var(&c.Crowd.Sleeps, "sleeps", 0, "share whose telephone sleeps for a while")
	set.Float64Var(&c.Crowd.NoShows, "no-shows", 0, "share that does not come when called")
	set.StringVar(&f.json, "json", "", "file for the result as JSON, - for standard output instead of the table")
}

func (f *flags) run(cmd *cobra.Command) error {
	if err := f.complete(); err != nil {
		return err
	}
	r, err := Run(cmd.Context(), f.cfg)
	if err != nil && r.Began.IsZero() {
		return err
	}
	if err := errors.Join(err, f.write(cmd, &r)); err != nil {
		return err
	}
	if err := r.empty(); err != nil {
		return err
	}
	if !r.Kept() {
		return fmt.Errorf("%w: %d violations, %d places lost", ErrBroken, r.Checked.Violations, r.Lost)
	}
	return nil
}

// complete turns flags into a configuration.
func (f *flags) complete() error {
	c := &f.cfg
	if !(f.people >= 0 && f.perMinute >= 0) || f.perMinute*f.steady.Minutes() > 10_000_000 {
		return fmt.Errorf("--people %d, --per-minute %v for %v: must be 0 to 10000000 people", f.people, f.perMinute, f.steady)
	}
	if f.people == 0 && f.perMinute == 0 {
		return errors.New("--people, --per-minute: nobody is to come")
	}
	if f.people > 0 {
		c.Waves = append(c.Waves, Wave{Over: f.over, People: f.people})
	}
	if f.perMinute > 0 {
		c.Waves = append(c.Waves, Steady(f.perMinute, f.steady))
	}
	for _, path := range f.script {
		c.Script = append(c.Script, Step{Path: path})
	}
	if c.Admin != "" {
		token, err := AdminToken(f.adminToken)
		if err != nil {
			return err
		}
		c.AdminToken = token
	}
	if f.ca != "" {
		pem, err := os.ReadFile(f.ca)
		if err != nil {
			return fmt.Errorf("--ca: %w", err)
		}
		c.Roots = x509.NewCertPool()
		if !c.Roots.AppendCertsFromPEM(pem) {
			return fmt.Errorf("--ca: no certificate in %s", f.ca)
		}
	}
	return nil
}

// AdminToken reads the operators' token from a file, or from EINLASS_ADMIN_TOKEN if none is named.
func AdminToken(file string) (string, error) {
	if file == "" {
		token := os.Getenv("EINLASS_ADMIN_TOKEN")
		if token == "" {
			return "", errors.New("the admin API needs a token: --admin-token-file or EINLASS_ADMIN_TOKEN")
		}
		return token, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("admin token: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

func (f *flags) write(cmd *cobra.Command, r *Result) error {
	if f.json != "-" {
		if _, err := r.WriteTo(cmd.OutOrStdout()); err != nil {
			return fmt.Errorf("write the result: %w", err)
		}
	}
	if f.json == "" {
		return nil
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		data = append(data, '\n')
		if f.json == "-" {
			_, err = cmd.OutOrStdout().Write(data)
		} else {
			err = os.WriteFile(f.json, data, 0o644)
		}
	}
	if err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}
