package handover

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Socket is a listening socket on its way to the successor, which knows it by the key of the configuration and its value.
type Socket struct {
	Path, Text string
	// Managed: the service manager has it too. The file of a Unix socket of nobody else's goes away with its listener.
	Managed bool
	File    *os.File
}

// Program is what is started as the successor.
type Program struct {
	Path    string
	Args    []string // without the name
	Env     []string // Variable is added
	Output  *os.File // of both streams; nil: none
	Kept    string   // where the predecessor keeps what it hands over; empty: nothing is said of it
	Sockets []Socket
}

// Successor is the process that was started. One goroutine uses it.
type Successor struct {
	cmd     *exec.Cmd
	control *wire
	lines   net.Conn
	ended   chan error // receives once what came of the process
	why     error      // what came of it, once known
}

// Start starts the successor. It holds no descriptor but those of the program's; the caller keeps its sockets.
func Start(p *Program) (*Successor, error) {
	said := note{Protocol: protocol, PID: os.Getpid(), Kept: p.Kept}
	cmd := exec.CommandContext(context.Background(), p.Path, p.Args...) // it outlives this process
	for _, s := range p.Sockets {
		said.Sockets = append(said.Sockets, socket{Path: s.Path, Text: s.Text, Own: !s.Managed})
		cmd.ExtraFiles = append(cmd.ExtraFiles, s.File)
	}
	text, err := json.Marshal(said)
	if err != nil {
		return nil, fmt.Errorf("handover: %w", err)
	}
	cmd.Env = append(p.Env, Variable+"="+string(text))
	cmd.Stdout, cmd.Stderr = p.Output, p.Output
	ours, theirs, err := pairs()
	if err != nil {
		return nil, err
	}
	defer closeAll(theirs[:])
	cmd.ExtraFiles = append(theirs[:], cmd.ExtraFiles...)
	s := &Successor{cmd: cmd, ended: make(chan error, 1)}
	if s.control, err = newWire(ours[0]); err != nil {
		return nil, errors.Join(err, ours[1].Close())
	}
	if s.lines, err = connOf(ours[1]); err != nil {
		return nil, errors.Join(err, s.control.Close())
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("the new program does not start: %w", err), s.control.Close(), s.lines.Close())
	}
	go func() { s.ended <- cmd.Wait() }()
	return s, nil
}

// pairs makes two pairs of connected sockets.
func pairs() (ours, theirs [2]*os.File, err error) {
	for i, name := range []string{"handover", "lines"} {
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		if err != nil {
			closeAll(ours[:i])
			closeAll(theirs[:i])
			return ours, theirs, fmt.Errorf("handover: %w", os.NewSyscallError("socketpair", err))
		}
		ours[i], theirs[i] = os.NewFile(uintptr(fds[0]), name), os.NewFile(uintptr(fds[1]), name)
	}
	return ours, theirs, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

// PID is that of the successor.
func (s *Successor) PID() int { return s.cmd.Process.Pid }

// Lines is the connection beside the steps.
func (s *Successor) Lines() net.Conn { return s.lines }

// Ready waits until the successor has made ready all that this process need not let go of, and answers its release. Its error says in words why it will not
// be the successor; it may run yet.
func (s *Successor) Ready(ctx context.Context) (version string, err error) {
	m, err := s.await(ctx, stepReady)
	return m.Version, err
}

// Take tells the successor that everything is its own. left, JSON, is what it is to know of that; nil: nothing.
func (s *Successor) Take(left json.RawMessage) error {
	err := s.control.send(message{Step: stepTake, Left: left})
	if gone(err) {
		return s.endedBefore(stepServes)
	}
	return err
}

// Serves waits until visitors are served by the successor; its error is as that of Ready.
func (s *Successor) Serves(ctx context.Context) error {
	_, err := s.await(ctx, stepServes)
	return err
}

func (s *Successor) await(ctx context.Context, step string) (message, error) {
	defer context.AfterFunc(ctx, func() { _ = s.control.SetReadDeadline(time.Unix(1, 0)) })()
	m, err := s.control.receive()
	switch {
	case err != nil && ctx.Err() != nil:
		return m, fmt.Errorf("the new program did not say %q in time: %w", step, context.Cause(ctx))
	case errors.Is(err, errGone) || gone(err):
		return m, s.endedBefore(step)
	case err != nil:
		return m, err
	case m.Step == stepRefused:
		return m, &RefusedError{strings.TrimSpace(m.Text)}
	case m.Step != step:
		return m, fmt.Errorf("the new program said %q, not %q", m.Step, step)
	}
	return m, nil
}

// endedBefore says what came of a process that closed its end of the socket.
func (s *Successor) endedBefore(step string) error {
	s.end()
	state := "ended"
	if s.why != nil {
		state += " (" + s.why.Error() + ")"
	}
	return fmt.Errorf("the new program %s before it said %q: it is of a release that cannot take over, or it failed, and its output says why", state, step)
}

// RefusedError is why the successor will not be one, in its own words.
type RefusedError struct{ Text string }

func (e *RefusedError) Error() string { return "the new program refuses: " + e.Text }

// end kills the process and waits for its end: no descriptor of it is open afterwards.
func (s *Successor) end() {
	if s.ended == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	s.why = <-s.ended
	s.ended = nil
}

// Kill ends the successor, and returns when it has ended and holds nothing.
func (s *Successor) Kill() error {
	s.end()
	return errors.Join(s.control.Close(), s.lines.Close())
}
