package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/einlass/einlass/internal/adminclient"
	"github.com/einlass/einlass/internal/doctor"
	"github.com/einlass/einlass/internal/probe"
)

// siteFlags are the flags by which the doctor goes the way of visitors.
type siteFlags struct{ site, connect string }

// options checks the flags. Nil: nothing is asked for.
func (f *siteFlags) options() (*probe.Options, error) {
	switch {
	case f.site == "" && f.connect != "":
		return nil, usage(errors.New("--connect is for --site ADDRESS"))
	case f.site == "":
		return nil, nil //nolint:nilnil // as the comment says
	}
	at, err := url.Parse(f.site)
	if err != nil || at.Hostname() == "" || at.User != nil || at.Scheme != "http" && at.Scheme != "https" {
		return nil, usage(fmt.Errorf("--site %s: want the address as visitors type it, https://termine.example.org", f.site))
	}
	if f.connect != "" {
		if _, _, err := net.SplitHostPort(f.connect); err != nil {
			return nil, usage(fmt.Errorf("--connect %s: want host:port", f.connect))
		}
	}
	return &probe.Options{URL: at, Connect: f.connect, Trust: "--ca FILE"}, nil
}

// examineSite goes the way of visitors, through the proxies in front.
func (a *app) examineSite(ctx context.Context, client *adminclient.Client, o *probe.Options) []doctor.Finding {
	unseen := func(err error) []doctor.Finding {
		return []doctor.Finding{{
			Check: "front", State: doctor.Warning, What: "the way of visitors is not looked at: " + a.explain(err),
			Do: "Give the token of an admin, to a gateway of this release.",
		}}
	}
	var err error
	if o.Facts, err = client.Front(ctx); err != nil {
		return unseen(err)
	}
	if o.RootCAs, err = a.believed(); err != nil {
		return unseen(err)
	}
	o.Seals = client
	report, err := probe.Run(ctx, *o)
	if err != nil {
		return unseen(err)
	}
	found := siteFindings(report, "")
	if report.Certificate != nil {
		found = append(found, doctor.Certificate("the certificate of "+o.URL.Host, report.Certificate.NotAfter, time.Now()))
	}
	for _, room := range o.Rooms {
		for _, host := range room.Hosts {
			if !strings.Contains(host, "*") && !strings.EqualFold(host, o.URL.Hostname()) {
				found = append(found, examineHost(ctx, *o, room.ID, host)...)
			}
		}
	}
	return found
}

// believed are the authorities of the system, and those that are named besides; nil: none are.
func (a *app) believed() (*x509.CertPool, error) {
	if a.trusts == "" {
		return nil, nil //nolint:nilnil // as the comment says
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system that has none
	}
	return pool, adminclient.AddAuthorities(pool, a.trusts)
}

// examineHost looks whether another host of a room leads to the gateway too.
func examineHost(ctx context.Context, o probe.Options, room, host string) (found []doctor.Finding) {
	at := url.URL{Scheme: o.URL.Scheme, Host: host}
	if port := o.URL.Port(); port != "" {
		at.Host = net.JoinHostPort(host, port)
	}
	o.URL = &at
	report, err := probe.Reach(ctx, o)
	if err != nil {
		return nil // it was broken off
	}
	for _, f := range siteFindings(report, room+": "+host+": ") {
		if f.State != doctor.OK {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		found = append(found, doctor.Finding{Check: "front", State: doctor.OK, What: fmt.Sprintf("%s: %s leads to the gateway", room, &at)})
	}
	if report.Certificate != nil {
		if f := doctor.Certificate("the certificate of "+host, report.Certificate.NotAfter, time.Now()); f.State != doctor.OK {
			found = append(found, f)
		}
	}
	return found
}

// siteFindings are those of a probe, as the doctor says them.
func siteFindings(report probe.Report, whose string) []doctor.Finding {
	states := map[probe.Level]doctor.State{probe.OK: doctor.OK, probe.Warning: doctor.Warning, probe.Error: doctor.Wrong}
	found := make([]doctor.Finding, 0, len(report.Findings))
	for i := range report.Findings {
		f := &report.Findings[i]
		found = append(found, doctor.Finding{Check: "front", State: states[f.Level], What: whose + f.What, Do: sentence(f.Mend)})
	}
	return found
}

// sentence makes one of an advice.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[n:] + "."
}
