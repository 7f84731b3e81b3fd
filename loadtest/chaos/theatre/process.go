package theatre

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is one child process. Safe for concurrent use.
type Process struct {
	Name string

	cmd   *exec.Cmd
	log   *Log
	ended chan struct{}
}

// launch starts a program in a directory; its output is appended to log.
func launch(name, dir string, log *Log, path string, args ...string) (*Process, error) {
	p := &Process{Name: name, log: log, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel kills the child when the thread that started it ends, so that thread is kept until then.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.ended)
		p.cmd = exec.Command(path, args...)
		p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, log, log
		p.cmd.SysProcAttr = dieWithParent()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // the exit code is asked for by whoever ends it
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return p, nil
}

// Pid is the process's id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Alive reports whether it has not ended. A paused process is alive.
func (p *Process) Alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// Kill is kill -9; it returns when the process is gone.
func (p *Process) Kill() { p.end(syscall.SIGKILL) }

// Stop is what an operator does; it returns the exit code.
func (p *Process) Stop() int { return p.end(syscall.SIGTERM) }

// Pause stops the process without ending it, Resume lets it go on.
func (p *Process) Pause() { p.signal(syscall.SIGSTOP) }

// Resume ends a Pause.
func (p *Process) Resume() { p.signal(syscall.SIGCONT) }

func (p *Process) signal(sig syscall.Signal) {
	if p.Alive() {
		_ = p.cmd.Process.Signal(sig) // it may have ended just now
	}
}

func (p *Process) end(sig syscall.Signal) int {
	p.signal(sig)
	<-p.ended
	return p.cmd.ProcessState.ExitCode()
}

// Log is what a process has printed, over all its lives. Safe for concurrent use.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String is all of it.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Count is how often a text stands in it.
func (l *Log) Count(text string) int { return strings.Count(l.String(), text) }

// tail is its last lines, for errors.
func (l *Log) tail() string {
	lines := strings.Split(strings.TrimSpace(l.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-12):], "\n")
}

// Until asks again and again until ok answers nil; the last error is the reason when ctx ends first.
func Until(ctx context.Context, ok func() error) error {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ok()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// Rest lets time go by. False: ctx ended.
func Rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// freePort is one that nobody listens on, below those that the kernel gives to outgoing connections and with a
// neighbour 10,000 above that is free as well, for the bus of a Redis Cluster. Always five digits.
func freePort() (int, error) {
	for range 200 {
		port := 11_000 + rand.IntN(11_000)
		if err := errors.Join(listens(port), listens(port+10_000)); err == nil {
			return port, nil
		}
	}
	return 0, errors.New("no free port between 11000 and 22000")
}

func listens(port int) error {
	l, err := net.Listen("tcp", addrOf(port))
	if err != nil {
		return err
	}
	return l.Close()
}

func addrOf(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
