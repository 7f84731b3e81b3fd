package handover

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/einlass/einlass/internal/systemd"
)

// Given is a listening socket of the predecessor.
type Given struct {
	Path, Text string
	Managed    bool
	net.Listener
}

// Predecessor is the process that this one succeeds. One goroutine uses it.
type Predecessor struct {
	control *wire
	lines   net.Conn
	sockets []Given
	parent  int
	kept    string
}

// The descriptors of a successor.
const (
	controlFD = 3 + iota
	linesFD
	socketsFD
)

// FromEnvironment is the predecessor that Variable tells of; nil: this process is nobody's successor. It is called once.
func FromEnvironment(getenv func(string) string) (*Predecessor, error) {
	text := getenv(Variable)
	if text == "" {
		return nil, nil //nolint:nilnil // nobody is no error
	}
	var said note
	if err := json.Unmarshal([]byte(text), &said); err != nil {
		return nil, fmt.Errorf("%s: %w", Variable, err)
	}
	p := &Predecessor{parent: said.PID, kept: said.Kept} // it may have ended by now
	var err error
	if p.control, err = newWire(os.NewFile(controlFD, "handover")); err != nil {
		return nil, err
	}
	if said.Protocol != protocol {
		err := errors.New("the process that runs speaks version " + strconv.Itoa(said.Protocol) + " of the handover, and this program version " +
			strconv.Itoa(protocol) + ": stop it and start this one")
		return nil, errors.Join(err, p.Refuse(err))
	}
	if p.lines, err = connOf(os.NewFile(linesFD, "lines")); err != nil {
		return nil, errors.Join(err, p.Refuse(err))
	}
	for i, s := range said.Sockets {
		ln, err := systemd.Listener(os.NewFile(uintptr(socketsFD+i), s.Path))
		if err != nil {
			err = fmt.Errorf("socket of %s: %w", s.Path, err)
			return nil, errors.Join(err, p.Refuse(err))
		}
		if u, ok := ln.(*net.UnixListener); ok {
			u.SetUnlinkOnClose(!s.managed())
		}
		p.sockets = append(p.sockets, Given{s.Path, s.Text, s.managed(), ln})
	}
	return p, nil
}

// Sockets are the predecessor's listening sockets.
func (p *Predecessor) Sockets() []Given { return p.sockets }

// Kept is where the predecessor keeps what it hands over; empty: it does not say, or is of a release that does not.
func (p *Predecessor) Kept() string { return p.kept }

// Lines is the connection beside the steps.
func (p *Predecessor) Lines() net.Conn { return p.lines }

// Refuse tells the predecessor why this process will not be its successor. It serves on.
func (p *Predecessor) Refuse(why error) error {
	return errors.Join(p.control.send(message{Step: stepRefused, Text: why.Error()}), p.control.Close())
}

// Take says that this process is ready for everything, and waits until that is its own. alone: the predecessor has ended without handing over,
// and holds nothing any more; this process goes on in its place. left is what the predecessor said of what it let go of; nil: nothing.
func (p *Predecessor) Take(ctx context.Context, version string) (left json.RawMessage, alone bool, err error) {
	defer context.AfterFunc(ctx, func() { _ = p.control.SetDeadline(time.Unix(1, 0)) })()
	if err := p.control.send(message{Step: stepReady, Version: version}); err != nil && !gone(err) {
		return nil, false, err
	}
	m, err := p.control.receive()
	switch {
	case errors.Is(err, errGone) || gone(err):
		return nil, true, p.awaitEnd(ctx)
	case err != nil:
		return nil, false, err
	case m.Step != stepTake:
		return nil, false, fmt.Errorf("the process that runs said %q, not %q", m.Step, stepTake)
	}
	return m.Left, false, nil
}

// Serves tells the predecessor that visitors are served. It is no error if it has ended.
func (p *Predecessor) Serves() error {
	if err := p.control.send(message{Step: stepServes}); err != nil && !gone(err) {
		return err
	}
	return nil
}

// awaitEnd returns when the predecessor is no process any more: until then the kernel may not have let go of what it held.
func (p *Predecessor) awaitEnd(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for os.Getppid() == p.parent {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}
