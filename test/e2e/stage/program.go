package stage

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Program is the built gateway.
type Program struct {
	path string
}

// Main builds the gateway with the race detector, runs the tests of a binary and answers its exit code.
func Main(m *testing.M, p *Program) int {
	dir, err := os.MkdirTemp("", "einlass-e2e-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	p.path = filepath.Join(dir, "gateway")
	// Without the profile it shares what was compiled for the other tests.
	build := exec.Command("go", "build", "-race", "-pgo=off", "-o", p.path, "github.com/einlass/einlass/cmd/gateway")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the gateway: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// Run runs the program to its end and answers what it printed.
func (p *Program) Run(tb testing.TB, args ...string) string {
	tb.Helper()
	out, err := exec.CommandContext(tb.Context(), p.path, args...).CombinedOutput()
	if err != nil {
		tb.Fatalf("gateway %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// Keys makes a keyring for gateways that share a store.
func (p *Program) Keys(tb testing.TB) string {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "keys.json")
	p.Run(tb, "keys", "new", file)
	return file
}

// freeAddr is a loopback address that nobody listens on. Its port is below those the system gives to outgoing
// connections: while a gateway is down, none of them may take its place.
func freeAddr() (string, error) {
	var errs []error
	for range 50 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(10_000))
		ln, err := net.Listen("tcp", addr)
		if err == nil {
			return addr, ln.Close()
		}
		errs = append(errs, err)
	}
	return "", errors.Join(errs...)
}
