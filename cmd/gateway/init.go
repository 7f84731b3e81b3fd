package main

import (
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/buildinfo"
	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/setup"
	"github.com/einlass/einlass/internal/survey"
	"github.com/einlass/einlass/internal/web"
)

const initHelp = `Ask five questions, look at the booking site, and write a commented configuration that says of each line where it is from.

Without a terminal all five answers are flags. The look is that of a browser's first visit: at most 40 requests (GET), one at a time, within a
minute, to the address of the site alone, as User-Agent einlass-init. --blind leaves it out. A file that is there is never replaced: --force
keeps it beside the new one.

Exit code 0: the file is written; 1: it is not, there is one already, or the site cannot be looked at; 2: an answer is missing or wrong.`

// initiating is one run of gateway init.
type initiating struct {
	cmd    *cobra.Command
	given  map[string]string
	dialog *setup.Dialog // nil: nobody is there to ask
	draft  setup.Draft
	roots  *x509.CertPool
	force  bool
	blind  bool
}

func newInit() *cobra.Command {
	var in initiating
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Set up: ask five questions, look at the booking site, and write a commented configuration",
		Long:  initHelp,
		Example: "  gateway init\n  gateway init --out einlass.yaml --site http://10.0.0.5:8080 --name termine.example.org --hours \"tuesday 08:00-12:00\" \\\n" +
			"    --proxy nginx --admin it-amt",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in.cmd, in.given = cmd, map[string]string{}
			for _, flag := range setup.Flags() {
				if f := cmd.Flags().Lookup(flag[0]); f.Changed {
					in.given[flag[0]] = f.Value.String()
				}
			}
			return in.run()
		},
	}
	for _, flag := range setup.Flags() {
		cmd.Flags().String(flag[0], "", "the answer to: "+flag[1])
	}
	cmd.Flags().StringVar(&in.draft.File, "out", setup.Installed, "the `file` to write")
	cmd.Flags().BoolVar(&in.force, "force", false, "write where there is a file; it is kept beside the new one")
	cmd.Flags().BoolVar(&in.blind, "blind", false, "do not look at the site")
	cmd.Flags().StringVar(&in.draft.SiteCA, "site-ca", "", "a `file` (PEM) of the authority of the site's certificate, if it is not a public one")
	cmd.Flags().StringVar(&in.draft.StateDir, "state", "/var/lib/einlass", "the `directory` for line, keys and logins")
	cmd.Flags().StringVar(&in.draft.CertFile, "cert", "/etc/einlass/tls/cert.pem", "with --proxy none: the `file` of the certificate")
	cmd.Flags().StringVar(&in.draft.KeyFile, "key", "/etc/einlass/tls/key.pem", "with --proxy none: the `file` of its key")
	return cmd
}

func (in *initiating) run() error {
	d := &in.draft
	d.Now = time.Now()
	if err := in.places(); err != nil {
		return err
	}
	if err := in.answer(); err != nil {
		return exitError{exitUsage, err}
	}
	if err := in.see(); err != nil {
		return err
	}
	text := d.Render()
	if _, err := config.Parse(config.Source{File: d.File, Languages: web.Languages()}, text); err != nil {
		return exitError{exitFault, fmt.Errorf("the answers do not go together, and nothing was written: %w", err)}
	}
	kept, err := setup.Write(d.File, text, in.force, d.Now)
	if err != nil {
		return exitError{exitFault, err}
	}
	out := in.cmd.OutOrStdout()
	fmt.Fprintf(out, "\nWrote %s.\n", d.File)
	if kept != "" {
		fmt.Fprintf(out, "What was there is kept as %s.\n", kept)
	}
	fmt.Fprintf(out, "\n%s", d.Summary())
	return nil
}

// places makes the files that the draft names absolute, as a gateway may be started anywhere, and refuses one that is there before anybody
// has answered anything.
func (in *initiating) places() (err error) {
	d := &in.draft
	for _, path := range []*string{&d.File, &d.StateDir, &d.CertFile, &d.KeyFile, &d.SiteCA} {
		if *path == "" {
			continue
		}
		if *path, err = filepath.Abs(*path); err != nil {
			return exitError{exitFault, err}
		}
	}
	d.Fronts = "/usr/share/doc/einlass/fronts"
	if _, err := os.Stat(d.Fronts); err != nil {
		d.Fronts = "configs/fronts"
	}
	if err := setup.MayWrite(d.File, in.force); err != nil {
		return exitError{exitFault, err}
	}
	return in.authority()
}

// authority reads the file of the authority of the site's certificate.
func (in *initiating) authority() error {
	if in.draft.SiteCA == "" {
		return nil
	}
	pem, err := os.ReadFile(in.draft.SiteCA)
	if err != nil {
		return exitError{exitFault, fmt.Errorf("--site-ca: %w", err)}
	}
	in.roots = x509.NewCertPool()
	if !in.roots.AppendCertsFromPEM(pem) {
		return exitError{exitFault, fmt.Errorf("--site-ca: %s has no certificate (PEM)", in.draft.SiteCA)}
	}
	return nil
}

// answer gets the five answers.
func (in *initiating) answer() error {
	if !isTerminal(in.cmd.InOrStdin()) {
		answers, err := setup.Read(in.given, in.draft.Now)
		if err == nil {
			in.draft.Answers = *answers
		}
		return err
	}
	in.dialog = setup.NewDialog(in.cmd.InOrStdin(), in.cmd.ErrOrStderr())
	answers, err := in.dialog.Ask(in.given, in.draft.Now)
	if err == nil {
		in.draft.Answers = *answers
	}
	return err
}

// see looks at the site, unless it must not. Somebody at a terminal can give another address, or go on without.
func (in *initiating) see() error {
	d := &in.draft
	if in.blind {
		d.Blind = "--blind was given"
		return nil
	}
	for {
		err := in.look()
		if err == nil {
			return nil
		}
		if in.dialog == nil {
			return exitError{exitFault, fmt.Errorf("%w; nothing was written. Once it answers, run this again; or give --blind, to write the file without a look", err)}
		}
		again, ended := in.dialog.Another(d.Now, &d.Answers, err)
		if ended != nil {
			return exitError{exitUsage, ended}
		}
		if !again {
			d.Blind = err.Error()
			return nil
		}
	}
}

// look looks once. The error is a survey.Unseen.
func (in *initiating) look() error {
	d := &in.draft
	o := survey.Options{Site: d.Site, Names: d.Names, Secure: true, Roots: in.roots, Agent: "einlass-init/" + buildinfo.Version()}
	fmt.Fprintf(in.cmd.ErrOrStderr(), "\nLooking at %s as a first visit does,\nwith at most %d requests, one at a time, within a minute ...\n", d.Site, survey.MaxRequests)
	seen, err := survey.Look(in.cmd.Context(), o)
	if err == nil {
		d.Seen = seen
	}
	return err
}
