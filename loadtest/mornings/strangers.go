package mornings

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
	"github.com/einlass/einlass/loadtest/scenarios"
)

// strangers load a page each, keep no cookie and never come back.
type strangers struct {
	target string
	client *http.Client
	came   atomic.Int64
}

func newStrangers(target string) *strangers {
	return &strangers{target: target, client: &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// come sends those of a scenario at their hours, until the context ends.
func (s *strangers) come(ctx context.Context, loads []scenarios.Loads, c *clock) {
	var all sync.WaitGroup
	defer all.Wait()
	for i := range loads {
		l := &loads[i]
		all.Go(func() {
			n := l.Count()
			for k := range n {
				hour := l.From.Add(time.Duration(float64(l.To.Sub(l.From)) * float64(k) / float64(n)))
				if !launch.Rest(ctx, time.Until(c.began.Add(c.at(hour)))) {
					return
				}
				s.load(ctx)
			}
		})
	}
}

// load is one page load, as a browser makes it. What comes of it is the gateway's journal to tell.
func (s *strangers) load(ctx context.Context) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.target+"/", nil)
	if err != nil {
		return
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Sec-Fetch-Dest", "document")
	res, err := s.client.Do(req)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, res.Body) // so that the connection is used again
	_ = res.Body.Close()
	s.came.Add(1)
}
