//go:build !linux

package launch

import "syscall"

// attributes asks for nothing: only Linux can bind a process to its parent's life, and elsewhere the terminal's ^C had
// better reach it.
func attributes() *syscall.SysProcAttr { return nil }
