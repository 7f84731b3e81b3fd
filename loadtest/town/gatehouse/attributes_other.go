//go:build !linux

package gatehouse

import "syscall"

// attributes keep the terminal's ^C from the gateway: who started it stops it.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
