//go:build race

package socket

import "syscall"

// For the race detector, what a socket carries orders the memory of its two ends. The calls of package syscall tell it so.

func receive(fd uintptr, p []byte) (int, syscall.Errno) {
	n, err := syscall.Read(int(fd), p)
	return n, number(err)
}

func send(fd uintptr, p []byte) (int, syscall.Errno) {
	n, err := syscall.Write(int(fd), p)
	return n, number(err)
}

func number(err error) syscall.Errno {
	e, _ := err.(syscall.Errno) //nolint:errorlint // package syscall wraps nothing, and errors.As would allocate
	return e
}
