package launch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrNoGateway: the gateway's program was not found.
var ErrNoGateway = errors.New("no gateway to run")

// GatewayFlag says what the flag --gateway of a command takes.
const GatewayFlag = "the gateway's program (default: the one beside this program, else the one on PATH)"

// FindGateway is the absolute path of the gateway's program: the one at path, or if path is empty the one in the directory
// of this program, or the one on PATH. It is ErrNoGateway if there is none; the message names the flag --gateway.
func FindGateway(path string) (string, error) {
	if path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("%w: --gateway %s: %w", ErrNoGateway, path, err)
		}
		return filepath.Abs(found)
	}
	beside := "this program's directory"
	if self, err := os.Executable(); err == nil {
		beside = filepath.Dir(self)
		if found, err := exec.LookPath(filepath.Join(beside, "gateway")); err == nil {
			return found, nil
		}
	}
	found, err := exec.LookPath("gateway")
	if err != nil {
		return "", fmt.Errorf("%w: there is no gateway in %s and none on PATH; name it with --gateway PATH (make build puts it beside loadtest)",
			ErrNoGateway, beside)
	}
	return filepath.Abs(found)
}

// BuildGateway builds the gateway from source into a directory, with the race detector if wanted, and names the program. It
// is built without its profile, which is for speed: so it shares what was compiled for everything else. No debugger reads it,
// and without its symbols it is linked in half the time. It needs Go, and a working directory in this module.
func BuildGateway(ctx context.Context, dir string, race bool) (program string, err error) {
	program = filepath.Join(dir, "gateway")
	args := []string{"build", "-pgo=off", "-ldflags=-s -w", "-o", program}
	if race {
		args = append(args, "-race")
	}
	out, err := exec.CommandContext(ctx, "go", append(args, "github.com/einlass/einlass/cmd/gateway")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the gateway: %w\n%s", err, out)
	}
	return program, nil
}

// Run runs a program to its end and returns what it printed.
func Run(ctx context.Context, program string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, program, args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, out)
	}
	return string(out), nil
}
