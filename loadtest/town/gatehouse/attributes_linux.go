package gatehouse

import "syscall"

// attributes let no gateway outlive this process, however it ends, and keep the terminal's ^C from it: who started it
// stops it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
