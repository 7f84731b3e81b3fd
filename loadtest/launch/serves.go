package launch

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Serves waits until a URL of the process is answered with 200, at most 30 s. It is an error if the process ends before.
func (p *Process) Serves(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return p.until(ctx, func() error { return answers(ctx, url) })
}

// Accepts waits until the process accepts connections at addr, host:port, or ctx ends. It is an error if the process ends
// before.
func (p *Process) Accepts(ctx context.Context, addr string) error {
	return p.until(ctx, func() error {
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		return c.Close()
	})
}

func (p *Process) until(ctx context.Context, serves func() error) error {
	ended := false
	err := Until(ctx, func() error {
		if ended = !p.Alive(); ended {
			return nil
		}
		return serves()
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
