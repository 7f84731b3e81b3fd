package systemd

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Notifier tells the service manager how this process does. The zero value has no manager to tell. Safe for concurrent use.
type Notifier struct {
	address  string
	watchdog time.Duration
}

// NewNotifier reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID with getenv; pid is that of this process. An error names the variable
// that it does not understand.
func NewNotifier(getenv func(string) string, pid int) (*Notifier, error) {
	n := &Notifier{address: getenv("NOTIFY_SOCKET")}
	if n.address == "" {
		return n, nil
	}
	if !strings.HasPrefix(n.address, "/") && !strings.HasPrefix(n.address, "@") {
		return nil, fmt.Errorf("NOTIFY_SOCKET: %q is neither a path nor an abstract socket", n.address)
	}
	usec, of := getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID")
	if usec == "" || of != "" && of != strconv.Itoa(pid) {
		return n, nil
	}
	every, err := strconv.ParseInt(usec, 10, 64)
	if err != nil || every <= 0 {
		return nil, fmt.Errorf("WATCHDOG_USEC: %q is no number of microseconds", usec)
	}
	n.watchdog = time.Duration(every) * time.Microsecond
	return n, nil
}

// Watchdog is within what time the manager wants to hear Alive again; 0: it does not listen for it.
func (n *Notifier) Watchdog() time.Duration { return n.watchdog }

// Ready says that visitors are served; after Reloading, that this is over.
func (n *Notifier) Ready(status string) error { return n.send("READY=1", status) }

// Reloading says that another configuration, or another program, comes into force.
func (n *Notifier) Reloading(status string) error {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return os.NewSyscallError("clock_gettime", err)
	}
	return n.send("RELOADING=1\nMONOTONIC_USEC="+strconv.FormatInt(now.Nano()/1000, 10), status)
}

// Stopping says that the process ends.
func (n *Notifier) Stopping(status string) error { return n.send("STOPPING=1", status) }

// Successor says that another process is the service from now on, that it is ready, and alive: what it has said itself until now the manager
// has not heard. Only the present main process may say so.
func (n *Notifier) Successor(pid int, status string) error {
	return n.send("MAINPID="+strconv.Itoa(pid)+"\nREADY=1\nWATCHDOG=1", status)
}

// Alive is what the watchdog waits for.
func (n *Notifier) Alive() error { return n.send("WATCHDOG=1", "") }

func (n *Notifier) send(state, status string) error {
	if n.address == "" {
		return nil
	}
	if status != "" {
		state += "\nSTATUS=" + strings.ReplaceAll(status, "\n", " ")
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: n.address, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Write([]byte(state)); err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	return nil
}
