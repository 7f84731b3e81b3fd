package main

import (
	"time"

	"github.com/einlass/einlass/internal/doctor"
)

// examine looks at what only this machine knows, for admin doctor.
func (a *app) examine() []doctor.Finding {
	found := doctor.Machine(a.serving.Load().cfg.State.Dir)
	if a.cert != nil {
		found = append(found, doctor.Certificate("the gateway's own certificate", a.cert.Leaf().NotAfter, time.Now()))
	}
	return found
}
