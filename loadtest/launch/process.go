// Package launch runs the programs that tests and load tests need, the real gateway above all, as children
// that do not outlive their parent.
//
//	process.go   one child: start, stop, kill, pause
//	log.go       what it prints
//	wait.go      letting time go by, and asking until something has come about
//	port.go      ports that nobody uses
//	serves.go    whether a process serves
//	program.go   where the gateway's program is, and building it
//	gateway.go   one gateway: its configuration, addresses, lives and log
//	config.go    the configuration of a gateway, as a file
//	room.go      the configuration of a gateway with one room
//
// Every gateway of the load tests, the benchmarks and the end-to-end tests is a Gateway of this package. A child belongs to
// the code that started it, which must stop it. It imports pkg/queue and internal/adminclient.
package launch

import (
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
)

// Process is one child process. Safe for concurrent use.
type Process struct {
	Name string

	cmd   *exec.Cmd
	log   *Log
	ended chan struct{}
}

// Start starts a program in a directory, empty for this one; its output is appended to log.
func Start(name, dir string, log *Log, path string, args ...string) (*Process, error) {
	p := &Process{Name: name, log: log, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel kills the child when the thread that started it ends, so that thread is kept until then.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.ended)
		p.cmd = exec.Command(path, args...)
		p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, log, log
		p.cmd.SysProcAttr = attributes()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // end reads the exit code
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

// Hangup asks a daemon to read its configuration again.
func (p *Process) Hangup() { p.signal(syscall.SIGHUP) }

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
