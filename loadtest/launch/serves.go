package launch

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"time"
)

// BuildGateway builds the gateway into a directory, with the race detector if wanted, and names the program. It is built
// without its profile, which is for speed: so it shares what was compiled for everything else.
func BuildGateway(ctx context.Context, dir string, race bool) (program string, err error) {
	program = filepath.Join(dir, "gateway")
	args := []string{"build", "-pgo=off", "-o", program}
	if race {
		args = append(args, "-race")
	}
	out, err := exec.CommandContext(ctx, "go", append(args, "github.com/einlass/einlass/cmd/gateway")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the gateway: %w\n%s", err, out)
	}
	return program, nil
}

// Serves waits until a URL of the process is answered with 200, at most 30 s. It is an error if the process ends before.
func (p *Process) Serves(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	ended := false
	err := Until(ctx, func() error {
		if ended = !p.Alive(); ended {
			return nil
		}
		return answers(ctx, url)
	})
	switch {
	case ended:
		return fmt.Errorf("%s ended at once", p.Name)
	case err != nil:
		return fmt.Errorf("%s does not serve: %w", p.Name, err)
	}
	return nil
}

func answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	_ = res.Body.Close() // nothing was read from it
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, res.Status)
	}
	return nil
}
