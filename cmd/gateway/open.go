package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"github.com/einlass/einlass/internal/config"
	"github.com/einlass/einlass/internal/secretfile"
	"github.com/einlass/einlass/internal/systemd"
	"github.com/einlass/einlass/pkg/queue"
)

// opener opens what a configuration names outside of itself: keyring, store, certificates, directories, sockets. The start, a reload
// and `gateway config check` go the same way through the same openers. A start keeps what it opens and ends with the first thing that
// it cannot open. A look goes on, so that everything is said at once, and leaves no trace: it makes no file or directory, takes no
// lock and no port, and closes what it has opened. Where the two differ, an opener asks look.
type opener struct {
	look bool
	// successor: a look for a process that takes over from one that runs.
	successor bool
	log       *zap.Logger // of a start; a look collects instead
	// planner makes the plans of rooms from their schedules; nil: plan.Planner.
	planner queue.Planner
	// library makes the pages that rooms have without a folder of their own; nil: web.NewLibrary.
	library libraryMaker
	// given are the sockets that were open before, manager is who hears how this process does. Of a start alone.
	given   given
	manager *systemd.Notifier
	// await returns when the predecessor has let go of the lines and of all that one process at a time may have, and answers what it says of that;
	// nil: nobody has them. Of the start of a successor alone.
	await func(context.Context) (left json.RawMessage, err error)
	// sockets are those that were opened.
	sockets []openSocket
	// problems are what is wrong, warnings what may be meant. Of a look alone.
	problems, warnings []*config.Problem
	// noDir: state.dir cannot be used, of which nothing more is said. Of a look alone.
	noDir bool
}

// refuse takes what a start ends with. err may join several. A start gets it back as a *refusal; a look notes it and gets nil.
func (o *opener) refuse(path string, err error) error {
	if err == nil {
		return nil
	}
	all := problemsOf(path, err)
	if o.look {
		o.problems = append(o.problems, all...)
		return nil
	}
	return &refusal{all}
}

// fault takes what does not stop a start and will fail visitors: the start goes on, because a gateway that serves badly is better
// than none, and says so; for a look it is an error.
func (o *opener) fault(path string, err error) {
	if err == nil {
		return
	}
	if o.look {
		o.problems = append(o.problems, problemsOf(path, err)...)
		return
	}
	o.log.Error("the configuration names something that will fail visitors", zap.String("key", path), zap.Error(err))
}

// warn takes what an operator may not have meant.
func (o *opener) warn(p *config.Problem) {
	if o.look {
		o.warnings = append(o.warnings, p)
		return
	}
	o.log.Warn("a value of the configuration may not be what was meant", zap.String("key", p.Path), zap.String("why", p.Text))
}

func (o *opener) warnf(path, format string, args ...any) {
	o.warn(&config.Problem{Path: path, Text: fmt.Sprintf(format, args...)})
}

// refusal is why something cannot be opened, by the keys of the configuration.
type refusal struct{ problems []*config.Problem }

func (r *refusal) Error() string {
	lines := make([]string, len(r.problems))
	for i, p := range r.problems {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "; ")
}

// problemsOf are the problems that an error joins. What has no key of its own gets path.
func problemsOf(path string, err error) []*config.Problem {
	var problem *config.Problem
	var refused *refusal
	switch parts := joined(err); {
	case errors.As(err, &refused):
		return refused.problems
	case parts != nil:
		var all []*config.Problem
		for _, one := range parts {
			all = append(all, problemsOf(path, one)...)
		}
		return all
	case errors.As(err, &problem):
		return []*config.Problem{problem}
	}
	return []*config.Problem{{Path: path, Text: err.Error()}}
}

// joined are the errors that errors.Join has made one of, a line each. What wraps several in a text of its own is one error.
func joined(err error) []error {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	lines := make([]string, len(several.Unwrap()))
	for i, one := range several.Unwrap() {
		lines[i] = one.Error()
	}
	if err.Error() != strings.Join(lines, "\n") {
		return nil
	}
	return several.Unwrap()
}

// at is an error of one key.
func at(path string, err error) error {
	if err == nil {
		return nil
	}
	return &config.Problem{Path: path, Text: err.Error(), Cause: err}
}

// directory opens the state directory, which is made if it is not there. A look asks whether that could be done.
func (o *opener) directory(dir string) error {
	const path = "state.dir"
	if err := whole(dir); err != nil {
		return o.refuse(path, err)
	}
	if !o.look {
		return o.refuse(path, os.MkdirAll(dir, 0o700))
	}
	err := writable(dir)
	o.noDir = err != nil
	return o.refuse(path, err)
}

// writable says why files cannot be made in a directory, or the directory itself where it is missing. It asks the system with the
// rights of this process, and makes nothing.
func writable(dir string) error {
	for at := filepath.Clean(dir); ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		switch {
		case errors.Is(err, fs.ErrNotExist) && at != filepath.Dir(at):
			continue
		case err != nil:
			return err
		case !info.IsDir():
			return fmt.Errorf("%s is not a directory", at)
		}
		if err := unix.Access(at, unix.W_OK|unix.X_OK); err != nil {
			return fmt.Errorf("%s cannot be written to: %w", at, err)
		}
		return nil
	}
}

// othersMay reports whether users beside the owner and the group can read a file, and its permissions.
func othersMay(file string) (mode fs.FileMode, yes bool) {
	info, err := os.Stat(file)
	if err != nil {
		return 0, false
	}
	return info.Mode().Perm(), info.Mode().Perm()&0o004 != 0
}

// secrets refuses a file with the operators' token that others can read, and warns of those that a container's runtime usually mounts
// readable for all.
func (o *opener) secrets(cfg *config.Config) error {
	for _, token := range []struct{ path, file string }{
		{"admin.token_file", cfg.Admin.TokenFile}, {"admin.report_token_file", cfg.Admin.ReportTokenFile},
	} {
		if token.file == "" {
			continue
		}
		info, err := os.Stat(token.file)
		if err == nil {
			err = secretfile.Check(token.file, info)
		}
		if err := o.refuse(token.path, err); err != nil {
			return err
		}
	}
	for i := range cfg.Rooms {
		_, smsErr := smsSender(&cfg.Rooms[i])
		if err := o.refuse(fmt.Sprintf("rooms[%d].sms.secret_file", i), smsErr); err != nil {
			return err
		}
		_, err := invitationSecret(&cfg.Rooms[i])
		if err := o.refuse(fmt.Sprintf("rooms[%d].invitations.secret_file", i), err); err != nil {
			return err
		}
	}
	for _, secret := range []struct{ path, file string }{
		{"store.password_file", cfg.Store.PasswordFile},
		{"store.sentinel.password_file", cfg.Store.Sentinel.PasswordFile},
		{"alerts.mail.password_file", cfg.Alerts.Mail.PasswordFile},
		{"tls.key_file", cfg.TLS.KeyFile},
	} {
		if mode, yes := othersMay(secret.file); secret.file != "" && yes {
			o.warnf(secret.path, "%s can be read by all users (mode %04o)", secret.file, mode)
		}
	}
	return nil
}
