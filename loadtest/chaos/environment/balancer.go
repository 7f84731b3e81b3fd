package environment

import (
	"bufio"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
)

// Balancer is HAProxy in front of the gateways.
type Balancer struct {
	Port   int
	socket string
	log    launch.Log
	proc   *launch.Process
}

// haproxyConf has active checks twice a second. Nothing of a visitor is pinned to a gateway.
const haproxyConf = `global
  maxconn 4000
  stats socket %s
defaults
  mode http
  timeout connect 1s
  timeout client 30s
  timeout server 4s
  timeout http-keep-alive 30s
  retries 2
  option redispatch
frontend visitors
  bind %s
  default_backend gateways
backend gateways
  balance roundrobin
  option httpchk
  http-check send meth GET uri /.einlass/status hdr Host termine.example
  http-check expect status 200
  default-server check inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
`

// NewBalancer starts it in front of gateways that run or do not run yet.
func NewBalancer(ctx context.Context, dir string, gateways []*Gateway) (*Balancer, error) {
	port, err := launch.FreePort()
	if err != nil {
		return nil, err
	}
	// Paths of sockets are short.
	b := &Balancer{Port: port, socket: filepath.Join(dir, "haproxy.sock")}
	conf := fmt.Sprintf(haproxyConf, b.socket, launch.Addr(port))
	for _, g := range gateways {
		conf += fmt.Sprintf("  server %s %s\n", g.Name, g.Addr)
	}
	file := filepath.Join(dir, "haproxy.cfg")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		return nil, err
	}
	if b.proc, err = launch.Start("haproxy", dir, &b.log, "haproxy", "-db", "-f", file); err != nil {
		return nil, err
	}
	if err := b.AllUp(ctx); err != nil {
		b.Close()
		return nil, fmt.Errorf("haproxy: %w\n%s", err, b.log.Tail())
	}
	return b, nil
}

// Addr is where visitors come.
func (b *Balancer) Addr() string { return launch.Addr(b.Port) }

// Close ends it.
func (b *Balancer) Close() { b.proc.Kill() }

// Server is what HAProxy says of a gateway.
type Server struct {
	Up    bool
	Downs int // how often it went from up to down
}

// Servers asks HAProxy for all gateways.
func (b *Balancer) Servers(ctx context.Context) (map[string]Server, error) {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", b.socket)
	if err != nil {
		return nil, fmt.Errorf("haproxy: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(conn, "show stat\n"); err != nil {
		return nil, fmt.Errorf("haproxy: %w", err)
	}
	r := csv.NewReader(bufio.NewReader(conn))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("haproxy: show stat: %w", errOr(err, "empty"))
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[strings.TrimPrefix(name, "# ")] = i
	}
	servers := map[string]Server{}
	for _, row := range rows[1:] {
		if name := row[column["svname"]]; row[column["pxname"]] == "gateways" && name != "BACKEND" {
			downs, _ := strconv.Atoi(row[column["chkdown"]]) // empty before the first check
			servers[name] = Server{Up: strings.HasPrefix(row[column["status"]], "UP"), Downs: downs}
		}
	}
	return servers, nil
}

// AllUp waits until HAProxy sends visitors to every gateway.
func (b *Balancer) AllUp(ctx context.Context) error {
	return launch.Until(ctx, func() error {
		servers, err := b.Servers(ctx)
		if err != nil {
			return err
		}
		for name, s := range servers {
			if !s.Up {
				return fmt.Errorf("%s is down for haproxy", name)
			}
		}
		return nil
	})
}
