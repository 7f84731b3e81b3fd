package redistest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// patience is how long anything may take before the test fails. Only failures take that long.
const patience = 30 * time.Second

// serverEnv names the environment variable with the server to run instead of redis-server.
const serverEnv = "REDISTEST_SERVER"

// server is the name or path of the program.
func server() string {
	if path := os.Getenv(serverEnv); path != "" {
		return path
	}
	return "redis-server"
}

// process is one running redis-server.
type process struct {
	pid   int
	log   *serverLog
	ended chan struct{}
}

// launch starts redis-server with a clock that is ahead by so much, and waits until its log says ready.
func launch(dir, ready string, ahead time.Duration, args []string) (*process, error) {
	path, err := exec.LookPath(server())
	if err != nil {
		return nil, fmt.Errorf("no %s on this machine; install it with: apt-get install redis-server (%w)", server(), err)
	}
	clock, err := wrongClock(dir, ahead)
	if err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	p := &process{log: newLog(), ended: make(chan struct{})}
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		p.log.follow(r)
	}()
	started := make(chan error)
	go func() {
		// The kernel kills the server when the thread that started it ends, so that thread is kept until then.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.ended)
		cmd := exec.Command(path, args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = dir, w, w, append(os.Environ(), clock...)
		cmd.SysProcAttr = dieWithParent()
		err := cmd.Start()
		if err == nil {
			p.pid = cmd.Process.Pid
			started <- nil
			_ = cmd.Wait() // killed, as a rule
		}
		_ = w.Close()
		<-followed
		if err != nil {
			started <- err
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := p.log.wait(ctx, 0, ready); err != nil {
		p.kill()
		return nil, fmt.Errorf("%s %v: %w", path, args, err)
	}
	return p, nil
}

// kill ends the process at once, as a power failure does, and waits until it is gone.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
}

// signal reaches the process unless it has ended.
func (p *process) signal(sig syscall.Signal) {
	select {
	case <-p.ended:
	default:
		_ = syscall.Kill(p.pid, sig)
	}
}

// freePort finds a port that nobody listens on, below those that the kernel gives to outgoing connections.
func freePort() (int, error) {
	for range 100 {
		port := 15000 + rand.IntN(17000)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, errors.New("no free port between 15000 and 32000")
}
