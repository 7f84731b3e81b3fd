//go:build !linux

package theatre

import "syscall"

// dieWithParent asks for nothing: only Linux can bind a process to its parent's life.
func dieWithParent() *syscall.SysProcAttr { return nil }
