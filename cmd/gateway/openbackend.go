package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/tlscert"
)

// inBackend gives problems of a room's backend, which knows no room, their whole key.
func inBackend(err error, room int) error {
	var errs []error
	for _, p := range problemsOf("", err) {
		if strings.HasPrefix(p.Path, "backend.") {
			p.Path = fmt.Sprintf("rooms[%d].%s", room, p.Path)
		}
		errs = append(errs, p)
	}
	return errors.Join(errs...)
}

// clientCertificate looks at the certificate that a backend is shown. A running gateway never takes one that is not valid for one that
// may be; where nothing runs yet, the gateway starts all the same.
func (o *opener) clientCertificate(t *config.BackendTLS, room int, runs bool) error {
	if t.CertFile == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
	if err == nil {
		err = tlscert.Valid(pair.Leaf, time.Now())
	}
	path := fmt.Sprintf("rooms[%d].backend.tls.cert_file", room)
	if runs {
		return o.refuse(path, err)
	}
	o.fault(path, err)
	return nil
}

// resolveFor bounds how long a look asks for the addresses of names, in all.
const resolveFor = 10 * time.Second

// resolve warns of backends whose names have no address here and now, and of sockets that are not there. A start does not ask: a site
// may come later.
func (o *opener) resolve(ctx context.Context, cfg *config.Config) {
	ctx, cancel := context.WithTimeout(ctx, resolveFor)
	defer cancel()
	asked := map[string]error{}
	for i := range cfg.Rooms {
		b := &cfg.Rooms[i].Backend
		for j, text := range b.Addresses {
			a, err := config.ParseAddress(text)
			if err != nil {
				continue // Load says so
			}
			err, known := asked[a.Dial]
			if !known {
				err = found(ctx, a)
				asked[a.Dial] = err
			}
			if err != nil {
				o.warnf(b.AddressPath(fmt.Sprintf("rooms[%d].backend", i), j), "%s is not found: %v", text, err)
			}
		}
	}
}

// found says why an address leads nowhere.
func found(ctx context.Context, a config.Address) error {
	if a.Network == "unix" {
		_, err := os.Stat(a.Dial)
		return err
	}
	host, _, err := net.SplitHostPort(a.Dial)
	if err != nil {
		return err
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	_, err = net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	return err
}
