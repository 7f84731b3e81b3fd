package launch

import "syscall"

// attributes let no process outlive a run that was killed, and keep the terminal's ^C from it: the parent stops it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
