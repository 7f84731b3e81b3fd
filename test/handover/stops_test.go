package handover

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
)

// way is one to a gateway, on a connection for each request.
type way struct {
	network, addr string
	secure        bool
	first         string        // said before all else, as a proxy does
	slow          time.Duration // before each thing that is said after that
	full          bool          // an answer may say that there are too many connections
}

// errAway: nobody listens.
var errAway = errors.New("nobody listens")

// ask asks once. What fails when there is a connection is a fault.
func (w *way) ask(c *crowd) error {
	nc, err := net.Dial(w.network, w.addr)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED) || w.network == "unix" && errors.Is(err, os.ErrNotExist):
		return errAway
	case err != nil:
		return err
	}
	defer func() { _ = nc.Close() }()
	if _, err := io.WriteString(nc, w.first); err != nil {
		return fmt.Errorf("the header of a proxy: %w", err)
	}
	launch.Rest(c.t.Context(), w.slow)
	if w.secure {
		secured := tls.Client(nc, &tls.Config{InsecureSkipVerify: true, ServerName: "termine.example"})
		if err := secured.HandshakeContext(c.t.Context()); err != nil {
			return fmt.Errorf("the handshake: %w", err)
		}
		launch.Rest(c.t.Context(), w.slow)
		nc = secured
	}
	if _, err := io.WriteString(nc, "GET /free/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"); err != nil {
		return fmt.Errorf("the request: %w", err)
	}
	res, err := http.ReadResponse(bufio.NewReader(nc), nil)
	if err == nil {
		_, err = io.Copy(io.Discard, res.Body)
	}
	if err != nil {
		return fmt.Errorf("the answer: %w", err)
	}
	if res.StatusCode != http.StatusOK && (!w.full || res.StatusCode != http.StatusServiceUnavailable) {
		return errors.New(res.Status)
	}
	return nil
}

// A gateway is stopped under a crowd and started in the same moment, again and again: whoever gets a connection gets an answer.
func TestStopsInARowResetNobodyWhoHasConnected(t *testing.T) {
	const header = "PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n"
	for name, w := range map[string]way{
		"without TLS":               {network: "tcp"},
		"by TLS":                    {network: "tcp", secure: true},
		"by TLS, slowly":            {network: "tcp", secure: true, slow: 300 * time.Millisecond},
		"by IPv6":                   {network: "tcp6"},
		"by a proxy":                {network: "tcp", first: header},
		"by TLS through a proxy":    {network: "tcp", secure: true, first: header},
		"at a Unix socket":          {network: "unix"},
		"with too many connections": {network: "tcp", full: true},
	} {
		t.Run(name, func(t *testing.T) { w.stops(t) })
	}
}

// stops stops and starts gateways of which w is the way.
func (w *way) stops(t *testing.T) {
	g := w.gate(t)
	g.start()
	c := newCrowd(t, g)
	for range 8 {
		c.does(time.Millisecond, func() error {
			err := w.ask(c)
			for errors.Is(err, errAway) && launch.Rest(c.ctx, time.Millisecond) {
				err = w.ask(c)
			}
			return err
		})
	}
	for range inARow {
		c.settled(2)
		if err := syscall.Kill(g.first.Process.Pid, syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := <-g.ended; err != nil {
			t.Errorf("it ends with %v", err)
		}
		g.start()
	}
	c.end()
}

// gate makes one that is reached so.
func (w *way) gate(t *testing.T) *gate {
	g := newGate(t, newSite(t), w.secure, "")
	w.addr = g.addr
	_, port, err := net.SplitHostPort(g.addr)
	if err != nil {
		t.Fatal(err)
	}
	switch w.network {
	case "tcp6":
		w.addr = "[::1]:" + port
		g.text = strings.Replace(g.text, g.addr, "[::]:"+port, 1)
	case "unix":
		w.addr = g.dir + "/visitors"
		g.text = strings.Replace(g.text, fmt.Sprintf("http: %q", g.addr), "http: '', unix: "+w.addr, 1)
	}
	if w.first != "" {
		g.text += "trusted_proxies: [127.0.0.1]\nproxy_protocol: true\n"
	}
	if w.full {
		g.text = strings.Replace(g.text, "connections_per_ip: 10000", "connections: 3, connections_per_ip: 10000", 1)
	}
	g.write("gateway.yaml", g.text)
	return g
}
