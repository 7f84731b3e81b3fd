//go:build !linux

package socket

import "errors"

// turnAway cannot be done here: the listener is closed.
func (l *Listener) turnAway() error { return errors.ErrUnsupported }

func (l *Listener) queued() bool { return false }
