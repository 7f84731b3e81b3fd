package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
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
}

// process is one server under test.
type process struct {
	cmd   *exec.Cmd
	addr  string
	admin string // of a gateway
	log   *bytes.Buffer
}

// start runs a server and waits until it accepts connections.
func (b *bench) start(addr string, name string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(name, args...), addr: addr, log: &bytes.Buffer{}}
	p.cmd.Stderr, p.cmd.Stdout = p.log, p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	b.processes = append(b.processes, p)
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if c, err := net.Dial("tcp", addr); err == nil {
			return p, c.Close()
		}
		if p.cmd.ProcessState != nil {
			break
		}
	}
	return nil, fmt.Errorf("%s does not listen on %s:\n%s", filepath.Base(name), addr, p.log)
}

// backend starts a site that answers 2,000 bytes, and answers its address.
func (b *bench) backend() (string, error) {
	addr, err := freePort()
	if err != nil {
		return "", err
	}
	_, err = b.start(addr, b.self, "serve", "backend", addr, "2000")
	return addr, err
}

// redis starts one and answers its URL.
func (b *bench) redis() (string, error) {
	addr, err := freePort()
	if err != nil {
		return "", err
	}
	_, port, _ := strings.Cut(addr, ":")
	_, err = b.start(addr, "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", b.dir)
	return "redis://" + addr, err
}

func (b *bench) stop(p *process) {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
	_ = p.cmd.Wait()
}

func (b *bench) stopAll() {
	for _, p := range b.processes {
		if p.cmd.ProcessState == nil {
			b.stop(p)
		}
	}
}

// cpu is the processor time that the process and its children of one group have used.
func (p *process) cpu() time.Duration {
	var total time.Duration
	pids := []string{strconv.Itoa(p.cmd.Process.Pid)}
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
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(data))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// freePort finds a port that nobody uses now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func (b *bench) file(name string) string {
	b.count++
	return filepath.Join(b.dir, fmt.Sprintf("%d-%s", b.count, name))
}

func (b *bench) write(name, content string) (string, error) {
	file := b.file(name)
	return file, os.WriteFile(file, []byte(content), 0o600)
}
