//go:build !linux

package main

import "os"

// isTTY reports whether a file is a device, which a terminal is.
func isTTY(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// hideInput hides nothing where we do not know how.
func hideInput(*os.File) (show func()) { return func() {} }
