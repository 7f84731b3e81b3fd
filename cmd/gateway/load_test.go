package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/einlass/einlass/internal/config"
)

// ticket is what a visitor's cookie says.
type ticket struct {
	Epoch  uint64 `json:"ep"`
	Number uint64 `json:"n"`
}

// crowd makes requests until it is told to stop, and writes down what went wrong.
type crowd struct {
	r    *running
	stop atomic.Bool
	wg   sync.WaitGroup

	mu       sync.Mutex
	requests int
	wrong    []string
	tickets  []ticket
}

// keepsDoing repeats something; text says what went wrong, if anything did.
func (c *crowd) keepsDoing(what string, once func() error) {
	c.wg.Go(func() {
		for !c.stop.Load() {
			err := once()
			c.mu.Lock()
			c.requests++
			if err != nil {
				c.wrong = append(c.wrong, what+": "+err.Error())
			}
			c.mu.Unlock()
		}
	})
}

// arrives lines somebody up, and notes the ticket.
func (c *crowd) arrives(room string) (*http.Client, ticket, error) {
	v := c.r.visitor()
	res, _, err := c.r.fetch(v, room, "/")
	if err != nil {
		return nil, ticket{}, err
	}
	v.CloseIdleConnections()
	for _, cookie := range res.Cookies() {
		if cookie.Name != "einlass-"+room {
			continue
		}
		var got ticket
		parts := strings.Split(cookie.Value, ".")
		data, err := base64.RawURLEncoding.DecodeString(parts[min(1, len(parts)-1)])
		if err = errorsOr(err, json.Unmarshal(data, &got)); err != nil {
			return nil, got, err
		}
		c.mu.Lock()
		c.tickets = append(c.tickets, got)
		c.mu.Unlock()
		return v, got, nil
	}
	return nil, ticket{}, fmt.Errorf("%s without a ticket", res.Status)
}

func errorsOr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// polls asks for a place as the page's script does.
func (c *crowd) polls(v *http.Client, room string, want ticket) error {
	req, err := http.NewRequestWithContext(c.r.t.Context(), http.MethodGet, "http://"+c.r.public[0].Addr().String()+"/.einlass/status?room="+room, nil)
	if err != nil {
		return err
	}
	req.Host = room + ".example"
	res, err := v.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var status struct{ Number uint64 }
	data, err := io.ReadAll(res.Body)
	if err = errorsOr(err, json.Unmarshal(data, &status)); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || status.Number != want.Number {
		return fmt.Errorf("%s for number %d: %s", res.Status, want.Number, data)
	}
	return nil
}

func TestNobodyNoticesThatTheConfigurationChanges(t *testing.T) {
	s, other := newSite(t), newSite(t)
	p := &draft{head: "limits: {arrivals_per_prefix: {rate: 0}}\n", rooms: []planned{
		{"open", s.backend(), quick},
		{"line", s.backend(), closed},
	}}
	r := run(t, p)
	plans := [2]*config.Config{p.load(t)}
	p.rooms = []planned{
		{"extra", s.backend(), closed},
		{"line", other.backend(), closed + "    title: Another title\n"},
		{"open", other.backend(), quick},
	}
	p.head = "limits: {arrivals_per_prefix: {rate: 0}, stay: {in_flight: 9}}\n"
	plans[1] = p.load(t)

	c := &crowd{r: r}
	for range 2 {
		inside := r.visitor()
		until(t, "somebody is inside", func() bool {
			res, _ := r.get(inside, "open", "/")
			return res.Header.Get("X-Site") != ""
		})
		c.keepsDoing("a request with a pass", func() error {
			res, _, err := r.fetch(inside, "open", "/")
			if err == nil && (res.StatusCode != http.StatusOK || res.Header.Get("X-Site") == "") {
				err = fmt.Errorf("%s, state %q", res.Status, res.Header.Get("Einlass-State"))
			}
			return err
		})
		v, mine, err := c.arrives("line")
		if err != nil {
			t.Fatal(err)
		}
		c.keepsDoing("a poll", func() error { return c.polls(v, "line", mine) })
		c.keepsDoing("an arrival", func() error { _, _, err := c.arrives("line"); return err })
	}
	free := r.newClient(nil)
	c.keepsDoing("a download", func() error {
		res, err := r.ask(free, "open", "/free/stream")
		if err != nil {
			return err
		}
		defer res.Body.Close()
		select {
		case s.goOn <- struct{}{}:
		case other.goOn <- struct{}{}:
		}
		if data, err := io.ReadAll(res.Body); err != nil || string(data) != "first\nlast\n" {
			return fmt.Errorf("%q, %w", data, err)
		}
		return nil
	})
	for i := range 20 {
		if _, err := r.Apply(t.Context(), plans[(i+1)%2]); err != nil {
			t.Fatal(err)
		}
	}
	c.stop.Store(true)
	c.wg.Wait()
	for i, wrong := range c.wrong {
		if i < 10 {
			t.Error(wrong)
		}
	}
	slices.SortFunc(c.tickets, func(a, b ticket) int { return int(a.Number) - int(b.Number) })
	for i, got := range c.tickets {
		if got.Number != uint64(i+1) || got.Epoch != c.tickets[0].Epoch {
			t.Fatalf("ticket %d is %+v: a number was left out or given twice", i+1, got)
		}
	}
	if c.requests < 100 || len(c.tickets) < 20 {
		t.Errorf("%d requests and %d arrivals are no load", c.requests, len(c.tickets))
	}
}
