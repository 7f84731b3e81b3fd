package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// The crowd of the burst: all of them ask within one second.
const (
	burstCrowd = 100_000
	burstConns = 1_000
	burstSteps = 20 // in which a connection asks, each with its share of the crowd behind one another
)

// burst lets a hundred thousand people arrive within one second and measures until the last one has a number.
func (b *bench) burst() error {
	fmt.Printf("### %d arrivals within one second, %d connections\n\n| | asked within, s | numbered within, s | p50, s | p99, s | numbers | RSS, MiB |\n|---|---|---|---|---|---|---|\n",
		burstCrowd, burstConns)
	for _, kind := range []struct{ name, store string }{{"embedded store", "memory"}, {"Redis", ""}} {
		in, err := b.install()
		if err != nil {
			return err
		}
		store := kind.store
		if store == "" {
			if _, store, err = b.redis(); err != nil {
				return err
			}
		}
		g, err := b.gateway(in, store, "127.0.0.1:9", 0)
		if err != nil {
			return err
		}
		c, err := newBurst(g.addr)
		if err != nil {
			return err
		}
		asked, took, err := c.run()
		if err != nil {
			return err
		}
		numbers, err := c.dense()
		if err != nil {
			return fmt.Errorf("burst, %s: %w", kind.name, err)
		}
		fmt.Printf("| %s | %.2f | %.2f | %.2f | %.2f | %s | %d |\n", kind.name, asked.Seconds(), took[len(took)-1].Seconds(),
			took[len(took)/2].Seconds(), took[len(took)*99/100].Seconds(), numbers, g.rss()>>20)
		b.stopAll()
	}
	fmt.Print("\nGoal: numbered within 3 s, on the cores that the driver uses too.\n\n")
	return nil
}

// crowdConn is one connection over which people arrive behind one another.
type crowdConn struct {
	net.Conn
	asked   time.Duration   // when its last request was written
	at      []time.Duration // when each answer came, from the beginning
	cookies []string
	err     error
}

type burstRun struct{ conns []*crowdConn }

func newBurst(addr string) (*burstRun, error) {
	r := &burstRun{}
	for range burstConns {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return nil, err
		}
		if err := c.SetDeadline(time.Now().Add(60 * time.Second)); err != nil {
			return nil, err
		}
		r.conns = append(r.conns, &crowdConn{Conn: c})
	}
	return r, nil
}

// run answers when the last request was written, and how long each answer took from the beginning, sorted.
func (r *burstRun) run() (asked time.Duration, took []time.Duration, err error) {
	request := []byte(rawRequest("/termine?ort=3", navigation, ""))
	began := time.Now()
	var wg sync.WaitGroup
	for i, c := range r.conns {
		wg.Go(func() { c.ask(request, began, time.Duration(i)*time.Second/burstSteps/burstConns) })
		wg.Go(func() { c.listen(began) })
	}
	wg.Wait()
	for _, c := range r.conns {
		asked = max(asked, c.asked)
		took = append(took, c.at...)
		err = errors.Join(err, c.err, c.Close())
	}
	slices.Sort(took)
	return asked, took, err
}

// ask writes a step's share every so often, whether answers have come or not.
func (c *crowdConn) ask(request []byte, began time.Time, offset time.Duration) {
	share := bytes.Repeat(request, burstCrowd/burstConns/burstSteps)
	for step := range burstSteps {
		time.Sleep(time.Until(began.Add(offset + time.Duration(step)*time.Second/burstSteps)))
		if _, err := c.Write(share); err != nil {
			return // listen tells
		}
	}
	c.asked = time.Since(began)
}

func (c *crowdConn) listen(began time.Time) {
	in := bufio.NewReaderSize(c, 16<<10)
	var res fasthttp.Response // the driver shares the cores: it must cost little
	for range burstCrowd / burstConns {
		if c.err = res.Read(in); c.err != nil {
			return
		}
		c.at = append(c.at, time.Since(began))
		if res.StatusCode() != fasthttp.StatusOK {
			c.err = fmt.Errorf("an arrival got %d", res.StatusCode())
			return
		}
		_, cookie, _ := strings.Cut(string(res.Header.PeekCookie("einlass-"+roomID)), "=")
		token, _, _ := strings.Cut(cookie, ";")
		c.cookies = append(c.cookies, token)
	}
}

// dense checks that everybody has a number of their own and none is missing.
func (r *burstRun) dense() (string, error) {
	seen := make([]bool, burstCrowd+1)
	for _, c := range r.conns {
		for _, token := range c.cookies {
			_, rest, _ := strings.Cut(token, ".")
			text, _, _ := strings.Cut(rest, ".")
			data, err := base64.RawURLEncoding.DecodeString(text)
			if err != nil {
				return "", err
			}
			var claims struct {
				Number int `json:"n"`
			}
			if err := json.Unmarshal(data, &claims); err != nil {
				return "", err
			}
			if claims.Number < 1 || claims.Number > burstCrowd || seen[claims.Number] {
				return "", fmt.Errorf("number %d is out of the row or there twice", claims.Number)
			}
			seen[claims.Number] = true
		}
	}
	if i := slices.Index(seen[1:], false); i >= 0 {
		return "", fmt.Errorf("number %d is missing", i+1)
	}
	return fmt.Sprintf("1 to %d, none twice", burstCrowd), nil
}
