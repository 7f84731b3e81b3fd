package docs

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/einlass/einlass/loadtest/launch/launchtest"
	"github.com/einlass/einlass/test/docs/blocks"
)

// programs is the directory with gateway and admin.
var programs string

func TestMain(m *testing.M) {
	if programs = launchtest.Programs(); programs != "" {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "einlass-docs-*")
	if err == nil {
		programs = dir
		var out []byte
		out, err = exec.Command("go", "build", "-pgo=off", "-o", dir, "../../cmd/gateway", "../../cmd/admin").CombinedOutput()
		os.Stderr.Write(out)
	}
	code := 1
	if err == nil {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

const operations = "../../docs/operations.md"

// exercises are the blocks of a document by their names.
func exercises(t *testing.T, document string) map[string]string {
	t.Helper()
	all, err := blocks.Read(document)
	if err != nil {
		t.Fatal(err)
	}
	return all.Text
}

// systemctl starts and stops what a service manager would. It waits as one does: for the end of a process, and until it serves. A
// process that ended may be left to be buried by somebody else.
const systemctl = `#!/bin/bash
set -eu
pid="$RUN/$2.pid"
gone() { [ ! -d "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }
case "$1 $2" in
"start einlass")
	setsid gateway serve -c "$ETC/einlass.yaml" </dev/null >>"$RUN/$2.log" 2>&1 &
	serves() { admin rooms; } ;;
"start redis-server")
	setsid redis-server "$RUN/redis.conf" </dev/null >>"$RUN/$2.log" 2>&1 &
	serves() { redis-cli -u "$REDIS" ping | grep -q PONG; } ;;
"stop einlass" | "stop redis-server")
	gone "$(cat "$pid")" && exit 0
	kill -TERM "$(cat "$pid")"
	for _ in {1..600}; do gone "$(cat "$pid")" && exit 0; sleep 0.05; done
	echo "$2 does not stop" >&2; exit 1 ;;
*) echo "systemctl $*: what is that?" >&2; exit 2 ;;
esac
echo $! >"$pid"
for _ in {1..600}; do
	serves >/dev/null 2>&1 && exit 0
	if gone "$(cat "$pid")"; then break; fi
	sleep 0.05
done
cat "$RUN/$2.log" >&2
exit 1
`

// machine is one of an operator: its directories, its services and its ports.
type machine struct {
	t      *testing.T
	blocks map[string]string
	dir    string
	env    []string
	// web is where visitors come to, admin where operators do.
	web, admin, redis string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, blocks: exercises(t, operations), dir: t.TempDir(), web: free(t), admin: free(t), redis: free(t)}
	for _, name := range []string{"etc", "state", "bin", "backup", "run", "redis"} {
		if err := os.Mkdir(m.path(name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"gateway", "admin"} {
		if err := os.Link(filepath.Join(programs, name), m.path("bin", name)); err != nil {
			m.sh("cp " + filepath.Join(programs, name) + " " + m.path("bin", name))
		}
	}
	m.write("bin/systemctl", systemctl, 0o700)
	m.write("etc/token", "0123456789abcdef0123456789abcdef\n", 0o640)
	_, port, _ := net.SplitHostPort(m.redis)
	m.write("run/redis.conf", fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\nappendonly no\n", port, m.path("redis")), 0o600)
	m.env = append(os.Environ(),
		"ETC="+m.path("etc"), "STATE="+m.path("state"), "BIN="+m.path("bin"), "BACKUP="+m.path("backup"), "RUN="+m.path("run"),
		"REDIS=redis://"+m.redis, "REDIS_DIR="+m.path("redis"), "PATH="+m.path("bin")+":"+os.Getenv("PATH"),
		"EINLASS_ADMIN_URL=http://"+m.admin, "EINLASS_ADMIN_TOKEN=0123456789abcdef0123456789abcdef",
	)
	t.Cleanup(m.off)
	return m
}

// configure writes the configuration: a room of which nobody is called, over a store.
func (m *machine) configure(store string) {
	m.write("etc/einlass.yaml", fmt.Sprintf(`
listen: {http: "%s"}
admin: {listen: "%s", token_file: %s}
state: {dir: %s}
drain: 0s
%s
rooms:
  - id: termine
    hosts: ["*"]
    mode: pause
    pace: {rate: 60}
    backend: {url: "http://127.0.0.1:9"}
`, m.web, m.admin, m.path("etc/token"), m.path("state"), store), 0o600)
}

func (m *machine) path(parts ...string) string {
	return filepath.Join(append([]string{m.dir}, parts...)...)
}

func (m *machine) write(name, text string, mode os.FileMode) {
	m.t.Helper()
	if err := os.WriteFile(m.path(name), []byte(text), mode); err != nil {
		m.t.Fatal(err)
	}
}

// follow runs a block as it stands, and stops at the first command that fails.
func (m *machine) follow(name string) string {
	m.t.Helper()
	if m.blocks[name] == "" {
		m.t.Fatalf("docs/operations.md has no exercise %s", name)
	}
	return m.sh(m.blocks[name])
}

func (m *machine) sh(script string) string {
	m.t.Helper()
	cmd := exec.CommandContext(m.t.Context(), "bash", "-euo", "pipefail", "-c", script)
	cmd.Env = m.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		m.t.Fatalf("%v\n%s\n%s", err, script, out)
	}
	return string(out)
}

// off ends what still runs.
func (m *machine) off() {
	for _, name := range []string{"einlass", "redis-server"} {
		var pid int
		if text, err := os.ReadFile(m.path("run", name+".pid")); err == nil {
			if _, err := fmt.Sscan(string(text), &pid); err == nil && pid > 1 {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
}

// taken are the addresses that some machine has; tests run at the same time.
var taken sync.Map

func free(t *testing.T) string {
	t.Helper()
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := l.Addr().String()
		l.Close()
		if _, had := taken.LoadOrStore(address, true); !had {
			return address
		}
	}
}
