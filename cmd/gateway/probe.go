package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/probe"
	"github.com/einlass/einlass/pkg/token"
)

// probing are the flags by which config check goes through the front.
type probing struct {
	url, caFile, connect string
	insecure             bool
}

func (p *probing) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.url, "probe", "", "ask the running gateway by way of this URL of the site, through the proxy in front, and say what it sees")
	cmd.Flags().BoolVar(&p.insecure, "insecure", false, "with --probe: take any certificate")
	cmd.Flags().StringVar(&p.caFile, "ca-file", "", "with --probe: believe the certificates in this file (PEM), for an authority of your own")
	cmd.Flags().StringVar(&p.connect, "connect", "", "with --probe: connect to this host:port in place of the URL's, before DNS points to it for example")
}

// options checks the flags. Nil: no probe is asked for.
func (p *probing) options() (*probe.Options, error) {
	if p.url == "" {
		if p.insecure || p.caFile != "" || p.connect != "" {
			return nil, exitError{exitUsage, errors.New("--insecure, --ca-file and --connect are for --probe URL")}
		}
		return nil, nil //nolint:nilnil // as the comment says
	}
	at, err := url.Parse(p.url)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Hostname() == "" || at.User != nil {
		return nil, exitError{exitUsage, fmt.Errorf("--probe %s: want the site's URL as visitors type it, https://termine.example.org/", p.url)}
	}
	if p.connect != "" {
		if _, _, err := net.SplitHostPort(p.connect); err != nil {
			return nil, exitError{exitUsage, fmt.Errorf("--connect %s: want host:port", p.connect)}
		}
	}
	o := &probe.Options{URL: at, Insecure: p.insecure, Connect: p.connect, Trust: "--insecure or --ca-file FILE"}
	if p.caFile != "" {
		text, err := os.ReadFile(p.caFile)
		if err != nil {
			return nil, exitError{exitUsage, fmt.Errorf("--ca-file: %w", err)}
		}
		if o.RootCAs = x509.NewCertPool(); !o.RootCAs.AppendCertsFromPEM(text) {
			return nil, exitError{exitUsage, fmt.Errorf("--ca-file: no certificate in %s", p.caFile)}
		}
	}
	return o, nil
}

// probeFront prints what the running gateway sees by way of its front. The error says that something is wrong with it.
func probeFront(ctx context.Context, cfg *config.Config, o *probe.Options, out io.Writer) error {
	ring, err := readRing(cfg)
	if err != nil {
		return exitError{exitStart, fmt.Errorf("keys: %w; a probe is signed by the keyring of the running gateway", err)}
	}
	source, err := token.NewSource(ring)
	if err != nil {
		return exitError{exitStart, fmt.Errorf("keys: %w", err)}
	}
	seal, err := probe.NewSeal(source)
	if err != nil {
		return exitError{exitStart, err}
	}
	o.Seals, o.Facts = probe.Own{Seal: seal}, probed(cfg)
	report, err := probe.Run(ctx, *o)
	findings := report.Findings
	wrong := 0
	for _, f := range findings {
		fmt.Fprintln(out, f)
		if f.Level == probe.Error {
			wrong++
		}
	}
	switch {
	case err != nil:
		return exitError{exitFault, err}
	case wrong > 0:
		return exitError{exitFault, fmt.Errorf("%s: %d of %d findings are errors", o.URL, wrong, len(findings))}
	}
	return nil
}

// probed is what a configuration says of what is probed.
func probed(cfg *config.Config) probe.Facts {
	facts := probe.Facts{
		Prefix: cfg.Prefix, TrustedProxies: append([]netip.Prefix{}, cfg.TrustedProxies...), Redirects: cfg.Listen.HTTPS != "" && cfg.TLS.Redirect,
		URLBytes: int64(cfg.Limits.URLBytes), HeaderBytes: int64(cfg.Limits.HeaderBytes), BodyBytes: int64(cfg.Limits.BodyBytes),
	}
	for i, rules := range cfg.Routes() {
		facts.Rooms = append(facts.Rooms, probe.Room{ID: cfg.Rooms[i].ID, Hosts: append([]string{}, rules.Hosts...), Guarded: append([]string{}, rules.Paths...)})
	}
	return facts
}

// readRing is the keyring of a configuration, as it is: unlike a start, it makes none.
func readRing(cfg *config.Config) (*token.Keyring, error) {
	found, err := (&opener{look: true}).findRing(cfg)
	if err == nil && found.ring == nil {
		err = fmt.Errorf("%s is not there: the first start makes it", found.file)
	}
	return found.ring, err
}
