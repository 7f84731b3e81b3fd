package rehearse

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/einlass/einlass/loadtest/drive"
)

// Command is `loadtest rehearse`.
func Command() *cobra.Command {
	var c Config
	var script, token string
	var gets []string
	var form string
	cmd := &cobra.Command{
		Use:   "rehearse --target URL --get PATH…",
		Short: "Find the rate that your site can serve, and print the configuration for it",
		Long: "Find the rate of new sessions that your site can serve: raise it step by step until the site gets slow or fails, go\n" +
			"back, confirm, and print the lines for the configuration. Sessions load the pages of --get in order, or those of a\n" +
			"script (YAML: a list of {path, form, think}). Nothing is changed at the site unless a form is given.\n\n" +
			"With --admin and --room the target is a gate, whose pace is raised and set back at the end; else it is the site itself.\n" +
			"^C stops the load at once and prints what was learned.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := aboveZero(cmd, "think", "typing", "first", "most", "factor", "step", "slower", "errors", "margin"); err != nil {
				return err
			}
			steps, err := steps(script, gets, form)
			if err != nil {
				return err
			}
			c.Script, c.Out = steps, cmd.OutOrStdout()
			if c.Admin != "" {
				if c.AdminToken, err = drive.AdminToken(token); err != nil {
					return err
				}
			}
			r, err := Run(cmd.Context(), c)
			if len(r.Steps) > 0 {
				if _, err := io.WriteString(cmd.OutOrStdout(), r.Text()); err != nil {
					return fmt.Errorf("write the result: %w", err)
				}
			}
			if err != nil {
				return err
			}
			if r.Advice.Rate == 0 {
				return errors.New("no safe rate was found")
			}
			return nil
		},
	}
	set := cmd.Flags()
	set.StringVar(&c.Target, "target", "", "scheme, host and port of the site, or of the gate in front of it")
	set.StringVar(&c.Confirmed, "yes-this-is-a-test-installation", "", "host of the target once more, if it is not this machine")
	set.StringVar(&c.Path, "path", "/", "page that a session begins with")
	set.StringVar(&c.Room, "room", "", "id of the room, through a gate")
	set.StringVar(&c.Admin, "admin", "", "admin API of the gate")
	set.StringVar(&token, "admin-token-file", "", "file that holds its token (default: EINLASS_ADMIN_TOKEN)")
	set.StringVar(&script, "script", "", "YAML file of the pages of a session")
	set.StringArrayVar(&gets, "get", nil, "page of a session, repeatable")
	set.StringVar(&form, "form", "", "PATH?FIELDS: a form that the session sends at its end; it changes something at the site")
	set.BoolVar(&c.Portal, "portal", false, "the target is the demo portal: sessions book appointments")
	set.DurationVar(&c.Think, "think", 3*time.Second, "mean time on a page")
	set.DurationVar(&c.Typing, "typing", 20*time.Second, "mean time on a form of the demo portal")
	set.Int64Var(&c.First, "first", 6, "rate of the first, quiet step, sessions a minute")
	set.Int64Var(&c.Most, "most", 60_000, "highest rate")
	set.Float64Var(&c.Factor, "factor", 1.5, "how much faster each step is")
	set.DurationVar(&c.Length, "step", time.Minute, "length of a step")
	set.DurationVar(&c.Confirm, "confirm", 0, "length of the confirming step (default: three steps)")
	set.Float64Var(&c.Slower, "slower", 2, "p90 beside the quiet one from which a step is bad")
	set.Float64Var(&c.Errors, "errors", 0.01, "share of errors from which a step is bad")
	set.Float64Var(&c.Margin, "margin", 0.8, "share of the confirmed rate that is advised")
	set.DurationVar(&c.Idle, "idle", 10*time.Minute, "the room's session.idle; 0: your site ends visits, with Einlass-Finish or by finish")
	set.Uint64Var(&c.Seed, "seed", 1, "seed of everything that is drawn")
	return cmd
}

// aboveZero refuses a 0 that was given: a Config takes it for its default.
func aboveZero(cmd *cobra.Command, names ...string) error {
	var errs []error
	for _, name := range names {
		if f := cmd.Flags().Lookup(name); f.Changed && (f.Value.String() == "0" || f.Value.String() == "0s") {
			errs = append(errs, fmt.Errorf("--%s: must be above 0", name))
		}
	}
	return errors.Join(errs...)
}

// steps reads the script: from a file, or from flags.
func steps(file string, gets []string, form string) ([]drive.Step, error) {
	var all []drive.Step
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("--script: %w", err)
		}
		dec := yaml.NewDecoder(bytes.NewReader(data))
		dec.KnownFields(true)
		if err := dec.Decode(&all); err != nil {
			return nil, fmt.Errorf("--script %s: %w", file, err)
		}
	}
	for _, path := range gets {
		all = append(all, drive.Step{Path: path})
	}
	if form != "" {
		path, fields, ok := strings.Cut(form, "?")
		if !ok || fields == "" {
			return nil, fmt.Errorf("--form: must be PATH?FIELDS, is %q", form)
		}
		all = append(all, drive.Step{Path: path, Form: fields})
	}
	return all, nil
}
