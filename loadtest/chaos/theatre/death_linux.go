package theatre

import "syscall"

// dieWithParent lets no process outlive a run that was killed.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
