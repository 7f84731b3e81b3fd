package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/einlass/einlass/loadtest/launch"
)

// bench holds what runs beside it.
type bench struct {
	options
	dir        string
	gatewayBin string
	self       string
	processes  []*process
	count      int
	profiles   []string // files
	networks   bool     // gateways believe X-Forwarded-For: visitors come from many networks
}

// process is one server under test.
type process struct {
	*launch.Process
	addr  string
	admin string // of a gateway
	log   func() string
}

// start runs a server and waits until it accepts connections.
func (b *bench) start(addr, name string, args ...string) (*process, error) {
	var log launch.Log
	started, err := launch.Start(filepath.Base(name), "", &log, name, args...)
	if err != nil {
		return nil, err
	}
	p := b.keep(&process{Process: started, addr: addr, log: log.String})
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := started.Accepts(ctx, addr); err != nil {
		return nil, fmt.Errorf("%w on %s:\n%s", err, addr, log.String())
	}
	return p, nil
}

// keep notes a server that has to be stopped at the end.
func (b *bench) keep(p *process) *process {
	b.processes = append(b.processes, p)
	return p
}

// backend starts a site that answers 2,000 bytes, and answers its address.
func (b *bench) backend() (string, error) {
	addr, err := launch.FreeAddr()
	if err != nil {
		return "", err
	}
	_, err = b.start(addr, b.self, "serve", "backend", addr, "2000")
	return addr, err
}

// redis starts one and answers its URL.
func (b *bench) redis() (p *process, url string, err error) {
	addr, err := launch.FreeAddr()
	if err != nil {
		return nil, "", err
	}
	_, port, _ := strings.Cut(addr, ":")
	p, err = b.start(addr, "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", b.dir)
	return p, "redis://" + addr, err
}

// stopAll stops what still runs.
func (b *bench) stopAll() {
	for _, p := range b.processes {
		p.Stop()
	}
}

// cpu is the processor time that the process and its children of one group have used; of none it is 0.
func (p *process) cpu() time.Duration {
	var total time.Duration
	if p == nil {
		return 0
	}
	pids := []string{strconv.Itoa(p.Pid())}
	if out, err := exec.Command("pgrep", "-g", pids[0]).Output(); err == nil {
		pids = strings.Fields(string(out))
	}
	for _, pid := range pids {
		data, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			continue
		}
		fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
		if len(fields) < 13 {
			continue
		}
		user, _ := strconv.ParseInt(fields[11], 10, 64)
		system, _ := strconv.ParseInt(fields[12], 10, 64)
		total += time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100
	}
	return total
}

// rss is the resident memory in bytes.
func (p *process) rss() int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.Pid()))
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(data))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

func (b *bench) file(name string) string {
	b.count++
	return filepath.Join(b.dir, fmt.Sprintf("%d-%s", b.count, name))
}

func (b *bench) write(name, content string) (string, error) {
	file := b.file(name)
	return file, os.WriteFile(file, []byte(content), 0o600)
}
