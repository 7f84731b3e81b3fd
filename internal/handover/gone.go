package handover

import (
	"errors"
	"syscall"
)

// gone reports whether a write or read failed because the other process has ended.
func gone(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}
