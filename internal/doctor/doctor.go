// Package doctor is what is looked at when something seems wrong: each finding says what is so and, unless all is well, what to do.
//
// The gateway looks at what only its machine knows ([Machine]); cmd/admin adds what shows from outside. It imports nothing of this
// module.
package doctor

import (
	"fmt"
	"syscall"
	"time"
)

// State is how bad a finding is.
type State string

// States of findings. Wrong: somebody has to do something now. Warning: soon.
const (
	OK      State = "ok"
	Warning State = "warning"
	Wrong   State = "wrong"
)

// Finding is one thing that was looked at.
type Finding struct {
	// Check is what was looked at: gateway, clock, disk.
	Check string `json:"check"`
	State State  `json:"state"`
	What  string `json:"what"`
	// Do is what to do about it; empty: nothing.
	Do string `json:"do,omitempty"`
}

const (
	// A disk with less than lowDisk free is wrong, with less than scarceDisk it is soon.
	lowDisk    = 64 << 20
	scarceDisk = 1 << 30
	// Each visitor that is connected takes a file, and each of the site's connections another.
	lowFiles    = 4096
	scarceFiles = 65536
	// Certificates are renewed 30 days before their end by most authorities' clients.
	shortLife = 14 * 24 * time.Hour
)

// Machine looks at the machine that a gateway runs on: the disk of a directory, empty: it keeps nothing, and the limit of open files.
func Machine(dir string) []Finding {
	all := []Finding{files()}
	if dir != "" {
		all = append(all, disk(dir))
	}
	return all
}

func disk(dir string) Finding {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return Finding{"disk", Wrong, fmt.Sprintf("%s cannot be looked at: %v", dir, err), "Look whether the directory is there and the gateway may write into it."}
	}
	return diskOf(dir, fs.Bavail*uint64(fs.Bsize))
}

func diskOf(dir string, free uint64) Finding {
	f := Finding{Check: "disk", State: OK, What: fmt.Sprintf("%d MiB are free for %s", free>>20, dir)}
	switch {
	case free < lowDisk:
		f.State, f.Do = Wrong, "Make space now: a line that cannot be written is lost with a crash of the machine."
	case free < scarceDisk:
		f.State, f.Do = Warning, "Make space before the next opening."
	}
	return f
}

func files() Finding {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return Finding{"limits", Warning, fmt.Sprintf("the limit of open files is not known: %v", err), "Look at the limit of the service (LimitNOFILE)."}
	}
	return filesOf(limit.Cur)
}

func filesOf(limit uint64) Finding {
	f := Finding{Check: "limits", State: OK, What: fmt.Sprintf("%d files may be open", limit)}
	switch {
	case limit < lowFiles:
		f.State, f.Do = Wrong, "Raise the limit of open files (LimitNOFILE=262144 in the unit): each visitor takes one, and who comes beyond it is turned away."
	case limit < scarceFiles:
		f.State, f.Do = Warning, "Raise the limit of open files (LimitNOFILE=262144 in the unit) before many come: each visitor takes one."
	}
	return f
}

// Certificate judges the end of a certificate; whose says where it is shown.
func Certificate(whose string, until, now time.Time) Finding {
	f := Finding{Check: "certificate", State: OK, What: fmt.Sprintf("%s ends on %s", whose, until.UTC().Format("2 January 2006, 15:04 UTC"))}
	switch left := until.Sub(now); {
	case left <= 0:
		f.State, f.Do = Wrong, "Renew the certificate now: browsers show a warning in place of the waiting room."
	case left < shortLife:
		f.State, f.Do = Warning, "Renew the certificate, and look why nothing did: it ends in less than 14 days."
	}
	return f
}
