package main

import (
	"time"

	"github.com/einlass/einlass/internal/doctor"
	"github.com/einlass/einlass/internal/probe"
)

// examine looks at what only this machine knows, for admin doctor.
func (a *app) examine() []doctor.Finding {
	found := doctor.Machine(a.serving.Load().cfg.State.Dir)
	if a.cert != nil {
		found = append(found, doctor.Certificate("the gateway's own certificate", a.cert.Leaf().NotAfter, time.Now()))
	}
	if a.adminCert != nil {
		found = append(found, doctor.Certificate("the certificate of the admin API", a.adminCert.Leaf().NotAfter, time.Now()))
	}
	return found
}

// operatedFront is what admin doctor needs to look through the proxies in front.
type operatedFront struct {
	probe.Own
	a *app
}

// Facts are those of the configuration in force.
func (f operatedFront) Facts() probe.Facts { return probed(f.a.serving.Load().cfg) }
