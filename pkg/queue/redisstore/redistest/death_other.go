//go:build !linux

package redistest

import "syscall"

// dieWithParent is Linux's; elsewhere only tests that end in order stop their servers.
func dieWithParent() *syscall.SysProcAttr { return nil }
