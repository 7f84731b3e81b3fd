package redistest

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Memory says what a restarted server remembers.
type Memory int

const (
	// Empty removes whatever the server has on disk.
	Empty Memory = iota
	// Keep loads what the server has on disk: the last Save, or its append-only file if it was started with one.
	Keep
)

// Server is one redis-server, which keeps its addresses over restarts. Its methods are for one goroutine, those of
// its clients for any number. Failures end the test.
type Server struct {
	tb    testing.TB
	dir   string
	port  int
	args  []string
	first []string // before all options: a Sentinel's file
	ready string
	ahead time.Duration
	proc  *process
}

// Start runs a server until the test ends. Arguments are added to the command line, as in "--appendonly", "yes";
// "{port}" and "{dir}" in them stand for the server's port and directory.
func Start(tb testing.TB, args ...string) *Server {
	tb.Helper()
	s := newServer(tb)
	s.args = append([]string{"--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"}, args...)
	s.begin()
	return s
}

// newServer prepares a directory. Socket paths have to be short, so it is not the test's own.
func newServer(tb testing.TB) *Server {
	tb.Helper()
	dir, err := os.MkdirTemp("", "redistest")
	if err != nil {
		tb.Fatalf("redistest: %v", err)
	}
	s := &Server{tb: tb, dir: dir, ready: "eady to accept connections"}
	tb.Cleanup(s.stop)
	return s
}

func (s *Server) stop() {
	if s.proc != nil {
		s.proc.kill()
	}
	_ = os.RemoveAll(s.dir)
}

// begin launches the server on a free port. Somebody may take the port in between, so it tries again.
func (s *Server) begin() {
	s.tb.Helper()
	var err error
	for range 5 {
		if s.port, err = freePort(); err != nil {
			break
		}
		if s.proc, err = launch(s.dir, s.ready, s.ahead, s.command()); err == nil {
			return
		}
	}
	s.tb.Fatalf("redistest: %v", err)
}

func (s *Server) command() []string {
	fill := strings.NewReplacer("{port}", strconv.Itoa(s.port), "{dir}", s.dir)
	args := append(slices.Clone(s.first),
		"--port", "{port}", "--bind", "127.0.0.1", "--unixsocket", s.Socket(), "--dir", "{dir}",
		"--daemonize", "no", "--logfile", "", "--loglevel", "notice",
	)
	args = append(args, s.args...)
	for i := range args {
		args[i] = fill.Replace(args[i])
	}
	return args
}

// Addr is the server's host and port.
func (s *Server) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Socket is the path of the server's Unix socket.
func (s *Server) Socket() string { return filepath.Join(s.dir, "socket") }

// URL names the server to a gateway's configuration.
func (s *Server) URL() string { return "redis://" + s.Addr() }

// Kill ends the server as kill -9 does and waits until it is gone.
func (s *Server) Kill() {
	s.proc.kill()
}

// Restart kills the server if it runs and starts it at the same addresses.
func (s *Server) Restart(memory Memory) {
	s.tb.Helper()
	s.Kill()
	if memory == Empty {
		for _, name := range []string{savedName, "appendonlydir"} {
			if err := os.RemoveAll(filepath.Join(s.dir, name)); err != nil {
				s.tb.Fatalf("redistest: %v", err)
			}
		}
	}
	proc, err := launch(s.dir, s.ready, s.ahead, s.command())
	if err != nil {
		s.tb.Fatalf("redistest: %v", err)
	}
	s.proc = proc
}

// Clock puts the server's clock forward by so many whole seconds, or back if ahead is negative, from the next Restart on. Its
// monotonic clock is right.
func (s *Server) Clock(ahead time.Duration) { s.ahead = ahead }

// savedName is the file that Save writes.
const savedName = "dump.rdb"

// Saved is the path of the file that Save writes and Restart(Keep) reads: a test may keep a copy and put it back.
func (s *Server) Saved() string { return filepath.Join(s.dir, savedName) }

// Save writes what the server holds to disk, for a later Restart(Keep).
func (s *Server) Save() {
	s.tb.Helper()
	if err := s.Client(s.tb).Save(s.tb.Context()).Err(); err != nil {
		s.tb.Fatalf("redistest: save: %v", err)
	}
}

// Pause stops the server without ending it (SIGSTOP): connections stay open, answers do not come. Resume lets it
// go on.
func (s *Server) Pause() { s.proc.signal(syscall.SIGSTOP) }

// Resume ends a Pause.
func (s *Server) Resume() { s.proc.signal(syscall.SIGCONT) }

// LogMark is a position in the server's log, for WaitLog: what is printed from now on.
func (s *Server) LogMark() int { return s.proc.log.mark() }

// WaitLog blocks until the server prints a line that contains text, behind the mark.
func (s *Server) WaitLog(mark int, text string) {
	s.tb.Helper()
	ctx, cancel := context.WithTimeout(s.tb.Context(), patience)
	defer cancel()
	if err := s.proc.log.wait(ctx, mark, text); err != nil {
		s.tb.Fatalf("redistest: %v", err)
	}
}

// Client is a connection to the server that lasts as long as the test tb.
func (s *Server) Client(tb testing.TB) *redis.Client {
	tb.Helper()
	client := s.open()
	tb.Cleanup(func() { _ = client.Close() })
	return client
}

func (s *Server) open() *redis.Client {
	return redis.NewClient(&redis.Options{
		Network: "unix", Addr: s.Socket(), MaxRetries: -1, ReadTimeout: patience, WriteTimeout: 5 * time.Second,
		ContextTimeoutEnabled: true, DialerRetries: 1, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
}
