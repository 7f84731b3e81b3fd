package stage

import "syscall"

// dieWithParent lets no gateway outlive a test process that was killed.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
